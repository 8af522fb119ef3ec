"""The pages of a lesson, each in one file that asks for nothing from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from trialsim import __version__
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.style import style
from trialsim.report.shown import Shown
from trialsim.report.tables import Table
from trialsim.teaching.step import Asked, Rows

if TYPE_CHECKING:
    from trialsim.teaching.lesson import Lesson


@cache
def environment() -> Environment:
    """Templates of this package, and those of the report that they share; all text is escaped."""
    found = Environment(
        loader=ChoiceLoader([PackageLoader("trialsim.teaching"), PackageLoader("trialsim.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    styles = [("trialsim.report", "style.css"), ("trialsim.teaching", "lesson.css")]
    texts = [files(name).joinpath("templates", file).read_text("utf-8") for name, file in styles]
    script = files("trialsim.teaching").joinpath("templates", "worksheet.js").read_text("utf-8")
    found.globals |= {
        "style": Markup("\n".join(texts)),
        "script": Markup(script),
        "version": __version__,
    }
    return found


def worksheet_html(
    title: str, claim: str, citation: str, asked: Sequence[tuple[str, str, str, Asked]]
) -> str:
    """The worksheet, from what is asked alone: identifier, title, topic and questions."""
    parts = [
        {
            "id": step,
            "title": name,
            "topic": topic,
            "asked": each,
            "figure": shown(each.figure, f"{step}-asked") if each.figure else None,
        }
        for step, name, topic, each in asked
    ]
    return fill("worksheet", title=title, claim=claim, citation=citation, parts=parts)


def key_html(lesson: Lesson) -> str:
    """The key: answers with their errors, explanations, figures, and how to run the hour."""
    parts = []
    for step in lesson.steps:
        revealed = step.revealed
        pairs = list(zip(step.asked.questions, revealed.answers, strict=True))
        parts.append(
            {
                "step": step,
                "pairs": pairs,
                "table": as_table(revealed.table, step.id) if revealed.table else None,
                "figure": shown(revealed.figure, step.id) if revealed.figure else None,
            }
        )
    return fill("key", lesson=lesson, parts=parts)


def fill(template: str, **values: Any) -> str:
    """A template with its values."""
    return environment().get_template(f"{template}.html").render(**values)


def shown(drawn: Drawn, name: str) -> Shown:
    """A figure for a page; its identifiers begin with `name`, so that two of a kind may stand."""
    with style(salt=name):
        written = StringIO()
        drawn.figure.savefig(written, format="svg", metadata={"Date": None})
    found = Shown.of(replace(drawn, name=name), written.getvalue())
    return replace(found, table=replace(found.table, note=""))


def as_table(rows: Rows, name: str) -> Table:
    """A table of the key; its cells are words."""
    return Table(f"answers-{name}", rows.caption, rows.head, [("", rows.rows)], rows.note, True)

"""The page: its headline, its sections in order, in one file without scripts or requests."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

NAME = "report.html"
"""The page of a run, in its folder."""


@cache
def environment() -> Environment:
    """Templates of this package; everything that a scenario says is escaped."""
    found = Environment(
        loader=PackageLoader("trialsim.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = files("trialsim.report").joinpath("templates", "style.css").read_text("utf-8")
    found.globals["style"] = Markup(style)
    return found


def fill(template: str, **values: Any) -> Markup:
    """A template of this package with its values, safe to stand in a page."""
    text = environment().get_template(f"{template}.html").render(**values)
    return Markup(text)

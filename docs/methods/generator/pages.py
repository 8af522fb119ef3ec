"""The pages: one a method, an index of them, and docs/validation.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from generator import evidence, levels
from trialsim.cli.list import of_method, overview
from trialsim.cli.list_text import status
from trialsim.core.registry import STAGES, load_methods, methods

HERE = Path(__file__).parents[1]
COMMAND = "python docs/methods/update.py"


def wanted() -> dict[Path, str]:
    """Every file that this makes, and what it should hold."""
    load_methods()
    found = {
        evidence.STORED: evidence.as_json(),
        HERE.parent / "validation.md": evidence.as_page(),
        HERE / "README.md": _index(),
    }
    for stage in STAGES:
        for name in methods(stage):
            found[HERE / stage / f"{name}.md"] = page(stage, name)
    return found


def stale() -> list[Path]:
    """Files that are missing, out of date, or of methods that are no more."""
    files = wanted()
    wrong = [path for path, text in files.items() if not path.exists() or _read(path) != text]
    pages_there = [path for stage in STAGES for path in (HERE / stage).glob("*.md")]
    return wrong + [path for path in pages_there if path not in files]


def write() -> list[Path]:
    """Make them current; returns those that were not."""
    files, wrong = wanted(), stale()
    for path in wrong:
        if path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
        else:
            path.unlink()
    return wrong


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def page(stage: str, name: str) -> str:
    """One method: what it does, source, parameters, example, evidence and measured levels."""
    told = of_method(stage, name)
    measured = [level for level in levels.stored() if level["method"] == f"{stage}.{name}"]
    lines = [
        f"# {stage}: {name}",
        "",
        f"<!-- Made by `{COMMAND}` from docstrings, marks of tests and levels.json. -->",
        "",
        told["docstring"],
        "",
        "## Source",
        "",
        _linked(told["source"]),
        "",
        *_parameters(told["parameters"]),
        "## Example",
        "",
        "```yaml",
        told["example"],
        "```",
        "",
        "## Evidence",
        "",
        *_evidence(f"{stage}.{name}"),
        "",
        *_level_section(stage, measured),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _level_section(stage: str, measured: list[levels.Level]) -> list[str]:
    if stage == levels.MEANT_TO_BREAK_IT:
        text = "A mechanism is meant to break the level of a test; the evidence says by how much."
        return [text]
    return ["## Measured level", "", *_levels(measured)]


def _parameters(told: dict[str, Any]) -> list[str]:
    if not told:
        return []
    rows = [
        f"| `{name}` | {_cell(one['type'])} | {_cell(status(one))} | {_cell(one['description'])} |"
        for name, one in told.items()
    ]
    head = ["| parameter | allowed | default | meaning |", "|---|---|---|---|"]
    return ["## Parameters", "", *head, *rows, ""]


def _evidence(method: str) -> list[str]:
    told = evidence.claims().get(method)
    return evidence.table(told) if told else ["None is recorded."]


def _levels(measured: list[levels.Level]) -> list[str]:
    if not measured:
        return [f"Not measured yet: `{levels.MEASURE}`."]
    replicates = {level["replicates"] for level in measured}
    rows = []
    reasons: dict[str, str] = {}
    for level in measured:
        mark = ""
        if level["explanation"]:
            text = f"{level['explanation']} ({_linked(level['reference'])}.)"
            mark = f" [{reasons.setdefault(text, str(len(reasons) + 1))}]"
        should = f"{level['expected']:.4f}, {level['basis']}"
        if level["expected"] != level["nominal"]:
            should += f" (nominal {level['nominal']:g})"
        rows.append(
            f"| {_cell(level['design'])} | {_variant(level['variant'])} | {level['rate']:.4f} "
            f"| {level['mcse']:.4f} | {should} "
            f"| {levels.distance(level, level['expected']):+.1f}{mark} |"
        )
    text = ", ".join(f"{n:,}" for n in sorted(replicates))
    return [
        f"Trials in which no arm differs, 64 treated and 65 controls unless said; {text}",
        "replicates a row. The distance is that of the rejection rate from what it should be, in",
        "Monte Carlo errors; *exact* is theory's, *nominal* the level itself where theory gives no",
        "exact value, *predicted* theory's approximation.",
        "",
        "| trial and analysis | parameters | rejection rate | error | should be | distance |",
        "|---|---|---|---|---|---|",
        *rows,
        *_reasons(reasons),
    ]


def _reasons(reasons: dict[str, str]) -> Iterator[str]:
    if reasons:
        yield ""
        yield "Why the nominal level is not what to expect:"
        yield ""
        for text, number in reasons.items():
            yield f"{number}. {text}"


def _variant(spec: dict[str, Any]) -> str:
    if not spec:
        return "defaults"
    text = yaml.safe_dump(spec, default_flow_style=True, width=10_000, sort_keys=False).strip()
    return f"`{text[1:-1]}`"


def _index() -> str:
    lines = [
        "# Methods",
        "",
        "What each method does, its parameters, its evidence, and how often it leads to a false",
        f"alarm. Made by `{COMMAND}`;",
        f"`{levels.MEASURE}` measures the levels anew first.",
        "All evidence on one page: [validation](../validation.md).",
    ]
    for stage, told in overview().items():
        lines += ["", f"## {stage}", "", told["what"], "", "| method | what it does |", "|---|---|"]
        for name, summary in told["methods"].items():
            lines.append(f"| [{name}]({stage}/{name}.md) | {_cell(summary)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _linked(text: str) -> str:
    """Text in which each doi is a link."""

    def link(found: re.Match[str]) -> str:
        doi = found[1]
        # A full stop or a bracket that the doi did not open ends the sentence, not the doi.
        while doi.endswith((".", ",", ";")) or doi.count(")") > doi.count("("):
            doi = doi[:-1]
        safe = doi.replace("<", "%3C").replace(">", "%3E")
        return f"doi [{doi.replace('<', '&lt;')}](<https://doi.org/{safe}>){found[1][len(doi) :]}"

    return re.sub(r"doi (10\.\S+)", link, text)

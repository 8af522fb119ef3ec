"""Evidence of the methods, as the `evidence` marks of tests state it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
TESTS = ROOT / "tests"
STORED = ROOT / "sim" / "trialsim" / "evidence.json"

STATISTICAL = ("closed form", "exact law", "published", "R", "double programming")
KINDS = (*STATISTICAL, "identity")
"""An identity must hold whatever the statistics are, and so says least about them."""

Claim = dict[str, str]


@cache
def claims() -> dict[str, list[Claim]]:
    """By method (stage.name): claim, kind, test and source, strongest kinds first as in `KINDS`."""
    found: dict[str, list[Claim]] = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        for method, claim in _claims_in(file):
            found.setdefault(method, []).append(claim)
    for told in found.values():
        told.sort(key=lambda claim: KINDS.index(claim["kind"]))
    return dict(sorted(found.items()))


def _claims_in(file: Path) -> Iterator[tuple[str, Claim]]:
    """The marks are read, not run: they hold literals only."""
    place = file.relative_to(ROOT).as_posix()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            for mark in node.decorator_list:
                yield from _read(mark, f"{place}::{node.name}")
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            marks = node.value.elts if isinstance(node.value, ast.List) else [node.value]
            for mark in marks:
                yield from _read(mark, place)


def _read(mark: ast.expr, test: str) -> Iterator[tuple[str, Claim]]:
    if not isinstance(mark, ast.Call) or ast.unparse(mark.func) != "pytest.mark.evidence":
        return
    (method,) = (ast.literal_eval(argument) for argument in mark.args)
    told = {str(word.arg): ast.literal_eval(word.value) for word in mark.keywords}
    if set(told) != {"kind", "claim", "source"} or told["kind"] not in KINDS:
        raise ValueError(
            f"{test}: an evidence mark states kind ({', '.join(KINDS)}), claim and source, "
            f"found {told}"
        )
    yield method, {key: told[key] for key in ("claim", "kind", "source")} | {"test": test}


def as_json() -> str:
    """evidence.json, which `trialsim list STAGE METHOD` prints from."""
    return json.dumps(claims(), indent=1, ensure_ascii=False) + "\n"


def as_page() -> str:
    """docs/validation.md: all claims, a table a method."""
    lines = [
        "# Evidence",
        "",
        "What tests show of every method. Each line is a mark on a test, `pytest.mark.evidence`;",
        "this page and `sim/trialsim/evidence.json`, which `trialsim list STAGE METHOD` prints,",
        "are made from the marks by",
        "",
        "```sh",
        "python docs/methods/update.py",
        "```",
        "",
        "Kinds: *closed form*, an exact formula or integral; *exact law*, a whole distribution or",
        "an enumeration; *published*, a number that was printed; *R*, stored output of R;",
        "*double programming*, a second program on the same data; *identity*, a property that",
        "holds whatever the numbers are. A tolerance of 4 errors is four Monte Carlo standard",
        "errors at the exact value. Measured type I errors are on the [pages of the",
        "methods](methods/README.md).",
    ]
    for method, told in claims().items():
        stage, name = method.split(".")
        lines += ["", f"## [{method}](methods/{stage}/{name}.md)", "", *table(told)]
    return "\n".join(lines) + "\n"


def table(told: list[Claim]) -> list[str]:
    """Claims as a Markdown table."""
    rows = [
        f"| {_cell(claim['claim'])} | {claim['kind']} | `{claim['test'].removeprefix('tests/')}` "
        f"| {_cell(claim['source'])} |"
        for claim in told
    ]
    return ["| claim | kind | test | source |", "|---|---|---|---|", *rows]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")

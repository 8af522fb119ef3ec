"""The generated parts of the guides: keys, methods, rules and layers.

A part stands between `<!-- made: NAME ARGUMENT -->` and `<!-- made end -->`. What keys and methods
mean is said by their docstrings, which `trialsim list` prints too.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import update_layers

from trialsim.cli.list import _keys_in, of_stage
from trialsim.cli.list_text import status
from trialsim.core.registry import Method, load_methods, methods
from trialsim.scenario.schema import Scenario
from trialsim.testing._check import RULES

_PART = re.compile(r"<!-- made: (\w+) ?(\w*) -->\n(.*?)<!-- made end -->\n", re.DOTALL)


def top_keys(_: str) -> str:
    """The top-level keys, each with the section of the page that explains it."""
    rows = [
        f"| [`{name}`](#{name}) | {_state(told)} | {_cell(told['description'])} |"
        for name, told in every_key().items()
        if "." not in name
    ]
    return "\n".join(["| key | | meaning |", "|---|---|---|", *rows])


def keys_of(name: str) -> str:
    """The keys inside a top-level key."""
    head = f"{name}."
    inside = {path: told for path, told in every_key().items() if path.startswith(head)}
    return _table({path.removeprefix(head): told for path, told in inside.items()})


@cache
def every_key() -> Mapping[str, Any]:
    """All keys of a scenario by path: what `list keys KEY` says of each, in one pass."""
    return dict(_keys_in(Scenario))


def methods_of(stage: str) -> str:
    """The methods of a stage, each with its page, and what all of them take."""
    told = of_stage(stage)
    lines = ["| method | what it does |", "|---|---|"]
    for name, method in methods(stage).items():
        said = " ".join((inspect.getdoc(method) or "").split("\n\n")[0].split())
        lines.append(f"| [{name}](methods/{stage}/{name}.md) | {_cell(said)} |")
    every = [one["parameters"] for one in told["methods"].values()]
    shared = {
        name: parameter
        for name, parameter in every[0].items()
        if all(other.get(name) == parameter for other in every)
    }
    if not shared:
        return "\n".join(lines)
    return "\n".join([*lines, "", "All of them take", "", _table(shared)])


def stages(_: str) -> str:
    """The class that a method of each stage builds on, and what it must define."""
    lines = ["| stage | build on | define | what a method of it is |", "|---|---|---|---|"]
    for base in Method.__subclasses__():
        verbs = ", ".join(f"`{name}`" for name in sorted(base.__abstractmethods__))
        said = (inspect.getdoc(base) or "").split("\n", 1)[0]
        lines.append(f"| {base.stage} | `{base.__name__}` | {verbs} | {_cell(said)} |")
    return "\n".join(lines)


def rules_of(stage: str) -> str:
    """What the contract asks of the methods of a stage, in its own words."""
    stated = [
        " ".join((inspect.getdoc(rule) or "").split("\n\n")[0].split()) for rule in RULES[stage]
    ]
    return "\n".join(f"- {text}" for text in stated)


def layers(_: str) -> str:
    """What each part of the package is."""
    return update_layers.table()


PARTS: Mapping[str, Callable[[str], str]] = {
    "top_keys": top_keys,
    "keys": keys_of,
    "methods": methods_of,
    "stages": stages,
    "rules": rules_of,
    "layers": layers,
}


def with_parts(page: str) -> str:
    """A page with its generated parts as they should be."""
    load_methods()

    def made(found: re.Match[str]) -> str:
        name, argument, _ = found.groups()
        head = f"<!-- made: {' '.join(filter(None, (name, argument)))} -->"
        return f"{head}\n\n{PARTS[name](argument)}\n\n<!-- made end -->\n"

    return _PART.sub(made, page)


def _table(parameters: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [
        f"| `{name}` | {_cell(told['type'])} | {_state(told)} | {_cell(told['description'])} |"
        for name, told in parameters.items()
    ]
    return "\n".join(["| key | what is written | | meaning |", "|---|---|---|---|", *rows])


def _state(told: Mapping[str, Any]) -> str:
    return _cell(status(dict(told)))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")

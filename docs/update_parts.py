"""The generated parts of the guides: keys of a scenario, methods of a stage, and the layers.

A part stands between `<!-- made: NAME ARGUMENT -->` and `<!-- made end -->`. What keys and methods
mean is said by their docstrings, which `trialsim list` prints too.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

import update_layers

from trialsim.cli.list import key, keys, of_stage
from trialsim.cli.list_text import status
from trialsim.core.registry import load_methods, methods

_PART = re.compile(r"<!-- made: (\w+) ?(\w*) -->\n(.*?)<!-- made end -->\n", re.DOTALL)


def top_keys(_: str) -> str:
    """The top-level keys, each with the section of the page that explains it."""
    rows = [
        f"| [`{name}`](#{name}) | {_state(told)} | {_cell(told['description'])} |"
        for name, told in keys().items()
    ]
    return "\n".join(["| key | | meaning |", "|---|---|---|", *rows])


def keys_of(name: str) -> str:
    """The keys inside a top-level key."""
    inside = key(name)["keys"]
    return _table({path.removeprefix(f"{name}."): told for path, told in inside.items()})


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


def layers(_: str) -> str:
    """What each part of the package is."""
    return update_layers.table()


PARTS: Mapping[str, Callable[[str], str]] = {
    "top_keys": top_keys,
    "keys": keys_of,
    "methods": methods_of,
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

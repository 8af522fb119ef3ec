"""What `trialsim list` prints, line by line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import yaml

_WIDTH = 96

Record = dict[str, Any]


def overview_lines(found: Record) -> Iterator[str]:
    """Every stage with its methods."""
    width = max(len(name) for told in found.values() for name in told["methods"])
    for stage, told in found.items():
        yield from _hanging("", f"{stage}: {told['what']}")
        for name, summary in told["methods"].items():
            yield from _hanging(f"  {name:<{width}}  ", summary)
        yield ""
    yield "More: trialsim list STAGE, trialsim list STAGE NAME, trialsim list keys"


def stage_lines(found: Record) -> Iterator[str]:
    """A stage with the parameters of its methods; those that all share are told once."""
    yield from _hanging("", f"{found['stage']}: {found['what']}")
    if found["written_under"]:
        yield f"Written under {found['written_under']}, named by the key `{found['key']}`."
    every = [told["parameters"] for told in found["methods"].values()]
    shared = {
        name: told
        for name, told in (every[0] if len(every) > 1 else {}).items()
        if all(other.get(name) == told for other in every)
    }
    for name, told in found["methods"].items():
        yield ""
        yield name
        yield from _hanging("  ", told["summary"])
        if "domain" in told:
            yield f"  RoB 2 domain: {told['domain']}"
        own = {key: value for key, value in told["parameters"].items() if key not in shared}
        yield from _parameter_lines(own)
    if shared:
        yield ""
        yield "All of them take"
        yield from _parameter_lines(shared)


def method_lines(found: Record) -> Iterator[str]:
    """A method: its paper, docstring, parameters, example and evidence."""
    yield f"{found['stage']} {found['name']}"
    yield ""
    yield found["source"]
    yield ""
    yield found["docstring"]
    if "domain" in found:
        yield ""
        yield f"RoB 2 domain: {found['domain']}"
    if found["parameters"]:
        yield ""
        yield "Parameters"
        yield from _parameter_lines(found["parameters"])
    yield ""
    yield "Example"
    yield textwrap.indent(found["example"], "  ")
    yield ""
    yield "Evidence"
    for told in found["evidence"]:
        yield from _hanging("  ", f"{told['claim']} ({told['kind']}; {told['source']})")
    if not found["evidence"]:
        yield "  none is recorded"


def keys_lines(found: Record) -> Iterator[str]:
    """The top-level keys."""
    yield from _parameter_lines(found, indent="")
    yield ""
    yield "More: trialsim list keys KEY"


def key_lines(found: Record) -> Iterator[str]:
    """A top-level key and those inside it."""
    yield from _parameter_lines({found["key"]: found, **found["keys"]}, indent="")


def _parameter_lines(parameters: Record, indent: str = "  ") -> Iterator[str]:
    width = max((len(name) for name in parameters), default=0)
    for name, told in parameters.items():
        yield from _hanging(f"{indent}{name:<{width}}  ", f"{told['type']}; {status(told)}")
        yield from _hanging(" " * (len(indent) + width + 2), told["description"])


def status(told: Record) -> str:
    """Whether a parameter must be written, and what holds if it is not."""
    if told["required"]:
        return "required"
    if isinstance(told["default"], dict) or told["default"] in (None, "", []):
        return "optional"
    # YAML ends a lone scalar with a mark of its own.
    text = yaml.safe_dump(told["default"], default_flow_style=True)
    return f"default {text.removesuffix(f'...{chr(10)}').strip()}"


def _hanging(head: str, text: str) -> list[str]:
    """Text behind a head, its further lines under its first."""
    lines = textwrap.wrap(text, max(_WIDTH - len(head), 40), break_on_hyphens=False) or [""]
    return [f"{head}{lines[0]}".rstrip(), *(" " * len(head) + line for line in lines[1:])]

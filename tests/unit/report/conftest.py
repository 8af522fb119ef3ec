"""Pages of small runs, read as a browser would: elements with their attributes and text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

import trialsim as ts

VOID = {"meta", "link", "br", "img", "hr", "input"}

BASE: dict[str, Any] = {
    "format": 1,
    "title": "Talking or waiting",
    "design": {
        "arms": {"waiting": {"n": 20}, "talking": {"n": 20}},
        "visits_weeks": {"baseline": 0, "after": 4},
    },
    "outcomes": {
        "score": {
            "method": "repeated_normal",
            "label": "Distress",
            "mean": [30, 25],
            "sd": 5,
            "correlation": 0.5,
        }
    },
    "assumptions": {"no_effect": {}, "hoped_for": {"score": {"talking": -4}}},
    "analyses": {
        "ancova": {"method": "ancova", "outcome": "score", "visit": "after"},
        "t_test": {"method": "t_test", "outcome": "score", "visit": "after"},
    },
    "simulation": {"replicates": 256, "seed": 4},
}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Text of the element and all inside it, spaces made one."""
        return " ".join("".join(self.pieces).split())

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            yield from child.walk()

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.walk() if element.tag in tags]

    def within(self, tag: str) -> bool:
        above = self.parent
        while above is not None and above.tag != tag:
            above = above.parent
        return above is not None


class Reader(HTMLParser):
    """Builds the tree; raises where an element is closed that is not open, or never closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        made = Element(tag, {name: value or "" for name, value in attrs}, self.open[-1])
        self.open[-1].children.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.pieces.append(data)


def read(html: str) -> Element:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [reader.root], f"never closed: {[one.tag for one in reader.open[1:]]}"
    return reader.root


@dataclass(frozen=True)
class Made:
    """A run, its page as text and as a tree."""

    results: ts.Results
    html: str
    root: Element

    def section(self, name: str) -> Element:
        (found,) = [one for one in self.root.all("section") if one.attributes["id"] == name]
        return found

    @property
    def headline(self) -> str:
        found = [one for one in self.root.all("p") if one.attributes.get("class") == "headline"]
        return " ".join(one.text for one in found)


def make(written: dict[str, Any], folder: Path, **changes: Any) -> Made:
    scenario = ts.loads(yaml.safe_dump({**BASE, **written}, sort_keys=False), "talking.yaml")
    results = ts.run(scenario.changed(changes) if changes else scenario)
    html = results.report(folder).read_text("utf-8")
    return Made(results, html, read(html))


@pytest.fixture
def make_fixture(tmp_path) -> Callable[..., Made]:
    return lambda written=None, **changes: make(written or {}, tmp_path, **changes)


@pytest.fixture(scope="session")
def small_fixture(tmp_path_factory) -> Made:
    return make({}, tmp_path_factory.mktemp("small"))


HOSTILE = "</title></svg><script>alert('x')</script><img src=http://example.org/x> & \"quoted\""

FULL: dict[str, Any] = {
    "title": HOSTILE,
    "source": {"citation": HOSTILE, "url": "javascript:alert(1)", "note": HOSTILE},
    "design": {
        "arms": {
            "waiting": {"n": 10, "label": HOSTILE},
            "talking": {"n": 10},
            "walking": {"n": 10},
        },
        "visits_weeks": {"baseline": 0, "after": 4},
    },
    "outcomes": {"score": {**BASE["outcomes"]["score"], "label": HOSTILE, "unit": "<u>"}},
    "assumptions": {"no_effect": {}, "hoped_for": {"score": {"talking": -4, "walking": -2}}},
    "observation": {"missing": {"lost": {"method": "mcar", "rate": 0.4}}},
    "what_if": {"precise": {"outcomes.score.sd": 2}},
    "published": {
        "paper": {
            "analysis": "t_test",
            "estimate": -3,
            "interval": [-5, -1],
            "note": HOSTILE,
        },
        "events": {"events": {"talking": [3, 10], "waiting": [5, 10]}},
    },
    "vary": {"design.n_total": [30, 60]},
    "evidence": {
        "outcomes.score.mean[1]": {"status": "recalled", "from": HOSTILE},
        "assumptions.hoped_for": {"status": "assumed", "from": "a hope"},
    },
}


@pytest.fixture(scope="session")
def full_fixture(tmp_path_factory) -> Made:
    """Everything a page can hold, and names that want to be markup."""
    return make(FULL, tmp_path_factory.mktemp("full"))


@pytest.fixture(params=["small_fixture", "full_fixture"])
def page_fixture(request) -> Made:
    made: Made = request.getfixturevalue(request.param)
    return made

"""The guides: their commands work and print what is shown, their examples run, nothing is stale."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
import typer
import yaml

import trialsim as ts
from trialsim.cli import app
from trialsim.scenario.load import parse
from trialsim.scenario.schema import Scenario

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(path for path in DOCS.glob("*.md") if path.name != "validation.md")]
WITH_README = [*PAGES, ROOT / "README.md"]

SCENARIO = (DOCS / "scenario.md").read_text(encoding="utf-8")
WHOLE, *EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", SCENARIO, re.MULTILINE | re.DOTALL)

NAMED = re.compile(r"`(trialsim [^`]+)`")
"""A command that a page names in a sentence or a table."""

LINK = re.compile(r"\]\(([^)]+)\)")

HINT = "run: python docs/update.py"


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.fixture
def tools(monkeypatch) -> dict[str, ModuleType]:
    """The modules that docs/update.py runs."""
    monkeypatch.syspath_prepend(str(DOCS))
    import update_layers
    import update_outputs
    import update_parts

    return {"layers": update_layers, "outputs": update_outputs, "parts": update_parts}


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [p for p in WITH_README if re.search(r"^```(sh|python)$", text_of(p), re.M)], ids=named
)
def test_commands_work_and_print_what_the_page_shows(path, tools):
    """All but the README's two installations, which continuous integration runs."""
    found = tools["outputs"].stale(path)
    assert not found, f"{named(path)}, {HINT}\n{found}"


def test_the_readme_s_two_commands_are_the_only_ones_left_to_continuous_integration(tools):
    commands = tools["outputs"].readme_installs()
    assert len(commands) == 2
    assert all(command.startswith("python3 -m venv .venv") for command in commands)


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_generated_parts_are_current(path, tools):
    assert tools["parts"].with_parts(text_of(path)) == text_of(path), HINT


def test_the_picture_of_the_layers_is_that_of_the_contract(tools):
    drawn = text_of(tools["layers"].PICTURE)
    assert drawn == tools["layers"].svg(), HINT
    assert ElementTree.fromstring(drawn).tag.endswith("svg")


def test_every_key_has_a_section():
    sections = re.findall(r"^## (\w+)$", SCENARIO, re.MULTILINE)
    missing = [key for key in Scenario.model_fields if key not in sections]
    assert not missing, f"docs/scenario.md: write a section on {', '.join(missing)}"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split(":")[0])
def test_every_example_of_a_section_runs(example):
    """In place of the same sections of the whole scenario, as the page says."""
    changed: dict[str, Any] = {**parse(WHOLE, "whole").data, **parse(example, "part").data}
    results = ts.run(ts.loads(yaml.safe_dump(changed, sort_keys=False)), replicates=256)
    table = results.performance()
    assert set(table.loc[table["measure"] == "failed", "value"]) == {0}


@pytest.mark.parametrize("path", WITH_README, ids=named)
def test_commands_that_are_only_named_exist(path):
    """Each is a command of ours, with arguments and options that it takes; none is run."""
    group = typer.main.get_command(app)
    for text in NAMED.findall(text_of(path)):
        words = shlex.split(text.split(" > ")[0])[1:]
        command = getattr(group, "commands", {}).get(words[0])
        assert command is not None or words[0].startswith("--"), text
        if command is not None and len(words) > 1:
            command.make_context(words[0], words[1:])  # raises where it would refuse them


@pytest.mark.parametrize("path", WITH_README, ids=named)
def test_links_lead_somewhere(path):
    for link in LINK.findall(text_of(path)):
        if "://" in link or link.startswith("methods/"):
            continue  # pages of methods are made, and tested, by docs/methods/update.py
        target, _, heading = link.partition("#")
        place = path if not target else path.parent / target
        assert place.exists(), link
        if heading:
            headings = re.findall(r"^#+ (.+)$", text_of(place), re.MULTILINE)
            known = [title.lower().replace(" ", "-") for title in headings]
            assert heading in known, link


PAGE = """
```sh
printf 'first 1.0 s\\n\\nsecond 2\\n'
```

```text
{}
```

<!-- part: second -->
```text
{}
```
"""


def test_what_is_measured_may_differ_and_nothing_else(tools):
    outputs = tools["outputs"]
    right = PAGE.format("first 9.9 s\n\nsecond 2", "second 2")
    assert outputs.rewritten(right) == right
    wrong = PAGE.format("first 9.9 s\n\nsecond 3", "second 3")
    assert outputs.rewritten(wrong) == PAGE.format("first 1.0 s\n\nsecond 2", "second 2")


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("```sh\nfalse\n```", "exit code 1"),
        ("```python\n1 / 0\n```", "ZeroDivisionError"),
        ("```text\nout of the blue\n```", "no command prints this text"),
        ("```sh\necho a\n```\n\nWords.\n\n```text\na\n```", "no command prints this text"),
        ("```sh\necho a\n```\n\n<!-- part: b -->\n```text\n```", "begins with 'b'"),
    ],
)
def test_a_page_that_does_not_do_what_it_says_is_found(page, complaint, tools):
    with pytest.raises(tools["outputs"].DocsError, match=complaint):
        tools["outputs"].rewritten(page)


def test_what_a_page_leaves_to_the_reader_is_not_run(tools):
    page = "<!-- not run: takes a day -->\n```sh\nfalse\n```\n"
    assert tools["outputs"].rewritten(page) == page

"""What is said of scenarios that are wrong: word for word, for every section.

Beside each `invalid/NAME.yaml` stands `NAME.expected.txt`. After a change of wording, or when a
method is added (its name is listed in `methods.expected.txt`), run

    python tests/scenarios/update.py

and read what it prints before keeping it.
"""

from __future__ import annotations

import importlib.util
import re
import time
from pathlib import Path

import pytest

from trialsim.core.errors import ScenarioError
from trialsim.scenario.loaded import load
from trialsim.scenario.schema import NOT_YET, Scenario

HERE = Path(__file__).parent
FILES = sorted((HERE / "invalid").glob("*.yaml"))

_spec = importlib.util.spec_from_file_location("scenario_messages", HERE / "update.py")
assert _spec is not None and _spec.loader is not None
update = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(update)

JARGON = re.compile(
    r"Input should|validat|\bunion\b|Value error|\btuple\b|\bdict\b|\bstr\b|\bint\b|\bfloat\b"
    r"|pydantic|\[type=|NoneType|\bnp\.|literal|\binstance|KeyError|TypeError|Traceback|<class",
    re.IGNORECASE,
)
"""What an author of a scenario should never have to read."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_message_is_as_expected(file):
    assert update.message(file) == update.expected(file).read_text("utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_problem_has_a_place_and_a_rule_and_is_told_once(file):
    with pytest.raises(ScenarioError) as caught:
        load(file)
    problems = caught.value.problems
    assert len({str(problem) for problem in problems}) == len(problems)
    for problem in problems:
        assert problem.source == str(file)
        assert problem.line and problem.column
        assert problem.message.endswith("."), problem.message
        words = f"{problem.message} {problem.hint}".replace("'!!str'", "")  # as written there
        assert not JARGON.search(words), str(problem)
        assert len(str(problem)) < 600
        assert str(problem).isprintable()
    assert list(problems) == sorted(problems, key=lambda found: (found.line, found.column))


def test_all_sections_are_covered_and_the_messages_differ():
    texts = [update.expected(file).read_text("utf-8") for file in FILES]
    lines = [line.split(": ", 2) for text in texts for line in text.splitlines()]
    sections = {re.split(r"[.\[]", path)[0] for _, path, *_ in lines}
    assert sections >= (set(Scenario.model_fields) | set(NOT_YET))
    # Without names and numbers, so that only different rules count as different.
    rules = {re.sub(r"'[^']*'|\S*\d\S*|Known: .*", "", rest[0]) for _, _, *rest in lines if rest}
    assert len(FILES) >= 40
    assert len(rules) >= 60


def test_each_file_says_what_is_wrong_with_it_in_its_first_line():
    assert all(file.read_text("utf-8").startswith("# ") for file in FILES)


def test_what_is_too_large_is_refused_at_once():
    began = time.perf_counter()
    for file in FILES:
        update.message(file)
    assert time.perf_counter() - began < 20

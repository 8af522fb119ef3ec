"""docs/teaching_numbers.md: written from what was measured, of what is described today."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import trialsim as ts

ROOT = Path(__file__).parents[2]
HINT = "run: python docs/update_teaching_numbers.py"


@pytest.fixture
def maker(monkeypatch) -> dict[str, ModuleType]:
    """The modules that docs/update_teaching_numbers.py runs."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    from teaching_numbers import entries, measured, page, ways

    return {"entries": entries, "measured": measured, "page": page, "ways": ways}


def test_the_page_is_current(maker):
    page = maker["page"]
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), HINT


def test_numbers_were_measured_of_what_is_described(maker):
    """Commands, lines and exact values are worked out again; what was measured is as it was."""
    assert not maker["measured"].stale(), f"run: {maker['measured'].MEASURE}"


def test_every_number_is_within_four_errors_of_its_exact_value(maker):
    assert not maker["measured"].problems()


def test_all_24_are_there_each_with_a_source_and_a_word_on_rmdq_scores(maker):
    entries = maker["entries"].ENTRIES
    assert [entry.id for entry in entries] == [f"T{number:02}" for number in range(1, 25)]
    assert all(entry.source and entry.rmdq_why and entry.parts for entry in entries)
    names = [(entry.id, part.what) for entry in entries for part in entry.parts]
    assert len(set(names)) == len(names)


def test_a_changed_setting_is_noticed(maker, monkeypatch):
    """A number kept of another command, and one that is described no more."""
    measured = maker["measured"]
    kept = measured.stored()
    kept[0]["normal"]["shown"] = "`trialsim run other.yaml`"
    kept.append({**kept[-1], "what": "gone"})
    monkeypatch.setattr(measured, "stored", lambda: kept)
    assert set(measured.stale()) == {"T01 power", f"{kept[-1]['id']} gone"}


def test_the_command_runs():
    command = [sys.executable, "docs/update_teaching_numbers.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_commands_describe_the_trials_that_were_simulated(maker):
    """Each as a shell hands it over: the same plan as that behind the number."""
    every, seen = [], set()
    for entry in maker["entries"].ENTRIES:
        every += [way for part in entry.parts for way in (part.way, part.rmdq)]
    for way in every:
        if not hasattr(way, "scenario") or way.shown() in seen:
            continue
        seen.add(way.shown())
        words = shlex.split(re.findall(r"`(trialsim [^`]+)`", way.shown())[0])
        sets = [words[i + 1] for i, word in enumerate(words) if word == "--set"]
        typed = ts.load(ROOT / words[2], sets).plan
        simulated = maker["ways"].loaded(way.scenario, way.changes).plan
        assert typed.digest == simulated.digest, words
    assert len(seen) > 40

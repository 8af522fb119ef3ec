"""trialsim lesson: the pages that it writes, what it prints, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from trialsim.cli import main

SCENARIOS = Path(__file__).parents[3] / "scenarios"


class Printed(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Printed]


@pytest.fixture
def command_fixture(monkeypatch, capsys, tmp_path) -> Command:
    """The command, as typed, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> Printed:
        monkeypatch.setattr(sys, "argv", ["trialsim", "lesson", *words])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        said = capsys.readouterr()
        return Printed(code, said.out, said.err)

    return command


def test_writes_both_pages_and_names_the_steps(command_fixture, tmp_path):
    printed = command_fixture(str(SCENARIOS / "hsieh2006_normal.yaml"), "--out", "here")
    assert printed.code == 0
    assert {path.name for path in (tmp_path / "here").iterdir()} == {"worksheet.html", "key.html"}
    for text in ("5 steps, about 45 minutes", "W1  Natural course", "W12", "here/worksheet.html"):
        assert text in printed.out
    assert printed.err == ""


def test_has_a_folder_of_its_own_and_says_what_is_left_out(command_fixture, tmp_path):
    printed = command_fixture(str(SCENARIOS / "murphy2019.yaml"), "--set", "45")
    assert printed.code == 0
    assert (tmp_path / "lessons" / "murphy2019-45" / "key.html").is_file()
    assert "W9 Would it travel? is left out: it reports no published difference" in printed.out


def test_an_unknown_set_ends_with_2(command_fixture):
    printed = command_fixture(str(SCENARIOS / "hsieh2006_normal.yaml"), "--set", "60")
    assert printed.code == 2
    assert "--set: there is no set '60'. Choose 45, 90 or home." in printed.err


def test_a_trial_that_no_step_applies_to_ends_with_3(command_fixture, tmp_path):
    printed = command_fixture(str(SCENARIOS / "textbook_binary.yaml"))
    assert printed.code == 3
    assert "its primary outcome is not a score" in printed.err
    assert not (tmp_path / "lessons").exists()


def test_a_place_that_cannot_be_written_is_refused_before_the_work(command_fixture, tmp_path):
    (tmp_path / "taken").write_text("", encoding="utf-8")
    printed = command_fixture(str(SCENARIOS / "hsieh2006_normal.yaml"), "--out", "taken")
    assert printed.code == 2
    assert "which is a file" in printed.err

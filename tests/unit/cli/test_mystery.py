"""trialsim mystery: new and answer, as typed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from trialsim.cli import main
from trialsim.teaching.mystery.key import Key


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
        monkeypatch.setattr(sys, "argv", ["trialsim", "mystery", *words])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        said = capsys.readouterr()
        return Printed(code, said.out, said.err)

    return command


def test_new_writes_a_bundle_and_says_nothing_of_what_is_in_it(command_fixture, tmp_path):
    printed = command_fixture("new", "--level", "hard")
    assert printed.code == 0
    files = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert files == {
        "mystery/key.sealed",
        "mystery/students/report.html",
        "mystery/students/patients.csv",
        "mystery/students/dictionary.csv",
    }
    key = Key.read(tmp_path / "mystery" / "key.sealed")
    assert key.secret not in printed.out
    assert key.judgement not in printed.out.replace("mystery", "")


def test_answer_scores_and_reveals(command_fixture, tmp_path):
    command_fixture("new", "--out", "one")
    key = Key.read(tmp_path / "one" / "key.sealed")
    printed = command_fixture("answer", "one", "--judgement", key.judgement, "--number", "-50")
    assert printed.code == 0
    assert f"{key.judgement}: right" in printed.out
    assert f"{abs(-50 - key.true_difference):.1f}"[:-2] in printed.out
    assert "Truth" in printed.out and "Reported" in printed.out


def test_an_answer_that_lacks_something_ends_with_2_and_reveals_nothing(command_fixture):
    command_fixture("new", "--out", "one")
    printed = command_fixture("answer", "one", "--judgement", "luck")
    assert printed.code == 2
    assert "there is none called 'luck'" in printed.err and "--number" in printed.err
    assert "Truth" not in printed.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("guess",), "Choose new or answer."),
        (("answer",), "needs the folder"),
        (("new", "here"), "Name the folder with --out."),
        (("new", "--level", "cruel"), "Choose easy, medium or hard."),
    ],
)
def test_what_cannot_be_asked_is_explained(command_fixture, words, said):
    printed = command_fixture(*words)
    assert printed.code == 2
    assert said in printed.err

"""trialsim size: what it prints, in words and as JSON, and how it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import trialsim as ts
from trialsim.cli import main

HSIEH = str(Path(__file__).parents[3] / "scenarios" / "hsieh2006.yaml")

SMALL = """\
format: 1
design:
  arms: {control: {n: 20}, treatment: {n: 20}}
  visits_weeks: {baseline: 0, after: 4}
outcomes:
  score: {method: repeated_normal, mean: 0, sd: 1, correlation: 0.5}
assumptions: {no_effect: {}, effect: {score: {treatment: -1}}}
analyses: {t_test: {method: t_test, outcome: score, visit: after}}
simulation: {replicates: 400, seed: 3}
"""


class Printed(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Printed]


@pytest.fixture
def command_fixture(monkeypatch, capsys, tmp_path) -> Command:
    """The command, as typed, with the small scenario at tmp_path/small.yaml."""
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> Printed:
        monkeypatch.setattr(sys, "argv", ["trialsim", "size", *words])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        said = capsys.readouterr()
        return Printed(code, said.out, said.err)

    return command


def test_says_what_was_asked_and_the_answer_with_its_interval(command_fixture):
    printed = command_fixture("small.yaml", "--power", "0.8", "--workers", "1")
    assert printed.code == 0
    assert printed.err == ""
    lines = {line[:13].strip(): line[13:] for line in printed.out.splitlines() if line.strip()}
    found = ts.size(ts.load("small.yaml"), 0.8)
    assert lines["Question"] == (
        "How many patients for a power of 0.8, if the true difference is -1 point (effect)?"
    )
    n = found.n_total
    assert lines["Answer"] == f"{n} patients: {n // 2} control, {n // 2} treatment"
    assert f"95% interval {found.lower:.0f} to {found.upper:.0f} patients" in printed.out
    assert lines["False alarms"].endswith("under no_effect; the level is 5%")
    # Noncentral t, d 1, two-sided 0.05: 17 an arm, power 0.8070 (Cohen 1988, table 2.4.1).
    assert lines["Theory"] == "34 patients (17 control, 17 treatment), exact power 0.8070"
    assert all(len(line) <= 112 for line in printed.out.splitlines())


def test_json_has_every_number_of_the_answer(command_fixture):
    printed = command_fixture("small.yaml", "--power", "0.8", "--json", "--workers", "1")
    told = json.loads(printed.out)
    found = ts.size(ts.load("small.yaml"), 0.8)
    assert told["answer"]["value"] == found.value
    assert told["answer"]["arms"] == dict(found.arms)
    assert told["rejection_rate"] == {
        "value": found.power.value,
        "mcse": found.power.mcse,
        "n_used": found.power.n_used,
    }
    assert told["false_alarms"]["assumption"] == "no_effect"
    assert told["theory"]["value"] == 34
    assert {"scenario", "digest", "seed", "replicates", "tried", "notes"} <= set(told)


def test_quiet_prints_the_number_alone(command_fixture):
    printed = command_fixture("small.yaml", "-q", "--workers", "1", "--seed", "9")
    assert printed.out.strip() == f"{ts.size(ts.load('small.yaml'), seed=9).n_total}"
    assert printed.err == ""


def test_quiet_still_says_that_power_is_not_the_word(command_fixture):
    therapist = "conduct={therapists: {treatment: {n: 1, icc: 0.2}}}"
    printed = command_fixture("small.yaml", "-q", "--workers", "1", "--set", therapist)
    assert printed.code == 0
    assert "power is not the word" in printed.err


def test_no_answer_ends_with_3_and_says_why(command_fixture):
    printed = command_fixture("small.yaml", "--assumption", "no_effect")
    assert printed.code == 3
    assert printed.out == ""
    assert "every rejection is a false alarm" in printed.err


def test_no_answer_is_told_in_json_too(command_fixture):
    printed = command_fixture("small.yaml", "--assumption", "no_effect", "--json")
    assert printed.code == 3
    told = json.loads(printed.out)
    assert told["answer"] is None
    assert "every rejection is a false alarm" in told["why"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["small.yaml", "--power", "1.5"], "--power: found 1.5"),
        (["small.yaml", "--sd", "3"], "--sd: belongs to a question without a scenario."),
        (["small.yaml", "--n", "50"], "--n: belongs to a question without a scenario."),
        (["small.yaml", "--between", "1"], "--between: found '1'."),
        (["small.yaml", "--workers", "0"], "--workers: found 0"),
        (["--sd", "5", "--assumption", "effect"], "--assumption: is about a scenario"),
        (["--sd", "5", "--power", "0.8", "--set", "a=1"], "--set: is about a scenario"),
        ([], "found neither a scenario nor numbers"),
    ],
)
def test_wrong_options_end_with_2(command_fixture, words, told):
    printed = command_fixture(*words)
    assert printed.code == 2
    assert told in printed.err
    assert printed.out == ""


def test_numbers_without_a_scenario_are_answered_by_theory(command_fixture):
    """2 points, SD 5.5: 120 an arm for power 0.8 (noncentral t)."""
    printed = command_fixture("--difference", "2", "--sd", "5.5", "--power", "0.8")
    assert printed.code == 0
    assert "120" in printed.out
    told = json.loads(
        command_fixture("--difference", "2", "--sd", "5.5", "--power", "0.8", "--json").out
    )
    assert told["n_analysed"] == 240


def test_interruption_ends_in_words(command_fixture, monkeypatch):
    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("trialsim.cli.size.size", interrupted)
    printed = command_fixture("small.yaml", "--workers", "1")
    assert printed.code == 1
    assert printed.err.startswith("Interrupted.")


def test_hsieh_takes_one_line_of_typing(command_fixture):
    printed = command_fixture(
        HSIEH, "--assumption", "large_trials", "--replicates", "500", "--workers", "1"
    )
    assert printed.code == 0
    assert "(large_trials)?" in printed.out

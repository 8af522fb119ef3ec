"""trialsim check: the design in words, the work in numbers, every value; nothing simulated."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import trialsim as ts
from trialsim.cli import main
from trialsim.cli.check import counted, duration
from trialsim.core.records import COLUMNS

ROOT = Path(__file__).parents[3]

THREE_ARMS = """\
format: 1
title: Two treatments against none
design:
  arms: {none: {n: 20}, first: {n: 20}, second: {n: 20}}
  visits_weeks: {baseline: 0, after: 4}
outcomes:
  score: {method: bounded_integer, max: 24, mean: [10, 9], sd: [5, 6], correlation: 0.5}
assumptions: {no_effect: {}, effect: {score: {first: -2, second: -3}}}
observation: {missing: {lost: {method: mcar, rate: 0.1}}}
analyses:
  both: {method: ancova, outcome: score, visit: after}
  first_only: {method: t_test, outcome: score, visit: after, contrasts: [first - none]}
vary: {design.n_total: [30, 90]}
simulation: {replicates: 1500, seed: 3}
"""


class Printed(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def check_fixture(monkeypatch, capsys) -> Callable[..., Printed]:
    def check(*arguments: object) -> Printed:
        monkeypatch.setattr(sys, "argv", ["trialsim", "check", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        return Printed(int(left.value.code or 0), *capsys.readouterr())

    return check


@pytest.fixture
def three_arms_fixture(tmp_path) -> Path:
    file = tmp_path / "three_arms.yaml"
    file.write_text(THREE_ARMS, encoding="utf-8")
    return file


@pytest.mark.parametrize("file", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda f: f.stem)
def test_the_scenarios_of_the_library_are_sound(check_fixture, file):
    printed = check_fixture(file)
    assert (printed.code, printed.err) == (0, "")
    scenario = ts.load(file)
    design = scenario.plan.designs[0]
    assert printed.out.startswith(scenario.written.title)
    for arm, n in design.arms.items():
        assert f"{arm} ({n})" in printed.out
    assert f"{design.n_total} patients in all" in printed.out
    assert re.search(r"^Evidence: .*\d+ assumed", printed.out, re.MULTILINE)


def test_the_design_is_described_in_one_paragraph(check_fixture, three_arms_fixture):
    paragraph, _, _ = check_fixture(three_arms_fixture).out.partition("\n\n")
    assert "\n" not in paragraph
    for part in (
        "Two treatments against none: a trial of first (20) v second (20) v none (20)",
        "60 patients in all, allocated by random allocation rule.",
        "Visits: baseline (week 0), after (week 4).",
        "Measured: score, 0 to 24 points, lower is better.",
        "Primary analysis: ANCOVA of score at after, adjusted for baseline, two-sided 0.05; "
        "2 analyses in all.",
        "Missing data: lost (mcar).",
        "Assumed truths: no_effect, effect.",
    ):
        assert part in paragraph


def test_the_work_is_cells_times_analyses_times_contrasts_times_replicates(
    check_fixture, three_arms_fixture
):
    printed = check_fixture(three_arms_fixture)
    # One analysis has both contrasts, the other one of them.
    factors = "3 design points x 2 assumptions x 3 contrasts of 2 analyses, 1,500 replicates each"
    assert f"Work: {factors}: 27,000 estimates, " in printed.out
    results = ts.run(ts.load(three_arms_fixture), replicates=1)
    assert results.values.shape[0] * 1_500 == 3 * 2 * 3 * 1_500 == 27_000
    bytes_stated = re.search(r"estimates, (\d+) MB", printed.out)
    assert bytes_stated is not None
    assert int(bytes_stated[1]) == round(27_000 * len(COLUMNS) * 8 / 1e6)


def test_a_factor_of_one_is_singular(check_fixture, three_arms_fixture):
    changes = [
        "vary={}",
        "assumptions={no_effect: {}}",
        "analyses={one: {method: t_test, outcome: score, visit: after, contrasts: [first - none]}}",
        "simulation.replicates=1",
    ]
    printed = check_fixture(three_arms_fixture, *(word for c in changes for word in ("--set", c)))
    work = "Work: 1 design point x 1 assumption x 1 analysis, 1 replicate each: 1 estimate, "
    assert work in printed.out
    assert "Evidence: none of the numbers has a stated source." in printed.out


def test_time_and_memory_are_stated(check_fixture, three_arms_fixture):
    pattern = r"about [\d.]+ (s|min|h) on one core, peak memory about [\d.]+ GB\."
    assert re.search(pattern, check_fixture(three_arms_fixture).out)


def test_values_are_listed_with_where_they_come_from(check_fixture, three_arms_fixture):
    printed = check_fixture(three_arms_fixture, "--values")
    rows = re.findall(r"^(.*?) +(given|default|derived) +(.*)$", printed.out, re.MULTILINE)
    listed = {place: (status, value) for place, status, value in rows}
    assert listed["design.arms.none.n"] == ("given", "20")
    assert listed["decision.alpha"] == ("default", "0.05")
    assert listed["decision.primary"] == ("default", "both")
    assert listed["design.n_total"] == ("derived", "60")
    assert listed["assumptions.effect.score.second.mean"] == ("derived", "[10.0, 6.0]")
    assert set(listed) == set(ts.load(three_arms_fixture).plan.marks)
    assert "default" not in check_fixture(three_arms_fixture).out


def test_set_changes_what_is_described(check_fixture, three_arms_fixture):
    printed = check_fixture(three_arms_fixture, "--set", "design.n_total=90", "--set", "vary={}")
    assert "first (30) v second (30) v none (30)" in printed.out
    assert "Work: 1 design point x" in printed.out


def test_nothing_is_written(check_fixture, three_arms_fixture, monkeypatch, tmp_path):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    check_fixture(three_arms_fixture)
    assert list((tmp_path / "here").iterdir()) == []


def test_all_problems_are_listed_and_the_exit_code_is_2(check_fixture, three_arms_fixture):
    text = THREE_ARMS.replace("sd: [5, 6]", "sd: [5, 60]").replace("outcome: score", "outcome: x")
    three_arms_fixture.write_text(text, encoding="utf-8")
    printed = check_fixture(three_arms_fixture)
    assert (printed.code, printed.out) == (2, "")
    for place in ("outcomes.score.sd", "analyses.both.outcome", "analyses.first_only.outcome"):
        assert place in printed.err
    assert "nothing was simulated" in printed.err


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (12.3, "12 s"),
        (98, "98 s"),
        (180, "3 min"),
        (9_000, "2.5 h"),
    ],
)
def test_times_are_rounded_for_readers(seconds, text):
    assert duration(seconds) == text


def test_counts_agree_with_their_nouns():
    assert [counted(n, "analysis", "analyses") for n in (0, 1, 2)] == [
        "0 analyses",
        "1 analysis",
        "2 analyses",
    ]
    assert counted(1_000, "replicate") == "1,000 replicates"

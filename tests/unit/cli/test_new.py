"""trialsim new: what it writes is valid, runs and says what the flags said, or is not written."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

import trialsim as ts
from trialsim.cli import main
from trialsim.scenario.load import read

HIPS = (
    *("--title", "Hips: physiotherapy, or #acupressure?", "--arms", "acupressure,physiotherapy"),
    *("--n", "129", "--outcome", "rmdq", "--min", "0", "--max", "24", "--better", "lower"),
    *("--mean", "10.45", "--sd", "5.5", "--correlation", "0.5"),
    *("--visits", "baseline:0,after:4", "--difference", "-2"),
)


@pytest.fixture
def new(monkeypatch, capsys, tmp_path):
    """Runs `trialsim new trial.yaml` with flags: exit code, the file, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO("never read\n" * 20))

    def run(*flags: str) -> tuple[Any, Any, str, str]:
        monkeypatch.setattr(sys, "argv", ["trialsim", "new", "trial.yaml", *flags])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, tmp_path / "trial.yaml", out, err

    return run


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    "flags",
    [
        (),
        HIPS,
        ("--normal",),
        ("--normal", "--mean", "0", "--sd", "1", "--better", "higher"),
        ("--max", "10"),
        ("--visits", "before:0,after:4,later:26", "--mean", "50,45,40", "--difference", "0,-5,-6"),
        ("--visits", "end:12", "--arms", "placebo,low,high", "--n", "7"),
        ("--visits", "early:0.5,late:12", "--outcome", "null", "--arms", "yes,n"),
    ],
)
def test_it_writes_a_scenario_that_runs(flags, new):
    code, file, out, err = new(*flags)
    assert (code, err) == (0, "")
    assert "Wrote trial.yaml." in out
    scenario = ts.load(file, ["simulation.replicates=2", "vary={}"])
    results = ts.run(scenario)
    assert not results.performance().empty


def test_it_says_what_the_flags_said(new):
    _, file, _, _ = new(*HIPS)
    written = read(file).data
    assert written["title"] == "Hips: physiotherapy, or #acupressure?"
    assert written["design"]["arms"] == {"acupressure": {"n": 65}, "physiotherapy": {"n": 64}}
    assert written["design"]["visits_weeks"] == {"baseline": 0, "after": 4}
    outcome = written["outcomes"]["rmdq"]
    said = {"min": 0, "max": 24, "better": "lower", "mean": 10.45, "sd": 5.5, "correlation": 0.5}
    assert {key: outcome[key] for key in said} == said
    assert written["assumptions"] == {"no_effect": {}, "expected": {"rmdq": {"physiotherapy": -2}}}
    assert written["vary"]["design.n_total"] == [64, 129, 193, 258]
    plan = ts.load(file).plan.designs[0]
    assert (plan.decision.primary, plan.analyses[plan.decision.primary].visit) == (
        "ancova",
        "after",
    )


def test_a_scenario_without_limits_or_baseline(new):
    _, file, _, _ = new("--normal", "--visits", "end:12")
    written = read(file).data
    (outcome,) = written["outcomes"].values()
    assert "min" not in outcome
    assert len(written["analyses"]) == 1
    assert ts.load(file).plan.designs[0].baseline is None


def test_sizes_to_try_are_sizes_that_can_be_simulated(new):
    _, file, _, _ = new("--n", "90000")
    assert read(file).data["vary"] == {"design.n_total": [45_000, 90_000]}
    _, file, _, _ = new("--n", "4", "--force")
    assert read(file).data["vary"] == {"design.n_total": [4, 6, 8]}
    _, file, _, _ = new("--n", "3", "--force")
    assert "vary" not in read(file).data


@pytest.mark.parametrize(("better", "sign"), [("lower", -1), ("higher", 1)])
def test_the_expected_difference_is_half_an_sd_in_the_good_direction(better, sign, new):
    _, file, _, _ = new("--normal", "--sd", "8", "--better", better)
    (difference,) = read(file).data["assumptions"]["expected"]["score"].values()
    assert difference == sign * 4


def test_every_key_has_a_comment_and_every_number_asks_for_its_source(new):
    _, file, _, _ = new(*HIPS)
    lines = file.read_text("utf-8").splitlines()
    assert all(len(line) <= 100 for line in lines)
    for before, line in zip(lines, lines[1:], strict=False):
        key = line.strip().split(":")[0]
        if line[:1].isalpha():
            assert before.startswith("# "), f"{key} is not explained"
    evidence = read(file).data["evidence"]
    assert all(
        entry == {"status": "assumed", "from": "say where it comes from"}
        for entry in evidence.values()
    )
    assert {"design.arms", "outcomes.rmdq.sd", "assumptions.expected"} <= set(evidence)


def test_the_editor_is_told_only_of_a_schema_that_was_given(new):
    _, file, _, _ = new()
    assert "yaml-language-server" not in file.read_text("utf-8")
    _, file, _, _ = new("--schema", "../docs/scenario.schema.json", "--force")
    first = file.read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../docs/scenario.schema.json"


def test_an_existing_file_is_left_alone_unless_forced(new):
    _, file, _, _ = new()
    file.write_text("mine", encoding="utf-8")
    code, _, out, err = new()
    assert (code, out) == (2, "")
    assert "trial.yaml: this file exists and was left as it is." in err
    assert "--force" in err
    assert file.read_text("utf-8") == "mine"
    assert new("--force")[0] == 0
    assert "mine" not in file.read_text("utf-8")


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--max", "24", "--sd", "15"), "--sd: outcomes.score.sd: an SD of 15 is impossible"),
        (("--max", "24", "--mean", "30"), "--mean: outcomes.score.mean: a mean of 30 is outside"),
        (("--max", "24", "--difference", "-20"), "--difference: assumptions.expected."),
        (("--mean", "high"), "--mean: outcomes.score.mean: found 'high'"),
        (("--mean", "1,2,3"), "--mean: outcomes.score.mean: has 3 values for 2 visits"),
        (("--better", "lowr"), "Did you mean lower?"),
        (("--correlation", "1.5"), "--correlation: outcomes.score.correlation: found 1.5"),
        (("--arms", "alone"), "--arms: design.arms: "),
        (("--arms", "a,a"), "--arms: names 'a' a second time."),
        (("--arms", "sham needle,needle"), '--arms: design.arms."sham needle": the name'),
        (("--n", "1"), "--n: design.arms."),
        (("--n", "-3"), "--n: design.arms."),
        (("--visits", "baseline"), "--visits: found 'baseline': a visit reads NAME:WEEK."),
        (("--visits", "a:0,a:4"), "--visits: names 'a' a second time."),
        (("--visits", "a:4,b:2"), "--visits: design.visits_weeks.b: found week 2 after week 4"),
        (("--visits", "a:0"), "--visits: design.visits_weeks: has only a baseline visit."),
        (("--outcome", "my score"), '--outcome: outcomes."my score": the name'),
        (("--normal", "--max", "24"), "--normal: --normal is for a score without limits"),
        (("--normal", "--sd", "nan"), "--sd: "),
        (("--title", "\u2028"), "found an invisible character (U+2028)"),
    ],
)
def test_impossible_scenarios_are_refused_and_nothing_is_written(flags, told, new):
    code, file, out, err = new(*flags)
    assert (code, out) == (2, "")
    assert told in err
    assert "trial.yaml:" not in err  # a place in a file that was never written helps nobody
    assert not file.exists()


def test_a_folder_that_does_not_exist_is_refused(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["trialsim", "new", str(tmp_path / "no" / "trial.yaml")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "there is no folder" in capsys.readouterr().err


def test_a_terminal_is_asked_for_what_the_flags_do_not_say(new, monkeypatch):
    answers = [
        "control,tablet,syrup",
        "",
        "60",
        "start:0,end:8",
        "pain",
        "y",
        "",
        "10",
        "",
        "6",
        "2",
        "",
    ]
    monkeypatch.setattr(sys, "stdin", Terminal("\n".join(answers) + "\n"))
    code, file, out, err = new()
    assert code == 0
    assert "Arms, the comparator first" in err
    assert "Arms" not in out
    written = read(file).data
    assert written["title"] == "Tablet and syrup against control"
    assert {arm: told["n"] for arm, told in written["design"]["arms"].items()} == {
        "control": 20,
        "tablet": 20,
        "syrup": 20,
    }
    outcome = written["outcomes"]["pain"]
    assert (outcome["min"], outcome["max"], outcome["mean"], outcome["sd"]) == (0, 10, 6, 2)
    assert written["assumptions"]["expected"] == {"pain": {"tablet": -1, "syrup": -1}}


def test_a_terminal_is_not_asked_for_what_the_flags_say(new, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal())
    code, _, _, err = new(*HIPS)
    assert (code, err) == (0, "")

"""trialsim compare, and run --precision: what they print, write and refuse."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

import trialsim as ts
from trialsim.cli import main
from trialsim.cli.compare_text import about

SMALL = """\
format: 1
design:
  arms: {control: {n: 20}, treatment: {n: 20}}
  visits_weeks: {baseline: 0, after: 4}
conduct:
  recruitment: {per_week: 4}
outcomes:
  score: {method: repeated_normal, mean: 0, sd: 1, correlation: 0.5}
assumptions: {no_effect: {}, effect: {score: {treatment: -1}}}
analyses:
  t_test: {method: t_test, outcome: score, visit: after}
  change: {method: change_score, outcome: score, visit: after}
simulation: {replicates: 600, seed: 3}
"""


class Printed(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Printed]


@pytest.fixture
def command_fixture(monkeypatch, capsys, tmp_path) -> Command:
    """A command, as typed; results go to tmp_path/out."""

    def command(*words: object) -> Printed:
        monkeypatch.setattr(
            sys, "argv", ["trialsim", *map(str, words), "--out", str(tmp_path / "out")]
        )
        with pytest.raises(SystemExit) as left:
            main()
        return Printed(int(left.value.code or 0), *capsys.readouterr())

    return command


@pytest.fixture
def small_fixture(tmp_path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return file


@pytest.fixture
def larger_fixture(tmp_path) -> Path:
    file = tmp_path / "larger.yaml"
    file.write_text(SMALL.replace("n: 20", "n: 30"), encoding="utf-8")
    return file


def test_two_scenarios_are_told_apart_in_words(command_fixture, small_fixture, larger_fixture):
    printed = command_fixture(
        "compare", small_fixture, larger_fixture, "--smallest", "0.01", "--workers", "1"
    )
    assert (printed.code, printed.err) == (0, "")
    assert "All are compared with: small" in printed.out
    assert re.search(r"larger\s+effect\s+\S+%\s+\S+%\s+\+\S+ \(\S+\)\s+told apart", printed.out)
    assert "cannot be told apart at 600; about" in printed.out
    assert "patients enrolled" in printed.out and "Power against cost, if effect" in printed.out


def test_json_has_the_numbers_of_python_and_files_are_written(
    command_fixture, small_fixture, larger_fixture
):
    printed = command_fixture("compare", small_fixture, larger_fixture, "--json")
    assert (printed.code, printed.err, printed.out.count("\n")) == (0, "", 1)

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    found = json.loads(printed.out, parse_constant=refuse)
    assert list(found) == [
        "first",
        "digest",
        "seed",
        "replicates",
        "elapsed_s",
        "smallest",
        "results_dir",
        "designs",
        "differences",
        "pareto",
    ]
    expected = ts.compare(ts.load(small_fixture), ts.load(larger_fixture))
    assert [row["difference"] for row in found["differences"]] == list(
        expected.differences["difference"]
    )
    assert {type(row["n_pairs"]) for row in found["differences"]} == {int}
    folder = Path(found["results_dir"])
    written = pd.read_csv(folder / "differences.csv")
    assert len(written) == len(found["differences"])
    names = {path.stem for path in (folder / "figures").glob("*.png")}
    assert names == {"paired_difference", "pareto_patients", "pareto_weeks"}


@pytest.mark.parametrize(
    "words", [("--analyses", "t_test,change"), ("--analyses", "t_test", "change")]
)
def test_analyses_may_be_listed_with_commas_or_spaces(command_fixture, small_fixture, words):
    printed = command_fixture("compare", small_fixture, *words, "--json")
    found: dict[str, Any] = json.loads(printed.out)
    assert found["first"] == "t_test"
    assert {row["other"] for row in found["differences"]} == {"change"}


def test_a_change_is_a_design_of_its_own_with_one_scenario(command_fixture, small_fixture):
    found = json.loads(
        command_fixture("compare", small_fixture, "--set", "design.n_total=60", "--json").out
    )
    assert {row["other"] for row in found["differences"]} == {"n_total 60"}


def test_a_change_is_made_to_all_of_several(command_fixture, small_fixture, larger_fixture):
    words = ("compare", small_fixture, larger_fixture, "--set", "design.n_total=24", "--json")
    found = json.loads(command_fixture(*words).out)
    assert {row["n_total"] for row in found["designs"]} == {24}
    assert {row["difference"] for row in found["differences"]} == {0.0}


def test_quiet_prints_the_folder_only(command_fixture, small_fixture, larger_fixture):
    printed = command_fixture("compare", small_fixture, larger_fixture, "--quiet")
    assert Path(printed.out.strip()).is_dir()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "is one design"),
        (("--analyses", "t_tset,change"), "t_test"),
        (("--set", "design.n_totl=3"), "n_totl"),
        (("--set", "design.n_total"), "PATH=VALUE"),
        (("--set", "design.n_total=60", "--assumption", "hope"), "--assumption"),
        (("--set", "design.n_total=60", "--smallest", "2"), "smallest"),
        (("missing.yaml",), "missing.yaml"),
    ],
)
def test_what_is_wrong_is_said_with_exit_code_2(command_fixture, small_fixture, words, told):
    printed = command_fixture("compare", small_fixture, *words)
    assert printed.code == 2
    assert told in printed.err and printed.out == ""


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (96.0, "about 96"),
        (33_313.0, "about 33,000"),
        (4.7e7, "about 47,000,000"),
        (3e9, "more than 100 million"),
    ],
)
def test_replicates_are_said_to_two_digits(n, text):
    assert about(n) == text


# run --precision


def test_a_run_to_a_precision_says_how_many_it_took(command_fixture, small_fixture):
    printed = command_fixture("run", small_fixture, "--precision", "0.02", "--workers", "1")
    assert printed.code == 0
    n = ts.run(ts.load(small_fixture), precision=0.02).replicates
    assert f"Precision {n:,} simulated trials a cell" in printed.err
    assert f"{n:,} simulated trials a row" in printed.out
    again = command_fixture("run", small_fixture, "--precision", "0.02", "--json")
    assert json.loads(again.out)["replicates"] == n
    assert again.err == ""


def test_a_precision_that_was_not_reached_is_said_even_when_quiet(command_fixture, small_fixture):
    printed = command_fixture(
        "run", small_fixture, "--precision", "0.001", "--replicates", "600", "--quiet"
    )
    assert printed.code == 0
    assert "more than the asked (0.001)" in printed.err


def test_an_impossible_precision_has_exit_code_2(command_fixture, small_fixture):
    printed = command_fixture("run", small_fixture, "--precision", "0.7")
    assert printed.code == 2 and "precision" in printed.err

"""trialsim replay: what it prints, what it keeps to itself, what it refuses."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

import trialsim as ts
from trialsim.cli import main
from unit.replay.replayed_trial import TRIAL


class Printed(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Printed]


@pytest.fixture
def command_fixture(monkeypatch, capsys) -> Command:
    def command(*words: object) -> Printed:
        monkeypatch.setattr(sys, "argv", ["trialsim", "replay", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        return Printed(int(left.value.code or 0), *capsys.readouterr())

    return command


@pytest.fixture(scope="module")
def file_fixture(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("scenarios") / "knee.yaml"
    path.write_text(yaml.safe_dump(TRIAL, sort_keys=False))
    return path


def test_the_trial_is_printed_and_its_truth_is_not(command_fixture, file_fixture):
    printed = command_fixture(file_fixture, "--replicate", 17)
    assert printed.code == 0
    assert printed.out.startswith("Trial 17 of knee: simulated, seed 11")
    for part in ("CONCLUSION:", "Flow: 90 randomised", "Table 1.", "No p values", "(primary)"):
        assert part in printed.out
    assert "zorbing" not in printed.out
    trial = ts.replay(ts.load(file_fixture), 17)
    said = " ".join(printed.out.split())
    assert " ".join(dict(trial.abstract().sections)["Results"].split()) in said


def test_reveal_tells_below_a_line(command_fixture, file_fixture):
    hidden, revealed = (
        command_fixture(file_fixture, "--replicate", 2, "--what-if", "harsh", *more).out
        for more in ((), ("--reveal",))
    )
    before, after = revealed.split("\n────")
    assert hidden.startswith(before)
    assert "zorbing" in after
    assert "harsh" in after
    assert "−3.142 points" in after
    assert "harsh" not in before


def test_json_is_one_object_whose_truth_has_to_be_asked_for(command_fixture, file_fixture):
    printed = command_fixture(file_fixture, "--replicate", 3, "--json")
    found = json.loads(printed.out)
    assert {"scenario", "digest", "seed", "replicate", "abstract", "flow", "results"} < set(found)
    assert "zorbing" not in printed.out
    estimate = ts.replay(ts.load(file_fixture), 3).analyse("ancova").estimate
    assert found["results"][0]["estimate"] == estimate
    revealed = json.loads(command_fixture(file_fixture, "--json", "--reveal").out)
    assert revealed["replicate"] == 1
    assert revealed["truth"]["assumption"] == "zorbing"


def test_files_are_written_where_asked(command_fixture, file_fixture, tmp_path):
    printed = command_fixture(file_fixture, "--out", tmp_path / "trial", "--json")
    files = [Path(name) for name in json.loads(printed.out)["files"]]
    assert all(path.is_file() for path in files)
    assert tmp_path / "trial" / "figures" / "swimmer.svg" in files


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--replicate", 0), "replicate: found 0; trials are counted from 1 to 300."),
        (("--replicate", 301), "For more of them set simulation.replicates."),
        (("--assumption", "zorbin"), "assumption: there is none called 'zorbin'. Did you mean"),
        (("--what-if", "mild"), "what_if: there is none called 'mild'. Known: as_stated, harsh."),
        (("--seed", -1), "seed: found -1, must be 0 to 2^63 - 1."),
        (("--set", "design.n_totl=60"), "n_totl"),
        (("--out", __file__), "which is a file."),
    ],
)
def test_what_there_is_not_is_refused(command_fixture, file_fixture, words, message):
    printed = command_fixture(file_fixture, *words)
    assert (printed.code, printed.out) == (2, "")
    assert message in printed.err


def test_all_that_is_wrong_is_told_at_once(command_fixture, file_fixture):
    printed = command_fixture(file_fixture, "--replicate", 0, "--assumption", "x", "--what-if", "y")
    assert printed.code == 2
    assert "3 problems found" in printed.err


def test_a_change_is_made(command_fixture, file_fixture):
    printed = command_fixture(file_fixture, "--set", "design.n_total=30")
    assert "Flow: 30 randomised" in printed.out


def test_the_folder_of_a_run_will_do(command_fixture, tmp_path):
    short = {**TRIAL, "vary": {}, "what_if": {}, "simulation": {"replicates": 8, "seed": 4}}
    path = tmp_path / "knee.yaml"
    path.write_text(yaml.safe_dump(short, sort_keys=False))
    folder = ts.run(ts.load(path)).save(tmp_path / "results")
    printed = command_fixture(folder, "--replicate", 8)
    assert printed.out == command_fixture(path, "--replicate", 8).out
    refused = command_fixture(folder, "--set", "design.n_total=30")
    assert refused.code == 2
    assert "--set: found with the folder of a run, which cannot be changed." in refused.err
    assert command_fixture(folder, "--seed", 5).code == 2
    assert command_fixture(folder, "--replicate", 9).code == 2


def test_a_place_that_there_is_not_is_refused(command_fixture, tmp_path):
    assert command_fixture(tmp_path / "none.yaml").code == 2

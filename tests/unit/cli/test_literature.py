"""trialsim literature: what it prints, writes, and refuses."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import trialsim as ts
from trialsim.cli import main

SCENARIOS = Path(__file__).parents[3] / "scenarios"
TEXTBOOK = str(SCENARIOS / "textbook_literature.yaml")
SMALL = ("--replicates", "300")


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """Runs a command in an empty folder: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["trialsim", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out = capsys.readouterr()
        code: Any = ended.value.code
        return int(code or 0), out.out, out.err

    return run


def test_it_prints_what_reviews_find_and_writes_tables_and_figures(command):
    code, out, _ = command("literature", TEXTBOOK, *SMALL)
    assert code == 0
    for text in (
        "Truth        0.2 SD, the same in every trial",
        "Published    with probability: significant 1, not significant 0.2",
        "Egger's test finds asymmetry (p < 0.1)",
        "prediction interval, Hartung-Knapp: from",
        "DerSimonian-Laird",
        "trim and fill",
        "19.09%",  # exact
        "publication adds",
    ):
        assert text in out
    (folder,) = Path("results/textbook_literature").glob("literature-*")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    tables = {f"{name}.csv" for name in ("performance", "literatures", "trials", "history")}
    drawn = {
        f"figures/{name}.{ending}"
        for name in ("funnel", "forest", "cumulative")
        for ending in ("png", "svg", "csv")
    }
    assert names == {"literature.json", *tables, *drawn}
    assert len(pd.read_csv(folder / "literatures.csv")) == 300
    assert len(pd.read_csv(folder / "trials.csv")) == 60
    assert all(len(line) <= 112 for line in out.splitlines() if not line.startswith("Results"))


@pytest.mark.parametrize("name", ["acupuncture_literature", "massage_literature"])
def test_flaws_are_named_and_nothing_exact_is_claimed(command, name):
    code, out, _ = command("literature", str(SCENARIOS / f"{name}.yaml"), *SMALL)
    assert code == 0
    assert "Flaw " in out and "exact" not in out
    assert "…" not in out
    assert all(len(line) <= 112 for line in out.splitlines() if not line.startswith("Results"))


def test_json_holds_every_measure(command):
    code, out, _ = command("literature", TEXTBOOK, *SMALL, "--seed", "4", "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["truth"], told["seed"], told["replicates"]) == (0.2, 4, 300)
    rows = ts.simulate_literature(ts.load(TEXTBOOK), replicates=300, seed=4).table()
    assert len(told["measures"]) == len(rows)
    for row, value in zip(told["measures"], rows["value"], strict=True):
        assert row["value"] == pytest.approx(value, abs=1e-12)
    stored = json.loads((Path(told["results_dir"]) / "literature.json").read_text("utf-8"))
    assert stored["measures"] == told["measures"]


def test_quiet_prints_only_the_folder(command):
    code, out, _ = command("literature", TEXTBOOK, *SMALL, "-q", "--replicate", "17")
    assert code == 0
    stored = json.loads((Path(out.strip()) / "literature.json").read_text("utf-8"))
    assert stored["drawn"] == 17


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((str(SCENARIOS / "textbook.yaml"),), "describes no literature"),
        ((TEXTBOOK, "--replicate", "300"), "literatures 0 to 299 were simulated"),
        ((TEXTBOOK, "--set", "literature.trials=0"), "must be at least 1"),
        ((TEXTBOOK, "--set", "analyses.t_test.variance=welch"), "has no law for"),
    ],
)
def test_it_refuses_with_a_reason_and_code_2(command, words, said):
    code, out, err = command("literature", *SMALL, *words)
    assert (code, out) == (2, "")
    assert said in err


def test_sections_that_have_no_part_in_it_are_named(command):
    change = "observation={missing: {lost: {method: mcar, rate: 0.1}}}"
    code, out, _ = command("literature", TEXTBOOK, *SMALL, "--set", change)
    assert code == 0
    assert "Not simulated here: observation." in out


def test_no_replicates_are_refused(command):
    code, _, err = command("literature", TEXTBOOK, "--replicates", "0")
    assert code == 2
    assert "--replicates" in err

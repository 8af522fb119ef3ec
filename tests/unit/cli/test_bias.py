"""trialsim bias, and what check and list say of bias."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from trialsim.cli import app

SCENARIOS = Path(__file__).parents[3] / "scenarios"

TRIAL = """
format: 1
design:
  arms: {control: {n: 20}, treated: {n: 20}}
  visits_weeks: {baseline: 0, after: 4, later: 8}
conduct:
  cointerventions: {pills: {shares: {control: 0.3}, size: {pain: 1}}}
outcomes:
  score: {method: repeated_normal, better: higher, mean: 10, sd: [2, 2, 4], correlation: 0.5}
  pain: {method: repeated_normal, mean: 5, sd: 2}
assumptions: {no_effect: {}, works: {score: {treated: 1}}}
bias:
  unblinded: {method: expectation, size: {score: 0.5}, unit: sd, between_trial_sd: 0.1, on: false}
  beside: {method: co_intervention, size: {score: -1}, share: 0.2, arm: [control]}
what_if: {open: {bias.unblinded.on: true}}
analyses: {t_test: {method: t_test, outcome: score, visit: after}}
published: {paper: {analysis: t_test, estimate: 2, interval: [1, 3]}}
simulation: {replicates: 256, seed: 1}
evidence: {bias.unblinded: {status: reported, from: "a table"}}
"""


@pytest.fixture
def run_fixture(tmp_path):
    file = tmp_path / "trial.yaml"
    file.write_text(TRIAL, "utf-8")

    def run(command: str, *words: str):
        return CliRunner().invoke(app, [command, str(file), *words])

    return run


def test_check_says_what_misleads_and_on_whose_word(run_fixture):
    said = run_fixture("check").stdout
    for text in (
        "Bias mechanisms; no truth knows of them:",
        "unblinded (expectation; measurement of the outcome): off but in open",
        "score at after: +1 points (+0.50 SD), between trials SD 0.2 (0.10 SD)",
        "score at later: +2 points (+0.50 SD), between trials SD 0.4 (0.10 SD)",
        "source (reported): a table",
        "beside (co_intervention; deviations from intended interventions): on",
        "arm control; share 0.2",
        "source: none is stated",
        "Co-interventions under conduct, part of what is true: pills.",
        "Co-interventions under bias, not part of what is true: beside.",
    ):
        assert text in said, text


def test_bias_prints_the_ledger_and_writes_it(run_fixture, tmp_path):
    out = tmp_path / "results"
    found = run_fixture("bias", "--workers", "1", "--out", str(out), "--assumption", "works")
    assert found.exit_code == 0, found.output
    for text in ("works: true difference 1", "unblinded", "beside", "together, beyond the sum"):
        assert text in found.stdout
    assert "standard errors apart" in found.stdout
    assert "no_effect" not in found.stdout
    (folder,) = (out / "trial").iterdir()
    frame = pd.read_csv(folder / "ledger.csv")
    assert set(frame["assumption"]) == {"works"}
    names = {file.name for file in (folder / "figures").iterdir()}
    assert {"bias_waterfall_works.png", "expectation.svg"} <= names


def test_json_is_one_object_without_what_is_not_defined(run_fixture, tmp_path):
    words = ("--workers", "1", "--out", str(tmp_path), "--json", "--replicates", "64")
    found = json.loads(run_fixture("bias", *words).stdout)
    assert (found["scenario"], found["analysis"], found["published"]) == ("trial", "t_test", 2.0)
    by_place = {(r["assumption"], r["item"], r["measure"]): r["value"] for r in found["ledger"]}
    assert by_place["no_effect", "all", "wrong_sign"] is None
    assert by_place["works", "truth", "true_value"] == 1
    assert Path(found["results_dir"]).is_dir()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--analysis", "tt"], "no analysis is called 'tt'"),
        (["--assumption", "large"], "no assumption is called 'large'"),
        (
            ["--set", "bias={}", "--set", "evidence={}", "--set", "what_if={}"],
            "has no mechanism to switch on",
        ),
    ],
)
def test_what_cannot_be_priced_is_told(words, complaint, tmp_path):
    """Through `main`, as on a terminal, which turns errors into messages and exit code 2."""
    import subprocess
    import sys

    file = tmp_path / "trial.yaml"
    file.write_text(TRIAL, "utf-8")
    command = [sys.executable, "-m", "trialsim.cli", "bias", str(file), *words]
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert found.returncode == 2
    assert complaint in found.stderr


def test_list_shows_domains():
    runner = CliRunner()
    stage = runner.invoke(app, ["list", "bias"]).stdout
    assert stage.count("RoB 2 domain: ") == 16
    assert "RoB 2 domain: selection of the reported result" in stage
    one = runner.invoke(app, ["list", "bias", "exclusions"]).stdout
    assert "RoB 2 domain: missing outcome data" in one
    found = json.loads(runner.invoke(app, ["list", "bias", "--json"]).stdout)
    assert found["methods"]["assessor"]["domain"] == "measurement of the outcome"
    assert "domain" not in json.loads(
        runner.invoke(app, ["list", "analysis", "ancova", "--json"]).stdout
    )


WITH_MECHANISMS = sorted(
    file.stem for file in SCENARIOS.glob("*.yaml") if "\nbias:" in file.read_text("utf-8")
)


@pytest.mark.parametrize("name", WITH_MECHANISMS)
def test_every_scenario_of_the_library_has_a_ledger(name, tmp_path):
    """Figures included, and whatever else the scenario says of its mechanisms."""
    words = [str(SCENARIOS / f"{name}.yaml"), "--replicates", "256", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, ["bias", *words, "--assumption", "no_effect", "--quiet"])
    assert done.exit_code == 0, done.output
    assert list(tmp_path.rglob("*.png"))

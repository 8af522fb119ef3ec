"""trialsim assurance and trialsim pilot: what they print, write, and refuse."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import trialsim as ts
from trialsim.cli import main

PILOT = Path(__file__).parents[3] / "scenarios" / "pilot.yaml"


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


SMALL = ("--replicates", "200", "--workers", "1")


def test_assurance_prints_power_beside_it_and_writes_its_figure(command):
    code, out, _ = command("assurance", str(PILOT), *SMALL)
    assert code == 0
    found = ts.assurance(ts.load(PILOT), replicates=200)
    for text in (
        f"{100 * found.power:.1f}%"[:2],
        "Power, if the stated values are true",
        "Assurance, averaged over what is believed",
        "significant in the good direction",
        "Chance of a power below 50 of 100",
        "Success if effect is at least 0.3",
        "from pilot, estimate 0.78",
    ):
        assert text in out
    (figure,) = Path("results/pilot").glob("assurance-*/figures/power_distribution.png")
    assert figure.stat().st_size > 10_000
    assert all(len(line) <= 112 for line in out.splitlines() if not line.startswith("Results"))


def test_assurance_as_json_holds_the_record(command):
    code, out, _ = command("assurance", str(PILOT), *SMALL, "--n", "44,60", "--json")
    told = json.loads(out)
    assert code == 0
    assert [one["n_total"] for one in told["sizes"]] == [44, 60]
    alone = ts.assurance(ts.load(PILOT), n_total=60, replicates=200)
    assert told["sizes"][1]["assurance"] == pytest.approx(alone.assurance, abs=1e-12)
    stored = json.loads((Path(told["results_dir"]) / "assurance.json").read_text("utf-8"))
    assert stored["sizes"] == told["sizes"]
    figures = sorted(p.name for p in (Path(told["results_dir"]) / "figures").glob("*.png"))
    assert figures == ["power_distribution_44.png", "power_distribution_60.png"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--n", "many"), "--n: found 'many', allowed: whole numbers"),
        (("--n", "1"), "leaves an arm with nobody in it"),
        (("--assumption", "modst"), "Did you mean modest?"),
        (("--set", "uncertain={}"), "says nothing that is not known"),
        (("--set", "uncertain.effect.prior.estimate=0.3"), "which is not significant"),
    ],
)
def test_assurance_refuses_with_a_reason_and_code_2(command, words, said):
    code, out, err = command("assurance", str(PILOT), *SMALL, *words)
    assert (code, out) == (2, "")
    assert said in err


def test_pilot_prints_what_significant_pilots_lead_to(command):
    code, out, _ = command("pilot", str(PILOT), "--replicates", "400", "--workers", "1")
    assert code == 0
    for text in ("exact 0.1634", "exact 0.7811", "exact 176", "Really needed, per arm"):
        assert text in out
    (folder,) = Path("results/pilot").glob("pilot-*")
    assert {p.name for p in folder.glob("*.*")} == {"pilot.json", "pilots.csv"}
    assert (folder / "figures" / "pilot.png").stat().st_size > 10_000


def test_pilot_as_json(command):
    code, out, _ = command(
        "pilot", str(PILOT), "--replicates", "200", "--workers", "1", "--json", "--power", "0.9"
    )
    told = json.loads(out)
    assert code == 0
    assert told["power"] == 0.9
    assert told["exact"]["needed_per_arm"] == told["needed_per_arm"] == 235


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--assumption", "no_effect"), "no_effect has no effect"),
        (("--power", "0.04"), "--power: found 0.04"),
    ],
)
def test_pilot_refuses_with_a_reason_and_code_2(command, words, said):
    code, _, err = command("pilot", str(PILOT), "--replicates", "100", *words)
    assert code == 2
    assert said in err

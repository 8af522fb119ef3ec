"""trialsim appraise: what it prints and writes, and what it never says."""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import trialsim as ts
from trialsim.appraisal.words import contradiction_lines
from trialsim.cli import app, main

ROOT = Path(__file__).parents[3]
APPRAISED = ROOT / "tests" / "scenarios" / "valid" / "appraised.yaml"
SMALL = ("--replicates", "300", "--workers", "1")


def told(folder: Path, *words: str) -> str:
    """What the command prints, with its results in a folder."""
    ran = CliRunner().invoke(
        app, ["appraise", str(APPRAISED), *SMALL, "--out", str(folder), *words]
    )
    assert ran.exit_code == 0, ran.output
    return ran.stdout


@pytest.fixture(scope="module")
def summary_fixture(tmp_path_factory) -> tuple[str, Path]:
    """The summary, and where the results are."""
    folder = tmp_path_factory.mktemp("summary")
    out = told(folder, "--fragility")
    (results,) = (folder / "appraised").iterdir()
    return out, results


@pytest.fixture
def refused(monkeypatch, capsys, tmp_path):
    """Runs a command that is refused: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["trialsim", "appraise", str(APPRAISED), *SMALL, *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out = capsys.readouterr()
        code: Any = ended.value.code
        return int(code or 0), out.out, out.err

    return run


def test_the_summary_has_the_numbers_of_hsieh_2006(summary_fixture):
    out, _ = summary_fixture
    text = " ".join(out.split())
    for said in (
        "What the trial did well",
        "−3.8 (−5.7 to −1.9) 0.960 5.45 (5.31 to 5.60)",
        "5.02 (5.01 to 5.04)",
        "1.90",
        "acupressure began 0.84 points worse",
        "36 of 100 results with p < 0.05 are false alarms",
        "in 92 of 100 if every effect was as likely before it, in 80 of 100",
        "NNTB 9.3 (NNTB 4.8 to NNTB 57)",
        "1 with 129 patients",
        "3 with 50, 5 with 200, 10 with 1,000 and 19 with 5,000 an arm",
        "reconstructed counts: 5 of 64",
        "Nothing was found that does not fit together",
        "measurement of the outcome: high; patients who knew their treatment",
        "unblinded much (expectation) adds",
    ):
        assert said in text, said
    assert out.index("What the trial did well") < out.index("Of 100 trials like this one")
    # Lines with the paths of results are not broken.
    lines = [line for line in out.splitlines() if not line.startswith(("Page", "Results"))]
    assert all(len(line) <= 112 for line in lines)


def test_the_summary_never_says_what_it_must_not(summary_fixture):
    out, _ = summary_fixture
    assert not re.search(r"fluke|by luck|lucky|shame", out, re.IGNORECASE)
    _, _, table = out.partition("What such trials report")
    rows = [line for line in table.splitlines() if line.startswith(("no effect", "as published"))]
    assert len(rows) == 6
    for row in rows:  # the column after the truth is that of power
        assert re.split(r"\s{2,}", row)[1] == "–", row
    for line in out.splitlines():
        if "16 of 65" in line:
            assert "reconstructed" in line


def test_the_folder_holds_the_page_the_figures_and_the_numbers(tmp_path):
    plain = json.loads(told(tmp_path, "--json"))
    folder = Path(plain["results_dir"])
    stored = json.loads((folder / "appraisal.json").read_text("utf-8"))
    assert {**stored, "results_dir": str(folder)} == plain
    table = pd.read_csv(folder / "siblings.csv")
    # Four estimates under three truths, as stated and under two what_ifs.
    assert len(table) == len(plain["siblings"]) == 4 * 3 * 3
    assert table.loc[table["assumption"] == "no_effect", "power"].isna().all()
    figures = {path.stem for path in (folder / "figures").glob("*.png")}
    assert {"many_trials", "three_analyses", "nnt", "false_positive_risk"} <= figures
    assert "fragility" not in figures  # only for those who ask


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.asked: list[str] = []
        self.headings: list[str] = []
        self._in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        for key in ("src", "href", "xlink:href"):
            if given.get(key):
                self.asked.append(str(given[key]))
        self._in_heading = tag == "h2"

    def handle_data(self, data: str) -> None:
        if self._in_heading and data.strip():
            self.headings.append(data.strip())
            self._in_heading = False


def test_the_page_needs_nothing_but_itself_and_begins_with_strengths(summary_fixture):
    _, folder = summary_fixture
    html = (folder / "appraisal.html").read_text("utf-8")
    page = _Page()
    page.feed(html)
    assert len(page.ids) == len(set(page.ids))
    assert all(one.startswith(("#", "data:")) for one in page.asked)
    assert "<script" not in html
    assert page.headings[0] == "What the trial did well"
    assert html.index('id="strengths"') < html.index('class="headline"')
    assert "Fragility index" in page.headings and "Risk of bias, and its price" in page.headings
    assert "Reconstructed counts were worked out" in html


def test_stated_beliefs_are_used():
    found = ts.appraise(ts.load(APPRAISED), priors=[0.3], powers=[0.5], replicates=256)
    (one,) = found.credibility[0].beliefs
    assert (one.prior, one.power) == (0.3, 0.5)
    assert one.below_alpha == pytest.approx(0.05 * 0.7 / (0.05 * 0.7 + 0.5 * 0.3))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--prior", "1.2"), "--prior: found 1.2, must lie between 0 and 1"),
        (("--set", "published={}"), "there is nothing to place"),
        (("--set", "risk_of_bias.measurement.mechanism=nobody"), "no bias mechanism is called"),
    ],
)
def test_refused_with_a_reason_and_code_2(refused, words, said):
    code, out, err = refused(*words)
    assert (code, out) == (2, "")
    assert said in err


def test_a_contradiction_is_told():
    scenario = ts.load(APPRAISED, ["published.after_treatment.p_value=0.04"])
    (line,) = contradiction_lines(ts.appraise(scenario, replicates=256))
    assert line.startswith("after treatment: p is reported as 0.04; recomputed from the interval")

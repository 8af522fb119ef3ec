"""trialsim run: what it prints, in words and as JSON, and that its numbers are the table's."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import yaml

import trialsim as ts
from trialsim.cli import main
from trialsim.cli.summary import WIDTH
from trialsim.core.plan import Series
from trialsim.operating.rounding import frequency_sentence

ROOT = Path(__file__).parents[3]
HSIEH = ROOT / "scenarios" / "hsieh2006.yaml"
REPLICATES = 300

SMALL = """\
format: 1
design:
  arms: {control: {n: 10}, treatment: {n: 10}}
  visits_weeks: {baseline: 0, after: 4}
outcomes:
  score: {method: repeated_normal, mean: 0, sd: 1, correlation: 0.5}
assumptions: {no_effect: {}, effect: {score: {treatment: -1}}}
analyses: {t_test: {method: t_test, outcome: score, visit: after}}
simulation: {replicates: 40, seed: 3}
"""

LONG = """\
format: 1
design:
  arms: {usual_care_by_the_family_doctor: {n: 30}, exercise_under_supervision: {n: 30},
         acupressure_by_one_therapist: {n: 30}}
  visits_weeks: {baseline: 0, after: 4}
outcomes:
  score:
    method: repeated_normal
    mean: 0
    sd: 1
    correlation: 0.5
    label: A label that says a good deal more than a label ought to say about a score that nobody
      has heard of before
assumptions:
  no_effect: {}
  what_the_authors_of_the_review_believe: {score: {acupressure_by_one_therapist: -0.5}}
analyses:
  adjusted_for_baseline_as_planned: {method: ancova, outcome: score, visit: after}
  unadjusted: {method: t_test, outcome: score, visit: after}
published:
  the_first_result_of_the_abstract: {analysis: unadjusted, estimate: -0.4}
vary: {design.n_total: [30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 450, 600]}
"""


class Printed(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Command = Callable[..., Printed]


@pytest.fixture
def command_fixture(monkeypatch, capsys, tmp_path) -> Command:
    """The command, as typed; results go where `out` says, or to tmp_path/out."""

    def command(*arguments: object, out: object = tmp_path / "out") -> Printed:
        words = ["trialsim", "run", *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", [*words, "--out", str(out)] if out else words)
        with pytest.raises(SystemExit) as left:
            main()
        return Printed(int(left.value.code or 0), *capsys.readouterr())

    return command


@pytest.fixture
def small_fixture(tmp_path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return file


def strict_json(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


# --json


def test_json_has_the_documented_keys_and_nothing_else_is_printed(command_fixture, small_fixture):
    printed = command_fixture(small_fixture, "--json")
    assert (printed.code, printed.err, len(printed.lines)) == (0, "", 1)
    found = strict_json(printed.out)
    assert list(found) == [
        "scenario",
        "digest",
        "seed",
        "replicates",
        "result_hash",
        "elapsed_s",
        "results_dir",
        "operating_characteristics",
    ]
    expected = ts.run(ts.load(small_fixture))
    assert found["scenario"] == "small"
    assert found["digest"] == expected.plan.digest
    assert (found["seed"], found["replicates"]) == (3, 40)
    assert found["result_hash"] == expected.result_hash
    assert 0 <= found["elapsed_s"] < 60
    assert (Path(found["results_dir"]) / "manifest.json").is_file()


def test_json_rows_equal_the_csv_and_what_is_not_defined_is_null(command_fixture, small_fixture):
    changes = ["--set", "vary={design.n_total: [12]}"]
    found = strict_json(command_fixture(small_fixture, "--json", *changes).out)
    rows = found["operating_characteristics"]
    file = Path(found["results_dir"]) / "operating_characteristics.csv"
    written = pd.read_csv(file, dtype=str, keep_default_na=False)
    assert len(rows) == len(written) > 0
    for row, (_, texts) in zip(rows, written.iterrows(), strict=True):
        assert list(row) == list(written)
        for name, value in row.items():
            text = texts[name]
            if value is None:
                assert text == ""
            elif isinstance(value, str):
                assert text == value
            else:
                assert float(text) == value
    undefined = {row["measure"] for row in rows if row["value"] is None}
    assert undefined >= {"type_s", "type_m"}  # there is no sign to miss under no effect
    assert {row["design.n_total"] for row in rows} == {12, 20}


# Options


def test_quiet_prints_only_the_folder(command_fixture, small_fixture):
    printed = command_fixture(small_fixture, "--quiet")
    assert (printed.code, printed.err) == (0, "")
    (line,) = printed.lines
    assert (Path(line) / "manifest.json").is_file()


def test_out_is_made_where_it_does_not_exist(command_fixture, small_fixture, tmp_path):
    out = tmp_path / "not" / "there"
    printed = command_fixture(small_fixture, "--quiet", out=out)
    assert Path(printed.lines[0]).parent == out / "small"


def test_results_go_to_the_folder_results_unless_said_otherwise(
    command_fixture, small_fixture, monkeypatch, tmp_path
):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    command_fixture(small_fixture, "--quiet", out=None)
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["results"]


def test_replicates_and_seed_replace_those_of_the_scenario(command_fixture, small_fixture):
    printed = command_fixture(small_fixture, "--json", "--replicates", 17, "--seed", 5)
    found = strict_json(printed.out)
    assert (found["replicates"], found["seed"]) == (17, 5)
    assert found["results_dir"].endswith(f"{found['digest']}-5")
    expected = ts.run(ts.load(small_fixture), replicates=17, seed=5)
    assert found["result_hash"] == expected.result_hash


def test_workers_do_not_move_a_number(command_fixture, small_fixture):
    hashes = {
        strict_json(command_fixture(small_fixture, "--json", *options).out)["result_hash"]
        for options in ([], ["--workers", 1], ["--workers", 2])
    }
    assert len(hashes) == 1


def test_set_changes_the_design_and_is_noted(command_fixture, small_fixture):
    changes = ["--set", "design.n_total=14", "--set", "decision={method: superiority, alpha: 0.01}"]
    found = strict_json(command_fixture(small_fixture, "--json", *changes).out)
    assert {row["n_total"] for row in found["operating_characteristics"]} == {14}
    manifest = strict_json((Path(found["results_dir"]) / "manifest.json").read_text("utf-8"))
    assert manifest["changes"] == {
        "design.n_total": 14,
        "decision": {"method": "superiority", "alpha": 0.01},
    }
    assert found["digest"] != ts.load(small_fixture).plan.digest


def test_impossible_options_are_all_named_and_exit_with_2(command_fixture, small_fixture, tmp_path):
    printed = command_fixture(small_fixture, "--replicates", 0, "--seed", -1, "--workers", 0)
    assert (printed.code, printed.out) == (2, "")
    assert [line.split(":")[1].strip() for line in printed.err.splitlines()[:3]] == [
        "replicates",
        "seed",
        "workers",
    ]
    assert printed.err.splitlines()[3] == "3 problems found; nothing was simulated."
    assert not (tmp_path / "out").exists()


def test_a_wrong_scenario_exits_with_2(command_fixture, tmp_path):
    assert command_fixture(tmp_path / "nowhere.yaml").code == 2


def test_an_interrupted_command_says_that_it_can_go_on_and_exits_with_1(
    command_fixture, small_fixture, monkeypatch
):
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("trialsim.cli.run.run", interrupted)
    printed = command_fixture(small_fixture)
    assert (printed.code, printed.out) == (1, "")
    assert printed.err.startswith("Interrupted.")
    assert "the same command goes on from there" in printed.err


# The summary of scenarios/hsieh2006.yaml


class Summary(NamedTuple):
    lines: list[str]
    results: ts.Results
    folder: Path

    def block(self, first: str) -> list[str]:
        """The lines from the one that begins so to the next empty one."""
        start = next(i for i, line in enumerate(self.lines) if line.startswith(first))
        end = next((i for i in range(start, len(self.lines)) if not self.lines[i]), None)
        return self.lines[start:end]

    def measures(self) -> pd.DataFrame:
        """Measures of the design as stated, a row an assumption and analysis."""
        table = self.results.performance()
        stated = [cell for cell in self.results.plan.cells if cell.design == 0]
        keys = [self.results.plan.cell_key(i) for i in range(len(stated))]
        return (
            table[table["cell"].isin(keys)]
            .set_index(["assumption", "analysis", "measure"])
            .sort_index()
        )


@pytest.fixture(scope="module")
def hsieh_fixture(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    out = tmp_path_factory.mktemp("results")
    results = ts.run(ts.load(HSIEH), replicates=REPLICATES)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit):
        words = ["trialsim", "run", str(HSIEH), "--replicates", str(REPLICATES), "--out", str(out)]
        patch.setattr(sys, "argv", words)
        with (out / "stdout").open("w", encoding="utf-8") as stdout:
            patch.setattr(sys, "stdout", stdout)
            main()
    lines = (out / "stdout").read_text("utf-8").splitlines()
    return Summary(lines, results, next((out / "hsieh2006").iterdir()))


def cells_of(line: str) -> list[str]:
    return re.split(r"\s{2,}", line.strip())


def assert_shows(text: str, value: float) -> None:
    """A number as printed, `39%` or `-1.40`, is the value rounded to the digits shown."""
    digits = text.removesuffix("%").removeprefix("x")
    shown = 100 * value if text.endswith("%") else value
    decimals = len(digits.partition(".")[2])
    assert abs(float(digits) - shown) <= 0.5 * 10**-decimals * (1 + 1e-9), (text, value)


def assert_shows_share(cell: str, value: float, mcse: float) -> None:
    """`39% (2)`, or for a share of 0 or 1 the far end of an interval: `100% (from 99.3%)`."""
    share, _, bracket = cell.partition(" (")
    assert_shows(share, value)
    if value in (0, 1):
        assert bracket.startswith("to " if value == 0 else "from ")
    else:
        assert_shows(bracket.removesuffix(")"), 100 * mcse)


def test_the_summary_says_how_many_of_100_trials_reach_significance(hsieh_fixture):
    heading, *sentences = hsieh_fixture.block("OUT OF 100 TRIALS")
    assert "129 patients" in heading
    measures = hsieh_fixture.measures()
    assumptions = list(hsieh_fixture.results.scenario.written.assumptions)
    assert len(sentences) == len(assumptions)
    for assumption, sentence in zip(assumptions, sentences, strict=True):
        truth = measures.loc[(assumption, "ancova", "true_value"), "value"]
        share = measures.loc[(assumption, "ancova", "rejection_rate"), "value"]
        count = frequency_sentence(share).removesuffix(" of 100")
        assert sentence.strip().startswith(f"{count}  ")
        assert f"({assumption})" in sentence
        assert ("false alarm" in sentence) == (truth == 0)
        assert ("reach p < 0.05" in sentence) == (truth != 0)
        assert (f"the true difference is {truth:g} points" in sentence) == (truth != 0)


def test_power_is_never_said_of_a_null(hsieh_fixture):
    about_nothing = [line for line in hsieh_fixture.lines if re.search("no_effect|no diff", line)]
    assert about_nothing
    assert not any("power" in line.lower() for line in about_nothing)


def test_the_summary_has_a_row_for_each_assumption_and_analysis_with_the_tables_numbers(
    hsieh_fixture,
):
    heading, *rows = hsieh_fixture.block("Assumption, analysis")
    names = cells_of(heading)
    assert names[1:] == [
        "Truth",
        "Significant",
        "Theory",
        "Exaggeration",
        "CI half-width",
        "CI holds truth",
    ]
    measures = hsieh_fixture.measures()
    written = hsieh_fixture.results.scenario.written
    seen = []
    assumption = ""
    for line in rows:
        if line.startswith("In brackets"):
            break
        cells = cells_of(line)
        if len(cells) == 1:
            assumption = cells[0]
            continue
        start, truth, significant, theory, exaggeration, half_width, covered = cells
        (analysis,) = [name for name in written.analyses if name.startswith(start)]
        seen.append((assumption, analysis))
        row = measures.loc[(assumption, analysis)]
        assert truth == f"{row.loc['true_value', 'value']:.4g}"
        assert_shows_share(significant, *row.loc["rejection_rate", ["value", "mcse"]])
        assert_shows_share(covered, *row.loc["coverage", ["value", "mcse"]])
        # Of this trial's analyses the counted one alone has an exact rejection rate.
        assert (theory == "–") == (analysis != "disabled_six_months")
        if theory != "–":
            assert_shows(theory.removesuffix("%"), 100 * row.loc["theory_rejection_rate", "value"])
        value, _, error = half_width.partition(" (")
        assert_shows(value, row.loc["mean_ci_width", "value"] / 2)
        assert_shows(error.removesuffix(")"), row.loc["mean_ci_width", "mcse"] / 2)
        if np.isnan(row.loc["type_m", "value"]):
            assert exaggeration == "–"
        else:
            value, _, error = exaggeration.partition(" (")
            assert_shows(value, row.loc["type_m", "value"])
            assert_shows(error.removesuffix(")"), row.loc["type_m", "mcse"])
    assert seen == [(a, b) for a in written.assumptions for b in written.analyses]


def test_the_summary_says_what_the_brackets_hold(hsieh_fixture):
    text = "\n".join(hsieh_fixture.lines)
    assert "In brackets: Monte Carlo standard error" in text


def test_the_summary_shows_every_design_point_with_the_tables_numbers(hsieh_fixture):
    _, heading, *rows = hsieh_fixture.block("Design points")
    names = ["no_effect", "large_trials", "as_published"]
    assert cells_of(heading) == ["Participants", *names, "Half-width"]
    table = hsieh_fixture.results.performance()
    table = table[(table["analysis"] == "ancova") & (table["what_if"] == "as_stated")]
    measures = table.drop_duplicates(["n_total", "assumption", "measure"]).set_index(
        ["n_total", "assumption", "measure"]
    )
    seen = []
    for line in rows[:4]:
        size, *cells, half_width = cells_of(line)
        seen.append(size)
        n = int(size.removesuffix("*"))
        for name, cell in zip(names, cells, strict=True):
            share, _, factor = cell.partition(" x")
            assert_shows_share(share, *measures.loc[(n, name, "rejection_rate"), ["value", "mcse"]])
            assert bool(factor) == (name != "no_effect")
            if factor:
                assert_shows(factor, measures.loc[(n, name, "type_m"), "value"])
        widest = max(measures.loc[(n, name, "mean_ci_width"), "value"] for name in names)
        assert_shows(half_width.partition(" (")[0], widest / 2)
    assert seen == ["60", "129*", "250", "450"]


def test_the_summary_places_the_published_estimates(hsieh_fixture):
    _, heading, *rows = hsieh_fixture.block("Where the published estimates would fall")
    results = hsieh_fixture.results
    written = results.scenario.written
    assumptions = list(written.assumptions)
    assert cells_of(heading) == ["Published", "Estimate", "Status", "Analysis", *assumptions]
    placed = {name: one for name, one in written.published.items() if one.analysis}
    assert len(placed) == 5
    for (name, one), line in zip(placed.items(), rows, strict=False):
        found, estimate, status, analysis, *shares = cells_of(line)
        assert (found, status, analysis) == (name, one.status, one.analysis)
        assert float(estimate) == one.estimate < 0
        for index, text in enumerate(shares):
            series = Series(index, analysis, "acupressure - physiotherapy")
            as_far = np.mean(results.series(series)["estimate"] <= one.estimate)
            if as_far == 0:
                assert text == f"none of {REPLICATES}"
            else:
                assert_shows_share(text, as_far, np.sqrt(as_far * (1 - as_far) / REPLICATES))


def test_the_summary_says_where_the_files_are(hsieh_fixture):
    text = "\n".join(hsieh_fixture.lines)
    assert f"Results  {hsieh_fixture.folder}" in text
    assert f"Page     {hsieh_fixture.folder / 'report.html'}" in text
    drawn = sorted(path.stem for path in (hsieh_fixture.folder / "figures").glob("*.png"))
    assert {"many_trials", "power_curve"} <= set(drawn)
    assert f"Figures  {hsieh_fixture.folder / 'figures'}: {', '.join(drawn)}" in text


def test_the_summary_says_what_was_not_simulated_and_which_run_it_was(hsieh_fixture):
    plan = hsieh_fixture.results.plan
    for part in (plan.digest, f"seed {plan.seed}", f"{REPLICATES} simulated trials"):
        assert part in hsieh_fixture.lines[0]
    assert any(line.startswith("Not simulated: ") for line in hsieh_fixture.lines)


def without_paths(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith(("Results  ", "Page  ", "Figures  "))]


def test_no_line_is_too_long_where_there_is_no_terminal(hsieh_fixture):
    assert WIDTH == 112
    assert max(map(len, without_paths(hsieh_fixture.lines))) <= WIDTH


# The summary of other trials


def summary_of(text: str, command: Command, tmp_path: Path, *options: object) -> Printed:
    file = tmp_path / "trial.yaml"
    file.write_text(text, encoding="utf-8")
    printed = command(file, "--replicates", REPLICATES, *options)
    assert (printed.code, printed.err) == (0, "")
    return printed


def test_long_names_push_no_number_out_of_the_summary(command_fixture, tmp_path):
    printed = summary_of(LONG, command_fixture, tmp_path)
    assert max(map(len, without_paths(printed.lines))) <= WIDTH
    assert "…" not in printed.out
    rates = ts.run(ts.loads(LONG), replicates=REPLICATES).performance()
    rates = rates[rates["measure"] == "rejection_rate"]
    # A share with its error: 2 x 2 x 2 rows of the trial as stated, as many again for coverage;
    # 12 sizes under 2 assumptions, each with a half-width; 2 placements.
    shares = re.findall(r"\d%? \((?:\d|from|to)", printed.out)
    half_widths = 8 + 12
    exaggerations = len(re.findall(r" x[\d.]+ \(", printed.out))  # those of points have no error
    expected = 2 * 8 + half_widths + exaggerations + 2 * 12 + 2 - printed.out.count("none of")
    assert len(shares) == expected


def test_a_narrow_terminal_cuts_off_no_number(command_fixture, tmp_path, monkeypatch):
    plain = summary_of(SMALL, command_fixture, tmp_path)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    coloured = summary_of(SMALL, command_fixture, tmp_path)
    assert "\x1b[" in coloured.out
    text = re.sub(r"\x1b\[[0-9;]*m", "", coloured.out)
    assert text.splitlines()[1:] == plain.lines[1:]  # the first line has the time taken


def test_square_brackets_and_colons_in_labels_are_text(command_fixture, tmp_path):
    label = "Pain [mm] :smile: [/b]"
    written = yaml.safe_load(SMALL)
    written["outcomes"]["score"] |= {"label": label, "unit": "[mm]"}
    printed = summary_of(yaml.safe_dump(written, sort_keys=False), command_fixture, tmp_path)
    assert label in printed.out
    assert "if the true difference is -1 [mm]" in printed.out


def test_theory_stands_beside_simulation_where_it_is_exact(command_fixture, tmp_path):
    printed = summary_of(SMALL, command_fixture, tmp_path)
    assert re.search(r"no_effect +\n +t_test +0 +\S+% \(\S+\) +5\.\d% ", printed.out)
    assert "2 of the run's rows have an exact rejection rate" in printed.out
    assert "ALARM" not in printed.out


def test_a_disagreement_with_theory_raises_the_alarm(command_fixture, tmp_path, monkeypatch):
    monkeypatch.setattr("trialsim.operating.characteristics.exact_rejection_rate", lambda *_: 0.5)
    printed = summary_of(SMALL, command_fixture, tmp_path)
    assert "ALARM    simulation and theory disagree in 1 of 2 rows" in printed.out
    assert re.search(r"no_effect, t_test, n 20: simulated 0\.0\d+, theory 0\.5000", printed.out)


def test_without_theory_the_summary_says_so(command_fixture, tmp_path):
    lost = "observation: {missing: {lost: {method: mcar, rate: 0.2}}}\n"
    printed = summary_of(SMALL + lost, command_fixture, tmp_path)
    assert "Theory   no closed form is exact for this scenario." in printed.lines


def test_trials_that_could_not_be_analysed_are_counted(command_fixture, tmp_path):
    lost = {"observation.missing": {"lost": {"method": "mcar", "rate": 0.8}}}
    file = tmp_path / "trial.yaml"
    file.write_text(SMALL + "observation: {missing: {lost: {method: mcar, rate: 0.8}}}\n")
    failed = ts.run(ts.loads(SMALL).changed(lost), replicates=REPLICATES).performance()
    share = failed[failed["measure"] == "failed"]["value"].max()
    printed = command_fixture(file, "--replicates", REPLICATES)
    line = next(line for line in printed.lines if line.startswith("Failed"))
    assert "2 rows have trials that could not be analysed" in line
    found = re.search(r"([\d.]+%)\.", printed.out[printed.out.index("Failed") :])
    assert found is not None
    assert_shows(found[1], share)


def test_a_single_replicate_shows_no_error_of_zero(command_fixture, tmp_path):
    printed = summary_of(SMALL, command_fixture, tmp_path, "--replicates", 1)
    assert "(0)" not in printed.out

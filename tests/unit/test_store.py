"""The results folder: what is in it, that it can be read back, and that it is whole or absent."""

from __future__ import annotations

import json
import platform
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import trialsim as ts
from trialsim.core.plan import Plan
from trialsim.core.records import COLUMNS, FAILURES
from trialsim.operating.flow import flow
from trialsim.plots.gallery import Figures
from trialsim.store.folder import whole_folder

TEXT = """\
# A comment that belongs to the file.
format: 1
title: Four patients an arm, many of them lost
design:
  arms: {control: {n: 4}, drug: {n: 4}, talk: {n: 4}}
  visits_weeks: {baseline: 0, after: 4}
outcomes:
  score: {method: repeated_normal, mean: 20, sd: 5, correlation: 0.5}
assumptions:
  no_effect: {}
  effect: {score: {drug: -4, talk: -2}}
observation: {missing: {lost: {method: mcar, rate: 0.5}}}
what_if:
  precise: {outcomes.score.sd: 2}
analyses:
  ancova: {method: ancova, outcome: score, visit: after}
  drug_only: {method: t_test, outcome: score, visit: after, contrasts: [drug - control]}
vary: {design.n_total: [24]}
simulation: {replicates: 300, seed: 11}
"""
SERIES_A_CELL = 3


class Saved(NamedTuple):
    root: Path
    folder: Path
    results: ts.Results

    def json(self, name: str) -> Any:
        def refuse(constant: str) -> None:
            raise AssertionError(f"{name} holds {constant}, which is not JSON")

        return json.loads((self.folder / name).read_text("utf-8"), parse_constant=refuse)

    def assert_csv_holds(self, name: str, table: pd.DataFrame) -> None:
        """The file has the table's columns and rows, and its numbers to the last digit."""
        texts = pd.read_csv(self.folder / name, dtype=str, keep_default_na=False)
        assert list(texts) == list(table)
        for column, values in table.items():
            if pd.api.types.is_numeric_dtype(values):
                found = [float(text or "nan") for text in texts[column]]
                np.testing.assert_array_equal(found, values, err_msg=str(column))
            else:
                assert list(texts[column]) == list(values)


@pytest.fixture(scope="module")
def saved_fixture(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    root = tmp_path_factory.mktemp("results")
    file = tmp_path_factory.mktemp("scenarios") / "small.yaml"
    file.write_text(TEXT, encoding="utf-8")
    results = ts.run(ts.load(file, ["decision.alpha=0.1"]))
    return Saved(root, results.save(root), results)


@pytest.fixture(scope="module")
def replicates_fixture(saved_fixture: Saved) -> pd.DataFrame:
    return pq.read_table(saved_fixture.folder / "replicates.parquet").to_pandas()


def names_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# What is in it


def test_the_folder_is_named_for_scenario_digest_and_seed(saved_fixture):
    place = Path("small") / f"{saved_fixture.results.plan.digest}-11"
    assert saved_fixture.folder == saved_fixture.root / place
    assert [path.name for path in saved_fixture.folder.parent.iterdir()] == [place.name]


def test_files_have_the_names_that_readers_rely_on(saved_fixture):
    names = names_in(saved_fixture.folder)
    assert names >= {
        "scenario.yaml",
        "plan.json",
        "manifest.json",
        "replicates.parquet",
        "operating_characteristics.csv",
        "flow.csv",
        "report.html",
    }
    figures = {name.removeprefix("figures/") for name in names if name.startswith("figures/")}
    stems = {Path(name).stem for name in figures}
    assert stems >= {"many_trials", "power_curve"}
    assert figures == {f"{stem}.{ending}" for stem in stems for ending in ("png", "svg", "csv")}
    assert all((saved_fixture.folder / name).stat().st_size > 0 for name in names)


def test_the_scenario_is_kept_as_it_was_read(saved_fixture):
    text = (saved_fixture.folder / "scenario.yaml").read_text("utf-8")
    assert text == TEXT
    assert saved_fixture.json("manifest.json")["changes"] == {"decision.alpha": 0.1}


def test_the_manifest_says_what_is_needed_to_repeat_the_numbers(saved_fixture):
    results, manifest = saved_fixture.results, saved_fixture.json("manifest.json")
    expected = {
        "scenario": "small",
        "digest": results.plan.digest,
        "seed": 11,
        "replicates": 300,
        "result_hash": results.result_hash,
        "resumed_batches": 0,
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": platform.machine(),
    }
    assert {name: manifest[name] for name in expected} == expected
    assert manifest["source"].endswith("small.yaml")
    assert 0 < manifest["elapsed_s"] < 60
    assert manifest["packages"]["numpy"] == np.__version__
    assert manifest["packages"]["trialsim"] == ts.__version__


def test_operating_characteristics_are_those_of_the_run_to_the_last_digit(saved_fixture):
    table = saved_fixture.results.performance()
    saved_fixture.assert_csv_holds("operating_characteristics.csv", table)


def test_flow_is_that_of_the_run(saved_fixture):
    results = saved_fixture.results
    saved_fixture.assert_csv_holds("flow.csv", flow(results.plan, results.values))


# replicates.parquet


def test_parquet_has_a_row_a_cell_analysis_contrast_and_replicate(
    saved_fixture, replicates_fixture
):
    plan = saved_fixture.results.plan
    assert len(plan.cells) == 8  # two assumptions, two sizes, as stated and what if
    assert len(replicates_fixture) == len(plan.cells) * SERIES_A_CELL * 300
    keys = ["cell", "assumption", "what_if", "n_total", "analysis", "contrast", "replicate"]
    assert not replicates_fixture.duplicated(keys).any()
    assert set(replicates_fixture["replicate"]) == set(range(300))


def test_parquet_columns_have_the_names_that_readers_rely_on(replicates_fixture):
    assert list(replicates_fixture.columns) == [
        "cell",
        "assumption",
        "what_if",
        "n_total",
        "analysis",
        "contrast",
        "replicate",
        "estimate",
        "se",
        "df",
        "p_value",
        "lower",
        "upper",
        "n_analysed",
        "converged",
        "failure",
    ]


def test_parquet_holds_every_number_of_the_run(saved_fixture, replicates_fixture):
    plan, values = saved_fixture.results.plan, saved_fixture.results.values
    rows = replicates_fixture.set_index(["cell", "analysis", "contrast"]).sort_index()
    for series, expected in zip(plan.series(), values, strict=True):
        own = rows.loc[(plan.cell_key(series.cell), series.analysis, series.contrast)]
        cell = plan.cells[series.cell]
        assert set(own["assumption"]) == {cell.assumption}
        assert set(own["what_if"]) == {cell.what_if}
        assert set(own["n_total"]) == {plan.designs[cell.design].n_total}
        for name, column in zip(COLUMNS, expected, strict=True):
            if name == "failure":
                column = [FAILURES[int(code)] for code in column]
            np.testing.assert_array_equal(own[name].to_numpy(), column, err_msg=name)


def test_trials_that_failed_are_rows_with_a_reason_and_without_numbers(replicates_fixture):
    failed = replicates_fixture[~replicates_fixture["converged"]]
    assert 0 < len(failed) < len(replicates_fixture)
    assert set(failed["failure"]) == {"fewer patients than the model needs"}
    assert failed[["estimate", "se", "p_value", "lower", "upper"]].isna().all(axis=None)
    converged = replicates_fixture[replicates_fixture["converged"]]
    assert set(converged["failure"]) == {""}
    assert converged.notna().all(axis=None)


# Read back


def test_the_plan_read_back_is_the_plan_and_gives_the_same_numbers(saved_fixture):
    results = saved_fixture.results
    plan = Plan.from_json(saved_fixture.json("plan.json"))
    assert plan.digest == results.plan.digest
    assert list(plan.series()) == list(results.plan.series())
    again = ts.run(replace(results.scenario, plan=plan))
    assert again.result_hash == results.result_hash
    pd.testing.assert_frame_equal(again.performance(), results.performance())


def test_the_plan_says_where_every_value_comes_from(saved_fixture):
    values = saved_fixture.json("plan.json")["values"]
    assert values["decision.alpha"] == {"value": 0.1, "status": "given"}
    assert values["decision.sides"] == {"value": 2, "status": "default"}
    assert values["design.n_total"] == {"value": 12, "status": "derived"}


# Whole or not at all


def small_run(**options: Any) -> ts.Results:
    return ts.run(ts.loads(TEXT, "small").changed({"vary": {}, "what_if": {}}), **options)


@pytest.fixture
def broken_figure_fixture(monkeypatch) -> None:
    def broken(self: Figures, name: str) -> None:
        raise RuntimeError("the figure cannot be drawn")

    monkeypatch.setattr(Figures, "draw", broken)


def test_a_folder_that_cannot_be_finished_does_not_appear(tmp_path, broken_figure_fixture):
    with pytest.raises(RuntimeError, match="cannot be drawn"):
        small_run().save(tmp_path)
    assert list((tmp_path / "small").iterdir()) == []


def test_an_old_folder_survives_a_run_that_cannot_be_finished(tmp_path, monkeypatch):
    folder = small_run().save(tmp_path)
    before = {name: (folder / name).read_bytes() for name in names_in(folder)}

    def write_json(*_: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("trialsim.study.write_json", write_json)
    with pytest.raises(OSError, match="disk is full"):
        small_run(replicates=10).save(tmp_path)
    assert {name: (folder / name).read_bytes() for name in names_in(folder)} == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_an_old_folder_returns_to_its_place_when_the_new_one_cannot_take_it(tmp_path, monkeypatch):
    target = tmp_path / "results"
    with whole_folder(target) as draft:
        (draft / "old").touch()
    rename = Path.rename

    def failing(path: Path, to: Path) -> Path:
        if path.name.endswith(".draft"):
            raise OSError("cannot be moved")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="cannot be moved"), whole_folder(target) as draft:
        (draft / "new").touch()
    assert names_in(tmp_path) == {"results/old"}


def test_parts_outlive_results_that_could_not_be_written(tmp_path, monkeypatch, request):
    monkeypatch.setattr("trialsim.workers.TASK_SECONDS", 1e-9)
    request.getfixturevalue("broken_figure_fixture")
    with pytest.raises(RuntimeError):
        small_run(replicates=600, out=tmp_path).save(tmp_path)
    assert small_run(replicates=600, out=tmp_path).resumed == 2


def test_a_second_run_replaces_the_first(tmp_path):
    folder = small_run().save(tmp_path)
    (folder / "figures" / "stale.png").touch()
    again = small_run(replicates=10)
    assert again.save(tmp_path) == folder
    assert not (folder / "figures" / "stale.png").exists()
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["replicates"] == 10
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_resumed_run_says_so_in_its_manifest(tmp_path, monkeypatch):
    monkeypatch.setattr("trialsim.workers.TASK_SECONDS", 1e-9)
    small_run(replicates=600, out=tmp_path)
    folder = small_run(replicates=600, out=tmp_path).save(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["resumed_batches"] == 2

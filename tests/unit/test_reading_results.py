"""A finished run read back: the same to the last bit, or refused with the reason."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import trialsim as ts
from trialsim.core.records import COLUMNS, FAILURES

# Few patients, half of them lost: many analyses fail. `bias` of a normal test gives infinite df.
TEXT = """\
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
  cut: {method: responder, outcome: score, visit: after, cut: 20, event: above}
vary: {design.n_total: [24]}
simulation: {replicates: 300, seed: 11}
"""


class Saved(NamedTuple):
    results: ts.Results
    folder: Path


@pytest.fixture(scope="module")
def saved_fixture(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    root = tmp_path_factory.mktemp("results")
    file = tmp_path_factory.mktemp("scenarios") / "small.yaml"
    file.write_text(TEXT, encoding="utf-8")
    results = ts.run(ts.load(file, ["decision.alpha=0.1", "design.n_total=21"]), seed=5)
    return Saved(results, results.save(root))


@pytest.fixture
def copy_fixture(saved_fixture, tmp_path) -> Path:
    """A folder that a test may spoil."""
    return Path(shutil.copytree(saved_fixture.folder, tmp_path / saved_fixture.folder.name))


def test_every_number_comes_back_bit_for_bit(saved_fixture):
    before, after = saved_fixture.results, ts.open_results(saved_fixture.folder)
    assert after.result_hash == before.result_hash
    np.testing.assert_array_equal(after.values, before.values)
    assert (after.seed, after.replicates) == (5, 300)
    assert after.made_with == before.made_with
    pd.testing.assert_frame_equal(after.performance(), before.performance())


def test_failures_and_infinite_degrees_of_freedom_survive(saved_fixture):
    after = ts.open_results(saved_fixture.folder).values
    codes = after[:, COLUMNS.index("failure")]
    reasons = {FAILURES[int(code)] for code in np.unique(codes)}
    assert {"", "fewer patients than the model needs"} <= reasons
    assert np.isinf(after[:, COLUMNS.index("df")]).any()
    assert np.isnan(after[:, COLUMNS.index("estimate")]).any()


def test_the_scenario_comes_back_with_its_changes(saved_fixture):
    before, after = saved_fixture.results, ts.open_results(saved_fixture.folder)
    assert after.plan == before.plan
    assert after.scenario.document.text == TEXT
    assert after.scenario.written == before.scenario.written
    assert after.scenario.changes == {"decision.alpha": 0.1, "design.n_total": 21}


def test_results_opened_and_saved_again_are_the_same_files(saved_fixture, tmp_path):
    again = ts.open_results(saved_fixture.folder).save(tmp_path)
    for path in saved_fixture.folder.rglob("*.*"):
        other = again / path.relative_to(saved_fixture.folder)
        assert other.read_bytes() == path.read_bytes(), path.name


CHAINED: dict[str, list[dict[str, Any]]] = {
    # 5:4:4 of 24 is 9, 8, 7; of the 4:4:4 that were written it would be 8, 8, 8.
    "a size of the sizes before": [{"design.n_total": 13}, {"design.n_total": 24}],
    "refused together": [{"design.arms.drug.n": 9}, {"design.n_total": 24}],
    "a whole after its part": [
        {"observation.missing.lost.rate": 0.2},
        {"observation.missing": {"gone": {"method": "mcar", "rate": 0.1}}},
    ],
}


@pytest.mark.parametrize("steps", CHAINED.values(), ids=CHAINED)
def test_changes_made_one_after_another_come_back(steps, tmp_path):
    scenario = ts.loads(TEXT, "small").changed({"vary": {}, "what_if": {}})
    for step in steps:
        scenario = scenario.changed(step)
    results = ts.run(scenario, replicates=10)
    after = ts.open_results(results.save(tmp_path))
    assert after.plan == results.plan
    assert after.result_hash == results.result_hash


def test_the_folder_above_will_do_while_it_holds_one_run(saved_fixture, tmp_path):
    above = saved_fixture.folder.parent
    for place in (above, above.parent):
        assert ts.open_results(place).result_hash == saved_fixture.results.result_hash
    shutil.copytree(saved_fixture.folder, tmp_path / ".first.123.draft")
    with pytest.raises(ts.RunError, match="found no results"):
        ts.open_results(tmp_path)
    for name in ("first", "second"):
        shutil.copytree(saved_fixture.folder, tmp_path / name)
    with pytest.raises(ts.RunError, match=r"holds 2 runs.*\n.*first\n.*second"):
        ts.open_results(tmp_path)


def edited(name: str, **changes: Any) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / name
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")

    return edit


def other_estimate(folder: Path) -> None:
    path = folder / "replicates.parquet"
    frame = pq.read_table(path).to_pandas()
    place = frame["estimate"].first_valid_index()
    frame.loc[place, "estimate"] += 1e-9
    frame.to_parquet(path)


def fewer_rows(folder: Path) -> None:
    path = folder / "replicates.parquet"
    pq.read_table(path).to_pandas().iloc[:-1].to_parquet(path)


def other_truth(folder: Path) -> None:
    path = folder / "scenario.yaml"
    path.write_text(path.read_text("utf-8").replace("drug: -4", "drug: -5"), "utf-8")


SPOILT: dict[str, tuple[Callable[[Path], Any], str]] = {
    "an estimate was changed": (other_estimate, "not those that were saved"),
    "rows were lost": (fewer_rows, "it is not whole"),
    "the scenario was changed": (other_truth, "not what was run: its digest"),
    "the scenario cannot be read": (
        lambda folder: (folder / "scenario.yaml").write_text("format: 1\n"),
        "not what was run",
    ),
    "another numbers version": (
        edited("plan.json", numbers_version=0),
        "written under numbers version 0",
    ),
    "a manifest of something else": (edited("manifest.json", seed="x"), "manifest.json: seed"),
    "a seed that there cannot be": (edited("manifest.json", seed=-5), "manifest.json: seed"),
    "a run without trials": (edited("manifest.json", replicates=0), "manifest.json: replicates"),
    "a manifest that is not JSON": (
        lambda folder: (folder / "manifest.json").write_text("{"),
        "manifest.json cannot be read",
    ),
    "no estimates": (
        lambda folder: (folder / "replicates.parquet").unlink(),
        "not whole: replicates.parquet is missing",
    ),
    "estimates that are not Parquet": (
        lambda folder: (folder / "replicates.parquet").write_text("x"),
        "replicates.parquet cannot be read",
    ),
}


@pytest.mark.parametrize(("spoil", "message"), SPOILT.values(), ids=SPOILT)
def test_a_spoilt_folder_is_refused_with_the_reason(copy_fixture, spoil, message):
    spoil(copy_fixture)
    with pytest.raises(ts.RunError, match=message):
        ts.open_results(copy_fixture)


def test_a_title_may_be_mended_in_the_folder(copy_fixture):
    path = copy_fixture / "scenario.yaml"
    path.write_text(path.read_text("utf-8").replace("many of them lost", "many lost"), "utf-8")
    assert ts.open_results(copy_fixture).plan.title == "Four patients an arm, many lost"


def test_places_without_results_are_refused(tmp_path):
    with pytest.raises(ts.RunError, match="no such folder"):
        ts.open_results(tmp_path / "nothing")
    with pytest.raises(ts.RunError, match="found no results"):
        ts.open_results(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(ts.RunError, match="found a file"):
        ts.open_results(tmp_path / "file")


def test_an_unfinished_run_is_called_so(tmp_path, monkeypatch):
    monkeypatch.setattr("trialsim.workers.TASK_SECONDS", 1e-9)
    scenario = ts.loads(TEXT, "small").changed({"vary": {}, "what_if": {}})
    results = ts.run(scenario, replicates=600, out=tmp_path)
    folder = tmp_path / "small" / f"{results.plan.digest}-{results.seed}"
    for place in (folder, folder.parent):
        with pytest.raises(ts.RunError, match="unfinished"):
            ts.open_results(place)

"""A replayed trial is the trial of the run: every estimate to the last digit, and its data."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

import trialsim as ts
from trialsim.core.records import COLUMNS, FAILURES
from unit.replay.replayed_trial import TRIAL, scenario
from unit.small_trial import loaded

CHOICES = [(1, "nothing", None), (17, "zorbing", None), (256, None, "harsh"), (300, None, None)]


@pytest.fixture(scope="module")
def run_fixture() -> ts.Results:
    return ts.run(scenario())


def stored(results: ts.Results, assumption: str, what_if: str, replicate: int) -> list[tuple]:
    """Rows of the run for the design as stated, under a what_if, as (names, values)."""
    first = next(cell.design for cell in results.plan.cells if cell.what_if == what_if)
    found = []
    for one, values in zip(results.plan.series(), results.values, strict=True):
        cell = results.plan.cells[one.cell]
        if (cell.assumption, cell.design) == (assumption, first):
            found.append((one.analysis, one.contrast, values[:, replicate - 1]))
    return found


@pytest.mark.parametrize(("replicate", "assumption", "what_if"), CHOICES)
def test_every_estimate_is_that_of_the_run_to_the_last_digit(
    run_fixture, replicate, assumption, what_if
):
    trial = ts.replay(scenario(), replicate, assumption, what_if)
    # The first assumption with an effect is the second one.
    rows = stored(run_fixture, assumption or "zorbing", what_if or "as_stated", replicate)
    assert [(one.analysis, one.contrast) for one in trial.results] == [row[:2] for row in rows]
    for one, (_, _, values) in zip(trial.results, rows, strict=True):
        column = dict(zip(COLUMNS, values, strict=True))
        for name in ("estimate", "se", "df", "p_value", "lower", "upper", "n_analysed"):
            assert np.array_equal(getattr(one, name), column[name], equal_nan=True), (one, name)
        assert one.failure == FAILURES[int(column["failure"])]


@pytest.mark.parametrize("allocation", ["random_allocation_rule", "simple", "urn"])
def test_sizes_that_share_their_patients_move_no_digit(allocation):
    written = {**TRIAL, "allocation": allocation, "what_if": {}}
    results = ts.run(loaded(written))
    trial = ts.replay(loaded(written), 200)
    rows = stored(results, "zorbing", "as_stated", 200)
    for one, (_, _, values) in zip(trial.results, rows, strict=True):
        assert np.array_equal(one.estimate, values[0], equal_nan=True)


def test_a_trial_of_a_run_whose_folder_is_gone_is_the_same(tmp_path):
    short = {**TRIAL, "vary": {}, "what_if": {}}
    knee = ts.load(_file(tmp_path, short))
    results = ts.run(knee, replicates=40, seed=5)
    folder = results.save(tmp_path / "results")
    kept = ts.open_results(folder)
    from_folder = ts.replay(kept, replicate=33)
    expected = [values[0, 32] for values in kept.values[len(kept.values) // 2 :]]
    shutil.rmtree(folder)
    again = ts.replay(knee, replicate=33, seed=5)
    assert np.array_equal([one.estimate for one in again.results], expected, equal_nan=True)
    assert again.data.to_frame().equals(from_folder.data.to_frame())
    with pytest.raises(ts.ScenarioError, match=r"found 41; trials are counted from 1 to 40"):
        ts.replay(kept, replicate=41)


def _file(tmp_path, written):
    import yaml

    path = tmp_path / "knee.yaml"
    path.write_text(yaml.safe_dump(written, sort_keys=False))
    return path


@pytest.mark.parametrize("replicate", [2, 17, 299])
def test_the_data_give_the_estimates_by_hand(replicate):
    trial = ts.replay(scenario(), replicate)
    frame = trial.data.to_frame()
    arms = {name: frame[frame["arm"] == name] for name in ("resting", "walking", "swimming")}
    pain = {name: own["pain_after"].dropna() for name, own in arms.items()}
    assert trial.analyse("t_test", "walking").estimate == pytest.approx(
        pain["walking"].mean() - pain["resting"].mean(), rel=1e-11
    )
    swum = (arms["swimming"]["pain_later"] - arms["swimming"]["pain_baseline"]).dropna()
    rested = (arms["resting"]["pain_later"] - arms["resting"]["pain_baseline"]).dropna()
    assert trial.analyse("change", "swimming").estimate == pytest.approx(
        swum.mean() - rested.mean(), rel=1e-11
    )
    carried = {
        name: own["rmdq_later"].fillna(own["rmdq_after"]).fillna(own["rmdq_baseline"])
        for name, own in arms.items()
    }
    assert trial.analyse("carried", "walking").estimate == pytest.approx(
        carried["walking"].mean() - carried["resting"].mean(), rel=1e-11
    )
    assert trial.analyse("carried").contrast == trial.results[0].contrast, "the first one"


def test_another_seed_is_another_trial():
    first, second = (ts.replay(scenario(), 3, seed=seed) for seed in (1, 2))
    assert first.analyse("ancova").estimate != second.analyse("ancova").estimate
    assert second.seed == 2


def test_recruitment_to_a_date_enrols_those_who_came():
    conduct = {"recruitment": {"per_week": 4, "until_week": 12}}
    written = {**TRIAL, "conduct": conduct, "vary": {}, "what_if": {}}
    analyses = {k: v for k, v in TRIAL["analyses"].items() if k != "therapists"}
    dated = loaded({**written, "analyses": analyses})
    results = ts.run(dated, replicates=20)
    sizes = set()
    for replicate in (1, 7, 20):
        trial = ts.replay(dated, replicate)
        half = len(results.values) // 2
        expected = [values[0, replicate - 1] for values in results.values[half:]]
        assert np.array_equal([one.estimate for one in trial.results], expected, equal_nan=True)
        randomised = trial.flow.loc[trial.flow["stage"] == "randomised", "n"].item()
        assert len(trial.data.to_frame()) == randomised
        sizes.add(randomised)
    assert len(sizes) > 1


def test_the_record_cannot_be_changed():
    trial = ts.replay(scenario(), 1)
    frame = trial.data.to_frame()
    frame["arm"] = "none"
    assert set(trial.data.to_frame()["arm"]) == {"resting", "walking", "swimming"}
    with pytest.raises(AttributeError):
        trial.results = ()
    assert replace(trial.results[0], estimate=0.0) != trial.results[0]


def test_unknown_analyses_and_contrasts_are_named_with_the_known():
    trial = ts.replay(scenario(), 1)
    with pytest.raises(KeyError, match="no analysis is called 'anova'; there are ancova"):
        trial.analyse("anova")
    with pytest.raises(KeyError, match="no contrast 'resting'; it has walking"):
        trial.analyse("therapists", "resting")

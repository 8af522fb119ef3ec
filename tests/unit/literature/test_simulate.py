"""What a simulated literature is made of, and that selection and seeds do what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import trialsim as ts
from trialsim.core.draws import Draws
from trialsim.literature.measures import ALL, PUBLISHED, value_of
from trialsim.literature.review import METHODS
from trialsim.literature.setting import setting_of
from trialsim.literature.sizes import divided, drawn, law
from trialsim.literature.trials import RESULTS, simulate_trials
from trialsim.scenario.keys.literature import Sizes

SCENARIO = Path(__file__).parents[3] / "scenarios" / "textbook_literature.yaml"


def scenario(**changes: object) -> ts.LoadedScenario:
    return ts.load(SCENARIO).changed(changes)


def without_a_literature() -> ts.LoadedScenario:
    text = SCENARIO.read_text(encoding="utf-8")
    before, rest = text.split("literature:\n")
    kept = rest[rest.index("simulation:") :].split("evidence:")[0]
    return ts.loads(before + kept, name=SCENARIO.stem)


def trials(**changes: object):
    return simulate_trials(setting_of(scenario(**changes)), Draws(1, 0))


@pytest.mark.parametrize(
    "sizes",
    [
        Sizes(distribution="uniform", min=44, max=196),
        Sizes(distribution="log_normal", median=60.0, mean=82.0, min=20, max=400),
        Sizes(distribution="log_normal", median=80.0, mean=80.0),
        (40, 60, 60),
    ],
)
def test_drawn_sizes_follow_their_law(sizes):
    """Claim: mean and variance of 60,000 drawn sizes are those of the law, within 4 errors."""
    uniform = np.random.Generator(np.random.Philox(1)).random((1_000, 60))
    found = drawn(sizes, uniform)
    values, chance = law(sizes, 60)
    assert chance.sum() == pytest.approx(1)
    assert set(np.unique(found)) <= set(values)
    for power in (1, 2):
        mean = (values**power) @ chance
        variance = (values ** (2 * power)) @ chance - mean**2
        assert abs((found**power).mean() - mean) <= 4 * np.sqrt(variance / found.size) + 1e-9


def test_a_log_normal_law_has_the_stated_median_and_mean():
    values, chance = law(Sizes(distribution="log_normal", median=80.0, mean=110.0), 1)
    assert values @ chance == pytest.approx(110, rel=5e-3)  # the ends are cut
    assert values[np.searchsorted(np.cumsum(chance), 0.5)] == pytest.approx(80, abs=1)


def test_sizes_of_a_list_are_taken_in_turn():
    found = trials(**{"literature.trials": 5, "literature.sizes": [40, 60]})
    assert found.n[0].tolist() == [40, 60, 40, 60, 40]


@pytest.mark.parametrize(
    ("planned", "n", "arms"),
    [((65, 65), 129, (64, 65)), ((64, 65), 100, (50, 50)), ((40, 20), 90, (60, 30))],
)
def test_trials_divide_as_the_design_does(planned, n, arms):
    assert tuple(float(part) for part in divided(np.array(n), planned)) == arms


def test_what_is_published_follows_from_the_result_alone():
    """All four steps of the function at once: certain, impossible, certain, impossible."""
    steps = {"significant": 0, "not_significant": 1, "wrong_side": 0, "harmful": 1}
    found = trials(**{"literature.publication": steps, "literature.effect.mean": 0.0})
    chance = np.array([steps[name] for name in RESULTS])[found.result]
    assert set(np.unique(found.result)) == {0, 1, 2, 3}
    np.testing.assert_array_equal(found.is_published, chance == 1)
    significant = found.p_value < 0.05
    good = found.estimate > 0
    np.testing.assert_array_equal(found.result == 0, significant & good)
    np.testing.assert_array_equal(found.result == 3, significant & ~good)


def test_lower_is_better_where_the_outcome_says_so():
    found = trials(**{"outcomes.score.better": "lower", "literature.effect.mean": -1.0})
    assert (found.result == 0).mean() > 0.9


def test_steps_that_are_left_out_are_those_of_the_other_direction():
    both = scenario(**{"literature.publication": {"significant": 0.9, "not_significant": 0.3}})
    steps = {"significant": 0.9, "not_significant": 0.3, "wrong_side": 0.3, "harmful": 0.9}
    spelt = scenario(**{"literature.publication": steps})
    one, other = (ts.simulate_literature(s, replicates=64, seed=3) for s in (both, spelt))
    assert one.frame().equals(other.frame())


def test_selection_changes_what_is_published_and_nothing_else():
    """Common random numbers: the trials are the same, whoever sees them."""
    selective, open_ = trials(), trials(**{"literature.publication.not_significant": 1})
    np.testing.assert_array_equal(selective.y, open_.y)
    assert open_.is_published.all()
    assert not selective.is_published.all()


def test_the_first_trials_are_the_same_in_a_longer_literature():
    few, many = trials(**{"literature.trials": 10}), trials()
    np.testing.assert_array_equal(few.y, many.y[:, :10])


def test_a_seed_gives_the_same_numbers_and_more_replicates_begin_the_same():
    few = ts.simulate_literature(scenario(), replicates=300, seed=8)
    more = ts.simulate_literature(scenario(), replicates=600, seed=8)
    assert few.frame().equals(more.frame().head(300))
    assert not few.frame().equals(ts.simulate_literature(scenario(), replicates=300).frame())


def test_the_literature_moves_no_number_of_a_run():
    with_, without = scenario(evidence={}), without_a_literature()
    other = scenario(**{"literature.trials": 5, "literature.effect.mean": 9.0})
    assert with_.plan.digest == without.plan.digest == other.plan.digest
    assert with_.plan.to_json() == without.plan.to_json()
    assert setting_of(with_).digest != setting_of(other).digest


def test_a_scenario_without_a_literature_is_refused():
    with pytest.raises(ts.ScenarioError, match="describes no literature"):
        ts.simulate_literature(without_a_literature())


def test_flaws_shift_those_that_have_them():
    flaws = {"half": {"share": 0.5, "shift": 0.3}, "small": {"shift": 0.1, "up_to_n": 100}}
    plain, found = trials(), trials(**{"literature.flaws": flaws})
    np.testing.assert_allclose(found.estimate - found.shift, plain.estimate, atol=1e-12)
    expected = 0.3 * found.flawed["half"] + 0.1 * (found.n <= 100)
    np.testing.assert_allclose(found.shift, expected)
    assert 0.45 < found.flawed["half"].mean() < 0.55


def test_standardised_differences_are_pooled_in_sds_whatever_the_unit():
    """Claim: the same trials measured in units of 5 SDs pool to the same Hedges' g."""
    changes = {"literature.standardised": True, "literature.effect.tau": 0.1}
    in_sds = ts.simulate_literature(scenario(**changes), replicates=64)
    in_points = ts.simulate_literature(
        scenario(
            **changes,
            **{
                "outcomes.score.sd": 5,
                "literature.effect": {"mean": 1.0, "tau": 0.5},
            },
        ),
        replicates=64,
    )
    for method in METHODS:
        one, other = in_sds.published.pooled[method], in_points.published.pooled[method]
        np.testing.assert_allclose(one.estimate, other.estimate, rtol=1e-9)
    assert in_points.setting.truth == pytest.approx(0.2)
    assert in_points.setting.unit == "SD"


def test_one_literature_is_the_one_that_was_simulated():
    found = ts.simulate_literature(scenario(), replicates=300)
    for replicate in (0, 255, 256, 299, None):
        one = found.one(replicate)
        row = one.replicate
        for method in METHODS:
            answer = one.answer(published_only=True, method=method)
            expected = found.published.pooled[method]
            assert answer.estimate == pytest.approx(expected.estimate[row], abs=1e-12)
            assert answer.lower == pytest.approx(expected.lower[row], abs=1e-12)
        frame, history = one.frame(), one.history()
        assert frame["published"].sum() == found.counts.published[row]
        assert frame["weight"].sum() == pytest.approx(1)
        assert (frame.loc[~frame["published"], "weight"] == 0).all()
        last = history[history["trials"] == "published"].iloc[-1]
        answer = one.answer(published_only=True)
        assert (last["estimate"], last["upper"]) == pytest.approx((answer.estimate, answer.upper))
        pooled = (frame["weight"] * frame["estimate"]).sum()
        assert pooled == pytest.approx(answer.estimate)
    with pytest.raises(ts.ScenarioError, match="literatures 0 to 299"):
        found.one(300)


def test_the_typical_literature_is_near_the_average():
    found = ts.simulate_literature(scenario(), replicates=500)
    answer = found.one().answer(published_only=True)
    estimates = found.published.pooled["hartung_knapp"].estimate
    assert abs(answer.estimate - estimates.mean()) < 0.5 * estimates.std()
    assert abs(answer.n - found.counts.published.mean()) < 2


def test_literatures_of_which_nothing_is_found_count_nowhere():
    """3 trials, 1 in 10 published: most reviews have nothing to pool, and none fails loudly."""
    changes = {
        "literature.trials": 3,
        "literature.effect.mean": 0.0,
        "literature.publication": {"significant": 0.1, "not_significant": 0.1},
    }
    found = ts.simulate_literature(scenario(**changes), replicates=500)
    rows = found.table()
    failed = value_of(rows, "failed", PUBLISHED, "inverse_variance")[0]
    assert failed == np.mean(found.counts.published == 0) > 0.5
    assert value_of(rows, "failed", PUBLISHED, "hartung_knapp")[0] > failed
    assert value_of(rows, "failed", ALL, "hartung_knapp")[0] == 0
    # One significant in the wrong direction has no line of its own where alpha is one-sided.
    alone = scenario(**changes, **{"decision.sides": 1})
    assert (trials_result(alone) != 3).all()


def trials_result(loaded: ts.LoadedScenario) -> np.ndarray:
    return simulate_trials(setting_of(loaded), Draws(1, 0)).result


def test_where_nothing_at_all_is_published_a_figure_can_still_be_asked_for():
    changes = {
        "literature.trials": 2,
        "literature.publication": {"significant": 0.001, "not_significant": 0},
    }
    found = ts.simulate_literature(scenario(**changes), replicates=20)
    assert found.counts.published.sum() == 0
    assert found.one().frame()["published"].sum() == 0
    assert (
        found.table().query("measure == 'estimate' and trials == 'published'")["value"].isna().all()
    )

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from numpy.random import Generator, Philox

import trialsim as ts
from trialsim.plots.p_values import draw_p_values, p_values, spread_of
from unit.small_trial import BASE, loaded


def frame(p) -> pd.DataFrame:
    return pd.DataFrame({"p_value": p, "converged": True})


def even(n: int = 2000, seed: int = 1) -> pd.DataFrame:
    return frame(Generator(Philox(seed)).random(n))


def piled(n: int = 2000, power: float = 3.0) -> pd.DataFrame:
    """More small p values the larger `power` is; a share 0.05**(1/power) lies below 0.05."""
    return frame(((np.arange(n) + 0.5) / n) ** power)


@pytest.fixture
def draw_fixture(settings_fixture):
    def draw(frames, nulls=("no_effect",), alpha=0.05):
        return draw_p_values(frames, nulls=set(nulls), alpha=alpha, settings=settings_fixture)

    return draw


def test_a_p_value_on_an_edge_is_not_below_it():
    found = spread_of("one", frame([0.0, 0.0499, 0.05, 0.15, 1.0]), alpha=0.05, is_null=False)
    assert np.flatnonzero(found.counts).tolist() == [0, 1, 3, 19]
    assert found.counts[0] == found.significant[0] == found.significant.sum() == 2
    assert found.share == 0.4


def test_a_level_inside_a_bin_divides_it():
    found = spread_of("one", frame([0.005, 0.02, 0.3]), alpha=0.01, is_null=False)
    assert found.counts[0] == 2 and found.significant[0] == 1


def test_failed_analyses_are_counted_apart(draw_fixture):
    broken = even(1000)
    broken.loc[:9, "converged"] = False
    broken.loc[10:19, "p_value"] = np.nan
    found = spread_of("one", broken, alpha=0.05, is_null=True)
    assert (found.n, found.n_failed) == (980, 20)
    assert "Left out because the analysis failed: no effect 20." in (
        draw_fixture({"no_effect": broken}).caption
    )
    broken.loc[:99, "converged"] = False
    drawn = draw_fixture({"no_effect": broken})
    assert drawn.takeaway == "Under “no effect”: the analysis failed in 10 of 100 trials."


def test_the_takeaway_says_what_is_known_without_and_with_an_effect(draw_fixture):
    """Of 2,000 p values (k/n)^3 a share 0.05^(1/3) = 0.368 is below 0.05; the tenth and the
    ninetieth hundredth are 0.1^3 = 0.001 and 0.9^3 = 0.73, one digit each."""
    null = even()
    alarms = round(100 * float((null["p_value"] < 0.05).mean()))
    assert draw_fixture({"no_effect": null, "some": piled()}).takeaway == (
        f"Under “no effect” every p value is as likely as any other, and {alarms} of 100 are "
        "false alarms. Under “some” 37 of 100 are below 0.05, and the middle 80 run from 0.001 "
        "to 0.7."
    )
    assert "false alarms" not in draw_fixture({"some": piled()}).takeaway
    assert (
        "Under “some” 46 of 100 are below 0.1" in draw_fixture({"some": piled()}, (), 0.1).takeaway
    )


def test_p_values_that_are_not_even_are_not_called_even(draw_fixture):
    assert "p values are uneven" in draw_fixture({"no_effect": piled(power=1.2)}).takeaway
    # A test of counts has few distinct p values.
    steps = frame(np.tile([0.02, 0.31, 0.66, 1.0], 500))
    assert "uneven, 0 to 25 of 100 in a bin" in draw_fixture({"no_effect": steps}).takeaway


def test_even_p_values_are_called_uneven_at_the_stated_rate():
    """Claim: 1 in 1,000 samples of uniform p values is called uneven.

    Exact: chi-square with 19 degrees of freedom at 0.001; 1,000 samples of 500. More than 7 have
    a chance of 1e-5 by the Poisson law; a rate of 2 in 100 would be found.
    """
    p = Generator(Philox(3)).random((1000, 500))
    called = [not spread_of("", frame(row), alpha=0.05, is_null=True).is_even for row in p]
    assert sum(called) <= 7


def test_p_values_of_a_run_without_effect_are_even():
    """Claim: p values of a t test of normal scores are uniform when nothing differs.

    Exact: 5% in each of 20 bins; 4,000 replicates, tolerance 4 standard errors of a bin (1.4
    points), which would find a normal instead of a t law at 8 participants (9% below 0.05).
    """
    written = {
        **BASE,
        "design": {**BASE["design"], "arms": {"control": {"n": 4}, "treatment": {"n": 4}}},
        "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 1}},
        "assumptions": {"no_effect": {}},
        "observation": {},
        "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
    }
    numbers = ts.run(loaded(written), replicates=4000, seed=8).plot.draw("p_values").numbers
    assert numbers["trials"].sum() == 4000
    assert (np.abs(numbers["of_100"] - 5) <= 400 * np.sqrt(0.05 * 0.95 / 4000)).all()


def test_no_more_than_four_panels_and_the_rest_is_said(draw_fixture):
    names = ["also_nothing", "no_effect", "a", "b", "c", "d"]
    frames = {name: even(200) if name in names[:2] else piled(200) for name in names}
    drawn = draw_fixture(frames, names[:2])
    assert drawn.numbers["assumption"].unique().tolist() == ["also_nothing", "a", "b", "c"]
    assert "Not shown: no effect and d." in drawn.caption
    assert "Not shown" not in draw_fixture({"a": piled(200)}).caption


def test_power_and_false_alarms_are_not_confused(draw_fixture, visible_texts_fixture):
    drawn = draw_fixture({"no_effect": piled(power=2), "some": piled()})
    said = [one.get_text() for one in visible_texts_fixture(drawn.figure)]
    said = [one.replace("\n", " ").replace("\u00a0", " ") for one in said]
    assert "22 of 100 below 0.05 (false alarms)" in said  # 0.05 ** (1/2) = 0.224
    assert "37 of 100 below 0.05 (power)" in said


def test_it_applies_where_a_trial_has_a_p_value():
    assert "p_values" in ts.run(loaded(BASE), replicates=20).plot.names()
    tiny = {**BASE["design"], "arms": {"control": {"n": 1}, "treatment": {"n": 1}}}
    none = {**BASE, "design": tiny, "observation": {}}
    assert "p_values" not in ts.run(loaded(none), replicates=20).plot.names()


def test_an_axes_of_ones_own_is_drawn_on_and_returned():
    ax = Figure().subplots()
    place = ax.get_position().bounds
    assert p_values(piled(), alpha=0.05, is_null=False, ax=ax) is ax
    assert ax.get_position().bounds == place


AWKWARD = {
    "three": {"no_effect": even(), "some": piled(), "much": frame(np.full(2000, 1e-9))},
    "long names": {name * 40: piled(100) for name in "abcd"},
    "one trial": {"no_effect": even(1)},
    "none significant": {"some": frame(np.full(50, 0.9))},
}


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1])
@pytest.mark.parametrize("case", AWKWARD)
def test_no_text_overlaps_or_is_cut(case, alpha, draw_fixture, faults_fixture):
    assert faults_fixture(draw_fixture(AWKWARD[case], alpha=alpha).figure) == []

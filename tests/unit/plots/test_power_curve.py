import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import trialsim as ts
from trialsim.plots.base.style import looks
from trialsim.plots.power_curve import draw, draw_power_curve, power_curve
from trialsim.plots.power_curve_exact import exact_curves
from trialsim.theory.noncentral_t import rejection_probability
from unit.small_trial import BASE, loaded

HSIEH = {"no_effect": 0.0, "large_trials": -1.4, "as_published": -4.3}
SIZES = [60, 90, 129, 200, 300]

NORMAL = {
    **BASE,
    "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 1, "correlation": 0.5}},
    "assumptions": {"no_effect": {}, "effect": {"score": {"treatment": -0.5}}},
    "observation": {},
    "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
}


def rates(**shares: list[float]) -> pd.DataFrame:
    """One share a size of 100, 200, ...; an assumption called no_effect is null."""
    rows = [
        (name, 100 * (place + 1), share, 0.005, name.startswith("no_effect"))
        for name, values in shares.items()
        for place, share in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["assumption", "n_total", "value", "mcse", "is_null"])


@pytest.fixture
def draw_fixture(settings_fixture):
    def draw(frame, marked_n_total=100):
        return draw_power_curve(
            frame, marked_n_total=marked_n_total, alpha=0.05, settings=settings_fixture
        )

    return draw


def test_the_takeaway_is_read_at_the_marked_size(draw_fixture):
    frame = rates(no_effect=[0.05, 0.049], large_trials=[0.24, 0.44], as_published=[0.98, 1.0])
    assert draw_fixture(frame, 100).takeaway == (
        "With 100 participants, 98 of 100 trials are significant under “as published”, "
        "24 under “large trials” and 5 are false alarms under “no effect”. "
        "No simulated size, up to 200, reaches 80 of 100 under “large trials”."
    )
    assert "44 under “large trials”" in draw_fixture(frame, 200).takeaway


def test_the_first_size_that_is_large_enough_is_named(draw_fixture):
    frame = rates(no_effect=[0.05] * 4, large_trials=[0.4, 0.7, 0.83, 0.9])
    assert draw_fixture(frame).takeaway.endswith(
        "Under “large trials”, 300 is the first simulated size to reach 80."
    )


def test_a_marked_size_that_was_not_simulated_is_not_made_up(draw_fixture):
    drawn = draw_fixture(rates(large_trials=[0.4, 0.7]), 129)
    assert drawn.takeaway.startswith(
        "With 100 participants, the simulated size nearest to this trial’s 129, 40 of 100"
    )


def test_many_assumptions_are_told_as_a_range(draw_fixture):
    frame = rates(no_effect=[0.05], a=[0.3], b=[0.5], c=[0.9])
    assert draw_fixture(frame).takeaway == (
        "With 100 participants, 30 (“a”) to 90 (“c”) of 100 trials are significant under an effect "
        "and 5 are false alarms under “no effect”."
    )


def test_the_numbers_carry_the_ends_of_the_band(draw_fixture):
    frame = rates(no_effect=[0.05], sure=[1.0])
    frame.loc[1, "mcse"] = 0.0
    numbers = draw_fixture(frame).numbers
    assert numbers["lower"].tolist() == pytest.approx([0.0402, 1 - 3.84 / 2003.84], abs=1e-4)
    assert numbers["upper"].tolist() == pytest.approx([0.0598, 1.0])


def test_the_caption_says_when_the_band_is_too_thin_to_see(draw_fixture):
    frame = rates(large_trials=[0.4, 0.7])
    assert "at most ±1 in 100, thinner than the lines" in draw_fixture(frame).caption
    assert "thinner" not in draw_fixture(frame.assign(mcse=0.02)).caption


def test_curves_differ_in_line_and_marker_and_not_in_colour_alone():
    names = ["no_effect", *"abcdef"]
    found = looks(names, references={"no_effect"})
    assert len({(look.marker, look.hollow) for look in found.values()}) == 7
    assert len({look.colour for look in found.values()}) == 7
    effects = [found[name] for name in "abcdef"]
    assert len({look.line for look in effects}) == 6
    assert found["no_effect"].width < min(look.width for look in effects)


def test_only_an_assumption_without_effect_raises_false_alarms(visible_texts_fixture):
    ax = power_curve(rates(no_effect=[0.05], some=[0.3]), marked_n_total=100, alpha=0.05)
    said = [one.get_text().replace("\n", " ") for one in visible_texts_fixture(ax.figure)]
    assert "no effect (false alarms)" in said and "some" in said
    assert "this trial: 100" in said


def test_an_axes_of_ones_own_is_drawn_on_and_returned():
    ax = Figure().subplots()
    place = ax.get_position().bounds
    assert power_curve(rates(some=[0.3, 0.4]), marked_n_total=100, alpha=0.05, ax=ax) is ax
    assert ax.get_position().bounds == place


AWKWARD = {
    "three": (HSIEH, SIZES),
    "one size": (HSIEH, [129]),
    "twelve sizes": (HSIEH, list(range(40, 160, 10))),
    "marked far away": (HSIEH, [400, 500]),
    "one null": ({"no_effect": 0.0}, [100, 200]),
    "six": ({**HSIEH, "smallest_worthwhile": -2.0, "sceptical": -0.5, "harm": 1.2}, SIZES),
    "all near 100": ({"huge": -12.0, "huger": -13.0, "hugest": -14.0}, SIZES),
    "long names": (
        {"what_the_large_and_blinded_trials_suggest": -1.4, "n" * 50: 0},
        SIZES,
    ),
}


@pytest.mark.parametrize("case", AWKWARD)
def test_no_text_overlaps_or_is_cut(case, rates_fixture, draw_fixture, faults_fixture):
    truths, sizes = AWKWARD[case]
    drawn = draw_fixture(rates_fixture(sizes, 400, **truths), 129)
    assert faults_fixture(drawn.figure) == []


def test_a_rate_that_is_not_known_is_left_out(draw_fixture):
    frame = rates(large_trials=[0.4, np.nan, 0.7])
    assert draw_fixture(frame).numbers["n_total"].tolist() == [100, 300]
    empty = draw_fixture(frame.assign(value=np.nan))
    assert empty.takeaway == "No simulated trial could be analysed."


def test_exact_curves_are_those_of_theory_and_pass_between_the_simulated_sizes():
    """Claim: the line of an assumption is the power of its t test at every size, not at those
    simulated only.

    Exact: noncentral t at 0.5 / sqrt(4/n) for n / 2 per arm; arms of 2 (n even) are equal.
    """
    vary = {"design.n_total": [20, 60, 180]}
    run = ts.run(loaded({**NORMAL, "vary": vary}), replicates=64).plot.run
    found = exact_curves(run, [20, 40, 60, 180])
    assert set(found["assumption"]) == {"no_effect", "effect"}
    curve = found[found["assumption"] == "effect"].set_index("n_total")["value"]
    assert len(curve) > 60 and set(curve.index) >= {20, 40, 60, 180}
    even = curve[curve.index % 2 == 0]
    wanted = [rejection_probability(0.5 / np.sqrt(4 / n), n - 2, 0.05) for n in even.index]
    np.testing.assert_allclose(even, wanted, rtol=1e-6)
    assert exact_curves(run, [40, 40]).empty


def test_where_theory_is_exact_lines_are_its_and_points_are_simulated():
    run = ts.run(loaded({**NORMAL, "vary": {"design.n_total": [20, 180]}}), replicates=64).plot.run
    drawn = draw(run)
    assert "Lines: exact, by theory; points: simulated." in drawn.caption
    assert drawn.numbers["exact"].notna().all()
    joined = [line for line in drawn.figure.axes[0].lines if len(line.get_xdata()) > 60]
    assert len(joined) == 2


def test_without_theory_simulated_points_are_joined():
    bounded = {"method": "bounded_integer", "max": 24, "mean": 10, "sd": 5, "correlation": 0.5}
    written = {**NORMAL, "outcomes": {"score": bounded}, "vary": {"design.n_total": [20, 60]}}
    drawn = draw(ts.run(loaded(written), replicates=64).plot.run)
    assert "exact" not in drawn.numbers and "Lines" not in drawn.caption


def test_totals_that_the_allocation_cannot_have_are_left_out_of_the_exact_curve():
    """Blocks of 6 for arms of 2:1 need a total that 3 divides."""
    design = {**BASE["design"], "arms": {"control": {"n": 40}, "treatment": {"n": 20}}}
    allocation = {"method": "permuted_blocks", "block_sizes": [6]}
    vary = {"design.n_total": [30, 240]}
    written = {**NORMAL, "design": design, "allocation": allocation, "vary": vary}
    run = ts.run(loaded(written), replicates=64).plot.run
    totals = set(exact_curves(run, [30, 60, 240])["n_total"])
    assert len(totals) > 20 and {n % 3 for n in totals} == {0}


def test_another_number_is_the_axis_where_the_size_does_not_vary(faults_fixture):
    vary = {"outcomes.score.sd": [0.5, 1, 2, 4]}
    drawn = draw(ts.run(loaded({**NORMAL, "vary": vary}), replicates=256).plot.run)
    ax = drawn.figure.axes[0]
    assert ax.get_xlabel() == "score sd"
    assert drawn.takeaway.startswith("With score sd 1, ")
    assert "at 0.5 and" in drawn.takeaway and "participants" not in drawn.takeaway
    assert drawn.numbers["outcomes.score.sd"].tolist() == [0.5, 1, 2, 4] * 2
    assert faults_fixture(drawn.figure) == []


def test_only_points_that_differ_in_size_alone_are_on_the_curve():
    points = {
        "small": {"design.n_total": 20},
        "large": {"design.n_total": 180},
        "wide": {"design.n_total": 60, "outcomes.score.sd": 3},
    }
    run = ts.run(loaded({**NORMAL, "vary": {"points": points}}), replicates=64).plot.run
    assert sorted(set(draw(run).numbers["n_total"])) == [20, 40, 180]

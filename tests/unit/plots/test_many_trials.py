from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch
from matplotlib.text import Annotation

from trialsim.plots.many_trials import draw_many_trials, many_trials, many_trials_panels
from trialsim.plots.panel import Panel, Published

HSIEH = {"no_effect": 0.0, "large_trials": -1.4, "as_published": -4.3}
PUBLISHED = Published(-3.8)


def words_below(ax: Axes) -> list[str]:
    return [one.get_text() for one in ax.texts if "favours" in one.get_text()]


@pytest.fixture
def hsieh_fixture(panels_fixture, words_fixture, settings_fixture):
    def draw(panels=None, **changes):
        told = {**words_fixture, "settings": settings_fixture, "published": PUBLISHED, **changes}
        return draw_many_trials(panels_fixture(**HSIEH) if panels is None else panels, **told)

    return draw


def test_the_takeaway_and_the_panels_state_what_the_data_say(
    hsieh_fixture, panels_fixture, visible_texts_fixture
):
    panels = panels_fixture(**HSIEH)
    drawn = hsieh_fixture(panels)
    shares = [round(100 * (one.frame["p_value"] < 0.05).mean()) for one in panels.values()]
    weak = panels["large_trials"].frame
    mean = weak.loc[weak["p_value"] < 0.05, "estimate"].mean()
    assert drawn.takeaway == (
        f"Out of 100 trials like this one, {shares[0]} are false alarms under “no effect”, "
        f"{shares[1]} are significant under “large trials” and {shares[2]} under “as published”. "
        f"Where the truth is −1.4 points, significant trials report −{-mean:.1f} on average."
    )
    said = " ".join(
        one.get_text().replace("\n", " ") for one in visible_texts_fixture(drawn.figure)
    )
    assert f"{shares[1]} of 100 significant (power)" in said
    assert f"{shares[0]} of 100 significant (false\u00a0alarms)" in said


def test_other_data_change_the_sentence_and_the_numbers(hsieh_fixture, panels_fixture):
    panels = panels_fixture(large_trials=-1.4)
    none = {"large_trials": replace(panels["large_trials"], frame=panels["large_trials"].frame)}
    none["large_trials"].frame["p_value"] = 0.5
    before, after = hsieh_fixture(panels_fixture(large_trials=-1.4)), hsieh_fixture(none)
    assert after.takeaway == (
        "Out of 100 trials like this one, 0 are significant under “large trials”."
    )
    assert before.takeaway != after.takeaway
    assert before.numbers["significant"].sum() > 0 == after.numbers["significant"].sum()


def test_without_an_effect_nothing_is_called_power(
    hsieh_fixture, panels_fixture, visible_texts_fixture
):
    drawn = hsieh_fixture(panels_fixture(no_effect=0.0))
    said = " ".join(one.get_text() for one in visible_texts_fixture(drawn.figure))
    for text in (said, drawn.takeaway, drawn.alt, drawn.caption):
        assert "power" not in text
    assert "false alarms" in drawn.takeaway


def test_the_numbers_sum_to_the_trials_of_every_assumption(hsieh_fixture, panels_fixture):
    panels = panels_fixture(**HSIEH)
    panels["large_trials"].frame.loc[:49, "converged"] = False
    panels["no_effect"].frame.loc[0, "estimate"] = 1e6
    drawn = hsieh_fixture(panels)
    assert list(drawn.numbers) == ["assumption", "left", "right", "significant", "not_significant"]
    total = (
        drawn.numbers.groupby("assumption")[["significant", "not_significant"]].sum().sum(axis=1)
    )
    assert total.to_dict() == {"no_effect": 2_000, "large_trials": 1_950, "as_published": 2_000}
    assert "failed: large trials 50." in drawn.caption


def test_a_rate_that_is_handed_over_is_the_one_that_is_stated(hsieh_fixture, panels_fixture):
    panels = panels_fixture(500, large_trials=-1.4)
    panels = {name: replace(one, rejection_rate=0.4321, mcse=0.001) for name, one in panels.items()}
    assert "43 are significant" in hsieh_fixture(panels).takeaway


def test_no_share_is_stated_where_many_analyses_failed(hsieh_fixture, panels_fixture):
    panels = panels_fixture(no_effect=0.0, large_trials=-1.4)
    panels["large_trials"].frame.loc[:399, "converged"] = False
    drawn = hsieh_fixture(panels)
    assert drawn.takeaway.endswith("Under “large trials”: the analysis failed in 20 of 100 trials.")
    assert "significant under “large trials”" not in drawn.takeaway


@pytest.mark.parametrize(
    ("better", "left"), [("lower", "acupressure"), ("higher", "physiotherapy")]
)
def test_the_axis_says_whom_each_direction_favours(trials_fixture, words_fixture, better, left):
    told = {**words_fixture, "better": better}
    ax = many_trials(trials_fixture(-1.4, 600), true_value=-1.4, critical=1.92, **told)
    first, second = words_below(ax)
    assert first == f"←\u00a0favours {left}"
    assert second.endswith("→") and left not in second


def test_dots_up_to_500_trials_then_bars(trials_fixture, words_fixture):
    def drawn(n: int) -> Axes:
        return many_trials(trials_fixture(-1.4, n), true_value=-1.4, critical=1.92, **words_fixture)

    dots = [one for one in drawn(500).collections if isinstance(one, EllipseCollection)]
    assert sum(len(one.get_offsets()) for one in dots) == 500
    bars = drawn(501)
    assert not [one for one in bars.collections if isinstance(one, EllipseCollection)]
    hatched = [one for one in bars.patches if isinstance(one, StepPatch) and one.get_hatch()]
    assert len(hatched) == 1, "not significant differs by more than its colour"


def test_false_alarms_are_averaged_on_each_side(panels_fixture, words_fixture):
    axes = many_trials_panels(panels_fixture(no_effect=0.0, large=-1.4), **words_fixture)
    triangles = [
        [one.xy[0] for one in ax.texts if isinstance(one, Annotation) and one.get_text() == "▼"]
        for ax in axes
    ]
    assert [np.sign(xs).tolist() for xs in triangles] == [[-1, 1], [-1]]


def test_an_axes_of_ones_own_is_drawn_on_and_returned(trials_fixture, words_fixture):
    figure = Figure()
    ax = figure.subplots()
    place = ax.get_position().bounds
    frame = trials_fixture(-1.4, 300)
    before = frame.copy()
    assert many_trials(frame, true_value=-1.4, critical=1.92, ax=ax, **words_fixture) is ax
    assert ax.get_position().bounds == place
    assert frame.equals(before)


AWKWARD = {
    "three": {"panels": HSIEH},
    "dots": {"panels": HSIEH, "replicates": 200},
    "one": {"panels": {"large_trials": -1.4}},
    "none published": {"panels": HSIEH, "published": None},
    "six": {"panels": {**HSIEH, "smallest_worthwhile": -2.0, "sceptical": -0.5, "harm": 1.2}},
    "published is the truth": {"panels": {"as_published": -3.8}},
    "all significant": {"panels": {"huge": -12.0}},
    "long names": {
        "panels": {"no_effect_at_all_of_any_kind_whatsoever": 0.0, "x" * 60: -1.4},
        "treatment": "six_sessions_of_acupressure_by_one_trained_therapist_in_kaohsiung",
        "comparator": "usual physiotherapy including thermotherapy, traction and exercise advice",
        "outcome_label": "Roland-Morris disability questionnaire in $ and in $, adjusted",
        "unit": "questionnaire points",
        "published": Published(-3.8, "Hsieh and colleagues 2006, post scores"),
    },
}


@pytest.mark.parametrize("case", AWKWARD)
def test_no_text_overlaps_or_is_cut(case, hsieh_fixture, panels_fixture, faults_fixture):
    changes = dict(AWKWARD[case])
    panels = panels_fixture(changes.pop("replicates", 1_000), **changes.pop("panels"))
    drawn = hsieh_fixture(panels, **changes)
    assert faults_fixture(drawn.figure) == []


def test_no_trial_analysed_is_said(hsieh_fixture, panels_fixture):
    panels = panels_fixture(100, large_trials=-1.4)
    panels["large_trials"].frame["converged"] = False
    drawn = hsieh_fixture(panels)
    assert "the analysis failed in 100 of 100 trials" in drawn.takeaway
    assert drawn.numbers[["significant", "not_significant"]].to_numpy().sum() == 0


def test_nothing_to_draw_is_refused(hsieh_fixture):
    with pytest.raises(ValueError, match="no assumption"):
        hsieh_fixture({})


def test_the_smallest_significant_difference_may_be_unknown(
    hsieh_fixture, panels_fixture, visible_texts_fixture
):
    panels = {
        name: Panel(one.frame, one.true_value, float("nan"))
        for name, one in panels_fixture(large_trials=-1.4).items()
    }
    said = [one.get_text() for one in visible_texts_fixture(hsieh_fixture(panels).figure)]
    assert not [one for one in said if "nan" in one]

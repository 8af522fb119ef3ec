import numpy as np
import pandas as pd
import pytest

from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.bias_waterfall import Priced, bias_waterfall, draw_bias_waterfall

CONTRAST = Contrast("acupressure", "physiotherapy", "Roland-Morris disability", "lower")


def steps(truth: float, sizes: dict[str, float], interaction: float = 0.4) -> pd.DataFrame:
    nan = float("nan")
    rows = [("truth", "", 0.0, truth, 0.0, nan, nan, nan, nan, nan, nan)]
    at = truth
    found = (0.2, 0.01, 0.9, 0.01, 0.03, 0.01)
    rows.append(("trial", "", at, at + 0.02, 0.03, 0.05, 0.01, 0.95, 0.01, 0.0, 0.0))
    at += 0.02
    for name, size in sizes.items():
        rows.append(("alone", name, at, at + size, 0.02, *found))
        at += size
    rows.append(("interaction", "", at, at + interaction, 0.05, *(nan,) * 6))
    rows.append(("all", "", 0.0, at + interaction, 0.04, 0.98, 0.004, 0.3, 0.01, 0.997, 0.001))
    columns = [
        "kind", "name", "start", "end", "mcse", "significant", "significant_mcse", "coverage",
        "coverage_mcse", "beyond", "beyond_mcse",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


SIZES = {"predictable": -0.9, "other_care": 0.25, "expectation": -0.8, "best_result": -0.6}


def priced(**words: object) -> Priced:
    return Priced(**{"assumption": "one_point", "is_null": False, "contrast": CONTRAST,
                     "published": -3.8, **words})  # fmt: skip


@pytest.fixture
def draw_fixture(settings_fixture):
    def draw(frame: pd.DataFrame, **words: object):
        return draw_bias_waterfall(frame, priced(**words), settings_fixture)

    return draw


def test_each_bar_begins_where_the_one_above_ends(draw_fixture):
    frame = steps(-1.0, SIZES)
    (ax,) = draw_fixture(frame).figure.axes
    bars = [patch for patch in ax.patches if patch.get_height() == pytest.approx(0.56)]
    assert len(bars) == len(frame)
    for bar, (_, step) in zip(bars, frame.iterrows(), strict=True):
        ends = sorted([bar.get_x(), bar.get_x() + bar.get_width()])
        np.testing.assert_allclose(ends, sorted([step["start"], step["end"]]), atol=1e-12)
    middles = [bar.get_y() + bar.get_height() / 2 for bar in bars]
    assert middles == sorted(middles, reverse=True)


def test_kinds_differ_without_colour(draw_fixture):
    frame = steps(-1.0, SIZES)
    (ax,) = draw_fixture(frame).figure.axes
    bars = [patch for patch in ax.patches if patch.get_height() == pytest.approx(0.56)]
    hatched = [bar.get_hatch() for bar in bars]
    assert [bool(hatch) for hatch in hatched] == [kind == "interaction" for kind in frame["kind"]]


def test_the_takeaway_says_where_the_estimate_ends(draw_fixture):
    drawn = draw_fixture(steps(-1.0, SIZES))
    assert drawn.takeaway == (
        "If the true difference is −1.0 points and all of this misleads, trials find −2.6 points "
        "on average, and 98 of 100 are significant instead of 5."
    )
    assert "predictable −0.90, expectation −0.80, best result −0.60" in drawn.alt


def test_significance_without_effect_is_a_false_alarm(draw_fixture):
    drawn = draw_fixture(steps(0.0, SIZES), is_null=True, assumption="no_effect")
    assert drawn.takeaway.startswith("If nothing is truly different and all of this misleads")
    assert "98 of 100 raise a false alarm" in drawn.takeaway
    texts = [text.get_text() for text in drawn.figure.axes[0].texts]
    assert "false\nalarms" in texts
    assert ">99" in texts  # nearly all lie beyond what was published


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (steps(-1.0, SIZES), {}),
        (steps(0.0, SIZES), {"is_null": True, "published": None}),
        (steps(2.0, {f"mechanism_number_{i}": 0.1 for i in range(17)}), {"published": 3.0}),
        (steps(-1.0, {"a_mechanism_with_a_name_that_does_not_fit_in_any_way": -0.5}, 0.0), {}),
    ],
)
def test_no_text_touches_another_or_leaves_the_sheet(draw_fixture, faults_fixture, frame, words):
    assert faults_fixture(draw_fixture(frame, **words).figure) == []


def test_it_draws_on_axes_of_a_callers_own():
    from matplotlib.figure import Figure

    ax = Figure(figsize=(10, 6)).add_axes((0.3, 0.2, 0.4, 0.6))
    assert bias_waterfall(steps(-1.0, SIZES), priced(), ax) is ax

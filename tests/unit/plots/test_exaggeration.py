import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import trialsim as ts
from trialsim.plots.exaggeration import draw_exaggeration, exaggeration, of_significant
from trialsim.plots.run import Run
from trialsim.theory import exaggeration as theory
from unit.small_trial import BASE, loaded

NORMAL = {
    **BASE,
    "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 2, "correlation": 0.5}},
    "assumptions": {"no_effect": {}, "effect": {"score": {"treatment": -0.6}}},
    "observation": {},
    "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
    "vary": {"design.n_total": [40, 120]},
    "simulation": {"replicates": 5000, "seed": 5},
}

COLUMNS = [
    "assumption",
    "n_total",
    "power",
    "type_m",
    "type_m_mcse",
    "type_s",
    "type_s_mcse",
    "n_significant",
]


def significant(*rows: tuple[str, int, float, float, float]) -> pd.DataFrame:
    """Rows of assumption, size, power, type M and type S, of 2,000 trials."""
    filled = [
        (name, n, power, ratio, 0.009 * ratio, wrong, 0.001, 2_000 * power)
        for name, n, power, ratio, wrong in rows
    ]
    return pd.DataFrame(filled, columns=COLUMNS)


SEVERAL = significant(
    ("weak", 100, 0.2, 2.3, 0.012),
    ("weak", 200, 0.36, 1.62, 0.001),
    ("weak", 400, 0.6, 1.3, 0.0),
    ("strong", 100, 0.8, 1.12, 0.0),
    ("strong", 200, 0.97, 1.02, 0.0),
    ("strong", 400, 1.0, 1.0, 0.0),
)


@pytest.fixture(scope="module")
def run_fixture() -> Run:
    return ts.run(loaded(NORMAL)).plot.run


@pytest.fixture
def draw_fixture(settings_fixture):
    def draw(frame, marked_n_total=200, sides=2):
        return draw_exaggeration(
            frame, marked_n_total=marked_n_total, alpha=0.05, sides=sides, settings=settings_fixture
        )

    return draw


def test_exaggeration_and_wrong_signs_match_the_noncentral_t(run_fixture):
    """Claim: type M and type S of a t test are those of Gelman and Carlin's definition.

    Exact: `theory.exaggeration` at ncp 0.6 / (2 sqrt(4/n)) and n - 2 degrees of freedom, itself
    tested against R. 5,000 replicates, of which about 750 to 1,800 are significant; tolerance 4
    standard errors, which is 0.06 of a type M of 2.2: dividing by the estimate's own mean instead
    of the truth would be found.
    """
    found = of_significant(run_fixture)
    # Nothing is exaggerated under no effect.
    assert found[["assumption", "n_total"]].values.tolist() == [["effect", 40], ["effect", 120]]
    n = found["n_total"].to_numpy()
    ncp = 0.6 / (2 * np.sqrt(4 / n))
    ratio, wrong = theory.type_m(ncp, n - 2), theory.type_s(ncp, n - 2)
    assert (np.abs(found["type_m"] - ratio) <= 4 * found["type_m_mcse"]).all()
    error = np.sqrt(wrong * (1 - wrong) / found["n_significant"])
    assert (np.abs(found["type_s"] - wrong) <= 4 * error).all()
    assert ratio[0] > 2 and wrong[0] > 0.005  # a test of something


def test_the_takeaway_follows_the_weakest_effect(draw_fixture):
    assert draw_fixture(SEVERAL).takeaway == (
        "Under “weak”, significant trials of 200 participants report 1.6 times the true "
        "difference on average, those of 400 participants 1.3; under “strong”, 1.02 times with 200."
    )
    assert draw_fixture(SEVERAL, 100).takeaway.endswith(
        "Of 100 such trials of 100, 1 points the wrong way."
    )
    alone = SEVERAL[(SEVERAL["assumption"] == "strong") & (SEVERAL["n_total"] == 400)]
    assert draw_fixture(alone, 400).takeaway == (
        "Under “strong”, significant trials of 400 participants report 1.00 times the true "
        "difference on average."
    )


def test_estimates_that_are_too_small_are_told_as_they_are(draw_fixture):
    shrunk = significant(("effect", 200, 0.5, 0.8, 0.0))
    drawn = draw_fixture(shrunk)
    assert "report 0.80 times the true difference" in drawn.takeaway
    assert drawn.figure.axes[0].get_ylim()[0] < 0.8


def test_sizes_with_too_few_significant_trials_are_blank_and_said(draw_fixture):
    frame = SEVERAL.copy()
    frame.loc[0, ["type_m", "type_m_mcse", "type_s", "type_s_mcse"]] = np.nan
    drawn = draw_fixture(frame, 100)
    assert "Left blank, fewer than 30 significant trials: weak (100)." in drawn.caption
    assert "Left blank" not in draw_fixture(SEVERAL).caption
    # At 100 only the strong effect has a number.
    assert drawn.takeaway.startswith("Under “strong”, significant trials of 100")


def test_the_known_pairs_are_those_of_a_z_test(draw_fixture, visible_texts_fixture):
    """Type M of a two-sided z test at 0.05: 1.12 at 80% power and 1.41 at 50%, by hand from
    (phi(c - m) + m Phi(m - c)) / (m P) with m = 1.960 + 0.842 or 1.960: the other tail is under
    1e-4."""

    def said(frame, sides=2):
        figure = draw_fixture(frame, sides=sides).figure
        return [one.get_text() for one in visible_texts_fixture(figure)]

    assert {"80% power: 1.12", "50% power: 1.41"} < set(said(SEVERAL))
    assert {"1.12 at 80%", "1.41 at 50%"} < set(said(SEVERAL[SEVERAL["n_total"] == 200]))
    # The closed form is of a two-sided test.
    assert not any("1.41" in one for one in said(SEVERAL, sides=1))


def test_one_size_is_drawn_against_power(draw_fixture):
    upper, lower = draw_fixture(SEVERAL[SEVERAL["n_total"] == 200]).figure.axes
    assert lower.get_xlabel() == "power: significant trials, of 100"
    points = [line.get_xydata().tolist() for line in upper.lines if len(line.get_xdata()) == 1]
    assert [36.0, 1.62] in [point[0] for point in points]
    upper, lower = draw_fixture(SEVERAL).figure.axes
    assert lower.get_xlabel() == "participants in all arms together"


def test_it_applies_where_an_effect_has_enough_significant_trials(run_fixture):
    def names(assumptions, replicates):
        written = {**NORMAL, "assumptions": assumptions}
        return ts.run(loaded(written), replicates=replicates).plot.names()

    assert "exaggeration" in names(NORMAL["assumptions"], 300)
    assert "exaggeration" not in names({"no_effect": {}}, 2000)
    assert "exaggeration" not in names(NORMAL["assumptions"], 29)


def test_axes_of_ones_own_are_drawn_on_and_returned():
    axes = list(Figure().subplots(2, 1, sharex=True))
    places = [ax.get_position().bounds for ax in axes]
    assert exaggeration(SEVERAL, marked_n_total=200, alpha=0.05, axes=axes) == axes
    assert [ax.get_position().bounds for ax in axes] == places


AWKWARD = {
    "several": SEVERAL,
    "one size": SEVERAL[SEVERAL["n_total"] == 200],
    "five alike": significant(
        *((name * 40, n, 0.8, 1.12, 0.0) for name in "abcde" for n in (50, 60))
    ),
    "far away": significant(("weak", 50, 0.06, 40.0, 0.3), ("weak", 1_000, 0.1, 8.0, 0.1)),
    "all at full power": significant(*((name, 50, 1.0, 1.0, 0.0) for name in "abcde")),
}


@pytest.mark.parametrize("case", AWKWARD)
def test_no_text_overlaps_or_is_cut(case, draw_fixture, faults_fixture):
    assert faults_fixture(draw_fixture(AWKWARD[case]).figure) == []

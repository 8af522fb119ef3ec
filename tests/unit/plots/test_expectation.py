import numpy as np
import pandas as pd
import pytest

from trialsim.plots.expectation import EVIDENCE, Expected, draw_expectation, expectation


def curves(sizes: tuple[int, ...] = (80, 129, 400), has_theory: bool = True) -> pd.DataFrame:
    rows = []
    for n in sizes:
        for source, shifts in (
            ("theory", np.linspace(0, 0.7, 71) if has_theory else ()),
            ("simulated", (0.0, 0.2, 0.4, 0.56, 0.7)),
        ):
            for shift in shifts:
                share = 0.05 + 0.95 * (1 - np.exp(-((shift * np.sqrt(n / 10)) ** 2)))
                mcse = 0.0 if source == "theory" else 0.008
                rows.append((n, shift, source, share, mcse, 1 - share, mcse))
    columns = [
        "n_total", "shift", "source", "significant", "significant_mcse", "coverage",
        "coverage_mcse",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


TOLD = Expected(n_total=129, n_arms=2, sd=5.5, unit="points", alpha=0.05)


@pytest.fixture
def draw_fixture(settings_fixture):
    return lambda frame, told=TOLD: draw_expectation(frame, told, settings_fixture)


def test_the_takeaway_is_about_the_scenarios_own_size(draw_fixture):
    frame = curves()
    own = frame[(frame["n_total"] == 129) & (frame["source"] == "theory")]
    share = own.loc[(own["shift"] - 0.56).abs().idxmin(), "significant"]
    drawn = draw_fixture(frame)
    assert drawn.takeaway == (
        "Nothing works, but patients expect it to: if that is worth 0.56 SD (3.1 points), "
        f"{round(100 * share)} of 100 trials of 64 per arm are significant, and "
        f"{round(100 * (1 - share))} of 100 intervals hold the truth."
    )
    assert "Lines: exact." in drawn.caption


def test_lines_are_exact_and_dots_simulated(draw_fixture):
    upper, lower, _ = draw_fixture(curves()).figure.axes
    for ax in (upper, lower):
        lengths = [len(line.get_xdata()) for line in ax.lines]
        assert lengths.count(71) == 3
        assert lengths.count(5) == 3


def test_without_theory_lines_join_the_dots_and_nothing_is_called_exact(draw_fixture):
    drawn = draw_fixture(curves(has_theory=False))
    assert "exact" not in drawn.caption
    assert not any(text.get_text() == "exact" for text in drawn.figure.axes[0].get_legend().texts)


def test_both_sides_of_the_evidence_are_shown(draw_fixture):
    """MetaBLIND's ratio of odds ratios 0.91 (0.61 to 1.34) is 0.05 SD (-0.16 to 0.27)."""
    (within, *first), (between, *second) = EVIDENCE
    assert (within, between) == ("within trials", "between trials")
    assert first == [0.56, 0.41, 0.71]
    assert second == pytest.approx([0.052, -0.161, 0.273], abs=0.001)
    strip = draw_fixture(curves()).figure.axes[2]
    spans = sorted(tuple(line.get_xdata()) for line in strip.lines if len(line.get_xdata()) == 2)
    np.testing.assert_allclose(spans, [(0.0, 0.273), (0.41, 0.7)], atol=0.001)


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (curves(), TOLD),
        (curves((129,), has_theory=False), TOLD),
        (curves((40, 129, 2_000)), Expected(129, 3, 24.0, "millimetres of a line", 0.05)),
    ],
)
def test_no_text_touches_another_or_leaves_the_sheet(draw_fixture, faults_fixture, frame, told):
    assert faults_fixture(draw_fixture(frame, told).figure) == []


def test_it_draws_on_axes_of_a_callers_own():
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 9))
    axes = [figure.add_axes((0.1, y, 0.6, 0.2)) for y in (0.7, 0.4, 0.1)]
    assert expectation(curves(), TOLD, axes) == axes

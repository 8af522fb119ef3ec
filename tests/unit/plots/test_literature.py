"""Funnel, forest and cumulative meta-analysis: what they say, and that no text is cut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import trialsim as ts
from trialsim.literature.figures import figures, told_of
from trialsim.plots.cumulative import cumulative, draw_cumulative
from trialsim.plots.forest import MOST_ROWS, draw_forest, forest
from trialsim.plots.funnel import draw_funnel, funnel

SCENARIOS = Path(__file__).parents[3] / "scenarios"
NAMES = ("textbook_literature", "acupuncture_literature", "massage_literature")


@pytest.fixture(scope="module")
def literatures():
    return {
        name: ts.simulate_literature(ts.load(SCENARIOS / f"{name}.yaml"), replicates=400)
        for name in NAMES
    }


@pytest.mark.parametrize("name", NAMES)
def test_no_text_touches_another_or_leaves_the_sheet(literatures, faults_fixture, name):
    for drawn in figures(literatures[name]):
        assert faults_fixture(drawn.figure) == [], drawn.name


def test_published_trials_are_filled_and_the_others_hollow(literatures):
    found = literatures["textbook_literature"]
    frame = found.one().frame()
    drawn = draw_funnel(frame, told_of(found))
    (ax,) = drawn.figure.axes
    dots = {
        line.get_markerfacecolor(): len(line.get_xdata())
        for line in ax.lines
        if line.get_marker() == "o"
    }
    assert dots == {"#0072B2": frame["published"].sum(), "white": (~frame["published"]).sum()}
    assert ax.get_ylim()[0] > frame["se"].max() and ax.get_ylim()[1] == 0
    low, high = ax.get_xlim()
    assert frame["estimate"].between(low, high).all()


def test_the_takeaways_say_what_is_found_and_what_is_true(literatures):
    found = literatures["textbook_literature"]
    told = replace(
        told_of(found),
        n_published=21.2,
        mean_published=0.307,
        spread=0.044,
        egger=0.12,
        egger_mcse=0.01,
    )
    one = found.one()
    drawn = draw_funnel(one.frame(), told)
    assert drawn.takeaway == (
        "Of 60 trials 21 are published; pooled they say 0.31 SD, and the truth is 0.20. "
        "Egger's test at 0.10 is significant in 12 of 100."
    )
    assert "seed 60" in drawn.caption and told.digest in drawn.caption
    outside = replace(told, published=replace(told.published, estimate=0.31, lower=0.22, upper=0.4))
    assert draw_forest(one.frame(), outside).takeaway.endswith("The truth, 0.20, is outside.")
    inside = replace(told, published=replace(told.published, estimate=0.31, lower=0.12, upper=0.5))
    assert draw_forest(one.frame(), inside).takeaway.endswith("The truth, 0.20, is inside.")
    history = one.history()
    closes = draw_cumulative(history, told).takeaway
    last = history[history["trials"] == "published"].iloc[-1]
    assert f"closes around {last['estimate']:.2f}; the truth is 0.20." in closes


def test_the_forest_has_a_row_a_published_trial_and_counts_those_left_out(literatures):
    found = literatures["textbook_literature"]
    one, told = found.one(), told_of(found)
    frame = one.frame()
    drawn = draw_forest(frame, told)
    assert len(drawn.numbers) == frame["published"].sum()
    (ax,) = drawn.figure.axes
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names[0] == f"trial {drawn.numbers['trial'][0]}, {drawn.numbers['n'][0]} patients"
    assert names[-1] == "pooled, all 60"
    many = frame.loc[np.resize(np.flatnonzero(frame["published"]), MOST_ROWS + 5)]
    assert "Not shown: 5 later trials" in draw_forest(many, told).caption


def test_a_whole_literature_has_no_marks_for_what_is_missing(literatures, visible_texts_fixture):
    for drawn in figures(literatures["massage_literature"]):
        texts = [text.get_text() for text in visible_texts_fixture(drawn.figure)]
        assert not any("not published" in text or "all pool" in text for text in texts)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_a_handful_of_published_trials_can_be_drawn(faults_fixture, n):
    """Literatures with fewer trials than a method needs say so instead of failing."""
    scenario = ts.load(SCENARIOS / "textbook_literature.yaml").changed(
        {
            "literature.trials": 4,
            "literature.publication": {"significant": 0.5, "not_significant": 0.5},
        }
    )
    found = ts.simulate_literature(scenario, replicates=200)
    replicate = int(np.flatnonzero(found.counts.published == n)[0])
    for drawn in figures(found, replicate):
        assert faults_fixture(drawn.figure) == [], drawn.name
        assert "nan" not in drawn.takeaway + drawn.caption


def test_they_draw_on_axes_of_a_callers_own(literatures):
    found = literatures["textbook_literature"]
    one, told = found.one(), told_of(found)
    for draw, frame in ((funnel, one.frame()), (forest, one.frame()), (cumulative, one.history())):
        ax = Figure(figsize=(10, 8)).add_axes((0.2, 0.2, 0.5, 0.5))
        assert draw(frame, told, ax=ax) is ax
        assert draw(frame, told).get_figure() is not None

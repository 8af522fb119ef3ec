"""Simulated trials that resemble Hsieh 2006: SD 5.5, 129 participants, RMDQ differences."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.random import Generator, Philox
from scipy.stats import t

from trialsim.plots.base.figure import Settings
from trialsim.plots.panel import Panel

SD = 5.5


def trials(truth: float, replicates: int, n_total: int = 129, seed: int = 2006) -> pd.DataFrame:
    rng = Generator(Philox(seed))
    n = n_total // 2
    scale = np.sqrt(1 / n + 1 / (n_total - n))
    se = SD * scale * np.sqrt(rng.chisquare(n_total - 2, replicates) / (n_total - 2))
    estimate = truth + SD * scale * rng.standard_normal(replicates)
    p_value = 2 * t.sf(np.abs(estimate / se), n_total - 2)
    return pd.DataFrame({"estimate": estimate, "p_value": p_value, "converged": True})


@pytest.fixture
def trials_fixture() -> Callable[..., pd.DataFrame]:
    return trials


@pytest.fixture
def panels_fixture() -> Callable[..., dict[str, Panel]]:
    def panels(replicates: int = 2_000, **truths: float) -> dict[str, Panel]:
        return {
            name: Panel(trials(truth, replicates, seed=2006 + place), truth, critical=1.92)
            for place, (name, truth) in enumerate(truths.items())
        }

    return panels


@pytest.fixture
def rates_fixture() -> Callable[..., pd.DataFrame]:
    def rates(sizes: list[int], replicates: int = 1_000, **truths: float) -> pd.DataFrame:
        rows = []
        for name, truth in truths.items():
            for n_total in sizes:
                share = float((trials(truth, replicates, n_total)["p_value"] < 0.05).mean())
                mcse = np.sqrt(share * (1 - share) / replicates)
                rows.append((name, n_total, share, mcse, truth == 0))
        return pd.DataFrame(rows, columns=["assumption", "n_total", "value", "mcse", "is_null"])

    return rates


@pytest.fixture
def words_fixture() -> dict[str, Any]:
    """What both many-trials functions are told besides the trials."""
    return {
        "alpha": 0.05,
        "outcome_label": "RMDQ after treatment",
        "treatment": "acupressure",
        "comparator": "physiotherapy",
        "better": "lower",
    }


@pytest.fixture
def settings_fixture() -> Settings:
    return Settings(n_total=129, replicates=2_000, seed=2006, digest="4c1e9a27", analysis="t_test")


def visible_texts(figure: Figure) -> list[Text]:
    """Every piece of text on a figure that a reader sees."""
    figure.canvas.draw()
    # matplotlib keeps, but does not draw, the labels of ticks that lie beyond the axes.
    unseen = [
        tick.label1
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    ]
    return [
        text
        for text in figure.findobj(Text)
        if text.get_text().strip() and text.get_visible() and text not in unseen
    ]


@pytest.fixture
def visible_texts_fixture() -> Callable[[Figure], list[Text]]:
    return visible_texts


@pytest.fixture
def faults_fixture() -> Callable[[Figure], list[str]]:
    """Texts that stand on one another, and texts that the edge of the figure cuts."""

    def faults(figure: Figure) -> list[str]:
        texts = visible_texts(figure)
        # Not the extent of an annotation, which includes the line that leads to it.
        boxes = [Text.get_window_extent(text) for text in texts]
        found = []
        for place, (text, box) in enumerate(zip(texts, boxes, strict=True)):
            inside = figure.bbox.padded(1)
            if not (inside.contains(*box.min) and inside.contains(*box.max)):
                found.append(f"cut: {text.get_text()}")
            for other_text, other in zip(texts[:place], boxes[:place], strict=True):
                both = Bbox.intersection(box, other)
                # A line of text holds room for accents: letters are what may not touch.
                if both is not None and both.width > 1 and both.height > 5:
                    found.append(f"overlap: {text.get_text()} and {other_text.get_text()}")
        return found

    return faults

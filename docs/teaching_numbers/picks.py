"""Numbers that the estimates of a run give beyond its table; docstrings say how, for the page."""

from __future__ import annotations

from math import sqrt

import numpy as np

import trialsim as ts
from teaching_numbers.ways import Found

IMBALANCE = 0.84
"""Points by which the acupressure arm of Hsieh 2006 was worse at baseline."""


def columns(results: ts.Results, assumption: str, analysis: str) -> dict[str, np.ndarray]:
    """Columns (r,) of an analysis of the design as stated."""
    cells = results.plan.cells
    (one,) = [
        series
        for series in results.plan.series()
        if (cells[series.cell].assumption, cells[series.cell].what_if) == (assumption, "as_stated")
        and series.analysis == analysis
    ]
    return results.series(one)


def ancova_variance_ratio(results: ts.Results) -> Found:
    """(`empirical_se` of ancova / that of t_test) squared, no_effect"""
    adjusted, post = (columns(results, "no_effect", n)["estimate"] for n in ("ancova", "t_test"))
    ratio = adjusted.var(ddof=1) / post.var(ddof=1)
    squared = np.corrcoef(adjusted, post)[0, 1] ** 2
    return Found(float(ratio), float(2 * ratio * sqrt((1 - squared) / adjusted.size)))


def _given_imbalance(results: ts.Results, analysis: str) -> Found:
    estimates = {n: columns(results, "no_effect", n)["estimate"] for n in ("t_test", "change")}
    before = estimates["t_test"] - estimates["change"]
    wanted = columns(results, "no_effect", analysis)["estimate"]
    slope = before @ wanted / (before @ before)
    error = sqrt(((wanted - slope * before) ** 2).mean() / (before @ before))
    return Found(float(IMBALANCE * slope), IMBALANCE * error)


def post_given_imbalance(results: ts.Results) -> Found:
    """estimates of t_test, no_effect, regressed on the baseline difference (t_test less change),
    times 0.84; `trialsim appraise` prints the closed form"""
    return _given_imbalance(results, "t_test")


def change_given_imbalance(results: ts.Results) -> Found:
    """the same of change"""
    return _given_imbalance(results, "change")


def ancova_given_imbalance(results: ts.Results) -> Found:
    """the same of ancova"""
    return _given_imbalance(results, "ancova")


def catches_next(results: ts.Results) -> Found:
    """share of pairs of trials, t_test, as_published, in which the interval of the first holds the
    estimate of the second"""
    found = columns(results, "as_published", "t_test")
    n = found["estimate"].size // 2
    following = found["estimate"][n : 2 * n]
    caught = (found["lower"][:n] <= following) & (following <= found["upper"][:n])
    share = float(caught.mean())
    return Found(share, sqrt(share * (1 - share) / n))


def needed_to_treat(results: ts.Results) -> Found:
    """one over `mean_estimate` of responders, shift, sign turned"""
    estimate = -columns(results, "shift", "responders")["estimate"]
    mean = float(estimate.mean())
    return Found(1 / mean, float(estimate.std(ddof=1)) / sqrt(estimate.size) / mean**2)


def loss_bias_in_sd(results: ts.Results) -> Found:
    """`bias` of t_test, no_effect, divided by the SD of 5.5, sign turned"""
    estimate = -columns(results, "no_effect", "t_test")["estimate"] / 5.5
    return Found(float(estimate.mean()), float(estimate.std(ddof=1)) / sqrt(estimate.size))

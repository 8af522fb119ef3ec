"""W6, number needed to treat: it is about a threshold, not about how many benefit.

Altman 1998, doi 10.1136/bmj.317.7168.1309; Senn, Dicing with Death, on responders.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trialsim.plots import nnt
from trialsim.study import Results
from trialsim.teaching import applies
from trialsim.teaching.bench import CLAIMED, Bench
from trialsim.teaching.found import Found, amount
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Rows, Step
from trialsim.teaching.trial import Trial
from trialsim.theory.two_proportions import binomial

ID, TITLE, TOPIC, MINUTES = "W6", "Number needed to treat", "Effect measure", 9

TRUE_NUMBER, CONTROL_RISK = 6, 0.2
"""A number needed to treat, and the share of comparators with the event, for its spread."""
_STEPS = (0.5, 1.25)
"""Cuts, in SDs of the comparator on the bad side of its mean, before they are rounded."""


def reason(trial: Trial) -> str:
    """A difference in favour of the arm is needed."""
    return applies.first_of(trial, applies.score, applies.improvement)


def make(bench: Bench) -> Step:
    """Everybody gains the same, and the number needed to treat goes by the cut."""
    trial = bench.trial
    first, second = cuts = _cuts(trial)
    results = bench.run(_changes(bench, cuts), 1024)
    numbers = {cut: _needed(bench, results, cut) for cut in _all_cuts(trial)}
    low, high = _spread(trial)
    word = "above" if trial.sign < 0 else "below"
    gain = trial.size(trial.claimed)
    asked = Asked(
        claim=f"“The number needed to treat is {TRUE_NUMBER}: one patient in {TRUE_NUMBER} "
        "benefits.”",
        questions=(
            Question(
                f"Does one patient in {TRUE_NUMBER} benefit?",
                "choice",
                options=("yes", "no", "the number does not say"),
            ),
            Question(
                f"Every patient gains exactly {gain}. Counting those {word} {first:g} on the "
                f"{trial.label} as ill, the number needed to treat is {numbers[first]}. What is "
                f"it when the cut moves to {second:g}?",
                "number",
            ),
        ),
        transfer="A paper reports a number needed to treat without an interval. Which numbers "
        "would have looked much the same in a trial of this size?",
    )
    revealed = Revealed(
        answers=(
            Answer(
                f"The number does not say: here everybody gains {gain}, and it is {numbers[first]}."
            ),
            Answer(f"{numbers[second].told}.", numbers[second]),
        ),
        explain=(
            f"The same gain for everybody gives {numbers[first]} at a cut of {first:g} and "
            f"{numbers[second]} at {second:g}. What counts is how many patients stand just beyond "
            "the cut.",
            f"Where the truth is {TRUE_NUMBER} and {100 * CONTROL_RISK:g} of 100 comparators have "
            f"the event, trials of this size report {low} to {high} (the middle 95 of 100).",
        ),
        remember="A number needed to treat is about a threshold.",
        change="A cut nearer to the middle of the scores makes it small, one in the tail large.",
        transfer=f"For a true {TRUE_NUMBER}, {low} to {high}; where the interval of the risk "
        "difference holds 0, that of the number runs through infinity to harm.",
        table=Rows(
            f"Every patient gains {gain}",
            (f"ill: {word}", "number needed to treat"),
            tuple((f"{cut:g}", found.text) for cut, found in numbers.items()),
            "Numbers are inverse differences of shares; they must not be averaged.",
        ),
        figure=nnt.draw(run) if nnt.applies(run := results.plot.run) else None,
    )
    named = {"first": numbers[first], "second": numbers[second], "low": low, "high": high}
    named |= {
        "true_number": amount(TRUE_NUMBER, "", 0, "assumed"),
        "control_risk": amount(100 * CONTROL_RISK, "of 100", 0, "assumed"),
    }
    named |= {"first_cut": amount(first, "", 0), "second_cut": amount(second, "", 0)}
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, named)


def _cuts(trial: Trial) -> tuple[float, float]:
    first, second = (float(round(trial.mean - trial.sign * k * trial.sd)) for k in _STEPS)
    return first, second


def _all_cuts(trial: Trial) -> list[float]:
    """The two of the questions, one nearer to the middle and one further out."""
    first, second = _cuts(trial)
    step = second - first
    return [first - step, first, second, second + round(step / 2)]


def _changes(bench: Bench, cuts: tuple[float, float]) -> dict[str, Any]:
    trial = bench.trial
    about = {"outcome": trial.method.outcome, "visit": trial.visit, "contrasts": [trial.contrast]}
    event = "above" if trial.sign < 0 else "below"
    events = {
        _name(cut): {"method": "responder", **about, "cut": cut, "event": event}
        for cut in _all_cuts(trial)
    }
    ordered = {_name(cuts[0]): events[_name(cuts[0])], **events}
    return {
        "analyses": {**ordered, **bench.analyses},
        "assumptions": {CLAIMED: bench.difference(trial.claimed)},
    }


def _needed(bench: Bench, results: Results, cut: float) -> Found:
    """From the true shares beyond the cut."""
    table = results.performance()
    rows = table[(table["analysis"] == _name(cut)) & (table["measure"] == "true_value")]
    value = float(rows["value"].iloc[0])
    needed = 1 / abs(value) if value else float("inf")
    how = "exact for the scores of this scenario"
    return amount(needed, "", 1 if needed < 10 else 0, how)


def _name(cut: float) -> str:
    return f"beyond_{cut:g}".replace("-", "minus_").replace(".", "_")


def _spread(trial: Trial) -> tuple[Found, Found]:
    """Between which numbers the middle 95 of 100 trials of this size lie, by counting tables."""
    risk = CONTROL_RISK - 1 / TRUE_NUMBER
    chance = np.outer(
        binomial(trial.n_comparator, CONTROL_RISK), binomial(trial.n_arm, risk)
    ).ravel()
    benefit = (
        np.arange(trial.n_comparator + 1)[:, None] / trial.n_comparator
        - np.arange(trial.n_arm + 1) / trial.n_arm
    ).ravel()
    order = np.argsort(benefit, kind="stable")
    below = np.cumsum(chance[order])
    worst, best = (benefit[order][np.searchsorted(below, q)] for q in (0.025, 0.975))
    high = amount(1 / worst, "", 0) if worst > 0 else Found(float("inf"), "infinity")
    return amount(1 / best, "", 1), high

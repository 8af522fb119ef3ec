"""W4, many results: how often something is significant when nothing works.

Simmons, Nelson and Simonsohn 2011, doi 10.1177/0956797611417632.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trialsim.core.axes import BoolArray
from trialsim.core.records import COLUMNS
from trialsim.teaching import applies
from trialsim.teaching.bench import Bench
from trialsim.teaching.figures.bars import Bar, draw_bars
from trialsim.teaching.found import Found, amount, count, simulated_mean, simulated_share
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Rows, Step
from trialsim.teaching.trial import Trial

ID, TITLE, TOPIC, MINUTES = "W4", "Many results", "Selection of the reported result", 9

OUTCOMES, ALIKE = 9, 0.6
"""Outcomes, and their correlation at one visit."""
_COMMON = "what_they_share"
_METHODS = ("t_test", "change_score", "ancova")


def reason(trial: Trial) -> str:
    """A score measured before treatment and at two visits after it is needed."""
    found = applies.first_of(trial, applies.score, applies.baseline)
    return found or ("" if trial.other_visit else "it has one visit after baseline")


def make(bench: Bench) -> Step:
    """Trials without effect that measure nine outcomes at two visits, analysed in three ways."""
    trial = bench.trial
    significant = _significant(bench)
    n = significant.shape[-1]

    def any_of(chosen: BoolArray) -> Found:
        return simulated_share(float(chosen.reshape(-1, n).any(axis=0).mean()), n)

    one = any_of(significant[:1, :1, :1])
    ways = any_of(significant[:1, :1])
    visits = any_of(significant[:1])
    outcomes = any_of(significant)
    scores = significant[:, :, 0].reshape(-1, n)  # post scores of every outcome and visit
    agreeing = simulated_mean(
        scores[:, scores[0]].sum(axis=0).astype(float), "", "trials with a false alarm"
    )
    total, tests = len(scores), significant[..., 0].size
    steps = (
        ("one score, planned", one),
        ("the best of three analyses", ways),
        ("at either visit", visits),
        (f"of any of {OUTCOMES} outcomes", outcomes),
    )
    asked = Asked(
        claim=f"“All of our {OUTCOMES} outcomes point the same way.”",
        questions=(
            Question(
                f"A trial like this one measures {OUTCOMES} outcomes at two visits and analyses "
                "each in three ways: scores, change and ANCOVA. Nothing works. In how many of 100 "
                "such trials is something significant?",
                "number",
                "of 100 trials",
            ),
            Question(
                "The first outcome is significant by mistake. Does it reassure that others agree?",
                "choice",
                options=("yes", "no"),
            ),
        ),
        transfer="Look up the registry entry of a trial that you know. Is its first outcome that "
        "of the paper?",
    )
    revealed = Revealed(
        answers=(
            Answer(f"{outcomes.told}, with {tests} tests.", outcomes),
            Answer("No."),
        ),
        explain=(
            f"One planned test raises a false alarm in {one} trials. The best of three analyses "
            f"does in {ways}, at either visit in {visits}, of any outcome in {outcomes}.",
            f"Outcomes of one patient go together (here they correlate {ALIKE:g}): when the first "
            f"of {total} scores is significant by mistake, {agreeing} of them are on average, "
            "itself included. Agreement is what one lucky draw looks like from many sides.",
        ),
        remember="Ask for the registered primary outcome.",
        change="Fewer outcomes, or outcomes that are more alike, give fewer false alarms; a plan "
        "written before the data gives 5.",
        transfer="A changed primary outcome is no fraud by itself; it is a reason to read the "
        "result as one of many.",
        table=Rows(
            "Something significant, of 100 trials without effect",
            ("what may be chosen from", "of 100 trials"),
            tuple((name, found.told) for name, found in steps),
        ),
        figure=draw_bars(
            [Bar(name, found.value) for name, found in steps],
            heading=f"With {tests} tests to choose from, {outcomes} trials of a treatment that "
            "does nothing have something to report.",
            caption=f"{n:,} simulated trials of {trial.who}, no effect; {OUTCOMES} outcomes that "
            f"correlate {ALIKE:g}, two visits; seed {bench.seed}.",
            axis="trials with something significant, of 100",
            line=trial.alpha,
            name="many_results",
        ),
    )
    numbers = {
        "planned": one,
        "three_analyses": ways,
        "two_visits": visits,
        "all": outcomes,
        "all_scores": simulated_share(float(scores.any(axis=0).mean()), n),
        "agreeing": agreeing,
        "n_outcomes": count(OUTCOMES),
        "n_scores": count(total),
        "alike": amount(ALIKE, "", 1, "assumed"),
    }
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, numbers)


def _significant(bench: Bench) -> BoolArray:
    """(outcome, visit, analysis, replicate): p below the level, nothing having an effect."""
    trial = bench.trial
    results = bench.run(_changes(bench))
    column = COLUMNS.index("p_value")
    p = {one.analysis: results.values[row, column] for row, one in enumerate(results.plan.series())}
    visits = (trial.visit, trial.other_visit)
    table = [
        [[p[_name(method, v, k)] for method in _METHODS] for v in visits] for k in range(OUTCOMES)
    ]
    return np.array(table) < trial.alpha


def _changes(bench: Bench) -> dict[str, Any]:
    """Outcomes that share a part, which nobody measures, and so are alike by `ALIKE` each."""
    trial = bench.trial
    spec = dict(trial.scenario.document.data["outcomes"][trial.method.outcome])
    for key in ("label", "correlated_with"):
        spec.pop(key, None)
    baseline, visits = str(trial.baseline), (trial.visit, str(trial.other_visit))
    also: dict[str, dict[str, Any]] = {
        "change_score": {"from_visit": baseline},
        "ancova": {"adjust": [baseline]},
    }
    outcomes: dict[str, Any] = {_COMMON: spec}
    analyses: dict[str, Any] = {}
    for k in range(OUTCOMES):
        outcomes[_outcome(k)] = {**spec, "correlated_with": {_COMMON: ALIKE**0.5}}
        for visit in visits:
            for method in _METHODS:
                analyses[_name(method, visit, k)] = {
                    "method": method,
                    "outcome": _outcome(k),
                    "visit": visit,
                    "contrasts": [trial.contrast],
                    **also.get(method, {}),
                }
    return {
        **bench.without_people(),
        "outcomes": outcomes,
        "analyses": analyses,
        "decision": {
            "method": "superiority",
            "alpha": trial.alpha,
            "sides": 2,
            "primary": _name("t_test", trial.visit, 0),
        },
    }


def _outcome(k: int) -> str:
    return f"outcome_{k + 1}"


def _name(method: str, visit: str | None, k: int) -> str:
    return f"{method}_{visit}_{k + 1}"

"""W11, chance: what luck alone can do, and what it cannot.

Gelman and Carlin 2014, doi 10.1177/1745691614551642.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from trialsim.plots import exaggeration
from trialsim.plots.base.figure import Drawn
from trialsim.teaching import applies
from trialsim.teaching.bench import CLAIMED, Bench
from trialsim.teaching.found import NORMAL, amount, exact_share
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Step
from trialsim.teaching.trial import Trial
from trialsim.theory.exaggeration import type_m
from trialsim.theory.two_means import t_test_power

ID, TITLE, TOPIC, MINUTES = "W11", "Just luck?", "Chance", 7

RARE, NEVER = 0.05, 0.0005
"""Shares of trials below which something is called rare, or as good as never."""
_SIZES = (0.25, 0.5, 1.0, 1.5, 2.5, 4.0)
"""Sizes of the figure, in sizes of the trial."""


def reason(trial: Trial) -> str:
    """A published effect is needed."""
    return applies.first_of(trial, applies.score, applies.published, applies.improvement)


def make(bench: Bench) -> Step:
    """A truth of two fifths of what was published: could luck have made the rest?"""
    trial = bench.trial
    truth = max(0.5, round(2 * 0.4 * trial.claimed) / 2) if trial.claimed > 1 else trial.claimed / 2
    se = trial.se if trial.is_normal else trial.se_claimed
    sd = se / np.sqrt(1 / trial.n_arm + 1 / trial.n_comparator)
    how = NORMAL if trial.is_normal else "normal scores with the standard error of the report"
    sizes = (trial.n_comparator, trial.n_arm)
    df = sum(sizes) - 2
    power = exact_share(float(t_test_power(*sizes, truth, sd, trial.alpha)), how)
    factor = float(type_m(truth / se, df, trial.alpha))
    reported = amount(factor * truth, trial.unit, 1, how)
    reach = exact_share(float(ndtr((truth - trial.claimed) / se)), how)
    z = amount(trial.claimed / se, "", 1, how)
    word = "never" if reach.value < NEVER else "rarely" if reach.value < RARE else "often"
    true_size, size = trial.size(truth), trial.size(trial.claimed)
    asked = Asked(
        claim=f"“The trial was small. The {size} were luck.”",
        questions=(
            Question(
                f"If {trial.arm} really were {true_size} better, would trials of this size find "
                f"{size} or more by luck alone?",
                "choice",
                options=("never", "rarely", "often"),
            ),
            Question(
                "In how many of 100 trials?",
                "number",
                "of 100 trials",
            ),
        ),
        transfer="A smaller trial finds the same difference with p = 0.04. Is luck as poor an "
        "explanation there?",
    )
    low = _is_weak(power.value)
    revealed = Revealed(
        answers=(Answer(f"{word.capitalize()}."), Answer(f"{reach.told}.", reach)),
        explain=(
            f"With a truth of {true_size}, {power} trials are significant, and those report "
            f"{reported} on average, {factor:.1f} times the truth{low}.",
            f"Only {reach} reach {size}. The report lies {z} standard errors from no effect: "
            "chance explains little of it, so look at what else could.",
        )
        if word != "often"
        else (
            f"With a truth of {true_size}, {power} trials are significant, and those report "
            f"{reported} on average, {factor:.1f} times the truth{low}.",
            f"{reach} reach {size}: here luck is a candidate.",
        ),
        remember="Do not blame chance for everything.",
        change="Fewer patients, or a smaller truth, leave more to luck.",
        transfer="No: what is barely significant in a small trial is mostly exaggeration.",
        figure=_figure(bench, truth),
    )
    numbers = {
        "truth": amount(truth, trial.unit, 1, "assumed"),
        "power": power,
        "reported": reported,
        "reach": reach,
        "z": z,
    }
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, numbers)


def _is_weak(power: float) -> str:
    return ": what is significant in a weak trial is too large" if power < 0.5 else ""


def _figure(bench: Bench, truth: float) -> Drawn | None:
    """P6 for this truth."""
    total = bench.trial.design.n_total
    sizes = sorted({max(16, round(total * part)) for part in _SIZES})
    results = bench.run(
        {"assumptions": {CLAIMED: bench.difference(truth)}, "vary": {"design.n_total": sizes}},
        bench.at_most(2048),
    )
    run = results.plot.run
    return exaggeration.draw(run) if exaggeration.applies(run) else None

"""W1, natural course: patients who enter when they are worst improve without any treatment.

Regression to the mean of a normal score, exact: Davis 1976, doi 10.1093/oxfordjournals.aje.a112321.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from scipy.special import ndtr

from trialsim.plots import natural_course
from trialsim.teaching import applies
from trialsim.teaching.bench import Bench
from trialsim.teaching.found import NORMAL, amount, exact_share
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Step
from trialsim.teaching.trial import Trial

ID, TITLE, TOPIC, MINUTES = "W1", "Natural course", "What patients do untreated", 8

_NODES = 4001
_FAR = 9.0  # SDs beyond which nobody is


@dataclass(frozen=True)
class Clinic:
    """Untreated patients of a clinic, whose score is normal and goes up and down about its mean."""

    mean: float
    sd: float
    retest: float
    """Correlation of two scores of one untreated patient."""
    entry: float
    """Lowest score of those who are asked to take part; higher is worse."""
    improvement: float
    """Part of the first score by which a patient must improve to count as a responder."""

    def course(self) -> tuple[float, float, float]:
        """Mean at entry, mean later, and share of responders."""
        start = (self.entry - self.mean) / self.sd
        z = np.linspace(start, max(start, 0) + _FAR, _NODES)
        weight = np.exp(-(z**2) / 2)
        weight[[0, -1]] /= 2
        weight /= weight.sum()
        before = self.mean + self.sd * z
        after = self.mean + self.sd * self.retest * z
        spread = self.sd * sqrt(1 - self.retest**2)
        respond = ndtr(((1 - self.improvement) * before - after) / spread)
        return float(weight @ before), float(weight @ after), float(weight @ respond)


CLINIC = Clinic(mean=8, sd=5, retest=0.6, entry=10, improvement=0.3)
"""A textbook clinic, assumed: a disability score of 0 to 24 points, higher is worse."""


def reason(trial: Trial) -> str:
    """A score measured twice is needed."""
    return applies.first_of(trial, applies.score, applies.baseline)


def make(bench: Bench) -> Step:
    """The clinic of the textbook, then this trial's own correlation."""
    trial, run = bench.trial, bench.figures_of_claim
    before, after, share = CLINIC.course()
    responders = exact_share(share)
    expected = sqrt(2 / pi) * (trial.sd_baseline - trial.correlation * trial.sd)
    own = amount(expected, trial.unit, 2, NORMAL)
    own_sd = amount(expected / trial.sd_baseline, "SD", 3, NORMAL)
    fall = amount(before - after, "points", 1, NORMAL)
    percent = f"{100 * CLINIC.improvement:g}%"
    asked = Asked(
        claim=f"“I used the roller every evening, and my back is {percent} better.”",
        questions=(
            Question(
                f"A clinic's patients average {CLINIC.mean:g} points of disability (SD "
                f"{CLINIC.sd:g}), and two scores of one patient correlate {CLINIC.retest:g}. A "
                f"hundred who score {CLINIC.entry:g} or more are asked to come back, and nobody "
                f"treats them. How many improve by {percent} or more?",
                "number",
                "of 100 patients",
            ),
        ),
        transfer=(
            f"In this trial the {trial.label} at the two visits correlates "
            f"{trial.correlation:g}. Patients who start worse than average are watched, "
            f"untreated, and their clinic as a whole does not change. By how many {trial.unit} do "
            "they improve?"
        ),
    )
    revealed = Revealed(
        answers=(Answer(f"{responders.told}.", responders),),
        explain=(
            f"Nothing was done, and yet the mean falls from {before:.1f} to {after:.1f}, by "
            f"{fall}. Patients were chosen on a bad day, and bad days pass.",
            "A control group has the same bad days; the difference between arms does not.",
        ),
        remember="No control, no conclusion.",
        change=(
            "A steadier score (a higher correlation) or a lower threshold of entry makes the "
            "improvement smaller."
        ),
        transfer=(
            f"{own.told}, that is {own_sd} of baseline: the more the score goes up and down, the "
            "more patients “improve”."
        ),
        figure=natural_course.draw(run) if natural_course.applies(run) else None,
    )
    numbers = {
        "responders": responders,
        "before": amount(before, "points", 1, NORMAL),
        "after": amount(after, "points", 1, NORMAL),
        "fall": fall,
        "clinic_mean": amount(CLINIC.mean, "points", 0, "assumed"),
        "clinic_sd": amount(CLINIC.sd, "", 0, "assumed"),
        "clinic_retest": amount(CLINIC.retest, "", 1, "assumed"),
        "entry": amount(CLINIC.entry, "", 0, "assumed"),
        "improvement": amount(100 * CLINIC.improvement, "%", 0, "assumed"),
        "own_improvement": own,
        "own_improvement_sd": own_sd,
    }
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, numbers)

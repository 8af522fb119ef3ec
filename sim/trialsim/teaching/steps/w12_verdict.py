"""W12, verdict: divide the published difference among what may have made it. No key answer."""

from __future__ import annotations

from math import sqrt

from scipy.special import ndtr, stdtr

from trialsim.teaching import applies
from trialsim.teaching.bench import Bench
from trialsim.teaching.found import Found, exact_share
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Rows, Step
from trialsim.teaching.trial import Trial
from trialsim.theory.noncentral_t import critical_t

ID, TITLE, TOPIC, MINUTES = "W12", "Your bias budget", "Verdict", 10

PARTS = ("specific effect", "expectation", "therapist", "chance")
ICC = 0.05
"""Share of the variance between therapists: the upper end of what trials in primary care find."""


def reason(trial: Trial) -> str:
    """A published effect is needed."""
    return applies.first_of(trial, applies.score, applies.published, applies.improvement)


def make(bench: Bench) -> Step:
    """What several budgets would have given: significant, and at least as large as published."""
    trial = bench.trial
    size = trial.size(trial.claimed)
    quarter = round(2 * 0.26 * trial.claimed) / 2 or trial.claimed / 4
    half = round(2 * 0.52 * trial.claimed) / 2 or trial.claimed / 2
    budgets = {
        "specific_and_expectation": (quarter, 0.3),
        "expectation": (0.0, 0.56),
        "half_specific": (half, 0.0),
        "all_specific": (trial.claimed, 0.0),
    }
    numbers: dict[str, Found] = {}
    rows = []
    for name, (effect, in_sd) in budgets.items():
        hit, reach = bench.rejections(in_sd, effect), bench.reaching(trial.claimed, in_sd, effect)
        numbers |= {f"hit_{name}": hit, f"reach_{name}": reach}
        rows.append((_said(trial, effect, in_sd), hit.text, reach.text))
    hit, reach = _one_therapist(trial)
    numbers |= {"hit_therapist": hit, "reach_therapist": reach}
    rows.append((f"no effect, one therapist in each arm (ICC {ICC:g})", hit.text, reach.text))
    asked = Asked(
        claim=f"{trial.claim}.",
        questions=(
            Question(
                f"Divide the {size} among what may have made them.",
                "shares",
                trial.unit,
                options=PARTS,
                total=size,
            ),
            Question("Which one fact about the trial would move your budget most?", "text"),
        ),
        transfer="Compare your budget with your neighbour's. Which fact do you disagree about?",
    )
    reach_half, reach_all = numbers["reach_half_specific"], numbers["reach_all_specific"]
    revealed = Revealed(
        answers=(
            Answer(
                f"There is no answer that the data could give. Whatever adds up to {size} is "
                "possible; the table shows how often some budgets give a result as large."
            ),
            Answer("One that the paper reports, or should have."),
        ),
        explain=(
            f"A specific effect of {trial.size(half)} alone reaches {size} in {reach_half} trials, "
            f"one of {size} in {reach_all}: about half, as it must.",
            f"No effect and an expectation of 0.56 SD reach it in {numbers['reach_expectation']}. "
            "Several budgets fit; none is proved.",
        ),
        remember="State your bias budget, and what would change it.",
        change="A blinded or counted outcome, several therapists in each arm, a comparator as "
        "credible as the treatment.",
        transfer="Hang the budgets of the class beside one another; the spread is the finding.",
        table=Rows(
            f"What some budgets would give, {trial.who}",
            ("budget", "significant", f"at least {size}"),
            tuple(rows),
            "Scores after treatment.",
        ),
    )
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, numbers)


def _said(trial: Trial, effect: float, in_sd: float) -> str:
    parts = [f"specific {trial.size(effect)}"] if effect else ["no specific effect"]
    return ", ".join(parts + ([f"expectation {in_sd:g} SD"] if in_sd else []))


def _one_therapist(trial: Trial) -> tuple[Found, Found]:
    """No effect, and each arm treated by one person: their difference is part of the result.

    The t test sees the spread within arms alone, so that its statistic is a t, made longer.
    """
    within = (1 - ICC) * (1 / trial.n_arm + 1 / trial.n_comparator)
    whole = 2 * ICC + within
    df = trial.n_arm + trial.n_comparator - 2
    critical = float(critical_t(df, trial.alpha))
    hit = 2 * float(stdtr(df, -critical / sqrt(whole / within)))
    reach = float(ndtr(-trial.claimed / (trial.sd * sqrt(whole))))
    return exact_share(hit), exact_share(reach)

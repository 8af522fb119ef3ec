"""W3, baseline: an imbalance by chance, and what three analyses make of it.

Senn 1994, doi 10.1002/sim.4780131703; Vickers and Altman 2001, doi 10.1136/bmj.323.7321.1123.
"""

from __future__ import annotations

from math import sqrt

from scipy.special import ndtr

from trialsim.plots import three_analyses
from trialsim.plots.base.words import number
from trialsim.teaching import applies
from trialsim.teaching.bench import Bench
from trialsim.teaching.found import NORMAL, amount, exact_share
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Rows, Step
from trialsim.teaching.trial import Trial

ID, TITLE, TOPIC, MINUTES = "W3", "The arms differed before treatment", "Randomisation process", 9


def reason(trial: Trial) -> str:
    """Both differences, in post scores and in change, must be published."""
    found = applies.first_of(trial, applies.score, applies.baseline, applies.published)
    if found or trial.published_change is not None:
        return found
    return "it does not report both a difference in scores and one in change"


def make(bench: Bench) -> Step:
    """The imbalance that two published differences imply, and what it does to three analyses."""
    trial, run = bench.trial, bench.figures_of_claim
    post, change = trial.published, trial.published_change
    assert post is not None and post.estimate is not None
    assert change is not None and change.estimate is not None
    worse = -trial.sign * (post.estimate - change.estimate)  # above 0: the arm started worse
    error = trial.sd_baseline * sqrt(1 / trial.n_arm + 1 / trial.n_comparator)
    chance = exact_share(2 * float(ndtr(-abs(worse) / error)))
    slope = trial.correlation * trial.sd / trial.sd_baseline
    in_post, in_change = -slope * worse, (1 - slope) * worse
    adjusted = trial.claimed - in_post
    word = "worse" if worse > 0 else "better"
    size = trial.size(abs(worse), 2)
    asked = Asked(
        claim=(
            f"“The arms were not alike: {trial.arm} started {size} {word}. Randomisation was "
            "broken.”"
        ),
        questions=(
            Question("Was it?", "choice", options=("red: yes", "amber: perhaps", "green: no")),
            Question(
                "How often are two arms of this size at least so far apart, by chance alone?",
                "number",
                "of 100 trials",
            ),
            Question(
                f"Nothing works, and the arms start {size} apart. Which analysis is right on "
                "average?",
                "choice",
                options=("scores after treatment", "change from baseline", "ANCOVA"),
            ),
        ),
        transfer="A table 1 has ten independent rows, each with a p value. How often is at least "
        "one below 0.05 when randomisation was honest?",
    )
    ten = exact_share(1 - (1 - trial.alpha) ** 10, "exact")
    shown = [amount(value, trial.unit, 2, NORMAL) for value in (in_post, in_change)]
    revealed = Revealed(
        answers=(
            Answer("Green: nothing here says so."),
            Answer(f"{chance.told}.", chance),
            Answer("ANCOVA."),
        ),
        explain=(
            f"The paper reports {trial.size(abs(post.estimate), 2)} for scores and "
            f"{trial.size(abs(change.estimate), 2)} for change; subtract them, and the arms were "
            f"{size} apart at baseline. That is {abs(worse) / error:.1f} standard errors.",
            f"With no effect at all, such an imbalance makes the arm look "
            f"{_looks(trial, in_post)} by scores, {_looks(trial, in_change)} by change, and "
            "neither better nor worse by ANCOVA.",
            f"For the published result ANCOVA gives about {trial.size(adjusted)}, between the two.",
        ),
        remember="Adjust by plan; do not test table 1.",
        change="A correlation nearer 1 favours change, one nearer 0 favours scores; ANCOVA is "
        "right for both.",
        transfer=f"{ten.told}: such tests look for cheats and find chance.",
        table=Rows(
            f"No effect, arms {size} apart at baseline",
            ("analysis", f"shows {trial.arm} better by"),
            (
                ("scores after treatment", shown[0].text),
                ("change from baseline", shown[1].text),
                ("ANCOVA", trial.size(0.0, 2)),
            ),
        ),
        figure=three_analyses.draw(run) if three_analyses.applies(run) else None,
    )
    numbers = {
        "published": amount(abs(post.estimate), trial.unit, 2, post.status),
        "published_change": amount(abs(change.estimate), trial.unit, 2, change.status),
        "imbalance": amount(abs(worse), trial.unit, 2),
        "chance": chance,
        "post": shown[0],
        "change": shown[1],
        "ancova": amount(0.0, trial.unit, 2),
        "adjusted": amount(adjusted, trial.unit, 1, "derived from the published differences"),
        "ten_rows": ten,
    }
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, numbers)


def _looks(trial: Trial, better: float) -> str:
    word = "better" if better > 0 else "worse"
    return f"{number(abs(better), 2)} {trial.unit} {word}"

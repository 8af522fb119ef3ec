"""W13, claim cards: which design would be needed for what is claimed."""

from __future__ import annotations

from trialsim.teaching import applies
from trialsim.teaching.bench import Bench
from trialsim.teaching.found import Found, amount, exact_share
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Rows, Step
from trialsim.teaching.steps.w01_natural_course import CLINIC
from trialsim.teaching.trial import Trial
from trialsim.theory.two_means import t_test_power

ID, TITLE, TOPIC, MINUTES = "W13", "Claim cards", "Claim and evidence", 8

_CARDS = (
    ("“It worked for me.”", "untreated"),
    (
        "“With these points fatigue fell significantly, with those it did not: these are better.”",
        "direct",
    ),
    ("“It helps pain, sleep, nausea and fatigue.”", "registered"),
    ("“Patients who got it felt much better than those who did not.”", "blinded"),
    ("“As good as acupuncture: no significant difference.”", "margin"),
)
_DESIGNS = {  # in an order of their own, so that the list tells nothing
    "margin": "a comparison with acupuncture itself, planned to rule out a stated loss",
    "registered": "a trial whose single primary outcome was registered before the first patient",
    "untreated": "patients chosen the same way and allocated by lot to no treatment",
    "blinded": "a comparison in which patients, or whoever judges them, do not know the arm",
    "direct": "a test of the difference between the two arms",
}


def reason(trial: Trial) -> str:
    """A score is needed, for the numbers that break the claims."""
    return applies.score(trial)


def make(bench: Bench) -> Step:
    """Five claims, five designs, and a number that breaks each claim."""
    numbers = _numbers(bench)
    letters = dict(zip(_DESIGNS, "ABCDE", strict=True))
    broken = {
        "untreated": f"{numbers['untreated']} untreated patients improve by "
        f"{100 * CLINIC.improvement:g}% (W1)",
        "direct": f"two equal arms disagree in {numbers['direct']} trials when each has a power "
        "of one half",
        "registered": f"four independent outcomes give {numbers['registered']} false alarms",
        "blinded": f"an expectation of 0.56 SD alone is significant in {numbers['blinded']} (W5)",
        "margin": f"a treatment worse by {numbers['loss']} shows no significant difference in "
        f"{numbers['margin']} trials of this size",
    }
    asked = Asked(
        claim="Five things that people say.",
        questions=(
            Question(
                "Which design would each claim need?",
                "match",
                options=tuple(f"{letters[key]}: {text}" for key, text in _DESIGNS.items()),
                items=tuple(claim for claim, _ in _CARDS),
            ),
        ),
        transfer="Find a sixth claim, in an advertisement or a press release, and its design.",
    )
    revealed = Revealed(
        answers=(
            Answer("; ".join(f"{i}: {letters[key]}" for i, (_, key) in enumerate(_CARDS, 1)) + "."),
        ),
        explain=(
            "Each claim says more than its evidence could. The table has one number against each.",
        ),
        remember="Ask of every claim which trial it would need.",
        change="Most of these claims become sound when they are made smaller.",
        transfer="Any claim whose design could have come out the other way.",
        table=Rows(
            "What breaks each claim",
            ("claim", "needs", "because"),
            tuple((claim, letters[key], broken[key]) for claim, key in _CARDS),
        ),
    )
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, numbers)


def _numbers(bench: Bench) -> dict[str, Found]:
    trial = bench.trial
    claimed = trial.claimed if trial.claimed > 0 else trial.sd / 2
    loss = max(0.5, round(claimed) / 2) if claimed >= 2 else claimed / 2
    sizes = (trial.n_comparator, trial.n_arm)
    power = 0.5
    return {
        "untreated": exact_share(CLINIC.course()[2]),
        "direct": exact_share(2 * power * (1 - power), "exact"),
        "registered": exact_share(1 - (1 - trial.alpha) ** 4, "exact"),
        "blinded": bench.rejections(0.56),
        "loss": amount(loss, trial.unit),
        "margin": exact_share(1 - float(t_test_power(*sizes, loss, trial.sd, trial.alpha))),
    }

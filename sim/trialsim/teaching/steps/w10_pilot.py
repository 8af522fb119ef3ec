"""W10, pilots: planning the next trial from a pilot because it was significant.

Leon, Davis and Kraemer 2011, doi 10.1016/j.jpsychires.2010.10.008.
"""

from __future__ import annotations

from trialsim.teaching import applies
from trialsim.teaching.bench import Bench
from trialsim.teaching.found import NORMAL, amount, count, exact_share
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Rows, Step
from trialsim.teaching.trial import Trial
from trialsim.theory.pilot import selected_pilot
from trialsim.theory.two_means import critical_difference, t_test_power

ID, TITLE, TOPIC, MINUTES = "W10", "Planned from a pilot", "Sample size", 8

PER_ARM, TRUE_D, WANTED = 22, 0.3, 0.8
"""A pilot of that many in each arm, as Murphy 2019 had, the true effect in SDs, and the power that
the next trial is to have: assumed."""
ADVISED = 35
"""Patients an arm that a pilot needs to know an SD: Teare 2014, doi 10.1186/1745-6215-15-264."""


def reason(trial: Trial) -> str:
    """A score is needed."""
    return applies.score(trial)


def make(bench: Bench) -> Step:
    """The smaller of the trial's own arms where that is a pilot's, else the textbook pilot."""
    trial = bench.trial
    smallest = min(trial.n_arm, trial.n_comparator)
    per_arm = smallest if smallest < ADVISED else PER_ARM
    found = selected_pilot(per_arm, TRUE_D, WANTED)
    share = exact_share(found.share_significant)
    reported = amount(found.mean_observed, "SD", 2, NORMAL)
    planned = count(found.planned_per_arm, "per arm", NORMAL)
    needed = count(found.needed_per_arm, "per arm", NORMAL)
    power = exact_share(found.true_power)
    least = amount(float(critical_difference(per_arm, per_arm)), "SD", 2, NORMAL)
    two_more = found.planned_per_arm + 2
    nearby = exact_share(float(t_test_power(two_more, two_more, TRUE_D)))
    who = "this trial" if per_arm == smallest else "Murphy 2019"
    asked = Asked(
        claim=f"“Our pilot of {per_arm} patients in each arm was significant, with {reported}. "
        f"For a power of {100 * WANTED:g} in 100 the next trial needs {planned}.”",
        questions=(
            Question(
                f"The truth is {TRUE_D} SD. How many patients does each arm really need?",
                "number",
                "per arm",
            ),
            Question(
                "How many of 100 trials of the planned size are then significant?",
                "number",
                "of 100 trials",
            ),
        ),
        transfer="What could this pilot have told that its size is enough for?",
    )
    revealed = Revealed(
        answers=(Answer(f"{needed.told}.", needed), Answer(f"{power.told}.", power)),
        explain=(
            f"{share} pilots of this size (as {who} had) are significant, and only they lead to a "
            f"next trial. None of them can report less than about {least}; on average they report "
            f"{reported}, where the truth is {TRUE_D} SD.",
            f"Taken at its word such a pilot asks for {planned} where {needed} are needed.",
        ),
        remember="Pilots test feasibility, not effects.",
        change="Planning for the smallest difference worth finding, whatever the pilot found.",
        transfer="How many come, how many stay, whether the treatment can be given as planned; "
        f"for the SD {ADVISED} in each arm are advised (Teare 2014).",
        table=Rows(
            f"Pilots of {per_arm} per arm, true effect {TRUE_D} SD",
            ("", ""),
            (
                ("significant", share.text),
                ("mean report of those", reported.text),
                ("planned from it", planned.text),
                ("really needed", needed.text),
                ("power of what is planned", power.text),
            ),
        ),
    )
    numbers = {
        "per_arm": count(per_arm),
        "true_d": amount(TRUE_D, "SD", 1, "assumed"),
        "wanted": amount(100 * WANTED, "in 100", 0, "assumed"),
        "share": share,
        "reported": reported,
        "planned": planned,
        "needed": needed,
        "power": power,
        "power_at_two_more": nearby,
        "least": least,
    }
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, numbers)

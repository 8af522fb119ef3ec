"""What is wrong with changing over to another treatment, and with what is taken beside one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

from trialsim.core.effect import Beside, Effect, Place
from trialsim.core.errors import Path, Problem
from trialsim.core.sessions import HUNDREDTHS
from trialsim.core.stages import OutcomeMethod
from trialsim.scenario._words import counted
from trialsim.scenario.margins import cannot_simulate
from trialsim.scenario.references import unknown_name
from trialsim.scenario.schema import Scenario
from trialsim.scenario.sessions import sessions_of

MOST_TAKEN = 6
"""Things taken beside treatment: every combination of them is a law of scores of its own."""

MOST_STATES = 127
"""Combinations of treatments changed over to and things taken, numbered in one byte."""

MOST_LAWS = 5_000
"""Distributions of the scores of one outcome at one visit: arms x classes x doses x combinations.
Each is a table of its own."""


def switching_problems(scenario: Scenario) -> Iterable[Problem]:
    """Changing over from or to arms that do not exist, to one's own, or too late."""
    arms, stated = list(scenario.design.arms), scenario.conduct.switching
    last = max(scenario.design.visits_weeks.values())
    for arm, switch in stated.items():
        path: Path = ("conduct", "switching", arm)
        yield from unknown_name(path, "arm", arm, arms)
        yield from unknown_name((*path, "to"), "arm", switch.to, arms)
        if switch.to == arm:
            text = "changes over to the treatment that it has."
            others = [name for name in arms if name != arm]
            yield Problem((*path, "to"), text, f"Write {' or '.join(others)}.")
        elif (onward := _onward(scenario, switch.to)) not in ("", arm):
            text = f"some of {switch.to} change over to {onward} themselves; patients do so once."
            yield Problem((*path, "to"), text, f"Write {onward}, or leave one of the two out.")
        yield from _too_late((*path, "week"), switch.week, last)


def cointervention_problems(scenario: Scenario) -> Iterable[Problem]:
    """Things taken in arms and worth something in outcomes that do not exist, that leave a scale,
    or of which there are too many."""
    conduct, weeks = scenario.conduct, scenario.design.visits_weeks
    place: Path = ("conduct", "cointerventions")
    taken = conduct.cointerventions
    if len(taken) > MOST_TAKEN:
        text = f"has {counted(len(taken), 'name')}; at most {MOST_TAKEN} can be simulated."
        yield Problem(place, text, "Put those together that go together.")
    states = _n_states(scenario)
    if len(taken) <= MOST_TAKEN and states > MOST_STATES:
        text = (
            f"{counted(len(taken), 'thing')} that patients take and "
            f"{counted(len(_targets(scenario)), 'treatment')} to change over to make {states} "
            f"combinations; at most {MOST_STATES} can be simulated."
        )
        yield Problem(place if taken else ("conduct", "switching"), text)
    for name, one in taken.items():
        path: Path = (*place, name)
        for arm in one.shares:
            yield from unknown_name((*path, "shares", arm), "arm", arm, scenario.design.arms)
        for outcome in one.size:
            where: Path = (*path, "size", outcome)
            yield from unknown_name(where, "outcome", outcome, scenario.outcomes)
        for key, whom in (("shares", "no arm"), ("size", "no outcome")):
            if not getattr(one, key):
                text = f"names {whom}, so that nothing would happen."
                yield Problem((*path, key), text, "Write one, or leave it all out.")
        yield from _too_late((*path, "from_week"), one.from_week, max(weeks.values()))


def effect_problems(scenario: Scenario, sound: Mapping[str, OutcomeMethod]) -> Iterable[Problem]:
    """Things worth more than a scale has room for, each alone."""
    for name, one in scenario.conduct.cointerventions.items():
        for outcome, size in one.size.items():
            visits = scenario.design.visits_weeks.items()
            for v, (visit, week) in enumerate(visits if outcome in sound and size else ()):
                method = sound[outcome]
                found = method.arm_problems(v, size, None) if week > one.from_week else []
                if found:
                    path: Path = ("conduct", "cointerventions", name, "size", outcome)
                    hint = f"The comparator has mean {method.at(method.mean, v):g} there."
                    yield Problem(path, f"at {visit}, {found[0]}", hint)
                    break  # the first visit says enough


def together_problems(
    assumption: str,
    effects: Mapping[str, Effect],
    scenario: Scenario,
    sound: Mapping[str, OutcomeMethod],
) -> list[Problem]:
    """Laws of scores that are too many, or that cannot be made although each effect is possible.

    Effects by outcome, in a scenario whose conduct has nothing wrong by itself.
    """
    states, doses = _n_states(scenario), _n_doses(scenario)
    for outcome, effect in effects.items() if states * doses > 1 else ():
        laws = len(effect.by_class.difference) * doses * states
        path: Path = ("assumptions", assumption, outcome)
        if laws > MOST_LAWS:
            text = (
                f"arms, classes of patients, doses and what acts beside them make {laws:,} "
                f"distributions of scores; at most {MOST_LAWS:,} can be simulated."
            )
            return [Problem(path, text, "Leave out classes, arms or co-interventions.")]
        if states == 1 or outcome not in sound:
            continue
        method = sound[outcome]
        for v, visit in enumerate(scenario.design.visits_weeks):
            place = Place(method.at(method.mean, v), method.limits)
            whole = effect.beside([1.0], _states(scenario, outcome), v, place)
            if cannot_simulate(method, v, whole):
                text = (
                    f"at {visit}, with all that acts beside the treatment, almost nobody in some "
                    "arm would score between the lowest and the highest score."
                )
                return [Problem(path, text, "State smaller effects, or a larger step.")]
    return []


def _too_late(path: Path, week: float, last: float) -> Iterable[Problem]:
    if week >= last:
        text = f"no visit comes after week {week:g}, and nothing would differ at any."
        yield Problem(path, text, f"The last visit is in week {last:g}.")


def _onward(scenario: Scenario, arm: str) -> str:
    """The other arm that some of this one change over to; "" where there is none."""
    switch = scenario.conduct.switching.get(arm)
    return "" if switch is None or switch.to == arm else switch.to


def _targets(scenario: Scenario) -> list[str]:
    return list(dict.fromkeys(switch.to for switch in scenario.conduct.switching.values()))


def _n_states(scenario: Scenario) -> int:
    taken = len(scenario.conduct.cointerventions)
    return (1 + len(_targets(scenario))) * 2 ** min(taken, MOST_TAKEN)


def _n_doses(scenario: Scenario) -> int:
    written = scenario.conduct.sessions
    if written is None or sessions_of(scenario) is None:
        return 1
    return 1 + (HUNDREDTHS if written.weeks_to_work else written.planned)


def _states(scenario: Scenario, outcome: str) -> list[Beside]:
    """Every combination of what may act, as in `Design.states`."""
    arms, taken = list(scenario.design.arms), scenario.conduct.cointerventions.values()
    sizes = product(*([0.0, one.size.get(outcome, 0.0)] for one in taken))
    instead = [None, *(arms.index(arm) for arm in _targets(scenario))]
    return [Beside(arm, each) for arm, each in product(instead, sizes)]

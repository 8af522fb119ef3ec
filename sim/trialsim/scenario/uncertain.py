"""uncertain: what is wrong with a value that is said to be uncertain, or with what is believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from scipy import special

from trialsim.core.errors import Path, Problem, ScenarioError
from trialsim.scenario._words import clipped, kind, listed, nearest, plain
from trialsim.scenario.keys.uncertain import Prior, Uncertain
from trialsim.scenario.overrides import split_path


class _Keys(NamedTuple):
    """The keys of a distribution."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    has_se: bool = False
    """It takes a standard error, or an SD and a size."""


KEYS: Mapping[str, _Keys] = {
    "normal": _Keys(("mean", "sd"), ("min", "max")),
    "uniform": _Keys(("min", "max")),
    "beta": _Keys(("a", "b"), ("min", "max")),
    "from_interval": _Keys(("estimate", "lower", "upper"), ("level", "min", "max")),
    "from_pilot": _Keys(("estimate",), ("selected", "alpha", "before", "min", "max"), has_se=True),
    "cochrane": _Keys((), ("estimate", "min", "max"), has_se=True),
}
"""By distribution."""

_OFF_CENTRE = 0.05
"""An estimate so far from the middle of its interval, as a share of its width, is not that of a
normal distribution; less is rounding."""

_NOT_NUMBERS = (
    "format",
    "title",
    "source",
    "simulation",
    "vary",
    "what_if",
    "published",
    "strengths",
    "risk_of_bias",
    "evidence",
    "estimands",
    "analyses",
    "decision",
    "allocation",
    "uncertain",
    "literature",
)
"""Sections that hold nothing that could be uncertain: what is decided, not what is true."""


def uncertain_problems(
    uncertain: Mapping[str, Uncertain], data: Mapping[str, Any]
) -> Iterable[Problem]:
    """Paths at which no number stands, and priors that contradict themselves."""
    seen: dict[Path, str] = {}
    for name, one in uncertain.items():
        place: Path = ("uncertain", name)
        yield from _path_problems((*place, "path"), name, one.path, data, seen)
        found = list(_key_problems((*place, "prior"), one.prior))
        yield from found or _number_problems((*place, "prior"), one.prior)
        if one.worthwhile == 0:
            text = "found 0: an effect of nothing is not worth having."
            yield Problem((*place, "worthwhile"), text, "Write it with its sign, such as -2.")


def _path_problems(
    place: Path, name: str, path: str, data: Mapping[str, Any], seen: dict[Path, str]
) -> Iterable[Problem]:
    try:
        parts = split_path(path)
    except ScenarioError as error:
        yield from (Problem(place, one.message, one.hint) for one in error.problems)
        return
    known = [key for key in data if key not in _NOT_NUMBERS]
    if parts in seen:
        text = f"'{seen[parts]}' is about the same value."
        yield Problem(place, text, "Keep one of the two.")
    seen.setdefault(parts, name)
    if str(parts[0]) in _NOT_NUMBERS or parts == ("design", "n_total"):
        text = f"{clipped(path)} is decided, not found out: nothing is uncertain about it."
        yield Problem(place, text, f"What can be uncertain is in {listed(known)}.")
        return
    here: Any = data
    for part in parts:
        if isinstance(here, Mapping) and str(part) in here:
            here = here[str(part)]
        elif isinstance(here, list | tuple) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            text = f"leads nowhere: nothing is written at '{clipped(path)}'."
            hint = "Write the number that is assumed there; power is given for it."
            if isinstance(here, Mapping):
                hint = f"{nearest(str(part), list(here))} {hint}"
            yield Problem(place, text, hint)
            return
    if isinstance(here, bool) or not isinstance(here, int | float):
        text = f"leads to {kind(here)}; only a number can be uncertain."
        hint = f"Write one of its numbers, such as {clipped(path)}[1]." if _is_list(here) else ""
        yield Problem(place, text, hint)


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _key_problems(place: Path, prior: Prior) -> Iterable[Problem]:
    """Keys that are missing, or belong to another distribution."""
    keys, name = KEYS[prior.distribution], prior.distribution
    given = {key for key in prior.model_fields_set if getattr(prior, key) is not None}
    given.discard("distribution")
    allowed = {*keys.required, *keys.optional, *(("se", "sd", "n_per_arm") if keys.has_se else ())}
    for key in sorted(given - allowed):
        text = f"is not a key of {name}."
        yield Problem((*place, key), text, f"Known: {listed(_in_order(allowed))}.", at_key=True)
    if missing := [key for key in keys.required if key not in given]:
        yield Problem(place, f"{name} needs {listed(missing, 'and')}.", _example(name))
    pair = given & {"sd", "n_per_arm"}
    if keys.has_se and "se" in given and pair:
        text = f"is stated together with {listed(sorted(pair), 'and')}."
        yield Problem((*place, "se"), text, "Keep one of the two.")
    elif keys.has_se and "se" not in given and len(pair) < 2:
        text = f"{name} needs either se, or sd and n_per_arm."
        yield Problem(place, text, _example(name))


_EXAMPLES = {
    "normal": "{distribution: normal, mean: -1.4, sd: 1.0}",
    "uniform": "{distribution: uniform, min: -3, max: 0}",
    "beta": "{distribution: beta, a: 2, b: 8, min: 0, max: 1}",
    "from_interval": "{distribution: from_interval, estimate: -3.8, lower: -5.7, upper: -1.9}",
    "from_pilot": "{distribution: from_pilot, estimate: -4.3, sd: 5.5, n_per_arm: 22}",
    "cochrane": "{distribution: cochrane, se: 0.97}",
}


def _example(distribution: str) -> str:
    return f"Write for example `{_EXAMPLES[distribution]}`."


def _in_order(keys: Iterable[str]) -> list[str]:
    return [key for key in Prior.model_fields if key in set(keys)]


def _number_problems(place: Path, prior: Prior) -> Iterable[Problem]:
    """Numbers that no distribution has together."""
    low, high = prior.min, prior.max
    if prior.distribution == "beta":
        low, high = 0.0 if low is None else low, 1.0 if high is None else high
    if low is not None and high is not None and low >= high:
        text = f"found {plain(low)} to {plain(high)}, which leaves no room."
        yield Problem((*place, "min" if prior.min is not None else "max"), text, "Let min be less.")
        return
    if prior.distribution == "from_interval":
        yield from _interval_problems(place, prior)
    if prior.distribution == "from_pilot" and prior.selected != "none":
        yield from _pilot_problems(place, prior)
    if prior.distribution == "normal" and prior.sd == 0:
        outside = _outside(prior.mean, low, high)
        if outside:
            yield Problem((*place, "mean"), f"found {plain(prior.mean or 0)}, {outside}.")


def _outside(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return ""
    if low is not None and value < low:
        return f"below min, {plain(low)}"
    return f"above max, {plain(high)}" if high is not None and value > high else ""


def _interval_problems(place: Path, prior: Prior) -> Iterable[Problem]:
    estimate, lower, upper = prior.estimate, prior.lower, prior.upper
    if estimate is None or lower is None or upper is None:
        return
    if not lower < estimate < upper:
        text = f"found {plain(lower)} to {plain(upper)}, which does not hold {plain(estimate)}."
        yield Problem((*place, "lower"), text, "The interval reaches from lower to upper.")
    elif abs(estimate - (lower + upper) / 2) > _OFF_CENTRE * (upper - lower):
        middle = plain(round((lower + upper) / 2, 6))
        text = f"found {plain(estimate)}, but {middle} is in the middle of the interval."
        hint = "Only a symmetric interval is that of a normal distribution; a ratio's is not."
        yield Problem((*place, "estimate"), text, hint)


def _pilot_problems(place: Path, prior: Prior) -> Iterable[Problem]:
    estimate, alpha = prior.estimate, 0.05 if prior.alpha is None else prior.alpha
    if estimate is None:
        return
    least = float(-special.ndtri(alpha / 2)) * standard_error(prior)
    if abs(estimate) < least:
        text = (
            f"found {plain(estimate)}, which is not significant: with its error that takes "
            f"{least:.3g} in size."
        )
        hint = "Write `selected: none` for a pilot that was used whatever it found."
        yield Problem((*place, "estimate"), text, hint)


def standard_error(prior: Prior) -> float:
    """The standard error that a prior states: as such, or by the SD and the size of two arms."""
    if prior.se is not None:
        return prior.se
    if prior.sd is None or prior.n_per_arm is None:
        raise ValueError("the prior states neither a standard error nor an SD with a size")
    return float(prior.sd * (2 / prior.n_per_arm) ** 0.5)

"""What check says of bias: which mechanisms there are, on or off, how large, and on whose word."""

from __future__ import annotations

from collections.abc import Iterator

from trialsim.core.stages import BiasMethod, ScoreBias
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.overrides import split_path
from trialsim.scenario.sources import evidence_of

_TOLD = ("on", "source", "size", "unit", "between_trial_sd", "visits")


def bias_lines(scenario: LoadedScenario) -> str:
    """A line a mechanism with its size and source, then where co-interventions are written;
    nothing where there is neither."""
    written = scenario.written
    lines = [line for name, one in written.bias.items() for line in _mechanism(scenario, name, one)]
    if lines:
        lines.insert(0, "Bias mechanisms; no truth knows of them:")
    under_bias = [n for n, one in written.bias.items() if one.name == "co_intervention"]
    for names, text in (
        (list(written.conduct.cointerventions), "under conduct, part of what is true"),
        (under_bias, "under bias, not part of what is true"),
    ):
        if names:
            lines.append(f"Co-interventions {text}: {', '.join(names)}.")
    return "\n".join(lines)


def _mechanism(scenario: LoadedScenario, name: str, one: BiasMethod) -> Iterator[str]:
    on_in = [
        what_if for what_if, changes in scenario.written.what_if.items() if _turns_on(changes, name)
    ]
    switch = "on" if one.on else "off"
    if on_in and not one.on:
        switch += f" but in {', '.join(on_in)}"
    yield f"  {name} ({one.name}; {one.domain}): {switch}"
    yield from (f"    {text}" for text in [*_sizes(scenario, one), *_rest(one)])
    known = evidence_of(scenario.written, ("bias", name))
    if known is not None:
        yield f"    source ({known.status}): {known.source or 'not told'}"
    else:
        yield "    source: none is stated"


def _turns_on(changes: object, name: str) -> bool:
    if not isinstance(changes, dict):
        return False
    return any(
        split_path(path) == ("bias", name, "on") and value is True
        for path, value in changes.items()
    )


def _sizes(scenario: LoadedScenario, one: BiasMethod) -> Iterator[str]:
    """Its size in points and in SDs, visits of one size together."""
    if not isinstance(one, ScoreBias):
        return
    design = scenario.plan.designs[0]
    visits = list(design.visits)
    for outcome in one.size:
        method = design.outcomes[outcome]
        at: dict[str, list[str]] = {}
        for visit in one.acts_at(visits, design.baseline):
            v = visits.index(visit)
            points, sd = one.points(method, v, outcome), method.at(method.sd, v)
            text = f"{points:+.3g} {method.unit} ({points / sd:+.2f} SD)"
            if one.between_trial_sd:
                spread = one.spread(method, v, outcome)
                text += f", between trials SD {spread:.3g} ({spread / sd:.2f} SD)"
            at.setdefault(text, []).append(visit)
        for text, where in at.items():
            yield f"{outcome} at {', '.join(where)}: {text}"


def _rest(one: BiasMethod) -> Iterator[str]:
    """Its other parameters, as far as somebody wrote them."""
    given = [
        f"{key} {_shown(getattr(one, key))}"
        for key in type(one).model_fields
        if key not in _TOLD and key in one.model_fields_set
    ]
    if given:
        yield "; ".join(given)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {inner:g}" for key, inner in value.items())
    return ", ".join(value) if isinstance(value, tuple) else str(value)

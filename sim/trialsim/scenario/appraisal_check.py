"""What is wrong with a judgement of the risk of bias: mechanisms that do not exist or fit."""

from __future__ import annotations

from collections.abc import Iterable

from trialsim.core.errors import Path, Problem
from trialsim.scenario._words import clipped, listed
from trialsim.scenario.keys.appraisal import DOMAINS
from trialsim.scenario.references import unknown_name
from trialsim.scenario.schema import Scenario


def risk_of_bias_problems(scenario: Scenario) -> Iterable[Problem]:
    """Mechanisms that are not under `bias:`, or belong to another domain than the one judged."""
    for key, judged in scenario.risk_of_bias.judged.items():
        path: Path = ("risk_of_bias", key, "mechanism")
        for i, name in enumerate(judged.mechanisms):
            place: Path = path if isinstance(judged.mechanism, str) else (*path, i)
            if name not in scenario.bias:
                hint = "Describe it there, with `on: false`, and what it does is shown."
                found = list(unknown_name(place, "bias mechanism", name, scenario.bias))
                yield from (
                    found
                    if scenario.bias
                    else [
                        Problem(
                            place, f"'{clipped(name)}' is not under bias, which is empty.", hint
                        )
                    ]
                )
                continue
            mechanism = scenario.bias[name]
            if mechanism.domain != DOMAINS[key]:
                text = f"'{clipped(name)}' ({mechanism.name}) belongs to the {mechanism.domain}."
                own = [n for n, one in scenario.bias.items() if one.domain == DOMAINS[key]]
                hint = f"Of this domain: {listed(own)}." if own else "None is of this domain."
                yield Problem(place, text, hint)
        if len(set(judged.mechanisms)) < len(judged.mechanisms):
            yield Problem(path, "names a mechanism twice.", "Delete one of the two.")

"""One method held against every rule of its stage."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from trialsim.core.registry import Method, as_tuples
from trialsim.testing import (
    _allocation,
    _analysis,
    _analysis_failures,
    _analysis_invariance,
    _analysis_law,
    _bias,
    _cohort,
    _decision,
    _every_method,
    _observation,
    _outcomes,
)

Rule = Callable[[Any], Iterator[str]]
"""A rule yields what breaks it, in words. The first paragraph of its docstring is the rule."""

RULES: Mapping[str, tuple[Rule, ...]] = {
    "cohort": _cohort.RULES,
    "allocation": _allocation.RULES,
    "outcomes": _outcomes.RULES,
    "observation": _observation.RULES,
    "bias": _bias.RULES,
    "analysis": (
        *_analysis.RULES,
        *_analysis_invariance.RULES,
        *_analysis_law.RULES,
        *_analysis_failures.RULES,
    ),
    "decision": _decision.RULES,
}


class ContractError(AssertionError):
    """A method breaks a rule of its stage."""

    def __init__(self, method: type[Method], rule: str, found: str) -> None:
        self.rule = rule
        """The rule, in words."""
        self.found = found
        """What breaks it."""
        name = getattr(method, "name", method.__name__)
        super().__init__(f"{method.stage} method '{name}' breaks a rule: {rule} {found}")


def check_method(method: type[Method] | Method, /, **example: Any) -> None:
    """Try a method on small trials and raise ContractError at the first rule that it breaks.

    `method` is a class with the parameters of an example, or a method already made.
    """
    made = _made(method, example)
    for rule in (*_every_method.RULES, *RULES[made.stage]):
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # one batch would repeat a warning thousands of times
            try:
                found = next(rule(made), None)
            except Exception as error:
                found = f"It raised {type(error).__name__}: {error}"
                raise ContractError(type(made), _stated(rule), found) from error
        if found is not None:
            raise ContractError(type(made), _stated(rule), found)


def _made(method: type[Method] | Method, example: dict[str, Any]) -> Method:
    if isinstance(method, Method):
        if example:
            raise TypeError("a method already made takes no parameters; give its class")
        return method
    if not (isinstance(method, type) and issubclass(method, Method)):
        raise TypeError(f"found {method!r}, must be a Method of trialsim.core.stages, or its class")
    missing = ", ".join(sorted(getattr(method, "__abstractmethods__", ())))
    if missing:
        found = f"It does not define {missing}."
        raise ContractError(method, "A method defines all that its stage asks for.", found)
    return method.model_validate(as_tuples(example))


def _stated(rule: Rule) -> str:
    paragraph = inspect.cleandoc(rule.__doc__ or rule.__name__).split("\n\n")[0]
    return " ".join(paragraph.split())

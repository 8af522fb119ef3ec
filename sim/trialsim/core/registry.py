"""What a method is: parameters as fields, one verb, a stage and a name; and the registry of them.

A method is a frozen pydantic model. Its fields are the keys that a scenario may write, and their
docstrings are what `trialsim list`, the JSON schema and editors show.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator

STAGES: Mapping[str, str] = MappingProxyType(
    {
        "cohort": "distribution",
        "allocation": "method",
        "outcomes": "method",
        "observation": "method",
        "bias": "method",
        "analysis": "method",
        "decision": "method",
    }
)
"""Stages that have methods, and the key by which a scenario names the method."""


class Method(BaseModel):
    """Parameters of one way to do one stage. Frozen, without hidden state."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    stage: ClassVar[str]
    name: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _without_its_name(cls, written: Any, info: ValidationInfo) -> Any:
        if isinstance(written, str):  # a bare name is a method with its defaults
            return {}
        if isinstance(written, dict):
            if isinstance(info.context, dict):  # error messages ask which model read which mapping
                info.context[id(written)] = cls
            return {key: value for key, value in written.items() if key != STAGES[cls.stage]}
        return written

    def to_spec(self) -> dict[str, Any]:
        """The method as a scenario would write it, every parameter explicit."""
        return {STAGES[self.stage]: self.name, **self.model_dump(mode="json")}


M = TypeVar("M", bound=Method)
_REGISTRY: dict[str, dict[str, type[Method]]] = {stage: {} for stage in STAGES}


def register(name: str) -> Callable[[type[M]], type[M]]:
    """Class decorator: make a method known by the name that scenarios write."""

    def add(method: type[M]) -> type[M]:
        known = _REGISTRY[method.stage].get(name)
        if known is not None and known.__qualname__ != method.__qualname__:
            raise ValueError(f"{method.stage} already has a method called {name!r}: {known}")
        method.name = name
        _REGISTRY[method.stage][name] = method
        return method

    return add


def load_methods() -> None:
    """Import every method file of every stage, so that the registry is complete."""
    for stage in STAGES:
        package = importlib.import_module(f"trialsim.{stage}")
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")


def methods(stage: str) -> Mapping[str, type[Method]]:
    """The methods of a stage by name, in alphabetical order."""
    return dict(sorted(_REGISTRY[stage].items()))


def build(stage: str, spec: Mapping[str, Any]) -> Method:
    """A method from its explicit form, as `to_spec` wrote it. Raises KeyError when unknown."""
    key = STAGES[stage]
    return _REGISTRY[stage][spec[key]].model_validate(as_tuples(dict(spec)))


def as_tuples(plain: Any) -> Any:
    """Plain data with every list as a tuple: what frozen models hold and strict ones accept."""
    if isinstance(plain, dict):
        return {key: as_tuples(value) for key, value in plain.items()}
    if isinstance(plain, list | tuple):
        return tuple(as_tuples(value) for value in plain)
    return plain


def field_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Docstrings under the fields of a model and its bases, by field name."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if not (isinstance(base, type) and issubclass(base, BaseModel)) or base is BaseModel:
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
        for statement, after in zip(body, body[1:], strict=False):
            if (
                isinstance(statement, ast.AnnAssign)
                and isinstance(statement.target, ast.Name)
                and isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
                and isinstance(after.value.value, str)
            ):
                found[statement.target.id] = inspect.cleandoc(after.value.value)
    return found

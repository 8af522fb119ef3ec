"""Rules of every method: what scenarios, plans and worker processes rely on."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pydantic import ValidationError

from trialsim.core.registry import STAGES, Method, build, field_docstrings, methods


def frozen(method: Method) -> Iterator[str]:
    """A method is a frozen model that refuses keys it does not know."""
    for key, wanted in (("frozen", True), ("extra", "forbid"), ("strict", True)):
        found = method.model_config.get(key)
        if found != wanted:
            yield f"Its model_config has {key}={found!r} instead of {wanted!r}."
    spec = {**method.to_spec(), "no_such_key": 1}
    try:
        type(method).model_validate(spec)
    except ValidationError:
        return
    yield "It took the key 'no_such_key' without complaint."


def registered(method: Method) -> Iterator[str]:
    """A method is registered under its name in its stage."""
    name = vars(type(method)).get("name")
    if name is None or methods(method.stage).get(name) is not type(method):
        known = ", ".join(methods(method.stage))
        yield f"Decorate the class with @register(name); the stage knows {known}."


def documented(method: Method) -> Iterator[str]:
    """A method and each of its fields have a docstring, which users are shown."""
    if not (vars(type(method)).get("__doc__") or "").strip():
        yield "The class has none."
    texts = field_docstrings(type(method))
    bare = [name for name in type(method).model_fields if not texts.get(name, "").strip()]
    if bare:
        yield f"There is none under {', '.join(bare)}."


def round_trip(method: Method) -> Iterator[str]:
    """What `to_spec` writes is plain data, states every parameter, and builds an equal method."""
    spec = method.to_spec()
    expected = {STAGES[method.stage], *type(method).model_fields}
    if set(spec) != expected:
        yield f"It wrote the keys {', '.join(spec)}, expected {', '.join(sorted(expected))}."
    again = build(method.stage, json.loads(json.dumps(spec)))  # as a worker process is sent it
    if again != method:
        yield f"{method!r} became {again!r}."


RULES = (frozen, registered, documented, round_trip)

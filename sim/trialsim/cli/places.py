"""Where in a scenario the methods of each stage are written, and what its fields hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from trialsim.scenario.schema import Scenario
from trialsim.scenario.written import MethodOf

ANY = "NAME"
"""Stands for a name that the author makes up."""


def places() -> dict[str, tuple[str, ...]]:
    """The path under which each stage's methods are written."""

    def within(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[Any]:
        for name, field in model.model_fields.items():
            for where, held in inside(field.annotation, field.metadata):
                here = (*path, field.alias or name, *where)
                if isinstance(held, MethodOf):
                    yield held.stage, here
                else:
                    yield from within(held, here)

    return dict(within(Scenario, ()))


def inside(
    annotation: Any, metadata: Sequence[Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], MethodOf | type[BaseModel]]]:
    """The methods and models that a field holds, each with its path from the field."""
    chosen = next((note for note in metadata if isinstance(note, MethodOf)), None)
    if chosen is not None:
        yield path, chosen
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield path, annotation
    elif get_origin(annotation) is Annotated:
        inner, *notes = get_args(annotation)
        yield from inside(inner, notes, path)
    elif get_origin(annotation) is dict:
        yield from inside(get_args(annotation)[1], (), (*path, ANY))
    else:
        for one in get_args(annotation):
            yield from inside(one, (), path)

"""What people write, as strict models: no coercion, unknown keys are errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from trialsim.core.registry import STAGES, load_methods, methods


class Written(BaseModel):
    """A mapping of a scenario. Field docstrings are shown to users."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _note_reader(cls, written: Any, info: ValidationInfo) -> Any:
        if isinstance(written, dict) and isinstance(info.context, dict):
            info.context[id(written)] = cls  # error messages ask which model read which mapping
        return written


Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=60)]
"""A name that an author makes up: letters, digits and underscores. Names are addresses, of
values in a scenario and of random tables, so they hold no dots or spaces."""


def _nothing_is_empty(written: Any) -> Any:
    return {} if written is None else written


MaybeEmpty = BeforeValidator(_nothing_is_empty)
"""For mappings that may be left empty in YAML: `no_effect:` means `no_effect: {}`."""


@dataclass(frozen=True)
class MethodOf:
    """Annotation of a field that holds a method of a stage, chosen by the name written."""

    stage: str
    default: str = ""
    """The method of a mapping that names none, where leaving the name out is natural."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        load_methods()
        choices = {name: handler.generate_schema(m) for name, m in methods(self.stage).items()}
        return core_schema.tagged_union_schema(choices, discriminator=self._named)

    def _named(self, written: Any) -> str | None:
        if isinstance(written, str):
            return written
        if isinstance(written, dict):
            name = written.get(STAGES[self.stage], self.default or None)
            return name if isinstance(name, str) else None
        return None

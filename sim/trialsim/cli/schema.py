"""trialsim schema: the JSON Schema of scenarios, with which editors complete and check them."""

from __future__ import annotations

import typer

from trialsim.scenario.json_schema import as_text, scenario_schema


def schema_command() -> None:
    """Print the JSON Schema (draft 2020-12) of this version's scenarios."""
    typer.echo(as_text(scenario_schema()), nl=False)

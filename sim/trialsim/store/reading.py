"""A finished run, read back from its folder: what was simulated, and every estimate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trialsim.core.axes import FloatArray
from trialsim.core.errors import RunError, ScenarioError
from trialsim.core.plan import NUMBERS_VERSION, Plan
from trialsim.core.registry import load_methods
from trialsim.scenario.load import parse
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.overrides import override
from trialsim.scenario.resolve import resolve
from trialsim.store.parts import Parts
from trialsim.store.replicates import read_replicates, result_hash

_NEEDED = ("scenario.yaml", "plan.json", "replicates.parquet")
_AGAIN = "Run the scenario again."


class Manifest(BaseModel):
    """What manifest.json says that reading a run needs; it says more."""

    model_config = ConfigDict(frozen=True, strict=True)

    source: str
    """The scenario file, as the user named it."""
    changes: dict[str, Any]
    """Values changed after reading, by path."""
    digest: str
    seed: int = Field(ge=0, lt=2**63)
    replicates: int = Field(ge=1)
    result_hash: str
    elapsed_s: float
    resumed_batches: int
    python: str
    system: str
    processor: str
    packages: dict[str, str]

    @property
    def made_with(self) -> dict[str, Any]:
        """Versions and machine that the numbers come from: what `environment` said then."""
        return self.model_dump(include={"python", "system", "processor", "packages"})


@dataclass(frozen=True)
class Kept:
    """A finished run as its folder tells it."""

    scenario: LoadedScenario
    plan: Plan
    values: FloatArray
    """(series, column, replicate), columns as `trialsim.core.records.COLUMNS`."""
    manifest: Manifest


def changes_to_replay(scenario: LoadedScenario) -> dict[str, Any]:
    """Changes that turn the scenario as read into the one that was run, made all at once.

    They are those of the user, but where several were made one after another and the later ones
    depend on the earlier; then the sections that differ are given whole.
    """
    document, changes = scenario.document, dict(scenario.changes)
    if not changes:
        return {}
    as_read = parse(document.text, document.source)
    try:
        if override(as_read, changes, "changes").data == document.data:
            return changes
    except ScenarioError:
        pass  # such as design.n_total after an arm's n: fine in turn, refused together
    data = document.data
    return {key: data[key] for key in data if data[key] != as_read.data.get(key)}


def find_run(place: Path) -> Path:
    """The folder of the run at a place: itself, or the only run it holds. Raises RunError."""
    if (place / "manifest.json").is_file():
        return place
    if not place.exists():
        if Parts.of(place).folder.exists():
            raise RunError(f"{place}: this run is unfinished. The same `trialsim run` goes on.")
        raise RunError(f"{place}: there is no such folder. `trialsim run` prints where it wrote.")
    if not place.is_dir():
        raise RunError(f"{place}: found a file; results are a folder.")
    found = _runs_in(place, "*") or _runs_in(place, "*/*")
    if len(found) == 1:
        return found[0]
    if found:
        listed = "".join(f"\n  {folder}" for folder in found)
        raise RunError(f"{place} holds {len(found)} runs. Name one of them:{listed}")
    if any(place.glob(".*.parts")):
        raise RunError(f"{place}: its run is unfinished. The same `trialsim run` goes on.")
    raise RunError(
        f"{place}: found no results, which are a folder with manifest.json, "
        f"{', '.join(_NEEDED)}. `trialsim run` prints where it wrote them."
    )


def _runs_in(place: Path, below: str) -> list[Path]:
    """Finished runs; one that is being written stands in a hidden folder."""
    folders = (path.parent for path in place.glob(f"{below}/manifest.json"))
    return sorted(folder for folder in folders if not folder.name.startswith("."))


def read_run(place: Path) -> Kept:
    """The run in a folder, its estimates as they were, bit for bit.

    Raises RunError where there is none, or it is not whole, was edited, or was written by a
    trialsim that gives other numbers.
    """
    folder = find_run(place)
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        raise RunError(f"{folder} is not whole: {', '.join(missing)} is missing. {_AGAIN}")
    manifest = _manifest(folder)
    scenario = _scenario(folder, manifest)
    plan = replace(scenario.plan, replicates=manifest.replicates, seed=manifest.seed)
    n_series = sum(1 for _ in plan.series())
    values = read_replicates(folder / "replicates.parquet", n_series, manifest.replicates)
    if result_hash(values) != manifest.result_hash:
        raise RunError(
            f"{folder}: the estimates in replicates.parquet are not those that were saved: their "
            f"hash is not the result hash of manifest.json. {_AGAIN}"
        )
    return Kept(scenario, plan, values, manifest)


def _manifest(folder: Path) -> Manifest:
    plain = _json(folder / "manifest.json")
    version = _json(folder / "plan.json").get("numbers_version")
    if version != NUMBERS_VERSION:
        raise RunError(
            f"{folder} was written under numbers version {version}; this trialsim has "
            f"{NUMBERS_VERSION} and gives other numbers. {_AGAIN}"
        )
    try:
        return Manifest.model_validate(plain)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RunError(f"{folder / 'manifest.json'}: {where}: {first['msg']}. {_AGAIN}") from error


def _json(path: Path) -> Mapping[str, Any]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read ({error}). {_AGAIN}") from error
    if not isinstance(plain, dict):
        raise RunError(f"{path} was not written by trialsim. {_AGAIN}")
    return plain


def _scenario(folder: Path, manifest: Manifest) -> LoadedScenario:
    """The scenario that was run: the text that was kept, and the changes made to it."""
    path = folder / "scenario.yaml"
    try:
        text = path.read_bytes().decode("utf-8")
        document = parse(text, manifest.source)
        if manifest.changes:
            document = override(document, manifest.changes, "changes")
        load_methods()
        written, plan = resolve(document)
    except (OSError, ValueError, ScenarioError) as error:
        raise RunError(f"{path} is not what was run: {error} {_AGAIN}") from error
    if plan.digest != manifest.digest:
        raise RunError(
            f"{path} is not what was run: its digest is {plan.digest}, that of the "
            f"results {manifest.digest}. {_AGAIN}"
        )
    return LoadedScenario(document, written, plan, manifest.changes)

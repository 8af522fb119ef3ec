"""Where results are kept, and how a folder comes to be whole or absent."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.plan import Plan


def results_folder(root: Path, plan: Plan, seed: int) -> Path:
    """Where the results of a plan and seed belong: <root>/<scenario>/<digest>-<seed>."""
    return root / plan.name / f"{plan.digest}-{seed}"


def check_writable(folder: Path, option: str = "--out") -> None:
    """Refuse a place where no folder can be made, before any work is done. Raises ScenarioError."""
    place = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not place.is_dir():
        found, hint = f"found '{place}', which is a file.", "Results go to a folder: name another."
    elif not os.access(place, os.W_OK | os.X_OK):
        found, hint = f"found '{place}', where you may not write.", "Name a folder of your own."
    else:
        return
    raise ScenarioError(Problem((), found, hint, source=option))


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which takes the place of `target` only when all went well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        yield draft
        old = target.with_name(f".{target.name}.{os.getpid()}.old")
        if target.exists():
            target.rename(old)
        try:
            draft.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_json(path: Path, plain: Any) -> None:
    """Readable JSON, with a line end at the end."""
    path.write_text(json.dumps(plain, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def environment() -> dict[str, Any]:
    """What a reader needs to repeat the numbers: versions and machine."""
    packages = ("trialsim", "numpy", "scipy", "pandas", "pyarrow", "matplotlib")
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": platform.machine(),
        "packages": {name: metadata.version(name) for name in packages},
    }

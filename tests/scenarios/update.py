"""Write every expected message anew: python tests/scenarios/update.py.

Prints each text that changed. Read them as the author of a scenario would before you keep them.
"""

from __future__ import annotations

import os
from pathlib import Path

from trialsim.core.errors import ScenarioError
from trialsim.scenario.loaded import load

INVALID = Path(__file__).parent / "invalid"


def message(file: Path) -> str:
    """What is said of a file, named without its folder; nothing if the file is valid."""
    folder = Path.cwd()
    os.chdir(file.parent)
    try:
        load(file.name)
    except ScenarioError as error:
        return f"{error}\n"
    finally:
        os.chdir(folder)
    return ""


def expected(file: Path) -> Path:
    """The file that holds the message expected of another."""
    return file.with_suffix(".expected.txt")


def main() -> None:
    """Write the messages, show those that changed, drop those of files that are gone."""
    files = sorted(INVALID.glob("*.yaml"))
    for stale in set(INVALID.glob("*.expected.txt")) - {expected(file) for file in files}:
        stale.unlink()
        print(f"{stale.name}: dropped")
    for file in files:
        said, place = message(file), expected(file)
        before = place.read_text("utf-8") if place.exists() else ""
        if said != before:
            print(f"{file.name}\n- {before}+ {said}" if said else f"{file.name} is valid!")
            place.write_text(said, encoding="utf-8")


if __name__ == "__main__":
    main()

"""Write docs/methods, docs/validation.md and sim/trialsim/evidence.json anew.

python docs/methods/update.py            from docstrings, marks of tests and levels.json
python docs/methods/update.py --measure  levels.json first, by simulation: some minutes
"""

from __future__ import annotations

import sys

from generator import levels, pages


def main() -> None:
    """Measure if asked to, then write what has changed."""
    if "--measure" in sys.argv[1:]:
        levels.measure()
    for level in levels.stored():
        for problem in levels.problems(level):
            print(problem)
    for path in pages.write():
        print(f"wrote {path}")


if __name__ == "__main__":
    main()

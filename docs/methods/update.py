"""Write docs/methods, docs/validation.md and sim/trialsim/evidence.json anew.

python docs/methods/update.py            from docstrings, marks of tests and levels.json
python docs/methods/update.py --measure  levels.json first, by simulation: about two minutes
python docs/methods/update.py --check    write nothing; exit code 1 if something would be written
"""

from __future__ import annotations

import sys

from generator import levels, pages


def main() -> int:
    """Measure if asked to, then write what has changed."""
    if "--measure" in sys.argv[1:]:
        levels.measure()
    for gap in levels.gaps():
        print(f"not measured: {gap}")
    for level in levels.stored():
        for problem in levels.problems(level):
            print(problem)
    is_check = "--check" in sys.argv[1:]
    changed = pages.stale() if is_check else pages.write()
    for path in changed:
        print(f"{'out of date' if is_check else 'wrote'}: {path}")
    return int(is_check and bool(changed))


if __name__ == "__main__":
    sys.exit(main())

"""Write docs/teaching_numbers.md: numbers that courses quote, as the tool gives them.

python docs/update_teaching_numbers.py            from docs/teaching_numbers.json
python docs/update_teaching_numbers.py --measure  that first, by simulation: about two minutes
python docs/update_teaching_numbers.py --check    write nothing; exit code 1 if out of date
"""

from __future__ import annotations

import sys

from teaching_numbers import measured, page


def main() -> int:
    """Measure if asked to, then write the page if it has changed."""
    if "--measure" in sys.argv[1:]:
        measured.measure()
    stale = measured.stale()
    for name in stale:
        print(f"not measured as described: {name}; {measured.MEASURE}")
    if stale:
        return 1
    for problem in measured.problems():
        print(f"far from exact: {problem}")
    text = page.page()
    if page.PAGE.exists() and page.PAGE.read_text(encoding="utf-8") == text:
        return 0
    if "--check" in sys.argv[1:]:
        print("out of date: docs/teaching_numbers.md")
        return 1
    page.PAGE.write_text(text, encoding="utf-8")
    print("wrote: docs/teaching_numbers.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())

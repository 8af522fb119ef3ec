"""Fill the numbers of the guided lessons anew, from the scenarios that the pages name.

python docs/lessons/update.py          write what is out of date: some seconds
python docs/lessons/update.py --check  write nothing; exit code 1 if something would be written

A page names its scenario and step in comments at its head. In its text `<!--= post -->` stands
before a number of the step and `<!-- -->` behind it; what is between them is filled in. The word is
a name of the step or of the trial, with `.told` for the number with its error. A table of the step
stands between `<!-- table -->` and `<!-- table end -->`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from trialsim.scenario.loaded import LoadedScenario, load
from trialsim.teaching.found import Found, amount, count
from trialsim.teaching.lesson import one_step
from trialsim.teaching.step import Rows, Step
from trialsim.teaching.trial import Trial

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGES = sorted(HERE.glob("w*.md"))

_HEAD = re.compile(r"<!-- (scenario|step): (\S+) -->")
_NUMBER = re.compile(r"<!--= (\w+)(\.told)? -->(.*?)<!-- -->", re.DOTALL)
_TABLE = re.compile(r"<!-- table -->\n(.*?)<!-- table end -->", re.DOTALL)


def head_of(page: str) -> Mapping[str, str]:
    """What a page says of itself: scenario and step."""
    return dict(_HEAD.findall(page))


def filled(page: str, scenario: LoadedScenario) -> str:
    """A page with the numbers that a scenario gives today. Raises KeyError for an unknown name."""
    step = one_step(scenario, head_of(page)["step"])
    names = numbers(scenario, step)

    def written(match: re.Match[str]) -> str:
        name, told, _ = match.groups()
        found = names[name]
        text = found.told if told else found.text
        return f"<!--= {name}{told or ''} -->{text}<!-- -->"

    page = _NUMBER.sub(written, page)
    table = step.revealed.table
    if table is None:
        return page
    return _TABLE.sub(lambda _: f"<!-- table -->\n\n{markdown(table)}\n\n<!-- table end -->", page)


def numbers(scenario: LoadedScenario, step: Step) -> Mapping[str, Found]:
    """Every number that a page may name: those of the trial, then those of the step."""
    trial = Trial(scenario)
    known = {
        "n_arm": count(trial.n_arm),
        "n_comparator": count(trial.n_comparator),
        "claimed": amount(trial.claimed, trial.unit),
        "sd": amount(trial.sd, trial.unit),
    }
    if trial.baseline:
        known["correlation"] = amount(trial.correlation, "", 2)
    return {**known, **step.numbers}


def markdown(table: Rows) -> str:
    """A table of a step."""
    head = [table.caption, *table.head[1:]] if not table.head[0] else list(table.head)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(row)} |" for row in table.rows]
    return "\n".join([*lines, "", *([table.note] if table.note else [])]).rstrip()


def main() -> int:
    """Write what has changed, or say what would."""
    is_check = "--check" in sys.argv[1:]
    changed = False
    for path in PAGES:
        page = path.read_text(encoding="utf-8")
        wanted = filled(page, load(ROOT / head_of(page)["scenario"]))
        if wanted == page:
            continue
        changed = True
        if not is_check:
            path.write_text(wanted, encoding="utf-8")
        print(f"{'out of date' if is_check else 'wrote'}: {path.relative_to(ROOT)}")
    return int(is_check and changed)


if __name__ == "__main__":
    sys.exit(main())

"""Scenarios that are awkward but right are read, described and simulated."""

from __future__ import annotations

from pathlib import Path

import pytest

import trialsim as ts
from trialsim.core.plan import Plan
from trialsim.scenario.describe import paragraph, work_of

FILES = sorted((Path(__file__).parent / "valid").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_scenario_runs(file):
    scenario = ts.load(file)
    assert scenario.name == file.stem
    assert paragraph(scenario.written, scenario.plan)
    results = ts.run(scenario, replicates=256)
    table = results.performance()
    assert len(set(table["cell"])) == len(scenario.plan.cells)
    assert work_of(scenario.plan).series == len(results.values)
    assert Plan.from_json(scenario.plan.to_json()).digest == scenario.plan.digest


def test_the_smallest_scenario_is_filled_with_defaults():
    plan = ts.load(next(file for file in FILES if file.stem == "smallest")).plan
    design = plan.designs[0]
    assert design.decision.primary == "t_test"
    assert list(design.contrasts) == ["b - a"]
    assert [cell.assumption for cell in plan.cells] == ["no_effect"]
    assert (plan.replicates, plan.seed) == (10_000, 1)


def test_varied_paths_and_what_ifs_multiply_into_cells():
    plans = {file.stem: ts.load(file).plan for file in FILES}
    # Two sizes by three SDs; one of the six is the scenario as stated.
    assert len(plans["varied"].designs) == 6
    # Five sets of changes (as stated is one) at the stated size and at 40; 60 is the stated
    # size, but under `small` the stated size is 20, so it is a third one there.
    assert {cell.what_if for cell in plans["what_ifs"].cells} == {
        "as_stated", "many_lost", "strict", "small", "unchanged",
    }  # fmt: skip
    assert len(plans["what_ifs"].designs) == 5 * 2 + 1


def test_yaml_may_be_written_in_other_ways():
    scenario = ts.load(next(file for file in FILES if file.stem == "written_in_other_ways"))
    assert (
        scenario.written.title == "Ein Vergleich – „no“, on, 1:30 und ein # das kein Kommentar ist"
    )
    assert scenario.plan.designs[0].arms == {"no": 20, "on": 20}
    again = scenario.written.outcomes["again"]
    assert (again.mean, again.sd, again.correlation) == ((5, 5), 2, ((1, 0.5), (0.5, 1)))

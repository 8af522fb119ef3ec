"""The guided pages: their numbers are those of their scenarios today."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

import trialsim as ts

ROOT = Path(__file__).parents[3]
LESSONS = ROOT / "docs" / "lessons"
PAGES = sorted(LESSONS.glob("w*.md"))


@pytest.fixture
def update_fixture(monkeypatch) -> ModuleType:
    """docs/lessons/update.py, which shares its name with other generators."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("lessons_update", LESSONS / "update.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_the_eight_pages():
    steps = [re.match(r"w(\d\d)", path.name)[1] for path in PAGES]  # type: ignore[index]
    assert steps == ["01", "03", "04", "05", "06", "09", "10", "12"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_numbers_are_current(path, update_fixture):
    page = path.read_text(encoding="utf-8")
    scenario = ts.load(ROOT / update_fixture.head_of(page)["scenario"])
    assert update_fixture.filled(page, scenario) == page, "run: python docs/lessons/update.py"


def test_a_changed_scenario_changes_the_page(update_fixture):
    """An SD of 8 points instead of 5.5: 0.56 SD are 4.5 points instead of 3.1."""
    page = (LESSONS / "w05_expectation.md").read_text(encoding="utf-8")
    scenario = ts.load(ROOT / "scenarios" / "hsieh2006_normal.yaml")
    changed = update_fixture.filled(page, scenario.changed({"outcomes.rmdq.sd": 8}))
    assert "<!--= points -->3.1 points<!-- -->" in page
    assert "<!--= points -->4.5 points<!-- -->" in changed
    assert "| 0.56 | 4.5 |" in changed


def test_a_smaller_trial_changes_the_answers(update_fixture):
    """25 an arm and 0.56 SD: the t test rejects 49.2 of 100, by SciPy's noncentral t."""
    page = (LESSONS / "w05_expectation.md").read_text(encoding="utf-8")
    scenario = ts.load(ROOT / "scenarios" / "hsieh2006_normal.yaml")
    small = scenario.changed({"design.arms.physiotherapy.n": 25, "design.arms.acupressure.n": 25})
    changed = update_fixture.filled(page, small)
    found = re.search(r"<!--= post\.told -->([\d.]+) of 100", changed)
    assert found is not None
    assert float(found[1]) == pytest.approx(49.2, abs=0.05)


def test_a_name_that_no_step_has_is_refused(update_fixture):
    page = "<!-- scenario: x -->\n<!-- step: W2 -->\n<!--= nobody -->?<!-- -->"
    scenario = ts.load(ROOT / "scenarios" / "hsieh2006_normal.yaml")
    with pytest.raises(KeyError, match="nobody"):
        update_fixture.filled(page, scenario)


@pytest.mark.parametrize("path", [*PAGES, LESSONS / "README.md"], ids=lambda path: path.stem)
def test_links_and_scenarios_exist(path):
    page = path.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", page):
        assert (LESSONS / link).exists(), link
    for scenario in re.findall(r"scenarios/\w+\.yaml", page):
        assert (ROOT / scenario).exists(), scenario

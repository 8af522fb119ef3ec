"""trialsim plot and trialsim report: what they write, what they print, what they refuse."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import trialsim as ts
from trialsim.cli import main

TEXT = """\
format: 1
design:
  arms: {control: {n: 10}, treatment: {n: 10}}
  visits_weeks: {baseline: 0, after: 4}
outcomes:
  score: {method: repeated_normal, mean: 0, sd: 1, correlation: 0.5}
assumptions: {no_effect: {}, effect: {score: {treatment: -1}}}
analyses: {t_test: {method: t_test, outcome: score, visit: after}}
simulation: {replicates: 40, seed: 3}
"""


class Printed(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Printed]


@pytest.fixture
def command_fixture(monkeypatch, capsys) -> Command:
    def command(*words: object) -> Printed:
        monkeypatch.setattr(sys, "argv", ["trialsim", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        return Printed(int(left.value.code or 0), *capsys.readouterr())

    return command


@pytest.fixture(scope="module")
def saved_fixture(tmp_path_factory) -> Path:
    return ts.run(ts.loads(TEXT, "small")).save(tmp_path_factory.mktemp("results"))


@pytest.fixture
def folder_fixture(saved_fixture, tmp_path) -> Path:
    return Path(shutil.copytree(saved_fixture, tmp_path / "small" / saved_fixture.name))


def test_list_names_the_figures_that_the_run_has(command_fixture, saved_fixture):
    printed = command_fixture("plot", saved_fixture, "--list")
    assert printed.code == 0
    assert printed.out.split() == ts.open_results(saved_fixture).plot.names()
    assert "nnt" not in printed.out.split()  # nobody is counted


def test_figures_are_drawn_again_as_they_were(command_fixture, folder_fixture):
    figures = folder_fixture / "figures"
    before = {path.name: path.read_bytes() for path in figures.iterdir()}
    shutil.rmtree(figures)
    assert command_fixture("plot", folder_fixture).code == 0
    assert {path.name: path.read_bytes() for path in figures.iterdir()} == before


def test_one_figure_goes_where_it_is_asked_to(command_fixture, folder_fixture, tmp_path):
    out = tmp_path / "slides"
    printed = command_fixture(
        "plot", folder_fixture.parent, "--figure", "many_trials", "--out", out
    )
    names = ["many_trials.png", "many_trials.svg", "many_trials.csv"]
    assert printed.out.split() == [str(out / name) for name in names]
    assert sorted(path.name for path in out.iterdir()) == sorted(names)


def test_unknown_figures_are_refused_with_the_known(command_fixture, saved_fixture):
    printed = command_fixture("plot", saved_fixture, "--figure", "pie")
    assert (printed.code, printed.out) == (2, "")
    assert "--figure: no figure is called 'pie'. Figures: " in printed.err
    assert "many_trials" in printed.err


def test_a_figure_without_numbers_is_refused(command_fixture, saved_fixture):
    printed = command_fixture("plot", saved_fixture, "--figure", "nnt")
    assert printed.code == 2
    assert "this run has no numbers for 'nnt'" in printed.err


@pytest.mark.parametrize("verb", ["plot", "report"])
def test_a_place_without_results_is_refused(command_fixture, tmp_path, verb):
    printed = command_fixture(verb, tmp_path / "nothing")
    assert (printed.code, printed.out) == (1, "")
    assert "there is no such folder" in printed.err


def test_several_runs_are_listed(command_fixture, folder_fixture):
    shutil.copytree(folder_fixture, folder_fixture.with_name("other"))
    printed = command_fixture("report", folder_fixture.parent)
    assert printed.code == 1
    assert f"\n  {folder_fixture}" in printed.err
    assert f"\n  {folder_fixture.with_name('other')}" in printed.err


def test_the_page_is_written_again_as_it_was(command_fixture, folder_fixture):
    page = folder_fixture / "report.html"
    before = page.read_bytes()
    page.unlink()
    printed = command_fixture("report", folder_fixture)
    assert (printed.code, printed.out.strip()) == (0, str(page))
    assert page.read_bytes() == before


def test_open_shows_the_page(command_fixture, folder_fixture, monkeypatch):
    shown: list[str] = []

    def browser(address: str) -> bool:
        shown.append(address)
        return True

    monkeypatch.setattr("webbrowser.open", browser)
    assert command_fixture("report", folder_fixture, "--open").err == ""
    assert shown == [(folder_fixture / "report.html").absolute().as_uri()]
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    assert "open the file" in command_fixture("report", folder_fixture, "--open").err


@pytest.mark.parametrize("below", [(), ("deeper", "still")])
def test_run_refuses_a_file_for_its_results_before_simulating(
    command_fixture, tmp_path, monkeypatch, below
):
    def simulate(*_: object, **__: object) -> None:
        raise AssertionError("something was simulated")

    # The module, which the command of the same name hides.
    monkeypatch.setattr(importlib.import_module("trialsim.cli.run"), "run", simulate)
    scenario, file = tmp_path / "small.yaml", tmp_path / "taken"
    scenario.write_text(TEXT)
    file.write_text("mine")
    printed = command_fixture("run", scenario, "--out", file.joinpath(*below))
    assert (printed.code, printed.out) == (2, "")
    assert f"--out: found '{file}', which is a file." in printed.err
    assert "Results go to a folder: name another." in printed.err
    assert file.read_text() == "mine"

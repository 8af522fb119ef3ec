"""trialsim bench: that it runs and what its table holds; no time is judged here."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

import trialsim as ts
from trialsim.cli import main


@pytest.fixture(scope="module")
def bench_fixture(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """What a quick bench prints, and what it writes."""
    folder = tmp_path_factory.mktemp("bench")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as left:
        patch.setattr(sys, "argv", ["trialsim", "bench", "--quick", "--out", str(folder / "table")])
        with (folder / "stdout").open("w", encoding="utf-8") as stdout:
            patch.setattr(sys, "stdout", stdout)
            main()
    assert not left.value.code
    return tuple((folder / name).read_text("utf-8") for name in ("stdout", "table"))


def rows_of(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_names_the_machine_and_the_versions(bench_fixture):
    machine = bench_fixture[0].splitlines()[0]
    assert re.search(r"\d+ cores", machine)
    assert f"NumPy {np.__version__}, trialsim {ts.__version__}." in machine


def test_every_row_is_a_ratio_to_something_timed_beside_it(bench_fixture):
    heading, _, *rows = rows_of(bench_fixture[0])
    assert heading == ["work", "seconds", "beside", "ratio", "lowest to highest", "to reach"]
    beside = {"floor", "the largest alone", "drawing its tables", "10 ms"}
    assert {row[2] for row in rows} == beside
    for _, seconds, _, ratio, spread, _ in rows:
        lowest, highest = map(float, spread.split(" to "))
        assert lowest <= float(ratio) <= highest
        assert np.isfinite(float(seconds))


def test_the_written_table_is_the_printed_one(bench_fixture):
    printed, written = bench_fixture
    assert written == printed


def test_a_rival_that_is_not_there_is_an_error_in_words(monkeypatch, capsys, tmp_path):
    python = tmp_path / "python"
    monkeypatch.setattr("trialsim.cli.bench._engine_rows", lambda *_: [])
    monkeypatch.setattr("trialsim.cli.bench._curve_rows", lambda *_: [])
    monkeypatch.setattr("trialsim.cli.bench._conduct_rows", lambda *_: [])
    monkeypatch.setattr(sys, "argv", ["trialsim", "bench", "--quick", "--rival", str(python)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 1
    assert str(python) in capsys.readouterr().err
    assert not Path(python).exists()

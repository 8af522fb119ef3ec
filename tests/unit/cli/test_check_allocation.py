"""trialsim check --allocation, and the warnings of check and run, as users see them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from trialsim.cli import main

SCENARIO = Path(__file__).parents[3] / "scenarios" / "allocation.yaml"
WARNING = (
    "Warning: t_test does not adjust for radiating, which the allocation (stratified_blocks) "
    "balances: if prognostic, its p values are too large; use ancova with adjust: [radiating].\n"
)


@pytest.fixture
def told_fixture(monkeypatch, capsys) -> Callable[..., str]:
    def told(*arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["trialsim", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        assert not left.value.code
        return capsys.readouterr().out

    return told


def test_check_warns_of_an_omitted_factor(told_fixture):
    assert WARNING in told_fixture("check", SCENARIO, "--set", "vary={}")
    changes = ("--set", "vary={}", "--set", "allocation=urn")
    assert "Warning" not in told_fixture("check", SCENARIO, *changes)


def test_check_shows_balance_and_guesses_on_request(told_fixture):
    assert "guessed" not in told_fixture("check", SCENARIO, "--set", "vary={}")
    text = told_fixture("check", SCENARIO, "--allocation")
    assert "\nAllocation by stratified blocks, 4,096 trials:\n" in text
    for pattern in (
        r"naming the arm that is behind: 6\d\.\d+% \(mcse 0\.0\d\)\n",
        r"knows the block size \(and strata\): 70\.\d+% \(mcse 0\.0\d\)\n",
        r"at the end, in patients: 0\.\d+ \(mcse 0\.0\d+\), at most \d in these trials\n",
        r"at the end within a level of radiating: .*, at most 2 in these trials\n",
    ):
        assert re.search(pattern, text), (pattern, text)


def test_run_warns_of_an_omitted_factor(told_fixture, tmp_path):
    text = told_fixture(
        "run", SCENARIO, "--set", "vary={}", "--replicates", 300, "--workers", 1, "--out", tmp_path
    )
    assert "Warning  t_test does not adjust for radiating" in text

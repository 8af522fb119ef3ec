"""What the command line says of bad files, options and changes: messages on stderr, exit code 2.

Nothing is ever printed to stdout then, and nobody sees a traceback.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from trialsim.cli import main

TRIAL = """\
format: 1
title: Two arms
design:
  arms: {control: {n: 50}, treatment: {n: 50}}
  visits_weeks: {baseline: 0, after: 4}
outcomes:
  pain: {method: bounded_integer, max: 10, mean: [6, 5], sd: [2, 2.2], correlation: 0.5}
assumptions:
  no_effect: {}
  helps: {pain: {treatment: -1}}
analyses:
  ancova: {method: ancova, outcome: pain, visit: after}
vary: {decision.alpha: [0.05, 0.01]}
simulation: {replicates: 256}
"""


class Printed(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Printed]


@pytest.fixture
def trialsim(monkeypatch, capsys) -> Command:
    """Runs a command as from a shell."""

    def run(*arguments: object) -> Printed:
        monkeypatch.setattr(sys, "argv", ["trialsim", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        return Printed(int(left.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The folder that commands are run in, with one scenario that is right."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trial.yaml").write_text(TRIAL, encoding="utf-8")
    return tmp_path


def refused(printed: Printed) -> str:
    """The message of a command that was refused."""
    assert printed.code == 2
    assert printed.out == ""
    assert "Traceback" not in printed.err
    assert all(line.isprintable() for line in printed.err.splitlines())
    return printed.err


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))

FILES = {
    "empty": (b"", "empty.yaml: found nothing in it, or nothing but comments."),
    "comments": (b"# nothing\n", "comments.yaml: found nothing in it"),
    "spaces": (b"   \n\n", "spaces.yaml: found nothing in it"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0", "picture.yaml: found NUL bytes: this is not a text"),
    "program": (bytes(range(256)) * 40, "program.yaml: found NUL bytes"),
    "utf16": ("format: 1".encode("utf-16"), "utf16.yaml: found text in UTF-16"),
    "latin": (b"title: H\xfcfte", "latin.yaml:1:9: found the byte 0xfc, which is not UTF-8."),
    "escapes": (b"title: \x1b[31mred", "escapes.yaml:1:8: found an invisible character (U+001B)."),
    "text": (b"Dear colleague,", "text.yaml:1:1: found the text 'Dear colleague,'; a scenario is"),
    "list": (b"- a\n- b\n", "list.yaml:1:1: found a list; a scenario is made of keys with values."),
    "json": (b"[1, 2", "json.yaml:1:1: found '[' with no ']' before the text ends."),
    "deep": (b"[" * 100_000, "deep.yaml:1:42: [0][0][0][0]: found more than 40 levels of nesting."),
    "bomb": (BOMB.encode(), "bomb.yaml:13:6: a12: found more than 20,000 keys and values or 40"),
    "large": (b"x" * 2_000_000, "large.yaml: found more than 1 MiB; a scenario has some hundred"),
    "data": (b"a: [" + b"1," * 30_000 + b"]", "found more than 20,000 keys and values."),
    "object": (
        b"a: !!python/object/apply:os.system [ls]",
        "object.yaml:1:4: a: found the tag '!!python/object/apply:os.system'",
    ),
    "colours": (b'format: 1\n"\\e[31mred\\n": 1', 'colours.yaml:2:1: "\\x1b[31mred\\n": is not a'),
}


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_scenario_is_refused(trialsim, folder, command, name):
    content, message = FILES[name]
    (folder / f"{name}.yaml").write_bytes(content)
    said = refused(trialsim(command, f"{name}.yaml"))
    assert message in said
    assert said.endswith("found; nothing was simulated.\n")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("trail.yaml", "trail.yaml: there is no such file. Did you mean trial.yaml?"),
        ("trial", "trial: there is no such file. Did you mean trial.yaml?"),
        ("nowhere/trial.yaml", "nowhere/trial.yaml: there is no folder 'nowhere'. Check the path."),
        (".", ".: found a folder; a scenario is one file. That folder has trial.yaml."),
        ("", "no file is named."),
        ("trial.yaml/x", "trial.yaml/x: there is no folder 'trial.yaml'."),
        ("x" * 5000, "cannot be read: File name too long. Check the file's name."),
        ("two\nlines", "two\\nlines: there is no such file."),
        (os.devnull, f"{os.devnull}: found nothing in it"),
    ],
)
def test_a_file_that_is_not_there_is_refused(trialsim, folder, path, message):
    assert message in refused(trialsim("check", path))


ASSIGNMENTS = {
    "decision.alpha": "--set: found 'decision.alpha': an assignment reads PATH=VALUE.",
    "": "--set: found '': an assignment reads PATH=VALUE.",
    "=5": "--set: found '=5': an assignment reads PATH=VALUE.",
    "a..b=5": "--set: found 'a..b', which is not a path.",
    "outcomes.pain.sd=[1, 2": "--set: outcomes.pain.sd: found '[' with no ']' before the text",
    "title=a: b": "--set: title: found 'a: b', which YAML reads as a mapping.",
    "title=# 5": "--set: title: found '# 5', whose '#' would begin a comment.",
    "title=!!str 5": "--set: title: found the tag '!!str'",
    "title=\x1b[31m": "--set: title: found an invisible character (U+001B).",
    "decision.alfa=0.1": "--set: decision.alfa: is not a key here. Did you mean alpha?",
    "decison.alpha=0.1": "--set: decison: is not a key here. Did you mean decision?",
    "decision.alpha=0.9": "--set: decision.alpha: found 0.9, which must be below 0.5.",
    "decision.alpha=small": "--set: decision.alpha: found 'small', allowed: a number.",
    "decision.alpha=": "--set: decision.alpha: found nothing, allowed: a number.",
    "outcomes.pain.mean[2]=4": "--set: outcomes.pain.mean[2]: no item '2': outcomes.pain.mean is a"
    " list of 2. Its items are [0] to [1].",
    "outcomes.pian.sd=2": "--set: outcomes.pian: there is no 'pian' in outcomes. Did you mean",
    "outcomes.vas.sd=2": "--set: outcomes.vas: there is no 'vas' in outcomes. Known: pain.",
    "design.arms.treatmnt.n=5": "--set: design.arms.treatmnt: there is no 'treatmnt' in",
    "design.arms[0].n=5": "--set: design.arms[0]: no item 0: design.arms is a mapping.",
    "title.x=5": "--set: title.x: cannot be set: title is the text 'Two arms', which has no",
    "design.n_total=1": "--set: design.n_total: found 1, which at the ratio 1:1 leaves an arm with",
    "design.n_total=many": "--set: design.n_total: found the text 'many'; a total size is a whole",
    "design.n_total=1000000": "--set: design.arms.control.n: found 500000, which must be at most",
    "outcomes.pain.max=4": "trial.yaml:7:51: outcomes.pain.mean[0]: at baseline, a mean of 6 is",
    "outcomes.pain.max=1e9": "makes 1,000,000,000 steps from 0 to 1000000000; at most 1,000 can",
    "simulation.replicates=0": "--set: simulation.replicates: found 0, which must be at least 1.",
    "vary.decision.alpha[1]=2": "--set: vary.decision.alpha[1]: found 2, which must be below 0.5.",
    "vary=[1]": "--set: vary: found [1], allowed: a mapping (name: value).",
    "what_if.x.design.n_total=1": "--set: what_if.x.design.n_total: found 1, which at the ratio",
    "bias.unblinded.on=true": "--set: bias.unblinded.method: is required. Known: alternation",
}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_change_that_cannot_be_made_is_refused(trialsim, folder, assignment):
    said = refused(trialsim("check", "trial.yaml", "--set", assignment))
    assert ASSIGNMENTS[assignment] in said
    assert said.endswith("found; nothing was simulated.\n")


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        (
            ["decision.alpha=0.1", "decision.alpha=0.2"],
            ["--set: decision.alpha: is set twice. Keep one."],
        ),
        (
            ["outcomes.pain.mean[1]=4", "outcomes.pain.mean.1=3"],
            ["--set: outcomes.pain.mean[1]: is set twice: as 'outcomes.pain.mean[1]' and as"],
        ),
        (
            ["design.n_total=60", "design.arms.control.n=5"],
            ["--set: design.arms.control.n: is set together with design.n_total, which sets"],
        ),
        (
            ["decision.alpha", "outcomes.pain.mean[9]=1", "decision.sides=3"],
            [
                "--set: found 'decision.alpha': an assignment reads PATH=VALUE.",
                "--set: outcomes.pain.mean[9]: no item '9'",
                "--set: decision.sides: found 3, allowed: 1 or 2.",
                "3 problems found; nothing was simulated.",
            ],
        ),
        (
            [
                "outcomes.pain.sd=[9, x]",
                "analyses.ancova.visit=afterwards",
                "decision.primary=anova",
            ],
            [
                "--set: outcomes.pain.sd[1]: found 'x', allowed: a number.",
                "--set: decision.primary: no analysis is called 'anova'. Did you mean ancova?",
            ],
        ),
    ],
)
def test_all_problems_of_several_changes_are_told_at_once(trialsim, folder, changes, messages):
    options = [word for change in changes for word in ("--set", change)]
    said = refused(trialsim("check", "trial.yaml", *options))
    for message in messages:
        assert message in said


def test_a_wrong_file_and_a_wrong_change_are_told_together(trialsim, folder):
    said = refused(trialsim("check", "trail.yaml", "--set", "decision.alpha"))
    assert "--set: found 'decision.alpha'" in said
    assert "trail.yaml: there is no such file." in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--replicates", "0"], "option: replicates: found 0, must be 1 to 100,000,000."),
        (["--replicates", "-5"], "option: replicates: found -5, must be"),
        (["--replicates", "1" + "0" * 30], "must be 1 to 100,000,000."),
        (["--replicates", "many"], "Invalid value for '--replicates'"),
        (["--replicates", "1e3"], "Invalid value for '--replicates'"),
        (["--replicates"], "Option '--replicates' requires an argument."),
        (["--seed", "-1"], "option: seed: found -1, must be 0 to 2^63 - 1."),
        (["--seed", str(2**63)], f"option: seed: found {2**63}, must be"),
        (["--seed", "x"], "Invalid value for '--seed'"),
        (["--workers", "0"], "option: workers: found 0, must be 1 to 1024."),
        (["--workers", "1000000"], "option: workers: found 1000000, must be"),
        (["--workers", "all"], "Invalid value for '--workers'"),
        (["--seed", "-1", "--replicates", "0"], "2 problems found; nothing was simulated."),
        (["--replicate", "5"], "No such option: --replicate"),
        (["trial.yaml"], "Got unexpected extra argument"),
    ],
)
def test_an_option_that_is_wrong_is_refused(trialsim, folder, options, message):
    assert message in refused(trialsim("run", "trial.yaml", *options))
    assert not (folder / "results").exists()


@pytest.mark.parametrize("command", [[], ["nothing"], ["check"], ["run"]])
def test_a_command_without_what_it_needs_is_refused(trialsim, folder, command):
    assert "Usage: trialsim" in refused(trialsim(*command))


def test_a_folder_for_results_that_is_a_file_is_told(trialsim, folder):
    (folder / "taken").write_text("a file", encoding="utf-8")
    for out in ("taken", "taken/results"):
        printed = trialsim("run", "trial.yaml", "--out", out, "--quiet")
        assert printed.code in (1, 2)
        assert printed.out == ""
        assert "taken" in printed.err
        assert "Traceback" not in printed.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do it all")
def test_files_and_folders_without_permission_are_told(trialsim, folder):
    (folder / "closed").mkdir()
    (folder / "closed").chmod(0o500)
    printed = trialsim("run", "trial.yaml", "--out", "closed", "--quiet")
    assert printed.code in (1, 2)
    assert "Traceback" not in printed.err
    (folder / "trial.yaml").chmod(0)
    assert "trial.yaml: no permission to read this file." in refused(
        trialsim("check", "trial.yaml")
    )


def test_the_installed_command_gives_the_exit_code_to_the_shell(folder):
    (folder / "trial.yaml").write_text(TRIAL.replace("max: 10", "max: ten"), encoding="utf-8")
    command = [sys.executable, "-m", "trialsim.cli", "check", "trial.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "trial.yaml:7:40: outcomes.pain.max: found 'ten', allowed: a number.\n"
        "1 problem found; nothing was simulated.\n"
    )

"""Mystery trials: nothing in the bundle gives them away, the key holds the truth, answers score."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from trialsim.core.errors import RunError, ScenarioError
from trialsim.scenario.keys.appraisal import DOMAINS
from trialsim.teaching.mystery.answer import answer_mystery
from trialsim.teaching.mystery.bundle import STUDENTS, new_mystery
from trialsim.teaching.mystery.drawn import ASSUMED, Mystery
from trialsim.teaching.mystery.flaws import FLAWS, JUDGEMENTS, LEVELS, NONE, SOUND, VAGUE
from trialsim.teaching.mystery.key import NAME, Key
from trialsim.teaching.mystery.trial import MysteryTrial


def secret_with(judgement: str, level: str = "hard", flaw: str = "") -> bytes:
    """The first secret of a judgement, and of a flaw."""
    for number in range(5000):
        mystery = Mystery(number.to_bytes(16, "big"), level)  # type: ignore[arg-type]
        if mystery.judgement == judgement and flaw in ("", mystery.flaw):
            return mystery.secret
    raise AssertionError(f"no secret for {judgement} {flaw}")


@pytest.fixture(scope="module", params=[(flaw, level) for level in LEVELS for flaw in FLAWS][::3])
def bundle_fixture(request, tmp_path_factory) -> tuple[Path, Mystery]:
    """A bundle and its mystery: every level, and every flaw at one of them."""
    flaw, level = request.param
    if level == "hard" and not FLAWS[flaw].shows_in_data:
        level = "medium"
    secret = secret_with(FLAWS[flaw].domain, level, flaw)
    folder = tmp_path_factory.mktemp("mystery") / "one"
    new_mystery(folder, level, secret=secret)
    return folder, Mystery(secret, level)


def test_nothing_in_the_bundle_tells_which_trial_it_is(bundle_fixture):
    """Seed, replicate's digest, secret, mechanism, names of truths, and paths are searched for in
    every file, the names of the files included."""
    folder, mystery = bundle_fixture
    scenario = mystery.scenario()
    given = (folder / STUDENTS).rglob("*")
    texts = {path: path.read_text(encoding="utf-8") for path in given if path.is_file()}
    assert {path.name for path in texts} == {"report.html", "patients.csv", "dictionary.csv"}
    flaw = FLAWS[str(mystery.flaw)]
    sealed = [
        str(mystery.seed),
        mystery.secret.hex(),
        scenario.plan.digest,
        mystery.scenario(is_flawed=False).plan.digest,
        str(mystery.flaw),
        str(flaw.spec["method"]),
        flaw.trace,
        ASSUMED,
        str(folder),
        "what_if",
        "replicate",
        "digest",
        "seed",
        ".yaml",
        "key.sealed",
    ]
    for path, text in texts.items():
        for word in sealed:
            assert word not in text, (path.name, word)


def test_the_report_says_the_same_of_the_data_for_every_flaw(bundle_fixture):
    """Columns and tables do not depend on what is wrong."""
    folder, _ = bundle_fixture
    data = pd.read_csv(folder / STUDENTS / "patients.csv")
    assert list(data.columns) == [
        "patient", "arm", "age", "woman", "working",
        "ndi_baseline", "ndi_six_weeks", "ndi_half_year",
        "rotation_baseline", "rotation_six_weeks", "rotation_half_year",
    ]  # fmt: skip
    named = pd.read_csv(folder / STUDENTS / "dictionary.csv")["name"]
    assert list(named) == list(data.columns)
    page = (folder / STUDENTS / "report.html").read_text(encoding="utf-8")
    assert re.findall(r'<table id="([^"]+)"', page) == [
        "table-flow", "table-table-one", "table-results",
    ]  # fmt: skip
    assert not re.search(r"https?://(?!www\.w3\.org)", page)


def test_the_key_holds_the_truth_and_is_not_readable_by_a_glance(bundle_fixture):
    folder, mystery = bundle_fixture
    text = (folder / NAME).read_text(encoding="ascii")
    key = Key.read(folder / NAME)
    assert (key.secret, key.judgement, key.level) == (
        mystery.secret.hex(),
        mystery.judgement,
        mystery.level,
    )
    for word in (mystery.judgement, mystery.secret.hex(), "true_difference", str(mystery.seed)):
        assert word not in text


def test_a_report_without_a_flaw_can_be_repeated_from_its_data(tmp_path):
    """The t test of the data by SciPy gives the reported difference, interval and p value."""
    trial = MysteryTrial(Mystery(secret_with(NONE), "hard"))
    data = trial.replayed.data.to_frame()
    scores = [
        data.loc[data["arm"] == a, "ndi_six_weeks"].dropna() for a in ("stretching", "advice")
    ]
    test = stats.ttest_ind(*scores)
    ends = test.confidence_interval(0.95)
    reported = trial.reported
    assert reported.estimate == pytest.approx(scores[0].mean() - scores[1].mean())
    assert reported.p_value == pytest.approx(test.pvalue)
    assert (reported.lower, reported.upper) == pytest.approx((ends.low, ends.high))
    assert reported.n_analysed == len(scores[0]) + len(scores[1])


@pytest.mark.parametrize("flaw", ["compliers", "best_result"])
def test_flaws_of_the_analysis_show_when_the_data_are_analysed_again(flaw):
    """Among ten such trials most report another difference than their data give."""
    differ = 0
    for number in range(10_000):
        mystery = Mystery(number.to_bytes(16, "big"), "medium")
        if mystery.flaw != flaw:
            continue
        trial = MysteryTrial(mystery)
        data = trial.replayed.data.to_frame().groupby("arm")["ndi_six_weeks"].mean()
        again = data["stretching"] - data["advice"]
        differ += abs(trial.reported.estimate - again) > 1e-6
        if differ >= 3:
            return
    raise AssertionError(f"{flaw}: only {differ} differ")


def test_expectation_moves_what_patients_report_and_not_what_is_measured():
    """The same trial with and without it: 0.4 SD (hard) of 7.5 points, rotation to the digit."""
    mystery = Mystery(secret_with("measurement"), "hard")
    trial = MysteryTrial(mystery)
    shifts = {
        name: trial.replayed.analyse(name).estimate - trial.honest.analyse(name).estimate
        for name in ("disability", "rotation")
    }
    assert shifts["rotation"] == pytest.approx(0, abs=1e-9)
    assert shifts["disability"] == pytest.approx(-0.4 * 7.5, abs=1.0)


def test_every_judgement_is_as_likely():
    """3,000 secrets and six judgements: each 1/6 within 4 standard errors of 0.0068. A judgement
    that comes a sixth less often than it should is found."""
    found = [Mystery(n.to_bytes(16, "big"), "medium").judgement for n in range(3000)]
    for name in JUDGEMENTS:
        share = np.mean([one == name for one in found])
        assert share == pytest.approx(1 / 6, abs=4 * np.sqrt(5 / 36 / 3000))


@pytest.mark.parametrize("level", LEVELS)
def test_what_a_report_says_is_as_its_level_promises(level):
    for number in range(60):
        mystery = Mystery(number.to_bytes(16, "big"), level)
        said = mystery.statements
        assert list(said) == list(DOMAINS)
        for domain, text in said.items():
            if level == "hard" or (level == "medium" and domain == mystery.judgement):
                assert text == VAGUE[domain]
            elif domain == mystery.judgement:
                assert text == FLAWS[str(mystery.flaw)].told
            else:
                assert text in (SOUND[domain], VAGUE[domain])


def test_vague_words_alone_do_not_give_a_medium_flaw_away():
    """Of the sound domains of medium reports about half are vague, too: 400 of them, each with
    probability 1/2, within 4 standard errors of 0.025."""
    vague = []
    for number in range(200):
        mystery = Mystery(number.to_bytes(16, "big"), "medium")
        others = {d: t for d, t in mystery.statements.items() if d != mystery.judgement}
        vague += [text == VAGUE[domain] for domain, text in others.items()]
    assert np.mean(vague) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(len(vague)))


def test_answers_are_scored_by_distance(tmp_path):
    secret = secret_with("measurement", "easy")
    new_mystery(tmp_path / "one", "easy", secret=secret)
    key = Key.read(tmp_path / "one" / NAME)
    right = answer_mystery(tmp_path / "one", "measurement", key.true_difference + 1)
    assert right.is_right and right.off == pytest.approx(1)
    wrong = answer_mystery(tmp_path / "one", NONE, key.reported)
    assert not wrong.is_right and wrong.off == pytest.approx(wrong.report_off)
    assert FLAWS["expectation"].told in wrong.text()
    assert "right, it is measurement" in right.text()


def test_the_truth_of_the_key_is_not_moved_by_the_flaw(tmp_path):
    """Attendance by the severity of patients is part of the truth, expectation is not: the same
    secret has the same truth with the flaw and without."""
    trial = MysteryTrial(Mystery(secret_with("measurement"), "hard"))
    values = trial.honest.truth.values.set_index("analysis")["true_value"]
    assert trial.true_difference == pytest.approx(values["disability"])


def test_the_same_secret_is_the_same_bundle_and_another_is_not(tmp_path):
    for name, secret in (("a", b"x" * 16), ("b", b"x" * 16), ("c", b"y" * 16)):
        new_mystery(tmp_path / name, "medium", secret=secret)
    first, second, third = (
        [path.read_bytes() for path in sorted((tmp_path / name / STUDENTS).iterdir())]
        for name in "abc"
    )
    assert first == second
    assert first != third


def test_a_secret_of_the_system_differs_each_time(tmp_path):
    for name in "ab":
        new_mystery(tmp_path / name, "hard")
    first, second = (Key.read(tmp_path / name / NAME) for name in "ab")
    assert first.secret != second.secret


def test_a_changed_or_foreign_key_is_refused(tmp_path):
    new_mystery(tmp_path / "one", "hard", secret=b"z" * 16)
    path = tmp_path / "one" / NAME
    lines = path.read_text(encoding="ascii").splitlines()
    path.write_text("\n".join([*lines[:3], "check 0", *lines[4:]]), encoding="ascii")
    with pytest.raises(RunError, match="was changed"):
        answer_mystery(tmp_path / "one", NONE, 0.0)
    path.write_text("nothing", encoding="ascii")
    with pytest.raises(RunError, match="not the key"):
        answer_mystery(tmp_path / "one", NONE, 0.0)


def test_everything_that_is_wrong_with_an_answer_is_said_at_once(tmp_path):
    with pytest.raises(ScenarioError) as error:
        answer_mystery(tmp_path, "blinding", None)
    said = "\n".join(str(problem) for problem in error.value.problems)
    for part in ("there is none called 'blinding'", "--number", "found no key.sealed"):
        assert part in said


def test_a_mystery_is_not_written_over(tmp_path):
    new_mystery(tmp_path / "one", "hard", secret=b"z" * 16)
    with pytest.raises(ScenarioError, match="holds a mystery already"):
        new_mystery(tmp_path / "one", "hard")
    with pytest.raises(ScenarioError, match="there is no level 'cruel'"):
        new_mystery(tmp_path / "two", "cruel")

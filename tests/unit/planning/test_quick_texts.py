"""What a reader gets: the paragraph of a protocol, the entries for G*Power, the terminal."""

import json

import pytest

from trialsim.planning.quick import describe, quick

QUESTIONS = {
    "size": {"difference": 2.5, "sd": 5.5, "power": 0.8, "loss": 0.15},
    "ancova": {"difference": -2.5, "sd": 5.5, "power": 0.9, "r": 0.55, "ratio": 2},
    "change": {"difference": 2.5, "sd": 5.5, "n_total": 129, "r": 0.55, "change": True},
    "detectable": {"sd": 5.5, "n_total": 129, "power": 0.8, "welch": True},
    "width": {"sd": 5.5, "width": 2, "difference": 2},
    "precision": {"sd": 5.5, "n_total": 129, "loss": 0.2},
    "therapists": {"difference": 3, "sd": 5.5, "power": 0.8, "therapists": 8, "icc": 0.05},
    "margin": {"sd": 5.5, "margin": 2, "power": 0.8},
    "shares": {"p1": 0.3, "p2": 0.5, "power": 0.8},
    "share": {"p1": 0.3, "n_total": 200, "power": 0.8},
    "shares within a margin": {"p1": 0.3, "p2": 0.3, "n_total": 600, "margin": 0.1},
    "nothing significant": {"p1": 0.9, "p2": 0.95, "n_total": 10},
}


def text_of(name):
    return quick(**QUESTIONS[name]).sentence


def rows_of(name):
    return {field: entry for field, entry, _ in quick(**QUESTIONS[name]).gpower}


def test_a_protocol_finds_every_item_of_delta2():
    """Target difference, why, SD, standardised, alpha, power, test, ratio, size, loss."""
    text = text_of("size")
    for item in (
        "mean difference of 2.5 [units] in [primary outcome",
        "[important to patients, realistic, or both",
        "standard deviation of 5.5 within the arms [source]",
        "standardised difference of 0.455",
        "two-sided significance level of 5%",
        "with 80% power",
        "independent samples t test needs 77 an arm, 154 participants",
        "allocated 1:1",
        "loss of 15% [source], 91 + 91 = 182 are to be randomised.",
    ):
        assert item in text, item


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("ancova", ["correlation of 0.55 with the baseline", "(comparator) and", "allocated 1:2"]),
        ("change", ["t test on changes from baseline has", "65 (comparator) and 64 (treatment)"]),
        ("detectable", ["Welch's t test has 80% power", "difference of 2.73 [units]"]),
        ("width", ["no wider than 2 [units] (plus or minus 1 [units]", "power to detect"]),
        ("precision", ["4.29 [units] wide", "Of 65 + 64 = 129 randomised, 20% are"]),
        ("therapists", ["8 therapists", "intraclass correlation of 0.05 [source]"]),
        ("margin", ["is not higher than", "by 2 [units] or more", "one-sided", "2.5%"]),
        ("shares", ["20 percentage points", "30% with the event", "50% under the treatment"]),
        ("share", ["difference of 19.3 percentage points", "30% with the event"]),
        ("shares within a margin", ["10 percentage points or more", "arms do not differ"]),
    ],
)
def test_sentences_say_what_was_asked(name, items):
    text = text_of(name)
    for item in items:
        assert item in text, text


@pytest.mark.parametrize("name", QUESTIONS)
def test_texts_are_whole(name):
    answer = quick(**QUESTIONS[name])
    assert answer.sentence.endswith(".")
    for flaw in ("None", "nan", "  ", ",.", " .", "np.", "e-0"):
        assert flaw not in answer.sentence, answer.sentence
    lines = describe(answer)
    assert all(isinstance(line, str) and "\n" not in line for line in lines)
    assert all(len(line) <= 150 for line in lines)
    assert not [line for line in lines if "None" in line or "nan" in line or "np." in line]


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_is_a_json_object(name):
    answer = quick(**QUESTIONS[name])
    back = json.loads(json.dumps(answer.as_dict(), allow_nan=False))
    assert back["n_analysed"] == answer.n_analysed
    assert back["sentence"] == answer.sentence
    assert back["options"]["alpha"] == 0.05


def test_gpower_entries_of_a_t_test():
    """d = 2.5 / 5.5 = 0.45455."""
    rows = rows_of("size")
    assert rows["Test family"] == "t tests"
    assert rows["Type of power analysis"] == "A priori: compute required sample size"
    assert rows["Effect size d"] == "0.45455"
    assert rows["Tail(s)"] == "Two"
    assert rows["α err prob"] == "0.05"
    assert rows["Power (1-β err prob)"] == "0.8"
    assert rows["Allocation ratio N2/N1"] == "1"


def test_gpower_entries_of_other_tests():
    """f = d sqrt(2) / 3 / sqrt(1 - 0.55^2) = 0.25657 with twice as many treated."""
    ancova = rows_of("ancova")
    assert (ancova["Test family"], ancova["Effect size f"]) == ("F tests", "0.25657")
    change = rows_of("change")
    # SD of changes: 5.5 sqrt(2 x 0.45) = 5.21776.
    assert (change["Effect size d"], change["Sample size group 1"]) == ("0.47913", "65")
    assert rows_of("detectable")["Effect size d"] == "(found)"
    margin = rows_of("margin")
    assert (margin["Effect size d"], margin["Tail(s)"]) == ("0.36364", "One")
    assert margin["α err prob"] == "0.025"
    shares = rows_of("shares")
    assert (shares["Proportion p1"], shares["Proportion p2"]) == ("0.5", "0.3")


@pytest.mark.parametrize("name", ["width", "precision", "therapists", "shares within a margin"])
def test_gpower_is_not_named_where_it_has_no_such_test(name):
    answer = quick(**QUESTIONS[name])
    assert answer.gpower == ()
    assert "G*Power has no test that answers this." in describe(answer)


def test_the_terminal_shows_sizes_width_and_sentence():
    lines = describe(quick(**QUESTIONS["size"]))
    text = "\n".join(lines)
    for item in ("77 + 77 = 154", "91 + 91 = 182 (15% lost)", "80.0%", "95% confidence interval",
                 "The same in G*Power:"):  # fmt: skip
        assert item in text
    assert lines[0] == "The independent samples t test, two-sided 0.05, power 0.8"

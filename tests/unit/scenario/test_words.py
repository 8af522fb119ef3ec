"""How messages show values and names: recognisable, on one line, never long."""

import math

import pytest

from trialsim.core.errors import Problem, dotted
from trialsim.scenario._words import (
    closest,
    counted,
    kind,
    listed,
    nearest,
    plain,
    shown,
    thousands,
)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing"),
        (True, "true"),
        (5, "5"),
        (50.0, "50.0"),
        (math.nan, ".nan"),
        (-math.inf, "-.inf"),
        (10**60, "1" + "0" * 36 + "..."),
        ("", "empty text"),
        ("two\nlines", "'two lines'"),
        ("x" * 5000, f"'{'x' * 37}...'"),
        ([], "an empty list"),
        ((1, None, "a"), "[1, null, 'a']"),
        ([1] * 100, "a list"),
        ([[1]], "a list"),
        ({}, "an empty mapping"),
        ({"a": 1}, "a mapping"),
    ],
)
def test_values_are_shown_as_written(value, words):
    assert shown(value) == words


def test_kinds_tell_numbers_from_text():
    assert [kind(value) for value in (5, "5", (5,), {"a": 5}, None)] == [
        "the number 5", "the text '5'", "a list", "a mapping", "nothing (null)",
    ]  # fmt: skip


def test_long_lists_of_names_are_counted():
    assert listed(["a", "b", "c"], "or") == "a, b or c"
    assert listed(f"n{i}" for i in range(100)).endswith("n18, n19 and 80 more")


def test_the_nearest_spelling_ignores_capitals():
    assert closest("RMDQ", ["vas", "rmdq"]) == "rmdq"
    assert closest("pain", ["sex"]) == ""
    assert nearest("pian", ["pain", "sex"]) == "Did you mean pain? Known: pain, sex."
    assert nearest("x" * 100_000, []) == "There are none here."


def test_counts_and_measurements_are_written_as_people_do():
    assert (counted(1, "visit"), counted(1000, "visit")) == ("1 visit", "1,000 visits")
    assert (plain(1e6), plain(0.25), plain(1e300)) == ("1000000", "0.25", "1e+300")
    assert (thousands(1_000_000), thousands(10**30)) == ("1,000,000", "1e+30")


def test_odd_keys_stand_in_quotes_and_long_ones_are_cut():
    assert dotted(("a", "two words", "", 'say "x"', 3)) == """a."two words"."".'say "x"'[3]"""
    said = str(Problem(("design", "x" * 5000), "is not a key here."))
    assert said == f"design.{'x' * 57}...: is not a key here."


def test_signs_that_would_move_a_cursor_are_spelt_out():
    said = str(Problem(("a\x1b[2J",), "found 'b\u202ec'.", "d\ne", "f\tg.yaml", 1, 2))
    assert said.isprintable()
    assert "\\x1b[2J" in said and "\\u202e" in said

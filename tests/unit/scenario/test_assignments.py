"""PATH=VALUE as users type it: paths are split, values are read, the rest is refused."""

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialsim.core.errors import ScenarioError, dotted
from trialsim.scenario import overrides
from trialsim.scenario.overrides import parse_assignment, split_path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("title", ("title",)),
        ("outcomes.rmdq.mean[1]", ("outcomes", "rmdq", "mean", 1)),
        ("outcomes.rmdq.mean.1", ("outcomes", "rmdq", "mean", 1)),
        ("correlation[0][2]", ("correlation", 0, 2)),
        ("a[0].b", ("a", 0, "b")),
        (" a.b ", ("a", "b")),
        ("a.01", ("a", "01")),
        ("a.-1", ("a", "-1")),
        ("a.two words", ("a", "two words")),
        ("vary.'design.n_total'", ("vary", "design.n_total")),
        ('vary."design.n_total"[1]', ("vary", "design.n_total", 1)),
        ('arms."1".n', ("arms", "1", "n")),
        ('"".a', ("", "a")),
    ],
)
def test_paths_are_split(text, path):
    assert split_path(text) == path


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", "a.", ".a", "a..b", "a[", "a[]", "a[-1]", "a[x]", "a]", "[0]", "0.a", "a[1]b",
     "a[1", "a. b", 'a"b"', '"a', "a" + ".b" * 50, "a[" + "9" * 5000 + "]"],
)  # fmt: skip
def test_what_is_no_path_is_refused(text):
    with pytest.raises(ScenarioError, match=r"decision\.alpha"):
        split_path(text)


@given(st.lists(st.from_regex(r"[a-z_]{1,5}", fullmatch=True) | st.integers(0, 99), max_size=6))
def test_a_path_survives_being_written_and_split(parts):
    path = ("top", *parts)
    assert split_path(dotted(path)) == path


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("decision.alpha=0.01", "decision.alpha", 0.01),
        ("a=1e3", "a", 1000.0),
        ("a=012", "a", 12),
        ("a=on", "a", "on"),
        ("a=true", "a", True),
        ("a=", "a", None),
        ("a = 5 ", "a", 5),
        ("a=b=c", "a", "b=c"),
        ("a='5'", "a", "5"),
        ("a=two words", "a", "two words"),
        ("a=[1, {b: c}]", "a", [1, {"b": "c"}]),
        ("a={method: simple}", "a", {"method": "simple"}),
        ("a='Trial #2: hips'", "a", "Trial #2: hips"),
        ("a=C#", "a", "C#"),
        ("outcomes.rmdq.mean[1]=9", "outcomes.rmdq.mean[1]", 9),
    ],
)
def test_assignments_are_read(text, path, value):
    found = parse_assignment(text)
    assert found == (path, value)
    assert type(found[1]) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "decision.alpha",
            "--set: found 'decision.alpha': an assignment reads PATH=VALUE. Write for",
        ),
        ("", "--set: found '': an assignment reads PATH=VALUE."),
        ("=5", "--set: found '=5': an assignment reads PATH=VALUE."),
        ("a..b=5", "--set: found 'a..b', which is not a path."),
        ("a.b=[1, 2", "--set: a.b: found '[' with no ']' before the text ends. Close it with ']'"),
        ("a=!x 1", "--set: a: found the tag '!x': tags are not used"),
        ("a={b: 1, b: 2}", "--set: a.b: found 'b' a second time"),
        ("a=[x, !t y]", "--set: a[1]: found the tag '!t'"),
        ("a=@x", "--set: a: found '@' at the beginning of a value."),
        ("a=%x", "--set: a: found '%x'"),
        (
            "a=Trial: hips",
            "--set: a: found 'Trial: hips', which YAML reads as a mapping. If that is",
        ),
        ("a=- b", "--set: a: found '- b', which YAML reads as a list."),
        (
            "a=Trial #2",
            "--set: a: found 'Trial #2', whose '#' would begin a comment. If it is text",
        ),
        ("a=#2", "--set: a: found '#2', whose '#' would begin a comment."),
        ("a=>5", "--set: a: found '>' at the beginning of a value."),
        ("a=|", "--set: a: found '|' at the beginning of a value."),
        ("a=1e999", "--set: a: found a number beyond 1.8e308"),
        ("a=x\0", "--set: a: found an invisible character (U+0000)"),
        ("a=" + "[" * 100_000, "--set: a[0][0][0][0]: found more than 40 levels of nesting."),
    ],
)
def test_unreadable_assignments_are_refused(text, message):
    with pytest.raises(ScenarioError) as caught:
        parse_assignment(text)
    assert message in str(caught.value)
    assert all(problem.hint and problem.line is None for problem in caught.value.problems)


@given(st.text() | st.text().map("a={}".format))
@settings(max_examples=300, deadline=None)
def test_any_assignment_is_read_or_refused(text):
    try:
        path, _ = parse_assignment(text)
        assert split_path(path)
    except ScenarioError as error:
        assert str(error).startswith("--set: ")


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(overrides).failed == 0

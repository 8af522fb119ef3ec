"""What is refused in a scenario's text: where, in which words, and with which way out."""

import pytest
import yaml

from trialsim.core.errors import ScenarioError
from trialsim.scenario import _nodes
from trialsim.scenario.load import parse

LOADERS = [yaml.SafeLoader] + [yaml.CSafeLoader] * yaml.__with_libyaml__


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__)
def parser(request, monkeypatch):
    """Each of the two parsers that PyYAML may have."""
    monkeypatch.setattr(_nodes, "LOADER", request.param)
    return request.param


def refusal(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "f.yaml")
    return str(caught.value)


REFUSED = {
    "a: 1\nb: 2\na: 3": "f.yaml:3:1: a: found 'a' a second time; the first is on line 1, column 1.",
    "x: {a: 1, 'a': 2}": "f.yaml:1:11: x.a: found 'a' a second time; the first is on line 1",
    "a: !!python/object/apply:os.system [ls]": "f.yaml:1:4: a: found the tag '!!python/object/app",
    "a: !!str 1": "f.yaml:1:4: a: found the tag '!!str': tags are not used",
    "a: !arm x": "f.yaml:1:4: a: found the tag '!arm': tags are not used",
    "a: ! x": "f.yaml:1:4: a: found the tag '!'",
    "a: [!x {b: 1}]": "f.yaml:1:5: a[0]: found the tag '!x'",
    "!!map {a: 1}": "f.yaml:1:1: found the tag '!!map'",
    "!x a: 1": "f.yaml:1:1: found the tag '!x'",
    "a: !e!x 1": "f.yaml:1:4: found '!' at the beginning of a value",
    "a: &a {n: 1}\nb:\n  <<: *a": "f.yaml:3:3: b: found the merge key '<<'",
    "a: *b": "f.yaml:1:4: a: found '*b', which stands for a value marked '&b' above it",
    "a: &a [1, *a]": "f.yaml:1:11: a[1]: found '*a' inside '&a', the value it stands for.",
    "a: &a {b: {c: *a}}": "f.yaml:1:15: a.b.c: found '*a' inside '&a'",
    "arms:\n  1: {n: 5}": 'f.yaml:2:3: arms: found the number 1 as a key: keys are text. If it is a'
    ' name, put it in quotes: "1".',
    "1.50: a": 'If it is a name, put it in quotes: "1.50".',
    "True: a": 'f.yaml:1:1: found true as a key: keys are text. If it is a name, put it in quotes: '
    '"True".',
    "~: a": "f.yaml:1:1: found nothing (null) as a key",
    "? [a]\n: 1": "f.yaml:1:3: found a list as a key",
    "{a: 1}: 1": "f.yaml:1:1: found a mapping as a key",
    "a: 1\n---\nb: 2": "f.yaml:2:1: found a second document ('---'): a file holds one scenario.",
    "a: 1\n...\nb: 2": "f.yaml:3:1: found 'b: 2' after the scenario had ended.",
    "%TAG ! x:\n---\na: 1": "f.yaml:1:1: found '%TAG ! x:': directives of YAML are not used here.",
    "\n# x\n%FOO\n---\na: 1": "f.yaml:3:1: found '%FOO': directives",
    "- a": "f.yaml:1:1: found a list; a scenario is made of keys with values.",
    "hello": "f.yaml:1:1: found the text 'hello'; a scenario is made of keys",
    "": "f.yaml: found nothing in it, or nothing but comments.",
    "# only a comment\n": "f.yaml: found nothing in it",
    "---\n": "f.yaml: found nothing in it",
    "~": "f.yaml:1:1: found nothing (null); a scenario is made of keys",
    "a: \x00": "f.yaml:1:4: found an invisible character (U+0000).",
    "a: 1\nb: \u2028": "f.yaml:2:4: found an invisible character (U+2028).",
    "a: \ud800": "f.yaml:1:4: found an invisible character (U+D800).",
    "a: 1" + "0" * 5000: "f.yaml:1:4: a: found a number of 5001 digits: '1000000",
    "a: 1e999": "f.yaml:1:4: a: found a number beyond 1.8e308: '1e999'.",
    # Syntax errors: one of each kind that PyYAML knows, in the words of an author.
    "a:\n\tb: 1": "f.yaml:2:1: found a tab. Indent with spaces only",
    "a:\n  b: 1\n  \tc: 2": "f.yaml:3:3: found a tab.",
    "a: [1, 2\nb: 3\n": "f.yaml:1:4: found '[' with no ']' before line 2. Close it with ']'",
    "a: [\n": "f.yaml:1:4: found '[' with no ']' before the text ends.",
    "a: [{b: 1},\n": "f.yaml:1:4: found '[' with no ']' before the text ends.",
    "a: [1, 2": "f.yaml:1:4: found '[' with no ']' before the text ends.",
    "a: {b: 1\n\n": "f.yaml:1:4: found '{' with no '}' before the text ends.",
    "a: {b: 1 c: 2}": "f.yaml:1:11: found ': 2}' inside '{...}', whose items are separated by ','.",
    "a: [1,,2]": "f.yaml:1:7: found ',2]' where a value should stand.",
    "a: ]": "f.yaml:1:4: found ']' where a value should stand.",
    "a: [1]]": "f.yaml:1:7: found ']' that no '[' or '{' belongs to. Delete it.",
    'a: "x\nb: 1': "f.yaml:1:4: found a quotation mark (\") that is never closed.",
    "a: 'It's here'": "f.yaml:1:8: found 's here'' after a value that was already complete.",
    "a: \"c:\\q\"": 'f.yaml:1:4: found a backslash in "..." that begins no known sign',
    'a: "\\ud800"': 'f.yaml:1:4: found a backslash in "..." that begins no known sign',
    "a:\n  b: 1\n c: 2": "f.yaml:3:2: found 'c: 2' indented by 1, which fits none of the lines",
    "a: 1\n- b": "f.yaml:2:1: found a list item ('- ...') among the keys of a mapping.",
    "a:\n- b\nc:\n  - d\n  e: 1": "f.yaml:5:3: found 'e: 1' among the items of a list.",
    "a: 1\n: 2": "f.yaml:2:1: found ':' with no key before it.",
    "title: a trial: ours": "f.yaml:1:15: found a second ':' in one line. If it belongs to",
    "a: “x: y”": "type plain ones",
    "title: x\n  n: 1": "f.yaml:2:4: found the key 'n' where the value of the line above goes on.",
    "a: 1\nn:65\nb: 2": "f.yaml:2:1: found 'n:65', which is neither `key: value` nor `- item`. Put",
    "a:\n- 1\nb:\n-2\n": "f.yaml:4:1: found '-2', which is neither `key: value` nor `- item`. Put a"
    " space after '-'.",
    "a: 1\nb\nc: 2": "f.yaml:2:1: found 'b', which is neither `key: value` nor `- item`.",
    "a: @x": "f.yaml:1:4: found '@' at the beginning of a value. If it is text, put it in quotes.",
    "a: %x": "f.yaml:1:4: found '%' at the beginning of a value.",
    "a: *": "f.yaml:1:4: found '*' or '&' with no name after it.",
    "a: > 0.05": "f.yaml:1:4: found '|' or '>' at the beginning of a value.",
    "a: - b": "f.yaml:1:4: found a list item ('- ...') in the middle of a line.",
    "a: ? b": "f.yaml:1:4: found '?' at the beginning of a value.",
    "--- a: 1": "f.yaml:1:6: found ':' after '--- a', which cannot be a key.",
    " a: 1\nb: 2": "f.yaml:2:1: found 'b: 2' after the scenario had ended.",
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED.items(), ids=lambda part: repr(part)[:40])
def test_refusals_name_the_place_and_what_was_found(parser, text, message):
    assert message in refusal(text)


@pytest.mark.skipif(len(LOADERS) < 2, reason="needs PyYAML with libyaml")
@pytest.mark.parametrize("text", REFUSED, ids=lambda part: repr(part)[:40])
def test_both_parsers_refuse_in_the_same_words(text, monkeypatch):
    said = []
    for loader in LOADERS:
        monkeypatch.setattr(_nodes, "LOADER", loader)
        said.append(refusal(text))
    assert said[0] == said[1]


def test_escapes_of_impossible_characters_are_refused(parser):
    assert "backslash" in refusal('a: "\\UFFFFFFFF"')
    assert "backslash" in refusal('a: "\\U00110000"')


@pytest.mark.skipif(len(LOADERS) < 2, reason="needs PyYAML with libyaml")
def test_what_only_libyaml_refuses_is_explained_too():
    assert "f.yaml:2:1: found '%' at the beginning of a line." in refusal("a: 1\n%x")
    assert "f.yaml:1:6: found ':' with no space after it." in refusal("a: [b:]")


def test_every_refusal_has_a_way_out(parser):
    for text in REFUSED:
        with pytest.raises(ScenarioError) as caught:
            parse(text)
        for problem in caught.value.problems:
            assert problem.hint and problem.message.endswith(".")
            assert problem.line is None or problem.line >= 1


def test_all_problems_are_told_at_once(parser):
    said = refusal("a: !x 1\na: 2\n3: 4\nb: *c\nd: [\n")
    assert [line.split(": ", 1)[0] for line in said.splitlines()] == [
        "f.yaml:1:4",
        "f.yaml:2:1",
        "f.yaml:3:1",
        "f.yaml:4:4",
        "f.yaml:5:4",
    ]


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "{a: ", "[a, ", "&a [", "a: {"])
def test_deep_nesting_is_refused_not_a_crash(parser, opening):
    assert "more than 40 levels of nesting" in refusal(opening * 100_000)


def test_deep_indentation_is_refused(parser):
    text = "".join(" " * i + "a:\n" for i in range(500))
    assert "f.yaml:41:41: a.a.a.a: found more than 40 levels" in refusal(text)


def test_forty_levels_are_allowed(parser):
    data = parse("a: " + "[" * 39 + "]" * 39).data
    assert repr(data).count("[") == 39


def test_alias_bombs_are_refused(parser):
    lines = ["a0: &a0 [lol, lol, lol]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    said = refusal("\n".join(lines))
    assert "f.yaml:5:5: a4: found more than 20,000 keys and values" in said


def test_references_nested_too_deep_are_refused(parser):
    lines = ["a0: &a0 [x]", *(f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 100))]
    assert "or 40 levels once every '*name' is replaced" in refusal("\n".join(lines))


def test_too_many_values_are_refused(parser):
    said = refusal("a: [" + "1," * 30_000 + "]")
    assert "a[19997]: found more than 20,000 keys and values." in said


def test_ten_thousand_empty_lines_before_a_percent_sign_are_quick():
    assert "found '%'" in refusal("\r\n" * 10_000 + "a: %")

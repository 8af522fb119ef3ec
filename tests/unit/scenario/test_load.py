"""Reading a scenario: YAML 1.2, the place of everything, and refusals that say a way out."""

import copy
import json
import math
import os
import pickle
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trialsim.core.errors import ScenarioError
from trialsim.scenario import _nodes
from trialsim.scenario.load import MAX_BYTES, Document, Place, parse, read

LOADERS = [yaml.SafeLoader] + [yaml.CSafeLoader] * yaml.__with_libyaml__

TRIAL = """\
format: 1
title: Acupressure   # a comment
design:
  arms:
    physiotherapy: {n: 65}
    acupressure: {n: 64}
  visits_weeks: {baseline: 0, after_treatment: 4}
outcomes:
  rmdq:
    mean: [10.45,
           9.5]
    note:
"""


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__)
def parser(request, monkeypatch):
    """Each of the two parsers that PyYAML may have."""
    monkeypatch.setattr(_nodes, "LOADER", request.param)
    return request.param


def refusal(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "f.yaml")
    return str(caught.value)


# --- data -----------------------------------------------------------------------------------------


def test_a_scenario_is_plain_data(parser):
    document = parse(TRIAL)
    assert document.data == {
        "format": 1,
        "title": "Acupressure",
        "design": {
            "arms": {"physiotherapy": {"n": 65}, "acupressure": {"n": 64}},
            "visits_weeks": {"baseline": 0, "after_treatment": 4},
        },
        "outcomes": {"rmdq": {"mean": [10.45, 9.5], "note": None}},
    }
    assert list(document.data["design"]["arms"]) == ["physiotherapy", "acupressure"]
    assert document.text == TRIAL
    assert document.source == "<text>"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None), ("nULL", "nULL"),
        ("true", True), ("True", True), ("TRUE", True), ("tRUE", "tRUE"),
        ("false", False), ("False", False), ("FALSE", False),
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("N", "N"),
        ("0", 0), ("012", 12), ("-7", -7), ("+7", 7), ("0o17", 15), ("0x1F", 31), ("017", 17),
        ("0b11", "0b11"), ("1_000", "1_000"), ("1:30", "1:30"), ("2006-03-25", "2006-03-25"),
        ("-0x1F", "-0x1F"), ("0o8", "0o8"), ("٣", "٣"),
        ("1.5", 1.5), (".5", 0.5), ("-.5", -0.5), ("5.", 5.0), ("1e3", 1000.0), ("1E-3", 0.001),
        ("1.e3", 1000.0), (".", "."), ("e3", "e3"), ("1e", "1e"), ("1.2.3", "1.2.3"), ("-", None),
        (".inf", math.inf), ("+.Inf", math.inf), ("-.INF", -math.inf), ("inf", "inf"),
        ("nan", "nan"), ("1,5", "1,5"), ("50%", "50%"), ("=", "="), ("a b", "a b"),
        ("'1'", "1"), ('"true"', "true"), ("'null'", "null"), ('""', ""), ("'it''s'", "it's"),
        ('"\\u00e9\\n"', "é\n"), ("|\n    1\n", "1\n"), (">-\n    a\n    b\n", "a b"),
    ],
)  # fmt: skip
def test_scalars_follow_the_core_schema_of_yaml_1_2(parser, written, value):
    if written == "-":
        assert parse("key:\n  -").data == {"key": [None]}
        return
    found = parse(f"key: {written}").data["key"]
    assert found == value
    assert type(found) is type(value)


def test_nan_is_read_as_a_number(parser):
    assert math.isnan(parse("key: .nan").data["key"])


def test_references_become_copies(parser):
    document = parse("base: &sd\n  sd: [5, 6]\nother: *sd\n")
    assert document.data == {"base": {"sd": [5, 6]}, "other": {"sd": [5, 6]}}
    document.data["base"]["sd"].append(7)
    assert document.data["other"] == {"sd": [5, 6]}
    # The reference stands on line 3; what it holds is written on line 2.
    assert document.place(("other",)) == Place("<text>", 3, 8)
    assert document.place(("other", "sd", 1)) == Place("<text>", 2, 11)


def test_a_reference_may_be_a_key(parser):
    assert parse("arm: &arm acupressure\n*arm : 1").data == {"arm": "acupressure", "acupressure": 1}


def test_a_version_line_and_document_markers_are_allowed(parser):
    assert parse("# note\n%YAML 1.2\n---\na: 1\n...\n").data == {"a": 1}


def test_quoted_merge_keys_and_numbers_are_ordinary_names(parser):
    assert parse("""{"<<": 1, '1': 2, "true": 3}""").data == {"<<": 1, "1": 2, "true": 3}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_counts_as_one_line(parser, end):
    assert parse(f"a: 1{end}b: 2{end}").place(("b",)) == Place("<text>", 2, 4)


def test_documents_can_be_copied_and_sent_to_workers():
    document = parse(TRIAL)
    assert pickle.loads(pickle.dumps(document)) == document == copy.deepcopy(document)


# --- places ---------------------------------------------------------------------------------------


def test_every_key_and_value_has_its_place(parser):
    document = parse(TRIAL, "hsieh.yaml")
    assert document.place(()) == Place("hsieh.yaml", 1, 1)
    assert document.places["design", "arms", "acupressure", "n"] == Place("hsieh.yaml", 6, 22)
    assert document.key_places["design", "arms", "acupressure", "n"] == Place("hsieh.yaml", 6, 19)
    assert document.key_places["design", "arms"] == Place("hsieh.yaml", 4, 3)
    assert document.places["outcomes", "rmdq", "mean"] == Place("hsieh.yaml", 10, 11)
    assert document.places["outcomes", "rmdq", "mean", 1] == Place("hsieh.yaml", 11, 12)


def test_the_place_of_nothing_is_its_key(parser):
    assert parse(TRIAL).place(("outcomes", "rmdq", "note")) == Place("<text>", 12, 5)


def test_the_place_of_what_is_missing_is_where_it_should_have_been(parser):
    document = parse(TRIAL)
    assert document.place(("design", "arms", "acupressure", "label")) == Place("<text>", 6, 18)
    assert document.place(("decision", "alpha")) == Place("<text>", 1, 1)


def test_a_document_made_without_places_has_none():
    assert Document({}, "", "x", {}, {}).place(("a",)) is None


def test_columns_count_characters_not_bytes(parser):
    assert parse("é🙂: {ü: 1}").place(("é🙂", "ü")) == Place("<text>", 1, 9)


# --- refusals -------------------------------------------------------------------------------------

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
    "1.50: a": 'found the number 1.5 as a key: keys are text. If it is a name, put it in quotes: "1',
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
    "a: 'It's here'": "f.yaml:1:8: found 's here'' after a value that was already complete. Put the",
    "a: \"c:\\q\"": 'f.yaml:1:4: found a backslash in "..." that begins no known sign',
    'a: "\\ud800"': 'f.yaml:1:4: found a backslash in "..." that begins no known sign',
    "a:\n  b: 1\n c: 2": "f.yaml:3:2: found 'c: 2' indented by 1, which fits none of the lines above",
    "a: 1\n- b": "f.yaml:2:1: found a list item ('- ...') among the keys of a mapping.",
    "a:\n- b\nc:\n  - d\n  e: 1": "f.yaml:5:3: found 'e: 1' among the items of a list.",
    "a: 1\n: 2": "f.yaml:2:1: found ':' with no key before it.",
    "title: a trial: ours": "f.yaml:1:15: found a second ':' in one line. If it belongs to the text,",
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
    assert "more than 40 levels of nesting" in refusal(opening * 100_000) or opening == "a: {"


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


# --- files ----------------------------------------------------------------------------------------


def read_refusal(path: Path | str) -> str:
    with pytest.raises(ScenarioError) as caught:
        read(path)
    return str(caught.value)


def test_a_file_is_read_as_written(tmp_path):
    file = tmp_path / "trial.yaml"
    file.write_bytes("format: 1\r\ntitle: Hüfte\r\n".encode())
    document = read(file)
    assert document.data == {"format": 1, "title": "Hüfte"}
    assert document.text == "format: 1\r\ntitle: Hüfte\r\n"
    assert document.source == str(file)
    assert document.place(("title",)) == Place(str(file), 2, 8)


def test_the_source_is_the_name_as_given(tmp_path, monkeypatch):
    (tmp_path / "trial.yaml").write_text("a: [")
    monkeypatch.chdir(tmp_path)
    assert read_refusal("trial.yaml").startswith("trial.yaml:1:4: ")


def test_a_byte_order_mark_of_utf_8_is_ignored(tmp_path):
    file = tmp_path / "trial.yaml"
    file.write_text("a: 1", encoding="utf-8-sig")
    assert read(file).data == {"a": 1}
    assert read(file).place(("a",)) == Place(str(file), 1, 4)
    assert read(file).text == "a: 1"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: 1".encode("utf-16"), "found text in UTF-16; scenarios are UTF-8."),
        ("a: 1".encode("utf-32"), "found text in UTF-32; scenarios are UTF-8."),
        ("a: 1".encode("utf-16-le"), "found NUL bytes: this is not a text file, or not in UTF-8."),
        (b"a: 1\nb: H\xfcfte", ":2:5: found the byte 0xfc, which is not UTF-8."),
        (b"\x89PNG\r\n\x1a\n\0\0", "found NUL bytes"),
        (b"\xef\xbb\xbfa: \xff", ":1:4: found the byte 0xff, which is not UTF-8."),
        (b"a: \x1b[0m", ":1:4: found an invisible character (U+001B)."),
        (b"", "found nothing in it"),
        (b"#" * (MAX_BYTES + 1), "found more than 1 MiB"),
    ],
)
def test_what_is_not_text_is_refused(tmp_path, content, message):
    file = tmp_path / "trial.yaml"
    file.write_bytes(content)
    assert read_refusal(file).startswith(str(file))
    assert message in read_refusal(file)


def test_a_misspelt_file_is_answered_with_the_nearest(tmp_path):
    for name in ("hsieh2006.yaml", "two_arms.yml", "notes.txt"):
        (tmp_path / name).write_text("a: 1")
    nearest = f"there is no such file. Did you mean {tmp_path / 'hsieh2006.yaml'}?"
    for name in ("hseih2006.yaml", "hsieh2006", "Hsieh2006.yml"):
        assert nearest in read_refusal(tmp_path / name)
    assert "That folder has hsieh2006.yaml, two_arms.yml." in read_refusal(tmp_path / "zzzzzzzz")


def test_a_missing_folder_is_named(tmp_path):
    missing = tmp_path / "scenario"
    assert f"there is no folder '{missing}'." in read_refusal(missing / "a.yaml")


def test_a_folder_is_answered_with_its_files(tmp_path):
    assert "found a folder; a scenario is one file. That folder has no" in read_refusal(tmp_path)
    for i in range(7):
        (tmp_path / f"s{i}.yaml").write_text("")
    assert "s0.yaml, s1.yaml, s2.yaml, s3.yaml, s4.yaml and 2 more." in read_refusal(tmp_path)


def test_a_file_under_a_file_does_not_exist(tmp_path):
    (tmp_path / "a.yaml").write_text("a: 1")
    assert "there is no folder" in read_refusal(tmp_path / "a.yaml" / "b.yaml")


@pytest.mark.parametrize("name", ["a\0b.yaml", "x" * 5000])
def test_impossible_names_are_refused(name):
    assert "Check the file's name." in read_refusal(name)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read it all")
def test_a_file_without_permission_is_refused(tmp_path):
    file = tmp_path / "trial.yaml"
    file.write_text("a: 1")
    file.chmod(0)
    assert "no permission to read this file." in read_refusal(file)


def test_permission_refused_by_the_system_is_told(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "no permission to read this file." in read_refusal(tmp_path / "trial.yaml")


# --- properties -----------------------------------------------------------------------------------

# Fragments that meet in scenarios, so that examples get past the first character.
FRAGMENTS = ["a", "n: 1", ": ", "- ", "\n", "\n  ", "\n\t", "[", "]", "{", "}", ",", "'", '"', "&x ",
             "*x", "!t ", "#", "|\n", ">", "%", "@", "---\n", "...\n", "? ", "<<: ", "\\", "\r", "1e9",
             "\ufeff", "\u00a0", "\0", "é"]  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=8)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | NAMES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("loader", LOADERS)
@given(text=TEXTS)
@settings(max_examples=200, deadline=None)
@example(text='"\\UFFFFFFFF"')
@example(text="%YAML 1.99999999999999999999\n---\na: 1")
@example(text="a: !<tag:%ff> b")
@example(text="\ufeff\ufeffa: 1")
def test_any_text_is_read_or_refused(loader, text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_nodes, "LOADER", loader)
        try:
            assert isinstance(parse(text).data, dict)
        except ScenarioError as error:
            assert str(error)
            assert all(problem.hint for problem in error.problems)


@given(content=st.binary() | TEXTS.map(lambda text: text.encode(errors="replace")))
@settings(max_examples=100, deadline=None)
def test_any_file_is_read_or_refused(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(content)
    try:
        assert isinstance(read(file).data, dict)
    except ScenarioError as error:
        assert str(file) in str(error)


@pytest.mark.skipif(len(LOADERS) < 2, reason="needs PyYAML with libyaml")
@given(text=TEXTS.filter(lambda text: "\t" not in text))  # libyaml is kinder to tabs within lines
@settings(max_examples=200, deadline=None)
def test_both_parsers_read_the_same(text):
    read_as = []
    for loader in LOADERS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_nodes, "LOADER", loader)
            try:
                read_as.append(repr(parse(text)))
            except ScenarioError:
                read_as.append("refused")
    assert read_as[0] == read_as[1]


class Quoting(yaml.SafeDumper):
    """Quotes all text: PyYAML writes YAML 1.1, where other words need quotes than in 1.2."""

    quote = '"'

    def represent_text(self, text):
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=self.quote)


Quoting.add_representer(str, Quoting.represent_text)


@pytest.mark.parametrize("loader", LOADERS)
@given(
    data=st.dictionaries(NAMES, PLAIN, max_size=4),
    quote=st.sampled_from(["'", '"']),
    flow=st.booleans(),
    unicode=st.booleans(),
)
@settings(max_examples=100, deadline=None)
def test_data_survive_a_round_trip(loader, data, quote, flow, unicode):
    dumper = type("Dumper", (Quoting,), {"quote": quote})
    text = yaml.dump(data, Dumper=dumper, default_flow_style=flow, allow_unicode=unicode)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_nodes, "LOADER", loader)
        found = parse(text).data
    # As text, which tells True from 1 and finds nan equal to nan; the dumper sorts keys.
    assert canonical(found) == canonical(data)


@given(data=st.dictionaries(NAMES, PLAIN, max_size=4))
@settings(max_examples=50, deadline=None)
def test_json_is_yaml(data):
    text = json.dumps(data, ensure_ascii=False)
    if not re.search("NaN|Infinity|[\ufeff\ufffe\uffff]", text):  # not JSON, or not in YAML
        assert canonical(parse(text).data) == canonical(data)


def canonical(data) -> str:
    return json.dumps(data, sort_keys=True)

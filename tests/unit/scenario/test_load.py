"""Reading a scenario: YAML 1.2 as plain data, and the place of every key and value."""

import copy
import math
import pickle

import pytest
import yaml

from trialsim.scenario import _nodes
from trialsim.scenario.load import Document, Place, parse

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
        ("1.e3", 1000.0), (".", "."), ("e3", "e3"), ("1e", "1e"), ("1.2.3", "1.2.3"),
        (".inf", math.inf), ("+.Inf", math.inf), ("-.INF", -math.inf), ("inf", "inf"),
        ("nan", "nan"), ("1,5", "1,5"), ("50%", "50%"), ("=", "="), ("a b", "a b"),
        ("'1'", "1"), ('"true"', "true"), ("'null'", "null"), ('""', ""), ("'it''s'", "it's"),
        ('"\\u00e9\\n"', "é\n"), ("|\n    1\n", "1\n"), (">-\n    a\n    b\n", "a b"),
    ],
)  # fmt: skip
def test_scalars_follow_the_core_schema_of_yaml_1_2(parser, written, value):
    found = parse(f"key: {written}").data["key"]
    assert found == value
    assert type(found) is type(value)


def test_an_item_with_nothing_behind_it_is_null(parser):
    assert parse("key:\n  -\n  - 1").data == {"key": [None, 1]}


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

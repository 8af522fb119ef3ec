"""Any text is read or refused, by both parsers alike, and what was written is what is read."""

import json
import re

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trialsim.core.errors import ScenarioError
from trialsim.scenario import _nodes
from trialsim.scenario.load import parse, read

LOADERS = [yaml.SafeLoader] + [yaml.CSafeLoader] * yaml.__with_libyaml__

# Fragments that meet in scenarios, so that examples get past the first character.
FRAGMENTS = [
    *(
        "a",
        "n: 1",
        ": ",
        "- ",
        "\n",
        "\n  ",
        "\n\t",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        '"',
        "&x ",
        "*x",
    ),
    *(
        "!t ",
        "#",
        "|\n",
        ">",
        "%",
        "@",
        "---\n",
        "...\n",
        "? ",
        "<<: ",
        "\\",
        "\r",
        "1e9",
        "\ufeff",
    ),
    *("\u00a0", "\0", "é"),
]
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

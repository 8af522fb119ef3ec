"""Reading a scenario from a file: encodings, misspelt names, and what is no file."""

import os
from pathlib import Path

import pytest

from trialsim.core.errors import ScenarioError
from trialsim.scenario.load import MAX_BYTES, Place, read


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

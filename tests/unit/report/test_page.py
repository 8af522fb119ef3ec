"""The page as a document: well formed, complete in itself, and open to all of its readers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from trialsim.plots.base.figure import Drawn
from trialsim.plots.gallery import Figures

ROOT = Path(__file__).parents[3]


def test_every_element_is_closed_where_it_was_opened(page_fixture):
    # Reading the page would have failed otherwise; see `Reader`.
    assert [one.tag for one in page_fixture.root.children] == ["html"]


def test_nothing_runs_and_nothing_is_requested(page_fixture):
    html, root = page_fixture.html, page_fixture.root
    assert not root.all("script", "iframe", "object", "embed", "form", "img", "base")
    for element in root.walk():
        for name, value in element.attributes.items():
            assert not name.startswith("on"), (element.tag, name)
            if name in ("src", "srcset", "poster", "xlink:href", "data", "action"):
                raise AssertionError(f"<{element.tag} {name}={value}> would load something")
            if name == "href" and element.tag != "a":
                assert value.startswith(("#", "data:,")), (element.tag, value)
            if name == "href" and element.tag == "a":
                assert value.startswith(("#", "https://")), value
            assert "url(http" not in value.lower()
    style = "".join(one.text for one in root.all("style"))
    assert "@import" not in style
    assert not re.search(r"url\((?!#)", style)
    assert "@font-face" not in html


def test_a_page_in_a_language_with_a_title_and_landmarks(page_fixture):
    root = page_fixture.root
    (html,) = root.all("html")
    assert html.attributes["lang"] == "en-GB"
    assert [len(root.all(tag)) for tag in ("title", "h1", "main", "header", "nav", "footer")] == [
        1
    ] * 6
    assert root.all("nav")[0].attributes["aria-label"] == "Contents"
    (skip,) = [one for one in root.all("a") if one.attributes.get("class") == "skip"]
    assert skip.attributes["href"] == "#main"
    first = next(one for one in root.walk() if one.tag == "a")
    assert first is skip


def test_identifiers_are_unique_and_references_lead_somewhere(page_fixture):
    root = page_fixture.root
    ids = [one.attributes["id"] for one in root.walk() if "id" in one.attributes]
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})
    for element in root.walk():
        for name, value in element.attributes.items():
            if name == "href" and value.startswith("#"):
                assert value[1:] in ids, value
            if name in ("aria-labelledby", "aria-describedby"):
                assert value in ids, value
            for reference in re.findall(r"url\(#([^)]+)\)", value):
                assert reference in ids, reference


def test_headings_go_down_one_level_at_a_time(page_fixture):
    levels = [int(one.tag[1]) for one in page_fixture.root.all(*(f"h{n}" for n in range(1, 7)))]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_sections_are_named_by_their_headings_and_listed(page_fixture):
    root = page_fixture.root
    sections = root.all("section")
    listed = [one.attributes["href"][1:] for one in root.all("nav")[0].all("a")]
    assert [one.attributes["id"] for one in sections] == listed
    for section in sections:
        (heading,) = section.all("h2")
        assert section.attributes["aria-labelledby"] == heading.attributes["id"]


def test_tables_have_captions_and_their_headings_a_scope(page_fixture):
    tables = page_fixture.root.all("table")
    assert len(tables) > 10
    for table in tables:
        (caption,) = table.all("caption")
        assert caption.text
        assert table.children[0] is caption
        for heading in table.all("th"):
            assert heading.attributes["scope"] in ("col", "row", "rowgroup")
            assert heading.text
        width = len(table.all("thead")[0].all("th", "td"))
        for row in [one for body in table.all("tbody") for one in body.all("tr")]:
            cells = row.all("th", "td")
            spans = [int(cell.attributes.get("colspan", 1)) for cell in cells]
            assert sum(spans) == width, row.text
            assert cells[0].tag == "th"


def test_figures_have_words_a_heading_a_caption_and_their_numbers(page_fixture):
    figures = page_fixture.root.all("figure")
    drawn = page_fixture.results.plot.all()
    assert {one.attributes["id"] for one in figures} == {f"figure-{one.name}" for one in drawn}
    by_name = {f"figure-{one.name}": one for one in drawn}
    for figure in figures:
        expected = by_name[figure.attributes["id"]]
        (svg,) = figure.all("svg")
        assert svg.attributes["role"] == "img"
        assert svg.attributes["aria-label"] == expected.alt
        assert " ".join(expected.takeaway.split()) == figure.all("h3")[0].text
        assert " ".join(expected.caption.split()) == figure.all("figcaption")[0].text
        (numbers,) = figure.all("details")
        rows = [row for body in numbers.all("tbody") for row in body.all("tr")]
        assert len(rows) == min(20, len(expected.numbers))
        assert f"figures/{expected.name}.csv" in numbers.text


def test_a_figure_that_no_section_knows_stands_in_the_last_of_them(make_fixture, monkeypatch):
    draw = Figures.draw

    def renamed(self: Figures, name: str) -> Drawn:
        drawn = draw(self, name)
        return replace(drawn, name="unheard_of") if name == "many_trials" else drawn

    monkeypatch.setattr(Figures, "draw", renamed)
    (figure,) = make_fixture().section("further").all("figure")
    assert figure.attributes["id"] == "figure-unheard_of"


def test_what_wants_to_be_markup_stays_text(full_fixture):
    root = full_fixture.root
    assert "<script" not in full_fixture.html
    assert "javascript:" not in "".join(
        value for one in root.walk() for name, value in one.attributes.items() if name == "href"
    )
    assert root.all("h1")[0].text.startswith("</title></svg><script>alert('x')</script>")
    assert root.all("title")[0].text.startswith("</title>")
    assert not root.all("u")


@pytest.mark.parametrize("wanted", ["report", "report/templates", "report/sections"])
def test_the_wheel_takes_the_whole_package(wanted):
    # hatchling takes every file of a package that git does not ignore: templates too.
    assert 'packages = ["sim/trialsim"]' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert (ROOT / "sim" / "trialsim" / wanted).is_dir()
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    assert not {"*.html", "*.css", "templates/", "report/"} & set(ignored)

"""Worksheet and key: no answer in the one, every answer in the other, nothing from outside."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from matplotlib.text import Text

import trialsim as ts
from trialsim.core.errors import NoAnswer, ScenarioError
from trialsim.teaching.lesson import Lesson
from trialsim.teaching.sets import SETS

SCENARIOS = Path(__file__).parents[3] / "scenarios"

NUMBER = re.compile(r"[\d.,]*\d")

GIVEN = {"W6": {"12"}}
"""Answers that equal a number of the question: at a cut of 16 the number needed to treat is 12, and
12 is the other cut."""


class _Page(HTMLParser):
    """The visible text of each section, and every address that the page names."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: dict[str, str] = {}
        self.addresses: list[str] = []
        self._section, self._hidden = "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "section":
            self._section = str(told.get("id"))
        # The scale of a drawing is no answer; what a drawing says in words is looked at elsewhere.
        self._hidden += tag in ("style", "script", "svg")
        addresses = [told[key] for key in ("src", "href", "action") if told.get(key)]
        self.addresses += [str(one) for one in addresses]
        for key in ("value", "placeholder", "aria-label", "data-answer", "title"):
            self._add(told.get(key) or "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script", "svg")
        if tag == "section":
            self._section = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._add(data)

    def _add(self, text: str) -> None:
        self.sections[self._section] = f"{self.sections.get(self._section, '')} {text}"


def read(page: str) -> _Page:
    found = _Page()
    found.feed(page)
    found.sections = {k: " ".join(text.split()) for k, text in found.sections.items()}
    return found


@pytest.fixture(scope="module", params=["hsieh2006_normal", "hsieh2006"])
def lesson_fixture(request) -> Lesson:
    return ts.lesson(ts.load(SCENARIOS / f"{request.param}.yaml"), "home")


def test_no_answer_is_in_the_worksheet(lesson_fixture):
    """Neither the number of an answer, nor a sentence of the explanation, nor the line to take
    home, nor a table: searched for in the section of each step, and in the page's other text."""
    page = read(lesson_fixture.worksheet())
    for step in lesson_fixture.steps:
        section, revealed = page.sections[step.id], step.revealed
        tokens = set(NUMBER.findall(section))
        for answer in revealed.answers:
            assert answer.text not in section
            if answer.found is not None:
                number = NUMBER.findall(answer.found.text)[0]
                assert number not in tokens - GIVEN.get(step.id, set()), (step.id, number)
        everywhere = " ".join(page.sections.values())
        for told in (*revealed.explain, revealed.remember, revealed.change, revealed.transfer):
            assert told not in everywhere, (step.id, told)
        if revealed.table is not None:
            assert revealed.table.caption not in everywhere


def test_the_funnel_to_guess_at_shows_published_trials_alone(lesson_fixture):
    """Neither the truth nor the pooled estimate is drawn, nor any trial that was not published."""
    (step,) = (one for one in lesson_fixture.steps if one.id == "W8")
    asked, told = step.asked.figure, step.revealed.figure
    assert asked is not None and told is not None
    assert asked.numbers["published"].all() and not told.numbers["published"].all()
    words = " ".join(text.get_text() for text in asked.figure.findobj(Text))
    assert "truth" not in words and "pooled" not in words
    assert "truth" in " ".join(text.get_text() for text in told.figure.findobj(Text))
    x_of_lines = [line.get_xdata() for line in asked.figure.axes[0].lines]
    upright = [x[0] for x in x_of_lines if len(x) == 2 and x[0] == x[1]]
    assert upright == [0]  # no line but that of no effect


def test_no_choice_is_made_for_the_student(lesson_fixture):
    page = lesson_fixture.worksheet()
    assert "checked" not in page.split("<script>")[0].split("</style>")[1]
    for step in lesson_fixture.steps:
        for question in step.asked.questions:
            assert all(option in read(page).sections[step.id] for option in question.options)


def test_the_worksheet_does_not_say_how_to_simulate_the_answers(lesson_fixture):
    page = lesson_fixture.worksheet()
    assert lesson_fixture.reproduce not in page
    assert "data-answer" not in page


def test_the_key_has_every_question_answer_and_explanation(lesson_fixture):
    page = read(lesson_fixture.key())
    for step in lesson_fixture.steps:
        section = page.sections[step.id]
        revealed = step.revealed
        told = [q.text for q in step.asked.questions] + [a.text for a in revealed.answers]
        for text in (*told, *revealed.explain, revealed.remember, revealed.transfer):
            assert " ".join(text.split()) in section, (step.id, text)


def test_pages_ask_for_nothing_from_outside(lesson_fixture):
    for page in (lesson_fixture.worksheet(), lesson_fixture.key()):
        assert all(one.startswith(("#", "data:,")) for one in read(page).addresses)
        assert not re.search(r"@import|url\((?!#)|fetch\(|XMLHttp|localStorage|cookie", page)


def test_every_box_has_a_name_that_readers_hear(lesson_fixture):
    page = lesson_fixture.worksheet()
    boxes = re.findall(r"<(?:input|textarea)\b[^>]*>", page)
    assert boxes
    for box in boxes:
        name = re.search(r'id="([^"]+)"', box)
        is_labelled = name is not None and f'for="{name[1]}"' in page
        # Otherwise the box stands inside its label.
        inside = page[: page.index(box)].rfind("<label") > page[: page.index(box)].rfind("</label>")
        assert is_labelled or inside, box


def test_sets_are_those_of_45_and_90_minutes():
    assert SETS["45"] == ("W1", "W5", "W6", "W9", "W12")
    assert set(SETS["90"]) - set(SETS["45"]) == {"W3", "W4", "W7", "W11"}
    assert len(SETS["home"]) == 14


def test_steps_that_do_not_apply_are_left_out_and_said_so():
    made = ts.lesson(ts.load(SCENARIOS / "murphy2019.yaml"), "90")
    left = {one.id: one.reason for one in made.left_out}
    assert set(left) == {"W3", "W4", "W9", "W11", "W12"}
    assert "one visit after baseline" in left["W4"]
    key = made.key()
    for one in made.left_out:
        assert f"{one.id} {one.title} is left out: {one.reason}." in key
        assert f'id="{one.id}"' not in key


def test_a_trial_without_a_score_has_no_lesson():
    with pytest.raises(NoAnswer, match="not a score"):
        ts.lesson(ts.load(SCENARIOS / "textbook_binary.yaml"), "45")


def test_a_set_that_there_is_not_is_refused():
    with pytest.raises(ScenarioError, match="there is no set '60'"):
        ts.lesson(ts.load(SCENARIOS / "hsieh2006_normal.yaml"), "60")


def test_the_same_lesson_is_the_same_bytes():
    scenario = ts.load(SCENARIOS / "hsieh2006_normal.yaml")
    first, second = (ts.lesson(scenario, "45") for _ in range(2))
    assert first.key() == second.key()
    assert first.worksheet() == second.worksheet()

import pytest
from matplotlib.figure import Figure

from trialsim.plots.base.visit_axis import name_visits, spread, visits_said


def test_names_that_would_touch_are_moved_apart():
    assert spread([10, 12, 90], [20, 20, 20], 0, 100) == [10, 30, 90]
    assert spread([0, 99], [20, 20], 0, 100) == [10, 90]
    assert spread([88, 89, 90], [20, 20, 20], 0, 100) == [50, 70, 90]


@pytest.mark.parametrize(
    ("visits", "shown"),
    [
        ({"baseline": 0, "after": 4}, ["baseline\nweek\u00a00", "after\nweek\u00a04"]),
        ({"week_2": 2, "week_4": 4}, ["week\u00a02", "week\u00a04"]),
        ({f"the_long_name_of_visit_{k}": k for k in range(9)}, [str(k) for k in range(9)]),
        ({f"v{k}": 1000 + k for k in range(40)}, ["1000", "1039"]),
    ],
)
def test_visits_are_named_as_far_as_there_is_room(visits, shown, visible_texts_fixture):
    figure = Figure(figsize=(5, 3))
    ax = figure.subplots()
    depth = name_visits(ax, visits)
    texts = [text.get_text() for text in visible_texts_fixture(figure)]
    numbers = [text for text in texts if text[-1].isdigit()]
    # Ticks of the y axis are numbers with a point.
    assert [text for text in numbers if "." not in text] == shown
    assert list(ax.get_xticks()) == list(visits.values()), "at their true distance"
    assert depth > 13, "room for a line of text"


def test_a_caption_lists_visits_with_their_weeks():
    said = visits_said({"baseline": 0, "week_4": 4, "six_months": 26})
    assert said.replace("\u00a0", " ") == "baseline (week 0), week 4 and six months (week 26)"

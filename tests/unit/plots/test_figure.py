"""What every figure promises: the same bytes twice, nothing global, and text that stays text."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from trialsim.plots.base.figure import Drawn, save
from trialsim.plots.many_trials import draw_many_trials
from trialsim.plots.panel import Published
from trialsim.plots.power_curve import draw_power_curve


@pytest.fixture
def drawings_fixture(panels_fixture, rates_fixture, words_fixture, settings_fixture):
    truths = {"no_effect": 0.0, "large_trials": -1.4}
    told = {**words_fixture, "settings": settings_fixture, "published": Published(-3.8)}

    def bars() -> Drawn:
        return draw_many_trials(panels_fixture(1_000, **truths), **told)

    def dots() -> Drawn:
        return draw_many_trials(panels_fixture(100, **truths), name="few_trials", **told)

    def curves() -> Drawn:
        rates = rates_fixture([90, 129], 300, **truths)
        return draw_power_curve(rates, marked_n_total=129, alpha=0.05, settings=settings_fixture)

    return [bars, dots, curves]


def test_the_same_figure_gives_the_same_bytes(drawings_fixture, tmp_path):
    for place in ("a", "b"):
        for draw in drawings_fixture:
            save(draw(), tmp_path / place)
    written = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(written) == 9
    for name in written:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_saving_writes_picture_drawing_and_numbers(drawings_fixture, tmp_path):
    drawn = drawings_fixture[0]()
    png, svg, csv = save(drawn, tmp_path / "figures")
    assert [path.name for path in (png, svg, csv)] == [
        f"many_trials.{ending}" for ending in ("png", "svg", "csv")
    ]
    with Image.open(png) as picture:
        assert picture.size[0] == 1_500
    root = ElementTree.parse(svg).getroot()
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "large trials" in texts, "text stays text"
    assert "date" not in svg.read_text(encoding="utf-8")
    pd.testing.assert_frame_equal(pd.read_csv(csv), drawn.numbers, check_dtype=False)


def test_the_heading_is_the_takeaway_and_the_caption_has_the_settings(
    drawings_fixture, visible_texts_fixture
):
    for draw in drawings_fixture:
        drawn = draw()
        texts = [one.get_text() for one in visible_texts_fixture(drawn.figure)]
        said = [text.replace("\n", " ").replace("\u00a0", " ") for text in texts]
        assert drawn.takeaway in said
        assert drawn.caption in said
        for part in ("participants", "2,000 simulated trials", "seed 2006", "4c1e9a27", "t test"):
            assert part in drawn.caption
        assert drawn.alt


def test_a_users_settings_are_neither_used_nor_changed(drawings_fixture, tmp_path):
    with matplotlib.rc_context({"font.size": 31.0, "axes.facecolor": "black"}):
        before = dict(matplotlib.rcParams)
        save(drawings_fixture[0](), tmp_path / "odd")
        assert dict(matplotlib.rcParams) == before
    save(drawings_fixture[0](), tmp_path / "plain")
    for path in (tmp_path / "odd").iterdir():
        assert path.read_bytes() == (tmp_path / "plain" / path.name).read_bytes()


def test_figures_can_be_drawn_in_threads(drawings_fixture, tmp_path):
    before = dict(matplotlib.rcParams)

    def draw_and_save(place: int) -> list[bytes]:
        drawn = drawings_fixture[2]()
        return [path.read_bytes() for path in save(drawn, tmp_path / str(place))]

    with ThreadPoolExecutor(4) as threads:
        first, *others = threads.map(draw_and_save, range(6))
    assert all(other == first for other in others)
    assert dict(matplotlib.rcParams) == before


def test_pyplot_is_never_loaded():
    code = (
        "import sys; import trialsim.plots.many_trials, trialsim.plots.power_curve;"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_figure_survives_grey(drawings_fixture, tmp_path):
    # Filled bars, hatched bars and the band must differ in lightness, not only in hue.
    png = save(drawings_fixture[0](), tmp_path)[0]
    with Image.open(png) as picture:
        shades = np.asarray(picture.convert("L"))
    for name, low, high in (("filled", 80, 105), ("band", 228, 240), ("paper", 255, 255)):
        share = ((shades >= low) & (shades <= high)).mean()
        assert share > 0.004, name

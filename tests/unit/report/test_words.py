"""What the page says: its numbers are those of the run, and they move with the scenario."""

from __future__ import annotations

import re

import numpy as np

from trialsim.core.plan import Series
from trialsim.core.records import COLUMNS, FAILURES

CONTRAST = "talking - waiting"


def significant(results, assumption: int, analysis: str = "ancova", contrast: str = CONTRAST):
    """Count of p values below 0.05 per trial that could be analysed, from the estimates alone."""
    column = results.series(Series(assumption, analysis, contrast))
    sound = column["failure"] == 0
    return np.mean(column["p_value"][sound] < 0.05)


def in_100(share: float) -> str:
    return str(int(100 * share + 0.5))


def test_the_headline_is_a_frequency_from_the_estimates(small_fixture):
    false_alarms = in_100(significant(small_fixture.results, 0))
    power = in_100(significant(small_fixture.results, 1))
    text = re.sub("about ", "", small_fixture.headline, flags=re.I)
    assert text.startswith(f"{power} of 100 trials like this one reach p < 0.05 under “hoped for”;")
    assert re.search(rf"; {false_alarms} false alarms? of 100 under “no effect”\.$", text, re.I)


def test_the_headline_follows_the_scenario(small_fixture, make_fixture):
    other = make_fixture(
        {"assumptions": {"no_effect": {}, "hoped_for": {"score": {"talking": -2}}}}
    )
    power = in_100(significant(other.results, 1))
    assert power != in_100(significant(small_fixture.results, 1))
    assert re.match(rf"(About )?{power} of 100 trials", other.headline)


def test_power_is_never_said_where_nothing_differs(make_fixture):
    made = make_fixture({"assumptions": {"no_effect": {}}})
    assert re.fullmatch(
        r"(About )?\d+ false alarms? of 100 trials like this one under “no effect”\.", made.headline
    )
    assert "exaggeration" not in [one.attributes["id"] for one in made.root.all("section")]


def test_too_many_failed_fits_leave_no_headline(make_fixture):
    made = make_fixture({"observation": {"missing": {"lost": {"method": "mcar", "rate": 0.93}}}})
    assert "reach p" not in made.headline
    assert re.search(
        r"the analysis fails in (about )?\d+ of 100 trials under “hoped for”", made.headline, re.I
    )


def test_each_comparison_of_three_arms_has_its_sentence(full_fixture):
    sentences = [
        one.text for one in full_fixture.root.all("p") if one.attributes.get("class") == "headline"
    ]
    assert [text.partition(" ")[0] for text in sentences] == ["Talking", "Walking"]
    for text, arm in zip(sentences, ("talking", "walking"), strict=True):
        share = significant(full_fixture.results, 1, contrast=f"{arm} - waiting")
        assert f"{in_100(share)} of 100 trials" in text


def rows_of(table) -> dict[str, list[str]]:
    rows = [row.all("th", "td") for body in table.all("tbody") for row in body.all("tr")]
    return {row[0].text: [cell.text for cell in row[1:]] for row in rows}


def table_of(made, key: str):
    (found,) = [one for one in made.root.all("table") if one.attributes["id"] == f"table-{key}"]
    return found


def test_four_numbers_stand_together_with_their_errors(small_fixture):
    rows = rows_of(table_of(small_fixture, "four"))
    assert set(rows) == {"no effect", "hoped for"}
    column = small_fixture.results.series(Series(1, "ancova", CONTRAST))
    truth, share, exaggeration, half_width, coverage = rows["hoped for"]
    assert truth == "−4"
    n = len(column["p_value"])
    expected = significant(small_fixture.results, 1)
    assert_shows(
        share.replace("%", ""), 100 * expected, 100 * np.sqrt(expected * (1 - expected) / n)
    )
    found = np.abs(column["estimate"][column["p_value"] < 0.05]) / 4
    error = found.std(ddof=1) / np.sqrt(len(found))
    assert_shows(exaggeration.removeprefix("×"), found.mean(), error)
    half = (column["upper"] - column["lower"]) / 2
    assert_shows(half_width, half.mean(), half.std(ddof=1) / np.sqrt(n))
    holds = np.mean((column["lower"] <= -4) & (column["upper"] >= -4))
    assert_shows(coverage.replace("%", ""), 100 * holds, 100 * np.sqrt(holds * (1 - holds) / n))
    assert rows["no effect"][2] == "–"


def assert_shows(text: str, value: float, error: float) -> None:
    """A cell like `36.1 (0.5)` shows this value to the digits of this error."""
    shown, of = re.fullmatch(r"([−\d.]+) \(([\d.]+)\)", text).groups()
    step = 10.0 ** -len(of.partition(".")[2])
    assert abs(float(of) - error) <= 0.500001 * step
    assert abs(float(shown.replace("−", "-")) - value) <= 0.500001 * step


def test_operating_characteristics_have_a_row_an_analysis(small_fixture):
    for key in ("how-often", "how-right"):
        heads = [
            row for row in rows_of(table_of(small_fixture, key)) if row in ("ancova", "t test")
        ]
        assert heads == ["ancova", "t test"]


def test_values_without_a_source_come_first(full_fixture):
    section = full_fixture.section("assumptions")
    tables = [one.attributes["id"] for one in section.all("table")]
    assert tables == ["table-unsourced", "table-sourced", "table-every-value"]
    unsourced, sourced = (table_of(full_fixture, key).text for key in ("unsourced", "sourced"))
    assert "mean of the comparator at baseline" in unsourced  # mean[1] alone has a source
    assert "mean of the comparator at after" in sourced
    assert "recalled" in sourced
    assert "talking minus" in sourced and "talking minus" not in unsourced
    every = rows_of(table_of(full_fixture, "every-value"))
    assert set(every) == set(full_fixture.results.plan.marks)


def test_a_scenario_without_evidence_says_so(small_fixture):
    section = small_fixture.section("assumptions")
    assert [one.attributes["id"] for one in section.all("table")] == [
        "table-unsourced",
        "table-every-value",
    ]
    assert re.search(r"Of (\d+) values .*, \1 have no source", section.text)


def test_participants_that_reach_an_analysis_are_counted(full_fixture, small_fixture):
    assert "Every participant reaches every analysis." in small_fixture.section("trial").text
    rows = rows_of(table_of(full_fixture, "flow"))
    n = full_fixture.results.series(Series(0, "t_test", "talking - waiting"))["n_analysed"]
    (cells,) = [cells for name, cells in rows.items() if name.startswith("t test, talking")]
    assert cells[0] == "20"
    assert cells[2] == f"{n.min():.0f} to {n.max():.0f}"


def test_published_results_are_placed_or_kept(full_fixture, small_fixture):
    assert "published" not in [one.attributes["id"] for one in small_fixture.root.all("section")]
    cells = rows_of(table_of(full_fixture, "placed"))["paper"]
    assert cells[0] == "−3 (95% CI −5 to −1)"
    estimates = full_fixture.results.series(Series(1, "t_test", CONTRAST))["estimate"]
    found = estimates[np.isfinite(estimates)]
    as_far = np.mean(found <= -3)
    error = np.sqrt(as_far * (1 - as_far) / len(found))
    assert_shows(cells[-1].replace("%", ""), 100 * as_far, 100 * error)
    assert "3 of 10" in table_of(full_fixture, "events").text


def test_missing_data_what_ifs_and_sizes_have_sections_where_there_are_any(
    full_fixture, small_fixture
):
    few = {one.attributes["id"] for one in small_fixture.root.all("section")}
    many = {one.attributes["id"] for one in full_fixture.root.all("section")}
    assert {"missing", "what-if", "published"} <= many - few
    assert "rate 0.4" in table_of(full_fixture, "reasons").text
    rows = rows_of(table_of(full_fixture, "what-if-four"))
    for name in ("as stated", "precise"):
        assert sum(row.startswith(f"{name}, talking minus") for row in rows) == 1
    sizes = [
        name for name in rows_of(table_of(full_fixture, "designs-1")) if "participants" in name
    ]
    assert sizes == ["30 participants*", "60 participants"]


def test_failed_fits_are_counted_with_their_reason(make_fixture):
    made = make_fixture({"observation": {"missing": {"lost": {"method": "mcar", "rate": 0.9}}}})
    values = made.results.values[:, COLUMNS.index("failure")]
    rows = rows_of(table_of(made, "failed"))
    assert len(rows) == np.count_nonzero(values.any(axis=1))
    assert any(FAILURES[1] in cells[-1] for cells in rows.values())


def test_theory_stands_beside_simulation_or_its_absence_is_told(small_fixture, full_fixture):
    assert "4 rows of this run have an exact rejection rate" in small_fixture.section("theory").text
    assert "No closed form is exact" in full_fixture.section("theory").text


def test_what_was_not_simulated_follows_from_the_plan(small_fixture, full_fixture):
    items = [one.text for one in small_fixture.section("limits").all("li")]
    assert "missing data" in items
    assert "missing data" not in [one.text for one in full_fixture.section("limits").all("li")]


def test_checklists_say_where_and_what_is_not_answered(small_fixture, full_fixture):
    for made in (small_fixture, full_fixture):
        rows = [row for one in made.section("checklists").all("tbody") for row in one.all("tr")]
        answers = [row.children[-1] for row in rows]
        assert all(bool(one.all("a")) != one.text.startswith("Not answered: ") for one in answers)
        assert any(one.all("a") for one in answers)
    missing = "Losses after randomisation, with reasons"

    def where(made) -> str:
        rows = [row for one in made.section("checklists").all("tbody") for row in one.all("tr")]
        (found,) = [row.children[-1].text for row in rows if missing in row.text]
        return found

    assert where(small_fixture) == "Not answered: nothing is missing."
    assert where(full_fixture) == "Missing data"


def test_the_page_says_how_to_get_it_again(make_fixture):
    made = make_fixture(**{"decision.alpha": 0.01, "design.n_total": 30})
    section = made.section("reproduce")
    assert (
        "trialsim run talking.yaml --replicates 256 --seed 4 --set decision.alpha=0.01 "
        "--set design.n_total=30"
    ) in section.text
    for part in (made.results.plan.digest, made.results.result_hash):
        assert part in section.text
    assert "title: Talking or waiting" in section.all("pre")[-1].text
    assert "reach p < 0.01" in made.headline


def test_against_a_margin_equally_good_is_power_and_worse_by_it_a_false_alarm(make_fixture):
    decision = {"method": "noninferiority", "margin": 3}
    truths = {"equally_good": {}, "worse": {"score": {"talking": 3}}}
    made = make_fixture({"decision": decision, "assumptions": truths})
    assert re.match(
        r"(About )?\d+ of 100 trials like this one show non-inferiority under “equally good”; "
        r"(about )?\d+ false alarms? of 100 under “worse”\.",
        made.headline,
    )
    assert "non-inferiority by a margin of 3" in made.section("trial").text


def test_who_enters_and_who_treats_is_told(make_fixture):
    made = make_fixture(
        {
            "cohort": {"covariates": {"age": {"distribution": "normal", "mean": 50, "sd": 9}}},
            "conduct": {"therapists": {"talking": {"n": 3, "icc": 0.05}}},
        }
    )
    text = made.section("trial").text
    assert "known of them: age" in text
    assert "treated by 3 therapists: talking" in text
    assert "therapists: talking" in table_of(made, "unsourced").text

"""Two proportions against R 4.2.2 (binom, ratesci, stats) and full enumeration."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from trialsim.core.stages import Rule
from trialsim.kernels import two_by_two
from trialsim.theory.nnt import NumberNeeded
from trialsim.theory.proportions import clopper_pearson_interval, wilson_interval
from trialsim.theory.risk_difference import (
    likely_exact_power,
    newcombe_interval,
    score_interval,
)
from trialsim.theory.two_proportions import (
    approximate_power,
    arcsine_power,
    exact_power,
    p_values,
    size_per_arm,
)

ROWS = json.loads(Path(__file__).with_name("b_proportions.json").read_text(encoding="utf-8"))

# Numbers whose method is not built, by row or by name: a new one must be tested or named here.
LATER_ROWS = {
    "mantel_haenszel_1": "an analysis of strata, which no formula for a size uses",
    "mantel_haenszel_2": "an analysis of strata, which no formula for a size uses",
    "mantel_haenszel_3": "an analysis of strata, which no formula for a size uses",
}
LATER = {
    "agresti_caffo_ci": "a third kind of interval, which neither a run nor a size uses",
    "fisher_conditional_or": "a conditional estimate, which neither a run nor a size uses",
    "fisher_or_ci": "a conditional estimate, which neither a run nor a size uses",
    "zero_cell_correction": "an input of the ratios, which are checked themselves",
    "agresti_coull": "two intervals of one proportion are offered",
    "wald": "two intervals of one proportion are offered",
    "jeffreys": "two intervals of one proportion are offered",
}
RULE = Rule(alpha=0.05, sides=2, sign=1)
Z = 1.959963984540054


def power(inputs):
    p = (inputs["p_treatment"], inputs["p_control"])
    n = (inputs["n_treatment"], inputs["n_control"])
    alpha = inputs["alpha_two_sided"]
    up = p if p[0] >= p[1] else (1 - p[0], 1 - p[1])
    yield "exact_power_pearson", exact_power(*p, *n, alpha)
    yield "exact_power_pearson", likely_exact_power(*p, *n, alpha)
    yield "exact_power_yates", exact_power(*p, *n, alpha, test="yates")
    yield "exact_power_fisher", exact_power(*p, *n, alpha, test="fisher")
    yield "exact_power_wald_unpooled", exact_power(*p, *n, alpha, test="wald")
    yield "exact_power_pearson_one_sided_025", exact_power(*up, *n, alpha / 2, sides=1)
    yield "exact_power_pearson_one_sided_025", likely_exact_power(*up, *n, alpha / 2, sides=1)
    if p[0] != p[1]:
        yield "approx_power_arcsine", arcsine_power(*p, *n, alpha)
        yield "approx_power_rpact_one_sided_025", approximate_power(*p, *n, alpha / 2, sides=1)
        if n[0] == n[1]:
            yield "approx_power_prop_test", approximate_power(*p, *n, alpha)


def sample_size(inputs):
    p = (inputs["p_treatment"], inputs["p_control"])
    level = (inputs["power"], inputs["alpha_one_sided"], 1)
    yield "total_rpact", 2 * size_per_arm(*p, *level)
    yield "n_per_arm_prop_test", size_per_arm(*p, *level)
    yield "n_per_arm_arcsine", size_per_arm(*p, *level, law=arcsine_power)


def single(inputs):
    yield "wilson", wilson_interval(inputs["events"], inputs["n"])
    yield "clopper_pearson", clopper_pearson_interval(inputs["events"], inputs["n"])


def table(inputs):
    counts = [inputs[x] for x in ("events_treatment", "n_treatment", "events_control", "n_control")]
    cells = [np.array([[float(x)]]) for x in counts]
    a, n1, b, n0 = counts

    def number(x):
        return float(x[0, 0])

    difference, se = map(number, two_by_two.risk_difference(*cells))
    wald = (difference - Z * se, difference + Z * se)
    newcombe = tuple(map(number, two_by_two.newcombe_interval(*cells, Z)))
    yield "risk_difference", difference
    yield "wald_ci", wald
    yield "newcombe_ci", newcombe
    yield "newcombe_ci", newcombe_interval(a, n1, b, n0)
    yield "miettinen_nurminen_ci", score_interval(a, n1, b, n0)
    yield "mee_score_ci", score_interval(a, n1, b, n0, correct=False)
    for name, short, interval, measured in (
        ("odds_ratio", "log_or_se", "odds_ratio_woolf_ci", two_by_two.log_odds_ratio),
        ("risk_ratio", "log_rr_se", "risk_ratio_log_ci", two_by_two.log_risk_ratio),
    ):
        log, error = map(number, measured(*cells))
        yield name, math.exp(log)
        yield short, error
        yield interval, (math.exp(log - Z * error), math.exp(log + Z * error))
    yield "fisher_p", number(two_by_two.fisher_p_value(*cells, RULE))
    yield "fisher_p", p_values(n1, n0, test="fisher")[a, b]
    if 0 < a + b < n1 + n0:
        yield "pearson_p", number(two_by_two.chi_square_p_value(*cells, RULE))
        yield "pearson_p", p_values(n1, n0)[a, b]
        yates = two_by_two.chi_square_p_value(*cells, RULE, continuity=True)
        yield "yates_p", number(yates)
        yield "yates_p", p_values(n1, n0, test="yates")[a, b]
    else:
        yield "pearson_p", None
        yield "yates_p", None
    for name, limits in (("nnt_wald", wald), ("nnt_newcombe", newcombe)):
        needed = NumberNeeded(difference, *(min(max(x, -1), 1) for x in limits))
        lower, upper = needed.limits if needed.value != math.inf else (None, None)
        yield (
            name,
            {
                "nnt": needed.value,
                "lower": lower,
                "upper": upper,
                "crosses_infinity": needed.crosses_infinity,
            },
        )


FAMILIES = {"power_": power, "ss_": sample_size, "single_": single, "table_": table}
CHECKED = [row for row in ROWS if row["id"] not in LATER_ROWS]


def assert_same(value, expected, tolerance, name):
    if isinstance(expected, dict):
        assert set(value) == set(expected)
        for key in expected:
            assert_same(value[key], expected[key], tolerance, f"{name}.{key}")
    elif isinstance(expected, list):
        assert list(value) == pytest.approx(expected, **tolerance), name
    elif expected is None or isinstance(expected, bool):
        assert value is expected, name
    else:
        assert value == pytest.approx(float(expected), **tolerance), name


@pytest.mark.evidence(
    "analysis.responder",
    kind="R",
    claim=(
        "Risk difference with Newcombe's interval, log risk ratio, log odds ratio, their "
        "errors and intervals, and p values of ten tables, zero cells included, to 1e-6."
    ),
    source="R 4.2.2; binom 1.1.1.1; ratesci 1.0.0",
)
@pytest.mark.parametrize("row", CHECKED, ids=[row["id"] for row in CHECKED])
def test_proportions_match_r(row):
    family = next(FAMILIES[name] for name in FAMILIES if row["id"].startswith(name))
    # Without a `rel` of its own pytest would add its default of 1e-6 to every row.
    tolerance = {"rel": 0, "abs": 0} | {
        name: row["tolerance"][name] for name in ("abs", "rel") if name in row["tolerance"]
    }
    compared = set()
    for name, value in family(row["inputs"]):
        assert_same(value, row["expected"][name], tolerance, name)
        compared.add(name)
    assert compared == set(row["expected"]) - set(LATER)


def test_every_row_is_tested_or_named_for_later():
    ids = [row["id"] for row in ROWS]
    assert len(ids) == len(set(ids)) == 34
    assert set(LATER_ROWS) <= set(ids)
    assert [i for i in ids if i not in LATER_ROWS and not i.startswith(tuple(FAMILIES))] == []
    assert set(LATER) <= {name for row in ROWS for name in row["expected"]}

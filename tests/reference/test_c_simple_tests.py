"""t, rank and 2x2 tests against R 4.2.2, through the analyses that a scenario names."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import special

from trialsim.analysis.mann_whitney import MannWhitney
from trialsim.analysis.responder import Responder
from trialsim.analysis.t_test import TTest
from trialsim.core.records import TrialData
from trialsim.core.stages import Rule

ROWS = json.loads(Path(__file__).with_name("c_simple_tests.json").read_text(encoding="utf-8"))

# Numbers whose method is not built, by row or by name: a new one must be tested or named here.
LATER_ROWS = {
    "stratified_wilcoxon": "stratified ranks arrive with a stratified analysis",
    "k_sample": "global tests of several arms arrive with multi-arm analyses",
    "table_t3": "tables of more than two columns arrive with ordinal analyses",
    "table_t4": "tables of more than two columns arrive with ordinal analyses",
    "survival_s1": "times to an event arrive with their outcome",
    "survival_s2": "times to an event arrive with their outcome",
}
LATER = {
    "mw_p_exact_permutation": "only the normal approximation of the rank test is offered",
    "mean_permutation_exact_p": "permutation tests of means are not built",
    "hodges_lehmann": "the estimate offered is the chance of superiority",
    "hl_ci": "the estimate offered is the chance of superiority",
    "G2": "the likelihood ratio test is not built",
    "G2_p": "the likelihood ratio test is not built",
    "df": "one for every 2x2 table",
}
RULE = Rule(alpha=0.05, sides=2, sign=1)
SCORE = {"outcome": "score", "visit": "after"}


def analysed(method, x, y):
    """Estimates of one trial in which `x` is the arm and `y` its comparator."""
    values = np.array([[*y, *x]], dtype=float)
    arm = np.array([[0] * len(y) + [1] * len(x)], dtype=np.int8)
    everybody = np.ones(values.shape, dtype=bool)
    data = TrialData(
        arms=("y", "x"),
        visits=("after",),
        sizes=(values.shape[1],),
        enrolled=everybody,
        arm=arm,
        covariates={},
        scores={"score": {"after": values}},
        observed={"score": {"after": everybody}},
        centres={("score", "after"): 3.0},
    )
    found = method.analyse(data, [(1, 0)], RULE)
    names = ("estimate", "se", "df", "p_value", "lower", "upper", "failure")
    return {name: getattr(found, name).item() for name in names}


def two_sample(inputs):
    x, y = inputs["x"], inputs["y"]
    ranks = analysed(MannWhitney(**SCORE), x, y)
    yield "prob_x_greater", ranks["estimate"] + 0.5
    yield "U", (ranks["estimate"] + 0.5) * len(x) * len(y)
    yield "mw_p_normal", ranks["p_value"]
    corrected = analysed(MannWhitney(**SCORE, continuity=True), x, y)
    yield "mw_p_normal_continuity", corrected["p_value"]
    z = np.sqrt(2) * special.erfcinv(ranks["p_value"])
    yield "mw_z", z * np.sign(ranks["estimate"])
    for name, variance in (("t_pooled", "pooled"), ("welch", "welch")):
        found = analysed(TTest(**SCORE, variance=variance), x, y)
        t = name if name == "t_pooled" else "welch_t"
        yield t, found["estimate"] / found["se"]
        yield f"{name}_df", found["df"]
        yield f"{name}_p", found["p_value"]
        yield f"{name}_ci", [found["lower"], found["upper"]]


def table(inputs):
    (a, c), (b, d) = inputs["table_rows_are_arms"]
    x, y = [1] * a + [0] * c, [1] * b + [0] * d
    event = {**SCORE, "cut": 0.5, "event": "above"}
    pearson = analysed(Responder(**event), x, y)["p_value"]
    yield "pearson_p", pearson
    yield "pearson_X2", 2 * special.erfcinv(pearson) ** 2
    yield "yates_p", analysed(Responder(**event, correction=True), x, y)["p_value"]
    yield "fisher_p", analysed(Responder(**event, test="fisher"), x, y)["p_value"]


FAMILIES = {"two_sample_": two_sample, "table_": table}
CHECKED = [row for row in ROWS if row["id"] not in LATER_ROWS]


@pytest.mark.evidence(
    "analysis.mann_whitney",
    kind="R",
    claim=(
        "U, z and the normal p value with and without continuity correction, ties included, "
        "to 1e-8."
    ),
    source="R 4.2.2 wilcox.test; coin 1.4.2",
)
@pytest.mark.evidence(
    "analysis.t_test",
    kind="R",
    claim="Pooled and Welch: t, degrees of freedom, p value and interval, to 1e-8.",
    source="R 4.2.2 t.test",
)
@pytest.mark.evidence(
    "analysis.responder",
    kind="R",
    claim="p values of Pearson's chi-square, Yates's and Fisher's test, to 1e-8.",
    source="R 4.2.2 chisq.test, fisher.test",
)
@pytest.mark.parametrize("row", CHECKED, ids=[row["id"] for row in CHECKED])
def test_simple_tests_match_r(row):
    family = next(FAMILIES[name] for name in FAMILIES if row["id"].startswith(name))
    compared = set()
    for name, value in family(row["inputs"]):
        # Without a `rel` of its own pytest would add its default of 1e-6 to every row.
        tolerance = {"rel": 0, "abs": row["tolerance"]["abs"]}
        assert value == pytest.approx(row["expected"][name], **tolerance), name
        compared.add(name)
    assert compared == set(row["expected"]) - set(LATER)


def test_every_row_is_tested_or_named_for_later():
    ids = [row["id"] for row in ROWS]
    assert len(ids) == len(set(ids)) == 13
    assert set(LATER_ROWS) <= set(ids)
    assert [i for i in ids if i not in LATER_ROWS and not i.startswith(tuple(FAMILIES))] == []
    assert set(LATER) <= {name for row in ROWS for name in row["expected"]}

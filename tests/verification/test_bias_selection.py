"""What is chosen to be reported: against exact laws of several correlated tests."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import integrate, stats

import trialsim as ts
from verification.simulated import assert_matches, share_error, textbook

CRITICAL = stats.norm.ppf(0.975)
NULL = {"assumptions": {"no_effect": {}}}


def t_test(outcome: str, visit: str = "after") -> dict:
    return {"method": "t_test", "outcome": outcome, "visit": visit}


def rejections(results: ts.Results, analysis: str) -> dict[tuple[str, str], np.ndarray]:
    """By what_if and contrast: whether each trial rejects by the reported p value (r,)."""
    cells = results.plan.cells
    return {
        (cells[one.cell].what_if, one.contrast): results.series(one)["p_value"] < 0.05
        for one in results.plan.series()
        if one.analysis == analysis
    }


def several_outcomes(n: int, per_arm: int, arms: dict | None = None) -> dict:
    """Outcomes that correlate 0.5 with one another: each sqrt(0.5) with one that nobody tests."""
    normal = {"method": "repeated_normal", "mean": 0, "sd": 1, "better": "higher"}
    sized = arms or {"control": {"n": per_arm}, "treatment": {"n": per_arm}}
    common = {"correlated_with": {"general": sqrt(0.5)}}
    names = [f"o{i}" for i in range(1, n + 1)]
    return {
        "format": 1,
        "design": {"arms": sized, "visits_weeks": {"after": 4}},
        "outcomes": {"general": normal, **{name: {**normal, **common} for name in names}},
        "analyses": {name: t_test(name) for name in names},
    }


def loaded(data: dict) -> ts.LoadedScenario:
    import yaml

    return ts.loads(yaml.safe_dump(data, sort_keys=False))


BEST = {2: 0.0907, 3: 0.1254, 6: 0.2073, 10: 0.2869}


def any_of(k: int) -> float:
    """Chance that one of k normal statistics correlated 0.5 is beyond 1.96."""

    def all_inside(u: float) -> float:
        high, low = (CRITICAL - sqrt(0.5) * u) / sqrt(0.5), (-CRITICAL - sqrt(0.5) * u) / sqrt(0.5)
        return float(stats.norm.pdf(u) * (stats.norm.cdf(high) - stats.norm.cdf(low)) ** k)

    return 1 - integrate.quad(all_inside, -9, 9)[0]


@pytest.mark.evidence(
    "bias.best_of",
    kind="closed form",
    claim=(
        "The best of 2, 3, 6 and 10 outcomes correlated 0.5 is significant in 9.07, 12.54, 20.73 "
        "and 28.69 of 100 trials without effect, 12,800 trials of 200, to 4 errors (0.010 to "
        "0.016) and 0.001."
    ),
    source="one-factor normal integral",
)
def test_best_of_several_outcomes_matches_the_normal_integral():
    """Large samples; t tests with 198 df differ by less than 0.001. Detects a correlation of 0.6
    or one outcome fewer. On the way: what is reported is the smallest p value of the trial, and
    its estimate."""
    data = several_outcomes(10, 100)
    others = [f"o{i}" for i in range(2, 11)]
    data["bias"] = {"best": {"method": "best_of", "analyses": others, "on": False}}
    data["what_if"] = {
        f"best_{k}": {"bias.best.on": True, "bias.best.analyses": others[: k - 1]} for k in BEST
    }
    results = ts.run(loaded(data), replicates=12_800, seed=51)
    found = rejections(results, "o1")
    for k, quoted in BEST.items():
        exact = any_of(k)
        assert exact == pytest.approx(quoted, abs=0.00006)
        share = found[f"best_{k}", "treatment - control"].mean()
        assert abs(share - exact) <= 4 * share_error(exact, 12_800) + 0.001, (k, share)
    cells = results.plan.cells
    stated, ten = (
        {s.analysis: results.series(s) for s in results.plan.series() if cells[s.cell].what_if == w}
        for w in ("as_stated", "best_10")
    )
    p = np.stack([stated[f"o{i}"]["p_value"] for i in range(1, 11)])
    estimate = np.stack([stated[f"o{i}"]["estimate"] for i in range(1, 11)])
    np.testing.assert_array_equal(ten["o1"]["p_value"], p.min(axis=0))
    chosen = np.take_along_axis(estimate, p.argmin(axis=0)[None], axis=0)[0]
    np.testing.assert_array_equal(ten["o1"]["estimate"], chosen)
    np.testing.assert_array_equal(ten["o2"]["p_value"], p[1])  # the others are as they were


@pytest.mark.evidence(
    "bias.switched_outcome",
    kind="double programming",
    claim=(
        "The primary result stays where it is significant, else the first of the others that is "
        "takes its place, 2,560 trials."
    ),
    source="the rule in NumPy, applied to results as stated",
)
def test_a_disappointing_outcome_is_switched_for_the_first_that_is_significant():
    data = several_outcomes(4, 50)
    mechanism = {"method": "switched_outcome", "analyses": ["o3", "o2"]}
    data["bias"] = {"switched": {**mechanism, "on": False}}
    data["what_if"] = {"on": {"bias.switched.on": True}}
    results = ts.run(loaded(data), replicates=2_560, seed=52)
    cells = results.plan.cells
    stated, switched = (
        {s.analysis: results.series(s) for s in results.plan.series() if cells[s.cell].what_if == w}
        for w in ("as_stated", "on")
    )
    first, third, second = (stated[name] for name in ("o1", "o3", "o2"))
    wanted = np.where(
        first["p_value"] < 0.05,
        first["estimate"],
        np.where(
            third["p_value"] < 0.05,
            third["estimate"],
            np.where(second["p_value"] < 0.05, second["estimate"], first["estimate"]),
        ),
    )
    np.testing.assert_array_equal(switched["o1"]["estimate"], wanted)
    assert (switched["o1"]["estimate"] != first["estimate"]).mean() > 0.03


def test_favourable_results_are_chosen_by_their_own_direction():
    """Of an outcome where higher is better and one where lower is: reported is what speaks most
    for the arm in its own direction. Detects that the primary's direction is used for both."""
    data = several_outcomes(2, 50)
    data["outcomes"]["o2"] = {**data["outcomes"]["o2"], "better": "lower"}
    best = {"method": "best_of", "analyses": ["o2"], "direction": "favourable", "on": False}
    data["bias"] = {"best": best}
    data["what_if"] = {"on": {"bias.best.on": True}}
    results = ts.run(loaded(data), replicates=1_024, seed=53)
    cells = results.plan.cells
    stated, chosen = (
        {s.analysis: results.series(s) for s in results.plan.series() if cells[s.cell].what_if == w}
        for w in ("as_stated", "on")
    )
    support = []
    for name, sign in (("o1", 1), ("o2", -1)):
        t = sign * stated[name]["estimate"] / stated[name]["se"]
        support.append(stats.t.sf(t, stated[name]["df"]))  # one-sided, in its good direction
    wanted = np.where(support[0] <= support[1], stated["o1"]["estimate"], stated["o2"]["estimate"])
    np.testing.assert_array_equal(chosen["o1"]["estimate"], wanted)


def test_murphy_outcomes_and_contrasts():
    """Claim: four outcomes correlated 0.5 and two arms against a control: 27 of 100 trials without
    effect have something significant; with the comparison of the two arms 34. Exact: 200,000 draws
    of the twelve normal statistics, correlated 0.5 between outcomes and 0.5 (or -0.5) between
    comparisons. Replicates 12,800; tolerance 4 errors of both (0.017) and 0.002 for 177 df.
    Detects outcomes correlated 0.6, and a contrast that is left out."""
    arms = {name: {"n": 60} for name in ("usual", "relaxing", "stimulating")}
    data = several_outcomes(4, 60, arms)
    data["design"]["contrasts"] = {
        "relaxing": ["relaxing", "usual"],
        "stimulating": ["stimulating", "usual"],
        "between": ["relaxing", "stimulating"],
    }
    data["bias"] = {"best": {"method": "best_of", "analyses": ["o2", "o3", "o4"]}}
    found = rejections(ts.run(loaded(data), replicates=12_800, seed=54), "o1")
    generator = np.random.Generator(np.random.Philox(54))
    common, own = (
        generator.standard_normal((200_000, 1, 3)),
        generator.standard_normal((200_000, 4, 3)),
    )
    means = sqrt(0.5) * (common + own)  # by outcome and arm
    pairs = {"relaxing": (1, 0), "stimulating": (2, 0), "between": (1, 2)}
    z = {name: np.abs(means[..., a] - means[..., b]) / sqrt(2) for name, (a, b) in pairs.items()}
    for names, quoted in ((("relaxing", "stimulating"), 0.27), (tuple(pairs), 0.34)):
        share = np.any([found["as_stated", name] for name in names], axis=0).mean()
        exact = np.any([(z[name] > CRITICAL).any(axis=1) for name in names], axis=0).mean()
        assert exact == pytest.approx(quoted, abs=0.006)
        error = share_error(exact, 12_800) * sqrt(1 + 12_800 / 200_000)
        assert abs(share - exact) <= 4 * error + 0.002, (names, share, exact)


def boundary_level(critical: np.ndarray) -> float:
    """Chance that a Brownian path without drift, looked at so many equally spaced times, is beyond
    a boundary of z values: Armitage, McPherson and Rowe 1969, by repeated integration."""
    grid = np.linspace(-1, 1, 1_001)
    at = grid * critical[0]
    density = stats.norm.pdf(at)  # of the sum of increments, those still inside
    for k in range(1, len(critical)):
        edge = critical[k] * sqrt(k + 1)
        following = grid * edge
        step = at[1] - at[0]
        weights = np.full(at.size, step)
        weights[[0, -1]] = step / 2
        kernel = stats.norm.pdf(following[:, None] - at[None, :])
        at, density = following, kernel @ (weights * density)
    step = at[1] - at[0]
    return float(1 - step * (density.sum() - (density[0] + density[-1]) / 2))


NAIVE = {5: 0.142, 10: 0.193}
POCOCK = {2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413, 6: 2.453, 7: 2.485, 8: 2.512, 9: 2.535, 10: 2.555}
FLEMING = {
    2: 1.977,
    3: 2.004,
    4: 2.024,
    5: 2.040,
    6: 2.053,
    7: 2.063,
    8: 2.072,
    9: 2.080,
    10: 2.087,
}


@pytest.mark.parametrize("looks", list(POCOCK))
def test_critical_values_keep_the_level(looks):
    """The values that peeking uses, and those of the tables: 0.05 to 0.0003 by integration, and
    1.96 at five and ten looks 0.142 and 0.193."""
    from trialsim.bias._boundaries import levels

    for name, known in (("pocock", POCOCK[looks]), ("obrien_fleming", FLEMING[looks])):
        critical = -stats.norm.ppf(levels(name, looks, 0.05) / 2)
        assert critical[-1] == pytest.approx(known, abs=1e-9)
        assert boundary_level(critical) == pytest.approx(0.05, abs=0.0003)
    if looks in NAIVE:
        level = boundary_level(np.full(looks, CRITICAL))
        assert level == pytest.approx(NAIVE[looks], abs=0.0006)


def peeking(n_per_arm: int, changes: dict | None = None) -> ts.LoadedScenario:
    arms = {"control": {"n": n_per_arm}, "treatment": {"n": n_per_arm}}
    looks = {"method": "peeking", "looks": 5, "on": False}
    return textbook(
        {
            **NULL,
            "analyses": {"t_test": t_test("score")},
            "decision.primary": "t_test",
            "design.arms": arms,
            "bias": {"looks": looks},
            "what_if": {
                "five": {"bias.looks.on": True},
                "ten": {"bias.looks.on": True, "bias.looks.looks": 10},
                "pocock": {"bias.looks.on": True, "bias.looks.boundary": "pocock"},
                "fleming": {"bias.looks.on": True, "bias.looks.boundary": "obrien_fleming"},
            },
            **(changes or {}),
        }
    )


@pytest.mark.evidence(
    "bias.peeking",
    kind="closed form",
    claim=(
        "Five and ten naive looks reject in 14.2 and 19.3 of 100 large trials without effect, and "
        "five with the boundaries of Pocock (2.413) and of O'Brien and Fleming (2.040) in 5.0, "
        "25,600 trials of 600, to 4 errors (0.006 to 0.010) and 0.002."
    ),
    source="Armitage 1969, doi 10.2307/2343787, by repeated integration",
)
def test_looks_at_large_trials_match_repeated_integration():
    """T05 and T06. Detects four looks for five, a final look at another level than the boundary's
    (Pocock then rejects in 6.7), and looks that are not equally spaced."""
    found = rejections(ts.run(peeking(300), replicates=25_600, seed=55), "t_test")
    exact = {
        "as_stated": 0.05,
        "five": boundary_level(np.full(5, CRITICAL)),
        "ten": boundary_level(np.full(10, CRITICAL)),
        "pocock": boundary_level(np.full(5, 2.413)),
        "fleming": boundary_level(2.040 * np.sqrt(5 / np.arange(1, 6))),
    }
    for (what_if, _), rejected in found.items():
        error = share_error(exact[what_if], 25_600)
        assert abs(rejected.mean() - exact[what_if]) <= 4 * error + 0.002, what_if


@pytest.mark.evidence(
    "bias.peeking",
    kind="published",
    claim=(
        "t tests of 129 patients: five looks reject in 14.4, ten in 19.9 of 100, 25,600 trials, to "
        "4 errors (0.010)."
    ),
    source="an independent simulation of t tests at each look",
)
def test_looks_at_129_patients():
    """Independent: 40,000 trials of 64 and 65 in random order, cumulative sums in NumPy."""
    generator = np.random.Generator(np.random.Philox(56))
    exact = {5: 0, 10: 0}
    for _ in range(10):
        score = generator.standard_normal((4_000, 129))
        arm = generator.permuted(np.tile(np.arange(129) < 64, (4_000, 1)), axis=1)
        for looks in exact:
            hit = np.zeros(4_000, dtype=bool)
            for look in range(1, looks + 1):
                n = -(-129 * look // looks)
                inside, y = arm[:, :n], score[:, :n]
                n1 = inside.sum(axis=1)
                n0 = n - n1
                with np.errstate(all="ignore"):
                    m1, m0 = (y * inside).sum(axis=1) / n1, (y * ~inside).sum(axis=1) / n0
                    ss = (y**2).sum(axis=1) - n1 * m1**2 - n0 * m0**2
                    t = (m1 - m0) / np.sqrt(ss / (n - 2) * (1 / n1 + 1 / n0))
                hit |= np.abs(t) > stats.t.ppf(0.975, n - 2)
            exact[looks] += hit.sum() / 40_000
    arms = {"design.arms": {"control": {"n": 65}, "treatment": {"n": 64}}}
    found = rejections(ts.run(peeking(64, arms), replicates=25_600, seed=57), "t_test")
    for looks, name, quoted in ((5, "five", 0.144), (10, "ten", 0.199)):
        assert exact[looks] == pytest.approx(quoted, abs=0.008)
        error = share_error(quoted, 25_600) * sqrt(1 + 25_600 / 40_000)
        assert_matches(found[name, "treatment - control"].mean(), exact[looks], error, name)
    for name in ("pocock", "fleming"):
        share = found[name, "treatment - control"].mean()
        assert abs(share - 0.05) <= 4 * share_error(0.05, 25_600) + 0.001, name


def test_stopping_early_exaggerates():
    """Claim: 80% power and five naive looks: what stops at the first look reports 2.0 times the
    truth, everything significant 1.40 times. Exact: 400,000 Brownian paths with that drift.
    Replicates 12,800 of 600 patients; tolerance 4 errors of both (0.02, 0.01) and 0.01. Detects
    an estimate of the whole trial instead of that at the stop."""
    drift = 2.8016  # z of a trial with power 0.8
    generator = np.random.Generator(np.random.Philox(58))
    path = np.cumsum(generator.standard_normal((400_000, 5)) + drift / sqrt(5), axis=1)
    z = path / np.sqrt(np.arange(1, 6))
    hit = np.abs(z) > CRITICAL
    at = np.argmax(hit, axis=1)
    ratio = z[np.arange(400_000), at] * np.sqrt(5 / (at + 1)) / drift
    ever = hit.any(axis=1)
    exact = {"first": np.abs(ratio[hit[:, 0]]), "all": np.abs(ratio[ever])}
    assert exact["first"].mean() == pytest.approx(2.0, abs=0.05)
    assert exact["all"].mean() == pytest.approx(1.40, abs=0.01)
    effect = drift * sqrt(2 / 300)
    truth = {"assumptions": {"effect": {"score": {"treatment": effect}}}}
    results = ts.run(peeking(300, truth), replicates=12_800, seed=59)
    cells = results.plan.cells
    (five,) = [s for s in results.plan.series() if cells[s.cell].what_if == "five"]
    columns = results.series(five)
    significant = columns["p_value"] < 0.05
    found = np.abs(columns["estimate"]) / effect
    first = significant & (columns["n_analysed"] == 120)
    for name, values in (("first", found[first]), ("all", found[significant])):
        error = np.sqrt(values.var() / values.size + exact[name].var() / exact[name].size)
        assert abs(values.mean() - exact[name].mean()) <= 4 * error + 0.01, name


@pytest.mark.evidence(
    "bias.best_subgroup",
    kind="exact law",
    claim=(
        "Without effect, five factors of two equal levels: 29 of 100 trials report something "
        "significant, 12,800 trials of 320, to 4 errors (0.016) and 0.004."
    ),
    source="200,000 draws of the normal statistics of 32 equal cells; Brookes 2001",
)
def test_subgroups_of_five_factors():
    """Factors by lot, so that levels are not quite equal. Detects four factors, and subgroups that
    are tried where the whole trial is significant already and replace it."""
    generator = np.random.Generator(np.random.Philox(60))
    cell = generator.standard_normal((200_000, 32))
    level = (np.arange(32)[:, None] >> np.arange(5)) & 1
    halves = np.concatenate([level.T == 0, level.T == 1])  # (10, 32)
    z = np.abs(cell @ halves.T) / 4
    whole = np.abs(cell.sum(axis=1)) / sqrt(32) > CRITICAL
    exact = (whole | (z > CRITICAL).any(axis=1)).mean()
    assert exact == pytest.approx(0.29, abs=0.005)
    factors = {f"f{i}": {"distribution": "bernoulli", "share": 0.5} for i in range(5)}
    changes = {
        **NULL,
        "design.arms": {"control": {"n": 160}, "treatment": {"n": 160}},
        "cohort": {"covariates": factors},
        "analyses": {"t_test": t_test("score")},
        "decision.primary": "t_test",
        "bias": {"parts": {"method": "best_subgroup", "by": list(factors), "on": False}},
        "what_if": {"on": {"bias.parts.on": True}},
    }
    results = ts.run(textbook(changes), replicates=12_800, seed=61)
    found = rejections(results, "t_test")
    share = found["on", "treatment - control"].mean()
    error = share_error(exact, 12_800) * sqrt(1 + 12_800 / 200_000)
    assert abs(share - exact) <= 4 * error + 0.004, share
    cells = results.plan.cells
    stated, on = (
        next(results.series(s) for s in results.plan.series() if cells[s.cell].what_if == w)
        for w in ("as_stated", "on")
    )
    already = stated["p_value"] < 0.05
    np.testing.assert_array_equal(on["estimate"][already], stated["estimate"][already])


def test_choices_are_made_in_turn():
    """Claim: looks and the best of two outcomes together reject where at any look either is
    significant, whichever is written first. An identity on 1,024 trials: the one-sided error of
    another order would be seen in about 30 trials."""
    data = several_outcomes(2, 40)
    best = {"method": "best_of", "analyses": ["o2"]}
    looks = {"method": "peeking", "looks": 4}
    found = {}
    for name, bias in {
        "best first": {"best": best, "looks": looks},
        "looks first": {"looks": looks, "best": best},
        "o1": {"looks": looks},
    }.items():
        scenario = loaded({**data, "bias": bias})
        found[name] = rejections(ts.run(scenario, replicates=1_024, seed=62), "o1")
    other = loaded({**data, "bias": {"looks": looks}}).changed({"decision": {"primary": "o2"}})
    second = rejections(ts.run(other, replicates=1_024, seed=62), "o2")
    key = ("as_stated", "treatment - control")
    either = found["o1"][key] | second[key]
    np.testing.assert_array_equal(found["best first"][key], either)
    np.testing.assert_array_equal(found["looks first"][key], either)
    assert either.sum() > found["o1"][key].sum() + 30

"""The trials in which levels are measured: no arm differs, 64 treated and 65 controls.

A run is one scenario and the rows that are read from it. Whatever is registered and has no run of
its own gets the usual one of its stage, so that a new method is measured without further ado.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml
from generator import expected
from scipy import special, stats

from trialsim.cli.example import example
from trialsim.core.registry import STAGES, load_methods, methods

N1, N0 = 64, 65
REPLICATES = 100_000
ALPHA = 0.05

Spec = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """A rejection rate to measure, and the value that it should have."""

    method: str
    """stage.name"""
    variant: Spec
    """Parameters that differ from the defaults."""
    design: str
    """The trial and its analysis, in words."""
    analysis: str
    """Name of the analysis in the scenario."""
    expected: float = ALPHA
    basis: str = "exact"
    """exact: theory gives this value; nominal: theory gives none, and the test should hold its
    level; predicted: theory gives it approximately."""
    nominal: float = ALPHA
    explanation: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Run:
    """One scenario and the rows that are read from it."""

    name: str
    scenario: Spec
    rows: list[Row] = field(default_factory=list)


NORMAL: Spec = {"method": "repeated_normal", "mean": 0, "sd": 1, "correlation": 0.55}
RMDQ: Spec = {
    "method": "bounded_integer",
    "max": 24,
    "mean": [10.45, 9.2],
    "sd": 5.5,
    "correlation": 0.5,
}
SCORE = {"outcome": "score", "visit": "after"}
T_TEST = {"method": "t_test", **SCORE}
RANKS = {"method": "mann_whitney", **SCORE}
ANCOVA = {"method": "ancova", **SCORE}


def trial(outcome: Spec, analyses: Spec, **others: Any) -> Spec:
    """Two arms, one score before and after, no effect; with other keys or in place of these."""
    return {
        "format": 1,
        "design": {
            "arms": {"control": {"n": N0}, "treatment": {"n": N1}},
            "visits_weeks": {"baseline": 0, "after": 4},
        },
        "outcomes": {"score": outcome},
        "analyses": analyses,
        **others,
    }


def runs() -> list[Run]:
    """All of them, in the order of the stages."""
    load_methods()
    found = [
        *_cohort(),
        *_allocation(),
        *_stratified(),
        *_outcomes(),
        *_observation(),
        *_analyses(),
        *_decisions(),
    ]
    known = {row.method for run in found for row in run.rows}
    missing = [f"{s}.{n}" for s in STAGES for n in methods(s) if f"{s}.{n}" not in known]
    if missing:
        raise SystemExit(f"add a run for {', '.join(missing)} to {__file__}")
    return found


def rows() -> list[Row]:
    """The rows of all runs."""
    return [row for run in runs() for row in run.rows]


def _usual(stage: str, name: str) -> Spec:
    """A method with its required parameters, as `trialsim list` shows it."""
    written: Any = yaml.safe_load(example(methods(stage)[name]))
    while isinstance(written, dict) and written.get(STAGES[stage]) != name:
        (written,) = written.values()
    return written if isinstance(written, dict) else {STAGES[stage]: name}


# Covariates

COVARIATES: Mapping[str, Spec] = {
    "bands": {"of": "score", "cuts": [0.0], "correlated_with": {}},
    "truncated_normal": {"mean": 51.4, "sd": 15.6, "min": 18, "max": 81},
    "log_normal": {"mean": 30, "sd": 24},
    "categorical": {"levels": {"mild": 0.5, "moderate": 0.3, "severe": 0.2}},
}


def _cohort() -> Iterator[Run]:
    for name in methods("cohort"):
        spec = COVARIATES.get(name) or _usual("cohort", name)
        spec = {"correlated_with": {"score": 0.4}, **spec, "distribution": name}
        scenario = trial(
            NORMAL,
            {"ancova": {**ANCOVA, "adjust": ["x"]}},
            cohort={"covariates": {"x": spec}},
        )
        # Conditional on the covariate ANCOVA is exact where the rest of the score is normal.
        basis = "exact" if name == "normal" else "nominal"
        text = "ANCOVA adjusted for it, correlation 0.4 with a normal score"
        if name == "bands":
            text = "ANCOVA adjusted for bands of the baseline score, cut at its mean"
        yield Run(f"cohort_{name}", scenario, [Row(f"cohort.{name}", {}, text, "ancova", basis=basis)])


# Allocation

ALLOCATIONS: Mapping[str, list[Spec]] = {
    "permuted_blocks": [{}, {"block_sizes": [4, 6]}],
    "biased_coin": [{}, {"probability": 0.9}],
    "urn": [{}, {"alpha": 1, "beta": 3}],
    "stratified_blocks": [{"strata": ["sex"]}, {"strata": ["sex"], "block_sizes": [4, 6]}],
    "minimisation": [
        {"balance": ["sex"]},
        {"balance": ["sex", "stage"], "measure": "variance"},
        {"balance": ["sex", "stage"], "measure": "sd"},
        {"balance": ["sex"], "probability": 1},
    ],
}
LEVELS: Spec = {
    "sex": {"distribution": "bernoulli", "share": 0.5},
    "stage": {"distribution": "categorical", "levels": {"early": 0.5, "late": 0.5}},
}


def _allocation() -> Iterator[Run]:
    for name in methods("allocation"):
        for i, spec in enumerate(ALLOCATIONS.get(name) or [_usual("allocation", name)]):
            spec = {key: value for key, value in spec.items() if key != "method"}
            scenario = trial(
                NORMAL,
                {"t_test": T_TEST},
                cohort={"covariates": LEVELS},
                allocation={"method": name, **spec},
            )
            text = "t test of a normal score that nothing in the allocation predicts"
            row = Row(f"allocation.{name}", spec, text, "t_test")
            yield Run(f"allocation_{name}_{i}", scenario, [row])


def _stratified() -> Iterator[Run]:
    """A stratum that explains a fifth of the variance, in the analysis and left out of it."""
    n, explained = 128, 0.2
    left = {
        "stratified_blocks": ({"strata": ["sex"]}, expected.block_imbalance(n, 4)),
        "minimisation": ({"balance": ["sex"]}, expected.coin_imbalance(n, 0.8)),
    }
    sex = {**LEVELS["sex"], "correlated_with": {"score": explained**0.5}}
    for name, (spec, squared) in left.items():
        scenario = trial(
            {"method": "repeated_normal", "mean": 0, "sd": 1},
            {"adjusted": {**ANCOVA, "adjust": ["sex"]}, "unadjusted": T_TEST},
            cohort={"covariates": {"sex": sex}},
            allocation={"method": name, **spec},
        )
        scenario["design"] = {
            "arms": {"control": {"n": 64}, "treatment": {"n": 64}},
            "visits_weeks": {"after": 4},
        }
        method = f"allocation.{name}"
        text = "128 patients, a factor that explains 20% of the variance"
        yield Run(
            f"factor_{name}",
            scenario,
            [
                Row(method, spec, f"{text}: ANCOVA adjusted for it", "adjusted", basis="nominal"),
                Row(
                    method,
                    spec,
                    f"{text}: t test, which leaves it out",
                    "unadjusted",
                    expected.unadjusted_size(n, explained, squared, ALPHA),
                    "predicted",
                    explanation="The arms are balanced in the factor, so the difference between "
                    "means varies by four fifths of what the t test thinks, and the test rejects "
                    "too rarely. The analysis should adjust for the factor.",
                    reference="Kahan and Morris 2012, doi 10.1002/sim.4431",
                ),
            ],
        )


# Outcomes

OUTCOMES: Mapping[str, Spec] = {
    "repeated_normal": NORMAL,
    "bounded_integer": RMDQ,
    "binary": {"mean": 0.3},
    "ordinal": {"shares": [0.2, 0.3, 0.3, 0.2]},
    "count": {"mean": 3, "sd": 4},
    "log_normal": {"mean": 100, "sd": 80},
    "gamma": {"mean": 2.28, "sd": 2.62},
}


def _outcomes() -> Iterator[Run]:
    for name in methods("outcomes"):
        spec = {**(OUTCOMES.get(name) or _usual("outcomes", name)), "method": name}
        rows = [
            Row(f"outcomes.{name}", {}, "t test", "t_test", basis="nominal"),
            Row(f"outcomes.{name}", {}, "Mann-Whitney test", "ranks", basis="nominal"),
        ]
        if name == "repeated_normal":
            rows = [replace(rows[0], basis="exact"), _untied(rows[1])]
        if name == "binary":
            sizes = expected.binary_sizes(spec["mean"], N1, N0)
            rows = [
                replace(row, expected=sizes[test], basis="exact", explanation=TABLES)
                for row, test in zip(rows, ("t_test", "mann_whitney"), strict=True)
            ]
        analyses = {"t_test": T_TEST, "ranks": RANKS}
        shown = {key: value for key, value in spec.items() if key not in ("method", "correlation")}
        rows = [replace(row, variant=shown) for row in rows]
        yield Run(f"outcomes_{name}", trial(spec, analyses), rows)


TABLES = (
    "Tables of counts are few, so that no test of them rejects exactly 5%: the exact size is the "
    "sum over all tables that reject."
)


def _untied(row: Row, correction: float = 0.0) -> Row:
    size = expected.mann_whitney_size(N1, N0, correction, row.nominal, 2)
    text = (
        "The normal law of U is an approximation: the exact size is the sum over the exact law "
        "of U at 64 and 65."
    )
    reference = "Mann and Whitney 1947, doi 10.1214/aoms/1177730491"
    return replace(row, expected=size, basis="exact", explanation=text, reference=reference)


# Missing scores

LOSSES: Mapping[str, list[tuple[Spec, str]]] = {
    "mcar": [
        ({"rate": 0.2}, "20% lost"),
        ({"rate": 0.2, "pattern": "intermittent"}, "20% lost"),
    ],
    "mar": [
        ({"outcome": "score", "rate": 0.2}, "20% lost by the baseline score"),
        (
            {"outcome": "score", "rate": 0.2, "pattern": "intermittent"},
            "20% lost by the baseline score",
        ),
    ],
    "mnar": [
        ({"outcome": "score", "rate": 0.2}, "20% lost by the score itself, one rule for both arms"),
        (
            {"outcome": "score", "rate": 0.2, "pattern": "intermittent"},
            "20% lost by the score itself, one rule for both arms",
        ),
    ],
}


def _observation() -> Iterator[Run]:
    analyses = {"t_test": T_TEST, "ancova": ANCOVA}
    for name in methods("observation"):
        usual = [(_usual("observation", name), "as in its example")]
        for i, (spec, lost) in enumerate(LOSSES.get(name, usual)):
            spec = {key: value for key, value in spec.items() if key != "method"}
            exact = name in ("mcar", "mar")
            scenario = trial(NORMAL, analyses, observation=_lost(name, spec))
            rows = [
                Row(
                    f"observation.{name}",
                    spec,
                    f"{lost}: {words} of complete cases",
                    analysis,
                    # Loss that the baseline explains leaves a normal score given the baseline.
                    basis="exact" if exact and (name, analysis) != ("mar", "t_test") else "nominal",
                )
                for analysis, words in (("t_test", "t test"), ("ancova", "ANCOVA"))
            ]
            yield Run(f"observation_{name}_{i}", scenario, rows)
    yield from _loss_by_arm(analyses)


def _lost(name: str, spec: Spec) -> Spec:
    return {"missing": {"lost": {"method": name, **spec}}}


def _loss_by_arm(analyses: Spec) -> Iterator[Run]:
    """Twice as many are lost in the treated arm, the worse of them."""
    spec = {"outcome": "score", "rate": 0.2, "by_arm": {"treatment": 0.4}}
    for name, correlation in (("mar", 0.55), ("mnar", 1.0)):
        size = expected.loss_by_arm_size((N1, N0), (0.4, 0.2), (1.0, 1.0), correlation)
        what = "baseline score" if name == "mar" else "score itself"
        text = f"20% of controls and 40% of the treated lost by the {what}"
        explained = (
            "Those with worse scores are lost, and more of them in one arm, so that the means of "
            "those seen differ although no arm does: bias, not a wrong standard error."
        )
        biased = Row(
            f"observation.{name}",
            {"rate": 0.2, "by_arm": {"treatment": 0.4}},
            f"{text}: t test of complete cases",
            "t_test",
            size,
            "predicted",
            explanation=explained,
            reference="Rubin 1976, doi 10.1093/biomet/63.3.581; noncentral t at the bias",
        )
        rows = [biased]
        if name == "mar":  # given the baseline score, loss says nothing of the score
            rows.append(
                replace(
                    biased,
                    design=f"{text}: ANCOVA of complete cases",
                    analysis="ancova",
                    expected=ALPHA,
                    basis="exact",
                    explanation="",
                    reference="",
                )
            )
        yield Run(
            f"observation_{name}_by_arm",
            trial(NORMAL, analyses, observation=_lost(name, spec)),
            rows,
        )
    standing_in = ("last_observation", "baseline_observation")
    scenario = trial(
        NORMAL,
        {name: {**T_TEST, "missing": name} for name in standing_in},
        observation=_lost("mcar", {"rate": 0.2}),
    )
    yield Run(
        "stand_ins",
        scenario,
        [
            Row(
                "analysis.t_test",
                {"missing": name},
                "normal scores, 20% lost completely at random",
                name,
                basis="nominal" if name == "worst_case" else "exact",
            )
            for name in standing_in
        ],
    )


# Analyses

VARIANTS: Mapping[str, list[Spec]] = {
    "t_test": [{}, {"variance": "welch"}],
    "change_score": [{}],
    "ancova": [
        {},
        {"adjust": []},
        {"adjust": ["baseline", "age", "sex"]},
        {"errors": "hc3"},
        {"errors": "hc3", "adjust": []},
    ],
    "mann_whitney": [{}, {"continuity": True}],
    "responder": [
        {"event": "above"},
        {"event": "at_or_below", "test": "fisher"},
        {"event": "below", "correction": True},
        {"event": "at_or_above", "of": "change"},
        {"event": "above", "measure": "log_risk_ratio"},
        {"event": "above", "measure": "log_odds_ratio", "test": "fisher"},
    ],
}


def _analyses() -> Iterator[Run]:
    covariates = {
        "age": {"distribution": "normal", "mean": 50, "sd": 10},
        "sex": {"distribution": "bernoulli", "share": 0.4},
    }
    for scores, outcome, cut in (
        ("normal scores", NORMAL, 0.25),
        ("scores of the RMDQ, 0 to 24", RMDQ, 12.0),
    ):
        analyses, rows = {}, []
        for name in methods("analysis"):
            usual = {key: value for key, value in _usual("analysis", name).items()}
            for i, variant in enumerate(VARIANTS.get(name, [{}])):
                spec = {**usual, **SCORE, **variant}
                if name == "responder":
                    spec["cut"] = 3.0 if "of" in variant and cut > 1 else cut
                analyses[f"{name}_{i}"] = spec
                if outcome is NORMAL:
                    row = _of_normal_scores(name, variant, f"{name}_{i}", scores)
                else:
                    row = _of_rmdq(name, variant, f"{name}_{i}", scores, cut)
                rows.append(row)
        scenario = trial(outcome, analyses, cohort={"covariates": covariates})
        yield Run(f"analysis_{'normal' if outcome is NORMAL else 'rmdq'}", scenario, rows)


def _of_normal_scores(name: str, variant: Spec, analysis: str, design: str) -> Row:
    row = Row(f"analysis.{name}", variant, design, analysis, basis="nominal")
    if name in ("t_test", "change_score", "ancova") and variant.get("errors") != "hc3":
        is_welch = variant.get("variance") == "welch"
        return replace(row, expected=_welch() if is_welch else ALPHA, basis="exact")
    if name == "ancova":
        covariates = len(variant.get("adjust", ["baseline"]))
        return replace(
            row,
            expected=expected.hc3_size(N1, N0, covariates),
            basis="predicted",
            explanation="HC3 divides each residual by 1 less its leverage, which makes the squared "
            "error about 1 + (covariates + 2)/n too large on average: a little conservative.",
            reference="Long and Ervin 2000, doi 10.1080/00031305.2000.10474549; law of the error "
            "by Imbens and Kolesár 2016, doi 10.1162/REST_a_00552",
        )
    if name == "mann_whitney":
        return _untied(row, 0.5 if variant else 0.0)
    if name == "responder":
        spread = (2 - 2 * NORMAL["correlation"]) ** 0.5 if "of" in variant else 1.0
        return _counted(row, float(special.ndtr(-0.25 / spread)))
    return row


def _of_rmdq(name: str, variant: Spec, analysis: str, design: str, cut: float) -> Row:
    row = Row(f"analysis.{name}", variant, design, analysis, basis="nominal")
    if name == "ancova" and variant.get("errors") == "hc3":
        normal = _of_normal_scores(name, variant, analysis, design)
        return replace(normal, explanation=f"{normal.explanation} Predicted for normal scores.")
    if name == "responder" and "of" not in variant:
        inclusive = variant["event"] in ("at_or_above", "below")  # the upper side holds the cut
        steps, mean, sd = RMDQ["max"], RMDQ["mean"][1], RMDQ["sd"]
        share = mean / steps
        extra = sd**2 / (steps * share * (1 - share))  # 1 + (steps - 1) t
        t = (extra - 1) / (steps - 1)
        law = stats.betabinom(steps, share * (1 - t) / t, (1 - share) * (1 - t) / t)
        return _counted(row, float(law.sf(cut - 1 if inclusive else cut)))
    return row


def _counted(row: Row, share: float) -> Row:
    test = row.variant.get("test", "chi_square")
    if row.variant.get("correction"):
        test = "yates"
    return replace(
        row,
        design=f"{row.design}, {share:.0%} beyond the cut",
        expected=expected.responder_size(share, N1, N0, test),
        basis="exact",
        explanation=TABLES,
        reference="sum over binomial tables, theory/two_proportions.py, checked against R 4.2.2",
    )


def _welch() -> float:
    from trialsim.theory.two_means import welch_power

    return float(welch_power(N1, N0, 0.0))


# Decisions


def _decisions() -> Iterator[Run]:
    analyses = {"t_test": T_TEST, "ancova": ANCOVA}
    for sides, alpha in ((2, 0.05), (2, 0.01), (1, 0.025)):
        decision = {"method": "superiority", "sides": sides, "alpha": alpha}
        variant = {key: value for key, value in decision.items() if key != "method"}
        rows = [
            Row(
                "decision.superiority",
                variant,
                f"{words} of normal scores",
                name,
                alpha,
                nominal=alpha,
            )
            for name, words in (("t_test", "t test"), ("ancova", "ANCOVA"))
        ]
        yield Run(f"superiority_{sides}_{alpha}", trial(NORMAL, analyses, decision=decision), rows)

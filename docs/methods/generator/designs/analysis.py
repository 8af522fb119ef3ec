"""Every analysis and its variants, of normal scores and of a bounded questionnaire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from scipy import special, stats

from generator import expected
from generator.designs.reasons import BINOMIAL, TABLES, untied
from generator.designs.row import ALPHA, N0, N1, NORMAL, RMDQ, SCORE, Row, Run, Spec, trial, usual
from trialsim.core.registry import methods
from trialsim.theory.two_means import welch_power

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
    "interaction": [{"by": "sex"}],
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


def analysis_runs() -> Iterator[Run]:
    """Every variant of every analysis, all in one run a kind of score."""
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
            required = usual("analysis", name)
            for i, variant in enumerate(VARIANTS.get(name, [{}])):
                spec = {**required, **SCORE, **variant}
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
    least_squares = name in ("t_test", "change_score", "ancova", "interaction")
    if least_squares and variant.get("errors") != "hc3":
        is_welch = variant.get("variance") == "welch"
        return replace(
            row, expected=float(welch_power(N1, N0, 0.0)) if is_welch else ALPHA, basis="exact"
        )
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
        return untied(row, 0.5 if variant else 0.0)
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
        reference=BINOMIAL,
    )

"""Reasons why scores are missing: one rule for both arms, and a rule of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator import expected
from generator.designs.row import ANCOVA, N0, N1, NORMAL, T_TEST, Row, Run, Spec, trial, usual
from trialsim.core.registry import methods

VISITS = {"baseline": 0, "after": 4, "later": 26}
SHARES = {"after": 0.1, "later": 0.2}
LATER: Spec = {
    "t_test": {**T_TEST, "visit": "later"},
    "ancova": {**ANCOVA, "visit": "later"},
}
BY_SCORE = {"outcome": "score", "rate": SHARES}
LOST = "20% lost by the last of three visits"
LOSSES: Mapping[str, list[tuple[Spec, str]]] = {
    "mcar": [
        ({"rate": SHARES}, LOST),
        ({"rate": SHARES, "pattern": "intermittent"}, LOST),
    ],
    "mar": [
        (BY_SCORE, f"{LOST}, by the score before"),
        ({**BY_SCORE, "pattern": "intermittent"}, f"{LOST}, by the baseline score"),
    ],
    "mnar": [
        (BY_SCORE, f"{LOST}, by the score itself"),
        ({**BY_SCORE, "pattern": "intermittent"}, f"{LOST}, by the score itself"),
    ],
    "tail": [
        ({"outcome": "score", "rate": 0.2}, "the worst 20% of each arm lost"),
        ({"outcome": "score", "rate": 0.2, "side": "best"}, "the best 20% of each arm lost"),
    ],
}


def followed(outcome: Spec, analyses: Spec, lost: Spec) -> Spec:
    """A trial of three visits with loss."""
    scenario = trial(outcome, analyses, observation={"missing": {"lost": lost}})
    scenario["design"]["visits_weeks"] = VISITS
    return scenario


def observation_runs() -> Iterator[Run]:
    """Loss by one rule in both arms, which leaves them alike."""
    for name in methods("observation"):
        example = [(usual("observation", name), "loss as in its example")]
        for i, (spec, lost) in enumerate(LOSSES.get(name, example)):
            variant = {key: value for key, value in spec.items() if key != "method"}
            by_baseline = name == "mar" and "pattern" in spec
            rows = [
                Row(
                    f"observation.{name}",
                    variant,
                    f"{lost}, one rule for both arms: {words} of complete cases",
                    analysis,
                    # Scores seen are normal if loss is by chance, or given the baseline score.
                    basis="exact" if name == "mcar" or (by_baseline and adjusts) else "nominal",
                )
                for analysis, words, adjusts in (
                    ("t_test", "t test", False),
                    ("ancova", "ANCOVA", True),
                )
            ]
            scenario = followed(NORMAL, LATER, {"method": name, **variant})
            yield Run(f"observation_{name}_{i}", scenario, rows)


def loss_by_arm_runs() -> Iterator[Run]:
    """More are lost in the treated arm, the worse of them."""
    logistic = (expected.logistic_loss(0.4, 1.0), expected.logistic_loss(0.2, 1.0))
    by_arm = {"rate": {"later": 0.2}, "by_arm": {"treatment": {"later": 0.4}}}
    specs = {
        "mar": {"outcome": "score", **by_arm, "pattern": "intermittent"},
        "mnar": {"outcome": "score", **by_arm, "pattern": "intermittent"},
        "tail": {"outcome": "score", "by_arm": {"treatment": 0.2}, "at": ["later"]},
    }
    texts = {
        "mar": "20% of controls and 40% of the treated lost by the baseline score",
        "mnar": "20% of controls and 40% of the treated lost by the score itself",
        "tail": "the worst 20% of the treated lost and nobody else",
    }
    none = expected.tail_loss(0.0)
    sizes = {
        "mar": expected.loss_by_arm_size((N1, N0), logistic, NORMAL["correlation"]),
        "mnar": expected.loss_by_arm_size((N1, N0), logistic),
        "tail": expected.loss_by_arm_size((N1, N0), (expected.tail_loss(0.2), none)),
    }
    for name, spec in specs.items():
        rows = [
            Row(
                f"observation.{name}",
                spec,
                f"{texts[name]}: t test of complete cases",
                "t_test",
                sizes[name],
                "predicted",
                explanation="Those with worse scores are lost, and more of them in one arm, so "
                "that the means of those seen differ although no arm does. This is bias: a larger "
                "trial would reject more often.",
                reference="Rubin 1976, doi 10.1093/biomet/63.3.581; rejection as for normal "
                "scores with the means and variances of those seen, theory/two_means.py",
            )
        ]
        if name == "mar":  # given the baseline score, loss says nothing of the score
            text = f"{texts[name]}: ANCOVA of complete cases"
            rows.append(Row(f"observation.{name}", spec, text, "ancova"))
        scenario = followed(NORMAL, LATER, {"method": name, **spec})
        yield Run(f"observation_{name}_by_arm", scenario, rows)

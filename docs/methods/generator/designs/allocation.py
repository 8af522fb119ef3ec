"""Ways to allocate: where they predict nothing, and where the analysis leaves a factor out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator import expected
from generator.designs.row import ALPHA, ANCOVA, NORMAL, T_TEST, Row, Run, Spec, trial, usual
from trialsim.core.registry import methods

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


def allocation_runs() -> Iterator[Run]:
    """The t test after every allocation, where no factor of it predicts the score."""
    for name in methods("allocation"):
        for i, spec in enumerate(ALLOCATIONS.get(name) or [usual("allocation", name)]):
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


def factor_runs() -> Iterator[Run]:
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

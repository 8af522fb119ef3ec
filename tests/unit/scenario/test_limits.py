"""What is too large or too fine to simulate is refused at once, with the limit and a way out."""

import time

import pytest

import trialsim as ts
from trialsim.core.errors import ScenarioError


def trial(
    *, arms=2, visits=2, outcomes=1, pain="max: 10, mean: 5, sd: 2", links="", analyses=1, extra=""
) -> str:
    rows = [f"    a{i}: {{n: 10}}" for i in range(arms)]
    weeks = ", ".join(f"v{i}: {i}" for i in range(visits))
    scores = [f"  o0: {{method: bounded_integer, {pain}, correlation: 0.3}}"] + [
        f"  o{i}: {{method: repeated_normal, mean: 5, sd: 2, correlation: 0.3{links}}}"
        for i in range(1, outcomes)
    ]
    tests = [f"  t{i}: {{method: t_test, outcome: o0, visit: v1}}" for i in range(analyses)]
    return "\n".join(
        ["format: 1", "design:", "  arms:", *rows, f"  visits_weeks: {{{weeks}}}",
         "outcomes:", *scores, "analyses:", *tests, extra, ""]
    )  # fmt: skip


def seconds_and_refusal(text: str) -> tuple[float, str]:
    began = time.perf_counter()
    try:
        ts.loads(text)
        said = ""
    except ScenarioError as error:
        said = str(error)
    return time.perf_counter() - began, said


@pytest.mark.parametrize(
    "text",
    [
        trial(arms=100),
        trial(visits=60),
        trial(outcomes=100),
        trial(arms=50, visits=60),
        trial(outcomes=100, links=", correlated_with: {o0: 0.1}"),
        trial(analyses=200),
        trial(pain="max: 1000, mean: 500, sd: 200"),
        trial(extra=f"vary: {{design.n_total: {list(range(20, 1020))}}}"),
    ],
    ids=["arms", "visits", "outcomes", "arms and visits", "correlations", "analyses", "steps",
         "points"],
)  # fmt: skip
def test_what_is_large_but_possible_is_read_quickly(text):
    seconds, said = seconds_and_refusal(text)
    assert said == ""
    assert seconds < 5  # about one second at most; the rest is for slow machines


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (trial(arms=101), "design.arms: has 101 arms; at most 100 can be simulated."),
        (trial(visits=5000), "design.visits_weeks: has 5,000 visits; at most 60 can be"),
        (trial(outcomes=1500), "outcomes: has 1,500 outcomes; at most 100 can be simulated."),
        (trial(analyses=1000), "analyses: has 1,000 analyses; at most 200 can be simulated."),
        (
            trial(pain="max: 1000000000, mean: 5, sd: 2"),
            "outcomes.o0.step: a step of 1 makes 1,000,000,000 steps from 0 to 1000000000; at most"
            " 1,000 can be simulated. Write for example `step: 1000000`.",
        ),
        (
            trial(pain="max: 10, mean: 5, sd: 2, step: 1e-12"),
            "outcomes.o0.step: a step of 1e-12 makes 10,000,000,000,000 steps from 0 to 10; at"
            " most 1,000 can be simulated. Write for example `step: 0.01`.",
        ),
        (
            trial(pain="max: 1e308, mean: 5, sd: 2"),
            "outcomes.o0.max: found 1e+308; numbers here are 0 or between 1e-12 and 1e+12 in size.",
        ),
        (
            trial(extra=f"vary: {{design.n_total: {list(range(20, 9020))}}}"),
            "vary: makes 9,000 design points; at most 2,000 fit in one run.",
        ),
        (
            trial(visits=60, outcomes=2),
            "outcomes: makes 3,540 correlations to work out; at most 2,000 fit in one run.",
        ),
        (
            trial(extra="allocation: {method: permuted_blocks, block_sizes: 1000000}"),
            "allocation.block_sizes: found 1,000,000; at most 100,000 patients fit in a block.",
        ),
        (
            trial(outcomes=2, extra="assumptions: {x: {o1: {a1: 1000000000}}}"),
            "at v1, a difference of 1e+09 is more than a thousand SDs. The SD there is 2.",
        ),
        (trial(pain="max: 10, mean: [5, x], sd: 2, step: y"), "o0.step: found 'y', allowed: a num"),
    ],
)
def test_what_is_too_large_is_refused_at_once(text, message):
    seconds, said = seconds_and_refusal(text)
    assert message in said
    assert seconds < 3


def test_a_flood_of_problems_is_cut():
    text = trial() + "".join(f"key{i}: 1\n" for i in range(9000))
    seconds, said = seconds_and_refusal(text)
    lines = said.splitlines()
    assert len(lines) == 51
    assert lines[-1] == "scenario: 8,950 more problems are not shown. Mend these first."
    assert seconds < 5

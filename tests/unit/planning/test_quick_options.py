"""Options of a quick answer that no trial could have, or that contradict each other."""

import subprocess
import sys

import pytest

from trialsim.core.errors import ScenarioError
from trialsim.planning.quick import quick

MEANS = {"difference": 2.5, "sd": 5.5, "power": 0.8}
SHARES = {"p1": 0.3, "p2": 0.5, "power": 0.8}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({**MEANS, "sd": 0}, "sd: found 0, must be above 0"),
        ({**MEANS, "sd": float("nan")}, "sd: found nan, must be a finite number"),
        ({**MEANS, "power": 1}, "power: found 1, must be above alpha"),
        ({**MEANS, "power": 0.05}, "power: found 0.05, must be above alpha"),
        ({**MEANS, "alpha": 0}, "alpha: found 0"),
        ({**MEANS, "alpha": 0.5, "sides": 1}, "below 0.5"),
        ({**MEANS, "sides": 3}, "sides: found 3, must be 1 or 2"),
        ({**MEANS, "ratio": 0}, "ratio: found 0"),
        ({**MEANS, "r": 1}, "r: found 1, must be between -1 and 1"),
        ({**MEANS, "loss": 1}, "loss: found 1"),
        ({**MEANS, "difference": 0}, "difference: there is no difference to detect"),
        ({**MEANS, "margin": 0}, "margin: found 0"),
        ({**MEANS, "margin": 2}, "margin: a true difference of 2.5 is as bad as the margin 2"),
        ({**MEANS, "margin": 2.5}, "as bad as the margin"),
        ({**MEANS, "therapists": 1, "icc": 0.05}, "therapists: found 1, must be 2 or more"),
        ({**MEANS, "therapists": 4}, "icc: missing"),
        ({**MEANS, "icc": 0.05}, "therapists: missing"),
        ({**MEANS, "therapists": 4, "icc": 0.7, "r": 0.6}, "the baseline leaves only 0.64"),
        ({**MEANS, "change": True}, "change: needs r"),
        ({**MEANS, "welch": True, "r": 0.5}, "welch: compares"),
        ({**MEANS, "welch": True, "therapists": 4, "icc": 0.1}, "welch: therapists"),
        ({**MEANS, "n_total": 129}, "power: follows from n and the difference"),
        ({**MEANS, "width": 2}, "width, power"),
        ({"sd": 5.5, "n_total": 129, "width": 2}, "width: follows from n"),
        ({"sd": 5.5, "n_total": 129.5}, "n_total: found 129.5"),
        ({"sd": 5.5, "n_total": 3}, "n_total: found 3"),
        ({"sd": 5.5, "n_total": 6, "loss": 0.5}, "n_total: 6 leaves 1 and 1"),
        ({"sd": 5.5, "n_total": 20, "therapists": 12, "icc": 0.1}, "n_total: 20 leaves 10 and 10"),
        ({"sd": 5.5, "power": 0.8}, "difference: missing"),
        ({"sd": 5.5, "difference": 2}, "power: missing"),
        ({"difference": 2, "power": 0.8}, "sd: missing"),
        ({**SHARES, "p1": 1.3}, "p1: found 1.3"),
        ({**SHARES, "p2": 0.3}, "p2: there is no difference to detect"),
        ({**SHARES, "sd": 5.5}, "sd: means only"),
        ({**SHARES, "difference": 0.2}, "difference: means only"),
        ({**SHARES, "margin": -0.1, "p2": 0.1}, "as bad as the margin"),
        ({"p2": 0.5, "power": 0.8}, "p1: missing"),
        ({"p1": 0.5, "power": 0.8}, "p2: missing"),
        ({"p1": 0.5, "width": 2}, "width: found 2, must be below 2"),
    ],
)
def test_each_mistake_is_named_with_its_rule(options, text):
    with pytest.raises(ScenarioError) as caught:
        quick(**options)
    assert text in str(caught.value)
    assert all(problem.source == "option" for problem in caught.value.problems)
    assert str(caught.value).startswith("option: ")


def test_all_mistakes_come_at_once():
    with pytest.raises(ScenarioError) as caught:
        quick(sd=-1, power=2, r=1, loss=3, ratio=-1)
    named = [problem.message.split(":")[0] for problem in caught.value.problems]
    assert named == ["sd", "power", "r", "ratio", "loss"]
    with pytest.raises(ScenarioError) as caught:
        quick(p1=0.2, sd=3, change=True)
    assert len(caught.value.problems) == 3


def test_asking_needs_no_slow_library():
    """Nothing of a run, and of scipy the special functions alone."""
    code = (
        "import sys, trialsim.planning.quick as q; q.quick(difference=2.5, sd=5.5, power=0.8);"
        "slow = ('scipy.stats', 'scipy.optimize', 'pandas', 'matplotlib', 'pydantic',"
        " 'trialsim.study');"
        "print([name for name in slow if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

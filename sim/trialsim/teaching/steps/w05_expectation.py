"""W5, measurement: what patients expect moves what they report, and size does not cure it.

Hróbjartsson and others 2014, doi 10.1093/ije/dyu115; against it Moustgaard and others 2020
(MetaBLIND), doi 10.1136/bmj.l6802.
"""

from __future__ import annotations

from trialsim.appraisal.expectation import expectation_curve
from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.expectation import Expected, draw_expectation
from trialsim.teaching import applies
from trialsim.teaching.bench import ANCOVA, Bench
from trialsim.teaching.found import amount, complement, count, exact_share
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Rows, Step
from trialsim.teaching.trial import POST, Trial
from trialsim.theory.two_means import t_test_power

ID, TITLE, TOPIC, MINUTES = "W5", "Patients knew what they got", "Measurement of the outcome", 10

BETWEEN_ARMS = 0.56
"""SDs by which patients who knew their treatment reported better scores, within trials."""
SIZES = (0.1, 0.2, 0.3, 0.5, 0.56, 0.63)
LARGE, SMALL = 500, 0.2
"""Patients in each arm of a large trial, and SDs of a small expectation."""
_CURVE = 1024
"""Simulated trials for each dot of the figure."""


def reason(trial: Trial) -> str:
    """A score is needed."""
    return applies.score(trial)


def make(bench: Bench) -> Step:
    """No effect, and an expectation of 0.56 SD in the arm: how often is the trial significant?"""
    trial = bench.trial
    post = bench.rejections(BETWEEN_ARMS)
    adjusted = bench.rejections(BETWEEN_ARMS, analysis=ANCOVA) if trial.baseline else None
    large = exact_share(float(t_test_power(LARGE, LARGE, SMALL, 1.0, trial.alpha)))
    small = exact_share(
        float(t_test_power(trial.n_comparator, trial.n_arm, SMALL, 1.0, trial.alpha))
    )
    points = amount(BETWEEN_ARMS * trial.sd, trial.unit)
    sizes = {size: bench.rejections(size) for size in (SIZES if trial.is_normal else SIZES[1::3])}
    covers = complement(adjusted or post)
    best = "post scores" if adjusted is None else "ANCOVA"
    asked = Asked(
        claim=f"“We simply asked the patients. With {trial.arm} they felt better.”",
        questions=(
            Question(
                f"Patients knew their treatment and filled in the form themselves. Suppose that "
                f"{trial.arm} does nothing more than {trial.comparator}, and that those who got "
                f"it report {BETWEEN_ARMS} SD ({points}) less trouble because they expect it. In "
                "how many of 100 trials of this size is the difference significant?",
                "number",
                "of 100 trials",
            ),
            Question(f"Would {LARGE} patients in each arm help?", "choice", options=("yes", "no")),
        ),
        transfer="Name an outcome of this trial that expectation could not move, or hardly.",
    )
    also = [] if adjusted is None else [f"By ANCOVA it is {adjusted}: precision helps bias, too."]
    revealed = Revealed(
        answers=(
            Answer(f"{post.told}{'' if adjusted is None else f'; by ANCOVA {adjusted}'}.", post),
            Answer("No, it makes it worse."),
        ),
        explain=(
            f"The trial is significant in {post} and the treatment does nothing. They are false "
            "alarms.",
            *also,
            f"The interval by {best} holds the truth, no effect, in {covers} trials.",
            f"With an expectation of {SMALL} SD, {small} trials of this size are significant; with "
            f"{LARGE} an arm {large} are.",
            "How large it is in trials against a credible treatment is not settled: 0.56 SD (0.41 "
            "to 0.71) within trials that had blinded and other patients (Hróbjartsson 2014), "
            "little on average between trials (MetaBLIND 2020, ratio of odds ratios 0.91, 0.61 to "
            "1.34), 0.38 SD (−0.20 to 0.96) in acupuncture trials alone. Give a range, no "
            "correction.",
        ),
        remember="More patients cure noise, not bias.",
        change="Blinding, a comparator that patients believe in as much, or an outcome that they "
        "do not judge themselves.",
        transfer="Something that is counted or measured by somebody who does not know the arm: "
        "days off work in a register, a walking test. Whether it matters to patients is another "
        "question.",
        table=Rows(
            "No effect: significant trials by size of the expectation",
            ("expectation in SD", f"in {trial.unit}", "significant"),
            tuple(
                (f"{size:g}", f"{size * trial.sd:.1f}", found.text) for size, found in sizes.items()
            ),
            "Comparison of scores after treatment.",
        ),
        figure=_figure(bench),
    )
    numbers = {"post": post, "points": points, "large": large, "small": small, "covers": covers}
    numbers |= {"in_sd": amount(BETWEEN_ARMS, "SD", 2, "Hróbjartsson 2014")}
    numbers |= {"large_arms": count(LARGE), "less": amount(SMALL, "SD", 1, "assumed")}
    numbers |= {} if adjusted is None else {"ancova": adjusted}
    numbers |= {f"at_{round(100 * size):03d}": found for size, found in sizes.items()}
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, numbers)


def _figure(bench: Bench) -> Drawn:
    """P7 for scores after treatment."""
    curve = expectation_curve(bench.variant({}), analysis=POST, replicates=bench.at_most(_CURVE))
    told = Expected(
        curve.n_total, len(bench.trial.design.arms), curve.sd, curve.unit, bench.trial.alpha
    )
    settings = Settings(curve.n_total, curve.replicates, curve.seed, curve.digest, "scores")
    return draw_expectation(curve.frame, told, settings)

"""T01 to T24: settings, what is expected and why, and the ways in which the tool gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from teaching_numbers import picks
from teaching_numbers.ways import Changes, Disagree, Guessed, Line, Row, Run, Way


@dataclass(frozen=True)
class Part:
    """One number of an entry."""

    what: str
    expected: float
    """As courses print it, or as recomputed for this tool."""
    label: str
    """What kind of number the expected one is."""
    way: Way
    exact: str = ""
    """Line that gives the exact value of this very design; empty where there is none."""
    rmdq: Way | None = None
    """The same with RMDQ scores."""
    rmdq_exact: str = ""
    """Line, where the law of the bounded score is easily summed."""


@dataclass(frozen=True)
class Entry:
    """A setting, its numbers, and what is to be said of them."""

    id: str
    setting: str
    source: str
    """Where the number, or the law that it follows from, was published."""
    parts: tuple[Part, ...]
    rmdq_why: str
    """Why RMDQ scores differ, or why there is no such number."""
    note: str = ""


BOUNDED: Changes = (
    ("outcomes.rmdq.method", "bounded_integer"),
    ("outcomes.rmdq.min", "0"),
    ("outcomes.rmdq.max", "24"),
)
"""Turns the normal scores of hsieh2006_normal and its kin into whole numbers from 0 to 24."""

SIXTY_FOUR: Changes = (("design.arms.physiotherapy.n", "64"),)

NO_TRIAL = "No scores enter it: the same."


def _effect(name: str, difference: float) -> Changes:
    truth = f"{{{name}: {{rmdq: {{acupressure: {{difference: {difference:g}, sd: 5.5}}}}}}}}"
    return (("assumptions", truth), ("evidence", "{}"))


def _hsieh(pick: Any, *changes: Changes) -> Run:
    """A run of Hsieh 2006 with normal scores."""
    return Run("hsieh2006_normal", pick, sum(changes, ()))


def _both(pick: Any, *changes: Changes) -> dict[str, Way]:
    """The same run with normal and with RMDQ scores."""
    return {"way": _hsieh(pick, *changes), "rmdq": _hsieh(pick, *changes, BOUNDED)}


HALF = _effect("half", -2.75)
SMALL, TINY = _effect("small", -1.148), _effect("tiny", -0.285)
NCP_SMALL, NCP_TINY = (f"{d}/5.5/sqrt(1/64+1/65)" for d in (1.148, 0.285))

ALONE: Changes = (("published", "{}"), ("evidence", "{}"), ("decision.primary", "t_test"))
NULL: Changes = (("assumptions", "{no_effect: {}}"),)
T_TEST: Changes = (
    ("analyses", "{t_test: {method: t_test, outcome: rmdq, visit: after_treatment}}"),
)


def _looks(looks: str) -> Changes:
    return (*NULL, *ALONE, *T_TEST, ("bias", f"{{looks: {{method: peeking, looks: 5{looks}}}}}"))


LARGE: Changes = (("design.arms.physiotherapy.n", "300"), ("design.arms.acupressure.n", "300"))
REJECTS = Row("no_effect", "t_test")


def _expectation(pick: Row) -> dict[str, Way]:
    size = "{expected: {method: expectation, size: {rmdq: -0.56}, unit: sd}}"
    return _both(pick, NULL, ALONE, (("bias", size),))


ROWS = [f"row_{number}" for number in range(1, 11)]


def _baseline_rows(outcome: str) -> Run:
    others = ", ".join(ROWS[1:])
    tests = ", ".join(f"{r}: {{method: t_test, outcome: {r}, visit: baseline}}" for r in ROWS)
    changes = (
        ("outcomes", "{" + ", ".join(f"{row}: {{{outcome}}}" for row in ROWS) + "}"),
        *NULL,
        ("analyses", f"{{{tests}}}"),
        ("decision.primary", "row_1"),
        ("bias", f"{{any: {{method: best_of, analyses: [{others}]}}}}"),
        ("evidence", "{}"),
    )
    return Run("textbook", Row("no_effect", "row_1"), changes)


NORMAL_ROW = "method: repeated_normal, better: higher, mean: 0, sd: 1"
RMDQ_ROW = "method: bounded_integer, better: lower, max: 24, mean: 10.45, sd: 5.5"


def _paired(arms: int, outcome: str = "") -> Disagree:
    names = ["control", "first", "second"][:arms]
    changes: list[tuple[str, str]] = [
        ("design.arms", "{" + ", ".join(f"{name}: {{n: 64}}" for name in names) + "}"),
        *NULL,
        ("outcomes.score", outcome) if outcome else ("outcomes.score.mean", "[0, 0.236]"),
        ("evidence", "{}"),
    ]
    return Disagree("textbook", tuple(changes), "score")


RMDQ_PAIRED = (
    "{method: bounded_integer, better: lower, max: 24, mean: [10.45, 9.152], sd: 5.5,"
    " correlation: 0.55}"
)
PAIRED_POWER = "noncentral_t.rejection_probability(0.236/sqrt(0.9)*8, 63)"

THERAPISTS: Changes = (
    ("conduct", "{therapists: {acupressure: {n: 1, icc: 0.05}, physiotherapy: {n: 1, icc: 0.05}}}"),
)

LOSS: Changes = (
    *NULL,
    ("what_if", "{}"),
    ("evidence", "{}"),
    (
        "observation.missing.lost",
        "{method: mnar, outcome: score, overall: 0.2, strength: 1.5,"
        " strength_by_arm: {control: -1.5}}",
    ),
)
BOUNDED_SCORE: Changes = (
    ("outcomes.score.method", "bounded_integer"),
    ("outcomes.score.min", "0"),
    ("outcomes.score.max", "24"),
)

RESPONDERS: Changes = (
    *_effect("shift", -3.8),
    ("published", "{}"),
    (
        "analyses",
        "{responders: {method: responder, outcome: rmdq, visit: after_treatment, cut: 12,"
        " event: above}}",
    ),
    ("decision.primary", "responders"),
)


def _two_points(per_arm: int) -> Run:
    sizes = (
        ("design.arms.physiotherapy.n", str(per_arm)),
        ("design.arms.acupressure.n", str(per_arm)),
    )
    return _hsieh(Row("two", "t_test"), sizes, _effect("two", -2), BOUNDED)


FACTORS = ("woman", "older", "long_history", "leg_pain", "working")


def _subgroups(*changes: Changes) -> Run:
    tests = ", ".join(
        f"{f}: {{method: interaction, outcome: rmdq, visit: after_treatment, by: {f}}}"
        for f in FACTORS
    )
    every: Changes = (
        *NULL,
        ("what_if", "{}"),
        ("published", "{}"),
        ("evidence", "{}"),
        ("analyses", f"{{{tests}}}"),
        ("decision.primary", "woman"),
        ("bias", f"{{any: {{method: best_of, analyses: [{', '.join(FACTORS[1:])}]}}}}"),
    )
    return Run("bias", Row("no_effect", "woman"), sum(changes, every))


ENTRIES = (
    Entry(
        "T01",
        "64 per arm, 0.5 SD, t test: power",
        "noncentral t; Cohen 1988",
        (
            Part(
                "power",
                0.801,
                "exact t",
                Run("dichotomising", Row("medium", "t_test")),
                "two_means.t_test_power(64, 64, 0.5)",
                _hsieh(Row("half", "t_test"), SIXTY_FOUR, HALF, BOUNDED),
            ),
        ),
        "Nearly the same: means of 64 whole scores with the same SD are nearly normal.",
    ),
    Entry(
        "T02",
        "T01, significant trials only",
        "Gelman and Carlin 2014, doi 10.1177/1745691614551642",
        (
            Part(
                "exaggeration",
                1.12,
                "exact t",
                Run("dichotomising", Row("medium", "t_test", "type_m")),
                "exaggeration.type_m(0.5*sqrt(32), 126)",
                _hsieh(Row("half", "t_test", "type_m"), SIXTY_FOUR, HALF, BOUNDED),
            ),
        ),
        "As T01: exaggeration follows from power.",
    ),
    Entry(
        "T03",
        "power 0.22",
        "Gelman and Carlin 2014, doi 10.1177/1745691614551642",
        (
            Part(
                "exaggeration, z test",
                2.14,
                "normal law",
                Line("exaggeration.type_m(exaggeration.ncp_at_power(0.22))"),
            ),
            Part(
                "the same effect, t test of 129",
                2.14,
                "normal law",
                exact=f"exaggeration.type_m({NCP_SMALL}, 127)",
                **_both(Row("small", "t_test", "type_m"), SMALL),
            ),
        ),
        "The same but for simulation error: only the signal against its noise matters.",
        "The printed number is that of a z test. A t test of the same effect has a little less"
        " power, but also lets in smaller estimates where the SD comes out low: it differs in the"
        " third digit.",
    ),
    Entry(
        "T04",
        "power 0.06",
        "Gelman and Carlin 2014, doi 10.1177/1745691614551642",
        (
            Part(
                "wrong sign, z test",
                0.20,
                "normal law",
                Line("exaggeration.type_s(exaggeration.ncp_at_power(0.06))"),
            ),
            Part(
                "exaggeration, z test",
                8.0,
                "normal law",
                Line("exaggeration.type_m(exaggeration.ncp_at_power(0.06))"),
            ),
            Part(
                "wrong sign, the same effect, t test of 129",
                0.20,
                "normal law",
                exact=f"exaggeration.type_s({NCP_TINY}, 127)",
                **_both(Row("tiny", "t_test", "type_s"), TINY),
            ),
            Part(
                "exaggeration, the same effect, t test of 129",
                8.0,
                "normal law",
                exact=f"exaggeration.type_m({NCP_TINY}, 127)",
                **_both(Row("tiny", "t_test", "type_m"), TINY),
            ),
        ),
        "The same but for simulation error, which is large: few trials are significant.",
        "The printed numbers are those of a z test; see T03.",
    ),
    Entry(
        "T05",
        "five equally spaced looks at 0.05, no effect",
        "Armitage, McPherson and Rowe 1969, doi 10.2307/2343787",
        (
            Part(
                "false alarms, known variance",
                0.142,
                "normal law",
                Line("repeated_looks.any_look_rejects([1.959964]*5)"),
            ),
            Part(
                "false alarms, t tests of 600",
                0.142,
                "normal law",
                _hsieh(REJECTS, LARGE, _looks("")),
            ),
            Part(
                "false alarms, t tests of 129",
                0.144,
                "independent simulation",
                **_both(REJECTS, _looks("")),
            ),
        ),
        "The same but for simulation error: t tests of whole scores hold their level at each look.",
        "The printed number is for a known variance. With 129 patients the first look has 26, and"
        " its SD is a guess of its own: looks agree less, and a few more trials raise an alarm.",
    ),
    Entry(
        "T06",
        "five looks at boundaries that keep the level, no effect",
        "Pocock 1977, doi 10.1093/biomet/64.2.191; O'Brien and Fleming 1979, doi 10.2307/2530245",
        (
            Part(
                "Pocock 2.413, known variance",
                0.050,
                "normal law",
                Line("repeated_looks.any_look_rejects([2.413]*5)"),
            ),
            Part(
                "O'Brien and Fleming 2.040, known variance",
                0.050,
                "normal law",
                Line("repeated_looks.any_look_rejects([2.040*sqrt(5/k) for k in (1, 2, 3, 4, 5)])"),
            ),
            Part(
                "Pocock, t tests of 129",
                0.050,
                "normal law",
                **_both(REJECTS, _looks(", boundary: pocock")),
            ),
            Part(
                "O'Brien and Fleming, t tests of 129",
                0.050,
                "normal law",
                **_both(REJECTS, _looks(", boundary: obrien_fleming")),
            ),
        ),
        "The same but for simulation error.",
        "The boundaries are for a known variance; each look is judged by its t test's p value.",
    ),
    Entry(
        "T07",
        "0.5 SD, 64 per arm, score cut midway between the true means",
        "sums over binomial tables; Snapinn and Jiang 2007, doi 10.1186/1745-6215-8-31",
        (
            Part(
                "power, chi-square without correction",
                0.5935,
                "exact",
                Run("dichotomising", Row("medium", "chi_square")),
                "two_proportions.exact_power(phi(0.25), phi(-0.25), 64, 64)",
                _hsieh(
                    Row("half", "cut"),
                    SIXTY_FOUR,
                    HALF,
                    (
                        ("published", "{}"),
                        (
                            "analyses",
                            "{cut: {method: responder, outcome: rmdq, visit: after_treatment,"
                            " cut: 7, event: above}}",
                        ),
                        ("decision.primary", "cut"),
                    ),
                ),
            ),
        ),
        "Skewed to the right, scores crowd about a cut this low: the same shift carries a larger"
        " share of the patients across it than a normal law has there.",
        "A fixed cut; cutting each trial at its own median is another test, with a little more"
        " power.",
    ),
    Entry(
        "T08",
        "baseline correlated 0.55 with the score",
        "Vickers and Altman 2001, doi 10.1136/bmj.323.7321.1123",
        (
            Part(
                "variance of ANCOVA over that of the t test",
                0.70,
                "large samples",
                exact="(1 - 0.55**2)*(1 + 1/125)",
                **_both(picks.ancova_variance_ratio),
            ),
        ),
        "The same but for simulation error: the correlation of the scores is as stated.",
        "The printed number is 1 - r squared; chance imbalance in 129 patients adds the rest.",
    ),
    Entry(
        "T09",
        "treated arm 0.84 points worse at baseline, no effect",
        "Senn 1994, doi 10.1002/sim.4780131703",
        (
            Part(
                "follow-up score, bias",
                0.46,
                "exact",
                exact="0.84*0.55",
                **_both(picks.post_given_imbalance),
            ),
            Part(
                "change score, bias",
                -0.38,
                "exact",
                exact="0.84*(0.55 - 1)",
                **_both(picks.change_given_imbalance),
            ),
            Part("ANCOVA, bias", 0.0, "exact", exact="0.0", **_both(picks.ancova_given_imbalance)),
        ),
        "The same but for simulation error: the same correlation and SDs give the same slope.",
        "Treated less comparator; -0.37 is also in print for the change score.",
    ),
    Entry(
        "T10",
        "a trial with p 0.05, then an exact repeat",
        "Cumming 2008, doi 10.1111/j.1745-6924.2008.00079.x",
        (
            Part(
                "one-sided p, 10th percentile",
                0.00008,
                "normal law",
                Line("replication.repeat_p_value(0.05, 0.1)"),
            ),
            Part(
                "one-sided p, 90th percentile",
                0.44,
                "normal law",
                Line("replication.repeat_p_value(0.05, 0.9)"),
            ),
        ),
        NO_TRIAL,
        "A z test, every true difference as likely before the first trial; one-sided in its"
        " direction.",
    ),
    Entry(
        "T11",
        "95% interval of one trial, estimate of its repeat",
        "Cumming and Maillardet 2006, doi 10.1037/1082-989X.11.3.217",
        (
            Part(
                "caught, known variance",
                0.834,
                "normal law",
                Line("replication.interval_catches_repeat()"),
            ),
            Part(
                "caught, t tests of 129",
                0.834,
                "normal law",
                exact="replication.interval_catches_repeat(127)",
                **_both(picks.catches_next),
            ),
        ),
        "The same but for simulation error: means are nearly normal.",
        "The printed number is for a known variance; t intervals are a little wider.",
    ),
    Entry(
        "T12",
        "ten independent rows of a baseline table, t tests",
        "Senn 1994, doi 10.1002/sim.4780131703",
        (
            Part(
                "at least one significant",
                0.401,
                "exact",
                _baseline_rows(NORMAL_ROW),
                "1 - 0.95**10",
                _baseline_rows(RMDQ_ROW),
            ),
        ),
        "The same but for simulation error: t tests of whole scores hold their level.",
        "As a mistake to be priced: nobody should test a baseline table. Rows of a real trial are"
        " correlated, which makes the share smaller.",
    ),
    Entry(
        "T13",
        "no difference between arms, each arm's change tested by itself with power 50%",
        "Bland and Altman 2011, doi 10.1186/1745-6215-12-264",
        (
            Part(
                "two arms disagree",
                0.50,
                "exact",
                _paired(2),
                f"within_arms.false_difference([{PAIRED_POWER}]*2)",
                _paired(2, RMDQ_PAIRED),
            ),
            Part(
                "three arms disagree",
                0.75,
                "exact",
                _paired(3),
                f"within_arms.false_difference([{PAIRED_POWER}]*3)",
                _paired(3, RMDQ_PAIRED),
            ),
        ),
        "The same but for simulation error: near power 50% the share is flat.",
    ),
    Entry(
        "T14",
        "expectation 0.56 SD, no effect, 64 and 65, follow-up score",
        "noncentral t; size from Hrobjartsson 2014, doi 10.1093/ije/dyu115",
        (
            Part(
                "false alarms",
                0.884,
                "exact t",
                exact="two_means.t_test_power(65, 64, 0.56)",
                **_expectation(REJECTS),
            ),
        ),
        "Nearer to 0 scores have less room: the shifted arm spreads less, its mean is known"
        " better, and the false alarms are more.",
        "0.89 is also in print, a normal approximation.",
    ),
    Entry(
        "T15",
        "T14, ANCOVA",
        "noncentral t averaged over chance imbalance",
        (
            Part(
                "false alarms",
                0.964,
                "exact t",
                exact="ancova.ancova_power(65, 64, 0.56, 1, 0.55)",
                **_expectation(Row("no_effect", "ancova")),
            ),
            Part(
                "coverage of zero",
                0.036,
                "exact t",
                exact="1 - ancova.ancova_power(65, 64, 0.56, 1, 0.55)",
                **_expectation(Row("no_effect", "ancova", "coverage")),
            ),
        ),
        "As T14.",
        "0.97 and 0.03 are also in print, normal approximations.",
    ),
    Entry(
        "T16",
        "one therapist per arm, ICC 0.05, 64 per arm, no effect, t test",
        "t law of scores that share a therapist; Candlish 2018, doi 10.1186/s12874-018-0559-x",
        (
            Part(
                "false alarms",
                0.3455,
                "exact t",
                exact="2*stdtr(126, -noncentral_t.critical_t(126)/sqrt(1 + 64*0.05/0.95))",
                **_both(REJECTS, SIXTY_FOUR, NULL, ALONE, THERAPISTS),
            ),
        ),
        "Patients of a therapist share part of what is behind the score, so that scores correlate"
        " as stated; the rest is nearly normal in means of 64.",
        "ICC in both arms, total variance unchanged. 0.34 is also in print.",
    ),
    Entry(
        "T17",
        "a fifth of each arm lost, the worst of one and the best of the other, slope 1.5 a SD",
        "moments of those who stay; Bell 2013, doi 10.1136/bmj.e8668",
        (
            Part(
                "bias, SD",
                0.45,
                "quadrature",
                Run("loss", picks.loss_bias_in_sd, LOSS),
                "-2*mean_of_those_who_stay(1.5, 0.2)",
                rmdq=Run("loss", picks.loss_bias_in_sd, (*LOSS, *BOUNDED_SCORE)),
            ),
            Part(
                "false alarms",
                0.71,
                "quadrature",
                Run("loss", REJECTS, LOSS),
                rmdq=Run("loss", REJECTS, (*LOSS, *BOUNDED_SCORE)),
            ),
        ),
        "The bias is nearly the same. Those who stay spread more than with normal scores, so that"
        " fewer trials find it significant.",
        "The same loss is a mechanism too, `outcome_driven_loss`, with a switch of its own.",
    ),
    Entry(
        "T18",
        "one such treatment in ten works, power 0.8",
        "Ioannidis 2005, doi 10.1371/journal.pmed.0020124",
        (
            Part(
                "false-positive risk",
                0.36,
                "exact",
                Line(
                    "false_positive.false_positive_risk(0.1, 0.8)",
                    "trialsim appraise scenarios/hsieh2006_normal.yaml --prior 0.1 --power 0.8",
                ),
                "0.05*0.9/(0.05*0.9 + 0.8*0.1)",
            ),
        ),
        NO_TRIAL,
    ),
    Entry(
        "T19",
        "means 9.2 and 5.4, SD 5.5 in both arms, above 12 points",
        "difference of two tails; Altman 1998, doi 10.1136/bmj.317.7168.1309",
        (
            Part(
                "number needed to treat",
                5.3,
                "exact",
                exact="1/(phi(-2.8/5.5) - phi(-6.6/5.5))",
                **_both(picks.needed_to_treat, RESPONDERS),
            ),
        ),
        "Skewed to the right, above 12 the score has fewer of the comparator's patients than a"
        " normal law and more of the treated: the shares differ less.",
        "The same shift for everybody: the number speaks of the cut.",
    ),
    Entry(
        "T20",
        "2 points, SD 5.5, t test: patients per arm",
        "noncentral t",
        (
            Part(
                "for 80%",
                120,
                "exact t",
                Line(
                    "two_means.t_test_sample_size(2, 5.5, 0.8)[0]",
                    "trialsim size --difference 2 --sd 5.5 --power 0.8",
                ),
            ),
            Part(
                "for 90%",
                160,
                "exact t",
                Line(
                    "two_means.t_test_sample_size(2, 5.5, 0.9)[0]",
                    "trialsim size --difference 2 --sd 5.5 --power 0.9",
                ),
            ),
            Part(
                "power at 120 per arm",
                0.801,
                "exact t",
                Line("two_means.t_test_power(120, 120, 2, 5.5)"),
                rmdq=_two_points(120),
            ),
            Part(
                "power at 160 per arm",
                0.900,
                "exact t",
                Line("two_means.t_test_power(160, 160, 2, 5.5)"),
                rmdq=_two_points(160),
            ),
        ),
        "The same sizes serve: means of 120 whole scores are nearly normal.",
    ),
    Entry(
        "T21",
        "non-inferiority, margin 2, SD 5.5, 64 per arm, truly alike",
        "noncentral t; Piaggio 2012, doi 10.1001/jama.2012.87802",
        (
            Part(
                "power",
                0.532,
                "exact t",
                Run("noninferiority", Row("equally_good", "t_test")),
                "noninferiority.noninferiority_power(64, 64, 0, 2, 5.5)",
                Run("noninferiority", Row("equally_good", "t_test"), BOUNDED),
            ),
        ),
        "The same but for simulation error: no patient moves, and the test is one of means.",
        "0.54 is also in print, a normal approximation.",
    ),
    Entry(
        "T22",
        "five factors that halve the patients, no effect, a test of interaction for each",
        "Brookes 2001, doi 10.3310/hta5330",
        (
            Part(
                "at least one significant",
                0.23,
                "independent tests",
                _subgroups(),
                "1 - 0.95**5",
                _subgroups(BOUNDED),
            ),
        ),
        "The same but for simulation error: tests of means.",
    ),
    Entry(
        "T23",
        "permuted blocks of known size, best guess",
        "Blackwell and Hodges 1957, doi 10.1214/aoms/1177706973",
        (
            Part(
                "blocks of 2",
                0.75,
                "exact",
                Guessed(
                    "allocation", (("allocation", "{method: permuted_blocks, block_sizes: 2}"),)
                ),
                "3/4",
            ),
            Part(
                "blocks of 4",
                0.708,
                "exact",
                Guessed(
                    "allocation", (("allocation", "{method: permuted_blocks, block_sizes: 4}"),)
                ),
                "17/24",
            ),
        ),
        NO_TRIAL,
    ),
    Entry(
        "T24",
        "trials in general, by the mixture for signal and noise",
        "van Zwet, Schwab and Senn 2021, doi 10.1002/sim.9173",
        (
            Part(
                "median power",
                0.13,
                "normal law",
                Line(
                    "trials_in_general.median_power()",
                    "trialsim appraise scenarios/hsieh2006_normal.yaml",
                ),
            ),
            Part(
                "exaggeration at z 1.96, median",
                1.67,
                "normal law",
                Line("trials_in_general.exaggeration(1.96)"),
            ),
            Part(
                "z over its mean signal, at z 1.96",
                1.58,
                "normal law",
                Line("1/trials_in_general.shrinkage(1.96)"),
            ),
        ),
        NO_TRIAL,
        "1.7 is also in print. The median of the size of z over that of the signal; dividing by"
        " the mean signal gives less.",
    ),
)

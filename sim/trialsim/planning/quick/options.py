"""What is asked of a quick answer: the options, checked against each other, all at once."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Literal

from trialsim.core.errors import Problem, ScenarioError
from trialsim.theory.search import LARGEST_ARM, split_total

Wanted = Literal["n", "width", "power", "difference", "precision"]
"""What is solved for: sizes for a power, sizes for a width, or what a given size can do."""

_LARGEST_TOTAL = 2 * LARGEST_ARM
_FARTHEST_RATIO = 100.0


@dataclass(frozen=True)
class Options:
    """The options of `quick`, as given; see there."""

    difference: float | None = None
    sd: float | None = None
    power: float | None = None
    n_total: int | None = None
    r: float | None = None
    change: bool = False
    welch: bool = False
    alpha: float = 0.05
    sides: int = 2
    ratio: float = 1.0
    margin: float | None = None
    p1: float | None = None
    p2: float | None = None
    therapists: int | None = None
    icc: float | None = None
    loss: float = 0.0
    width: float | None = None

    @property
    def about_proportions(self) -> bool:
        """Whether events are counted; else means are compared."""
        return self.p1 is not None

    @property
    def true_difference(self) -> float | None:
        """Treatment minus comparator, as assumed; 0 for non-inferiority when it is not stated."""
        if self.p1 is not None and self.p2 is not None:
            return self.p2 - self.p1
        if self.difference is None and self.margin is not None:
            return 0.0
        return self.difference

    @property
    def wanted(self) -> Wanted:
        """What is to be found."""
        if self.n_total is None:
            return "n" if self.width is None else "width"
        if self.true_difference is not None:
            return "power"
        return "precision" if self.power is None else "difference"

    @property
    def tail_alpha(self) -> float:
        """Error rate of one tail."""
        return self.alpha / self.sides

    @property
    def tested(self) -> tuple[float, int]:
        """Significance level and tails of the test; a margin is tested in one tail."""
        return (self.alpha, self.sides) if self.margin is None else (self.tail_alpha, 1)

    def distance(self, true: float) -> float:
        """How far a true difference is from what is to be refuted, positive when it is right:
        from none in either direction, or from the margin on its acceptable side."""
        if self.margin is None:
            return abs(true)
        return true - self.margin if self.margin < 0 else self.margin - true

    @property
    def level(self) -> float:
        """Level of the two-sided interval that belongs to the test."""
        return 1 - 2 * self.tail_alpha

    @property
    def least_treatment(self) -> int:
        """The smallest treatment arm that can be analysed: every therapist has a patient."""
        return max(2, self.therapists or 2)

    def randomised(self) -> tuple[int, int]:
        """Comparator and treatment arm of `n_total`."""
        assert self.n_total is not None
        return split_total(self.n_total, self.ratio)

    def analysed(self) -> tuple[int, int]:
        """The same less the loss, rounded down."""
        control, treatment = self.randomised()
        left = 1 - self.loss
        return math.floor(control * left + 1e-9), math.floor(treatment * left + 1e-9)


def checked(options: Options) -> Options:
    """The options, if they make sense together; ScenarioError with every problem otherwise."""
    texts = _ranges(options)
    if not texts:  # contradictions between senseless values would only repeat them
        texts = _contradictions(options) or _impossibilities(options)
    if texts:
        raise ScenarioError([Problem((), text, source="option") for text in texts])
    return options


def _ranges(o: Options) -> list[str]:
    """Values that no design could have."""
    texts = []

    def refuse(name: str, wrong: bool, rule: str) -> None:
        if wrong:
            texts.append(f"{name}: found {_plain(getattr(o, name))}, must be {rule}.")

    numbers = [f.name for f in fields(o) if f.name not in ("change", "welch")]
    given = {name: value for name in numbers if (value := getattr(o, name)) is not None}
    wild = [name for name, value in given.items() if not math.isfinite(value)]
    for name in wild:
        refuse(name, True, "a finite number")
    if wild:
        return texts
    refuse("sd", o.sd is not None and o.sd <= 0, "above 0")
    refuse("sides", o.sides not in (1, 2), "1 or 2")
    refuse("alpha", not 0 < o.alpha < 1, "between 0 and 1")
    refuse("alpha", o.sides == 1 and 0.5 <= o.alpha < 1, "below 0.5 for a one-sided test")
    if o.power is not None:
        refuse("power", not o.alpha < o.power < 1, f"above alpha ({o.alpha:g}) and below 1")
    if o.n_total is not None:
        whole = o.n_total == int(o.n_total)
        refuse("n_total", not (whole and 4 <= o.n_total <= _LARGEST_TOTAL), "a whole number from 4")
    refuse("r", o.r is not None and abs(o.r) >= 1, "between -1 and 1")
    wide = not 1 / _FARTHEST_RATIO <= o.ratio <= _FARTHEST_RATIO
    refuse("ratio", wide, f"from {1 / _FARTHEST_RATIO:g} to {_FARTHEST_RATIO:g}")
    refuse("margin", o.margin == 0, "other than 0: its sign says which direction is worse")
    refuse("p1", o.p1 is not None and not 0 < o.p1 < 1, "a share between 0 and 1")
    refuse("p2", o.p2 is not None and not 0 < o.p2 < 1, "a share between 0 and 1")
    few = o.therapists is not None and (o.therapists < 2 or o.therapists != int(o.therapists))
    refuse("therapists", few, "2 or more: what one therapist does and what the treatment does "
           "cannot be told apart")  # fmt: skip
    refuse("icc", o.icc is not None and not 0 <= o.icc < 1, "from 0 to below 1")
    refuse("loss", not 0 <= o.loss < 1, "a share from 0 to below 1")
    refuse("width", o.width is not None and o.width <= 0, "above 0")
    return texts


def _contradictions(o: Options) -> list[str]:
    """Options that do not belong together, and what is missing."""
    rules = _of_outcome(o) + _of_analysis(o) + _of_the_question(o)
    return [text for broken, text in rules if broken]


def _of_outcome(o: Options) -> list[tuple[bool, str]]:
    proportions = o.p1 is not None or o.p2 is not None
    for_means = ("difference", "sd", "r", "therapists", "icc")
    alien = [name for name in for_means if getattr(o, name) is not None]
    alien += [name for name in ("change", "welch") if getattr(o, name)]
    return [
        (
            proportions and bool(alien),
            f"{', '.join(alien)}: means only. Leave out, or leave out p1 and p2.",
        ),
        (proportions and o.p1 is None, "p1: missing. p2 is compared with the share in p1."),
        (
            not proportions and o.sd is None,
            "sd: missing. Give the SD of the scores within an arm, or two shares p1 and p2.",
        ),
    ]


def _of_analysis(o: Options) -> list[tuple[bool, str]]:
    nested = o.therapists is not None
    return [
        (o.change and o.r is None, "change: needs r, the correlation with the baseline score."),
        (
            o.welch and (o.change or o.r is not None),
            "welch: compares the scores at follow-up alone. Leave out r and change.",
        ),
        (o.welch and nested, "welch: therapists are compared by Welch's test as it is."),
        (nested and o.icc is None, "icc: missing. Therapists need the share of variance theirs."),
        (not nested and o.icc is not None, "therapists: missing. An ICC needs their number."),
    ]


def _of_the_question(o: Options) -> list[tuple[bool, str]]:
    known = o.true_difference is not None
    sized = o.n_total is not None
    return [
        (
            sized and o.width is not None,
            "width: follows from n. Leave out one of the two.",
        ),
        (
            not sized and o.power is not None and o.width is not None,
            "width, power: each asks for a size of its own. Leave out one of the two.",
        ),
        (
            sized and o.power is not None and known,
            "power: follows from n and the difference. Leave out one of the three.",
        ),
        (
            not sized and o.power is None and o.width is None,
            "power: missing. Give the power (0.8, 0.9), the width of the interval, or n.",
        ),
        (
            not sized and o.power is not None and not known,
            "p2: missing. A size needs something to detect."
            if o.about_proportions
            else "difference: missing. A size needs something to detect.",
        ),
    ]


def _impossibilities(o: Options) -> list[str]:
    """What no trial could show, or no patients could be."""
    texts, true = [], o.true_difference
    if o.margin is not None and true is not None and o.distance(true) <= 0:
        texts.append(
            f"margin: a true difference of {_plain(round(true, 12))} is as bad as the margin "
            f"{_plain(o.margin)} or worse: nothing could show that it is not."
        )
    if o.margin is None and true == 0:
        name = "p2" if o.about_proportions else "difference"
        texts.append(f"{name}: there is no difference to detect; a margin would ask for none.")
    if o.about_proportions and o.margin is not None and abs(o.margin) >= 1:
        texts.append(f"margin: found {_plain(o.margin)}, must be a share below 1.")
    if o.about_proportions and o.width is not None and o.width >= 2:
        texts.append(f"width: found {_plain(o.width)}, must be below 2 for a difference of shares.")
    if o.therapists is not None and o.icc is not None and o.r is not None:
        left = 2 * (1 - o.r) if o.change else 1 - o.r**2
        if o.icc >= left:
            texts.append(
                f"icc: found {_plain(o.icc)}, but the baseline leaves only {left:.3g} of the "
                "variance."
            )
    if o.n_total is not None:
        control, treatment = o.analysed()
        if control < 2 or treatment < o.least_treatment:
            texts.append(
                f"n_total: {_plain(o.n_total)} leaves {control} and {treatment} to analyse, must "
                f"be at least 2 and {o.least_treatment}."
            )
    return texts


def _plain(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"

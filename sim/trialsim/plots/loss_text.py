"""What P22 says in words: its takeaway, caption and alternative text, all from the numbers."""

from __future__ import annotations

import pandas as pd

from trialsim.plots.base.figure import Settings
from trialsim.plots.base.words import (
    decimals_of,
    error_of_100,
    listed,
    number,
    per_100,
    plain,
    quoted,
    supported,
)
from trialsim.plots.effect import amount
from trialsim.plots.loss_numbers import Loss

_MOST_NAMED = 3
_NEAR = 0.02


def marked(numbers: pd.DataFrame, loss: Loss) -> float:
    """The simulated share that words speak of: as stated, if above 0, else the largest."""
    shares = sorted(numbers["share"].unique())
    if loss.stated in shares and loss.stated:
        return float(loss.stated)
    return float(shares[-1])


def takeaway(numbers: pd.DataFrame, loss: Loss) -> str:
    """What the reasons do at one share, and whether reason or share matters more."""
    if numbers.empty:
        return "No simulated trial could be analysed."
    share = marked(numbers, loss)
    at = numbers[numbers["share"] == share]
    rates = at[at["measure"] == "rejection_rate"].sort_values("value", kind="stable")
    word = "false alarms" if loss.is_null else "significant"
    ends = _ends(rates)
    said = [
        f"{per_100(row['value'], row['mcse'])} if {quoted(row['reason'])}"
        for row in ends.to_dict("records")
    ]
    said[0] = said[0].replace(" if ", f" of 100 trials are {word} if ", 1)
    is_plain = bool(((ends["lost"] - ends["share"]).abs() <= _NEAR).all())
    lost = "with {} of 100 patients lost" if is_plain else "at {} of 100 on the axis below"
    sentence = f"{lost.format(per_100(share))}, {listed(said)}. {_bias(at, loss)}"
    if _who(numbers, share):
        return f"Who is lost matters more than how many: {sentence}"
    return sentence[0].upper() + sentence[1:]


def _ends(rates: pd.DataFrame) -> pd.DataFrame:
    """All reasons, or of many the two ends."""
    return rates if len(rates) <= _MOST_NAMED else rates.iloc[[0, -1]]


def _who(numbers: pd.DataFrame, share: float) -> bool:
    """Whether reasons at one share differ more than shares for the most harmless reason do."""
    rates = numbers[numbers["measure"] == "rejection_rate"]
    at = rates[rates["share"] == share]
    between = float(at["value"].max() - at["value"].min())
    within = rates.groupby("reason")["value"].agg(lambda values: values.max() - values.min())
    error = 4 * float(at["mcse"].max())
    return len(at) > 1 and between > max(float(within.min()), error)


def _bias(at: pd.DataFrame, loss: Loss) -> str:
    biases = at[at["measure"] == "bias"]
    if biases.empty:
        return ""
    worst = biases.loc[biases["value"].abs().idxmax()]
    if abs(worst["value"]) <= 4 * worst["mcse"]:
        return "No reason biases the estimate by more than chance explains."
    digits = supported(worst["mcse"], decimals_of(worst["value"]))
    size = number(abs(worst["value"]), digits)
    side = loss.contrast.favours("right" if worst["value"] > 0 else "left")
    return f"At most the estimate is {amount(size, loss.contrast.unit)} too good for {side}."


def caption(numbers: pd.DataFrame, loss: Loss, settings: Settings) -> str:
    """Settings, what the shares are of, and the errors."""
    what = "No effect" if loss.is_null else f"Assumption {quoted(loss.assumption)}"
    parts = [settings.sentence(), f"{what}. Varied: {loss.path}."]
    parts += _not_both(numbers)
    if loss.is_null:
        level = f"{100 * loss.alpha:g} of 100 that p < {loss.alpha:g} allows"
        parts.append(f"Dotted: the {level}.")
    rates = numbers[numbers["measure"] == "rejection_rate"]
    if len(rates):
        half = float((rates["upper"] - rates["lower"]).max()) / 2
        parts.append(f"Bands: pointwise 95% Monte Carlo error, at most {error_of_100(half)}.")
    return " ".join(parts)


def _not_both(numbers: pd.DataFrame) -> list[str]:
    """Reasons by which the analysis lacks another share of patients than the axis says: one arm
    only, or an earlier visit."""
    said = []
    for reason, its in numbers.groupby("reason", sort=False):
        last = its.iloc[-1]
        if abs(last["lost"] - last["share"]) > _NEAR:
            said.append(
                f"Where the axis says {per_100(last['share'])}, the analysis lacks "
                f"{per_100(last['lost'])} of 100 patients if {quoted(str(reason))}."
            )
    return said


def alt_text(numbers: pd.DataFrame, loss: Loss) -> str:
    """The figure for somebody who does not see it."""
    parts = [
        f"Bias and share of significant trials against the share of patients lost {loss.share}."
    ]
    rates = numbers[numbers["measure"] == "rejection_rate"]
    word = "false alarms" if loss.is_null else "significant"
    for reason, its in rates.groupby("reason", sort=False):
        ends = [
            f"{per_100(row['value'], row['mcse'])} at {per_100(row['share'])} lost"
            for row in its.iloc[[0, -1]].to_dict("records")
        ]
        parts.append(
            f"{quoted(plain(str(reason)))}: of 100 trials {' and '.join(ends)} are {word}."
        )
    return " ".join(parts)

"""The record of a quick answer; its texts are worked out when they are asked for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

from trialsim.planning.quick.options import Options, Wanted


@dataclass(frozen=True)
class QuickAnswer:
    """What theory says of a trial of two arms, in natural units.

    Sizes are of the comparator (control) and of the treatment arm; a difference is treatment minus
    comparator.
    """

    options: Options
    """What was asked."""
    test: str
    """The test, as a protocol names it."""
    n_control: int
    """Patients analysed in the comparator arm."""
    n_treatment: int
    """Patients analysed in the treatment arm."""
    randomised_control: int
    """Patients randomised to the comparator, so that `n_control` remain after the loss."""
    randomised_treatment: int
    """Patients randomised to the treatment."""
    difference: float | None
    """The true difference that was assumed, or the smallest one that is found often enough."""
    power: float | None
    """Chance of the wanted conclusion at these sizes; None where no difference is assumed."""
    smallest_significant: float
    """Smallest observed difference that is significant, on average (mean of critical value x
    standard error; nan if none is); against a margin, the least favourable one that shows
    non-inferiority."""
    expected_width: float
    """Mean width of the confidence interval of the difference."""
    design_effect: float | None = None
    """Variance of the treatment arm's mean as a multiple of that without therapists."""
    false_alarms: float | None = None
    """Rejections at these sizes by a t test that ignores the therapists, with no effect."""
    notes: tuple[str, ...] = ()
    """What a reader should know before using the numbers; whole sentences."""

    @property
    def wanted(self) -> Wanted:
        """What was solved for."""
        return self.options.wanted

    @property
    def n_analysed(self) -> int:
        """Patients analysed in both arms."""
        return self.n_control + self.n_treatment

    @property
    def n_randomised(self) -> int:
        """Patients randomised to both arms."""
        return self.randomised_control + self.randomised_treatment

    @property
    def level(self) -> float:
        """Level of the confidence interval that belongs to the test: 1 - alpha when two-sided."""
        return self.options.level

    @property
    def sentence(self) -> str:
        """The sample size paragraph for a protocol, with brackets where only the author knows."""
        from trialsim.planning.quick.sentence import protocol_sentence

        return protocol_sentence(self)

    @property
    def gpower(self) -> tuple[tuple[str, str, str], ...]:
        """Rows (field of G*Power, what to enter there, what stands for it here); () where G*Power
        has no such test."""
        from trialsim.planning.quick.gpower import gpower_rows

        return gpower_rows(self)

    def as_dict(self) -> dict[str, Any]:
        """Numbers and texts with plain types, for JSON."""
        given = {key: value for key, value in asdict(self.options).items() if value is not None}
        numbers = {
            key: None if isinstance(value, float) and isnan(value) else value
            for key, value in asdict(self).items()
            if key not in ("options", "notes")
        }
        return {
            "options": given,
            "wanted": self.wanted,
            **numbers,
            "n_analysed": self.n_analysed,
            "n_randomised": self.n_randomised,
            "notes": list(self.notes),
            "sentence": self.sentence,
            "gpower": [list(row) for row in self.gpower],
        }

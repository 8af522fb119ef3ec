"""Loss that depends on a score: a logistic rule, calibrated so that it loses the share asked."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from scipy import special

from trialsim.core.axes import ArmPlane, FloatArray, Mask
from trialsim.core.draws import Draws
from trialsim.core.stages import ObservationMethod, Seen
from trialsim.observation.rates import hazards, one_of_them, shares_of

Share = Annotated[float, Field(ge=0, lt=1)]
Rate = Share | dict[str, Share]


class ScoreDriven(ObservationMethod):
    """What `mar` and `mnar` share; they differ in the score that they look at."""

    outcome: str
    """Outcome whose score matters."""
    rate: Rate | None = None
    """Share of scores missing, all arms together: one number for every visit after baseline, or
    visit: share. Cumulative where who is lost stays lost."""
    overall: Share | None = None
    """Instead of `rate`: the share lost by the last visit, when every visit loses the same share
    of those still there."""
    by_arm: dict[str, Rate] = {}
    """Arm: rate, for arms with a rate of their own; the others then share `rate`."""
    strength: float = Field(default=1.0, ge=-10, le=10)
    """Log odds ratio of loss for a score one SD worse; negative where better scores are lost."""
    strength_by_arm: dict[str, float] = {}
    """Arm: strength, for arms where the score matters differently."""
    pattern: Literal["monotone", "intermittent"] = "monotone"
    """monotone: who is lost stays lost, so the rates may not fall from visit to visit;
    intermittent: each visit is missed by itself."""

    @abstractmethod
    def looks_at(self, visits: Sequence[str], baseline: str | None) -> Mapping[str, str]:
        """By visit that may be missed: the visit whose score decides it."""

    def visits(self, visits: Sequence[str], baseline: str | None) -> Sequence[str]:
        """The visits that have a rate."""
        rates = [rate for rate in (self.rate, *self.by_arm.values()) if isinstance(rate, dict)]
        if self.overall is not None or len(rates) < 1 + len(self.by_arm):
            return super().visits(visits, baseline)
        return [visit for visit in visits if any(visit in rate for rate in rates)]

    def reads(
        self, outcomes: Sequence[str], visits: Sequence[str], baseline: str | None
    ) -> Sequence[tuple[str, str]]:
        """The deciding score of each visit that may be missed."""
        deciding = self.looks_at(visits, baseline)
        lost = self.visits(visits, baseline)
        return [(self.outcome, deciding[visit]) for visit in lost if visit in deciding]

    def problems(self, visits: Sequence[str], baseline: str | None) -> list[str]:
        """Unknown visits, visits without a deciding score, and monotone rates that fall."""
        problems = one_of_them(self.rate, self.overall)
        deciding = self.looks_at(visits, baseline)
        for rate in (self.rate, *self.by_arm.values()):
            named = list(rate) if isinstance(rate, dict) else []
            unknown = [visit for visit in named if visit not in visits]
            if unknown:
                known = ", ".join(visits)
                text = ", ".join(unknown)
                problems.append(f"no visit is called {text}; the visits are {known}.")
                continue
            blind = [visit for visit in named if visit not in deciding]
            if blind:
                problems.append(f"no score decides who is missing at {', '.join(blind)}.")
            shares = [rate[v] for v in visits if v in rate] if isinstance(rate, dict) else []
            if self.pattern == "monotone" and any(b < a for a, b in pairwise(shares)):
                text = ", ".join(f"{share:g}" for share in shares)
                problems.append(
                    f"monotone loss cannot fall from visit to visit, found {text}; "
                    "write the share missing at each visit, or pattern: intermittent."
                )
        return problems

    def missing(
        self,
        draws: Draws,
        purpose: str,
        visits: Sequence[str],
        arm: ArmPlane,
        seen: Seen | None = None,
    ) -> Mapping[str, Mask]:
        """A patient is lost where a uniform falls below the rule's probability."""
        if seen is None:
            raise ValueError("loss that depends on a score must be shown the scores")
        everywhere = list(self.visits(seen.visits, seen.baseline))
        rule = seen.once(("loss", purpose), lambda: self._calibrated(everywhere, seen))
        deciding = self.looks_at(seen.visits, seen.baseline)
        hidden: dict[str, Mask] = {}
        lost: Mask | None = None
        last = max((everywhere.index(visit) for visit in visits), default=-1)
        for visit in everywhere[: last + 1]:  # who is lost later depends on who was lost before
            if self.pattern == "intermittent" and visit not in visits:
                continue
            intercept, slope = rule[visit]  # (a,) each
            chance = special.expit(
                intercept[arm] + slope[arm] * seen.badness(self.outcome, deciding[visit])
            )
            gone = draws.uniform(f"{purpose}.{visit}", arm.shape[1]) < chance
            if self.pattern == "monotone":
                lost = gone if lost is None else lost | gone
                gone = lost
            hidden[visit] = gone
        return {visit: hidden[visit] for visit in visits}

    def _calibrated(
        self, visits: Sequence[str], seen: Seen
    ) -> Mapping[str, tuple[FloatArray, FloatArray]]:
        """Intercepts and slopes by visit, an entry an arm, that lose the shares asked for.

        Arms without a rate of their own share one intercept, so that arm acts on loss through
        the score only. Visits follow one another: each rule is set among those still there.
        """
        slope = np.array([self.strength_by_arm.get(arm, self.strength) for arm in seen.arms])
        together = [a for a, arm in enumerate(seen.arms) if arm not in self.by_arm]
        groups: list[tuple[list[int], Rate | list[float]]] = []
        if together:
            own = self.rate if isinstance(self.rate, dict) else None
            groups = [(together, own or shares_of(self.rate, self.overall, visits))]
        groups += [([seen.arms.index(arm)], rate) for arm, rate in self.by_arm.items()]
        intercepts = {visit: np.full(len(seen.arms), -np.inf) for visit in visits}
        deciding = self.looks_at(seen.visits, seen.baseline)
        for members, rate in groups:
            asked = [visit for visit in visits if not isinstance(rate, dict) or visit in rate]
            shares = rate if isinstance(rate, list) else shares_of(rate, None, asked)
            wanted = hazards(shares) if self.pattern == "monotone" else shares
            weights = [seen.arm_shares[a] for a in members]
            still: list[FloatArray | float] = [1.0] * len(members)
            for visit, share in zip(asked, wanted, strict=True):
                bad = [seen.pilot(self.outcome, deciding[visit], a) for a in members]
                where = _intercept(share, [slope[a] for a in members], bad, still, weights)
                intercepts[visit][members] = where
                if self.pattern == "monotone":
                    still = [
                        s * special.expit(-(where + slope[a] * b))
                        for s, a, b in zip(still, members, bad, strict=True)
                    ]
        return {visit: (intercepts[visit], slope) for visit in visits}


def _intercept(
    share: float,
    slopes: Sequence[float],
    bad: Sequence[FloatArray],
    still: Sequence[FloatArray | float],
    weights: Sequence[float],
) -> float:
    """The intercept at which this share of those still there is lost.

    Newton's method, which a bracket keeps from running away; the share lost rises with it.
    """
    if share <= 0:
        return -np.inf
    there = sum(w * float(np.mean(s)) for w, s in zip(weights, still, strict=True))
    low, high, middle = -60.0, 60.0, float(special.logit(share))
    for _ in range(100):
        lost = rise = 0.0
        for w, slope, b, s in zip(weights, slopes, bad, still, strict=True):
            chance = special.expit(middle + slope * b)
            gone = s * chance
            lost += w * float(np.mean(gone))
            rise += w * float(np.mean(gone * (1 - chance)))
        if lost < share * there:
            low = middle
        else:
            high = middle
        newton = middle - (lost - share * there) / rise if rise > 0 else low
        following = newton if low < newton < high else 0.5 * (low + high)
        if abs(following - middle) < 1e-13 * (1 + abs(middle)):
            return following
        middle = following
    return middle

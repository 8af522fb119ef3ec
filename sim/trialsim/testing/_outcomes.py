"""Rules of scores: margins on a latent normal, one for every visit and arm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from trialsim.core.axes import ArmPlane, Plane
from trialsim.core.draws import Draws
from trialsim.core.stages import Effect, OutcomeMethod
from trialsim.testing import _transform
from trialsim.testing._arrays import difference, impurity, locked
from trialsim.testing._grid import Z, hermite_coefficients, moments

TOLERANCE = 1e-3
"""In SD; the grid is exact to a tenth of it."""

PAIRS = 2**18
"""Patients of the correlation rule: an error of 0.01 is found."""

_ARMS = ((0.0, None), (0.3, None), (-0.3, None), (0.3, 0.8))
"""Mean difference and SD of the arms tried, in SD of the comparator; the latter None for the
comparator's, carried over."""


@dataclass(frozen=True)
class Margin:
    """One visit and arm of a trial under an assumption."""

    method: OutcomeMethod
    effect: Effect
    visit: int
    arm: int

    def __str__(self) -> str:
        own = f" and SD {self.own_sd:g}" if self.own_sd is not None else ""
        return f"visit {self.visit}, arm with mean difference {self.difference:g}{own}"

    @property
    def difference(self) -> float:
        """Mean difference asked for."""
        return self.effect.difference[self.arm][self.visit]

    @property
    def own_sd(self) -> float | None:
        """SD of the arm's own, or None for the comparator's carried over."""
        return self.effect.sd[self.arm][self.visit]

    @property
    def mean(self) -> float:
        """Mean asked for."""
        return self.method.at(self.method.mean, self.visit) + self.difference

    @property
    def sd(self) -> float:
        """SD asked for."""
        if self.own_sd is not None:
            return self.own_sd
        if not self.arm:
            return self.method.at(self.method.sd, self.visit)
        return self.method.arm_sd(self.visit, self.difference)

    def scores(self, z: Plane) -> Plane:
        """Scores of patients who are all in this arm."""
        return self.method.scores(self.visit, z, self.everybody(z), self.effect)

    def everybody(self, z: Plane) -> ArmPlane:
        """This arm for all."""
        return np.full(z.shape, self.arm, dtype=np.int8)


def _n_visits(method: OutcomeMethod) -> int:
    """Visits that the example speaks of; three where one value stands for all."""
    lengths = [len(v) for v in (method.mean, method.sd, method.correlation) if isinstance(v, tuple)]
    return max(lengths, default=3)


def _effect(method: OutcomeMethod, arms: tuple[tuple[float, float | None], ...] = _ARMS) -> Effect:
    """Arms that differ after the first visit, where the method allows it."""
    differences, sds = [], []
    for shift, spread in arms:
        row: list[tuple[float, float | None]] = []
        for v in range(_n_visits(method)):
            sd = method.at(method.sd, v)
            wanted = (shift * sd, None if spread is None else spread * sd)
            fits = v > 0 and not method.arm_problems(v, *wanted)
            row.append(wanted if fits else (0.0, None))
        differences.append(tuple(difference for difference, _ in row))
        sds.append(tuple(sd for _, sd in row))
    return Effect(difference=tuple(differences), sd=tuple(sds))


def _margins(method: OutcomeMethod) -> Iterator[Margin]:
    effect = _effect(method)
    for visit in range(_n_visits(method)):
        for arm in range(len(_ARMS)):
            yield Margin(method, effect, visit, arm)


def _each(method: OutcomeMethod, problems: Callable[[Margin], Iterator[str]]) -> Iterator[str]:
    for margin in _margins(method):
        yield from (f"At {margin}: {text}" for text in problems(margin))


def margins_are_possible(method: OutcomeMethod) -> Iterator[str]:
    """The example is possible, and so is an arm that differs by 0.3 SD."""
    for visit in range(_n_visits(method)):
        yield from method.problems(visit)
    differing = [m for m in _margins(method) if m.difference]
    if _n_visits(method) > 1 and not differing:
        yield "`arm_problems` refuses every difference of 0.3 SD, up and down, at every visit."


def scores_are_a_plane(method: OutcomeMethod) -> Iterator[str]:
    """Scores are float64, in the shape of the latent values."""
    yield from _each(method, lambda margin: _transform.form_problems(margin.scores))


def scores_are_pure(method: OutcomeMethod) -> Iterator[str]:
    """The same latent values and arms give the same scores, and are left as they were."""
    for margin in _margins(method):
        z = _transform.normals()
        arm = locked(margin.everybody(z))
        scores = partial(method.scores, margin.visit, z, arm, margin.effect)
        yield from impurity(scores, z, arm)


def scores_are_a_patients_own(method: OutcomeMethod) -> Iterator[str]:
    """A patient's score depends on that patient's latent value and arm and on no other's."""
    yield from _each(method, lambda margin: _transform.own_value_problems(margin.scores))
    effect, z = _effect(method), _transform.normals()
    arm = (np.arange(z.size).reshape(z.shape) % len(_ARMS)).astype(np.int8)
    for visit in range(_n_visits(method)):
        mixed = method.scores(visit, z, arm, effect)
        for a in range(len(_ARMS)):
            alone = Margin(method, effect, visit, a).scores(z)
            apart = difference(mixed[arm == a], alone[arm == a])
            if apart:
                yield f"At visit {visit}, patients of arm {a} among others: {apart}."


def scores_rise(method: OutcomeMethod) -> Iterator[str]:
    """A higher latent value never gives a lower score: effects keep the order of patients."""
    yield from _each(method, lambda margin: _transform.order_problems(margin.scores))


def scores_stay_within_limits(method: OutcomeMethod) -> Iterator[str]:
    """Scores are finite and between `min` and `max`, even 8 SD out."""
    limits = getattr(method, "min", None), getattr(method, "max", None)
    yield from _each(method, lambda margin: _transform.limit_problems(margin.scores, *limits))


def mean_and_sd_are_delivered(method: OutcomeMethod) -> Iterator[str]:
    """The mean, the mean difference and the SD asked for are delivered at every visit and in
    every arm, to 0.001 SD.

    Whatever is cut off at a limit is missing here.
    """
    for margin in _margins(method):
        mean, sd = moments(margin.scores(Z[None])[0])
        for name, asked, found in (("mean", margin.mean, mean), ("SD", margin.sd, sd)):
            if abs(found - asked) > TOLERANCE * margin.sd:
                yield f"At {margin}: asked for a {name} of {asked:.6g}, it delivers {found:.6g}."


def equal_arms_have_equal_scores(method: OutcomeMethod) -> Iterator[str]:
    """Where no arm differs, as at baseline, the score is the same in every arm."""
    z, nothing = _transform.normals(), _effect(method, ((0.0, None),) * 2)
    for visit in range(_n_visits(method)):
        effects = (nothing, _effect(method)) if visit == 0 else (nothing,)
        for effect in effects:
            arms = range(len(effect.difference))
            scores = [Margin(method, effect, visit, arm).scores(z) for arm in arms]
            apart = [text for other in scores[1:] if (text := difference(scores[0], other))]
            if apart:
                yield f"At visit {visit}: {apart[0]}."


def visits_are_apart(method: OutcomeMethod) -> Iterator[str]:
    """What differs at one visit changes no score of another."""
    z, effect = _transform.normals(), _effect(method)
    for visit in range(_n_visits(method)):
        only = Effect(
            difference=tuple(
                tuple(d * (v == visit) for v, d in enumerate(row)) for row in effect.difference
            ),
            sd=tuple(
                tuple(s if v == visit else None for v, s in enumerate(row)) for row in effect.sd
            ),
        )
        for arm in range(len(_ARMS)):
            apart = difference(
                Margin(method, effect, visit, arm).scores(z),
                Margin(method, only, visit, arm).scores(z),
            )
            if apart:
                yield f"At visit {visit}, arm {arm}: {apart}."


def shift_is_all_an_effect_does(method: OutcomeMethod) -> Iterator[str]:
    """Where `shift` gives a constant for each arm, an effect adds it to the comparator's score and
    does nothing else."""
    z = _transform.normals()
    for effect in (_effect(method), _effect(method, _ARMS[:3]), _effect(method, _ARMS[:1])):
        for visit in range(_n_visits(method)):
            constants = method.shift(visit, effect)
            if constants is None:
                continue
            for arm, constant in enumerate(constants):
                margin = Margin(method, effect, visit, arm)
                plain = Margin(method, effect, visit, 0).scores(z) + constant
                miss = np.abs(margin.scores(z) - plain).max()
                if not miss <= 1e-9 * margin.sd:
                    yield f"At {margin}: they are {miss:.4g} off the comparator's + {constant:g}."


def hermite_is_the_score(method: OutcomeMethod) -> Iterator[str]:
    """`hermite` gives the coefficients of the scores, and with 400 of them 95% of the variance.

    From 400 terms a score of two values lacks 2% at most.
    """
    for margin in _margins(method):
        stated = method.hermite(margin.visit, 400, margin.difference, margin.own_sd)
        if stated.shape != (400,):
            yield f"At {margin}: asked for 400 coefficients, found shape {stated.shape}."
        found = hermite_coefficients(margin.scores(Z[None])[0], 8)
        apart = np.abs(stated[:8] - found)
        if not apart.max() <= 2 * TOLERANCE * margin.sd:
            k = int(apart.argmax())
            yield (
                f"At {margin}: coefficient {k + 1} is {stated[k]:.5g}; the scores have "
                f"{found[k]:.5g}."
            )
        share = float(np.sum(stated**2)) / margin.sd**2
        if not 0.95 < share < 1 + TOLERANCE:
            yield f"At {margin}: they give {share:.4f} of the variance."


def hermite_gives_the_correlation(method: OutcomeMethod) -> Iterator[str]:
    """From `hermite` follows the correlation of two scores whose latent values have one of 0.6."""
    draws, rho = Draws(seed=4, batch=0, replicates=1), 0.6
    z = draws.normal("testing.first", PAIRS)
    other = rho * z + np.sqrt(1 - rho**2) * draws.normal("testing.second", PAIRS)
    first, *_, last = _margins(method)
    a = method.hermite(first.visit, 400)
    b = method.hermite(last.visit, 400, last.difference, last.own_sd)
    stated = float(np.sum(a * b * rho ** np.arange(1, 401))) / (first.sd * last.sd)
    products = (first.scores(z) - first.mean) * (last.scores(other) - last.mean)
    products /= first.sd * last.sd
    found, mcse = float(products.mean()), float(products.std()) / np.sqrt(PAIRS)
    if not abs(stated - found) <= 4 * mcse + TOLERANCE:
        yield f"It gives {stated:.4f}; the scores have {found:.4f} (mcse {mcse:.4f})."


RULES = (
    margins_are_possible,
    scores_are_pure,
    scores_are_a_plane,
    scores_are_a_patients_own,
    scores_rise,
    scores_stay_within_limits,
    mean_and_sd_are_delivered,
    equal_arms_have_equal_scores,
    visits_are_apart,
    shift_is_all_an_effect_does,
    hermite_is_the_score,
    hermite_gives_the_correlation,
)

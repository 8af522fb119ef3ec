"""The outcome stage: what is true at every visit, under the arm received."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import ArmPlane, Levels, Plane, Therapists
from trialsim.core.effect import Beside, Effect, Modifier, Place
from trialsim.core.plan import Latent
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation, Cohort, Conduct, Distortion, Outcomes
from trialsim.core.team import THERAPISTS
from trialsim.kernels.selection import eligible

Terms = tuple[tuple[str, float], ...]

_KEPT = 1_000
"""Effects kept for a group, beyond which all are made again."""

CHANCE = "cohort.responds"
"""Purpose of the uniform that says who responds, where nothing else does: the same patients to
every treatment and in every outcome."""


NOTHING = Distortion({})


def experience(
    group: Group,
    batch: Batch,
    cohort: Cohort,
    allocation: Allocation,
    conduct: Conduct,
    distortion: Distortion = NOTHING,
) -> Outcomes:
    """Scores of the outcomes and visits that something reads: true where nothing distorts them."""
    scores: dict[str, dict[str, Plane]] = {}
    shifts = {}
    for outcome, visit in group.reads:
        if not outcome:
            continue
        one = _Score(group, batch, allocation, conduct, outcome, visit, distortion)
        method, effect = group.design.outcomes[outcome], group.cell.effects[outcome]
        modifier = effect.modifier if effect.modifier and effect.modifier.acts_at(one.v) else None
        is_whole = modifier is None and not one.is_acted_on
        shift = method.shift(one.v, effect) if is_whole else None
        if shift is not None:
            plane = one.alike()
            if any(shift):
                shifts[outcome, visit] = shift
        else:
            levels = None if modifier is None else classes(group, batch, cohort, modifier)
            plane = one.under(effect if modifier else _plain(effect), levels)
        scores.setdefault(outcome, {})[visit] = plane
    return Outcomes(scores, shifts)


def badness(
    group: Group,
    batch: Batch,
    cohort: Cohort,
    allocation: Allocation,
    outcome: str,
    visit: str,
    conduct: Conduct,
) -> Plane:
    """Badness (r, p) of an outcome at a visit, of patients to whom this has happened so far: in
    SDs of the comparator from its mean, higher is worse."""
    one = _Score(group, batch, allocation, conduct, outcome, visit)
    method, effect = group.design.outcomes[outcome], group.cell.effects[outcome]
    modifier = effect.modifier if effect.modifier and effect.modifier.acts_at(one.v) else None
    levels = None if modifier is None else classes(group, batch, cohort, modifier)
    plane = one.under(effect if modifier else _plain(effect), levels)
    return method.badness(one.v, plane)


def at_baseline(group: Group, batch: Batch, allocation: Allocation, outcome: str) -> Plane:
    """Scores (r, p) at baseline, which nothing that happens later can change."""
    return alike(group, batch, allocation, Conduct({}), outcome, str(group.design.baseline))


def alike(
    group: Group,
    batch: Batch,
    allocation: Allocation,
    conduct: Conduct,
    outcome: str,
    visit: str,
) -> Plane:
    """Scores (r, p) that the comparator, as stated, would give to everybody."""
    return _Score(group, batch, allocation, conduct, outcome, visit).alike()


def _plain(effect: Effect) -> Effect:
    return effect if effect.modifier is None else effect.model_copy(update={"modifier": None})


def classes(group: Group, batch: Batch, cohort: Cohort, modifier: Modifier) -> Levels:
    """The class (r, p) of every patient, counted from 0."""
    if modifier.variable:
        return cohort.covariates[modifier.variable].astype(np.int8)
    limits = np.cumsum(modifier.shares)[:-1]
    uniform = batch.draws.uniform(CHANCE, group.capacity)
    return np.asarray(sum((uniform >= limit).astype(np.int8) for limit in limits), dtype=np.int8)


@dataclass(frozen=True)
class _Score:
    """One outcome at one visit: what is made of it is made once for all cells that ask alike."""

    group: Group
    batch: Batch
    allocation: Allocation
    conduct: Conduct
    outcome: str
    visit: str
    distortion: Distortion = NOTHING

    @property
    def v(self) -> int:
        return list(self.group.design.visits).index(self.visit)

    def alike(self) -> Plane:
        """The comparator's scores for everybody."""
        design = self.group.design
        nothing = Effect.none(len(design.arms), len(design.visits))
        return self._once("score", lambda: self._made(self.allocation.arm, nothing))

    def under(self, effect: Effect, levels: Levels | None) -> Plane:
        """Scores under an effect, of patients in these classes who attended what they did."""
        modifier, whose = effect.modifier, None
        attended = self.conduct.attended.get(self.visit)
        beside = self._beside()
        if modifier is not None:
            whose = (modifier.variable, modifier.shares, self.group.keys["cohort"])
        parts = [1.0] if attended is None else self._parts()
        states = (Beside(None, ()),) if beside is None else tuple(self._states())
        rows = effect.by_class
        if attended is not None or beside is not None:
            rows = self._rows(effect, parts, states)
        differences = tuple(row[self.v] for row in rows.difference)
        sds = tuple(row[self.v] for row in rows.sd)
        if not any(differences) and all(sd is None for sd in sds):
            return self.alike()

        def make() -> Plane:
            arm = self.allocation.arm
            if levels is not None and modifier is not None:
                arm = arm.astype(np.int16) * len(modifier.shares) + levels
            if attended is not None:
                arm = arm.astype(np.int16) * len(parts) + attended
            if beside is not None:
                arm = arm.astype(np.int16) * len(states) + beside
            return self._made(arm, rows)

        done = self.conduct.key if self._is_conducted else None
        misled = self.distortion.key if self._is_distorted else None
        key = ("score", *self._place, self.group.capacity, *self._arms, differences, sds, whose)
        return self.batch.once((*key, done, misled), make)

    def _rows(self, effect: Effect, parts: list[float], states: tuple[Beside, ...]) -> Effect:
        """What every dose and state makes of the effect; kept, as most batches have the same."""
        kept: dict[Hashable, Effect] = self.group.kept.setdefault("rows", {})
        key = (self.outcome, self.visit, tuple(parts), states)
        if key not in kept:
            if len(kept) > _KEPT:
                kept.clear()
            kept[key] = effect.beside(parts, states, self.v, self._where())
        return kept[key]

    @property
    def is_acted_on(self) -> bool:
        """Whether something but the treatment as allocated and stated acts at this visit."""
        return self._is_conducted or self._is_distorted

    @property
    def _is_conducted(self) -> bool:
        return self.visit in self.conduct.attended or self.visit in self.conduct.beside

    @property
    def _is_distorted(self) -> bool:
        return (self.outcome, self.visit) in self.distortion.states

    def _parts(self) -> list[float]:
        """Part of the effect by what was attended; what this visit finds is at its place."""
        design = self.group.design
        assert design.sessions is not None
        return design.sessions.parts(design.visits[self.visit], design.to_work)

    def _beside(self) -> NDArray[np.int16] | None:
        """State (r, p) of each patient, an index into `_states`; None where nothing acts."""
        own = self.conduct.beside.get(self.visit)
        if not self._is_distorted:
            return None if own is None else own.astype(np.int16)
        misled, states = self.distortion.states[self.outcome, self.visit]
        return misled if own is None else own.astype(np.int16) * len(states) + misled

    def _states(self) -> list[Beside]:
        """What each state does: what happens beside the treatment, then what misleads."""
        own, misled = [Beside(None, ())], [Beside(None, ())]
        if self.visit in self.conduct.beside:
            own = self.group.design.states(self.outcome)
        if self._is_distorted:
            misled = list(self.distortion.states[self.outcome, self.visit][1])
        return [
            Beside(a.instead if b.instead is None else b.instead, (*a.sizes, *b.sizes))
            for a, b in product(own, misled)
        ]

    def _where(self) -> Place:
        method = self.group.design.outcomes[self.outcome]
        return Place(method.at(method.mean, self.v), method.limits)

    def _made(self, arm: ArmPlane, effect: Effect) -> Plane:
        return self.group.design.outcomes[self.outcome].scores(self.v, self._z(), arm, effect)

    @property
    def _place(self) -> tuple[Hashable, ...]:
        acting = self.group.keys["conduct"] if self._teams() else None
        return self.group.keys["truth"], acting, self.outcome, self.visit

    @property
    def _arms(self) -> tuple[Hashable, ...]:
        return self.group.keys["allocation"], tuple(self.group.design.arms.values())

    def _once(self, what: str, make: Callable[[], Plane]) -> Plane:
        """Made for the largest trial that asks, unless it depends on who was given what."""
        if self._teams():
            key = (what, *self._place, *self._arms, self.group.capacity)
            return self.batch.once(key, make)
        return self.batch.at_least((what, *self._place), self.group.capacity, make)

    def _teams(self) -> list[str]:
        """Teams whose therapists make the scores of their patients alike at this visit."""
        return [
            name
            for name, latent in self.group.design.by_team.items()
            if any(purpose.startswith(THERAPISTS) for purpose, _ in self._terms(latent))
        ]

    def _terms(self, latent: Latent) -> Terms:
        return latent.get(self.outcome, {}).get(self.visit, ())

    def _z(self) -> Plane:
        """Latent values (r, p): of patients with therapists, therapists' included."""
        return self._once("latent", self._latent)

    def _latent(self) -> Plane:
        design, n, batch = self.group.design, self.group.capacity, self.batch
        normal = eligible(batch, design.selected)
        teams = self._teams()
        treated = {arm for name in teams for arm in design.teams[name].arms}
        made: dict[Terms, Plane] = {}

        def weighted(terms: Terms) -> Plane:  # teams with the same ICC share the same weights
            if terms not in made:
                made[terms] = batch.latent(terms, n, normal)
            return made[terms]

        z: Plane | None = None
        if treated != set(design.arms):
            z = weighted(design.latent[self.outcome][self.visit])
        for name in teams:
            terms = self._terms(design.by_team[name])
            own = tuple(term for term in terms if not term[0].startswith(THERAPISTS))
            ((purpose, weight),) = [term for term in terms if term[0].startswith(THERAPISTS)]
            therapist = self.conduct.therapist[name]
            common = batch.draws.normal(purpose, design.teams[name].n) * weight  # (r, therapist)
            inside = weighted(own) + _theirs(common, therapist)
            z = inside if z is None else np.where(therapist >= 0, inside, z)
        assert z is not None
        return np.asfortranarray(z)


def _theirs(values: Plane, therapist: Therapists) -> Plane:
    """The value (r, p) of each patient's therapist, from values (r, therapist); any where there is
    none."""
    n, replicates = values.shape[1], len(values)
    # One flat look-up, in the memory order of the planes.
    place = np.maximum(therapist.T, 0) + n * np.arange(replicates)
    return np.take(np.ascontiguousarray(values).ravel(), place).T

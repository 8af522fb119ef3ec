"""What is true where a calendar, another treatment or something taken beside it acts: no formula
describes it, so it is counted over patients who live through simulated trials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray
from trialsim.core.draws import Draws
from trialsim.core.plan import Cell, Design, Plan
from trialsim.core.program import Batch, Group, prepare
from trialsim.core.truth import Truth
from trialsim.kernels.cut import above
from trialsim.pipeline import Lives, lives

PATIENTS = 2**17
"""Patients who are followed for a truth: a mean holds to about 0.003 SD, and less where only a
part of an effect is in question."""

CLINIC_PATIENTS = 2**14
"""The same where every trial is simulated by itself, which takes a hundred times as long."""

PARTS = 16
"""Independent parts of them, whose spread is the error of whatever is worked out from all."""

LOOKED_AT = 2**14
"""Patients in whom something must differ from what is stated, if it ever does: what happens to
fewer than one in two thousand may be overlooked."""

TRUTH_SEED = 8_091_996
"""Seed of those patients: no run's own, so that no truth is a sample's."""


class _Same:
    """A design and a cell by identity, so that what is worked out for them can be kept."""

    def __init__(self, *parts: object) -> None:
        self.parts = parts

    def __hash__(self) -> int:
        return hash(tuple(id(part) for part in self.parts))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and all(
            a is b for a, b in zip(self.parts, other.parts, strict=True)
        )


def acts(design: Design) -> bool:
    """Whether anything is written that may act beside the treatment as stated."""
    return bool(design.clock or design.switches or design.cointerventions)


def as_lived(design: Design, cell: Cell) -> Design:
    """The design, without its calendar where that changes nothing for anybody: formulas then hold.

    Looked up in simulated trials, once for each design.
    """
    if not acts(design):
        return design
    is_sighted = design.clock is not None and design.clock.is_sighted
    found: Design = _looked_up(_Same(design, cell if is_sighted else None), _Same(cell))
    return found


class _Looked:
    kept: dict[_Same, Design] = {}


def _looked_up(key: _Same, cell: _Same) -> Design:
    if key not in _Looked.kept:
        if len(_Looked.kept) > 256:
            _Looked.kept.clear()
        design = key.parts[0]
        one = cell.parts[0]
        assert isinstance(design, Design)
        assert isinstance(one, Cell)
        _Looked.kept[key] = _without_calendar(design) if _is_idle(design, one) else design
    return _Looked.kept[key]


def as_stated(design: Design) -> Design:
    """The design with everybody treated in full and on time, and with nothing else."""
    return replace(design, clock=None, switches={}, cointerventions={}, sessions=None)


def _without_calendar(design: Design) -> Design:
    sessions = design.sessions
    missed = sessions is not None and (sessions.attend < 1 or sessions.never > 0)
    return replace(
        design,
        clock=None,
        switches={},
        cointerventions={},
        sessions=sessions if missed else None,
    )


def _is_idle(design: Design, cell: Cell) -> bool:
    """Whether everybody attends everything in time, makes every visit and takes nothing else."""
    if design.switches or design.cointerventions:
        return False
    group = _group(design, cell)
    for batch in range(-(-LOOKED_AT // (REPLICATES_PER_BATCH * design.n_total))):
        conduct = lives(group, Batch(Draws(TRUTH_SEED, batch, REPLICATES_PER_BATCH))).conduct
        if conduct.attended or conduct.made or conduct.beside:
            return False
    return True


def _group(design: Design, cell: Cell) -> Group:
    """A cell by itself, all of whose scores are read."""
    design = replace(design, bias={})  # no truth knows of it
    plan = Plan("", "", (design,), (replace(cell, design=0),), 1, TRUTH_SEED, {})
    (group,) = prepare(plan).groups
    everything = [(outcome, visit) for outcome in design.outcomes for visit in design.visits]
    everything += [("", name) for name in design.covariates]
    return replace(group, reads=tuple(everything), knows_therapists=False)


@dataclass(frozen=True)
class LivedContrast(Truth):
    """An arm and its comparator as patients live through it, whatever is then seen of them."""

    outcome: str
    pair: tuple[int, int]
    """Arm and comparator, by index."""
    known: Sequence[_Known]
    hypothetical: frozenset[str]
    """Visits whose truth is that of the treatments as stated."""
    stated: Truth

    @property
    def parts(self) -> Sequence[LivedContrast]:
        """The truth as each part of the patients tells it."""
        return [replace(self, known=[one]) for one in self.known]

    def mean_difference(self, visit: str) -> float:
        """Patients of each arm are compared with what the comparator as stated would have given
        them: the difference has less chance in it than that of two samples."""
        if visit in self.hypothetical:
            return self.stated.mean_difference(visit)
        first, second = (self._gained(arm, visit) for arm in self.pair)
        return float(first.mean() - second.mean())

    def shares_above(
        self, visit: str, cut: float, *, inclusive: bool, from_visit: str | None = None
    ) -> tuple[float, float]:
        """Counted among the patients of each arm."""
        if visit in self.hypothetical:
            return self.stated.shares_above(visit, cut, inclusive=inclusive, from_visit=from_visit)

        def share(arm: int) -> float:
            score = self._scores(arm, visit)
            if from_visit is not None:
                score = score - self._scores(arm, from_visit)
            return float(np.mean(above(score, cut, inclusive=inclusive)))

        first, second = (share(arm) for arm in self.pair)
        return first, second

    def superiority(self, visit: str) -> float:
        """Every patient of the one arm against every patient of the other."""
        if visit in self.hypothetical:
            return self.stated.superiority(visit)
        first, second = (np.sort(self._scores(arm, visit)) for arm in self.pair)
        below = np.searchsorted(second, first, side="left")
        not_above = np.searchsorted(second, first, side="right")
        return float(np.mean(below + not_above)) / (2 * len(second))

    def _scores(self, arm: int, visit: str) -> FloatArray:
        return np.concatenate([one.scores[self.outcome, visit, arm] for one in self.known])

    def _gained(self, arm: int, visit: str) -> FloatArray:
        return np.concatenate([one.gained[self.outcome, visit, arm] for one in self.known])


@dataclass(frozen=True)
class _Known:
    """True scores of one part of the patients, by outcome, visit and arm: what they have, and how
    much it differs from what the comparator as stated would have given them."""

    scores: dict[tuple[str, str, int], FloatArray]
    gained: dict[tuple[str, str, int], FloatArray]


def lived_contrast(
    design: Design, cell: Cell, outcome: str, pair: tuple[int, int], stated: Truth
) -> LivedContrast:
    """The truth behind a contrast of an outcome; `stated` is that of the treatments as stated."""
    hypothetical = frozenset(visit for name, visit in design.hypothetical if name == outcome)
    return LivedContrast(outcome, pair, _known(_Same(design, cell)), hypothetical, stated)


@lru_cache(maxsize=4)
def _known(key: _Same) -> Sequence[_Known]:
    design, cell = key.parts
    assert isinstance(design, Design)
    assert isinstance(cell, Cell)
    group = _group(design, cell)
    wanted = CLINIC_PATIENTS if design.clock and design.clock.by_clinic else PATIENTS
    rows = max(2, min(REPLICATES_PER_BATCH, wanted // (PARTS * design.n_total)))
    batches = max(PARTS, -(-wanted // (rows * design.n_total)))
    found = [
        _of(group, lives(group, Batch(Draws(TRUTH_SEED, batch, rows)))) for batch in range(batches)
    ]
    return [_joined(found[part::PARTS]) for part in range(PARTS)]


def _of(group: Group, lived: Lives) -> _Known:
    scores, gained = {}, {}
    for outcome, visit, arm, inside in _places(group.design, lived):
        score = lived.score(outcome, visit)
        scores[outcome, visit, arm] = score[inside]
        gained[outcome, visit, arm] = (score - lived.untreated(outcome, visit))[inside]
    return _Known(scores, gained)


def _places(
    design: Design, lived: Lives
) -> Iterator[tuple[str, str, int, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]]:
    for arm in range(len(design.arms)):
        inside = (lived.allocation.arm == arm) & lived.cohort.enrolled
        for outcome in design.outcomes:
            for visit in design.visits:
                yield outcome, visit, arm, inside


def _joined(parts: Sequence[_Known]) -> _Known:
    def together(name: str) -> dict[tuple[str, str, int], FloatArray]:
        places = getattr(parts[0], name)
        return {
            place: np.concatenate([getattr(part, name)[place] for part in parts])
            for place in places
        }

    return _Known(together("scores"), together("gained"))

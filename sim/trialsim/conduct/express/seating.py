"""Full diaries: who gets which day.

Every booking, in its order, takes the first working day with room from its earliest on. That is a
serial dictatorship, and deferred acceptance (Gale and Shapley 1962, doi 10.2307/2312726) gives
the same: everybody asks for their first day, every overfull day keeps those who booked first and
sends the others on to their next day, until no day is overfull. Two things make it so. A day
that has sent somebody away only ever holds people who booked earlier than that. And a patient
leaves a day only when sent away: a session that is sent on to the day of the patient's next one
takes it over, and the next one goes on. In what order the days are looked at does not matter.
"""

from __future__ import annotations

import numpy as np

from trialsim.conduct.express.arrays import Days, Index, of
from trialsim.conduct.express.diaries import Cells, Diaries
from trialsim.conduct.express.made_up import MadeUp
from trialsim.core.axes import BoolArray


def seat(diaries: Diaries, days: Days, counts: Index, late: MadeUp | None = None) -> Index:
    """Move appointments, in place, off the days (s, p, r) that have no room for them.

    `counts` are the courses on each day (r, t, day), to which those made up for are added.
    Returns the counts afterwards.
    """
    if late is not None:
        cells = cells_of(diaries, late.patient, late.row, late.day)
        counts = with_more(counts, cells)
    crowded = diaries.crowded(counts)
    while len(crowded[0]):
        sent = _sent_away(diaries, days, counts.shape, late, crowded)
        old, new = _moved(diaries, days, late, *sent)
        np.subtract.at(counts.ravel(), flat(old, counts), 1)
        counts = with_more(counts, new)
        # Only days that somebody moved to can be overfull now.
        over = counts[new] > diaries.per_day[new[1]]
        row, therapist, day = (axis[over] for axis in new)
        crowded = (row, therapist, day)
    return counts


def _sent_away(
    diaries: Diaries, days: Days, shape: tuple[int, ...], late: MadeUp | None, crowded: Cells
) -> tuple[Cells, Index]:
    """Sessions (s, p, r), and appointments made up, that are too many on the days given."""
    _, therapists, horizon = shape
    flags = np.zeros(shape, dtype=bool)
    flags[crowded] = True
    flags = flags.ravel()
    rows = np.unique(crowded[0])
    asked = of(days, rows)
    cell = (rows * therapists + of(diaries.therapist, rows)) * horizon + asked
    asking = flags.take(cell, mode="clip")
    if diaries.limit is not None:
        asking &= asked <= of(diaries.limit, rows)
    place = np.flatnonzero(asking)
    s, patient, row = np.unravel_index(place, asking.shape)
    cell, row = cell.ravel()[place], rows[row]
    asked_at, chosen = diaries.booked_at[patient, row], np.empty(0, dtype=np.intp)
    everyone = patient
    if late is not None:
        chosen = np.flatnonzero(_placed(diaries, late.patient, late.row, late.day))
        therapist = diaries.therapist[late.patient[chosen], late.row[chosen]]
        theirs = (late.row[chosen] * therapists + therapist) * horizon + late.day[chosen]
        here = flags[theirs]
        chosen, theirs = chosen[here], theirs[here]
        cell = np.concatenate([cell, theirs])
        asked_at = np.concatenate([asked_at, late.asked_at[chosen]])
        everyone = np.concatenate([patient, late.patient[chosen]])
    order = np.lexsort((everyone, asked_at, cell))
    sorted_cell = cell[order]
    rank = np.arange(len(cell)) - np.searchsorted(sorted_cell, sorted_cell)
    out = order[rank >= diaries.per_day[sorted_cell // horizon % therapists]]
    first, made_up = out[out < len(s)], out[out >= len(s)] - len(s)
    return (s[first], patient[first], row[first]), chosen[made_up]


def _moved(
    diaries: Diaries, days: Days, late: MadeUp | None, first: Cells, made_up: Index
) -> tuple[Cells, Cells]:
    """Send appointments on, in place; returns the cells that they leave and those that they take.

    A patient's later sessions keep their order, one a day.
    """
    s, patient, row = first
    place, who = np.unique(patient * days.shape[2] + row, return_inverse=True)
    patient, row = np.divmod(place, days.shape[2])
    therapist = diaries.therapist[patient, row]
    before = days[:, patient, row]
    after = before.copy()
    after[s, who] += 1
    for i in range(len(after)):
        if i:
            np.maximum(after[i], after[i - 1] + 1, out=after[i])
        after[i] = diaries.working(after[i], therapist, row)
    days[:, patient, row] = after
    session, column = np.nonzero(after != before)
    old = cells_of(diaries, patient[column], row[column], before[session, column])
    new = cells_of(diaries, patient[column], row[column], after[session, column])
    if not len(made_up):
        return old, new
    assert late is not None
    patient, row = late.patient[made_up], late.row[made_up]
    old_late = cells_of(diaries, patient, row, late.day[made_up])
    therapist = diaries.therapist[patient, row]
    late.day[made_up] = diaries.working(late.day[made_up] + 1, therapist, row)
    new_late = cells_of(diaries, patient, row, late.day[made_up])
    return _joined(old, old_late), _joined(new, new_late)


def _placed(diaries: Diaries, patient: Index, row: Index, day: Days) -> BoolArray:
    """Whether a day is one on which the patient may still be treated."""
    if diaries.limit is None:
        return np.ones(len(day), dtype=bool)
    return np.asarray(day <= diaries.limit[patient, row])


def cells_of(diaries: Diaries, patient: Index, row: Index, day: Days) -> Cells:
    """The cells of appointments, without those that are not made."""
    made = _placed(diaries, patient, row, day)
    patient, row = patient[made], row[made]
    return row, diaries.therapist[patient, row], day[made].astype(np.intp)


def _joined(one: Cells, other: Cells) -> Cells:
    row, therapist, day = (np.concatenate(pair) for pair in zip(one, other, strict=True))
    return row, therapist, day


def with_more(counts: Index, cells: Cells) -> Index:
    """The counts (r, t, day) with one more appointment in each of the cells, which may lie beyond
    the last day counted so far; otherwise in place."""
    beyond = int(cells[2].max(initial=0)) + 1 - counts.shape[2]
    if beyond > 0:
        counts = np.pad(counts, ((0, 0), (0, 0), (0, max(beyond, counts.shape[2]))))
    np.add.at(counts.ravel(), flat(cells, counts), 1)
    return counts


def flat(cells: Cells, counts: Index) -> Index:
    """The places of cells in the counts as they lie in memory."""
    row, therapist, day = cells
    _, therapists, days = counts.shape
    return (row * therapists + therapist) * days + day

"""The tables as plain Python, page by page: each is turned when it is first needed, and once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from trialsim.conduct.tables import Tables
from trialsim.core.clock import Hazard

Kept = dict[tuple[object, ...], list[Any] | None]


class Pages:
    """What every patient of one trial will do when the time comes.

    Trials of one batch share `kept`: rows of the pages that any of them has turned.
    """

    def __init__(self, tables: Tables, row: int, kept: Kept) -> None:
        self._tables = tables
        self._row = row
        self._kept = kept

    def comes(self, patient: int, session: int, attempt: int) -> bool:
        """Whether the patient comes to this appointment, sessions counted from 0, attempts from
        1."""
        ever = self._page(("coming",), self._tables.coming)
        if ever is not None and not ever[patient]:
            return False
        page = self._page(("comes", session, attempt), lambda: self._tables.comes(session, attempt))
        return page is None or bool(page[patient])

    def rebooks(self, patient: int, session: int, attempt: int) -> bool:
        """Whether the patient, having missed this appointment, asks for another."""
        page = self._page(
            ("rebooks", session, attempt), lambda: self._tables.rebooks(session, attempt)
        )
        return page is not None and bool(page[patient])

    def lasts(self, patient: int, team: str, session: int, attempt: int) -> float:
        """Days that a session takes, in a queue."""
        key = ("lasts", team, session, attempt)
        page = self._page(key, lambda: self._tables.lasts(team, session, attempt))
        assert page is not None
        return float(page[patient])

    def patience(self, patient: int, what: str, interval: int) -> float:
        """A standard exponential: what a hazard has to add up to, from the visit on."""
        key = ("patience", what, interval)
        page = self._page(key, lambda: self._tables.patience(what, interval))
        assert page is not None
        return float(page[patient])

    def late(self, patient: int, visit: str) -> float:
        """Days by which a visit is late."""
        page = self._page(("late", visit), lambda: self._tables.late(visit))
        return 0.0 if page is None else float(page[patient])

    def away_from(self, team: str, therapist: int, year: int) -> int | None:
        """First day of a therapist's leave in a year counted from 0; None for no leave."""
        page = self._page(("away", team, year), lambda: self._tables.away_from(team, year))
        return None if page is None else int(page[therapist])

    def badness(self, patient: int, hazard: Hazard, interval: int, level: int) -> float:
        """Badness at a visit of a patient who has had so much of the treatment."""
        return float(self._tables.badness_at(hazard, interval, level)[self._row, patient])

    def _page(
        self, key: tuple[object, ...], make: Callable[[], np.ndarray[Any, Any] | None]
    ) -> list[Any] | None:
        """This trial's row of a table; None where the table has nothing to say."""
        if key not in self._kept:
            made = make()
            self._kept[key] = None if made is None else made.tolist()
        page = self._kept[key]
        return None if page is None else page[self._row]

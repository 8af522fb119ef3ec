"""Rules of missing data: reasons why scores are not seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from trialsim.core.axes import Mask
from trialsim.core.draws import Draws
from trialsim.core.stages import ObservationMethod, Seen
from trialsim.kernels.lattice import lattice_normals
from trialsim.testing._arrays import difference, impurity, locked

VISITS = ("baseline", "after", "later")
"""Visits of the trials on which reasons are tried."""

REPLICATES, PATIENTS = 2_000, 60
"""A share missing of 0.1 is then known to 0.001: one of 0.104 instead of 0.1 is found."""


def _asked(method: ObservationMethod) -> Sequence[str]:
    return method.visits(VISITS, "baseline")


def _hidden(
    method: ObservationMethod,
    visits: Sequence[str],
    purpose: str = "testing.lost",
    n: int = PATIENTS,
    replicates: int = 64,
) -> Mapping[str, Mask]:
    arm = np.broadcast_to((np.arange(n) % 2).astype(np.int8), (replicates, n))
    draws = Draws(seed=5, batch=0, replicates=replicates)
    return method.missing(draws, purpose, visits, locked(arm), _seen(draws, n))


def _seen(draws: Draws, n: int) -> Seen:
    """Independent standard normal scores, and a population of them."""
    population = lattice_normals(2**14, len(VISITS))
    return Seen(
        arms=("comparator", "arm"),
        visits=VISITS,
        baseline=VISITS[0],
        badness=lambda outcome, visit: draws.normal(f"testing.{visit}", n),
        pilot=lambda outcome, visit, arm: population[VISITS.index(visit)],
        arm_shares=(0.5, 0.5),
        kept={},
    )


def example_fits(method: ObservationMethod) -> Iterator[str]:
    """The example fits the visits baseline, after and later, and names some of them in order."""
    yield from method.problems(VISITS, "baseline")
    asked = list(_asked(method))
    if not asked or asked != [visit for visit in VISITS if visit in asked]:
        yield f"`visits` gave {asked}."


def masks_are_planes(method: ObservationMethod) -> Iterator[str]:
    """Masks are boolean, one for each visit asked, in the shape of the arms."""
    hidden = _hidden(method, _asked(method))
    if set(hidden) != set(_asked(method)):
        yield f"Asked for {', '.join(_asked(method))}; it hides scores at {', '.join(hidden)}."
    for visit, mask in hidden.items():
        if mask.dtype != np.bool_ or mask.shape != (64, PATIENTS):
            yield f"At {visit}: found {mask.dtype} {mask.shape}, not bool {(64, PATIENTS)}."


def masks_are_pure(method: ObservationMethod) -> Iterator[str]:
    """The same draws give the same masks, and the arms are left as they were."""
    arm = locked(np.zeros((64, PATIENTS), dtype=np.int8))
    draws = Draws(seed=5, batch=0, replicates=64)
    seen = _seen(draws, PATIENTS)
    yield from impurity(
        lambda: method.missing(draws, "testing.lost", _asked(method), arm, seen), arm
    )


def visits_are_apart(method: ObservationMethod) -> Iterator[str]:
    """Which visits are asked for changes nothing at the others."""
    together = _hidden(method, _asked(method))
    for visit in _asked(method):
        alone = _hidden(method, [visit])
        if set(alone) != {visit}:
            yield f"Asked for {visit} alone, it hides scores at {', '.join(alone)}."
        apart = difference(together[visit], alone[visit])
        if apart:
            yield f"At {visit}, asked for alone: {apart}."


def patients_are_apart(method: ObservationMethod) -> Iterator[str]:
    """The first patients are lost or seen alike, however many come after them."""
    few, many = _hidden(method, _asked(method), n=25), _hidden(method, _asked(method), n=50)
    for visit in _asked(method):
        apart = difference(few[visit], many[visit][:, :25])
        if apart:
            yield f"At {visit}, 25 patients and the first 25 of 50: {apart}."


def replicates_are_alone(method: ObservationMethod) -> Iterator[str]:
    """Who is lost in a replicate does not depend on the other replicates."""
    whole = _hidden(method, _asked(method))
    arm = np.broadcast_to((np.arange(PATIENTS) % 2).astype(np.int8), (2, PATIENTS))
    draws = Draws(seed=5, batch=0, replicates=64).slab(slice(7, 9))
    part = method.missing(draws, "testing.lost", _asked(method), arm, _seen(draws, PATIENTS))
    for visit in _asked(method):
        apart = difference(whole[visit][7:9], part[visit])
        if apart:
            yield f"At {visit}, replicates 7 and 8 alone: {apart}."


def purposes_are_apart(method: ObservationMethod) -> Iterator[str]:
    """Two reasons of the same kind do not lose the same patients: draws are asked for under the
    purpose given."""
    if not method.is_by_lot:
        return
    one, other = (_hidden(method, _asked(method), f"testing.{name}") for name in ("one", "other"))
    for visit in _asked(method):
        if 0 < one[visit].mean() < 1 and not difference(one[visit], other[visit]):
            yield f"At {visit} both lose the same."


def rate_is_delivered(method: ObservationMethod) -> Iterator[str]:
    """The `rate` asked for, one share or visit: share, is delivered."""
    rate = getattr(method, "rate", None)
    if rate is None:
        return
    hidden = _hidden(method, _asked(method), replicates=REPLICATES)
    for visit, mask in hidden.items():
        wanted = rate[visit] if isinstance(rate, Mapping) else rate
        found = float(mask.mean())
        mcse = np.sqrt(wanted * (1 - wanted) / mask.size)
        if abs(found - wanted) > 4 * mcse:
            yield f"At {visit}: asked for {wanted:g}, it hides {found:.4f} (mcse {mcse:.4f})."


def monotone_loss_is_for_good(method: ObservationMethod) -> Iterator[str]:
    """Where the `pattern` is monotone, who is lost stays lost."""
    if getattr(method, "pattern", None) != "monotone":
        return
    hidden = _hidden(method, _asked(method))
    for visit, later in zip(_asked(method), _asked(method)[1:], strict=False):
        back = hidden[visit] & ~hidden[later]
        if back.any():
            yield f"{back.sum()} patients lost at {visit} are seen at {later}."


RULES = (
    example_fits,
    masks_are_planes,
    masks_are_pure,
    visits_are_apart,
    patients_are_apart,
    replicates_are_alone,
    purposes_are_apart,
    rate_is_delivered,
    monotone_loss_is_for_good,
)

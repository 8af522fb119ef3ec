"""The axes of a batch: replicate first, then patient; one plane a visit."""

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

REPLICATES_PER_BATCH = 256
"""The unit of randomness and of storage. Changing it changes every number of every run."""

SLAB_BYTES = 8 * 2**20
"""A plane larger than this is worked on in slabs of replicates, so that it stays in cache."""

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

Plane = Annotated[FloatArray, "replicate, patient"]
"""One number for each patient of each replicate. In memory a patient's replicates are neighbours
(Fortran order), as the tables are drawn, so that the first n patients are one block."""

Mask = Annotated[BoolArray, "replicate, patient"]
"""A plane of yes or no, called after what is true inside it."""

ArmPlane = Annotated[NDArray[np.signedinteger[Any]], "replicate, patient"]
"""The index of each patient's arm, in the order in which the scenario lists the arms."""


Levels = Annotated[NDArray[np.int8], "replicate, patient"]
Therapists = Annotated[NDArray[np.int16], "replicate, patient"]
"""The level of each patient on a factor with few values, counted from 0."""


def slabs(replicates: int, patients: int) -> list[slice]:
    """Slices of replicates that keep a float64 plane of `patients` within `SLAB_BYTES`.

    A slab holds at least two replicates. The cut moves no number: the tables are drawn for the
    whole batch and every stage treats replicates independently.
    """
    rows = max(2, SLAB_BYTES // (8 * max(1, patients)))
    # A last slab of one would be summed in another order, so it joins the one before.
    starts = [s for s in range(0, replicates, rows) if s == 0 or replicates - s > 1]
    return [slice(a, b) for a, b in zip(starts, [*starts[1:], replicates], strict=True)]

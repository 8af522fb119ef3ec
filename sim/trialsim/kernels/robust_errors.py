"""Errors of an adjusted difference that hold when the patients' variances differ: HC3.

MacKinnon and White 1985, doi 10.1016/0304-4076(85)90158-7: each squared residual is divided by
(1 - h)**2, where h is the patient's leverage on the fit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialsim.core.axes import FloatArray, Plane
from trialsim.core.records import TrialData
from trialsim.kernels.arm_sums import Analysed, Variable, centred, member, total
from trialsim.kernels.within_arms import Comparison


def hc3_errors(
    data: TrialData,
    who: Analysed,
    pair: tuple[int, int],
    variables: Sequence[Variable],
    both: Comparison,
    usable: np.ndarray,
) -> FloatArray:
    """HC3 standard errors (k, r) of the difference adjusted for all but the first of `variables`;
    NaN where not `usable`.

    Least squares weights patient i by c = +-1/n - d' W^-1 (x - mean), in the letters of `Ancova`
    (d imbalance, W sums of squares within arms): the error is the root of sum((c e / (1 - h))^2).
    """
    inverse = _inverse(both, usable)  # (k, r, p, p)
    towards = np.stack(both.within[0], axis=-1)[..., 1:]
    imbalance = np.stack(both.difference, axis=-1)[..., 1:]
    slopes = np.einsum("krij,krj->kri", inverse, towards)
    pull = np.einsum("krij,krj->kri", inverse, imbalance)
    values = [centred(data, who, x) for x in variables]
    variance = np.zeros(usable.shape)
    for arm, sign, n in zip(pair, (1, -1), both.n, strict=True):
        inside = member(data, who, arm)
        with np.errstate(divide="ignore", invalid="ignore"):
            means = [total(data, who, arm, x) / n for x in variables]
        for k, size in enumerate(data.sizes):
            deviations = [
                value[:, :size] - mean[k][:, None]
                for value, mean in zip(values, means, strict=True)
            ]
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                weight, residual, leverage = _parts(
                    deviations, sign / n[k], slopes[k], pull[k], inverse[k]
                )
                square = np.where(
                    inside[:, :size] > 0, (weight * residual / (1 - leverage)) ** 2, 0.0
                )
            variance[k] += np.einsum("rp->r", square)
    return np.where(usable, np.sqrt(variance), np.nan)


def _parts(
    deviations: list[Plane],
    own: FloatArray,
    slopes: FloatArray,
    pull: FloatArray,
    inverse: FloatArray,
) -> tuple[Plane, Plane, Plane]:
    """Weight in the difference, residual and leverage of each patient (r, p)."""
    residual, *adjusting = deviations
    weight = np.broadcast_to(own[:, None], residual.shape)
    leverage = np.abs(weight)
    for i, x in enumerate(adjusting):
        residual = residual - slopes[:, i, None] * x
        weight = weight - pull[:, i, None] * x
        for j, y in enumerate(adjusting):
            leverage = leverage + inverse[:, i, j, None] * x * y
    return weight, residual, leverage


def _inverse(both: Comparison, usable: np.ndarray) -> FloatArray:
    """Inverse of W, in units of within-arm SDs on the way; the identity where not usable."""
    p = len(both.difference) - 1
    if p == 0:
        return np.zeros((*usable.shape, 0, 0))
    w = np.stack([np.stack(row[1:], axis=-1) for row in both.within[1:]], axis=-2)
    w[~usable] = np.eye(p)
    scale = np.sqrt(np.einsum("krii->kri", w))
    scale = scale[..., :, None] * scale[..., None, :]
    inverse: FloatArray = np.linalg.inv(w / scale) / scale
    return inverse

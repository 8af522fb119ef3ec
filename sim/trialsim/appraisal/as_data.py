"""Records of an appraisal as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from trialsim.appraisal.siblings import Sibling


def plain_data(value: Any) -> Any:
    """Mappings, lists and values that JSON has; NaN and infinities become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain_data(inner) for key, inner in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: plain_data(one) for name, one in zip(value._fields, value, strict=True)}
    if isinstance(value, list | tuple):
        return [plain_data(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_data(getattr(value, field.name)) for field in fields(value)}
    return value


def sibling_rows(placed: Sequence[Sibling]) -> Iterator[dict[str, Any]]:
    """A row a published result and cell; `power` is blank where nothing differs, where a rejection
    is a false alarm, and where a published difference is taken to be true."""
    for one in placed:
        below, above = one.placement.share(-1), one.placement.share(1)
        rate = one.significant
        yield {
            "result": one.result,
            "status": one.status,
            "analysis": one.analysis,
            "contrast": one.contrast,
            "estimate": one.estimate,
            "assumption": one.assumption,
            "what_if": one.what_if,
            "true_value": one.truth,
            "at_or_below": below[0],
            "at_or_below_mcse": below[1],
            "at_or_above": above[0],
            "at_or_above_mcse": above[1],
            "n_placed": one.placement.n,
            "log_density": one.likelihood.log_density,
            "log_density_mcse": one.likelihood.error,
            "density_by": one.likelihood.method,
            "relative_likelihood": one.relative.value,
            "relative_likelihood_mcse": one.relative.mcse,
            "power": math.nan if one.is_null or one.is_published else rate.value,
            "false_alarms": rate.value if one.is_null else math.nan,
            "rejection_rate_mcse": rate.mcse,
            "mean_estimate": one.mean_estimate.value,
            "mean_estimate_mcse": one.mean_estimate.mcse,
            "type_s": one.type_s.value,
            "type_s_mcse": one.type_s.mcse,
            "type_m": one.type_m.value,
            "type_m_mcse": one.type_m.mcse,
            "n_significant": one.type_m.n,
            "critical_estimate": one.critical.value,
            "critical_estimate_mcse": one.critical.mcse,
            "coverage": one.coverage.value,
            "coverage_mcse": one.coverage.mcse,
            "failed": one.failed,
        }

"""In which section each figure stands. One that is not named here stands in the last of them."""

from __future__ import annotations

from collections.abc import Mapping

FIGURES: Mapping[str, tuple[str, ...]] = {
    "trial": ("flow",),
    "calendar": ("calendar",),
    "one-trial": ("one_trial", "trajectories", "natural_course"),
    "many-trials": ("many_trials", "dance", "p_values", "small_multiples"),
    "exaggeration": ("exaggeration",),
    "analyses": ("three_analyses", "dichotomising", "nnt"),
    "size": ("power_curve", "power", "precision", "power_map"),
    "missing": ("loss",),
    "what-if": ("small_multiples", "transport"),
}
"""By identifier of a section: names of figures, in the order of the page. Small multiples stand
beside the what-ifs where the scenario has any, else among the many trials."""

"""Missing at random: loss that depends on a score already observed.

Rubin 1976, doi 10.1093/biomet/63.3.581; Little and Rubin 2019, Statistical Analysis with Missing
Data, section 1.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from trialsim.core.registry import register
from trialsim.observation.score_driven import ScoreDriven


@register("mar")
class MissingAtRandom(ScoreDriven):
    """Who is lost depends on a score that was recorded before.

    With monotone loss that is the score of the visit before, which everybody still there has;
    with intermittent loss it is the baseline score.
    """

    def looks_at(self, visits: Sequence[str], baseline: str | None) -> Mapping[str, str]:
        """The visit before, or baseline."""
        if self.pattern == "monotone":
            return {visit: before for before, visit in pairwise(visits)}
        if baseline is None:
            return {}
        return {visit: baseline for visit in visits if visit != baseline}

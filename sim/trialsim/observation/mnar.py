"""Missing not at random: loss that depends on the very score that is not seen.

Rubin 1976, doi 10.1093/biomet/63.3.581; Little and Rubin 2019, Statistical Analysis with Missing
Data, section 1.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialsim.core.registry import register
from trialsim.observation.score_driven import ScoreDriven


@register("mnar")
class MissingNotAtRandom(ScoreDriven):
    """Who is lost depends on the score that would have been recorded."""

    def looks_at(self, visits: Sequence[str], baseline: str | None) -> Mapping[str, str]:
        """The visit itself."""
        return {visit: visit for visit in visits}

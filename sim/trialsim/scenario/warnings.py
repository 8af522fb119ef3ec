"""What readers should know of a plan although nothing in it is wrong."""

from __future__ import annotations

from trialsim.core.plan import Design, Plan
from trialsim.core.team import Team
from trialsim.scenario._words import listed
from trialsim.scenario.allocation_check import omissions


def warnings(plan: Plan) -> list[str]:
    """A sentence for each thing; nothing twice."""
    return [*omissions(plan), *_therapists(plan)]


def _therapists(plan: Plan) -> list[str]:
    """Arms treated by one therapist, and analyses that take patients of one therapist for
    strangers (Walwyn and Roberts 2010, doi 10.1177/0962280209105017)."""
    found: dict[str, None] = {}  # designs repeat one another
    sets = {cell.design: cell.what_if for cell in reversed(plan.cells)}
    stated = sets[0]
    for index, design in enumerate(plan.designs):
        under = "" if sets[index] == stated else f"what if {sets[index].replace('_', ' ')}: "
        for team in design.teams.values():
            found |= dict.fromkeys(f"{under}{text}" for text in _of_team(design, team))
    return list(found)


def _of_team(design: Design, team: Team) -> list[str]:
    if not team.icc:
        return []
    said = []
    if team.n == 1 and len(team.arms) < len(design.arms):
        text = f"one therapist treats {listed(list(team.arms), 'and')}"
        said.append(f"{text}: no analysis can tell the therapist from the treatment.")
    naive = [
        name
        for name, analysis in design.analyses.items()
        if analysis.outcome in team.icc and not analysis.knows_therapists
    ]
    if naive:
        verb = "takes" if len(naive) == 1 else "take"
        said.append(
            f"{listed(naive, 'and')} {verb} patients of one therapist for strangers: their p "
            "values are too small; therapist_means does not."
        )
    return said

"""The trial: who is compared, what is measured when, who analyses how, who reaches the analysis."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.operating.flow import flow
from trialsim.operating.rounding import value_text
from trialsim.plots.base.words import counted, listed, plain
from trialsim.report.figure_places import FIGURES
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import Table
from trialsim.scenario.describe import decision_line, method_line, outcome_line

ID = "trial"
TITLE = "The trial"


def applies(page: Page) -> bool:
    """Always."""
    return True


def render(page: Page) -> Markup:
    """Arms, visits, outcomes, analyses, and the flow of participants."""
    design, source = page.design, page.written.source
    comparator, *others = design.arms
    link = f"https://doi.org/{source.doi}" if source.doi else source.url
    return fill(
        "trial",
        page=page,
        source=source,
        link=link if link.startswith(("https://", "http://")) else "",
        arms=[(page.run.arm_label(arm), design.arms[arm]) for arm in (*others, comparator)],
        comparator=page.run.arm_label(comparator),
        visits=[(plain(name), days / 7) for name, days in design.visits.items()],
        outcomes=[
            (outcome_line(design, name), name == design.analyses[page.run.primary].outcome)
            for name in design.outcomes
        ],
        people=_people(page),
        allocation=plain(design.allocation.name),
        factors=listed([plain(name) for name in design.allocation.factors]),
        decision=decision_line(design),
        analyses=_analyses(page),
        merits=_merits(page),
        flow=_flow(page),
        figures=page.figures(FIGURES[ID]),
    )


def _people(page: Page) -> list[str]:
    """Who may enter, what is known of them, and who treats them, where the scenario says so."""
    design = page.design
    found = []
    for outcome, (low, high) in design.eligible.items():
        limits = [
            f"at least {low:g}" if low is not None else "",
            f"at most {high:g}" if high is not None else "",
        ]
        unit = design.outcomes[outcome].unit
        found.append(
            f"enter with {listed([one for one in limits if one])} {unit} of "
            f"{page.outcome_label(outcome)}"
        )
    if design.measured:
        found.append(f"known of them: {listed([plain(name) for name in design.measured])}")
    if design.traits:
        found.append(f"acting, and not known: {listed([plain(name) for name in design.traits])}")
    for team in design.teams.values():
        arms = listed([page.run.arm_label(arm) for arm in team.arms])
        found.append(f"treated by {counted(team.n, 'therapist')}: {arms}")
    return found


def _analyses(page: Page) -> Table:
    rows = []
    for name, analysis in page.design.analyses.items():
        primary = " (primary)" if name == page.run.primary else ""
        rows.append(
            [
                f"{plain(name)}{primary}",
                plain(method_line(analysis)),
                page.outcome_label(analysis.outcome),
                plain(analysis.visit),
                plain(analysis.missing),
            ]
        )
    head = ["Analysis", "Method", "Outcome", "Visit", "A missing score"]
    return Table("analyses-list", "Analyses of the same data", head, [("", rows)], is_text=True)


def _merits(page: Page) -> list[str]:
    """What the design does well, as far as the scenario tells."""
    design = page.design
    last = max(design.visits.values()) / 7
    found = [f"Participants are allocated at random ({plain(design.allocation.name)})."]
    if design.baseline is not None:
        found.append("Scores are taken before treatment, so an analysis can adjust for them.")
    if getattr(design.analyses[page.run.primary], "adjust", ()):
        found.append("The primary analysis adjusts for what was measured before treatment.")
    if last > 0:
        found.append(f"Participants are followed for {last:g} weeks.")
    if page.written.estimands:
        found.append("What the trial wants to learn is written down as an estimand.")
    return found


def _flow(page: Page) -> Table | None:
    """Participants who reach each analysis, under every assumption where that differs; nothing
    where everybody always does."""
    counts = flow(page.plan, page.run.values)
    stated = counts[counts["cell"].isin([page.plan.cell_key(i) for i in page.run.cells.values()])]
    if (stated["analysed_lowest"] == stated["planned"]).all():
        return None
    groups, seen = [], []
    for assumption, index in page.run.cells.items():
        own = counts[counts["cell"] == page.plan.cell_key(index)]
        own = own.drop_duplicates(["analysis", "contrast"])
        rows = []
        for row in own.itertuples():
            several = len(page.design.contrasts_of(str(row.analysis))) > 1
            name = plain(str(row.analysis))
            rows.append(
                [
                    f"{name}, {page.contrast_label(str(row.contrast))}" if several else name,
                    f"{row.planned:,}",
                    value_text(row.analysed_mean, row.mcse),
                    f"{row.analysed_lowest:,.0f} to {row.analysed_highest:,.0f}",
                ]
            )
        if rows not in seen:
            seen.append(rows)
            groups.append((f"If the truth is “{plain(assumption)}”", rows))
    if len(groups) == 1:
        groups = [("", groups[0][1])]
    return Table(
        "flow",
        f"Participants who reach each analysis, over {page.replicates:,} simulated trials",
        ["Analysis", "Randomised", "Analysed, mean", "Fewest and most"],
        groups,
        "In brackets: Monte Carlo standard error."
        + (" The same under every assumption." if len(groups) == 1 < len(page.run.cells) else ""),
    )

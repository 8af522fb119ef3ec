"""The report of a mystery trial, as a journal would print it; nothing in it says what is true."""

from __future__ import annotations

from trialsim.plots.base.words import plain
from trialsim.replayed.abstract import SIMULATED, at
from trialsim.replayed.quantity import quantity_of
from trialsim.report.tables import Table
from trialsim.scenario.keys.appraisal import DOMAINS
from trialsim.teaching.mystery.drawn import TITLE
from trialsim.teaching.mystery.flaws import JUDGEMENTS, NONE
from trialsim.teaching.mystery.trial import MysteryTrial
from trialsim.teaching.page import fill, shown

_STAGES = ("allocated", "seen")


def report_html(trial: MysteryTrial) -> str:
    """The page, in one file."""
    sections = dict(trial.replayed.abstract().sections)
    return fill(
        "mystery",
        title=TITLE,
        simulated=SIMULATED,
        objective=sections["Background and objective"],
        conclusion=sections["Conclusion"],
        outcomes=_outcomes(trial),
        statements=list(trial.mystery.statements.values()),
        tables=[_flow(trial), _baseline(trial), _results(trial)],
        figure=shown(trial.replayed.trajectories(), "scores"),
        judgements=[_said(name) for name in JUDGEMENTS],
        primary=_primary(trial),
    )


def _said(judgement: str) -> str:
    return "none: no flaw" if judgement == NONE else f"{judgement}: {DOMAINS[judgement]}"


def _outcomes(trial: MysteryTrial) -> str:
    design = trial.replayed.choice.design
    said = []
    for method in design.outcomes.values():
        low_high = f", {method.limits[0]:g} to {method.limits[1]:g}" if method.limits else ""
        said.append(f"{method.label} ({method.unit}{low_high}; {method.better} is better)")
    return "; ".join(said)


def _primary(trial: MysteryTrial) -> str:
    run = trial.replayed.choice.naming
    label, visit = run.outcome_label(run.primary), run.design.analyses[run.primary].visit
    return f"{label} at {at(run, visit)}, compared by a t test"


def _flow(trial: MysteryTrial) -> Table:
    """How many were allocated, and seen at each visit, by arm."""
    run, flow = trial.replayed.choice.naming, trial.replayed.flow
    rows = []
    for (stage, where), own in flow.groupby(["stage", "at"], sort=False):
        if stage in _STAGES:
            name = "allocated" if stage == "allocated" else f"seen, {at(run, str(where))}"
            rows.append(
                (name, *(f"{n:,}" for n in own.set_index("arm")["n"][list(run.design.arms)]))
            )
    head = ("", *(run.arm_label(arm) for arm in run.design.arms))
    return Table("flow", "Participants", head, [("", rows)])


def _baseline(trial: MysteryTrial) -> Table:
    frame = trial.replayed.table1()
    rows = [tuple(str(cell) for cell in row) for row in frame.itertuples(index=False)]
    head = ("", "", *map(str, frame.columns[2:]))
    return Table("table-one", "Table 1. Baseline", head, [("", rows)])


def _results(trial: MysteryTrial) -> Table:
    run = trial.replayed.choice.naming
    rows = []
    for one in trial.shown:
        quantity = quantity_of(run, one.analysis, one.contrast)
        where = at(run, run.design.analyses[one.analysis].visit)
        mark = ", primary" if one.analysis == run.primary else ""
        name = f"{plain(run.outcome_label(one.analysis))}, {where}{mark}"
        rows.append((name, quantity.sentence(one), f"{one.n_analysed:,}"))
    head = ("", quantity.name, "n")
    return Table("results", "Results", head, [("", rows)], is_text=True)

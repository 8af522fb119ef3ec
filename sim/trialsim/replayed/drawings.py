"""The figures of one trial: its flow, its scores, who was seen when, who treated whom."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from trialsim.core.records import TrialData
from trialsim.operating.flow_counts import Flow
from trialsim.operating.patients import patients
from trialsim.operating.timelines import timelines
from trialsim.operating.whereabouts import held_of
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.page import EDGE, POINTS, new_page
from trialsim.plots.base.style import style
from trialsim.plots.base.words import decimals_of, listed, number
from trialsim.plots.caseloads import draw_caseloads
from trialsim.plots.flow import draw_trial
from trialsim.plots.one_trial import MOST_ARMS, one_trial
from trialsim.plots.one_trial_marks import marks_of
from trialsim.plots.patients_of import score_of, visits_of
from trialsim.plots.run import Run
from trialsim.plots.swimmer import draw_swimmer
from trialsim.plots.swimmer_calendar import draw_swimmer_on_calendar
from trialsim.replayed.abstract import at
from trialsim.replayed.choice import Choice


def flow_figure(choice: Choice, run: Run, flow: Flow) -> Drawn:
    """The CONSORT flow diagram of the trial."""
    return draw_trial(flow, choice.row, run.arm_label, choice.said)


def trajectories_figure(choice: Choice, run: Run, data: TrialData) -> Drawn:
    """Recorded scores of the primary outcome: a line a patient and the means, a panel an arm."""
    analysis = run.primary
    outcome, visit = run.design.analyses[analysis].outcome, run.design.analyses[analysis].visit
    frame = patients(data, choice.row)
    frame = frame[frame["outcome"] == outcome]
    arms = {name: run.arm_label(name) for name in _shown_arms(run)}
    visits, score = visits_of(run), score_of(run, analysis)
    marks = marks_of(frame, list(arms), visits)
    means = marks[(marks["kind"] == "mean") & (marks["visit"] == visit)]
    found = [
        f"{number(value, max(1, decimals_of((upper - lower) / 2)))} with {arms[arm]}"
        for arm, value, lower, upper in zip(
            means["arm"], means["value"], means["lower"], means["upper"], strict=True
        )
    ]
    label = run.outcome_label(analysis)
    heading = f"Mean {label} at {at(run, visit)}: {listed(found) or 'none recorded'}."
    left_out = [run.arm_label(name) for name in run.design.arms if name not in arms]
    n, drawn = frame["patient"].nunique(), marks["patient"].nunique()
    who = "all patients" if drawn == n else f"the first {drawn:,} of {n:,} patients"
    small = f"{choice.said} Thin lines: {who}; a line ends with the last score recorded."
    small += f" Not drawn: {listed(left_out)}." if left_out else ""
    ax = one_trial(frame, arms=arms, visits_weeks=visits, score=score)
    figure = ax.get_figure(root=True)
    assert figure is not None
    _put_words(figure, heading, small)
    alt = f"Scores of the patients of one trial at every visit: {score.name}. {heading}"
    return Drawn(figure, marks, heading, small, alt, "trajectories")


def swimmer_figure(choice: Choice, run: Run, data: TrialData) -> Drawn:
    """A lane a patient: at which visits they were seen; on a calendar also what else happened."""
    if data.course is not None:
        return draw_swimmer_on_calendar(
            timelines(run.design, data, choice.row),
            arms={name: run.arm_label(name) for name in run.design.arms},
            n_visits=len(run.design.visits),
            which=choice.said,
        )
    frame = patients(data, choice.row)
    seen = frame.groupby(["patient", "arm", "visit"], sort=False)["observed"].any().reset_index()
    return draw_swimmer(
        seen.rename(columns={"observed": "seen"}),
        arms={name: run.arm_label(name) for name in run.design.arms},
        visits_weeks=visits_of(run),
        which=choice.said,
    )


def caseloads_figure(choice: Choice, run: Run, data: TrialData) -> Drawn:
    """Patients of every therapist and their appointments. Raises ValueError where nobody has
    one."""
    if not data.therapist:
        raise ValueError("this trial names no therapists")
    frame = patients(data, choice.row).drop_duplicates("patient")[["patient", "arm"]]
    treated = frame.assign(team="", therapist=0)
    for team, plane in data.therapist.items():
        own = plane[choice.row, frame["patient"].to_numpy() - 1]
        treated.loc[own >= 0, "team"] = team
        treated.loc[own >= 0, "therapist"] = own[own >= 0] + 1
    if data.course is not None and data.course.held_on:
        place = frame["patient"].to_numpy() - 1
        treated["appointments"] = data.course.appointments[choice.row, place].astype(int)
        treated["held"] = held_of(data.course)[choice.row, place].astype(int)
    return draw_caseloads(
        treated[treated["therapist"] > 0],
        arms={name: run.arm_label(name) for name in run.design.arms},
        teams={name: n for name, (_, n) in data.teams.items()},
        which=choice.said,
    )


def _shown_arms(run: Run) -> list[str]:
    """The arms of the primary contrast, then as many others as fit."""
    pair = run.pair(run.primary)
    others = [name for name in run.design.arms if name not in pair]
    chosen = {*pair, *others[: MOST_ARMS - len(pair)]}
    return [pair[1], *(name for name in run.design.arms if name in chosen - {pair[1]})]


def _put_words(figure: Figure, heading: str, caption: str) -> None:
    """Give a finished figure a heading and a caption: the sheet grows by the room they take."""
    with style():
        page = new_page(heading, caption)
        width, height = figure.get_size_inches()
        above, below = (page.head - EDGE) / POINTS, (page.foot - EDGE) / POINTS
        taller = height + above + below
        for ax in figure.axes:
            x0, y0, wide, tall = ax.get_position().bounds
            ax.set_position((x0, (y0 * height + below) / taller, wide, tall * height / taller))
        figure.set_size_inches(width, taller)
        for text in page.figure.texts:
            y = text.get_position()[1]
            aside = ScaledTranslation(
                EDGE / POINTS, (EDGE if y == 0 else -EDGE) / POINTS, figure.dpi_scale_trans
            )
            figure.text(
                0,
                y,
                text.get_text(),
                transform=figure.transFigure + aside,
                va=text.get_verticalalignment(),
                fontsize=text.get_fontsize(),
                fontweight=text.get_fontweight(),
                color=text.get_color(),
                linespacing=1.2,
            )

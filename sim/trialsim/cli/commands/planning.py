"""Commands that choose a size or a design.

They import what they need when they are called, so that --help is quick.
"""

from __future__ import annotations

import typer

from trialsim.cli.commands.app import SCENARIO, SET, Texts, app

COMPARED = typer.Argument(
    ..., help="Scenario files (YAML); the others are compared with the first.", show_default=False
)
ANALYSES = typer.Option(
    [], metavar="NAMES", help="Compare these analyses of one scenario: t_test,change"
)
CHANGED = typer.Option(
    [],
    "--set",
    metavar="PATH=VALUE",
    help="With one scenario: a design to compare with it, e.g. design.n_total=200. With several: a "
    "change to all of them. Repeatable.",
)


@app.command()
def compare(
    scenarios: Texts = COMPARED,
    analysis: str | None = typer.Option(
        None, help="Analysis of all designs; the primary one when left out.", show_default=False
    ),
    analyses: Texts = ANALYSES,
    changes: Texts = CHANGED,
    assumption: str | None = typer.Option(
        None,
        help="What is true where power is held against cost; the first with an effect when left "
        "out.",
        show_default=False,
    ),
    smallest: float | None = typer.Option(
        None,
        help="Smallest difference in the share of significant trials worth knowing: 0.01",
        show_default=False,
    ),
    hours_per_session: float = typer.Option(
        1.0, help="Hours of a therapist a session, where the scenario has no session_minutes."
    ),
    replicates: int | None = typer.Option(
        None, help="Simulated trials a design.", show_default=False
    ),
    seed: int | None = typer.Option(None, help="Seed of every random number.", show_default=False),
    workers: int | None = typer.Option(
        None, help="Processes; all cores when left out, 1 for none.", show_default=False
    ),
    out: str = typer.Option("results", help="Folder for results."),
    json_: bool = typer.Option(False, "--json", help="Print one JSON object instead of tables."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print only where the results are."),
) -> None:
    """Compare designs on the same simulated trials: scenarios, varied values, or analyses."""
    from trialsim.cli.compare import compare_command

    compare_command(
        scenarios, [*([analysis] if analysis else []), *analyses], changes, assumption, replicates,
        seed, smallest, hours_per_session, workers, out, json_, quiet,
    )  # fmt: skip


@app.command()
def size(
    scenario: str | None = typer.Argument(
        None, help="Scenario file (YAML); none for an answer by theory.", show_default=False
    ),
    power: float | None = typer.Option(
        None, help="Power to reach; 0.9 for a scenario when left out.", show_default=False
    ),
    assumption: str | None = typer.Option(
        None, help="What is true; the first with an effect when left out.", show_default=False
    ),
    solve: str | None = typer.Option(
        None, help="What to look for: n_total, effect or any path.", show_default=False
    ),
    criterion: str | None = typer.Option(
        None, help="What is to be reached: power, ci_width or assurance.", show_default=False
    ),
    width: float | None = typer.Option(
        None, help="Width of the confidence interval to reach.", show_default=False
    ),
    loss: float | None = typer.Option(
        None, help="Share of patients that will be lost.", show_default=False
    ),
    analysis: str | None = typer.Option(
        None, help="Analysis; the primary one when left out.", show_default=False
    ),
    contrast: str | None = typer.Option(
        None, help="Contrast; the first one when left out.", show_default=False
    ),
    what_if: str | None = typer.Option(
        None, help="Changes to the design; none when left out.", show_default=False
    ),
    between: str | None = typer.Option(
        None, metavar="LOW,HIGH", help="Where to look.", show_default=False
    ),
    changes: Texts = SET,
    replicates: int | None = typer.Option(
        None, help="Simulated trials at each size around the answer.", show_default=False
    ),
    precision: float | None = typer.Option(
        None, help="Or as many as give the power this Monte Carlo error.", show_default=False
    ),
    seed: int | None = typer.Option(None, help="Seed of every random number.", show_default=False),
    workers: int | None = typer.Option(
        None, help="Processes; all cores when left out, 1 for none.", show_default=False
    ),
    difference: float | None = typer.Option(
        None, help="By theory: true mean difference.", show_default=False
    ),
    sd: float | None = typer.Option(None, help="By theory: SD of the scores.", show_default=False),
    n_total: int | None = typer.Option(
        None, "--n", help="By theory: patients, to see what they can do.", show_default=False
    ),
    r: float | None = typer.Option(
        None, help="By theory: correlation with baseline (ANCOVA).", show_default=False
    ),
    change: bool = typer.Option(False, "--change", help="By theory: changes from baseline."),
    welch: bool = typer.Option(False, "--welch", help="By theory: Welch's test."),
    alpha: float | None = typer.Option(
        None, help="By theory: level of the test; 0.05 when left out.", show_default=False
    ),
    sides: int | None = typer.Option(None, help="By theory: 1 or 2 sides.", show_default=False),
    ratio: float | None = typer.Option(
        None, help="By theory: treated patients for each of the comparator.", show_default=False
    ),
    margin: float | None = typer.Option(
        None, help="By theory: non-inferiority margin.", show_default=False
    ),
    p1: float | None = typer.Option(
        None, help="By theory: share with the event, comparator.", show_default=False
    ),
    p2: float | None = typer.Option(
        None, help="By theory: share with the event, treatment.", show_default=False
    ),
    therapists: int | None = typer.Option(
        None, help="By theory: therapists of the treatment arm.", show_default=False
    ),
    icc: float | None = typer.Option(
        None, help="By theory: share of variance between therapists.", show_default=False
    ),
    json_: bool = typer.Option(False, "--json", help="Print one JSON object instead of text."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print only the answer."),
) -> None:
    """Find the smallest trial that reaches a power, or what else is asked of a design."""
    from trialsim.cli.size import Asked, size_command

    asked = Asked(
        power, assumption, solve, criterion, analysis, contrast, what_if,
        between, width, loss, replicates, precision, seed, workers,
    )  # fmt: skip
    by_theory = {
        "difference": difference, "sd": sd, "n_total": n_total, "r": r, "change": change,
        "welch": welch, "alpha": alpha, "sides": sides, "ratio": ratio, "margin": margin,
        "p1": p1, "p2": p2, "therapists": therapists, "icc": icc,
    }  # fmt: skip
    size_command(scenario, asked, by_theory, changes, json_, quiet)


@app.command()
def assurance(
    scenario: str = SCENARIO,
    n: str | None = typer.Option(
        None, help="Total sizes: 100,200; as the scenario states when left out.", show_default=False
    ),
    assumption: str | None = typer.Option(
        None,
        help="What is true but for what is uncertain; the one of which a number is, if left out.",
        show_default=False,
    ),
    analysis: str | None = typer.Option(
        None, help="Analysis; the primary one when left out.", show_default=False
    ),
    contrast: str | None = typer.Option(
        None, help="Comparison; the first of the analysis when left out.", show_default=False
    ),
    replicates: int | None = typer.Option(
        None, help="Simulated trials under each truth.", show_default=False
    ),
    seed: int | None = typer.Option(None, help="Seed of every random number.", show_default=False),
    workers: int | None = typer.Option(
        None, help="Processes; all cores when left out, 1 for none.", show_default=False
    ),
    out: str = typer.Option("results", help="Folder for results."),
    changes: Texts = SET,
    json_: bool = typer.Option(False, "--json", help="Print one JSON object instead of tables."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print only where the results are."),
) -> None:
    """Average power over what is believed of uncertain values, and show how far it spreads."""
    from trialsim.cli.assurance import assurance_command

    assurance_command(
        scenario, n, assumption, analysis, contrast,
        replicates, seed, workers, out, changes, json_, quiet,
    )  # fmt: skip


@app.command()
def pilot(
    scenario: str = SCENARIO,
    power: float = typer.Option(0.8, help="Power that the next trial is planned for."),
    n: int | None = typer.Option(
        None, help="Total size of the pilot; the scenario's when left out.", show_default=False
    ),
    assumption: str | None = typer.Option(
        None, help="What is true; the first with an effect when left out.", show_default=False
    ),
    replicates: int | None = typer.Option(None, help="Simulated pilots.", show_default=False),
    seed: int | None = typer.Option(None, help="Seed of every random number.", show_default=False),
    workers: int | None = typer.Option(
        None, help="Processes; all cores when left out, 1 for none.", show_default=False
    ),
    out: str = typer.Option("results", help="Folder for results."),
    changes: Texts = SET,
    json_: bool = typer.Option(False, "--json", help="Print one JSON object instead of text."),
) -> None:
    """Plan the next trial from every simulated pilot, and see what significant ones lead to."""
    from trialsim.cli.pilot import pilot_command

    pilot_command(scenario, power, n, assumption, replicates, seed, workers, out, changes, json_)

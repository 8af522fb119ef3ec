"""The command line: one file a command, each calling only the public Python API."""

from __future__ import annotations

import os
import sys

import typer

from trialsim import __version__

app = typer.Typer(
    name="trialsim",
    help="Simulate randomised trials: how often would a design like this one reach significance, "
    "and can it be trusted?",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trialsim {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """Simulate randomised trials."""


SCENARIO = typer.Argument(..., help="Scenario file (YAML).", show_default=False)
SET = typer.Option(
    [], "--set", metavar="PATH=VALUE", help="Change a value, e.g. design.n_total=200. Repeatable."
)

PRECISION = typer.Option(
    None,
    help="Simulate until the Monte Carlo standard error of the primary analysis's share of "
    "significant trials is at most this in every cell, e.g. 0.005; --replicates is then the most.",
    show_default=False,
)

ASSUMED = typer.Option(
    [], "--assumption", metavar="NAME", help="Only under this assumption. Repeatable."
)
FIGURES = typer.Option([], "--figure", metavar="NAME", help="Draw only this figure. Repeatable.")

Texts = list[str]
"""Named here because `list` is the module of that command as soon as it has been imported."""
Shares = list[float]


# Commands import what they need when they are called, so that --help is quick.
@app.command()
def run(
    scenario: str = SCENARIO,
    replicates: int | None = typer.Option(
        None, help="Simulated trials a cell.", show_default=False
    ),
    seed: int | None = typer.Option(None, help="Seed of every random number.", show_default=False),
    workers: int | None = typer.Option(
        None, help="Processes; all cores when left out, 1 for none.", show_default=False
    ),
    out: str = typer.Option("results", help="Folder for results."),
    changes: Texts = SET,
    json_: bool = typer.Option(False, "--json", help="Print one JSON object instead of tables."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print only where the results are."),
    precision: float | None = PRECISION,
) -> None:
    """Simulate a scenario, say how often its trials reach significance, and draw it."""
    from trialsim.cli.run import run_command

    run_command(scenario, replicates, seed, workers, out, changes, json_, quiet, precision)


@app.command()
def check(
    scenario: str = SCENARIO,
    changes: Texts = SET,
    values: bool = typer.Option(
        False, "--values", help="List every value: given, default or derived."
    ),
    allocation: bool = typer.Option(
        False, "--allocation", help="Show how the arms balance, and how often one is guessed."
    ),
) -> None:
    """Check a scenario, describe its design and count the work; simulate nothing."""
    from trialsim.cli.check import check_command

    check_command(scenario, changes, values, allocation)


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


@app.command()
def literature(
    scenario: str = SCENARIO,
    replicates: int | None = typer.Option(None, help="Simulated literatures.", show_default=False),
    seed: int | None = typer.Option(None, help="Seed of every random number.", show_default=False),
    replicate: int | None = typer.Option(
        None,
        help="The literature to draw, counted from 0; the one nearest to the average if left out.",
        show_default=False,
    ),
    out: str = typer.Option("results", help="Folder for results."),
    changes: Texts = SET,
    json_: bool = typer.Option(False, "--json", help="Print one JSON object instead of tables."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print only where the results are."),
) -> None:
    """Pool many trials, selectively published, and say how far reviews are from the truth."""
    from trialsim.cli.literature import literature_command

    literature_command(scenario, replicates, seed, replicate, out, changes, json_, quiet)


PRIORS = typer.Option(
    [],
    "--prior",
    help="Share of such treatments that may work: 0.1. Repeatable; 0.1 and 0.5 if left out.",
)
POWERS = typer.Option(
    [], "--power", help="Share of trials that find those: 0.8. Repeatable; 0.8 and 0.2 if left out."
)


@app.command()
def appraise(
    scenario: str = SCENARIO,
    prior: Shares = PRIORS,
    power: Shares = POWERS,
    fragility: bool = typer.Option(
        False, "--fragility", help="Show the fragility index, and the figure that debunks it."
    ),
    replicates: int | None = typer.Option(
        None, help="Simulated trials a cell.", show_default=False
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
    """Place a published result among its siblings, and say what follows from its report."""
    from trialsim.cli.appraise import appraise_command

    appraise_command(
        scenario, prior, power, fragility, replicates, seed, workers, out, changes, json_, quiet
    )


RESULTS = typer.Argument(
    ..., help="Folder of a run, or one that holds a single run.", show_default=False
)


@app.command()
def bias(
    scenario: str = SCENARIO,
    analysis: str | None = typer.Option(
        None, help="Analysis that is reported; the primary one when left out.", show_default=False
    ),
    assumption: Texts = ASSUMED,
    replicates: int | None = typer.Option(
        None, help="Simulated trials a set of mechanisms.", show_default=False
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
    """What each bias mechanism of a scenario adds, alone and on top of the others."""
    from trialsim.cli.bias import bias_command

    bias_command(
        scenario, analysis, assumption, replicates, seed, workers, out, changes, json_, quiet
    )


@app.command()
def plot(
    results: str = RESULTS,
    figure: Texts = FIGURES,
    out: str | None = typer.Option(
        None, help="Folder for the figures; that of the run when left out.", show_default=False
    ),
    list_: bool = typer.Option(False, "--list", help="Print the names of the run's figures."),
) -> None:
    """Draw the figures of a saved run again."""
    from trialsim.cli.plot import plot_command

    plot_command(results, figure, out, list_)


@app.command()
def report(
    results: str = RESULTS,
    open_: bool = typer.Option(False, "--open", help="Show the page in a browser."),
) -> None:
    """Write the page of a saved run again: report.html in its folder."""
    from trialsim.cli.report import report_command

    report_command(results, open_)


@app.command()
def replay(
    scenario: str = typer.Argument(
        ..., help="Scenario file (YAML), or the folder of a run.", show_default=False
    ),
    replicate: int = typer.Option(1, help="Which simulated trial, counted from 1."),
    assumption: str | None = typer.Option(
        None, help="What is true; the first with an effect when left out.", show_default=False
    ),
    what_if: str | None = typer.Option(
        None, help="Changes to the design; none when left out.", show_default=False
    ),
    seed: int | None = typer.Option(None, help="Seed of every random number.", show_default=False),
    changes: Texts = SET,
    out: str | None = typer.Option(
        None, help="Folder for data, tables and figures of the trial.", show_default=False
    ),
    reveal: bool = typer.Option(False, "--reveal", help="Say at the end what was true."),
    json_: bool = typer.Option(False, "--json", help="Print one JSON object instead of text."),
) -> None:
    """Show one simulated trial as a reader would meet it: abstract, flow, table 1, results."""
    from trialsim.cli.replay import replay_command

    replay_command(scenario, replicate, assumption, what_if, seed, changes, out, reveal, json_)


@app.command()
def lesson(
    scenario: str = SCENARIO,
    set_: str = typer.Option(
        "45", "--set", metavar="45|90|home", help="Minutes of the lesson, or all steps for home."
    ),
    out: str | None = typer.Option(
        None, help="Folder for the pages; lessons/NAME-SET when left out.", show_default=False
    ),
) -> None:
    """Write a worksheet about a trial, without answers, and the key for the teacher."""
    from trialsim.cli.lesson import lesson_command

    lesson_command(scenario, set_, out)


@app.command()
def mystery(
    ask: str = typer.Argument(..., help="new or answer.", metavar="new|answer"),
    folder: str | None = typer.Argument(
        None, help="With answer: the folder of the mystery.", show_default=False
    ),
    out: str = typer.Option("mystery", help="With new: folder for the trial and its key."),
    level: str = typer.Option(
        "medium", metavar="easy|medium|hard", help="With new: how plainly the report tells."
    ),
    judgement: str | None = typer.Option(
        None,
        metavar="DOMAIN",
        help="With answer: randomisation, deviations, missing, measurement, selection or none.",
        show_default=False,
    ),
    number: float | None = typer.Option(
        None,
        help="With answer: what you take the true difference to be, arm minus comparator.",
        show_default=False,
    ),
) -> None:
    """A simulated trial with a hidden flaw, or none: find it, and say what is true."""
    from trialsim.cli.mystery import mystery_command

    mystery_command(ask, folder, out, level, judgement, number)


@app.command("list")
def list_(
    stage: str | None = typer.Argument(
        None, help="Stage, such as allocation; or keys.", show_default=False
    ),
    name: str | None = typer.Argument(
        None, help="A method of the stage, or a key.", show_default=False
    ),
    json_: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """List methods by stage, their parameters, and the keys of a scenario."""
    from trialsim.cli.list import list_command

    list_command(stage, name, json_)


@app.command()
def new(
    file: str = typer.Argument(..., help="Scenario file to write.", show_default=False),
    title: str | None = typer.Option(None, help="What is compared in whom.", show_default=False),
    arms: str | None = typer.Option(
        None, help="Names of the arms, the comparator first: A,B", show_default=False
    ),
    n: int | None = typer.Option(None, help="Patients of all arms.", show_default=False),
    outcome: str | None = typer.Option(None, help="Name of the outcome.", show_default=False),
    min_: float | None = typer.Option(None, "--min", help="Lowest score.", show_default=False),
    max_: float | None = typer.Option(None, "--max", help="Highest score.", show_default=False),
    normal: bool = typer.Option(False, "--normal", help="A normal score without limits."),
    better: str | None = typer.Option(
        None, help="Direction of a good score: lower or higher.", show_default=False
    ),
    mean: str | None = typer.Option(
        None, help="Mean in the comparator arm; one, or one a visit: 10.5,9.5", show_default=False
    ),
    sd: str | None = typer.Option(
        None, help="SD in the comparator arm; one, or one a visit.", show_default=False
    ),
    correlation: str | None = typer.Option(
        None, help="Correlation of scores between visits.", show_default=False
    ),
    visits: str | None = typer.Option(
        None, help="Visits and their weeks: baseline:0,after:4", show_default=False
    ),
    difference: str | None = typer.Option(
        None, help="Expected mean difference from the comparator.", show_default=False
    ),
    schema: str = typer.Option(
        "", metavar="PATH", help="JSON schema for the editor, named in the first line."
    ),
    force: bool = typer.Option(False, "--force", help="Replace the file if it exists."),
) -> None:
    """Write a first scenario, every key explained; asks for what is missing at a terminal."""
    from trialsim.cli.new import Flags, new_command

    flags = Flags(
        title, arms, n, outcome, min_, max_, normal,
        better, mean, sd, correlation, visits, difference,
    )  # fmt: skip
    new_command(file, flags, schema, force)


@app.command()
def schema() -> None:
    """Print the JSON schema of scenarios, for editors that complete and check YAML."""
    from trialsim.cli.schema import schema_command

    schema_command()


@app.command()
def bench(
    quick: bool = typer.Option(False, "--quick", help="One short round, to see that it works."),
    rival: str | None = typer.Option(
        None, help="Python of an environment that has MCPower, timed beside ours."
    ),
    out: str | None = typer.Option(None, help="Write the table, as Markdown, to this file."),
) -> None:
    """Time the engine against the random-number floor of this machine, in one run."""
    from trialsim.cli.bench import bench_command

    bench_command(quick, rival, out)


def main() -> None:
    """Entry point: run a command, turn what went wrong into a message and an exit code.

    0 done; 1 failed or interrupted; 2 the scenario or an option is wrong; 3 the question has no
    answer. Errors in trialsim itself are not caught: their traceback is what a report of the fault
    needs.
    """
    try:
        app()
    except BrokenPipeError:
        # The reader of our output has left (| head); there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        sys.exit(_explain(error))


def _explain(error: Exception) -> int:
    """Print an error that users can act on and give its exit code; raise any other."""
    from trialsim.core.errors import NoAnswer, ScenarioError, TrialsimError

    if isinstance(error, ScenarioError):
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        n = len(error.problems)
        typer.echo(f"{n} problem{'s' if n > 1 else ''} found; nothing was simulated.", err=True)
        return 2
    if isinstance(error, TrialsimError | OSError):
        typer.echo(f"trialsim: {error}", err=True)
        return 3 if isinstance(error, NoAnswer) else 1
    raise error

"""W8, publication: guess the truth from the trials that were published.

Egger and others 1997, doi 10.1136/bmj.315.7109.629; Sterne and others 2011, doi 10.1136/bmj.d4002.
"""

from __future__ import annotations

import numpy as np

from trialsim.literature.simulate import Literatures, simulate_literature
from trialsim.teaching import applies
from trialsim.teaching.bench import Bench
from trialsim.teaching.figures.funnel import draw_funnel
from trialsim.teaching.found import amount, simulated_mean, simulated_share
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Step
from trialsim.teaching.trial import Trial

ID, TITLE, TOPIC, MINUTES = "W8", "The trials that nobody published", "Publication bias", 8

TRIALS, TRUTH, KEPT = 60, 0.2, 0.2
"""Trials done, their true effect in SDs, and the share of those without significance that appear:
assumed."""
_SIZES = {"distribution": "log_normal", "median": 80, "mean": 110, "min": 20, "max": 400}
_LITERATURES = 512
_POOLED = "inverse_variance"


def reason(trial: Trial) -> str:
    """A score is needed, to have an SD."""
    return applies.score(trial)


def make(bench: Bench) -> Step:
    """Many literatures in which significant trials appear and few of the others do."""
    trial = bench.trial
    found = simulate_literature(
        bench.variant(_changes(bench)),
        replicates=_LITERATURES,
        seed=bench.seed,
    )
    what = "simulated literatures"
    pooled = simulated_mean(_estimates(trial, found, is_published=True), "SD", what)
    everything = simulated_mean(_estimates(trial, found, is_published=False), "SD", what)
    noticed = simulated_share(float((found.published.egger_p < 0.10).mean()), _LITERATURES, what)
    seen, done = float(found.counts.published.sum()), float(found.counts.done.sum())
    positive = amount(100 * found.counts.positive_published.sum() / seen, "of 100", 0, what)
    of_all = amount(100 * found.counts.positive.sum() / done, "of 100", 0, what)
    typical = found.one()
    frame = typical.frame()
    frame = frame.assign(
        estimate=trial.sign * frame["estimate"], significant=frame["p_value"] < trial.alpha
    )[["estimate", "se", "significant", "published"]]
    own = trial.sign * typical.answer(published_only=True, method=_POOLED).estimate
    n = int(frame["published"].sum())
    n_positive = int((frame["published"] & frame["significant"]).sum())
    settings = f"One of {_LITERATURES} simulated literatures: {TRIALS} trials of 20 to 400 patients"
    truth = amount(TRUTH, "SD", 2, "assumed")
    asked = Asked(
        claim=f"“{n} trials, and {n_positive} of them significant. It works.”",
        questions=(
            Question(
                "These are the trials that were published. Draw a line where you think the true "
                "effect lies. Where is it, in SDs?",
                "number",
                "SD",
            ),
            Question(
                "A test for a lopsided funnel (Egger's, at 0.10) is made in each of 100 such "
                "literatures. In how many does it notice?",
                "number",
                "of 100",
            ),
        ),
        transfer="Where would you look for the trials that are missing here?",
        figure=draw_funnel(
            frame,
            truth=None,
            pooled=None,
            heading=f"{n} published trials of one treatment",
            caption="Simulated. Large trials stand at the top; differences are in SDs.",
        ),
    )
    revealed = Revealed(
        answers=(
            Answer(f"{TRUTH} SD. Pooled, the published trials say {pooled.told}.", truth),
            Answer(f"{noticed.told}.", noticed),
        ),
        explain=(
            f"{TRIALS} trials were done. All that were significant appeared, and "
            f"{100 * KEPT:g} of 100 of the others. Of the published {positive} are positive, of "
            f"all {of_all}.",
            f"Pooled over all trials the effect is {everything}, over the published {pooled}. "
            "Pooling makes the answer precise and leaves it wrong.",
            f"Egger's test at 0.10 notices in {noticed}: with so few trials a funnel that looks "
            "even proves little.",
        ),
        remember="Look for the missing corner.",
        change="Registration before the first patient, and publication whatever comes out.",
        transfer="Trial registries, conference abstracts, regulators' files, and the authors.",
        figure=draw_funnel(
            frame,
            truth=TRUTH,
            pooled=own,
            heading=f"What was not published pulls the answer back: {TRUTH} SD is true, the "
            f"published trials here say {own:.2f}.",
            caption=f"{settings}, true effect {TRUTH} SD, {100 * KEPT:g} of 100 trials without "
            f"significance published; seed {bench.seed}.",
        ),
    )
    numbers = {
        "pooled": pooled,
        "everything": everything,
        "noticed": noticed,
        "positive_published": positive,
        "positive_all": of_all,
        "truth": truth,
    }
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, numbers)


def _changes(bench: Bench) -> dict[str, object]:
    """Trials of a normal score with the SD of this one, and what becomes of them."""
    trial = bench.trial
    score = {"method": "repeated_normal", "better": trial.outcome.better, "mean": 0}
    return {
        **bench.without_people(),
        "outcomes": {trial.method.outcome: {**score, "sd": trial.sd, "correlation": 0.5}},
        "literature": _literature(trial),
    }


def _literature(trial: Trial) -> dict[str, object]:
    return {
        "trials": TRIALS,
        "sizes": _SIZES,
        "effect": {"mean": trial.sign * TRUTH * trial.sd},
        "publication": {"significant": 1, "not_significant": KEPT, "harmful": KEPT},
        "standardised": True,
        "pooling": _POOLED,
    }


def _estimates(trial: Trial, found: Literatures, *, is_published: bool) -> np.ndarray:
    review = found.published if is_published else found.everything
    values = trial.sign * review.pooled[_POOLED].estimate
    return values[np.isfinite(values)]

"""The figures of a literature: funnel, forest, and cumulative meta-analysis."""

from __future__ import annotations

from trialsim.literature.measures import ALL, value_of
from trialsim.literature.one import Answer
from trialsim.literature.simulate import Literatures
from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.base.figure import Drawn
from trialsim.plots.cumulative import draw_cumulative
from trialsim.plots.forest import draw_forest
from trialsim.plots.funnel import draw_funnel
from trialsim.plots.literature_text import PooledResult, ToldLiterature


def figures(found: Literatures, replicate: int | None = None) -> list[Drawn]:
    """All three, of one literature: the typical one when none is named."""
    one = found.one(replicate)
    told = told_of(found, replicate)
    frame = one.frame()
    return [
        draw_funnel(frame, told),
        draw_forest(frame, told),
        draw_cumulative(one.history(), told),
    ]


def told_of(found: Literatures, replicate: int | None = None) -> ToldLiterature:
    """What the figures say in words."""
    setting, rows, one = found.setting, found.table(), found.one(replicate)
    method = setting.written.pooling
    estimate = value_of(rows, "estimate", method=method)
    coverage = value_of(rows, "coverage", method=method)
    egger = value_of(rows, "egger")
    return ToldLiterature(
        contrast=Contrast(
            treatment=setting.treatment,
            comparator=setting.comparator,
            outcome_label=setting.label,
            better="higher" if setting.better > 0 else "lower",
            unit=setting.unit,
        ),
        truth=setting.truth,
        n_done=setting.written.trials,
        n_published=value_of(rows, "n_trials")[0],
        mean_published=estimate[0],
        mean_published_mcse=estimate[1],
        mean_all=value_of(rows, "estimate", ALL, method)[0],
        spread=value_of(rows, "empirical_se", method=method)[0],
        coverage=coverage[0],
        coverage_mcse=coverage[1],
        positive_published=value_of(rows, "positive")[0],
        positive_all=value_of(rows, "positive", ALL)[0],
        egger=egger[0],
        egger_mcse=egger[1],
        egger_alpha=setting.written.asymmetry_alpha,
        pooling=method,
        replicates=found.replicates,
        seed=found.seed,
        digest=setting.digest,
        replicate=one.replicate,
        is_typical=replicate is None,
        published=_result(one.answer(published_only=True)),
        everything=_result(one.answer(published_only=False)),
        trim_and_fill=_result(one.trim_and_fill()),
        egger_p=one.egger_p(),
        prediction=one.prediction(),
    )


def _result(answer: Answer) -> PooledResult:
    return PooledResult(answer.estimate, answer.lower, answer.upper, answer.n)

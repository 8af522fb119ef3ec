"""The stages of a trial as abstract methods: what each is given and what it must return."""

from trialsim.core.effect import Effect
from trialsim.core.stages.distorting import (
    AllocationBias,
    BiasMethod,
    LossBias,
    ReportBias,
    ScoreBias,
    TreatmentBias,
    favours,
)
from trialsim.core.stages.enrolling import NO_FACTORS, AllocationMethod, CovariateMethod
from trialsim.core.stages.judging import NO_EFFECT, AnalysisMethod, DecisionMethod, Rule
from trialsim.core.stages.measuring import ObservationMethod, OutcomeMethod, Seen

__all__ = [
    "NO_EFFECT",
    "NO_FACTORS",
    "AllocationBias",
    "AllocationMethod",
    "AnalysisMethod",
    "BiasMethod",
    "CovariateMethod",
    "DecisionMethod",
    "Effect",
    "LossBias",
    "ObservationMethod",
    "OutcomeMethod",
    "ReportBias",
    "Rule",
    "ScoreBias",
    "Seen",
    "TreatmentBias",
    "favours",
]

"""Quick answers by theory alone: a size, a power, a width and the sentence for the protocol."""

from trialsim.core.errors import NoAnswer as NoAnswerError
from trialsim.planning.quick.answer import QuickAnswer
from trialsim.planning.quick.lines import describe
from trialsim.planning.quick.options import Options
from trialsim.planning.quick.solve import quick

__all__ = ["NoAnswerError", "Options", "QuickAnswer", "describe", "quick"]

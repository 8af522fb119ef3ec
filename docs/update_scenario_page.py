"""The generated parts of the guides: tables of the keys of a scenario, and of the layers.

A part stands between `<!-- made: NAME ARGUMENT -->` and `<!-- made end -->`; what a key means is
the docstring of its field, which `trialsim list keys` prints too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import update_layers
from trialsim.cli.list import key, keys
from trialsim.cli.list_text import status
from trialsim.core.registry import STAGES, first_docstring_line, load_methods, methods

"""Unquoted values as the core schema of YAML 1.2 reads them: `no` is a word, `012` is twelve.

YAML 1.2.2, section 10.3.2 (https://yaml.org/spec/1.2.2/#1032-tag-resolution).
"""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

MAX_DIGITS = 300
"""No count or measurement is longer, and Python refuses to print numbers of thousands of digits."""

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}

# [0-9], not \d: other scripts have digits that Python's int() would accept.
_WHOLE = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def scalar(text: str) -> Scalar:
    """The value of an unquoted scalar. Raises OverflowError for a number that cannot be held."""
    if text in _WORDS:
        return _WORDS[text]
    for pattern, base in ((_WHOLE, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.fullmatch(text):
            if len(text) > MAX_DIGITS:
                raise OverflowError(f"a number of {len(text)} digits")
            return int(text, base)
    if _DECIMAL.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise OverflowError("a number beyond 1.8e308")
        return number
    return text

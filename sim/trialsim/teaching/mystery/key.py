"""The sealed key of a mystery: what is true, for the teacher.

It is sealed against a glance, not against somebody who wants to know: whoever has the file and this
program can open it. The hash shows that nobody has changed it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from trialsim.core.errors import RunError

NAME = "key.sealed"
_HEAD = (
    "The key of a mystery trial, for the teacher. Keep it from the class until they have answered:",
    "trialsim mystery answer FOLDER --judgement DOMAIN --number NUMBER",
)


@dataclass(frozen=True)
class Key:
    """What is true of one mystery."""

    secret: str
    """Hexadecimal; everything follows from it and the level."""
    level: str
    judgement: str
    """The domain of the flaw, or none."""
    flaw: str
    """What was done, in words; empty where nothing was."""
    trace: str
    """Where it shows."""
    true_difference: float
    """Arm minus comparator, points."""
    reported: float
    lower: float
    upper: float
    honest: float
    """What the same trial would have found without the flaw."""

    def write(self, folder: Path) -> Path:
        """Seal it into a folder; returns the file."""
        salt = secrets.token_hex(16)
        content = json.dumps(asdict(self), sort_keys=True).encode()
        sealed = base64.b85encode(_veiled(zlib.compress(content, 9), salt)).decode()
        lines = [*_HEAD, f"salt {salt}", f"check {_check(salt, self)}"]
        lines += [sealed[at : at + 88] for at in range(0, len(sealed), 88)]
        path = folder / NAME
        path.write_text("\n".join(lines) + "\n", encoding="ascii")
        return path

    @staticmethod
    def read(path: Path) -> Key:
        """Open a sealed key. Raises RunError for what is none, or was changed."""
        try:
            lines = path.read_text(encoding="ascii").splitlines()
            salt, check = (lines[at].split(" ", 1)[1] for at in (len(_HEAD), len(_HEAD) + 1))
            sealed = base64.b85decode("".join(lines[len(_HEAD) + 2 :]))
            found = Key(**json.loads(zlib.decompress(_veiled(sealed, salt))))
        except (ValueError, IndexError, TypeError, zlib.error):
            raise RunError(f"{path} is not the key of a mystery, or not all of it.") from None
        if check != _check(salt, found):
            raise RunError(f"{path} was changed: its content does not fit its check.")
        return found


def _veiled(content: bytes, salt: str) -> bytes:
    """Combined with bytes that follow from the salt; twice gives back what it was."""
    stream = b"".join(
        hashlib.sha256(f"{salt} {block}".encode()).digest()
        for block in range(len(content) // 32 + 1)
    )
    return bytes(a ^ b for a, b in zip(content, stream, strict=False))


def _check(salt: str, key: Key) -> str:
    answer = f"{salt}|{json.dumps(asdict(key), sort_keys=True)}"
    return hashlib.sha256(answer.encode()).hexdigest()

"""The commands of the guides and what they print: run in the order of the page, and kept current.

A block ```sh or ```python is run, each in a process of its own, in a folder that holds a copy of
`scenarios/`; a block ```text shows what the block before it prints. A comment right above a block
says otherwise:

<!-- not run: why -->   a command that is left to the reader
<!-- file: NAME -->     the block is written to this file, which later blocks of the page use
<!-- part: START -->    this text is the paragraph of the last output that begins with START
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parent
ROOT = DOCS.parent

PAGES = [
    *sorted(path for path in DOCS.glob("*.md") if path.name != "validation.md"),
    ROOT / "README.md",
]
"""Pages whose commands are run. docs/validation.md names one, which writes into the repository; a
test of its own runs it."""

SECONDS = 120
"""For one command; those of the pages take a few."""

_FENCE = re.compile(r"```(\w*)$")
_NOTE = re.compile(r"<!-- (not run|file|part): (.+?) -->$")
_MEASURED = re.compile(r"\b\d+(\.\d+)? (s|GB)\b")


class DocsError(Exception):
    """A page does not do what it says."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    kind: str
    """What stands behind the fence: sh, python, text, yaml, ..."""
    text: str
    start: int
    """Line of the page, from 0, in which the text begins."""
    end: int
    """Line after its last."""
    note: tuple[str, str] = ("", "")
    """What the comment above the block says: key and value."""
    follows: bool = False
    """Whether only empty lines stand between it and the block before."""


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page."""
    found: list[Block] = []
    note, follows, opened, kind = ("", ""), False, -1, ""
    lines = page.splitlines()
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if opened >= 0:
            if line == "```":
                text = "\n".join(lines[opened:number])
                found.append(Block(kind, text, opened, number, note, follows))
                note, follows, opened = ("", ""), True, -1
        elif fence:
            opened, kind = number + 1, fence.group(1)
        elif marked := _NOTE.match(line):
            note = (marked.group(1), marked.group(2))
        elif line.strip():
            note, follows = ("", ""), False
    return found


def outputs(page: str, folder: Path, skip: frozenset[str] = frozenset()) -> dict[int, str]:
    """What every ```text block of a page should hold, by the line in which it begins.

    Runs the page's commands in `folder`, but for the commands in `skip`. Raises DocsError.
    """
    found: dict[int, str] = {}
    said: str | None = None
    for block in blocks(page):
        key, value = block.note
        if key == "file":
            (folder / value).write_text(block.text + "\n", encoding="utf-8")
        elif key == "part":
            found[block.start] = _paragraph(said, value)
        elif block.kind == "text":
            if said is None or not block.follows:
                raise DocsError(f"line {block.start}: no command prints this text")
            found[block.start] = said
        elif block.kind in ("sh", "python"):
            is_run = key != "not run" and block.text not in skip
            said = printed(block, folder) if is_run else None
    return found


def printed(block: Block, folder: Path) -> str:
    """What a block prints when it is run in a folder. Raises DocsError when it fails."""
    if block.kind == "sh":
        command = ["bash", "-euo", "pipefail", "-c", block.text]
    else:
        command = [sys.executable, "-c", block.text]
    scripts = str(Path(sys.executable).parent)
    own = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**own, "PATH": f"{scripts}{os.pathsep}{own['PATH']}", "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        said = f"{block.text}\n{done.stdout}{done.stderr}"
        raise DocsError(f"line {block.start}: exit code {done.returncode}\n{said}")
    lines = done.stdout.replace(str(folder), ".").splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _paragraph(said: str | None, start: str) -> str:
    for paragraph in (said or "").split("\n\n"):
        if paragraph.lstrip("\n").startswith(start):
            return paragraph.strip("\n")
    raise DocsError(f"no paragraph of the last output begins with '{start}'")


def normal(text: str) -> str:
    """An output without what differs from run to run: seconds, and memory, which are measured."""
    return _MEASURED.sub(r"# \2", text)


def rewritten(page: str, skip: frozenset[str] = frozenset()) -> str:
    """A page with the outputs that its commands have today. Raises DocsError."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        shutil.copytree(ROOT / "scenarios", folder / "scenarios")
        today = outputs(page, folder, skip)
    lines = page.splitlines()
    for block in reversed(blocks(page)):
        if block.start in today and normal(today[block.start]) != normal(block.text):
            lines[block.start : block.end] = today[block.start].splitlines()
    return "\n".join(lines) + "\n"


def readme_installs() -> frozenset[str]:
    """The commands of the README that install and test: continuous integration runs them."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    return frozenset(block.text for block in blocks(page) if block.kind == "sh")


def stale(path: Path) -> str:
    """How a page differs from what it should hold; empty when it is current."""
    page = path.read_text(encoding="utf-8")
    wanted = rewritten(page, readme_installs())
    before, after = page.splitlines(), wanted.splitlines()
    if before == after:
        return ""
    return "\n".join(difflib.unified_diff(before, after, "page", "today", lineterm="", n=1))

"""How to get the same numbers again."""

from __future__ import annotations

import json
import shlex

from markupsafe import Markup

from trialsim.core.plan import NUMBERS_VERSION
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import Table

ID = "reproduce"
TITLE = "How to reproduce this page"


def applies(page: Page) -> bool:
    """Always."""
    return True


def render(page: Page) -> Markup:
    """The command, what it should give, the versions, and the scenario itself."""
    packages = page.environment["packages"]
    rows = [
        ["Digest of the scenario", page.plan.digest],
        ["Seed", str(page.plan.seed)],
        ["Replicates", f"{page.replicates:,}"],
        ["Result hash", page.result_hash],
        ["Numbers version", str(NUMBERS_VERSION)],
        ["Time simulating", f"{page.elapsed_s:.1f} s"],
        *([name, version] for name, version in packages.items()),
        ["Python", page.environment["python"]],
        ["Machine", f"{page.environment['system']}, {page.environment['processor']}"],
    ]
    table = Table("run", "What was run", ["", "Value"], [("", rows)], is_text=True)
    return fill(
        "reproduce",
        command=command(page),
        changes=[f"{path} = {json.dumps(v)}" for path, v in page.scenario.changes.items()],
        text=page.scenario.document.text,
        run=table,
    )


def command(page: Page) -> str:
    """What to type; changes are part of it."""
    parts = ["trialsim", "run", page.scenario.document.source]
    parts += ["--replicates", str(page.replicates), "--seed", str(page.plan.seed)]
    for path, value in page.scenario.changes.items():
        parts += ["--set", f"{path}={json.dumps(value, default=dict)}"]
    return shlex.join(parts)

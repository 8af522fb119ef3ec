"""Who may import whom, who may draw random numbers, and what a worker process loads."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import trialsim as ts

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sim" / "trialsim"


def imports(source: str) -> Iterator[str]:
    """Every module that a source text imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def outsiders(folder: str, allowed: set[str], own: tuple[str, ...]) -> dict[str, list[str]]:
    """By file: imports that are neither standard library, nor allowed, nor the package's own."""
    found = {}
    for file in sorted((PACKAGE / folder).rglob("*.py")):
        wrong = [
            name
            for name in imports(file.read_text(encoding="utf-8"))
            if name.split(".")[0] not in sys.stdlib_module_names | allowed
            and not any(name == part or name.startswith(f"{part}.") for part in own)
        ]
        if wrong:
            found[file.name] = wrong
    return found


def randomness(source: str) -> list[str]:
    """Places where a source text reaches for random numbers: random, numpy.random or SciPy's."""
    places = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute):
            names = [ast.unparse(node).replace("np.", "numpy.")]
        else:
            continue
        if any(
            name in ("random", "numpy.random")
            or name.startswith(("random.", "numpy.random."))
            or name.endswith(".rvs")
            for name in names
        ):
            places.append(f"line {node.lineno}: {ast.unparse(node)}")
    return places


def test_layer_contract_is_kept():
    """The contract of pyproject.toml, by the command that continuous integration runs."""
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [command, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_core_needs_numpy_and_pydantic_only():
    assert outsiders("core", {"numpy", "pydantic"}, ("trialsim.core",)) == {}


def test_theory_shares_nothing_with_the_engine():
    assert outsiders("theory", {"numpy", "scipy"}, ("trialsim.theory",)) == {}


def test_kernels_know_arrays_and_records_only():
    assert outsiders("kernels", {"numpy", "scipy"}, ("trialsim.kernels", "trialsim.core")) == {}


def test_only_draws_makes_random_numbers():
    found = {
        str(file.relative_to(PACKAGE)): places
        for file in sorted(PACKAGE.rglob("*.py"))
        if (places := randomness(file.read_text(encoding="utf-8")))
    }
    assert list(found) == ["core/draws.py"], found


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "from random import gauss",
        "import numpy.random",
        "from numpy import random",
        "from numpy.random import default_rng",
        "import numpy as np\nnp.random.default_rng()",
        "from scipy import stats\nstats.norm.rvs()",
    ],
)
def test_random_numbers_are_noticed(source):
    assert randomness(source)


def test_imports_are_noticed_wherever_they_stand():
    assert list(imports("def f():\n    import pandas as pd")) == ["pandas"]
    assert list(imports("from trialsim.core import axes")) == ["trialsim.core"]


WORKER = """
import json, sys
import trialsim.workers
from trialsim.core.plan import Plan
from trialsim.core.program import prepare
from trialsim.core.registry import load_methods
load_methods()
program = prepare(Plan.from_json(json.load(sys.stdin)))
results = trialsim.workers.simulate_range(program, 0, 1)
print(json.dumps({"shape": results.shape, "modules": sorted(sys.modules)}))
"""


def test_a_worker_loads_neither_tables_nor_figures():
    """What a worker process does: it gets a plan as JSON and simulates a range of batches."""
    plan = ts.load(ROOT / "scenarios" / "hsieh2006.yaml").plan
    done = subprocess.run(
        [sys.executable, "-c", WORKER],
        input=json.dumps(plan.to_json()),
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["shape"] == [len(list(plan.series())), 8, 256]
    loaded = {name.split(".")[0] for name in told["modules"]}
    assert {"numpy", "pydantic"} < loaded
    assert not loaded & {"pandas", "pyarrow", "matplotlib", "rich", "typer"}
    assert "scipy.stats" not in told["modules"]

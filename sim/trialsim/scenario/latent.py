"""From the correlations of scores, which people know, to a model of latent standard normals.

Outcomes form a directed acyclic graph: an outcome names those it is `correlated_with`, and
given them is independent of all others. So adding an outcome changes no number of the ones that
were there, wherever it is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from trialsim.core.errors import Path, Problem
from trialsim.core.plan import Latent
from trialsim.core.stages import OutcomeMethod
from trialsim.kernels.latent_normal import TERMS, latent_correlation

Matrix = NDArray[np.float64]


def latent_model(
    outcomes: Mapping[str, OutcomeMethod], visits: Sequence[str]
) -> tuple[Latent, dict[str, Matrix], list[Problem]]:
    """Weights of independent normals for every score, and latent correlations by outcome.

    Problems name correlations that the scores cannot have, with the nearest that they can.
    """
    order, problems = _parents_first(outcomes)
    if problems:
        return {}, {}, problems
    loadings: dict[str, dict[str, Matrix]] = {}  # outcome: source outcome: (v, v of source)
    own: dict[str, Matrix] = {}
    for name in order:
        correlation, found = _within(name, outcomes[name], len(visits))
        problems += found
        own[name] = correlation
        cross = {}
        for other in outcomes[name].correlated_with:
            cross[other], found = _between(name, outcomes[name], other, outcomes[other], visits)
            problems += found
        if problems:
            continue
        block, found = _load(name, correlation, cross, loadings)
        problems += found
        loadings[name] = block
    if problems:
        return {}, own, problems
    return {name: _terms(loadings[name], visits) for name in outcomes}, own, []


def _parents_first(outcomes: Mapping[str, OutcomeMethod]) -> tuple[list[str], list[Problem]]:
    order: list[str] = []
    waiting = dict(outcomes)
    while waiting:
        ready = [
            name
            for name, method in waiting.items()
            if not any(other in waiting for other in method.correlated_with)
        ]
        if not ready:
            return [], [
                Problem(
                    ("outcomes", name, "correlated_with"),
                    f"outcomes name one another in a circle: {', '.join(waiting)}.",
                    "State each correlation once, at one of the two outcomes.",
                )
                for name in list(waiting)[:1]
            ]
        for name in ready:
            order.append(name)
            del waiting[name]
    return order, []


@lru_cache(maxsize=4096)
def _solve(a: bytes, b: bytes, wanted: float) -> tuple[float, float]:
    """Cached because every design point of a scenario asks for the same pairs."""
    return latent_correlation(np.frombuffer(a), np.frombuffer(b), wanted)


def _pair(
    first: tuple[OutcomeMethod, int], second: tuple[OutcomeMethod, int], wanted: float, path: Path
) -> tuple[float, list[Problem]]:
    """Latent correlation for a score correlation, or the problem that it is out of reach."""
    (a, v), (b, w) = first, second
    spread = a.at(a.sd, v) * b.at(b.sd, w)
    rho, reached = _solve(
        a.hermite(v, TERMS).tobytes(), b.hermite(w, TERMS).tobytes(), wanted * spread
    )
    if abs(reached / spread - wanted) <= 0.002:
        return rho, []
    return rho, [
        Problem(
            path,
            f"scores with these means and SDs cannot have correlation {wanted:g}.",
            f"The nearest they can have is {reached / spread:.3f}.",
        )
    ]


def _within(name: str, method: OutcomeMethod, n: int) -> tuple[Matrix, list[Problem]]:
    path: Path = ("outcomes", name, "correlation")
    matrix, problems = np.eye(n), []
    for i in range(n):
        for j in range(i):
            rho, found = _pair((method, i), (method, j), method.score_correlation(i, j), path)
            matrix[i, j] = matrix[j, i] = rho
            problems += found[:1]
    if not problems and np.linalg.eigvalsh(matrix)[0] < 1e-9:
        problems.append(_not_possible(path, matrix, np.zeros((n, 0)), np.zeros((0, 0))))
    return matrix, problems


def _between(
    name: str, method: OutcomeMethod, other: str, parent: OutcomeMethod, visits: Sequence[str]
) -> tuple[Matrix, list[Problem]]:
    path: Path = ("outcomes", name, "correlated_with", other)
    n, stated = len(visits), method.correlated_with[other]
    if isinstance(stated, tuple) and (len(stated) != n or any(len(row) != n for row in stated)):
        return np.zeros((n, n)), [Problem(path, f"must be one number or {n} rows of {n} numbers.")]
    matrix, problems = np.zeros((n, n)), []
    for i in range(n):
        for j in range(n):
            if isinstance(stated, tuple):
                wanted = stated[i][j]
            else:  # fades with time as the outcomes' own correlations do, on average
                fade = 0.5 * (method.score_correlation(i, j) + parent.score_correlation(i, j))
                wanted = stated * fade
            if not -1 < wanted < 1:
                return matrix, [
                    Problem(path, f"found {wanted:g}, which must lie between -1 and 1.")
                ]
            matrix[i, j], found = _pair((method, i), (parent, j), wanted, path)
            problems += found[:1]
    return matrix, problems


def _load(
    name: str,
    correlation: Matrix,
    cross: Mapping[str, Matrix],
    loadings: Mapping[str, Mapping[str, Matrix]],
) -> tuple[dict[str, Matrix], list[Problem]]:
    """Loadings of an outcome on its own normals and on those of the outcomes that it names."""
    if not cross:
        return {name: _cholesky(correlation)}, []
    parents = list(cross)
    covariance = np.block(
        [[_covariance(loadings[a], loadings[b]) for b in parents] for a in parents]
    )
    towards = np.hstack([cross[parent] for parent in parents])
    weights = np.linalg.solve(covariance, towards.T).T
    rest = correlation - weights @ towards.T
    if np.linalg.eigvalsh(rest)[0] < 1e-9:
        path: Path = ("outcomes", name, "correlated_with")
        return {}, [_not_possible(path, correlation, towards, covariance)]
    block = {name: _cholesky(rest)}
    n = len(correlation)
    for i, parent in enumerate(parents):
        for source, loading in loadings[parent].items():
            part = weights[:, i * n : (i + 1) * n] @ loading
            block[source] = block[source] + part if source in block else part
    return block, []


def _covariance(a: Mapping[str, Matrix], b: Mapping[str, Matrix]) -> Matrix:
    n = len(next(iter(a.values())))
    total: Matrix = np.zeros((n, n))
    for source in a:
        if source in b:
            total = total + a[source] @ b[source].T
    return total


def _cholesky(matrix: Matrix) -> Matrix:
    return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)


def _not_possible(path: Path, own: Matrix, towards: Matrix, covariance: Matrix) -> Problem:
    """No joint distribution has these correlations; by how much they would have to shrink."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        if towards.size:
            part = middle * towards
            matrix = own - part @ np.linalg.solve(covariance, part.T)
        else:
            matrix = np.eye(len(own)) + middle * (own - np.eye(len(own)))
        low, high = (middle, high) if np.linalg.eigvalsh(matrix)[0] > 1e-6 else (low, middle)
    return Problem(
        path,
        "no scores can have all these correlations together (the matrix is not positive definite).",
        f"Multiplied by {np.floor(low * 1000) / 1000:.3f} they would be possible.",
    )


def _terms(
    block: Mapping[str, Matrix], visits: Sequence[str]
) -> dict[str, tuple[tuple[str, float], ...]]:
    """Loadings as (purpose, weight) a visit, without zeros, in an order that names decide."""
    rows = {}
    for v, visit in enumerate(visits):
        terms = [
            (f"outcomes.{source}.{visits[w]}", float(loading[v, w]))
            for source, loading in sorted(block.items())
            for w in range(len(visits))
            if loading[v, w] != 0
        ]
        rows[visit] = tuple(terms)
    return rows

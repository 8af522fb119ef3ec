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
from trialsim.scenario.margins import not_between, shape_problem

Matrix = NDArray[np.float64]


def latent_model(
    outcomes: Mapping[str, OutcomeMethod],
    visits: Sequence[str],
    shared: Mapping[str, Matrix] | None = None,
) -> tuple[Latent, dict[str, Matrix], list[Problem]]:
    """Weights of independent normals for every score, and latent correlations by outcome.

    `shared` has, by outcome, the share (v,) of the latent variance at each visit that patients
    have in common with others: the weights are of what is left, with the same totals.
    Problems name correlations that the scores cannot have, with the nearest that they can.
    """
    order, problems = _parents_first(outcomes)
    if problems:
        return {}, {}, problems
    margins = {name: _margins(method, len(visits)) for name, method in outcomes.items()}
    loadings: dict[str, dict[str, Matrix]] = {}  # outcome: source outcome: (v, v of source)
    own: dict[str, Matrix] = {}
    for name in order:
        method = outcomes[name]
        own[name], wrong = _within(name, method, margins[name])
        apart = _apart(name, shared, len(visits))
        common = np.sqrt(np.outer(1 - apart**2, 1 - apart**2))
        np.fill_diagonal(common, 1 - apart**2)
        left = (own[name] - common) / np.outer(apart, apart)
        if not wrong and np.linalg.eigvalsh(left)[0] < 1e-9:
            wrong = [Problem(("outcomes", name), "leaves no room for therapists.")]
        cross = {}
        for other in method.correlated_with:
            pair = margins[name], margins[other]
            matrix, found = _between(name, method, other, outcomes[other], pair)
            cross[other] = matrix / np.outer(apart, _apart(other, shared, len(visits)))
            wrong += found
        problems += wrong
        if wrong or not set(method.correlated_with) <= set(loadings):
            continue
        block, found = _load(name, left, cross, loadings)
        problems += found
        if not found:
            loadings[name] = block
    if problems:
        return {}, own, problems
    return {name: _terms(loadings[name], visits) for name in outcomes}, own, []


def _apart(name: str, shared: Mapping[str, Matrix] | None, n_visits: int) -> Matrix:
    """SD (v,) of what a patient shares with nobody, of a latent value with SD 1."""
    if shared is None or name not in shared:
        return np.ones(n_visits)
    return np.asarray(np.sqrt(1 - shared[name]), dtype=np.float64)


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


Margin = tuple[bytes, float]
"""Of a score at one visit: its Hermite coefficients, as a key for the cache, and its SD."""


def _margins(method: OutcomeMethod, n: int) -> list[Margin]:
    return [(method.hermite(v, TERMS).tobytes(), method.at(method.sd, v)) for v in range(n)]


def _pair(first: Margin, second: Margin, wanted: float, path: Path) -> tuple[float, list[Problem]]:
    """Latent correlation for a score correlation, or the problem that it is out of reach."""
    (a, sd_a), (b, sd_b) = first, second
    spread = sd_a * sd_b
    rho, reached = _solve(a, b, wanted * spread)
    if abs(reached / spread - wanted) <= 0.002:
        return rho, []
    return rho, [
        Problem(
            path,
            f"scores with these means and SDs cannot have correlation {wanted:g}.",
            f"The nearest they can have is {reached / spread:.3f}.",
        )
    ]


def latent_share(method: OutcomeMethod, visit: int, icc: float) -> float:
    """The share of the latent variance that two patients must have in common for a share `icc` of
    the variance of their scores at a visit to be common. Raises ValueError if there is none."""
    coefficients, sd = _margins(method, visit + 1)[visit]
    rho, reached = _solve(coefficients, coefficients, icc * sd**2)
    if abs(reached / sd**2 - icc) > 0.002:
        raise ValueError(f"scores cannot share {icc:g} of their variance")
    return float(rho)


def _within(
    name: str, method: OutcomeMethod, margins: Sequence[Margin]
) -> tuple[Matrix, list[Problem]]:
    path: Path = ("outcomes", name, "correlation")
    n, problems = len(margins), []
    matrix = np.eye(n)
    for i in range(n):
        for j in range(i):
            place = (*path, i, j) if isinstance(method.correlation, tuple) else path
            rho, found = _pair(margins[i], margins[j], method.score_correlation(i, j), place)
            matrix[i, j] = matrix[j, i] = rho
            problems += found
    if not problems and np.linalg.eigvalsh(matrix)[0] < 1e-9:
        problems.append(_not_possible(path, matrix, np.zeros((n, 0)), np.zeros((0, 0))))
    return matrix, _one_a_place(problems)


def _between(
    name: str,
    method: OutcomeMethod,
    other: str,
    parent: OutcomeMethod,
    margins: tuple[Sequence[Margin], Sequence[Margin]],
) -> tuple[Matrix, list[Problem]]:
    path: Path = ("outcomes", name, "correlated_with", other)
    n, stated = len(margins[0]), method.correlated_with[other]
    matrix: Matrix = np.zeros((n, n))
    if isinstance(stated, tuple) and (wrong := shape_problem(path, stated, n)):
        return matrix, [wrong]
    problems = []
    for i in range(n):
        for j in range(n):
            place = path
            if isinstance(stated, tuple):
                place, wanted = (*path, i, j), stated[i][j]
            else:  # fades with time as the outcomes' own correlations do, on average
                fade = 0.5 * (method.score_correlation(i, j) + parent.score_correlation(i, j))
                wanted = stated * fade
            if -1 < wanted < 1:
                matrix[i, j], found = _pair(margins[0][i], margins[1][j], wanted, place)
                problems += found
            else:
                problems.append(not_between(place, wanted))
    return matrix, _one_a_place(problems)


def _one_a_place(problems: Sequence[Problem]) -> list[Problem]:
    """One number stands for many pairs of visits; the first that is impossible says enough."""
    return list({problem.path: problem for problem in reversed(problems)}.values())[::-1]


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

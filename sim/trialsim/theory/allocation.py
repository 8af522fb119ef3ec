"""Laws of allocation methods: how unequal the arms become, and how well a recruiter can guess.

Imbalance is the difference between the two arm sizes. Rosenberger and Lachin 2016, Randomization in
Clinical Trials, chapters 3 and 5; the convergence strategy is Blackwell and Hodges 1957, Annals of
Mathematical Statistics 28:449.
"""

import math
from collections.abc import Sequence

import numpy as np
import scipy.special as special

from trialsim.theory import _validate
from trialsim.theory._validate import Floats


def _whole(name: str, value: int, least: int) -> int:
    """`value` if it is a whole number of at least `least`; ValueError otherwise."""
    if value != int(value) or value < least:
        raise ValueError(f"{name} is {value!r}: it must be a whole number of at least {least}")
    return int(value)


def _block(block: Sequence[int]) -> tuple[int, ...]:
    """The participants of each arm in a block, checked."""
    counts = tuple(_whole("block", count, 1) for count in block)
    if len(counts) < 2:
        raise ValueError(f"block is {block!r}: give one count for each of two or more arms")
    return counts


def simple_arm_size_law(n: int, p: float = 0.5) -> Floats:
    """P(first arm has k of n) for k = 0 to n under simple randomisation: binomial. (n + 1,)."""
    _whole("n", n, 1)
    _validate.share("p", p)
    k = np.arange(n + 1)
    log_ways = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.asarray(np.exp(log_ways + special.xlogy(k, p) + special.xlog1py(n - k, -p)))


def simple_mean_imbalance(n: int, p: float = 0.5) -> float:
    """Mean absolute imbalance of simple randomisation, in participants."""
    return float(simple_arm_size_law(n, p) @ np.abs(2 * np.arange(n + 1) - n))


def simple_imbalance_probability(n: int, k: int, p: float = 0.5) -> float:
    """P(|imbalance| >= k) under simple randomisation."""
    return float(simple_arm_size_law(n, p) @ (np.abs(2 * np.arange(n + 1) - n) >= k))


def biased_coin_imbalance_law(n: int, bias_probability: float) -> Floats:
    """P(|imbalance| = d) for d = 0 to n under Efron's biased coin, by its Markov chain. (n + 1,).

    The arm that is behind is chosen with `bias_probability`, in [0.5, 1]; a tie is a fair coin.
    Efron 1971, Biometrika 58:403. Raises ValueError outside that range.
    """
    _whole("n", n, 1)
    if not 0.5 <= bias_probability <= 1:
        raise ValueError(f"bias_probability is {bias_probability!r}: it must lie in [0.5, 1]")
    law = np.zeros(n + 2)  # one place more than can be reached, for the shift below
    law[0] = 1.0
    for _ in range(n):
        step = np.zeros_like(law)
        step[:-1] += bias_probability * law[1:]
        step[2:] += (1 - bias_probability) * law[1:-1]
        step[1] += law[0]
        law = step
    return law[: n + 1]


def permuted_block_arm_size_law(n: int, block: Sequence[int]) -> tuple[np.ndarray, Floats]:
    """Sizes that the first arm can have after n participants, and their probabilities.

    `block` counts each arm's places in a block, (2, 2) for blocks of four 1:1. Full blocks hold no
    chance; of the last, incomplete one the first arm's share is hypergeometric.
    """
    counts = _block(block)
    _whole("n", n, 0)
    size, first = sum(counts), counts[0]
    full, drawn = divmod(n, size)
    k = np.arange(max(0, drawn - (size - first)), min(first, drawn) + 1)
    ways = [math.comb(first, i) * math.comb(size - first, drawn - i) for i in k.tolist()]
    return full * first + k, np.array(ways) / math.comb(size, drawn)


def largest_imbalance(block: Sequence[int]) -> int:
    """Largest |imbalance| at any time of 1:1 permuted blocks: half a block."""
    counts = _block(block)
    if len(counts) != 2 or counts[0] != counts[1]:
        raise ValueError(f"block is {block!r}: imbalance needs two arms with equal counts")
    return counts[0]


def n_distinct_blocks(block: Sequence[int]) -> int:
    """Number of different orders of a block (a multinomial coefficient)."""
    counts = _block(block)
    return math.prod(math.comb(sum(counts[: i + 1]), count) for i, count in enumerate(counts))


def correct_guess_fraction(block: Sequence[int], n: int | None = None) -> float:
    """Expected share of allocations guessed right by someone who knows the block and the past.

    The convergence strategy guesses the arm with most places left in the block (with 1:1, the arm
    that is behind); whoever breaks the ties, such a guess is right with probability most left / all
    left. `n` participants count, or whole blocks without it. Any number of arms.
    """
    counts = _block(block)
    size = sum(counts)
    by_place = []
    states = {tuple(sorted(counts)): 1.0}
    for left in range(size, 0, -1):
        by_place.append(sum(chance * state[-1] / left for state, chance in states.items()))
        following: dict[tuple[int, ...], float] = {}
        for state, chance in states.items():
            for arm, places in enumerate(state):
                if places:
                    after = tuple(sorted((*state[:arm], places - 1, *state[arm + 1 :])))
                    following[after] = following.get(after, 0.0) + chance * places / left
        states = following
    if n is None:
        return math.fsum(by_place) / size
    full, drawn = divmod(_whole("n", n, 1), size)
    return (full * math.fsum(by_place) + math.fsum(by_place[:drawn])) / n

"""The contract that every method passes, ours or a plug-in's.

>>> from trialsim.testing import check_method
>>> from trialsim.analysis.t_test import TTest
>>> check_method(TTest, outcome="score", visit="after", variance="welch")

Nothing is returned; a broken rule raises `ContractError`, an `AssertionError` that names the rule
and what was found. The trials on which methods are tried have the visits `baseline`, `after` and
`later` and the covariates `age` and `severity`; an example names these where a method wants
names. Numbers are compared exactly where the contract says so, and where it speaks of chance
within 4 Monte Carlo standard errors at a fixed seed: the same method always passes or always
fails.
"""

from trialsim.testing._check import ContractError, check_method

__all__ = ["ContractError", "check_method"]

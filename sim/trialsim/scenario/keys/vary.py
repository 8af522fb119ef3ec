"""vary: the design points to compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from trialsim.scenario.written import MaybeEmpty, Name, Written


class Vary(Written):
    """Paths with the values to try, all of which multiply, and points listed by name.

    A path begins with a key of a scenario, and no such key is called `points`: the two never clash.
    """

    model_config = ConfigDict(extra="allow")

    __pydantic_extra__: dict[str, tuple[Any, ...]] = Field(init=False)

    points: Annotated[dict[Name, dict[str, Any]], MaybeEmpty] = {}
    """Named design points, each a mapping of path: value. A path that a point does not mention
    keeps its stated value there. With lists of values beside them, every point meets every
    value."""

    @property
    def lists(self) -> Mapping[str, tuple[Any, ...]]:
        """Values to try, by path."""
        return self.__pydantic_extra__ or {}

    @property
    def paths_of_points(self) -> tuple[str, ...]:
        """Every path that some point mentions, in the order of the file."""
        return tuple(dict.fromkeys(path for point in self.points.values() for path in point))

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that varies: those of the points, then those of the lists."""
        return tuple(dict.fromkeys([*self.paths_of_points, *self.lists]))

    @property
    def counts(self) -> Mapping[tuple[str, ...], int]:
        """How many values each set of paths takes together; the product is the number of design
        points."""
        points = {self.paths_of_points: len(self.points)} if self.points else {}
        return points | {(path,): len(values) for path, values in self.lists.items()}

    def values_of(self, path: str) -> tuple[Any, ...]:
        """The values that are written for a path, in the order of the file."""
        listed = [point[path] for point in self.points.values() if path in point]
        return (*listed, *self.lists.get(path, ()))

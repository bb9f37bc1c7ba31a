"""Ids in rising order, kept and written down as ranges: those of a first ingest are one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, overload


class Ids(Sequence[int]):
    """Ids as a sequence that takes little memory where they follow each other."""

    def __init__(self, ranges: Iterable[range] = ()) -> None:
        self.ranges = tuple(ranges)
        self._ends = list(accumulate(map(len, self.ranges)))

    @classmethod
    def of(cls, ids: Iterable[int]) -> Ids:
        """Of ids in rising order."""
        return cls(_ranges(ids))

    @classmethod
    def from_json(cls, value: Any) -> Ids:
        """Of what `as_json` gave; what a script may have written instead is left out."""
        found = (_range(part) for part in (value if isinstance(value, list) else ()))
        return cls(part for part in found if part)

    def as_json(self) -> list[int | list[int]]:
        """Single ids as they are, others as [first, last]."""
        return [part[0] if len(part) == 1 else [part[0], part[-1]] for part in self.ranges]

    def shifted(self, by: int) -> Ids:
        """Each id so much higher."""
        return Ids(range(part.start + by, part.stop + by) for part in self.ranges)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[int]:
        for part in self.ranges:
            yield from part

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[int]: ...
    def __getitem__(self, at: int | slice) -> int | Sequence[int]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        place = range(len(self))[at]
        number = bisect_right(self._ends, place)
        before = self._ends[number - 1] if number else 0
        return self.ranges[number][place - before]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ids) and self.ranges == other.ranges

    def __hash__(self) -> int:
        return hash(self.ranges)

    def __repr__(self) -> str:
        return f"Ids({self.as_json()})"


def _ranges(ids: Iterable[int]) -> Iterator[range]:
    first = last = None
    for id_ in ids:
        if first is None or last is None:
            first = last = id_
        elif id_ == last + 1:
            last = id_
        else:
            yield range(first, last + 1)
            first = last = id_
    if first is not None and last is not None:
        yield range(first, last + 1)


def _range(part: Any) -> range:
    bounds = part if isinstance(part, list) else [part]
    if not bounds or not all(type(bound) is int for bound in bounds):
        return range(0)
    return range(bounds[0], bounds[-1] + 1)

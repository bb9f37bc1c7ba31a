"""Which of the installed plugins are loaded: what `--no-plugin` and RETROVUE_PLUGINS leave out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from retrovue.importers.entry_points import EntryPoint, spelled

OURS = "retrovue"  # the distribution of the bundled plugins, and the group of entry points


class Choice(NamedTuple):
    """Plugins that are `left_out`, and, of those that are not bundled, the `only` ones that are
    loaded (None: all); each by its own name or by that of its distribution."""

    left_out: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None

    def leaves_out(self, point: EntryPoint) -> bool:
        """Whether what an entry point names is not to be loaded."""
        own = _names(point)
        if not own.isdisjoint(map(spelled, self.left_out)):
            return True
        wanted = map(spelled, self.only or ())
        return self.only is not None and is_foreign(point) and own.isdisjoint(wanted)

    def unknown(self, points: Iterable[EntryPoint]) -> list[str]:
        """The names in it that are none of an installed plugin."""
        there = frozenset[str]().union(*map(_names, points))
        named = dict.fromkeys((*self.left_out, *(self.only or ())))
        return [name for name in named if spelled(name) not in there]


EVERYTHING = Choice()


def is_foreign(point: EntryPoint) -> bool:
    """Whether a plugin is somebody else's; the bundled ones are named as their types."""
    return point.distribution.lower() != OURS


def taken_names(points: Iterable[EntryPoint]) -> dict[str, list[EntryPoint]]:
    """The names that several of these entry points bear, each with those that do."""
    found: dict[str, list[EntryPoint]] = {}
    for point in points:
        found.setdefault(point.name, []).append(point)
    return {name: owners for name, owners in found.items() if len(owners) > 1}


def owners(points: Iterable[EntryPoint]) -> str:
    """The distributions of entry points, in a sentence."""
    return " and ".join(sorted(point.distribution for point in points))


def _names(point: EntryPoint) -> frozenset[str]:
    """What a plugin can be called: its own name, or that of its distribution."""
    return frozenset(map(spelled, (point.name, point.distribution)))

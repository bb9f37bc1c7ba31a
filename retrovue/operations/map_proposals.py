"""Where the files of locations could be below folders of this machine, by what lies there."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from retrovue import paths
from retrovue.operations.map_check import Checked, Disk
from retrovue.paths import Rewrite
from retrovue.selectors import caseless

_SAMPLE = 200  # files of a location that are looked for anywhere
_BEST = 5  # folders for a location that are looked into thoroughly


class Proposal(NamedTuple):
    """A folder for a location, and how many of its files are there."""

    location: str
    folder: str
    files: int
    found: int


def proposals(checked: Sequence[Checked], roots: Sequence[str], disk: Disk) -> list[Proposal]:
    """For each location with files the folders below `roots` that hold some of them, those with
    most first."""
    wanted = {c.mapping.external_path: _sample(c.relative) for c in checked if c.relative}
    by_name: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for location, sample in wanted.items():
        for relative in sample:
            parts = tuple(map(caseless, relative.split("/")))
            by_name.setdefault(parts[-1], []).append((location, parts[:-1]))
    votes: dict[str, Counter[str]] = {location: Counter() for location in wanted}
    for folder, name in _walked(roots, disk):
        for location, above in by_name.get(caseless(name), ()):
            base = _without(folder, above)
            if base is not None:
                votes[location][base] += 1
    files = {c.mapping.external_path: c.relative for c in checked}
    found = [
        Proposal(location, folder, len(files[location]),
                 sum(disk.has(folder, path) for path in files[location]))
        for location, counted in votes.items()
        for folder, _ in counted.most_common(_BEST)
    ]  # fmt: skip
    return sorted(found, key=lambda p: (p.location, -p.found, len(p.folder), p.folder))


def _sample(relative: Sequence[str]) -> list[str]:
    """Some paths, evenly picked."""
    step = max(1, len(relative) // _SAMPLE)
    return list(relative[::step][:_SAMPLE])


def _walked(roots: Sequence[str], disk: Disk) -> Iterator[tuple[str, str]]:
    """(folder, name) of every file below the roots; links to folders are not followed."""
    for root in roots:
        for folder, _, names in os.walk(os.path.abspath(root)):
            for name in names:
                yield folder, name


def _without(folder: str, above: tuple[str, ...]) -> str | None:
    """The folder that lies so many names higher, where its last names are these."""
    if not above:
        return folder
    parts = folder.split("/")
    if len(parts) <= len(above) or tuple(map(caseless, parts[-len(above) :])) != above:
        return None
    return "/".join(parts[: -len(above)]) or "/"


def rules(found: Sequence[Proposal], locations: Sequence[str]) -> list[Rewrite]:
    """The fewest `--map` rules that put each location where most of its files are: what locations
    share above them is one rule, where it puts no other location elsewhere."""
    best: dict[str, str] = {}
    for proposal in found:  # the best of each location comes first
        if proposal.found:
            best.setdefault(proposal.location, proposal.folder)
    shared: dict[Rewrite, list[str]] = {}
    for location, folder in best.items():
        shared.setdefault(_stripped(location, folder), []).append(location)
    made: list[Rewrite] = []
    for rule, held in shared.items():
        others = [place for place in locations if place not in best]
        alone = len(held) == 1 or any(paths.rewritten(place, [rule]) for place in others)
        made += [Rewrite(place, best[place]) for place in held] if alone else [rule]
    right = all(paths.rewritten(place, made) == folder for place, folder in best.items())
    return made if right else [Rewrite(place, folder) for place, folder in best.items()]


def _stripped(location: str, folder: str) -> Rewrite:
    """A location and its folder without the names at their ends that are the same."""
    separator = "\\" if paths.is_windows(location) and "\\" in location else "/"
    outer, inner = location.rstrip("\\/").split(separator), folder.split("/")
    while len(outer) > 2 and len(inner) > 2 and outer[-1] == inner[-1]:
        outer, inner = outer[:-1], inner[:-1]
    return Rewrite(separator.join(outer) or "/", "/".join(inner) or "/")

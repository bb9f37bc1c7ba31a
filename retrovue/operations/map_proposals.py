"""Where the files of locations could be below folders of this machine, by what lies there."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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


class Rules(NamedTuple):
    """`--map` rules; the locations of which several folders hold equally many files and one was
    taken for its name, or because no other location has it; and those where nothing tells."""

    rewrites: list[Rewrite]
    chosen: list[str]
    open: list[str]


def rules(found: Sequence[Proposal], checked: Sequence[Checked]) -> Rules:
    """The fewest rules that put each location where most of its files are: what locations share
    above them is one rule, where it puts no other location elsewhere. One that is mapped, and of
    which no folder holds more, stays as it is."""
    equal = _equally_good(found)
    locations = [c.mapping.external_path for c in checked]
    most = {p.location: p.found for p in reversed(found)}
    settled = {
        c.mapping.external_path: c.mapping.local_path
        for c in checked
        if c.mapping.local_path is not None and c.found and c.found >= most.get(
            c.mapping.external_path, 0)
    }  # fmt: skip
    unsettled = {place: folders for place, folders in equal.items() if place not in settled}
    best, chosen = _assigned(unsettled, {folder.rstrip("/") for folder in settled.values()})
    rewrites = _fewest(best, [place for place in locations if place not in best])
    return Rules(rewrites, chosen, [place for place in unsettled if place not in best])


def _equally_good(found: Sequence[Proposal]) -> dict[str, list[str]]:
    """Of each location the folders that hold most of its files."""
    equal: dict[str, list[Proposal]] = {}
    for proposal in found:  # the best of each location comes first
        if proposal.found:
            best = equal.setdefault(proposal.location, [])
            if not best or best[0].found == proposal.found:
                best.append(proposal)
    return {place: [proposal.folder for proposal in best] for place, best in equal.items()}


def _assigned(
    equal: Mapping[str, Sequence[str]], taken: set[str]
) -> tuple[dict[str, str], list[str]]:
    """A folder for each location, those first of which one alone is left: of several that one
    whose name is like the location's, and none that another location has; and the locations that
    had a choice."""
    left = {place: [f for f in folders if f not in taken] or list(folders)
            for place, folders in equal.items()}  # fmt: skip
    best: dict[str, str] = {}
    while place := next((p for p in left if _one(p, left[p]) is not None), None):
        folder = _one(place, left.pop(place))
        assert folder is not None
        best[place] = folder
        left = {p: [f for f in folders if f != folder] or folders for p, folders in left.items()}
    return best, [place for place in best if len(equal[place]) > 1]


def _one(location: str, folders: Sequence[str]) -> str | None:
    """The only folder, or the one whose last names are most like those of the location."""
    if len(folders) == 1:
        return folders[0]
    alike = Counter({folder: _alike(location, folder) for folder in folders}).most_common(2)
    return alike[0][0] if alike[0][1] > alike[1][1] else None


def _alike(location: str, folder: str) -> int:
    """How many of their last names are the same but for case."""
    ours = [caseless(part) for part in reversed(location.replace("\\", "/").strip("/").split("/"))]
    theirs = [caseless(part) for part in reversed(folder.strip("/").split("/"))]
    return next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b),
                min(len(ours), len(theirs)))  # fmt: skip


def _fewest(best: Mapping[str, str], others: Sequence[str]) -> list[Rewrite]:
    shared: dict[Rewrite, list[str]] = {}
    for location, folder in best.items():
        shared.setdefault(_stripped(location, folder), []).append(location)
    made: list[Rewrite] = []
    for rule, held in shared.items():
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

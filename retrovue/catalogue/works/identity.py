"""What a work is known again by, whatever a server or a disk changed meanwhile.

Four rungs, from the surest down: an id elsewhere, the work's own facts, the content of its files,
and their paths. What speaks against it on any rung ends it: other ids of the same kind elsewhere,
another edition, another number. Pure: nothing is read or written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from retrovue.selectors import folded

RUNGS = ("guids", "facts", "contents", "paths")
_FILE_RUNGS = ("contents", "paths")
_TITLED = ("movie", "episode", "track")  # of others a title such as 'Trailer' tells nothing


class Traits(NamedTuple):
    """What an asset or a work can be known by: ids elsewhere, facts as texts, fingerprints of files
    and local paths. `numbers` are its edition, season, episode, date, disc and track, none where
    nothing is known; `shared` are facts that two works of one collection had at the same time."""

    kind: str
    guids: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    contents: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    numbers: tuple[Any, ...] = ()
    shared: frozenset[str] = frozenset()

    def on(self, rung: str) -> frozenset[str]:
        """What it has on a rung."""
        found: frozenset[str] = getattr(self, rung)
        return found

    def as_json(self) -> dict[str, Any]:
        """As it stands in `works.identity`."""
        said: dict[str, Any] = {rung: sorted(self.on(rung)) for rung in (*RUNGS, "shared")}
        said["numbers"] = list(self.numbers)
        return {name: value for name, value in said.items() if value}


def from_json(kind: str, said: Mapping[str, Any]) -> Traits:
    """Traits as they stand in the file, where a script may have changed them."""
    sets = {rung: frozenset(_texts(said.get(rung))) for rung in (*RUNGS, "shared")}
    numbers = said.get("numbers")
    return Traits(kind, **sets, numbers=tuple(numbers) if isinstance(numbers, list) else ())


def _texts(value: Any) -> Iterable[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else ()


def of_asset(
    fields: Mapping[str, Any], guids: Iterable[str], content: str | None, paths: Iterable[str]
) -> Traits:
    """The traits of an asset by what its source says of it."""
    kind = fields["kind"]
    numbers = (
        folded(fields["edition"] or ""),
        *(fields[name] for name in ("season", "episode", "released_on", "disc", "track")),
    )
    told = _facts(fields)
    return Traits(
        kind,
        frozenset(map(str.casefold, guids)),
        frozenset((told,) if told else ()),
        frozenset((content,) if content else ()),
        frozenset(paths),
        numbers,
    )


def _facts(fields: Mapping[str, Any]) -> str | None:
    """What the work says of itself in one text, None where that would fit others too."""
    if fields["kind"] not in _TITLED:
        return None
    names: Sequence[str]
    if fields["kind"] == "movie":
        names = ("title", "year", "edition")
    elif fields["kind"] == "episode":
        if not fields["series"]:
            return None
        names = ("series", "year", "season", "episode", "episode_end", "released_on")
        if fields["episode"] is None and fields["released_on"] is None:
            names = (*names, "title")
    else:
        if not (fields["artist"] or fields["album"]):
            return None
        names = ("artist", "album", "disc", "track", "title")
    said = [fields["kind"], *(fields[name] for name in names), fields["mark"]]
    return "|".join("" if value is None else folded(str(value)) for value in said)


def differ(one: Traits, other: Traits) -> bool:
    """Whether two are different works, whatever else they have in common."""
    if one.kind != other.kind:
        return True
    if not one.guids & other.guids and _schemes(one.guids) & _schemes(other.guids):
        return True
    return _numbered_otherwise(one.numbers, other.numbers)


def _schemes(guids: Iterable[str]) -> set[str]:
    return {guid.partition("://")[0] for guid in guids}


def _numbered_otherwise(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Editions must be the same, of numbers those that both have."""
    if not one or not other:
        return False
    pairs = list(zip(one[1:], other[1:], strict=False))
    return one[0] != other[0] or any(a is not None and b is not None and a != b for a, b in pairs)


def rung_of(work: Traits, asset: Traits) -> int | None:
    """The surest rung on which an asset is a work, from 0; None where it is not."""
    if differ(work, asset):
        return None
    for number, rung in enumerate(RUNGS):
        if (work.on(rung) & asset.on(rung)) - work.shared:
            return number
    return None


def closer(work: Traits, assets: Mapping[int, Traits]) -> int | None:
    """Of assets that all fit a work, the one that alone has its content, or else a path of it."""
    for rung in _FILE_RUNGS:
        fitting = [id_ for id_, asset in assets.items() if work.on(rung) & asset.on(rung)]
        if len(fitting) == 1:
            return fitting[0]
    return None


def renewed(work: Traits, assets: Sequence[Traits]) -> Traits:
    """A work as the assets that are it tell it now; what none of them tells stays as it was."""
    if not assets:
        return work
    guids, facts, contents, paths = (
        frozenset().union(*(asset.on(rung) for asset in assets)) or work.on(rung) for rung in RUNGS
    )
    return Traits(work.kind, guids, facts, contents, paths, assets[0].numbers, work.shared)

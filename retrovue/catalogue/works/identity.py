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
_LOWER = RUNGS[1:]
_SETS = (*RUNGS, "shared", "titles")
_FILE_RUNGS = ("contents", "paths")
_TITLED = ("movie", "episode", "track")  # of others a title such as 'Trailer' tells nothing


class Traits(NamedTuple):
    """What an asset or a work can be known by: ids elsewhere, those of an episode or track with its
    numbers, facts as texts, files by size and time, and local paths. `numbers` are its edition,
    season, episode, date, disc and track, none where nothing is known; `shared` is what two works
    of one collection had in common at the same time, `titles` are no more than a hint."""

    kind: str
    guids: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    contents: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    numbers: tuple[Any, ...] = ()
    shared: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()

    def on(self, rung: str) -> frozenset[str]:
        """What it has on a rung, or in another of its sets."""
        found: frozenset[str] = getattr(self, rung)
        return found

    def as_json(self) -> dict[str, Any]:
        """As it stands in `works.identity`."""
        said: dict[str, Any] = {name: sorted(self.on(name)) for name in _SETS}
        said["numbers"] = list(self.numbers)
        return {name: value for name, value in said.items() if value}


def from_json(kind: str, said: Mapping[str, Any]) -> Traits:
    """Traits as they stand in the file, where a script may have changed them."""
    sets = {name: frozenset(_texts(said.get(name))) for name in _SETS}
    numbers = said.get("numbers")
    return Traits(kind, **sets, numbers=tuple(numbers) if isinstance(numbers, list) else ())


def _texts(value: Any) -> Iterable[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else ()


def of_asset(
    fields: Mapping[str, Any], guids: Iterable[str], contents: Iterable[str], paths: Iterable[str]
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
        frozenset(guid.casefold().replace("|", "_") + _place(fields) for guid in guids),
        frozenset((told,) if told else ()),
        frozenset(contents),
        frozenset(paths),
        numbers,
        titles=frozenset((folded(fields["title"] or ""),)),
    )


def _place(fields: Mapping[str, Any]) -> str:
    """What an id elsewhere that may be of a whole show or album leaves open."""
    names: Sequence[str]
    if fields["kind"] == "episode":
        names = ("season", "episode", "episode_end", "released_on", "mark")
        counted = fields["episode"] is not None or fields["released_on"] is not None
    elif fields["kind"] == "track":
        names = ("disc", "track")
        counted = fields["track"] is not None
    else:
        return ""
    said = [fields[name] for name in (names if counted else (*names, "title"))]
    return "|" + "|".join("" if value is None else folded(str(value)) for value in said)


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
    return _ids_differ(one, other) or _numbered_otherwise(one.numbers, other.numbers)


def _ids_differ(one: Traits, other: Traits) -> bool:
    """Whether none of their ids is the same, and two are of one kind."""
    ours, theirs = _ids(one), _ids(other)
    return not ours & theirs and not _schemes(ours).isdisjoint(_schemes(theirs))


def _ids(traits: Traits) -> set[str]:
    return {guid.partition("|")[0] for guid in traits.guids}


def _schemes(guids: Iterable[str]) -> set[str]:
    return {guid.partition("://")[0] for guid in guids}


def replaced(work: Traits, asset: Traits) -> bool:
    """Whether an asset that was a work is another one by now: it has nothing in common with it, and
    its ids elsewhere or its files are others."""
    same = any(work.on(name) & asset.on(name) for name in (*RUNGS, "titles"))
    if same or _ids(work) & _ids(asset):
        return False
    return _ids_differ(work, asset) or any(work.on(r) and asset.on(r) for r in _FILE_RUNGS)


def in_common(one: Traits, other: Traits) -> frozenset[str]:
    """What two have in common but for ids elsewhere."""
    return frozenset().union(*(one.on(rung) & other.on(rung) for rung in _LOWER))


def _numbered_otherwise(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Editions must be the same, of numbers those that both have."""
    if not one or not other:
        return False
    pairs = list(zip(one[1:], other[1:], strict=False))
    return one[0] != other[0] or any(a is not None and b is not None and a != b for a, b in pairs)


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
    guids, facts, contents, paths, titles = (
        frozenset().union(*(asset.on(name) for asset in assets)) or work.on(name)
        for name in (*RUNGS, "titles")
    )
    numbers = tuple(
        next((number for number in told if number is not None), None)
        for told in zip(*(asset.numbers for asset in assets), strict=True)
    )
    kind = assets[0].kind
    return Traits(kind, guids, facts, contents, paths, numbers, work.shared, titles)

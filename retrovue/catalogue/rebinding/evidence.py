"""Which known asset is which item of a rebuilt server, by ids elsewhere, paths and sizes.

Pure: nothing is read or written. In doubt two are not the same: what several fit equally well is
`ambiguous`, and left to somebody who knows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from retrovue.selectors import caseless

Level = Literal["sure", "likely"]
Segments = tuple[str, ...]

_MANY = 2_500  # pairs that one key may suggest; a key that more share is looked at more closely


class Facts(NamedTuple):
    """What is compared. `guids` are ids elsewhere; `place` is where it stands in its series or
    album (numbers), `part_of` what those are (names); `files` are the segments of each path below
    its location, the last first and without regard to case, with the size in bytes where it is
    known."""

    kind: str
    title: str
    guids: frozenset[str]
    place: tuple[int | None, ...]
    part_of: tuple[str | None, ...]
    files: tuple[tuple[Segments, int | None], ...]


class Known(NamedTuple):
    """An asset of the catalogue; `path` is its first file as the source spelled it."""

    asset_id: int
    collection_id: int
    external_id: str
    missing: bool
    facts: Facts
    local_paths: tuple[str | None, ...]
    path: str | None


class Offered(NamedTuple):
    """An item of the source as it is now; `collection` is the external id of its library, `paths`
    are its files (version, part, path) as the source spells them."""

    collection: str
    external_id: str
    facts: Facts
    paths: tuple[tuple[int, int, str], ...]

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other item of the source."""
        return self.collection, self.external_id


class Pair(NamedTuple):
    """An asset and the item that it is, or may be, and what they have in common."""

    known: Known
    offered: Offered
    level: Level
    why: tuple[str, ...]


class Pairs(NamedTuple):
    """The pairs that are taken; those of which several fit equally well, by asset; and the assets
    that nothing fits."""

    taken: list[Pair]
    ambiguous: list[Pair]
    lost: list[Known]


def segments(path: str) -> Segments:
    """A path below its location, spelled with `/`, as it is compared."""
    return tuple(caseless(part) for part in reversed(path.split("/")))


def names(*values: str | None) -> tuple[str | None, ...]:
    """Names as they are compared."""
    return tuple(None if value is None else caseless(value) for value in values)


def pair(
    known: Sequence[Known],
    offered: Sequence[Offered],
    homes: Mapping[int, str],
    *,
    same_server: bool,
) -> Pairs:
    """Match assets with items, each at most once, the best evidence first.

    `homes` are the libraries that the known collections are, as far as that is known: of equals,
    the one at home counts. Numbers of items say nothing unless it is the same server as before.
    """
    found: dict[int, dict[int, _Weight]] = defaultdict(dict)
    sides: dict[int, set[int]] = defaultdict(set)
    for one, other in _suggested(known, offered):
        a, b = known[one], offered[other]
        weight = _weight(a, b)
        if weight is not None:
            home = homes.get(a.collection_id) == b.collection
            same = same_server and home and a.external_id == b.external_id
            found[one][other] = weight._replace(home=home, same=same)
            sides[other].add(one)
    taken = _take(found, sides)
    pairs = [_pair(known[a], offered[b], weight) for a, (b, weight) in sorted(taken.items())]
    ambiguous = [
        _pair(known[a], offered[b], found[a][b])
        for a in sorted(found)
        for b in sorted(found[a], key=lambda b: offered[b].key)
    ]
    met = {each.known.asset_id for each in (*pairs, *ambiguous)}
    lost = [each for each in known if each.asset_id not in met]
    return Pairs(pairs, ambiguous, lost)


class _Weight(NamedTuple):
    """How strong the evidence is; the larger the better."""

    sure: bool
    same: bool  # the same number on the same server
    place: bool
    guid: bool
    size: bool
    tail: int  # segments of the path in common, from its end
    home: bool
    present: bool


def _pair(known: Known, offered: Offered, weight: _Weight) -> Pair:
    why = []
    if weight.guid:
        why.append("ids")
    if weight.tail:
        why.append("path" if weight.tail > 1 else "name")
    if weight.size:
        why.append("size")
    return Pair(known, offered, "sure" if weight.sure else "likely", tuple(why))


def _weight(known: Known, offered: Offered) -> _Weight | None:
    """The evidence that both are the same, None where it does not do."""
    a, b = known.facts, offered.facts
    guid = bool(a.guids & b.guids)
    if not guid and _apart(a.place, b.place):
        return None
    tail, whole, size, resized = _files(a, b)
    same_path = tail > 1 or whole
    place = a.place == b.place and caseless(a.title) == caseless(b.title)
    against = not guid and (_contradict(a.guids, b.guids) or _apart(a.part_of, b.part_of))
    if against or a.kind != b.kind:
        sure, likely = False, whole and size
    else:
        sure = (guid and tail > 0) or (same_path and size)
        likely = guid or (tail > 0 and size) or (same_path and place) or (whole and not resized)
    if not (sure or likely):
        return None
    return _Weight(
        sure, same=False, place=place, guid=guid, size=size, tail=tail, home=False,
        present=not known.missing,
    )  # fmt: skip


def _apart(one: Sequence[int | str | None], other: Sequence[int | str | None]) -> bool:
    """Whether two differ in what is known of both."""
    return any(a is not None and b is not None and a != b for a, b in zip(one, other, strict=True))


def _contradict(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two have different ids at one place elsewhere."""
    return bool(
        {id_.partition("://")[0] for id_ in one} & {id_.partition("://")[0] for id_ in other}
    )


def _files(a: Facts, b: Facts) -> tuple[int, bool, bool, bool]:
    """Of the two files that are most alike: segments in common from the end, whether that is all
    of the shorter path, whether they are of one size, and whether they are known to be of two."""
    best = (0, False, False, False)
    for path, size in a.files:
        for other, its in b.files:
            if path[0] == other[0]:
                tail = _common(path, other)
                equal = size is not None and size == its
                differs = size is not None and its is not None and size != its
                shorter, longer = sorted((len(path), len(other)))
                whole = tail == shorter and (tail > 1 or shorter == longer)
                best = max(best, (tail, whole, equal, differs))
    return best


def _common(one: Segments, other: Segments) -> int:
    for n, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return n
    return min(len(one), len(other))


def _suggested(known: Sequence[Known], offered: Sequence[Offered]) -> set[tuple[int, int]]:
    """The pairs that share an id elsewhere or the name of a file, by their places."""
    found: set[tuple[int, int]] = set()
    for ours, theirs in _by_guid(known, offered):
        if len(ours) * len(theirs) <= _MANY:  # else it is that of a whole series
            found.update((a, b) for a in ours for b in theirs)
    _by_path(known, offered, range(len(known)), range(len(offered)), 1, found)
    return found


def _by_path(
    known: Sequence[Known],
    offered: Sequence[Offered],
    ours: Iterable[int],
    theirs: Iterable[int],
    depth: int,
    found: set[tuple[int, int]],
) -> None:
    """Those that share the last `depth` segments of a path; where too many do, one more."""
    left: dict[Segments, list[int]] = defaultdict(list)
    right: dict[Segments, list[int]] = defaultdict(list)
    for into, sides, places in ((left, known, ours), (right, offered, theirs)):
        for place in places:
            facts = sides[place].facts
            for key in {path[:depth] for path, _ in facts.files if len(path) >= depth}:
                into[key].append(place)
    for key, some in left.items():
        others = right.get(key)
        if others is None:
            continue
        if len(some) * len(others) > _MANY and depth < 8:
            _by_path(known, offered, some, others, depth + 1, found)
        else:
            found.update((a, b) for a in some for b in others)


def _by_guid(
    known: Sequence[Known], offered: Sequence[Offered]
) -> list[tuple[list[int], list[int]]]:
    """Those that share an id elsewhere."""
    left: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(known):
        for key in one.facts.guids:
            left[key].append(place)
    right: dict[str, list[int]] = defaultdict(list)
    for place, other in enumerate(offered):
        for key in other.facts.guids:
            if key in left:
                right[key].append(place)
    return [(left[key], theirs) for key, theirs in right.items()]


def _take(
    found: dict[int, dict[int, _Weight]], sides: dict[int, set[int]]
) -> dict[int, tuple[int, _Weight]]:
    """Take, until there are none, the pairs that are the one best of both sides, out of what was
    found; what then is left are ties."""
    taken: dict[int, tuple[int, _Weight]] = {}
    open_ = set(found)
    while open_:
        chosen = []
        for a in open_:
            b = _one_best(found[a])
            if b is not None and _one_best({one: found[one][b] for one in sides[b]}) == a:
                chosen.append((a, b))
        open_ = set()
        for a, b in chosen:
            taken[a] = (b, found[a][b])
            open_ |= _forget(found, sides, a, b)
    return taken


def _one_best(weights: Mapping[int, _Weight]) -> int | None:
    """The place of the largest weight, None where several have it."""
    if not weights:
        return None
    most = max(weights.values())
    places = [place for place, weight in weights.items() if weight == most]
    return places[0] if len(places) == 1 else None


def _forget(
    found: dict[int, dict[int, _Weight]], sides: dict[int, set[int]], a: int, b: int
) -> set[int]:
    """Take both out of what was found; returns the assets that may have another best now."""
    others = set()
    for other in found.pop(a):
        sides[other].discard(a)
        others |= sides[other]
    for one in sides.pop(b):
        if one in found:
            found[one].pop(b, None)
            others.add(one)
            if not found[one]:
                del found[one]
    return others & found.keys()

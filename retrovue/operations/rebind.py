"""Rebinding a source: which of its known assets are which items of what answers for it now."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from retrovue.catalogue.connection import Tx
from retrovue.catalogue.matching import Match, match
from retrovue.catalogue.rebinding import evidence, rows
from retrovue.catalogue.rebinding.evidence import Facts, Known, Offered, Pair
from retrovue.catalogue.reconcile.staging import storable
from retrovue.errors import DiscoveryFailed, ImporterError, RetrovueError, UsageError
from retrovue.found import FoundAsset, FoundCollection, Location, ScanCollection, Unread
from retrovue.importers.api import Importer
from retrovue.model import Collection, PathMapping
from retrovue.operations import item_checks, scanned
from retrovue.paths import Mapper, Rewrite, rewritten
from retrovue.redact import describe_exception, lines

_MOST = 0.9  # of the files of a location that must lie below one folder, so that it is believed


class Choice(NamedTuple):
    """One of several items that an asset may be, by the number that `--accept` takes."""

    number: int
    pair: Pair


class Rebinding(NamedTuple):
    """What became of the known assets: pairs that are taken, choices that are left, assets that
    nothing fits. `places` are the folders of this machine by library and location; `unread` tells
    what could not be read."""

    taken: list[Pair]
    choices: list[Choice]
    lost: list[Known]
    accepted: list[Pair]
    places: Mapping[tuple[str, str], str]
    unread: list[str]

    @property
    def totals(self) -> dict[str, int]:
        """How many assets are sure, likely, ambiguous and lost; accepted ones are sure."""
        levels = Counter(pair.level for pair in self.taken)
        return {
            "sure": levels["sure"] + len(self.accepted),
            "likely": levels["likely"],
            "ambiguous": len({choice.pair.known.asset_id for choice in self.choices}),
            "lost": len(self.lost),
        }

    @property
    def pairs(self) -> list[Pair]:
        """The pairs that are written."""
        return [*self.taken, *self.accepted]

    def votes(self) -> Counter[tuple[int, str]]:
        """How many assets of each collection each library has now."""
        return Counter((pair.known.collection_id, pair.offered.collection) for pair in self.pairs)


def matched(
    connection: sqlite3.Connection,
    importer: Importer,
    known: Sequence[Collection],
    offers: Sequence[FoundCollection],
    *,
    same_server: bool,
    accept: Sequence[int] = (),
    rewrites: Sequence[Rewrite] = (),
    progress: Callable[[FoundCollection, int], None] = lambda offer, count: None,
) -> Rebinding:
    """Match the known assets of a source with the items that it has now, whose locations are here
    where the rewrites say or, where they do not, at the same path. Nothing is written.

    Raises DiscoveryFailed for a library that cannot be read, and UsageError for a number in
    `accept` that is no choice, or takes an asset or item twice.
    """
    homes = {p.known.id: p.offer.external_id for p in match(known, offers, rebind=True).pairs}
    unread: list[str] = []
    items = [
        item
        for offer in offers
        for item in _items(importer, offer, _located(offer, rewrites), unread, progress)
    ]
    ours = list(rows.known(connection, known[0].source_id)) if known else []
    found = evidence.pair(ours, items, homes, same_server=same_server)
    choices = [Choice(number, pair) for number, pair in enumerate(found.ambiguous, 1)]
    accepted = _accepted(choices, accept)
    left = _left(choices, accepted)
    settled = {pair.known.asset_id for pair in (*accepted, *(choice.pair for choice in left))}
    bereft = {choice.pair.known.asset_id: choice.pair.known for choice in choices}
    lost = [*found.lost, *(one for id_, one in bereft.items() if id_ not in settled)]
    places = _places([*found.taken, *accepted], offers)
    return Rebinding(found.taken, left, lost, accepted, places, unread)


def _accepted(choices: Sequence[Choice], accept: Sequence[int]) -> list[Pair]:
    by_number = {choice.number: choice.pair for choice in choices}
    found: dict[int, Pair] = {}
    items = set()
    for number in dict.fromkeys(accept):
        pair = by_number.get(number)
        if pair is None:
            raise UsageError(
                f"--accept {number} is none of the choices",
                [f"There are {len(choices)}, as --dry-run lists them."],
            )
        if pair.known.asset_id in found or pair.offered.key in items:
            raise UsageError(f"--accept {number} takes an asset or an item a second time")
        found[pair.known.asset_id] = pair
        items.add(pair.offered.key)
    return list(found.values())


def _left(choices: Sequence[Choice], accepted: Sequence[Pair]) -> list[Choice]:
    """The choices whose asset and item are still to be had."""
    assets = {pair.known.asset_id for pair in accepted}
    items = {pair.offered.key for pair in accepted}
    return [
        choice
        for choice in choices
        if choice.pair.known.asset_id not in assets and choice.pair.offered.key not in items
    ]


def _items(
    importer: Importer,
    offer: FoundCollection,
    asked: ScanCollection,
    unread: list[str],
    progress: Callable[[FoundCollection, int], None],
) -> Iterator[Offered]:
    """The items of a library, each once, that an ingest would take."""
    mapper = Mapper([_location(place) for place in offer.locations or ("",)])
    seen = set()
    for count, item in enumerate(_scanned(importer, offer, asked), 1):
        progress(offer, count)
        if not isinstance(item, FoundAsset):
            if isinstance(item, Unread):
                unread.append(f"{item_checks.shown(item.where)}: {item_checks.shown(item.why)}")
            continue
        one = _offered(offer, item, mapper)
        if one is not None and one.external_id not in seen:
            seen.add(one.external_id)
            yield one


def _located(offer: FoundCollection, rewrites: Sequence[Rewrite]) -> ScanCollection:
    """A library as an importer is given it that reads it."""
    places = [Location(place, _here(place, rewrites)) for place in offer.locations]
    return ScanCollection(
        offer.external_id, offer.name, offer.kind, tuple(places), identity=offer.identity
    )


def _here(place: str, rewrites: Sequence[Rewrite]) -> str | None:
    return rewritten(place, rewrites) or (place if os.path.isdir(place) else None)


def _location(place: str) -> PathMapping:
    return PathMapping(0, 0, place, None, excluded=False, missing_since=None)


def _scanned(importer: Importer, offer: FoundCollection, asked: ScanCollection) -> Iterator[Any]:
    try:
        yield from scanned.flat(importer.scan(asked))
    except (RetrovueError, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # a plugin may raise anything
        reason = str(error) if isinstance(error, ImporterError) else describe_exception(error)
        raise DiscoveryFailed(
            f"Source update failed: library '{offer.name}' could not be read",
            lines(reason) or ["no reason given"],
        ) from error


def _offered(
    offer: FoundCollection, item: FoundAsset, mapper: Mapper[PathMapping]
) -> Offered | None:
    """An item as it is compared, None for what an ingest would leave out."""
    try:
        item_checks.check(item)
        item, secret = item_checks.cleaned(item)
    except item_checks.Unusable:
        return None
    if secret is not None or not storable(item.external_id):
        return None
    files, paths = [], []
    for file in item.files:
        place = mapper.find(file.path)
        if place is not None and storable(place[1]):
            files.append((evidence.segments(place[1]), file.size_bytes))
            paths.append((file.version, file.part, file.path))
    if not files:
        return None
    place_in = (item.season, item.episode, item.disc, item.track)
    part_of = evidence.names(item.series, item.artist, item.album)
    facts = Facts(
        item.kind, item.title or "", frozenset(item.guids), place_in, part_of, tuple(files)
    )
    return Offered(offer.external_id, item.external_id, facts, tuple(paths))


def _places(pairs: Sequence[Pair], offers: Sequence[FoundCollection]) -> dict[tuple[str, str], str]:
    """Where each location is here, by the folders that hold the files of what is in it now."""
    mappers = {
        offer.external_id: Mapper([_location(place) for place in offer.locations or ("",)])
        for offer in offers
    }
    said: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        for _, _, path in pair.offered.paths:
            found = mappers[pair.offered.collection].find(path)
            if found is not None:
                place, relative = found[0].external_path, found[1]
                same = _is_mapped_same(pair.known) and os.path.isdir(place)
                bases = {place} if same else _bases(pair.known, relative)
                said[(pair.offered.collection, place)].update(bases)
    return {key: base for key, bases in said.items() if (base := _one_of(bases)) is not None}


def _is_mapped_same(known: Known) -> bool:
    """Whether the source and this machine spell the path of an asset the same."""
    return known.path is not None and known.path == known.local_paths[0]


def _bases(known: Known, relative: str) -> set[str]:
    """The folders here below which a file of an asset has this path."""
    tail = f"/{relative}"
    return {
        local.removesuffix(tail)
        for local in known.local_paths
        if local is not None and local.endswith(tail) and len(local) > len(tail)
    }


def _one_of(bases: Counter[str]) -> str | None:
    """The folder that nearly all agree in."""
    if not bases:
        return None
    (base, count), *_ = bases.most_common(1)
    return base if count >= _MOST * bases.total() else None


def taken_over(
    collection: Collection, places: Mapping[tuple[str, str], str]
) -> tuple[PathMapping, ...]:
    """The mappings of a collection with the folders that its items lie in, where none was said."""
    return tuple(
        m._replace(local_path=places.get((collection.external_id, m.external_path)))
        if m.active and m.local_path is None
        else m
        for m in collection.mappings
    )


def kept_elsewhere(rebinding: Rebinding, found: Match) -> list[Collection]:
    """The collections that lose their counterpart although most of their assets are found: their
    library was split, or became part of another."""
    kept = Counter(pair.known.collection_id for pair in rebinding.pairs)
    return [c for c in found.lost if c.asset_count and kept[c.id] * 2 > c.asset_count]


def write(tx: Tx, rebinding: Rebinding, now: Sequence[Collection]) -> int:
    """Give the assets that were matched their items; returns how many are others than before.
    `now` are the collections as they are offered."""
    offered = {c.external_id: (c, Mapper(c.mappings)) for c in now if c.missing_since is None}
    return rows.apply(tx, (_rebound(pair, *offered[pair.offered.collection])
                           for pair in rebinding.pairs))  # fmt: skip


def _rebound(pair: Pair, collection: Collection, mapper: Mapper[PathMapping]) -> rows.Rebound:
    files = []
    for version, part, path in pair.offered.paths:
        found = mapper.find(path)
        if found is not None:
            files.append((version, part, found[0].id, found[1]))
    own = pair.known.asset_id
    return rows.Rebound(own, collection.id, pair.offered.external_id, tuple(files))

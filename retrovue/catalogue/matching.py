"""Which known collection is which offered one, so that a library stays the same library (G-2).

Pure: nothing is read or written.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from retrovue import paths
from retrovue.found import FoundCollection
from retrovue.model import Collection
from retrovue.selectors import folded


class Pair(NamedTuple):
    """A known collection and the offer that is taken for it."""

    known: Collection
    offer: FoundCollection


class Match(NamedTuple):
    """What is offered against what is known.

    `pairs` are the same libraries, in the order offered; `added` the offers that are new; `gone`
    the known ones without a counterpart, those already missing included; `replaced` those of them
    under whose external id another library is offered, which is among `added`.
    """

    pairs: tuple[Pair, ...]
    added: tuple[FoundCollection, ...]
    gone: tuple[Collection, ...]
    replaced: tuple[Pair, ...]

    @property
    def lost(self) -> list[Collection]:
        """The collections that are missing from now on."""
        return [collection for collection in self.gone if collection.missing_since is None]


class _Evidence(NamedTuple):
    """What two have in common that are the same library: keys, and what must not be against it."""

    known: Callable[[Collection], Iterable[Hashable]]
    offered: Callable[[FoundCollection], Iterable[Hashable]]
    fits: Callable[[Collection, FoundCollection], bool]


def match(
    known: Sequence[Collection],
    found: Sequence[FoundCollection],
    *,
    rebind: bool = False,
    items: Mapping[tuple[int, str], int] = {},
) -> Match:
    """Match by identity and then by external id, where identity or kind do not speak against it.

    With `rebind` the external ids are another server's and say nothing: then by identity, by name
    and kind, by location, and by `items`, how many assets of a collection each library has now.
    """
    pairs: dict[str, Pair] = {}
    left = list(known)
    last = _items(items)
    for evidence in (_IDENTITY, _NAME, _LOCATION, last) if rebind else (_IDENTITY, _EXTERNAL_ID):
        for missing in (False, True):
            some = [c for c in left if (c.missing_since is not None) == missing]
            offers = [offer for offer in found if offer.external_id not in pairs]
            pairs.update((p.offer.external_id, p) for p in _alone(evidence, some, offers))
            taken = {pair.known.id for pair in pairs.values()}
            left = [c for c in left if c.id not in taken]
    added = tuple(offer for offer in found if offer.external_id not in pairs)
    return Match(
        tuple(pairs[offer.external_id] for offer in found if offer.external_id in pairs),
        added,
        tuple(left),
        () if rebind else tuple(_replaced(left, added)),
    )


def _items(counts: Mapping[tuple[int, str], int]) -> _Evidence:
    """That a library has more than half of the assets of a collection."""
    return _Evidence(
        lambda known: [
            library
            for (id_, library), count in counts.items()
            if id_ == known.id and count * 2 > known.asset_count
        ],
        lambda offer: (offer.external_id,),
        _same_kind,
    )


def _alone(
    evidence: _Evidence, known: Sequence[Collection], offers: Sequence[FoundCollection]
) -> list[Pair]:
    """The pairs of which neither side could be paired with anything else."""
    by_key = defaultdict(list)
    for offer in offers:
        for key in evidence.offered(offer):
            by_key[key].append(offer)
    found = {
        (collection.id, offer.external_id): Pair(collection, offer)
        for collection in known
        for key in evidence.known(collection)
        for offer in by_key.get(key, ())
        if evidence.fits(collection, offer)
    }
    sides = Counter(side for ids in found for side in ids)
    return [pair for ids, pair in found.items() if all(sides[side] == 1 for side in ids)]


def _replaced(left: Iterable[Collection], added: Iterable[FoundCollection]) -> Iterable[Pair]:
    by_external_id = {offer.external_id: offer for offer in added}
    for collection in left:
        if collection.missing_since is None and collection.external_id in by_external_id:
            yield Pair(collection, by_external_id[collection.external_id])


def _agree(one: str | None, other: str | None) -> bool:
    """Whether two facts do not contradict each other; one that is not known says nothing."""
    return one is None or other is None or one == other


def _same_kind(known: Collection, offer: FoundCollection) -> bool:
    return _agree(known.kind, offer.kind)


def _nothing_against(known: Collection, offer: FoundCollection) -> bool:
    return _agree(known.identity, offer.identity) and _same_kind(known, offer)


def _present(fact: str | None) -> tuple[str, ...]:
    return () if fact is None else (fact,)


_IDENTITY = _Evidence(
    lambda known: _present(known.identity),
    lambda offer: _present(offer.identity),
    lambda known, offer: True,
)
_EXTERNAL_ID = _Evidence(
    lambda known: (known.external_id,), lambda offer: (offer.external_id,), _nothing_against
)
_NAME = _Evidence(
    lambda known: (folded(known.name),), lambda offer: (folded(offer.name),), _same_kind
)
_LOCATION = _Evidence(
    lambda known: [
        m.external_path for m in known.mappings if m.external_path and not m.missing_since
    ],
    lambda offer: [paths.trimmed(place) for place in offer.locations],
    _same_kind,
)

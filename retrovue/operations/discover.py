"""What a source offers, asked of its importer and written in one transaction (G-1, G-2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from retrovue.catalogue import collections, history, offered, sources
from retrovue.catalogue.connection import Tx
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.matching import Match, Pair, match
from retrovue.commands import Command, Hint, Line
from retrovue.errors import (
    AnotherLibrary,
    DiscoveryFailed,
    ImporterError,
    Locked,
    RetrovueError,
    WouldLoseCollections,
)
from retrovue.found import FoundCollection
from retrovue.importers.api import Importer
from retrovue.model import Collection, Operation, Source
from retrovue.operations import failures, next_steps, remote, secrecy
from retrovue.redact import describe_exception, lines

LONGEST = 4096  # characters of a name, an id or a path


class Discovery(NamedTuple):
    """A source as it stands after a discovery, and what the discovery changed."""

    source: Source
    collections: list[Collection]
    changes: offered.Changes


class Offer(NamedTuple):
    """What a source offers now, and what its server says that it is."""

    found: list[FoundCollection]
    remote_identity: str | None


def gather(importer: Importer, source_name: str, known: Source | None = None) -> Offer:
    """What the source offers now. Raises DiscoveryFailed, with the reason, for whatever goes wrong
    and for an offer that cannot be: an id twice, an empty name, a wrong type.

    Where the source is `known`, its server is first asked whether it still is the same one; raises
    AnotherServer where it is not.
    """
    cause: BaseException
    try:
        said = remote.ask(importer) if known is None else remote.require_same(known, importer)
        return Offer(checked(importer.discover()), said)
    except ImporterError as error:
        reason, cause = str(error), error
    except RetrovueError:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything
        reason, cause = describe_exception(error), error
    raise DiscoveryFailed(
        f"Failed to discover collections from source '{source_name}'",
        lines(reason) or ["no reason given"],
    ) from cause


def checked(offers: Iterable[Any]) -> list[FoundCollection]:
    """The collections that an importer offers. Raises ImporterError for an offer that cannot be,
    and whatever the importer raises."""
    found: dict[str, FoundCollection] = {}
    identities: dict[str, str] = {}
    for offer in offers:
        _check(offer)
        if offer.external_id in found:
            raise ImporterError(
                f"the importer reports the collection id {offer.external_id!r} twice"
                f" ('{found[offer.external_id].name}' and '{offer.name}')"
            )
        identity = (offer.identity or "").strip() or None
        if identity is not None and identity in identities:
            raise ImporterError(
                f"the importer reports the same identity for '{identities[identity]}' and"
                f" '{offer.name}'"
            )
        if identity is not None:
            identities[identity] = offer.name
        found[offer.external_id] = secrecy.offered(offer._replace(identity=identity))
    return list(found.values())


def _check(offer: Any) -> None:
    if not isinstance(offer, FoundCollection):
        raise ImporterError(
            f"the importer yields {type(offer).__name__} where FoundCollection is due"
        )
    if not isinstance(offer.external_id, str) or not offer.external_id.strip():
        raise ImporterError(f"the importer reports a collection without an id: {offer.name!r}")
    if not isinstance(offer.name, str) or not offer.name.strip():
        raise ImporterError(
            f"the importer reports a collection without a name (id {offer.external_id!r})"
        )
    _check_facts(offer)


def _check_facts(offer: FoundCollection) -> None:
    for what in ("kind", "identity"):
        if not isinstance(getattr(offer, what), str | None):
            raise ImporterError(f"the {what} of collection '{offer.name}' must be a string")
    if not (offer.size is None or (type(offer.size) is int and 0 <= offer.size < 2**53)):
        raise ImporterError(f"the size of collection '{offer.name}' must be a number of items")
    places = offer.locations
    if not isinstance(places, tuple | list | set | frozenset):
        raise ImporterError(f"the locations of collection '{offer.name}' must be paths")
    if not all(isinstance(place, str) and place for place in places):
        raise ImporterError(f"the locations of collection '{offer.name}' must be paths")
    texts = (offer.external_id, offer.name, offer.kind or "", offer.identity or "", *places)
    for text in texts:
        text.encode()  # a path that is not UTF-8 cannot be stored
        if "\0" in text or len(text) > LONGEST:
            raise ImporterError(
                f"a text of collection {offer.name[:50]!r} is longer than {LONGEST} characters or"
                " holds NUL"
            )


def discover(
    catalogue: Catalogue,
    source: Source,
    importer: Importer,
    *,
    allow_missing: bool = False,
) -> Discovery:
    """Bring the collections of a source to what it offers now, in one transaction.

    Raises DiscoveryFailed; AnotherServer; AnotherLibrary where a known collection would become
    another library; and, unless `allow_missing`, WouldLoseCollections where so many are no longer
    offered that rather a disk is not mounted.
    """
    with failures.recorded(catalogue, "Source discover", source.name):
        return _discover(catalogue, source, importer, allow_missing=allow_missing)


def _discover(
    catalogue: Catalogue, source: Source, importer: Importer, *, allow_missing: bool
) -> Discovery:
    sources.require_valid(catalogue.reader(), source)
    offer = gather(importer, source.name, source)
    with catalogue.write("Source discover") as tx:
        current = _unchanged(tx, source, offer)
        known = collections.of_source(tx.connection, current.id)
        matched = match(known, offer.found)
        _require_same_libraries(current, matched)
        if not allow_missing:
            _require_enough(current, known, matched)
        changes = offered.apply(tx, current.id, matched)
        sources.set_remote_identity(tx, current.id, offer.remote_identity)
        if changes:
            record(tx, "Source discover", current.name, changes)
        after = sources.by_id(tx.connection, current.id)
        return Discovery(after, collections.of_source(tx.connection, current.id), changes)


def _unchanged(tx: Tx, source: Source, offer: Offer) -> Source:
    """The source as it is now, where it still is what was asked."""
    current = sources.by_id(tx.connection, source.id)
    sources.require_valid(tx.connection, current)
    known = current.remote_identity in (None, source.remote_identity, offer.remote_identity)
    if current.config != source.config or not known:
        raise Locked(
            f"Source discover failed: source '{current.name}' was changed by another process"
            " at the same time",
            hint="Try again.",
        )
    return current


def _require_same_libraries(source: Source, matched: Match) -> None:
    if matched.replaced:
        raise another_library(
            "Source discover",
            matched.replaced,
            Hint(
                "If its libraries were set up anew, match them by name",
                Command("source update", (sources.selector(source),), ("--rebind",)),
            ),
        )


def another_library(operation: Operation, replaced: Sequence[Pair], hint: Line) -> AnotherLibrary:
    """The error for collections under whose external id another library is offered."""
    first = replaced[0].known.name
    more = f" and {len(replaced) - 1} more" if len(replaced) > 1 else ""
    return AnotherLibrary(
        f"{operation} failed: collection '{first}'{more} would become another library",
        [becomes(pair) for pair in replaced],
        hint=hint,
    )


def becomes(pair: Pair) -> str:
    """Which library is offered under the external id of a known collection."""
    known, offer = pair
    return f"{described(known)}: the source now has {_kind_of(offer.kind)} '{offer.name}' there"


def described(collection: Collection) -> str:
    """A collection in a list of those that an operation would cost."""
    return (
        f"{collection.name} (external id {collection.external_id}, {collection.asset_count}"
        f" asset{'' if collection.asset_count == 1 else 's'})"
    )


def _kind_of(kind: str | None) -> str:
    return f"the {kind} library" if kind else "the library"


def _require_enough(source: Source, known: Sequence[Collection], matched: Match) -> None:
    """Raise WouldLoseCollections when all, or more than half and more than two, of the collections
    that are there would go missing."""
    present, lost = sum(c.missing_since is None for c in known), matched.lost
    if lost and (len(lost) == present or (len(lost) > 2 and 2 * len(lost) > present)):
        raise would_lose(
            f"Source discover failed: {len(lost)} of {present} known collections would go missing",
            matched,
            Hint(
                "Is a disk not mounted? If they are really gone",
                next_steps.discover(source, "--allow-missing"),
            ),
            Hint(
                "If it was set up anew, see what is found again",
                Command("source update", (sources.selector(source),), ("--rebind", "--dry-run")),
            ),
        )


def would_lose(
    message: str, matched: Match, hint: Line, anew: Hint | None = None
) -> WouldLoseCollections:
    """The error for collections that are no longer offered; what is new may tell why, and then
    `anew` is what to type."""
    detail: list[Line] = [described(collection) for collection in matched.lost]
    names = [f"'{offer.name}'" for offer in matched.added]
    if names:
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        detail.append(f"New are {', '.join(names[:5])}{more}.")
        detail += [anew] if anew else []
    return WouldLoseCollections(message, detail, hint=hint)


def record(tx: Tx, operation: Operation, source: str, changes: offered.Changes) -> None:
    """Write the line of history of a discovery."""
    history.record(tx, operation, "success", source=source, detail=detail_of(changes))


def detail_of(changes: offered.Changes) -> dict[str, list[str]]:
    """What changed, as the history keeps it."""
    return {word: list(names) for word, names in changes._asdict().items() if names}

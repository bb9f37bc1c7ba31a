"""What a source offers, asked of its importer and written in one transaction (G-1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from retrovue.catalogue import collections, history, sources
from retrovue.catalogue.core import Catalogue, Tx
from retrovue.errors import DiscoveryFailed, ImporterError, Locked, RetrovueError
from retrovue.found import FoundCollection
from retrovue.importers.api import Importer
from retrovue.ingest import failures, secrecy
from retrovue.model import Collection, Source
from retrovue.redact import lines, told


class Discovery(NamedTuple):
    """A source as it stands after a discovery, and what the discovery changed."""

    source: Source
    collections: list[Collection]
    changes: collections.Changes


def gather(importer: Importer, source_name: str) -> list[FoundCollection]:
    """What the source offers now. Raises DiscoveryFailed, with the reason, for whatever goes wrong
    and for an offer that cannot be: an id twice, an empty name, a wrong type."""
    try:
        return _checked(importer.discover())
    except ImporterError as error:
        reason = str(error)
    except RetrovueError:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything
        reason = told(error)
    raise DiscoveryFailed(
        f"Failed to discover collections from source '{source_name}'",
        lines(reason) or ["no reason given"],
    )


def _checked(offers: Iterable[Any]) -> list[FoundCollection]:
    found: dict[str, FoundCollection] = {}
    for offer in offers:
        _check(offer)
        if offer.external_id in found:
            raise ImporterError(
                f"the importer reports the collection id {offer.external_id!r} twice"
                f" ('{found[offer.external_id].name}' and '{offer.name}')"
            )
        found[offer.external_id] = secrecy.offered(offer)
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
    if not isinstance(offer.kind, str | None):
        raise ImporterError(f"the kind of collection '{offer.name}' is no text")
    places = offer.locations
    if isinstance(places, str) or not all(isinstance(p, str) and p for p in places):
        raise ImporterError(f"the locations of collection '{offer.name}' are no paths")
    for text in (offer.external_id, offer.name, offer.kind or "", *places):
        text.encode()  # a path that is not UTF-8 cannot be stored


def discover(
    catalogue: Catalogue, source: Source, importer: Importer, dry_run: bool = False
) -> Discovery:
    """Bring the collections of a source to what it offers now, in one transaction."""
    with failures.recorded(catalogue, "Source discover", source.name, dry_run=dry_run):
        return _discover(catalogue, source, importer, dry_run)


def _discover(catalogue: Catalogue, source: Source, importer: Importer, dry_run: bool) -> Discovery:
    sources.require_valid(catalogue.reading(), source)
    found = gather(importer, source.name)
    with catalogue.write("Source discover", dry_run) as tx:
        current = sources.by_id(tx.connection, source.id)
        sources.require_valid(tx.connection, current)
        if current.config != source.config:
            raise Locked(
                f"Source discover failed: source '{current.name}' was changed by another process"
                " at the same time",
                hint="Try again.",
            )
        changes = collections.apply_found(tx, current.id, found)
        if changes:
            record(tx, "Source discover", current.name, changes)
        return Discovery(current, collections.of_source(tx.connection, current.id), changes)


def record(tx: Tx, operation: str, source: str, changes: collections.Changes) -> None:
    detail = {word: list(names) for word, names in changes._asdict().items() if names}
    history.record(tx, operation, "success", source=source, detail=detail)


def lost_by(known: Sequence[Collection], found: Sequence[FoundCollection]) -> list[Collection]:
    """The known collections that have no counterpart in what is offered."""
    offered = {offer.external_id for offer in found}
    return [c for c in known if c.missing_since is None and c.external_id not in offered]

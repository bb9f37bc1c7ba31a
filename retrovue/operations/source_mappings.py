"""The path mappings of a source's collections, as an update of the source makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from retrovue.catalogue import collections, mappings
from retrovue.catalogue.connection import Tx
from retrovue.catalogue.core import Catalogue
from retrovue.errors import RetrovueError
from retrovue.importers.loader import Plugins
from retrovue.model import Collection, PathMapping, Source
from retrovue.operations import rebind
from retrovue.operations.conflicts import require_same
from retrovue.operations.ingestibility import blockers, is_offline
from retrovue.operations.sources import importer_of
from retrovue.paths import Rewrite

Remapped = list[tuple[Collection, tuple[PathMapping, ...]]]
"""Collections with their mappings as they shall be."""


def write(tx: Tx, found: Remapped, reasons: Mapping[int, list[str]]) -> None:
    """Write mappings, and why each collection cannot be ingested with them where that is known."""
    for collection, after in found:
        require_same(tx, collection)
        mappings.write(tx, collection.mappings, after)
        tx.touch(collection.id)
        if collection.id in reasons:
            collections.set_ingestible(tx, collection.id, reasons[collection.id])


def remapped(
    known: Sequence[Collection],
    rewrites: Sequence[Rewrite],
    places: Mapping[tuple[str, str], str],
) -> Remapped:
    """The collections that the rewrites, and places of a rebinding, change, with their mappings as
    they shall be."""
    found = []
    unused = list(rewrites)
    for collection in known:
        after, left = mappings.remap(rebind.taken_over(collection, places), rewrites)
        unused = [rewrite for rewrite in unused if rewrite in left]
        if after != collection.mappings:
            found.append((collection, after))
    for rewrite in unused:
        every = [mapping for collection in known for mapping in collection.mappings]
        raise mappings.no_such_location("--map", rewrite.external, every)
    return found


def reasons_if_offline(
    catalogue: Catalogue, plugins: Plugins, source: Source, found: Remapped
) -> dict[int, list[str]]:
    """Why each collection cannot be ingested with its new mappings, by id; nothing where asking the
    importer might contact its source, or where it cannot be made."""
    try:
        importer = importer_of(catalogue, plugins, source)
    except RetrovueError:
        return {}
    if not is_offline(importer):
        return {}
    return {c.id: blockers(c._replace(mappings=after), importer) for c, after in found}

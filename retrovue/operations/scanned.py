"""What the importer of a source says of a collection, for commands that look and write nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from retrovue.catalogue.core import Catalogue
from retrovue.found import FoundFolder
from retrovue.importers.loader import Plugins
from retrovue.model import Collection, Source
from retrovue.operations import remote
from retrovue.operations.ingestibility import for_scan
from retrovue.operations.sources import importer_of


def items(
    catalogue: Catalogue, plugins: Plugins, source: Source, collection: Collection
) -> Iterator[Any]:
    """The items of a scan, those of folders one by one. Raises what a scan raises, and
    AnotherServer where the source had another server."""
    importer = importer_of(catalogue, plugins, source)
    remote.require_same(source, importer)
    return flat(importer.scan(for_scan(collection)))


def flat(found: Iterable[Any]) -> Iterator[Any]:
    """What a scan yields, the items of folders one by one."""
    for item in found:
        if isinstance(item, FoundFolder):
            yield from item.assets()
        else:
            yield item

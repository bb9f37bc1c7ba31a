"""The hooks of the entry-point group `retrovue`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pluggy

from retrovue.found import Probed
from retrovue.importers.api import Importer
from retrovue.model import Collection, IngestResult, Source

hookspec = pluggy.HookspecMarker("retrovue")
hookimpl = pluggy.HookimplMarker("retrovue")


@hookspec
def register_importers(register: Callable[[type[Importer]], None]) -> None:
    """Call `register` with each importer class of the plugin."""


@hookspec(firstresult=True)
def probe(path: str) -> Probed | None:
    """What the file says of itself, None where this probe knows nothing of its kind; the first that
    answers counts. Called in a process of its own, for new and changed files, with a time limit;
    what it raises is the reason why the file was not probed."""


@hookspec
def source_added(source: Source) -> None:
    """A source was added; called after the commit."""


@hookspec
def source_deleted(source: Source) -> None:
    """A source was deleted with all that belonged to it; called after the commit."""


@hookspec
def collection_discovered(collection: Collection) -> None:
    """A discovery added a collection; called after the commit."""


@hookspec
def collection_ingested(collection: Collection, result: IngestResult) -> None:
    """A collection was ingested, wholly or in part; called after the commit, with the collection as
    it is now and the ids of what changed in `result.changes`."""


@hookspec
def ingest_failed(collection: Collection, result: IngestResult) -> None:
    """A collection was not ingested and stays as it was; `result.error` says why."""


@hookspec
def collection_wiped(collection: Collection, asset_ids: Sequence[int]) -> None:
    """The assets of a collection were deleted, those with these ids; called after the commit."""


@hookspec
def collection_deleted(collection: Collection) -> None:
    """A collection was deleted with all that belonged to it; called after the commit."""


@hookspec
def assets_purged(collection: Collection, asset_ids: Sequence[int]) -> None:
    """Missing assets of a collection were deleted, those with these ids; called after the commit,
    for each collection that had some."""

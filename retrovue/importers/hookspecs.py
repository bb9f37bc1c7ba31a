"""The hooks of the entry-point group `retrovue`."""

from __future__ import annotations

from collections.abc import Callable

import pluggy

from retrovue.importers.api import Importer
from retrovue.model import Collection, IngestResult, Source

hookspec = pluggy.HookspecMarker("retrovue")
hookimpl = pluggy.HookimplMarker("retrovue")


@hookspec
def register_importers(register: Callable[[type[Importer]], None]) -> None:
    """Call `register` with each importer class of the plugin."""


@hookspec
def source_added(source: Source) -> None:
    """A source was added; called after the commit."""


@hookspec
def source_deleted(source: Source) -> None:
    """A source was deleted with all that belonged to it; called after the commit."""


@hookspec
def collection_ingested(collection: Collection, result: IngestResult) -> None:
    """A collection was ingested, wholly or in part; called after the commit."""

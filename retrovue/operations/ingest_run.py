"""What an ingest carries along: the catalogue, the source, its importer, and how to ingest."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Literal, NamedTuple

from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.reconcile.changes import Changes
from retrovue.catalogue.reconcile.plan_file import PlanWriter
from retrovue.importers.api import Importer
from retrovue.model import Collection, IngestResult, Source
from retrovue.operations.item_filter import ItemFilter
from retrovue.operations.scope import Scope

Changed = Callable[[Collection, Changes, sqlite3.Connection], None]


class Options(NamedTuple):
    """How to ingest; `progress(collection, items so far)` is called now and then, `changed` inside
    the transaction, with what it changes, and `ingested` once a collection is committed. A `plan`
    is given what each collection would get, for a dry run. `probe` is whether files are probed
    afterwards, None: as the source is set; `probing(collection, files, done)` is its progress.
    `folder` is one of this machine that is ingested alone; those that were `touched` a quick ingest
    reads whatever their times say."""

    allow_missing: bool = False
    keep_going: bool = False
    quick: bool = False
    only: ItemFilter | None = None
    progress: Callable[[Collection, int], None] = lambda collection, count: None
    ingested: Callable[[Collection, IngestResult], None] = lambda collection, result: None
    plan: PlanWriter | None = None
    changed: Changed = lambda collection, changes, connection: None
    probe: bool | None = None
    probing: Callable[[Collection, int, int], None] = lambda collection, files, done: None
    folder: str | None = None
    touched: tuple[str, ...] = ()


class Run(NamedTuple):
    """One ingest, of a source or of one collection; `operation` names it in the history. `probes`
    are the plugins that probe its files, None where that is off; `scope` is the folder that is
    ingested, None for all of the collection."""

    catalogue: Catalogue
    source: Source
    importer: Importer
    options: Options
    operation: Literal["Source ingest", "Collection ingest"]
    probes: tuple[str, ...] | None = None
    scope: Scope | None = None

    @property
    def of_source(self) -> bool:
        """Whether it is an ingest of a source, not of one collection."""
        return self.operation == "Source ingest"

    @property
    def stops(self) -> bool:
        """Whether one collection that cannot be ingested keeps the others from it."""
        return self.of_source and not self.options.keep_going

    @property
    def connection(self) -> sqlite3.Connection:
        """A connection for reads."""
        return self.catalogue.reader()

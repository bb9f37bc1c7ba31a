"""Ingest the collections of a source, or one: each by itself, all of it or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from retrovue.catalogue import collections
from retrovue.catalogue.core import Catalogue
from retrovue.commands import Command, Hint
from retrovue.errors import ImporterError, NotIngestible, RetrovueError
from retrovue.importers.loader import Plugins
from retrovue.model import SUCCEEDED, Collection, IngestResult, Source
from retrovue.operations import (
    collection_ingest,
    failures,
    ingest_targets,
    overlooked,
    probing,
    refusals,
    remote,
    results,
)
from retrovue.operations.ingest_run import Options, Run
from retrovue.operations.ingest_targets import ById
from retrovue.operations.sources import importer_of


class Ingested(NamedTuple):
    """A result for each collection; what lies in the source and in none of its collections; and the
    error where nothing was ingested because the collections of `results` cannot be."""

    results: list[IngestResult]
    overlooked: list[Hint]
    refused: RetrovueError | None = None


def ingest_source(
    catalogue: Catalogue, plugins: Plugins, source: Source, options: Options
) -> Ingested:
    """Ingest every sync-enabled collection of a source, by name.

    Nothing is, unless with `keep_going`, where one of them cannot be ingested or any collection of
    the source is in an invalid state. Raises ImporterFailed, NoSyncEnabledCollections,
    AnotherServer, and InvalidState for what concerns the source itself.
    """
    with failures.recorded(catalogue, "Source ingest", source.name):
        importer = importer_of(catalogue, plugins, source)
        probes = probing.wanted(plugins, source, options)
        run = Run(catalogue, source, importer, options, "Source ingest", probes)
        targets = ingest_targets.of_source(run)
    rejected, failed, said = _validated(run, targets)
    if rejected and run.stops:
        return _refused(run, rejected)
    found = []
    for target in targets:
        result = rejected.get(target.id) or failed.get(target.id)
        found.append(result or collection_ingest.ingest(run, target))
    _remember(run, said, found)
    if failed:  # it did not say who it is, and is asked nothing more
        return Ingested(found, [])
    known = collections.of_source(run.connection, source.id)
    return Ingested(found, overlooked.hints(importer, source, known))


def ingest_collection(
    catalogue: Catalogue, plugins: Plugins, source: Source, target: Collection, options: Options
) -> Ingested:
    """Ingest one collection by itself, which must be enabled; that it syncs is not needed.

    Raises ImporterFailed, NotIngestible where it is not enabled, AnotherServer, and InvalidState
    for what concerns its source.
    """
    with failures.recorded(catalogue, "Collection ingest", source.name, target.name):
        importer = importer_of(catalogue, plugins, source)
        _require_enabled(catalogue.reader(), target)
        probes = probing.wanted(plugins, source, options)
    run = Run(catalogue, source, importer, options, "Collection ingest", probes)
    rejected, failed, said = _validated(run, [target])
    if rejected:
        return _refused(run, rejected)
    found = list(failed.values()) or [collection_ingest.ingest(run, target)]
    _remember(run, said, found)
    return Ingested(found, [])


def _refused(run: Run, rejected: ById) -> Ingested:
    found = list(rejected.values())
    return Ingested(found, [], refusals.refused(run.connection, found))


def _require_enabled(connection: sqlite3.Connection, target: Collection) -> None:
    if not target.enabled:
        name = collections.selector(connection, target)
        raise NotIngestible(
            f"Collection '{target.name}' is not ingestible",
            ["it is not enabled"],
            hint=Hint("Enable it", Command("collection update", (name,), ("--enable",))),
        )


def _validated(run: Run, targets: Sequence[Collection]) -> tuple[ById, ById, str | None]:
    """The targets that cannot be ingested, those whose server could not be asked what it is, and
    what it said. Raises AnotherServer before anything else is asked of it."""
    with failures.recorded(run.catalogue, run.operation, run.source.name):
        try:
            said = remote.require_same(run.source, run.importer)
        except ImporterError as error:
            reason = error
        else:
            return ingest_targets.rejected(run, targets), {}, said
    rejected = ingest_targets.rejected(run, targets, contacts=False)
    failed = {t.id: results.importer_failed(t, reason) for t in targets if t.id not in rejected}
    if not (rejected and run.stops):
        for result in failed.values():
            failures.note_result(run.catalogue, run.operation, run.source.name, result)
    return rejected, failed, None


def _remember(run: Run, said: str | None, found: Sequence[IngestResult]) -> None:
    """Keep what the server says that it is once something was read of it."""
    if not run.catalogue.dry_run and any(result.status in SUCCEEDED for result in found):
        remote.remember(run.catalogue, run.operation, run.source, said)

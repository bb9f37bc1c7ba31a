"""Which collections an ingest takes, and which of them cannot be ingested now (G-3, G-5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from retrovue.catalogue import collections, guarantees, sources
from retrovue.commands import Hint
from retrovue.errors import InvalidState, NoSyncEnabledCollections, NotIngestible
from retrovue.model import Collection, IngestResult, Source
from retrovue.operations import failures, next_steps, results
from retrovue.operations.ingest_run import Run
from retrovue.operations.ingestibility import blockers

ById = dict[int, IngestResult]  # by the id of the collection


def of_source(run: Run) -> list[Collection]:
    """The sync-enabled collections of a source, and those in an invalid state, by name. Raises
    NoSyncEnabledCollections where there is none, InvalidState for what concerns the source."""
    known = collections.of_source(run.connection, run.source.id)
    broken = _invalid(run)
    targets = [c for c in known if c.sync_enabled or c.id in broken]
    if not targets:
        raise _nothing_enabled(run.connection, run.source, known)
    return targets


def _nothing_enabled(
    connection: sqlite3.Connection, source: Source, known: Sequence[Collection]
) -> NoSyncEnabledCollections:
    message = f"Source '{source.name}' has no sync-enabled collections"
    offered = [collection for collection in known if collection.missing_since is None]
    if not offered:
        ask = next_steps.discover(source)
        return NoSyncEnabledCollections(message, hint=Hint("Ask it what it offers", ask))
    lines = next_steps.enable_each(connection, offered, "Enable one")
    return NoSyncEnabledCollections(message, lines)


def rejected(run: Run, targets: Sequence[Collection], *, contacts: bool = True) -> ById:
    """Work out afresh whether each target can be ingested, store it with a line of history for each
    that cannot, and return a result for each of those. Where the importer may not be contacted its
    obstacles are not asked for, and only what cannot be ingested is stored."""
    broken = _invalid(run)
    sound = [target for target in targets if target.id not in broken]
    importer = run.importer if contacts else None
    reasons = {target.id: blockers(target, importer) for target in sound}
    changed = [t for t in sound if _differs(t, reasons[t.id]) and (contacts or reasons[t.id])]
    found: ById = {}
    for target in targets:
        if target.id in broken:
            error = _error(InvalidState, target, "is in invalid state", broken[target.id])
            found[target.id] = results.without_scan(target, "invalid_state", error)
        elif reasons[target.id]:
            error = _error(NotIngestible, target, "is not ingestible", reasons[target.id])
            found[target.id] = results.without_scan(target, "not_ingestible", error)
    _store(run, changed, reasons)
    for result in found.values():
        failures.note_result(run.catalogue, run.operation, run.source.name, result)
    return found


def _error(
    kind: type[InvalidState | NotIngestible], target: Collection, says: str, reasons: Sequence[str]
) -> InvalidState | NotIngestible:
    return kind(f"Collection '{target.name}' {says}", reasons)


def _store(run: Run, changed: Sequence[Collection], reasons: dict[int, list[str]]) -> None:
    if not changed or run.catalogue.dry_run:
        return
    with run.catalogue.write(run.operation) as tx:
        for target in changed:
            now = collections.by_id(tx.connection, target.id)
            if now is not None and now.mappings == target.mappings:
                collections.set_ingestible(tx, target.id, reasons[target.id])


def _differs(target: Collection, reasons: Sequence[str]) -> bool:
    return target.ingestible == bool(reasons) or target.not_ingestible_reason != (
        "; ".join(reasons) or None
    )


def _invalid(run: Run) -> dict[int, list[str]]:
    """What breaks a guarantee, by the id of the collection. Raises InvalidState for what concerns
    the source itself."""
    found: dict[int, list[str]] = {}
    scope = guarantees.of_source(run.source.id)
    for violation in guarantees.violations(run.connection, scope):
        if violation.collection_id is None:
            sources.require_valid(run.connection, run.source)
        else:
            found.setdefault(violation.collection_id, []).append(str(violation))
    return found

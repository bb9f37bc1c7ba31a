"""Ingest: each collection one unit, scanned and compared first, then applied in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from retrovue import tracebacks
from retrovue.catalogue import collections, guarantees, history, sample, sources
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.reconcile import apply, changes, compare
from retrovue.catalogue.reconcile.emptied import EmptiedLocation
from retrovue.catalogue.reconcile.staging import Staging
from retrovue.commands import Command, Hint, Line
from retrovue.errors import (
    ImporterError,
    IngestFailed,
    Locked,
    NoSyncEnabledCollections,
    RetrovueError,
    WouldLoseAssets,
)
from retrovue.importers.api import Importer
from retrovue.model import STATS, Collection, IngestResult, Source
from retrovue.operations import failures, mapping_check, next_steps, refusals, remote, reports
from retrovue.operations.ingestibility import reasons_against
from retrovue.operations.scan import Narrow, Scan
from retrovue.paths import ANY
from retrovue.redact import lines, told

Changed = Callable[[Collection, changes.Changes, sqlite3.Connection], None]


class Options(NamedTuple):
    """How to ingest; `progress(collection, items so far)` is called now and then, `changed` inside
    the transaction, with what it changes."""

    allow_missing: bool = False
    keep_going: bool = False
    quick: bool = False
    dry_run: bool = False
    narrow: Narrow | None = None
    progress: Callable[[Collection, int], None] = lambda collection, count: None
    ingested: Callable[[Collection, IngestResult], None] = lambda collection, result: None
    changed: Changed = lambda collection, changes, connection: None


def of_source(
    catalogue: Catalogue, source: Source, importer: Importer, options: Options
) -> list[IngestResult]:
    """Ingest every sync-enabled collection of a source, by name, and return a result for each.

    Raises NoSyncEnabledCollections; and, unless `keep_going`, InvalidState or NotIngestible with
    `results` when a target cannot be ingested, or any collection of the source is in an invalid
    state: then nothing is.
    """
    operation = "Source ingest"
    with failures.recorded(catalogue, operation, source.name, dry_run=options.dry_run):
        targets = _targets(catalogue, source)
    unfit, failed, said = _validated(catalogue, source, targets, importer, operation, options)
    if unfit and not options.keep_going:
        raise refusals.refused(catalogue.reading(), list(unfit.values()))
    results = []
    for target in targets:
        result = unfit.get(target.id) or failed.get(target.id)
        if result is None:
            result = of_collection(catalogue, source, target, importer, options, True)
        results.append(result)
    _remember(catalogue, operation, source, said, results, options)
    return results


def of_one(
    catalogue: Catalogue,
    source: Source,
    target: Collection,
    importer: Importer,
    options: Options,
) -> IngestResult:
    """Ingest one collection by itself; one that cannot be ingested now is a result as well. Raises
    AnotherServer."""
    operation = "Collection ingest"
    unfit, failed, said = _validated(catalogue, source, [target], importer, operation, options)
    result = unfit.get(target.id) or failed.get(target.id)
    if result is None:
        result = of_collection(catalogue, source, target, importer, options)
    _remember(catalogue, operation, source, said, [result], options)
    return result


_ById = dict[int, IngestResult]


def _validated(
    catalogue: Catalogue,
    source: Source,
    targets: Sequence[Collection],
    importer: Importer,
    operation: str,
    options: Options,
) -> tuple[_ById, _ById, str | None]:
    """The targets that cannot be ingested, those whose server could not be asked what it is, and
    what it said. Raises AnotherServer before anything else is asked of it."""
    with failures.recorded(catalogue, operation, source.name, dry_run=options.dry_run):
        try:
            said = remote.require_same(source, importer)
        except ImporterError as error:
            reason = error
        else:
            unfit = validate(catalogue, source, targets, importer, operation, options.dry_run)
            return unfit, {}, said
    unfit = validate(catalogue, source, targets, None, operation, options.dry_run)
    failed = {t.id: _refused_by_importer(t, reason) for t in targets if t.id not in unfit}
    stops = unfit and operation == "Source ingest" and not options.keep_going
    if not (options.dry_run or stops):
        for result in failed.values():
            failures.note(catalogue, operation, result.error or {}, source.name, result.name)
    return unfit, failed, None


def _remember(
    catalogue: Catalogue,
    operation: str,
    source: Source,
    said: str | None,
    results: Sequence[IngestResult],
    options: Options,
) -> None:
    """Keep what the server says that it is once something was read of it."""
    if not options.dry_run and any(r.status in ("success", "partial") for r in results):
        remote.remember(catalogue, operation, source, said)


def _targets(catalogue: Catalogue, source: Source) -> list[Collection]:
    known = collections.of_source(catalogue.reading(), source.id)
    broken = _invalid(catalogue.reading(), source)
    targets = [c for c in known if c.sync_enabled or c.id in broken]
    if not targets:
        raise _nothing_enabled(catalogue.reading(), source, known)
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


def validate(
    catalogue: Catalogue,
    source: Source,
    targets: Sequence[Collection],
    importer: Importer | None,
    operation: str,
    dry_run: bool = False,
) -> dict[int, IngestResult]:
    """Work out afresh whether each target can be ingested, store it with a line of history for each
    that cannot, and return a result for each of those. Without an importer obstacles are not asked
    for, so that only what cannot be is stored."""
    unfit = {}
    broken = _invalid(catalogue.reading(), source)
    reasons = {t.id: reasons_against(t, importer) for t in targets if t.id not in broken}
    for target in targets:
        if target.id in broken:
            unfit[target.id] = _unfit(target, "invalid_state", broken[target.id])
        elif reasons[target.id]:
            unfit[target.id] = _unfit(target, "not_ingestible", reasons[target.id])
    changed = [t for t in targets if t.id not in broken and _differs(t, reasons[t.id])]
    if importer is None:
        changed = [t for t in changed if reasons[t.id]]
    if changed and not dry_run:
        with catalogue.write(operation) as tx:
            for target in changed:
                now = collections.by_id(tx.connection, target.id)
                if now is not None and now.mappings == target.mappings:
                    collections.set_ingestible(tx, target.id, reasons[target.id])
    if not dry_run:
        for result in unfit.values():
            failures.note(catalogue, operation, result.error or {}, source.name, result.name)
    return unfit


def _differs(target: Collection, reasons: Sequence[str]) -> bool:
    return target.ingestible == bool(reasons) or target.not_ingestible_reason != (
        "; ".join(reasons) or None
    )


def _invalid(connection: sqlite3.Connection, source: Source) -> dict[int, list[str]]:
    """What breaks a guarantee, by the id of the collection. Raises InvalidState for what concerns
    the source itself."""
    found: dict[int, list[str]] = {}
    for violation in guarantees.violations(connection, guarantees.of_source(source.id)):
        if violation.collection_id is None:
            sources.require_valid(connection, source)
        else:
            found.setdefault(violation.collection_id, []).append(str(violation))
    return found


_SAYS = {"invalid_state": "is in invalid state", "not_ingestible": "is not ingestible"}


def _unfit(target: Collection, status: str, reasons: Sequence[str]) -> IngestResult:
    message = f"Collection '{target.name}' {_SAYS[status]}"
    return _result(target, status, error=_error(status, message, reasons))


def _error(code: str, message: str, detail: Sequence[str]) -> dict[str, Any]:
    return {"code": code, "message": message, "detail": list(detail)}


def _result(
    target: Collection,
    status: str,
    stats: Mapping[str, int] | None = None,
    error: Mapping[str, Any] | None = None,
    scan: Scan | None = None,
    hints: Sequence[Line] = (),
) -> IngestResult:
    return IngestResult(
        target.id,
        target.external_id,
        target.name,
        status,
        stats or dict.fromkeys(STATS, 0),
        error,
        tuple(scan.reasons) if scan else (),
        tuple(scan.unread) if scan else (),
        tuple(hints),
    )


def of_collection(
    catalogue: Catalogue,
    source: Source,
    target: Collection,
    importer: Importer,
    options: Options,
    with_source: bool = False,
) -> IngestResult:
    """Ingest one collection: all of it or nothing, whatever happens (G-4).

    A failure is a result with its reason, and one line of history; only Ctrl-C, a file that
    cannot be written at all and a bug of ours come out as exceptions.
    """
    operation = "Source ingest" if with_source else "Collection ingest"
    try:
        result = _attempt_twice(catalogue, source, target, importer, options, operation)
    except RetrovueError as error:
        tracebacks.note(error)
        result = _failed(target, error.code, error.message, error.reasons, error.to_type)
    except ImporterError as error:
        result = _refused_by_importer(target, error)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything
        tracebacks.note(error)
        result = _failed(target, "ingest_failed", f"its importer failed ({told(error)})", [])
    if result.error and result.error["code"] != Locked.code and not options.dry_run:
        failures.note(catalogue, operation, result.error, source.name, result.name)
    if result.status in ("success", "partial") and not options.dry_run:
        options.ingested(target, result)
    return result


def _failed(
    target: Collection, code: str, message: str, detail: Sequence[str], hints: Sequence[Line] = ()
) -> IngestResult:
    return _result(target, "failed", error=_error(code, message, detail), hints=hints)


def _refused_by_importer(target: Collection, error: ImporterError) -> IngestResult:
    tracebacks.note(error)
    first, *others = lines(str(error)) or ["no reason given"]
    return _failed(target, "ingest_failed", first, others)


def _attempt_twice(
    catalogue: Catalogue,
    source: Source,
    target: Collection,
    importer: Importer,
    options: Options,
    operation: str,
) -> IngestResult:
    try:
        return _attempt(catalogue, source, target, importer, options, operation)
    except apply.Changed:
        pass
    try:
        return _attempt(catalogue, source, target, importer, options, operation)
    except apply.Changed:
        raise IngestFailed(
            "it was changed by somebody else while it was scanned, twice",
            hint="Try again when nobody else is writing.",
        ) from None


def _require_ready(now: Collection | None, operation: str, dry_run: bool) -> Collection:
    """The collection as it is now, which somebody may have changed since it was validated."""
    if now is None:
        raise IngestFailed("it was deleted meanwhile")
    if not now.enabled or (operation == "Source ingest" and not now.sync_enabled):
        raise IngestFailed("it was disabled meanwhile")
    if not now.ingestible and not dry_run:
        raise IngestFailed(
            "its path mappings were changed meanwhile",
            [now.not_ingestible_reason] if now.not_ingestible_reason else [],
            hint="Ingest it again.",
        )
    return now


def _attempt(
    catalogue: Catalogue,
    source: Source,
    target: Collection,
    importer: Importer,
    options: Options,
    operation: str,
) -> IngestResult:
    now = collections.by_id(catalogue.reading(), target.id)
    target = _require_ready(now, operation, options.dry_run)
    options.progress(target, 0)
    staging = Staging(catalogue.prepare(operation), target)
    scan = Scan(
        staging,
        importer,
        options.narrow,
        lambda count: options.progress(target, count),
        options.quick,
    )
    try:
        scan.run()
    finally:
        staging.end_reading()
    narrowed = options.narrow is not None
    complete = not narrowed and not scan.untold and not scan.repeated
    comparison = compare.compare(staging, complete, narrowed)
    stats = _stats(staging, scan, comparison)
    _require_sound(catalogue, target, scan, comparison, stats, options)
    unread = [*scan.unread, *map(_emptied, comparison.emptied_locations)]
    status = "partial" if unread or scan.repeated else "success"
    result = _result(target, status, stats, scan=scan)
    result = result._replace(unread=tuple(unread), judged=complete)
    staged = changes.staged(staging.connection)
    with catalogue.write(operation, options.dry_run) as tx:
        apply.apply(tx, staging, comparison)
        collections.set_ingested(tx, target.id)
        placed = staged.placed(tx.new_assets)
        known = history.skipped_before(tx.connection, source.name, target.name)
        result = reports.completed(result, scan, placed, known)
        detail = reports.detail(result, placed)
        line = history.record(tx, operation, status, source.name, target.name, detail)
        options.changed(target, placed, tx.connection)
        files = sample.files(tx.connection, target)
    result = result._replace(line=None if options.dry_run else line)
    return mapping_check.checked(result, target, files)


def _require_sound(
    catalogue: Catalogue,
    target: Collection,
    scan: Scan,
    comparison: compare.Comparison,
    stats: Mapping[str, int],
    options: Options,
) -> None:
    """Raise WouldLoseAssets for what looks like an unmounted disk, IngestFailed for a scan of which
    nothing can be used."""
    nothing = not stats["discovered"]
    if not options.allow_missing:
        if comparison.loses_too_much:
            raise _would_lose(catalogue, target, comparison.missing, comparison.present)
        if nothing and comparison.emptied_locations:
            lost = comparison.missing + sum(e.assets for e in comparison.emptied_locations)
            raise _would_lose(catalogue, target, lost, lost)
    if nothing and scan.faults:
        raise IngestFailed("nothing that its importer yields can be used", scan.unread[:10])
    if options.narrow is not None and not scan.matched and not scan.skipped:
        raise IngestFailed("nothing in it fits what was asked for")


def _would_lose(
    catalogue: Catalogue, target: Collection, missing: int, present: int
) -> WouldLoseAssets:
    name = collections.selector(catalogue.reading(), target)
    return WouldLoseAssets(
        f"{missing} of {present} known assets were not found",
        hint=Hint(
            "Is a disk not mounted? If they are really gone",
            Command("collection ingest", (name,), ("--allow-missing",)),
        ),
    )


def _emptied(emptied: EmptiedLocation) -> str:
    place = emptied.external_path or ANY
    number = "1 asset" if emptied.assets == 1 else f"{emptied.assets:,} assets"
    return f"{place}: it held {number} and now yields none; is a disk not mounted?"


def _stats(staging: Staging, scan: Scan, comparison: compare.Comparison) -> dict[str, int]:
    unchanged = scan.unchanged + staging.assets_in_unchanged_folders + comparison.withheld
    counts = {
        "added": comparison.added,
        "updated": comparison.updated,
        "unchanged": unchanged,
        "moved": comparison.moved,
        "restored": comparison.restored,
    }
    others = {"missing": comparison.missing, "skipped": scan.skipped}
    every = counts | others | {"discovered": sum(counts.values())}
    return {word: every[word] for word in STATS}

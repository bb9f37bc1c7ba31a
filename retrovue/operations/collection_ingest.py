"""Ingest one collection: scan and compare first, then apply it all in one transaction (G-4)."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from retrovue import tracebacks
from retrovue.catalogue import collections, history, sample
from retrovue.catalogue.reconcile import apply, bulk, changes, compare
from retrovue.catalogue.reconcile.compare import Comparison
from retrovue.catalogue.reconcile.emptied import EmptiedLocation
from retrovue.catalogue.reconcile.staging import Staging
from retrovue.catalogue.reconcile.within import Part
from retrovue.commands import Command, Hint
from retrovue.errors import (
    ImporterError,
    IngestFailed,
    Locked,
    RetrovueError,
    WouldLoseAssets,
)
from retrovue.model import SUCCEEDED, Collection, IngestResult
from retrovue.operations import failures, mapping_check, probing, results, scope
from retrovue.operations.ingest_run import Run
from retrovue.operations.scan import Scan
from retrovue.operations.scope import Scope
from retrovue.paths import ANY
from retrovue.redact import describe_exception

_YOUNG = 20_000  # values made before the collector of cycles looks at them; Python's is 700


def ingest(run: Run, target: Collection) -> IngestResult:
    """Ingest one collection: all of it or nothing, whatever happens (G-4).

    A failure is a result with its reason, and one line of history; only Ctrl-C, a file that
    cannot be written at all and a bug of ours come out as exceptions.
    """
    try:
        result = _attempt_twice(run, target)
    except RetrovueError as error:
        tracebacks.note(error)
        result = results.without_scan(target, "failed", error)
    except ImporterError as error:
        result = results.importer_failed(target, error)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything
        tracebacks.note(error)
        failure = IngestFailed(f"its importer failed ({describe_exception(error)})")
        result = results.without_scan(target, "failed", failure)
    if result.error is not None and not isinstance(result.error, Locked):
        failures.note_result(run.catalogue, run.operation, run.source.name, result)
    if result.status in SUCCEEDED and not run.catalogue.dry_run:
        run.options.ingested(target, result)
        result = probing.after_ingest(run, target, result)
    return result


def _attempt_twice(run: Run, target: Collection) -> IngestResult:
    try:
        return _attempt(run, target)
    except apply.Changed:
        pass
    try:
        return _attempt(run, target)
    except apply.Changed:
        raise IngestFailed(
            "it was changed by somebody else while it was scanned, twice",
            hint="Try again when nobody else is writing.",
        ) from None


def _attempt(run: Run, target: Collection) -> IngestResult:
    target = _require_ready(run, collections.by_id(run.connection, target.id))
    staging = Staging(run.catalogue.writer(run.operation), target)
    scan = _scanned(run, target, staging)
    narrowed = run.options.only is not None
    complete = not narrowed and not scan.untold and not scan.repeated
    part = _part(run.scope)
    comparison = compare.compare(staging, complete=complete, narrowed=narrowed, part=part)
    emptied = [_emptied(each) for each in comparison.emptied_locations]
    judged = complete and part is None
    result = results.of_scan(target, scan, staging, comparison, emptied, complete=judged)
    _require_sound(run, target, scan, comparison, found=result.stats["discovered"])
    if run.options.plan is not None:
        run.options.plan.add(staging.connection, staging, comparison, result)
    return _applied(run, target, staging, comparison, result)


def _part(scope: Scope | None) -> Part | None:
    if scope is None:
        return None
    return Part(scope.known_places, scope.is_gone, scope.is_gone_folder)


def _require_ready(run: Run, now: Collection | None) -> Collection:
    """The collection as it is now, which somebody may have changed since it was validated."""
    if now is None:
        raise IngestFailed("it was deleted meanwhile")
    if not now.enabled or (run.of_source and not now.sync_enabled):
        raise IngestFailed("it was disabled meanwhile")
    if not now.ingestible and not run.catalogue.dry_run:
        raise IngestFailed(
            "its path mappings were changed meanwhile",
            [now.not_ingestible_reason] if now.not_ingestible_reason else [],
            hint="Ingest it again.",
        )
    return now


def _scanned(run: Run, target: Collection, staging: Staging) -> Scan:
    options = run.options
    options.progress(target, 0)
    scan = Scan(
        staging,
        run.importer,
        options.only,
        run.scope,
        lambda count: options.progress(target, count),
        quick=options.quick,
        touched=_touched(target, options.touched),
    )
    try:
        with _few_collections():
            scan.run()
    finally:
        staging.end_reading()
    return scan


def _touched(target: Collection, folders: Iterable[str]) -> set[str]:
    """These folders as the source spells them."""
    return {p.external.rstrip("/") for folder in folders for p in scope.places_of(target, folder)}


@contextmanager
def _few_collections() -> Iterator[None]:
    """A scan makes very many values and no cycles: look for such less often."""
    before = gc.get_threshold()
    gc.set_threshold(_YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _applied(
    run: Run, target: Collection, staging: Staging, comparison: Comparison, result: IngestResult
) -> IngestResult:
    """Write what differs, with its line of history, and return the result with what changed."""
    staged = changes.staged(staging.connection)
    bulk.prepare(comparison.added)
    with run.catalogue.write(run.operation) as tx:
        apply.apply(tx, staging, comparison)
        collections.set_ingested(tx, target.id)
        placed = staged.placed(tx.new_assets)
        known = history.skipped_before(tx.connection, run.source.name, target.name)
        result = results.with_changes(result, placed, known)
        detail = results.history_detail(result, placed)
        if run.scope is not None:
            detail["path"] = run.scope.folder
        line = history.record(
            tx, run.operation, result.status, run.source.name, target.name, detail
        )
        run.options.changed(target, placed, tx.connection)
        files = [] if run.scope is not None else sample.files(tx.connection, target)
    result = result._replace(line=None if run.catalogue.dry_run else line)
    return mapping_check.checked(result, target, files)


def _require_sound(
    run: Run, target: Collection, scan: Scan, comparison: Comparison, *, found: int
) -> None:
    """Raise WouldLoseAssets for what looks like an unmounted disk, IngestFailed for a scan of which
    nothing can be used."""
    if not run.options.allow_missing:
        if comparison.loses_too_much:
            raise _would_lose(run, target, comparison.missing, comparison.present)
        if not found and comparison.emptied_locations:
            lost = comparison.missing + sum(e.assets for e in comparison.emptied_locations)
            raise _would_lose(run, target, lost, lost)
    if not found and scan.faults:
        raise IngestFailed("nothing that its importer yields can be used", scan.unread[:10])
    if run.options.only is not None and not scan.matched and not scan.skipped:
        raise IngestFailed("nothing in it fits what was asked for")


def _would_lose(run: Run, target: Collection, missing: int, present: int) -> WouldLoseAssets:
    name = collections.selector(run.connection, target)
    lost = sample.not_found(run.connection, target)
    more = Hint("See which files are where", Command("collection map-check", (name,)))
    return WouldLoseAssets(
        f"{missing} of {present} known assets were not found",
        [*([f"e.g. {path}" for path in lost]), more],
        hint=Hint(
            "Is a disk not mounted? If they are really gone",
            Command("collection ingest", (name,), ("--allow-missing",)),
        ),
    )


def _emptied(emptied: EmptiedLocation) -> str:
    place = emptied.external_path or ANY
    number = "1 asset" if emptied.assets == 1 else f"{emptied.assets:,} assets"
    return f"{place}: it held {number} and now yields none; is a disk not mounted?"

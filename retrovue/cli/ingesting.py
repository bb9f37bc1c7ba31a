"""Running an ingest from the command line, and reporting how it ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from retrovue.catalogue import collections, sources
from retrovue.catalogue.reconcile.changes import Changes
from retrovue.cli import changed as changes
from retrovue.cli import words
from retrovue.cli.app import App
from retrovue.cli.output import Result, plural
from retrovue.commands import Command, Hint, Line
from retrovue.errors import (
    IngestFailed,
    Interrupted,
    InvalidState,
    NotIngestible,
    RetrovueError,
)
from retrovue.model import Collection, IngestResult, Source
from retrovue.operations import failures, ingest, overlooked, refusals
from retrovue.operations.scan import Narrow
from retrovue.operations.sources import importer_of

_SUCCEEDED = ("success", "partial")

Told = dict[int, changes.Changed]  # by the id of the collection


def of_source(
    app: App, source: Source, keep_going: bool, quick: bool, allow_missing: bool, dry_run: bool
) -> Result:
    operation = "Source ingest"
    told: Told = {}
    options = _options(app, told, allow_missing, quick, dry_run)._replace(keep_going=keep_going)
    try:
        with failures.recorded(app.catalogue, operation, source.name, dry_run=dry_run):
            importer = importer_of(app.catalogue, app.plugins, source)
        known = collections.of_source(app.catalogue.reading(), source.id)
        beside = overlooked.hints(importer, source, known)
        results = ingest.of_source(app.catalogue, source, importer, options)
    except KeyboardInterrupt:
        raise _interrupted(app, operation) from None
    except (InvalidState, NotIngestible) as error:
        return _result(app, source, error.results, [], error, dry_run)
    result = _report(app, "Source ingest", source, results, dry_run, told)
    return with_overlooked(result, beside)


def with_overlooked(result: Result, beside: Sequence[Hint]) -> Result:
    """A result that also tells what is in no collection."""
    if not beside:
        return result
    data = {**result.data, "overlooked": [hint.text for hint in beside]}
    return result._replace(data=data, lines=[*result.lines, "", *beside])


def of_collection(
    app: App,
    collection: Collection,
    narrow: Narrow | None,
    quick: bool,
    allow_missing: bool,
    dry_run: bool,
) -> Result:
    """One collection, which must be enabled and ingestible; that it syncs is not needed."""
    source = sources.by_id(app.catalogue.reading(), collection.source_id)
    operation = "Collection ingest"
    told: Told = {}
    options = _options(app, told, allow_missing, quick, dry_run)._replace(narrow=narrow)
    try:
        with failures.recorded(app.catalogue, operation, source.name, collection.name, dry_run):
            importer = importer_of(app.catalogue, app.plugins, source)
            _require_enabled(app.catalogue.reading(), collection)
        result = ingest.of_one(app.catalogue, source, collection, importer, options)
    except KeyboardInterrupt:
        raise _interrupted(app, operation) from None
    if result.status in ("not_ingestible", "invalid_state"):
        error = refusals.refused(app.catalogue.reading(), [result])
        return _result(app, source, [result], [], error, dry_run)
    return _report(app, operation, source, [result], dry_run, told)


def _require_enabled(connection: sqlite3.Connection, collection: Collection) -> None:
    if not collection.enabled:
        name = collections.selector(connection, collection)
        raise NotIngestible(
            f"Collection '{collection.name}' is not ingestible",
            ["it is not enabled"],
            hint=Hint("Enable it", Command("collection update", (name,), ("--enable",))),
        )


def _options(
    app: App, told: Told, allow_missing: bool, quick: bool, dry_run: bool
) -> ingest.Options:
    """How to ingest; what changes in a collection is put into `told`."""

    def progress(collection: Collection, count: int) -> None:
        app.progress(collection.name, collection.asset_count, count)

    def ingested(collection: Collection, result: IngestResult) -> None:
        app.progress.close()
        app.notify("collection_ingested", collection=collection, result=result)

    def changed(collection: Collection, found: Changes, connection: Any) -> None:
        if dry_run and app.as_json:  # nobody can look up afterwards what it takes back
            before = sum(seen.count("added") for seen in told.values())
            seen = changes.numbered(changes.looked_up(found, connection, None), before)
        else:
            seen = changes.looked_up(found, connection, changes.SCREEN)
        told[collection.id] = seen

    return ingest.Options(
        allow_missing=allow_missing,
        quick=quick,
        dry_run=dry_run,
        progress=progress,
        ingested=ingested,
        changed=changed,
    )


def _interrupted(app: App, operation: str) -> Interrupted:
    done = [line for line in app.catalogue.kept if line.operation == operation]
    kept = ", ".join(f"'{line.collection}'" for line in done if line.status in _SUCCEEDED)
    says = f"Kept: collections {kept}." if kept else "Nothing was ingested."
    return Interrupted(
        f"{operation} failed: interrupted",
        [says, "The collection that was being ingested is as it was before."],
        hint="Run the same command again to go on.",
    )


def _report(
    app: App,
    operation: str,
    source: Source,
    results: Sequence[IngestResult],
    dry_run: bool,
    told: Told,
) -> Result:
    app.progress.close()
    succeeded = [result for result in results if result.status in _SUCCEEDED]
    warnings = words.ingest_warnings(results, app.verbose, only_new=app.quiet)
    error = None if succeeded else _nothing_ingested(app, operation, results)
    outcome = _result(app, source, results, warnings, error, dry_run, told)
    failed = [r for r in results if succeeded and r.status not in _SUCCEEDED]
    failures = [_failure(app, result) for result in failed]
    partial = failures or any(r.status == "partial" for r in results)
    return outcome._replace(status="partial" if partial else "success", failures=failures)


def _failure(app: App, result: IngestResult) -> RetrovueError:
    """Why one collection among others was not ingested."""
    if result.status != "failed":
        return refusals.of(app.catalogue.reading(), result)
    error = result.error or {}
    detail = [str(line) for line in (error.get("message"), *error.get("detail", ()))]
    failure = RetrovueError(
        f"Collection '{result.name}' failed ingestion", [*detail, *result.hints]
    )
    failure.code = str(error.get("code"))
    return failure


def _nothing_ingested(app: App, operation: str, results: Sequence[IngestResult]) -> RetrovueError:
    """The error where not one collection was ingested; its code is theirs where they agree."""
    errors = [result.error or {} for result in results]
    if all(result.status in ("not_ingestible", "invalid_state") for result in results):
        return refusals.refused(app.catalogue.reading(), results)
    codes = {str(error.get("code")) for error in errors}
    first = str(errors[0].get("message"))
    differ = any(error.get("message") != first for error in errors)
    more = f" (and {plural(len(results) - 1, 'more collection')} failed)" if differ else ""
    failure = IngestFailed(f"{operation} failed: {_without(operation, first)}{more}")
    failure.code = codes.pop() if len(codes) == 1 else "ingest_failed"
    failure.detail = [*map(str, errors[0].get("detail", ())), *results[0].hints]
    if differ:
        failure.detail = [line for result in results for line in _reasons(result)]
    return failure


def _reasons(result: IngestResult) -> list[Line]:
    error = result.error or {}
    first = f"Collection '{result.name}': {error.get('message')}"
    return [first, *(f"  {line}" for line in error.get("detail", ())), *result.hints]


def _without(operation: str, message: str) -> str:
    return message.removeprefix(f"{operation} failed: ")


def _result(
    app: App,
    source: Source,
    results: Sequence[IngestResult],
    warnings: Sequence[str],
    error: RetrovueError | None,
    dry_run: bool,
    told: Told | None = None,
) -> Result:
    told = told or {}
    data: dict[str, Any] = {
        "source": {"id": source.id, "external_id": source.external_id, "name": source.name},
        "collections": [_data(app, result, told.get(result.id)) for result in results],
        "totals": words.totals(results),
    }
    if dry_run:
        data["dry_run"] = True
    refused = isinstance(error, InvalidState | NotIngestible)
    lines: list[Line] = [] if refused else words.ingest_lines(results, app.shown_path)
    lines += _changed_lines(app, results, told)
    if app.verbose:
        lines += words.left_out_lines(results)
    lines += _mapping_hints(app, results)
    if dry_run and lines:
        lines.insert(0, "Dry run: nothing was written.")
    return Result(data, lines, warnings, error=error)


def _mapping_hints(app: App, results: Sequence[IngestResult]) -> list[Hint]:
    """Where to look for collections whose files are not where they are mapped to."""
    hints = []
    for result in results:
        if not result.warnings:
            continue
        collection = collections.by_id(app.catalogue.reading(), result.id)
        if collection is not None:
            name = collections.selector(app.catalogue.reading(), collection)
            hints.append(Hint("See where it is mapped", Command("collection show", (name,))))
    return hints


def _data(app: App, result: IngestResult, told: changes.Changed | None) -> dict[str, Any]:
    data = words.ingest_data(result, app.shown_path)
    if told is not None:
        data["changes"] = changes.data(told, app.catalogue.reading)
    return data


def _changed_lines(app: App, results: Sequence[IngestResult], told: Told) -> list[Line]:
    """What changed, item by item, as far as it fits on a screen."""
    found = [(r, told[r.id]) for r in results if r.status in _SUCCEEDED and r.id in told]
    found = [(result, seen) for result, seen in found if any(result.changes.values())]
    most = changes.SCREEN // max(1, len(found))
    lines: list[Line] = []
    for result, seen in found:
        lines += ["", f"{result.name}:", *changes.lines(seen, app.catalogue.reading, most)]
        if result.line is not None and not changes.whole(seen, most):
            lines.append(Hint("All of it", Command("history show", (str(result.line),))))
    return lines

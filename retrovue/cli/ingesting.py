"""Running an ingest from the command line, and reporting how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from retrovue.catalogue import sources
from retrovue.cli import App, words
from retrovue.cli.output import Result, plural
from retrovue.errors import (
    IngestFailed,
    Interrupted,
    InvalidState,
    NotIngestible,
    RetrovueError,
)
from retrovue.ingest import failures, run, source_changes
from retrovue.ingest.scan import Narrow
from retrovue.model import Collection, IngestResult, Source

_SUCCEEDED = ("success", "partial")


def of_source(
    app: App, source: Source, keep_going: bool, quick: bool, allow_missing: bool, dry_run: bool
) -> Result:
    operation = "Source ingest"
    options = _options(app, allow_missing, quick, dry_run)._replace(keep_going=keep_going)
    try:
        with failures.recorded(app.catalogue, operation, source.name, dry_run=dry_run):
            importer = source_changes.importer_of(app.catalogue, app.plugins, source)
        results = run.of_source(app.catalogue, source, importer, options)
    except KeyboardInterrupt:
        raise _interrupted(app, operation) from None
    except (InvalidState, NotIngestible) as error:
        return _result(source, error.results, [], error, dry_run)
    return _report(app, "Source ingest", source, results, dry_run)


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
    options = _options(app, allow_missing, quick, dry_run)._replace(narrow=narrow)
    try:
        with failures.recorded(app.catalogue, operation, source.name, collection.name, dry_run):
            importer = source_changes.importer_of(app.catalogue, app.plugins, source)
            _require_enabled(collection)
        result = run.of_one(app.catalogue, source, collection, importer, options)
    except KeyboardInterrupt:
        raise _interrupted(app, operation) from None
    if result.status in ("not_ingestible", "invalid_state"):
        return _result(source, [result], [], run.refused([result]), dry_run)
    return _report(app, operation, source, [result], dry_run)


def _require_enabled(collection: Collection) -> None:
    if not collection.enabled:
        name = f"{collection.source_name}/{collection.name}"
        raise NotIngestible(
            f"Collection '{collection.name}' is not ingestible",
            ["it is not enabled"],
            hint=f'retrovue collection update "{name}" --enable',
        )


def _options(app: App, allow_missing: bool, quick: bool, dry_run: bool) -> run.Options:
    def progress(collection: Collection, count: int) -> None:
        app.progress(collection.name, collection.asset_count, count)

    def ingested(collection: Collection, result: IngestResult) -> None:
        app.progress.close()
        app.notify("collection_ingested", collection=collection, result=result)

    return run.Options(
        allow_missing=allow_missing,
        quick=quick,
        dry_run=dry_run,
        progress=progress,
        ingested=ingested,
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
    app: App, operation: str, source: Source, results: Sequence[IngestResult], dry_run: bool
) -> Result:
    app.progress.close()
    succeeded = [result for result in results if result.status in _SUCCEEDED]
    warnings = words.ingest_warnings(results, app.verbose)
    if len(succeeded) < len(results):
        warnings += [
            str(result.error["message"])
            for result in results
            if result.error and result.status in ("not_ingestible", "invalid_state") and succeeded
        ]
    error = None if succeeded else _nothing_ingested(operation, results)
    outcome = _result(source, results, warnings, error, dry_run)
    partial = len(succeeded) < len(results) or any(r.status == "partial" for r in results)
    return outcome._replace(status="partial" if partial else "success")


def _nothing_ingested(operation: str, results: Sequence[IngestResult]) -> RetrovueError:
    """The error where not one collection was ingested; its code is theirs where they agree."""
    errors = [result.error or {} for result in results]
    if all(result.status in ("not_ingestible", "invalid_state") for result in results):
        return run.refused(results)
    codes = {str(error.get("code")) for error in errors}
    first = str(errors[0].get("message"))
    differ = any(error.get("message") != first for error in errors)
    more = f" (and {plural(len(results) - 1, 'more collection')} failed)" if differ else ""
    failure = IngestFailed(f"{operation} failed: {_without(operation, first)}{more}")
    failure.code = codes.pop() if len(codes) == 1 else "ingest_failed"
    failure.detail = [f"Collection '{results[0].name}': {first}"] if differ else []
    failure.detail += [str(line) for line in errors[0].get("detail", ())]
    failure.hint = results[0].hint
    return failure


def _without(operation: str, message: str) -> str:
    return message.removeprefix(f"{operation} failed: ")


def _result(
    source: Source,
    results: Sequence[IngestResult],
    warnings: Sequence[str],
    error: RetrovueError | None,
    dry_run: bool,
) -> Result:
    data: dict[str, Any] = {
        "source": {"id": source.id, "external_id": source.external_id, "name": source.name},
        "collections": [words.ingest_data(result) for result in results],
        "totals": words.totals(results),
    }
    if dry_run:
        data["dry_run"] = True
    refused = isinstance(error, InvalidState | NotIngestible)
    lines = [] if refused else words.ingest_lines(results)
    if dry_run and lines:
        lines.insert(0, "Dry run: nothing was written.")
    return Result(data, lines, warnings, error=error)

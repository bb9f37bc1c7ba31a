"""Run an ingest for a command, and report how it ended."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from retrovue.catalogue import collections, sources
from retrovue.catalogue.reconcile.changes import Changes
from retrovue.cli import changed as changes
from retrovue.cli import views
from retrovue.cli.app import App
from retrovue.cli.output import Result, plural
from retrovue.commands import Command, Hint, Line
from retrovue.errors import IngestFailed, Interrupted, InvalidState, NotIngestible, RetrovueError
from retrovue.model import SUCCEEDED, Collection, IngestResult, Operation, Source
from retrovue.operations import refusals
from retrovue.operations.ingest import Ingested, ingest_collection, ingest_source
from retrovue.operations.ingest_run import Options

Seen = dict[int, changes.Changed]  # what changed, by the id of the collection


def of_source(app: App, source: Source, options: Options) -> Result:
    """Ingest the sync-enabled collections of a source."""
    seen: Seen = {}
    try:
        done = ingest_source(app.catalogue, app.plugins, source, _watched(app, options, seen))
    except KeyboardInterrupt:
        raise _interrupted(app, "Source ingest") from None
    except InvalidState as error:
        return _result(app, source, [], [], error)
    return with_overlooked(_report(app, "Source ingest", source, done, seen), done.overlooked)


def planned(app: App, source: Source, options: Options, path: str, *, force: bool) -> Result:
    """Write down what an ingest of a source would do; where it fails there is no plan."""
    from retrovue.operations import plans

    app.begin_dry_run()
    where = os.path.realpath(path)
    with plans.written(app.catalogue, where, source, force=force) as writer:
        result = of_source(app, source, options._replace(plan=writer))
        if result.error is not None:
            raise result.error
    data = {**result.data, "plan": where}
    follow = [
        Hint("Each asset that it would change", Command("plan show", (where,))),
        Hint("Do it", Command("plan apply", (where,))),
    ]
    head = f"Plan written to {where}; nothing else was written."
    lines = [head, "", *_not_done(result), "", *follow]
    return result._replace(data=data, lines=lines)


def of_plan(app: App, path: str, *, most: int | None) -> Result:
    """Do what a plan says, or in a dry run show it, with so many assets (None: all) by name."""
    from retrovue.operations import plans

    where = os.path.abspath(path)
    source, made_at = plans.source_of(app.catalogue, where)
    seen: Seen = {}
    watched = _watched(app, Options(), seen, most)
    done = plans.apply_plan(app.catalogue, app.plugins, where, watched)
    result = _report(app, "Source ingest", source, done, seen, most)
    data = {**result.data, "plan": where, "made_at": made_at}
    head: list[Line] = [f"Plan of {made_at} for source '{source.name}':", ""]
    follow: list[Line] = ["", Hint("Do it", Command("plan apply", (where,)))]
    if not app.dry_run:
        return result._replace(data=data)
    return result._replace(data=data, lines=[*head, *_not_done(result), *follow])


def _not_done(result: Result) -> list[Line]:
    """The lines of a dry run but for those that say that it was one, and that it succeeded."""
    said = [line for line in result.lines[1:] if not str(line).startswith("Success: ")]
    return said[1:] if said and not said[0] else said


def of_collection(app: App, collection: Collection, options: Options) -> Result:
    """Ingest one collection, which must be enabled and ingestible; that it syncs is not needed."""
    source = sources.by_id(app.catalogue.reader(), collection.source_id)
    seen: Seen = {}
    options = _watched(app, options, seen)
    try:
        done = ingest_collection(app.catalogue, app.plugins, source, collection, options)
    except KeyboardInterrupt:
        raise _interrupted(app, "Collection ingest") from None
    return _report(app, "Collection ingest", source, done, seen)


def with_overlooked(result: Result, overlooked: Sequence[Hint]) -> Result:
    """A result that also tells what is in no collection."""
    if not overlooked:
        return result
    data = {**result.data, "overlooked": [hint.text for hint in overlooked]}
    return result._replace(data=data, lines=[*result.lines, "", *overlooked])


def _watched(app: App, options: Options, seen: Seen, most: int | None = changes.SCREEN) -> Options:
    """The options with what happens meanwhile: progress, hooks, and what changes put in `seen`."""

    def progress(collection: Collection, count: int) -> None:
        app.progress(collection.name, collection.asset_count or collection.size or 0, count)

    def probing(collection: Collection, files: int, done: int) -> None:
        app.progress(f"{collection.name}: probing", files, done)

    def ingested(collection: Collection, result: IngestResult) -> None:
        app.progress.close()
        if app.hears("collection_ingested"):
            now = collections.by_id(app.catalogue.reader(), collection.id) or collection
            app.notify("collection_ingested", collection=now, result=result)

    def changed(collection: Collection, found: Changes, connection: Any) -> None:
        if app.dry_run and app.as_json:  # nobody can look up afterwards what it takes back
            before = sum(each.count("added") for each in seen.values())
            now = changes.numbered(changes.looked_up(found, connection, None), before)
        else:
            now = changes.looked_up(found, connection, most)
        seen[collection.id] = now

    return options._replace(progress=progress, ingested=ingested, changed=changed, probing=probing)


def _interrupted(app: App, operation: Operation) -> Interrupted:
    done = [line for line in app.catalogue.committed if line.operation == operation]
    kept = ", ".join(f"'{line.collection}'" for line in done if line.status in SUCCEEDED)
    says = f"Kept: collections {kept}." if kept else "Nothing was ingested."
    return Interrupted(
        f"{operation} failed: interrupted",
        [says, "The collection that was being ingested is as it was before."],
        hint="Run the same command again to go on.",
    )


def _report(
    app: App, operation: Operation, source: Source, done: Ingested, seen: Seen,
    most: int | None = changes.SCREEN,
) -> Result:  # fmt: skip
    app.progress.close()
    results = done.results
    _notify_failed(app, results)
    if done.refused is not None:
        return _result(app, source, results, [], done.refused)
    succeeded = [result for result in results if result.status in SUCCEEDED]
    warnings = views.ingest_warnings(results, verbose=app.verbose > 0, only_new=app.quiet)
    error = None if succeeded or not results else _nothing_ingested(app, operation, results)
    outcome = _result(app, source, results, warnings, error, seen, most)
    failed = [r for r in results if succeeded and r.status not in SUCCEEDED]
    failures = [_failure(app, result) for result in failed]
    partial = failures or any(r.status == "partial" for r in results)
    return outcome._replace(status="partial" if partial else "success", failures=failures)


def _notify_failed(app: App, results: Sequence[IngestResult]) -> None:
    for result in results:
        if result.status not in SUCCEEDED and not app.dry_run:
            collection = collections.by_id(app.catalogue.reader(), result.id)
            if collection is not None:
                app.notify("ingest_failed", collection=collection, result=result)


def _failure(app: App, result: IngestResult) -> RetrovueError:
    """Why one collection among others was not ingested."""
    error = result.error
    assert error is not None
    if result.status != "failed":
        return refusals.of(app.catalogue.reader(), result)
    message = f"Collection '{result.name}' failed ingestion"
    return type(error)(message, [error.message, *error.lines])


def _nothing_ingested(
    app: App, operation: Operation, results: Sequence[IngestResult]
) -> RetrovueError:
    """The error where not one collection was ingested, of the class of theirs where they agree."""
    if all(result.status in ("not_ingestible", "invalid_state") for result in results):
        return refusals.refused(app.catalogue.reader(), results)
    errors = [result.error for result in results if result.error is not None]
    first, *others = errors
    kind = type(first) if all(type(other) is type(first) for other in others) else IngestFailed
    differ = any(other.message != first.message for other in others)
    more = f" (and {plural(len(others), 'more collection')} failed)" if differ else ""
    message = f"{operation} failed: {first.message.removeprefix(f'{operation} failed: ')}{more}"
    if not differ:
        return kind(message, first.lines)
    return kind(message, [line for result in results for line in _reasons(result)])


def _reasons(result: IngestResult) -> list[Line]:
    error = result.error
    assert error is not None
    reasons = [f"  {line}" for line in error.reasons]
    return [f"Collection '{result.name}': {error.message}", *reasons, *error.to_type]


def _result(
    app: App,
    source: Source,
    results: Sequence[IngestResult],
    warnings: Sequence[str],
    error: RetrovueError | None,
    seen: Seen | None = None,
    most: int | None = changes.SCREEN,
) -> Result:
    seen = seen or {}
    data: dict[str, Any] = {
        "source": {"id": source.id, "external_id": source.external_id, "name": source.name},
        "collections": [_data(app, result, seen.get(result.id)) for result in results],
        "totals": views.totals(results),
    }
    refused = isinstance(error, InvalidState | NotIngestible)
    lines: list[Line] = [] if refused else views.ingest_lines(results, app.shown_path)
    lines += _changed_lines(app, results, seen, most)
    if app.verbose:
        lines += views.left_out_lines(results)
    lines += _mapping_hints(app, results)
    if app.dry_run and lines:
        lines.insert(0, "Dry run: nothing was written.")
    return Result(data, lines, warnings, error=error)


def _mapping_hints(app: App, results: Sequence[IngestResult]) -> list[Hint]:
    """Where to look for collections whose files are not where they are mapped to."""
    hints = []
    for result in results:
        if not result.warnings:
            continue
        collection = collections.by_id(app.catalogue.reader(), result.id)
        if collection is not None:
            name = collections.selector(app.catalogue.reader(), collection)
            hints.append(Hint("See what differs", Command("collection map-check", (name,))))
    return hints


def _data(app: App, result: IngestResult, changed: changes.Changed | None) -> dict[str, Any]:
    data = views.ingest_data(result, app.shown_path)
    if changed is not None:
        data["changes"] = changes.data(changed, app.catalogue.reader)
    return data


def _changed_lines(
    app: App, results: Sequence[IngestResult], seen: Seen, most: int | None
) -> list[Line]:
    """What changed, item by item, as far as it fits into so many lines."""
    found = [(r, seen[r.id]) for r in results if r.status in SUCCEEDED and r.id in seen]
    found = [(result, changed) for result, changed in found if any(result.changes.values())]
    if most is not None:
        most = most // max(1, len(found))
    lines: list[Line] = []
    for result, changed in found:
        lines += ["", f"{result.name}:", *changes.lines(changed, app.catalogue.reader, most)]
        if result.edits_kept:
            lines.append(
                f"  What you edited stays in {plural(result.edits_kept, 'asset')} of these."
            )
        if result.line is not None and most is not None and not changes.whole(changed, most):
            lines.append(Hint("All of it", Command("history show", (str(result.line),))))
    return lines

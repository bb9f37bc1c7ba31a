"""`source ingest --all`: every source by itself, one report, one exit code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from retrovue.catalogue import sources
from retrovue.cli import ingest_report
from retrovue.cli.app import App
from retrovue.cli.output import Result, error_body
from retrovue.commands import Command, Hint, Line
from retrovue.errors import Interrupted, NoSyncEnabledCollections, RetrovueError
from retrovue.model import Source
from retrovue.operations.ingest_run import Options


class _Done(NamedTuple):
    """How the ingest of a source ended; one that could not begin has an error and no result."""

    source: Source
    result: Result | None
    error: RetrovueError | None

    @property
    def status(self) -> str:
        if self.error is not None:
            return "failed"
        assert self.result is not None
        return self.result.status


def of_all(app: App, options: Options) -> Result:
    """Ingest the sync-enabled collections of every source that has some; one that fails stops none
    of the others. Raises NoSyncEnabledCollections where no source has any."""
    done = [one for one in _each(app, options._replace(keep_going=True)) if one is not None]
    if not done:
        raise NoSyncEnabledCollections(
            "No source has sync-enabled collections",
            hint=Hint("See what there is", Command("collection list")),
        )
    bad = [one.error for one in done if one.error is not None]
    data = {"sources": [_data(app, one) for one in done]}
    error = _nothing(bad) if len(bad) == len(done) else None
    said = bad if error is None else []
    partly = any(one.status != "success" for one in done)
    return Result(
        data,
        _lines(done),
        [warning for one in done if one.result for warning in one.result.warnings],
        "partial" if partly else "success",
        error,
        [*said, *(f for one in done if one.result for f in one.result.failures)],
    )


def _each(app: App, options: Options) -> list[_Done | None]:
    return [_one(app, source, options) for source in sources.all_of(app.catalogue.reader())]


def _one(app: App, source: Source, options: Options) -> _Done | None:
    """None for a source that has nothing to ingest with it."""
    try:
        result = ingest_report.of_source(app, source, options)
    except NoSyncEnabledCollections:
        return None
    except Interrupted:
        raise
    except RetrovueError as error:
        return _Done(source, None, _named(source, error))
    failed = None if result.error is None else _named(source, result.error)
    return _Done(source, result, failed)


def _named(source: Source, error: RetrovueError) -> RetrovueError:
    """The error with its source, where it does not name it."""
    if f"'{source.name}'" in error.message:
        return error
    return type(error)(f"Source '{source.name}': {error.message}", error.detail, hint=error.hint)


def _nothing(bad: Sequence[RetrovueError]) -> RetrovueError:
    """The error where not one source was ingested; with what the others failed by below it."""
    first, *others = bad
    lines: list[Line] = [*first.detail]
    for error in others:
        lines += [f"Error: {error.message}", *error.detail]
    return type(first)(first.message, lines, hint=first.hint)


def _data(app: App, one: _Done) -> dict[str, Any]:
    collections = [] if one.result is None else one.result.data.get("collections", [])
    error = None if one.error is None else error_body(one.error, app.shown_path)
    return {"name": one.source.name, "status": one.status, "collections": collections,
            "error": error}  # fmt: skip


def _lines(done: Sequence[_Done]) -> list[Line]:
    lines: list[Line] = []
    for one in done:
        if one.result is not None and one.result.lines:
            lines += [*([""] if lines else []), f"Source '{one.source.name}':", *one.result.lines]
    return lines

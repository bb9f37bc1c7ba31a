"""Writing down in the history why something failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from retrovue.catalogue import history
from retrovue.catalogue.core import Catalogue
from retrovue.errors import DatabaseFailure, Interrupted, Locked, RetrovueError
from retrovue.model import IngestResult, Operation


@contextmanager
def recorded(
    catalogue: Catalogue,
    operation: Operation,
    source: str,
    collection: str | None = None,
) -> Iterator[None]:
    """Note the failure of what is done inside, and let it go on."""
    try:
        yield
    except RetrovueError as error:
        if not isinstance(error, Interrupted | Locked):
            note(catalogue, operation, error, source, collection)
        raise


def note(
    catalogue: Catalogue,
    operation: Operation,
    error: RetrovueError,
    source: str,
    collection: str | None = None,
) -> None:
    """Write one line, but not in a dry run; a file that cannot take what was to be done may not
    take this either."""
    if catalogue.dry_run:
        return
    try:
        with catalogue.write(operation) as tx:
            history.record(tx, operation, "failed", source, collection, {"error": error.to_dict()})
    except DatabaseFailure:
        pass


def note_result(
    catalogue: Catalogue, operation: Operation, source: str, result: IngestResult
) -> None:
    """Write down why a collection was not ingested."""
    if result.error is not None:
        note(catalogue, operation, result.error, source, result.name)

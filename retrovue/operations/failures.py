"""Writing down in the history why something failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from retrovue.catalogue import history
from retrovue.catalogue.core import Catalogue
from retrovue.errors import DatabaseFailure, Interrupted, Locked, RetrovueError


@contextmanager
def recorded(
    catalogue: Catalogue,
    operation: str,
    source: str,
    collection: str | None = None,
    dry_run: bool = False,
) -> Iterator[None]:
    """Note the failure of what is done inside, and let it go on."""
    try:
        yield
    except RetrovueError as error:
        if not dry_run and not isinstance(error, Interrupted | Locked):
            body = {"code": error.code, "message": error.message, "detail": error.reasons}
            note(catalogue, operation, body, source, collection)
        raise


def note(
    catalogue: Catalogue,
    operation: str,
    error: Mapping[str, Any],
    source: str,
    collection: str | None = None,
) -> None:
    """Write one line; a file that cannot take what was to be done may not take this either."""
    try:
        with catalogue.write(operation) as tx:
            history.record(tx, operation, "failed", source, collection, {"error": dict(error)})
    except DatabaseFailure:
        pass

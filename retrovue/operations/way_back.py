"""A backup before what cannot be undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from retrovue.catalogue.core import Catalogue
from retrovue.errors import RetrovueError
from retrovue.model import Operation

if TYPE_CHECKING:
    from retrovue.catalogue.backups.automatic import WayBack


@contextmanager
def after_backup(
    catalogue: Catalogue, operation: Operation, *, no_backup: bool
) -> Iterator[WayBack]:
    """What cannot be undone, after a backup; afterwards `path` is where that lies, None where
    nothing was changed."""
    from retrovue.catalogue.backups import automatic

    with automatic.before_operation(Path(catalogue.path), operation, catalogue.committed) as way:
        if not (no_backup or catalogue.dry_run):
            try:
                way.make()
            except RetrovueError as error:
                error.hint = "Nothing was changed. --no-backup goes on without a backup."
                raise
        yield way

"""The filesystem importer: media found in directories, read from their names."""

from __future__ import annotations

from collections.abc import Callable

from retrovue import Importer, hookimpl


@hookimpl
def register_importers(register: Callable[[type[Importer]], None]) -> None:
    from retrovue_filesystem.importer import FilesystemImporter

    register(FilesystemImporter)

"""RetroVue keeps a personal media catalogue in one SQLite file.

The house, a room per outside world, arrows down only:

    people --> cli/ --> operations/ --> catalogue/ --> one SQLite file
                |             \\-------> importers/ <-- plugins/
                \\-- cli/output.py --> text or JSON
                   all of them --> found.py, model.py, paths.py, errors.py, redact.py

What stands below is for authors of importers and is all they need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrovue.errors import ImporterError
    from retrovue.found import (
        FoundAsset,
        FoundCollection,
        FoundFile,
        FoundFolder,
        Location,
        Overlooked,
        ScanCollection,
        Skipped,
        Unread,
    )
    from retrovue.importers.api import Importer, Option
    from retrovue.importers.hookspecs import hookimpl

__all__ = [
    "FoundAsset",
    "FoundCollection",
    "FoundFile",
    "FoundFolder",
    "Importer",
    "ImporterError",
    "Location",
    "Option",
    "Overlooked",
    "ScanCollection",
    "Skipped",
    "Unread",
    "__version__",
    "hookimpl",
]

__version__ = "0.1.0"

_HOME = {
    "ImporterError": "retrovue.errors",
    "Importer": "retrovue.importers.api",
    "Option": "retrovue.importers.api",
    "hookimpl": "retrovue.importers.hookspecs",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that no command pays for what it does not need."""
    if name not in __all__:
        raise AttributeError(f"module 'retrovue' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME.get(name, "retrovue.found")), name)

"""RetroVue keeps a personal media catalogue in one SQLite file.

The house, a room per outside world, arrows down only:

    people --> cli/ --> operations/ --> catalogue/ --> one SQLite file
                |             \\-------> importers/ <-- plugins/
                \\-- cli/output.py --> text or JSON
                   all of them --> found.py, model.py, paths.py, errors.py, redact.py

What stands below is for authors of importers and plugins and is all they need; it stays as it is
within a version of the interface, `API_VERSION`. An importer is a class below `Importer` with its
settings as a tuple of `Option`; it yields `FoundCollection`, `FoundAsset` with `FoundFile`,
`FoundFolder`, `Unread`, `Skipped` and `Overlooked`, is given `ScanCollection` with `Location`, and
raises `ImporterError`. A plugin registers it in a function marked `hookimpl`; notifications get
`Source`, `Collection` and `IngestResult`. `retrovue.testing` tests one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrovue.cli.opened import open_catalogue
    from retrovue.errors import ImporterError
    from retrovue.found import (
        FoundAsset,
        FoundCollection,
        FoundFile,
        FoundFolder,
        Location,
        Overlooked,
        Probed,
        ScanCollection,
        Skipped,
        Stream,
        Unread,
    )
    from retrovue.importers.api import Importer, Option
    from retrovue.importers.hookspecs import hookimpl
    from retrovue.model import Collection, IngestResult, PathMapping, Source

__all__ = [
    "API_VERSION",
    "Collection",
    "FoundAsset",
    "FoundCollection",
    "FoundFile",
    "FoundFolder",
    "Importer",
    "ImporterError",
    "IngestResult",
    "Location",
    "Option",
    "Overlooked",
    "PathMapping",
    "Probed",
    "ScanCollection",
    "Skipped",
    "Source",
    "Stream",
    "Unread",
    "__version__",
    "hookimpl",
    "open_catalogue",
]

__version__ = "0.1.0"
API_VERSION = 1
"""Of the interface to plugins: a module may say `RETROVUE_API = ">=1,<2"` for what it needs."""

_HOME = {
    "ImporterError": "retrovue.errors",
    "Importer": "retrovue.importers.api",
    "Option": "retrovue.importers.api",
    "hookimpl": "retrovue.importers.hookspecs",
    "open_catalogue": "retrovue.cli.opened",
    **dict.fromkeys(("Collection", "IngestResult", "PathMapping", "Source"), "retrovue.model"),
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that no command pays for what it does not need."""
    if name not in __all__:
        raise AttributeError(f"module 'retrovue' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME.get(name, "retrovue.found")), name)


def __dir__() -> list[str]:
    """The public names, imported or not: for `help(retrovue)`."""
    return sorted({*__all__, *globals()})

"""Testing an importer: a catalogue in a temporary folder to try it on, and the checks that every
importer has to pass.

    from retrovue.testing import Bench, check_importer

    def test_my_importer():
        check_importer(lambda: MyImporter({"base_url": url}))

pytest finds the fixture `retrovue_bench`, a `Bench`, by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrovue.testing.bench import Bench, Ingested
    from retrovue.testing.checks import Checked, check_importer

__all__ = ["Bench", "Checked", "Ingested", "check_importer"]

_HOME = {"Bench": "bench", "Ingested": "bench", "Checked": "checks", "check_importer": "checks"}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use: pytest loads the fixture in every run."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)

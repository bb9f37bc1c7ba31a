"""Libraries of a Jellyfin server as a source of retrovue."""

from __future__ import annotations

from collections.abc import Callable

from retrovue import Importer, hookimpl

RETROVUE_API = ">=1,<2"


@hookimpl
def register_importers(register: Callable[[type[Importer]], None]) -> None:
    """Offer the type `jellyfin`."""
    from retrovue_jellyfin.importer import JellyfinImporter

    register(JellyfinImporter)

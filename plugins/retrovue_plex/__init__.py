"""RetroVue's Plex importer.

    importer.py   what the core calls: identity, remote_identity, discover, scan
    settings.py   the options, checked; contacts nothing
    session.py    the only door to the network: one host, no redirect, a deadline, a size limit
    identity.py   which server it is, asked without the token
    failures.py   everything that can go wrong there, each as one line for a person
    server.py     plexapi connects, authenticates and lists the sections; pages are read as bytes
    pages.py      the XML of one page to rows, without a tree
    listing.py    pages to a whole library, or an error: counts that must add up
    items.py      one row to one `FoundAsset`

plexapi costs a fifth of a second to import, so nothing here imports it before it is needed.
"""

from __future__ import annotations

from collections.abc import Callable

from retrovue import Importer, hookimpl


@hookimpl
def register_importers(register: Callable[[type[Importer]], None]) -> None:
    """Offer the type `plex`."""
    from retrovue_plex.importer import PlexImporter

    register(PlexImporter)

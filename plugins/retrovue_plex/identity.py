"""Which server answers at an address: asked without the token, and so without plexapi."""

from __future__ import annotations

from xml.etree import ElementTree

from retrovue_plex import failures
from retrovue_plex.session import WHO, PlexSession
from retrovue_plex.settings import Settings


def machine_identifier(settings: Settings) -> str:
    """What the server says that it is. Raises `PlexFailure` where it cannot be asked."""
    url = settings.base_url
    with PlexSession(settings) as session:
        return failures.translate_errors(url, lambda: _asked(session, url))


def _asked(session: PlexSession, url: str) -> str:
    try:
        body = session.get(f"{url}/identity", headers=WHO).content
    except failures.PlexFailure as failure:
        if failure.status in (401, 403):
            raise failures.closed(url, failure.status) from None
        raise
    root = ElementTree.fromstring(body)
    identifier = root.get("machineIdentifier", "").strip()
    if root.tag != "MediaContainer" or not identifier:
        raise failures.not_plex(url, "it does not say which server it is")
    return identifier

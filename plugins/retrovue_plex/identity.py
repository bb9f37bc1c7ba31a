"""Which server answers at an address: asked without the token, and so without plexapi."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit
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
        if failure.code == "unreachable" and _wants_tls(url):
            failure.code = "tls"
        raise
    root = ElementTree.fromstring(body)
    identifier = root.get("machineIdentifier", "").strip()
    if root.tag != "MediaContainer" or not identifier:
        raise failures.not_plex(url, "it does not say which server it is")
    return identifier


def _wants_tls(url: str) -> bool:
    """Whether an address of http:// is one of https://, told by a handshake; nothing else is
    sent."""
    parts = urlsplit(url)
    if parts.scheme != "http":
        return False
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        place = parts.hostname, parts.port or 80
        with socket.create_connection(place, 5) as plain, context.wrap_socket(plain):
            return True
    except (OSError, UnicodeError):
        return False

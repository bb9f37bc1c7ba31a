"""The importer's options, checked and in one shape; contacts nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from retrovue import ImporterError

DEFAULT_PORTS = {"http": 80, "https": 443}


class Settings(NamedTuple):
    """What a connection needs; `timeout` in seconds. Its text never shows the token."""

    base_url: str
    token: str
    timeout: float
    insecure: bool

    def __repr__(self) -> str:
        return f"Settings({self.base_url!r})"


def check(config: Mapping[str, Any]) -> Settings:
    """The settings of a configuration; ImporterError when nothing could be reached with them.

    An empty address or token is refused and not passed on: plexapi would look for others in its
    own configuration file.
    """
    return Settings(
        normalised(config.get("base_url")),
        _token(config.get("token")),
        seconds(config.get("timeout", 30)),
        bool(config.get("insecure")),
    )


def normalised(base_url: object) -> str:
    """The address in one spelling: lower-case scheme and host, no default port, no last slash.

    What is refused is not repeated in the message where it could hold a secret.
    """
    parts = _split(str(base_url or "").strip())
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in DEFAULT_PORTS or not host:
        raise ImporterError("--base-url must look like http://plex:32400 or https://plex:32400")
    port = _port(parts)
    host = f"[{host}]" if ":" in host else host
    port_text = "" if port in (None, DEFAULT_PORTS[scheme]) else f":{port}"
    return f"{scheme}://{host}{port_text}{parts.path.rstrip('/')}"


def seconds(timeout: object) -> float:
    """The time limit as a positive, finite number of seconds."""
    try:
        value = float(str(timeout))
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise ImporterError("--timeout must be a number of seconds above 0")
    return value


def _split(text: str) -> SplitResult:
    if not text.isprintable() or " " in text or "\\" in text:
        raise ImporterError("--base-url holds characters that no address has")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ImporterError("--base-url is not an address such as http://plex:32400") from None
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise ImporterError("--base-url must not hold a user name or password; use --token")
    if parts.query or parts.fragment:
        raise ImporterError("--base-url must end with the host, port or path; use --token")
    return parts


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ImporterError("--base-url must have a port from 1 to 65535, usually 32400")
    return port


def _token(value: object) -> str:
    token = str(value or "")
    if not token:
        says = "the Plex token is empty; give one with --token or PLEX_TOKEN"
        raise ImporterError(says, code="wrong_token")
    if not (token.isascii() and token.isprintable()) or " " in token:
        says = "the Plex token holds blanks or characters that no token has"
        raise ImporterError(says, code="wrong_token")
    return token

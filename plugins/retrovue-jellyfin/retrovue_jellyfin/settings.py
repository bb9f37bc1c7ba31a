"""The importer's options, checked; contacts nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx

from retrovue import ImporterError


class Settings(NamedTuple):
    """What a connection needs; `timeout` in seconds. Its text never shows the key."""

    base_url: str
    api_key: str
    timeout: float
    insecure: bool

    def __repr__(self) -> str:
        return f"Settings({self.base_url!r})"


def check(config: Mapping[str, Any]) -> Settings:
    """The settings of a configuration. Raises ImporterError where they reach nothing."""
    key = str(config.get("api_key") or "")
    if not key or not key.isascii() or not key.isalnum():
        says = "the API key is empty or holds characters that no key has: --api-key"
        raise ImporterError(says, code="wrong_token")
    timeout = float(config.get("timeout") or 0)
    if not (math.isfinite(timeout) and timeout > 0):
        raise ImporterError("--timeout must be a number of seconds above 0")
    return Settings(address(config), key, timeout, bool(config.get("insecure")))


def address(config: Mapping[str, Any]) -> str:
    """The server's address in one spelling: lower-case scheme and host, no default port, no slash
    at the end. What is refused is not repeated, for it could hold a secret."""
    try:
        url = httpx.URL(str(config.get("base_url") or "").strip())
    except (httpx.InvalidURL, ValueError):
        raise ImporterError("--base-url is not an address such as http://jellyfin:8096") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ImporterError(
            "--base-url must look like http://jellyfin:8096 or https://host/jellyfin"
        )
    if url.userinfo or url.query or url.fragment:
        raise ImporterError("--base-url must end with the host, port or path; use --api-key")
    return str(url).rstrip("/")

"""Keeping secrets out of foreign text (exceptions, bodies, strings of plugins)."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "***"

_known: set[str] = set()
_CREDENTIALS = re.compile(r"://[^/\s?#@]*@|[?&]x-plex-token=", re.IGNORECASE)


SHORTEST = 4
"""Characters of a secret that is taken out; the holes that a shorter one leaves would spell it."""


def remember(secrets: Iterable[str]) -> None:
    """From now on take these values out of whatever `scrub` is given."""
    for secret in secrets:
        if len(secret) >= SHORTEST:
            _known.update(_spellings(secret))


def _spellings(secret: str) -> tuple[str, ...]:
    from urllib.parse import quote, quote_plus

    escaped = secret.encode("unicode_escape").decode("ascii")
    return secret, quote(secret, safe=""), quote(secret), quote_plus(secret), escaped


def scrub(text: str) -> str:
    """Foreign text as it may be shown and stored: every remembered secret, however spelled,
    replaced by `***`, and what is not UTF-8 (a path of another encoding) escaped."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text.encode("utf-8", "backslashreplace").decode()


def lines(text: str) -> list[str]:
    """Foreign text, scrubbed, as the lines of it that are not empty."""
    return [line for line in scrub(text).splitlines() if line.strip()]


def told(error: BaseException) -> str:
    """A foreign exception in one line: its type and the first line of what it says."""
    try:
        said = lines(str(error))
    except Exception:  # whose own text cannot be had
        said = []
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__


def has_credentials(url: str) -> bool:
    """Whether a URL carries a user name, a password or a token."""
    return _CREDENTIALS.search(url) is not None

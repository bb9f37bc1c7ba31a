"""Keeping secrets out of foreign text (exceptions, bodies, strings of plugins)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrovue.spellings import Secret

MASK = "***"

_known: dict[str, Secret] = {}
# What services call a secret in an address.
_PARAMETER = r"[?&](?:api_?key|access_token|token|auth|password|x-[a-z0-9-]*token)="
_CREDENTIALS = re.compile(rf"://[^/\s?#@]*@|{_PARAMETER}", re.IGNORECASE)
_IN_ADDRESSES = re.compile(
    rf"""(?<=://)[^/\s?#@"'<>]+(?=@)|(?P<name>{_PARAMETER})[^&\s#"'<>]+""", re.IGNORECASE
)


def remember(secrets: Iterable[str]) -> None:
    """From now on take these values out of whatever `scrub` is given."""
    from retrovue.spellings import secrets_in

    found = {secret.value: secret for secret in secrets_in(list(secrets))}
    every = sorted((_known | found).items(), key=lambda item: (-len(item[0]), item[0]))
    _known.clear()
    _known.update(every)  # the longest first: one may be part of another


def scrub(text: str) -> str:
    """Foreign text as it may be shown and stored: every remembered secret, however spelled, and
    whatever stands in an address where secrets do, replaced by `***`; and what is not UTF-8 (a path
    of another encoding) escaped."""
    for secret in _known.values():
        text = secret.out_of_words(text, MASK)
    if "://" in text or "=" in text:
        text = _IN_ADDRESSES.sub(lambda found: f"{found['name'] or ''}{MASK}", text)
    return text.encode("utf-8", "backslashreplace").decode()


def knows_any() -> bool:
    """Whether there is anything to look for."""
    return bool(_known)


def holds(text: str) -> bool:
    """Whether a text to be stored holds a remembered secret, however spelled."""
    return any(secret.is_in(text) for secret in _known.values())


def tells(text: str) -> bool:
    """Whether it holds one that does not stand there by chance, as a short word might."""
    return any(secret.is_telling and secret.is_in(text) for secret in _known.values())


def masked(text: str) -> str:
    """The text as it may be stored, each remembered secret replaced by `***`."""
    for secret in _known.values():
        text = secret.out_of(text, MASK)
    return text


def lines(text: str) -> list[str]:
    """Foreign text, scrubbed, as the lines of it that are not empty."""
    return [line for line in scrub(text).splitlines() if line.strip()]


def describe_exception(error: BaseException) -> str:
    """A foreign exception in one line: its type and the first line of what it says."""
    try:
        said = lines(str(error))
    except Exception:  # whose own text cannot be had
        said = []
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__


def has_credentials(url: str) -> bool:
    """Whether a URL carries a user name, a password or a token."""
    return _CREDENTIALS.search(url) is not None

"""What tells whether a directory holds something else than at the last walk."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from retrovue_filesystem.directory import Directory

# A directory may change again within the tick of its clock, unseen; so young a time is not kept.
_SETTLED_NS = 2_000_000_000
_CHUNK = 10_000  # names that are summed at once


@cache
def _checksum() -> Callable[..., Any]:
    from hashlib import blake2b  # loads all of OpenSSL, which a quick walk can do without

    return blake2b


def of_directory(directory: Directory, now: int, mark: str) -> str:
    """The directory's modification time in nanoseconds, what it is read by (`mark`), and a checksum
    of its media files' names, sizes and times, with dots between. No time where it does not tell of
    all that is here: too young at `now` (nanoseconds), with folders of discs or subtitles or
    unkept ones. Empty for a directory with something to report, so that it is read, and reports
    it, each time."""
    if directory.asides:
        return ""
    settled = now - directory.changed_ns > _SETTLED_NS
    sure = settled and not (directory.discs or directory.subs or directory.unnamed)
    told = f"{directory.changed_ns:x}.{mark}." if sure else f".{mark}."
    if not directory.names:
        return told
    files, numbers = directory.names, directory.numbers
    digest = _checksum()(digest_size=8)
    for at in range(0, len(files), _CHUNK):
        text = "\0".join(files[at : at + _CHUNK])
        digest.update((b"\0" if at else b"") + text.encode("utf-8", "surrogateescape"))
    if directory.beside:
        told_beside = repr(sorted(map(tuple, directory.beside)))
        digest.update(told_beside.encode())
    digest.update(b"\0\0")
    digest.update(repr(numbers).encode() if isinstance(numbers, list) else numbers)
    return f"{told}{digest.hexdigest()}"

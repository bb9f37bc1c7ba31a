"""Tracks: artist, album, disc and number, after the folder forms music players agree on.

'Artist/Album (Year)/01 - Title', 'Artist - Album/1-02 Title', 'Album/CD2/03 Title', and
'01. Artist - Title' where a folder holds several artists.
"""

from __future__ import annotations

import re

from . import titles
from .folders import Folder
from .reading import Reading
from .titles import clean

_NUMBER = re.compile(
    r"^[(\[]?(?:([1-9])[-.]|d(\d)[ ._-]?t|([a-h])(?=\d))?(\d{1,3})[)\]]?(?=$|[\s._-])[\s._-]*", re.I
)
_OF_TOTAL = re.compile(
    r"^(?=(\d+)\D+(\d+))(?:\d{3}-\d{3}|\d{1,3}[\s._]?of[\s._]?\d{1,3})(?=[\s._-])[\s._-]*", re.I
)
_INNER = re.compile(r"^(.*?) - (?:([1-9])-)?(\d{1,3})(?: - |\. | )(?=\S)(.*)$")
SEVERAL = frozenset(
    (
        "various artists",
        "various",
        "va",
        "v.a.",
        "compilations",
        "compilation",
        "soundtracks",
        "ost",
    )
)


def read(stem: str, where: Folder) -> Reading:
    """Read a track's name; its folders tell artist, album and year."""
    disc, track, rest = _numbered(stem, where)
    artist, title = _performed(rest, where)
    no = None  # by position, which is much faster
    return Reading("track", title or clean(stem), no, no, no, no, no, artist, where.album, track,
                   disc or where.part, where.year)  # fmt: skip


def _numbered(stem: str, where: Folder) -> tuple[int | None, int | None, str]:
    """Take disc and track number off a name; 'Artist - Album - 03 - Title' has them inside."""
    total = _OF_TOTAL.match(stem)
    if total and int(total[1]) <= int(total[2]):
        return None, int(total[1]), stem[total.end() :]
    found = _NUMBER.match(stem)
    if found and found.end() < len(stem):
        side = found[3] and "abcdefgh".index(found[3].lower()) // 2 + 1
        disc = found[1] or found[2] or side
        return int(disc) if disc else None, int(found[4]), stem[found.end() :]
    inner = _INNER.match(stem)
    if inner and inner[4]:
        before = inner[1].partition(" - ")[0]
        own = (
            inner[4]
            if titles.key(before) == titles.key(where.artist or before)
            else f"{before} - {inner[4]}"
        )
        return int(inner[2]) if inner[2] else None, int(inner[3]), own
    if found:
        return None, int(found[4]), ""
    return None, None, stem


def _performed(rest: str, where: Folder) -> tuple[str | None, str]:
    """Tell 'Artist - Title' from a title with a dash, by the folder's artist."""
    first, joint, second = rest.partition(" - ")
    if not joint or not second.strip():
        return where.artist, clean(rest)
    if where.artist is None or where.artist.lower() in SEVERAL:
        return clean(first), clean(second)
    if titles.key(first) == titles.key(where.artist):
        return where.artist, clean(second)
    return where.artist, clean(rest)

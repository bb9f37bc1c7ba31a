"""Folders that hold a part of the item of the folder above them."""

from __future__ import annotations

import re

_DISC = re.compile(r"^(?:cd|dvd|disc|disk|disque|part|pt)[\s._-]*(\d{1,2})(?:\s*[-(:\[].*)?$", re.I)
_LONGEST = 100  # no disc folder has a longer name


IMAGES = frozenset(("video_ts", "bdmv", "hvdvd_ts"))
"""Folders of a DVD's or Blu-ray's own making, in lower case."""


def is_disc_folder(name: str) -> int | None:
    """Return which part of its parent's item a folder holds: 'CD1', 'Disc 2' -> number."""
    found = _DISC.match(name[:_LONGEST].strip())
    return int(found[1]) if found else None

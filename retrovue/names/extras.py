"""Extras and samples: what belongs to a movie or a show without being it.

Folder names and file endings are those of the guides of Plex ("Local Files for Trailers and
Extras") and Jellyfin ("Extras").
"""

from __future__ import annotations

import re

EXTRA_FOLDERS: dict[str, str] = {
    "behind the scenes": "behindthescenes",
    "deleted scenes": "deleted",
    "featurettes": "featurette",
    "featurette": "featurette",
    "interviews": "interview",
    "interview": "interview",
    "scenes": "scene",
    "shorts": "short",
    "trailers": "trailer",
    "trailer": "trailer",
    "clips": "clip",
    "samples": "sample",
    "sample": "sample",
    "other": "other",
    "extras": "other",
    "extra": "other",
    "bonus": "other",
    "bonus features": "other",
    "bonus material": "other",
    "special features": "other",
    "theme-music": "theme",
    "backdrops": "backdrop",
}
PLAINLY_EXTRAS = ("extras", "bonus", "bonus features", "bonus material", "special features")
"""Names of folders that leave no doubt, although what they hold is of any kind."""
GENERIC = ("other", "short", "clip", "scene", "interview", "sample")
"""Kinds whose folder names are ordinary words: they need an owner above them."""

_ENDINGS: dict[str, str] = {
    "trailer": "trailer",
    "teaser": "trailer",
    "sample": "sample",
    "scene": "scene",
    "clip": "clip",
    "interview": "interview",
    "behindthescenes": "behindthescenes",
    "deleted": "deleted",
    "deletedscene": "deleted",
    "featurette": "featurette",
    "short": "short",
    "other": "other",
    "extra": "other",
}
_WORDS = tuple(_ENDINGS)
_AFTER_ANY_JOINT = ("trailer", "sample")
_ENDING = re.compile(r"([-._ ])([a-z]+)(\d{0,2})$")
_LAST = frozenset(word[-4:] for word in _WORDS)
_DIGITS = frozenset("0123456789")


def folder_extra(name: str) -> str | None:
    """Return the kind of extra a folder of this name holds, else None."""
    return EXTRA_FOLDERS.get(name.strip().lower().replace("_", " "))


def ending(stem: str) -> tuple[str, str] | None:
    """Return the kind of extra a file's ending tells and the stem without it, else None."""
    if stem[-4:].lower() not in _LAST and stem[-1] not in _DIGITS:
        return None
    low = stem[-20:].lower()
    if not low.rstrip("0123456789").endswith(_WORDS):
        return None
    if low in ("trailer", "sample", "teaser"):
        return _ENDINGS[low], stem
    found = _ENDING.search(low)
    if found is None or found[2] not in _ENDINGS:
        return None
    if found[1] != "-" and (found[2] not in _AFTER_ANY_JOINT or (found[1] == " " and found[3])):
        return None
    return _ENDINGS[found[2]], stem[: len(stem) - len(low) + found.start()].rstrip(" -._")

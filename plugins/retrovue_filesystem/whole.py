"""Which folder is read as a whole: discs, extras and subtitles belong to the film above them."""

from __future__ import annotations

from retrovue.names.discs import IMAGES, is_disc_folder
from retrovue.names.extras import folder_extra
from retrovue_filesystem import beside

_DISC_LETTERS = frozenset("cCdDpPvVbBhHsS ")  # what the name of a disc folder can begin with


def is_disc(relative: str) -> bool:
    """Whether a folder, a path below its location that ends in a slash, holds a part of the work
    of the folder above it."""
    start = relative.rfind("/", 0, -1) + 1
    if relative[start : start + 1] not in _DISC_LETTERS:
        return False
    name = relative[start:-1]
    low = name.lower()
    if low in IMAGES or (low == "stream" and relative[:start].lower().endswith("bdmv/")):
        return True
    return is_disc_folder(name) is not None


def whole(relative: str, kind: str | None) -> str:
    """The folder, as a path below the location, that one is read with: itself, or the one that its
    files are parts, extras or subtitles of."""
    parts = relative.strip("/").split("/")
    for at, name in enumerate(parts):
        extra = at > 0 and folder_extra(name) is not None and kind not in ("music", "photo")
        if extra or name.lower() in beside.FOLDERS:
            parts = parts[:at]
            break
    while parts and kind != "music" and is_disc("".join(f"{part}/" for part in parts)):
        parts.pop()
    return "/".join(parts)

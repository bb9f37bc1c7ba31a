"""What a server knows of an item beyond the fields of an asset, as its `metadata`.

Only what is well-formed is taken, so that nothing odd keeps an item out. What the attributes mean
is described at https://developer.plex.tv/pms/ (Metadata); plays and position are of the account
whose token is used.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import isfinite
from typing import Any

from retrovue_plex.pages import Attributes

TEXT_MOST = 1000  # characters
SUMMARY_MOST = 20_000

_TEXTS = (
    ("contentRating", "content_rating"),
    ("studio", "studio"),
    ("originalTitle", "original_title"),
    ("titleSort", "sort_title"),
    ("grandparentRatingKey", "grandparent_rating_key"),
    ("parentRatingKey", "parent_rating_key"),
    ("absoluteIndex", "absolute_episode"),
)
_LISTS = {
    "Genre": "genres",
    "Director": "directors",
    "Writer": "writers",
    "Role": "cast",
    "Label": "labels",
}
_CHANGING = ("rating", "audienceRating", "contentRating", "studio", "viewCount", "lastViewedAt",
             "viewOffset", "summary")  # fmt: skip


def metadata(
    item: Attributes,
    tags: dict[str, list[str]],
    number: Callable[[str | None], int | None],
    time: Callable[[str | None], str | None],
) -> dict[str, Any]:
    """What there is, by the keys that `docs/importers.md` lists; `number` and `time` read numbers
    and seconds since 1970."""
    get = item.get
    found: dict[str, Any] = {}
    for name, ours in _TEXTS:
        if text := get(name):
            found[ours] = text[:TEXT_MOST]
    if text := get("summary"):
        found["summary"] = text[:SUMMARY_MOST]
    readers: tuple[tuple[str, str, Callable[[str], Any]], ...] = (
        ("rating", "rating", _rating),
        ("audienceRating", "audience_rating", _rating),
        ("viewCount", "play_count", number),
        ("viewOffset", "position_ms", number),
        ("addedAt", "added_at", time),
        ("lastViewedAt", "last_played_at", time),
    )
    for name, ours, read in readers:
        if name in item and (value := read(item[name])) is not None:
            found[ours] = value
    for kind, names in tags.items():
        found[_LISTS[kind]] = names
    return found


def changing(item: Attributes, tags: dict[str, list[str]]) -> str:
    """What tells of a change that a server's `updatedAt` does not; empty where there is nothing."""
    said = [f"{name}={item[name]}" for name in _CHANGING if item.get(name)]
    for kind, names in tags.items():
        said.append(kind)
        said += names
    return "\0".join(said)


@lru_cache(maxsize=4096)
def _rating(text: str) -> float | None:
    """A number of 0 to 10, else None."""
    try:
        rating = float(text)
    except ValueError:
        return None
    return rating if isfinite(rating) and 0 <= rating <= 10 else None

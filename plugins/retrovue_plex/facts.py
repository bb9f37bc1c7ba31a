"""What a server knows of an item beyond the fields of an asset, as its `metadata`.

Only what is well-formed is taken, so that nothing odd keeps an item out. What the attributes mean
is described at https://developer.plex.tv/pms/ (Metadata); plays and position are of the account
whose token is used.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

from retrovue_plex.pages import Attributes

NAMES_MOST = 100  # of a list
TEXT_MOST = 20_000  # characters

_TEXTS = {
    "contentRating": "content_rating",
    "studio": "studio",
    "originalTitle": "original_title",
    "titleSort": "sort_title",
    "grandparentRatingKey": "grandparent_rating_key",
    "parentRatingKey": "parent_rating_key",
    "absoluteIndex": "absolute_episode",
    "summary": "summary",
}
_LISTS = {
    "Genre": "genres",
    "Director": "directors",
    "Writer": "writers",
    "Role": "cast",
    "Label": "labels",
}
_CHANGING = ("rating", "audienceRating", "contentRating", "studio", "viewCount", "lastViewedAt",
             "viewOffset")  # fmt: skip


def metadata(
    item: Attributes,
    tags: list[tuple[str, str]],
    number: Callable[[str | None], int | None],
    time: Callable[[str | None], str | None],
) -> dict[str, Any]:
    """What there is, by the keys that `docs/importers.md` lists; `number` and `time` read numbers
    and seconds since 1970."""
    get = item.get
    found: dict[str, Any] = {ours: item[name][:TEXT_MOST] for name, ours in _TEXTS.items()
                             if name in item}  # fmt: skip
    if not found.get("summary", " "):
        del found["summary"]
    for name, ours in (("rating", "rating"), ("audienceRating", "audience_rating")):
        if name in item:
            found[ours] = _rating(item[name])
    for name, ours in (("viewCount", "play_count"), ("viewOffset", "position_ms")):
        if name in item:
            found[ours] = number(item[name])
    for name, ours in (("addedAt", "added_at"), ("lastViewedAt", "last_played_at")):
        if name in item:
            found[ours] = time(get(name))
    for tag, name in tags:
        names = found.setdefault(_LISTS[tag], [])
        if name and len(names) < NAMES_MOST:
            names.append(name[:TEXT_MOST])
    return {name: value for name, value in found.items() if value is not None and value != []}


def changing(item: Attributes, tags: list[tuple[str, str]]) -> str:
    """What tells of a change that a server's `updatedAt` does not; empty where there is nothing."""
    said = [f"{name}={item[name]}" for name in _CHANGING if name in item]
    return "\0".join([*said, *(f"{tag}={name}" for tag, name in tags)])


def _rating(text: str) -> float | None:
    try:
        rating = float(text)
    except ValueError:
        return None
    return rating if isfinite(rating) and 0 <= rating <= 10 else None

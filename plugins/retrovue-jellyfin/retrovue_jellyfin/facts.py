"""What the server knows of an item beyond the fields of an asset, as its `metadata`.

Only what is well-formed is taken. Plays and position are of the user whose token is used; a key of
the server itself has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

NAMES_MOST = 100  # of a list
TEXT_MOST = 20_000  # characters
TICKS = 10_000
"""Ticks of a millisecond: https://learn.microsoft.com/dotnet/api/system.timespan.ticks"""

_TIME = re.compile(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d")

Json = Mapping[str, Any]


def metadata(item: Json, added_at: str | None) -> dict[str, Any]:
    """What there is, by the keys that retrovue's `docs/importers.md` lists."""
    people = item.get("People")
    cast = [each for each in people if isinstance(each, dict)] if isinstance(people, list) else []
    played = _user_data(item)
    position = _number(played.get("PlaybackPositionTicks"), 2**62)
    told = {
        "content_rating": _text(item.get("OfficialRating")),
        "original_title": _text(item.get("OriginalTitle")),
        "studio": next(iter(_named(item.get("Studios")) or ()), None),
        "genres": _names(item.get("Genres")),
        "labels": _names(item.get("Tags")),
        "directors": _of(cast, "Director"),
        "writers": _of(cast, "Writer"),
        "cast": _of(cast, "Actor", "GuestStar"),
        "summary": _text(item.get("Overview")),
        "rating": _rating(item.get("CriticRating"), 10),
        "audience_rating": _rating(item.get("CommunityRating"), 1),
        "added_at": added_at,
        "play_count": _number(played.get("PlayCount")) or None,
        "last_played_at": _time(played.get("LastPlayedDate")),
        "position_ms": position // TICKS if position else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def changing(item: Json) -> str:
    """What of the user's plays tells of a change; empty where nothing was played."""
    played = _user_data(item)
    names = ("PlayCount", "LastPlayedDate", "PlaybackPositionTicks")
    return "\0".join(f"{name}={played[name]}" for name in names if played.get(name))


def _user_data(item: Json) -> Json:
    found = item.get("UserData")
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str | None:
    return value[:TEXT_MOST] if isinstance(value, str) and value else None


def _names(value: Any) -> list[str] | None:
    given = value if isinstance(value, list) else ()
    names = [name for name in map(_text, given) if name is not None][:NAMES_MOST]
    return names or None


def _named(value: Any) -> list[str] | None:
    given = value if isinstance(value, list) else ()
    return _names([each.get("Name") for each in given if isinstance(each, dict)])


def _of(people: Iterable[Json], *types: str) -> list[str] | None:
    return _names([each.get("Name") for each in people if each.get("Type") in types])


def _number(value: Any, most: int = 2**53 - 1) -> int | None:
    return value if type(value) is int and 0 <= value <= most else None


def _rating(value: Any, scale: int) -> float | None:
    """A rating of 0 to 10, from one of 0 to 10 times `scale`."""
    if type(value) not in (int, float) or not isfinite(value) or not 0 <= value <= 10 * scale:
        return None
    return round(float(value) / scale, 2)


def _time(value: Any) -> str | None:
    return f"{value[:19]}Z" if isinstance(value, str) and _TIME.match(value) else None

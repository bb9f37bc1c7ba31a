"""What the server knows of an item beyond the fields of an asset, as its `metadata`.

Only what is well-formed is taken. Plays and position are of the user whose token is used; a key of
the server itself has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

NAMES_MOST = 100  # of a list
NAME_MOST = 200  # characters
TEXT_MOST = 1000
SUMMARY_MOST = 20_000
TICKS = 10_000
"""Ticks of a millisecond: https://learn.microsoft.com/dotnet/api/system.timespan.ticks"""

_SCALES = (("CriticRating", "rating", 10), ("CommunityRating", "audience_rating", 1))
_PLAYS = ("PlayCount", "LastPlayedDate", "PlaybackPositionTicks")
_MARKED = ("Overview", "People", "Tags")
"""What an etag tells of; that there is some is told by the fingerprint too."""

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
        "summary": _text(item.get("Overview"), SUMMARY_MOST),
        **{ours: _rating(item.get(name), scale) for name, ours, scale in _SCALES},
        "added_at": added_at,
        "play_count": _number(played.get("PlayCount")) or None,
        "last_played_at": time(played.get("LastPlayedDate")),
        "position_ms": position // TICKS if position else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def changing(item: Json) -> str:
    """What tells of a change that an etag may not: plays and ratings, and whether there is a
    summary and the like; empty where there is nothing."""
    played = _user_data(item)
    said = [f"{name}={_plain(played.get(name))}" for name in _PLAYS]
    said += [f"{name}={_plain(item.get(name))}" for name, _, _ in _SCALES]
    said = [each for each in said if not each.endswith("=")]
    return "\0".join([*said, *(name for name in _MARKED if item.get(name))])


def time(value: Any) -> str | None:
    """A time of the server, which is in UTC where it says nothing else, else None."""
    if not isinstance(value, str) or not value.startswith(("1", "2")) or "T" not in value:
        return None
    try:
        at = datetime.fromisoformat(value)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{at.isoformat()[:19]}Z"


def _plain(value: Any) -> str:
    """A number or text as it stands, '' for nothing, zero, and whatever holds others."""
    if type(value) is int:
        return hex(value) if value else ""
    return str(value) if isinstance(value, str | float) and value else ""


def _user_data(item: Json) -> Json:
    found = item.get("UserData")
    return found if isinstance(found, dict) else {}


def _text(value: Any, most: int = TEXT_MOST) -> str | None:
    """A text that a catalogue can hold, cut to so many characters, else None."""
    if not isinstance(value, str) or not value or "\0" in value:
        return None
    text = value[:most]
    try:
        text.encode()
    except UnicodeEncodeError:
        return None
    return text


def _names(value: Any) -> list[str] | None:
    given = value if isinstance(value, list) else ()
    names = [name for each in given if (name := _text(each, NAME_MOST)) is not None]
    return names[:NAMES_MOST] or None


def _named(value: Any) -> list[str] | None:
    given = value if isinstance(value, list) else ()
    return _names([each.get("Name") for each in given if isinstance(each, dict)])


def _of(people: Iterable[Json], *types: str) -> list[str] | None:
    return _names([each.get("Name") for each in people if each.get("Type") in types])


def _number(value: Any, most: int = 2**53 - 1) -> int | None:
    return value if type(value) is int and 0 <= value <= most else None


def _rating(value: Any, scale: int) -> float | None:
    """A rating of 0 to 10, from one of 0 to 10 times `scale`."""
    if type(value) not in (int, float) or not 0 <= value <= 10 * scale:  # which no NaN is
        return None
    return round(float(value) / scale, 2)

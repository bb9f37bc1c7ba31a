"""What the columns of assets and files can hold, beyond their types.

Rows are checked a batch at a time and by column, so that what is in order costs little; only a
column with a fault is gone through value by value.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

TEXT = 10_000  # characters
PATH = 32_768
JSON = 1_000_000
DEEPEST = 100  # arrays and objects within each other
WHOLE = 2**53 - 1  # what every language that reads the file can count to
LAST_YEAR = 9999

Row = Sequence[Any]
Check = Callable[[Sequence[Any]], bool]  # whether all of some values are in order; none is None

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(_DATE.pattern + r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_HUGE = re.compile(r"[0-9]{300}")
_dates: set[str] = set()  # that were checked already


def _text(most: int) -> Check:
    def check(values: Sequence[Any]) -> bool:
        joined = "".join(values)
        return "\0" not in joined and (len(joined) <= most or max(map(len, values)) <= most)

    return check


def _whole(most: int = WHOLE, least: int = 0) -> Check:
    def check(values: Sequence[Any]) -> bool:
        return bool(least <= min(values) and max(values) <= most)

    return check


def _json(values: Sequence[Any]) -> bool:
    unlike = [value for value in set(values) if len(value) > 2]
    return all(len(value) <= JSON and not _NUL.search(value) for value in unlike)


def _days(values: Iterable[str]) -> bool:
    return all(value in _dates or _is_date(value) for value in set(values))


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    if len(_dates) < 100_000:
        _dates.add(text)
    return True


def _instants(values: Sequence[str]) -> bool:
    return all(map(_INSTANT.fullmatch, values)) and _days([value[:10] for value in values])


_SHORT = _text(TEXT), f"holds a NUL character, or more than {TEXT:,} characters"
_LONG = _text(PATH), f"holds a NUL character, or more than {PATH:,} characters"
_JSON = _json, f"holds a NUL character, or more than {JSON:,} characters"
_COUNT = _whole(), f"is not between 0 and {WHOLE}"
_FROM_ONE = _whole(least=1), f"is not between 1 and {WHOLE}"
_YEAR = _whole(LAST_YEAR), f"is not between 0 and {LAST_YEAR}"
_DAY = _days, "is no date as in 2001-12-31"
_INSTANT_FORM = _instants, "is no time in UTC as in 2001-12-31T23:59:59Z"

_ASSET: Mapping[str, tuple[Check, str]] = {
    "external_id": _LONG, "title": _SHORT, "fingerprint": _LONG, "series": _SHORT,
    "season": _COUNT, "episode": _COUNT, "episode_end": _COUNT, "artist": _SHORT, "album": _SHORT,
    "track": _COUNT, "year": _YEAR, "released_on": _DAY, "duration_ms": _COUNT, "edition": _SHORT,
    "guids": _JSON, "metadata": _JSON,
}  # fmt: skip
_FILE: Mapping[str, tuple[Check, str]] = {
    "path": _LONG, "version": _FROM_ONE, "part": _FROM_ONE, "size_bytes": _COUNT,
    "modified_at": _INSTANT_FORM, "duration_ms": _COUNT, "container": _SHORT,
    "video_codec": _SHORT, "audio_codec": _SHORT, "width": _COUNT, "height": _COUNT,
}  # fmt: skip
_ASSET_ROW = (
    "", "", "", "", "external_id", "kind", "title", "fingerprint", "series", "season", "episode",
    "episode_end", "artist", "album", "track", "year", "released_on", "duration_ms", "edition",
    "guids", "metadata",
)  # fmt: skip
_FILE_ROW = (
    "", "", "path", "version", "part", "size_bytes", "modified_at", "duration_ms", "container",
    "video_codec", "audio_codec", "width", "height",
)  # fmt: skip


def faults(assets: Sequence[Row], files: Sequence[Row]) -> dict[int, str]:
    """Of rows that begin with the number of their asset, what is wrong with one, by that number."""
    return _faults(files, _FILE_ROW, _FILE) | _faults(assets, _ASSET_ROW, _ASSET)


def _faults(
    rows: Sequence[Row], names: Sequence[str], forms: Mapping[str, tuple[Check, str]]
) -> dict[int, str]:
    found: dict[int, str] = {}
    for at, (name, column) in enumerate(zip(names, zip(*rows, strict=True), strict=False)):
        if name not in forms:
            continue
        check, says = forms[name]
        given = [value for value in column if value is not None]
        if given and not check(given):
            for row in rows:
                if row[at] is not None and not check((row[at],)):
                    found.setdefault(row[0], f"its {name} {says}")
    return found


def require_readable(value: Any, text: str) -> None:
    """Raise ValueError where what became this JSON text is nested too deep, or has a number that
    others read as infinite."""
    if text.count("[") + text.count("{") <= DEEPEST and not _HUGE.search(text):
        return
    level = [value]
    for _ in range(DEEPEST):
        inner = [one for outer in level for one in _within(outer)]
        if any(type(one) is int and abs(one) > sys.float_info.max for one in inner):
            raise ValueError("a number is too large")
        level = [one for one in inner if isinstance(one, dict | list | tuple)]
        if not level:
            return
    raise ValueError(f"nested more than {DEEPEST} deep")


def _within(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value

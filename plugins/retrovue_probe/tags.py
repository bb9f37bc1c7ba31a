"""What music is tagged with, by the names that FFmpeg gives tags of every kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_TEXTS = {"title": ("title",), "artist": ("artist", "album_artist"), "album": ("album",)}
_NUMBERS = {
    "track": ("track", "tracknumber"),
    "disc": ("disc", "discnumber"),
    "year": ("date", "year", "originaldate", "creation_time"),
}
_NUMBER = re.compile(r"\s*([0-9]{1,9})")
_YEAR = re.compile(r"\s*([0-9]{4})(?![0-9])")


def of(*said: Mapping[str, str]) -> dict[str, Any]:
    """The fields of an asset in the tags of a container and, where it has none, of its streams
    (Ogg)."""
    every: dict[str, str] = {}
    for tags in said:
        for name, value in tags.items():
            every.setdefault(name.lower().replace(" ", "_"), value)
    found: dict[str, Any] = {}
    for field, names in _TEXTS.items():
        texts = (_text(every[name]) for name in names if name in every)
        found[field] = next((text for text in texts if text), None)
    for field, names in _NUMBERS.items():
        pattern = _YEAR if field == "year" else _NUMBER
        matches = (pattern.match(every[name]) for name in names if name in every)
        found[field] = next((int(match[1]) for match in matches if match and int(match[1])), None)
    return {field: value for field, value in found.items() if value is not None}


def _text(value: str) -> str:
    """Tags that are no UTF-8 are read as old players write them."""
    try:
        value.encode()
    except UnicodeEncodeError:
        value = value.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return value.strip()

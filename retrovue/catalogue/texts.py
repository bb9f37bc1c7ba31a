"""Texts as the file has them, whoever wrote them: what cannot be read hides nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from math import isfinite
from typing import Any

DEPTH_MOST = 100  # arrays and objects within each other


def lenient(value: bytes) -> str:
    """A text of the file; bytes that are not UTF-8 become U+FFFD."""
    return value.decode("utf-8", "replace")


def is_utf8(value: bytes) -> bool:
    """Whether the text can be stored as UTF-8."""
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_undecodable(error: sqlite3.Error) -> bool:
    """Whether a row could not be fetched because a text of it is not UTF-8."""
    return str(error).startswith("Could not decode to UTF-8")


def read_object(text: str) -> dict[str, Any]:
    """What a column of JSON objects holds; what is none, or cannot be read, comes as
    `{"unreadable": ...}`."""
    found = parsed(text)
    if isinstance(found, dict):
        return found
    return {"unreadable": text if found is UNREADABLE else found}


def read_texts(text: str) -> list[str]:
    """What a column of a JSON array of texts holds; what is no text comes as the JSON it is."""
    import json

    found = parsed(text)
    items = found if isinstance(found, list) else [text if found is UNREADABLE else found]
    return [each if isinstance(each, str) else json.dumps(each) for each in items]


UNREADABLE = object()


def parsed(text: str) -> Any:
    """JSON with numbers that are not finite, or are very long, as texts; UNREADABLE for what is
    nested too deep, or no JSON."""
    import json

    try:
        found = json.loads(text, parse_float=_float, parse_int=_int, parse_constant=str)
    except (ValueError, RecursionError):
        return UNREADABLE
    if text.count("[") + text.count("{") > DEPTH_MOST and _depth(found) > DEPTH_MOST:
        return UNREADABLE
    return _whole(found) if "\\u" in text else found


def _float(text: str) -> float | str:
    return float(text) if isfinite(float(text)) else text


def _int(text: str) -> int | str:
    return int(text) if len(text) < 300 else text


def _depth(value: Any) -> int:
    """How many arrays and objects lie within each other."""
    depth, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [part for each in level for part in _parts(each)]
    return depth


def _parts(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _whole(value: Any) -> Any:
    """JSON without halves of surrogate pairs, which no text can hold."""
    import json

    text = json.dumps(value, ensure_ascii=False)
    return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))

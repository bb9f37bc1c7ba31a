"""Parts of JSON Schemas, each as a function of what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]
Members = Mapping[str, Schema]


def text(says: str = "") -> Schema:
    """Any text."""
    return _said({"type": "string"}, says)


def whole(says: str, least: int = 0, most: int | None = None) -> Schema:
    """A whole number, from 0 unless told otherwise."""
    bounds = {"minimum": least} if most is None else {"minimum": least, "maximum": most}
    return _said({"type": "integer", **bounds}, says)


def number(says: str) -> Schema:
    """A number of any kind, not below 0."""
    return _said({"type": "number", "minimum": 0}, says)


def flag(says: str) -> Schema:
    """True or false."""
    return _said({"type": "boolean"}, says)


def true(says: str) -> Schema:
    """A member that is true where it is there."""
    return _said({"const": True}, says)


def time(says: str) -> Schema:
    """A time, as ISO-8601 has it, in UTC."""
    return _said({"type": "string", "format": "date-time"}, f"{says}; a time in UTC")


def date(says: str) -> Schema:
    """A day, YYYY-MM-DD."""
    return _said({"type": "string", "format": "date"}, says)


def word(says: str, known: Iterable[str]) -> Schema:
    """One of the words that there are by now; later versions may have more, so that these are
    examples."""
    pattern = "^[a-z]+(_[a-z]+)*$"
    return _said({"type": "string", "pattern": pattern, "examples": [*known]}, says)


def rows(of: Schema, says: str) -> Schema:
    """An array."""
    return _said({"type": "array", "items": of}, says)


def texts(says: str) -> Schema:
    """An array of texts."""
    return rows(text(), says)


def by_name(of: Schema, says: str) -> Schema:
    """An object whose names are data."""
    return _said({"type": "object", "additionalProperties": of}, says)


def record(always: Members, sometimes: Members | None = None, says: str = "") -> Schema:
    """An object with members that it always has, and such that it has at times."""
    members = {**always, **(sometimes or {})}
    found: Schema = {"type": "object", "properties": members}
    if always:
        found["required"] = [*always]
    return _said(found, says)


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    if isinstance(schema.get("type"), list):
        return schema
    if "type" in schema:
        return {**schema, "type": [schema["type"], "null"]}
    rest = {name: value for name, value in schema.items() if name != "description"}
    return _said({"anyOf": [rest, {"type": "null"}]}, schema.get("description", ""))


def ref(noun: str, says: str = "") -> Schema:
    """What is described under this name in `$defs`."""
    return _said({"$ref": f"#/$defs/{noun}"}, says)


def _said(schema: Schema, says: str) -> Schema:
    return {"description": says, **schema} if says else schema

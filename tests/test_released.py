"""Within a major version the schemas of what is printed only grow."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from support import released


def test_the_schemas_keep_what_the_last_release_promised() -> None:
    assert released.breaches(released.last(), released.now()) == []


# -- the comparison itself -------------------------------------------------------------------------

_FILM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "description": "its title"},
        "year": {"type": ["integer", "null"], "minimum": 0},
        "kind": {"type": "string", "pattern": "^[a-z]+$", "examples": ["movie", "extra"]},
        "marks": {"anyOf": [{"type": "object", "properties": {"seen": {}}}, {"type": "null"}]},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
    "required": ["title", "year"],
}
_LISTED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "status": {"enum": ["success", "error"]},
        "films": {"type": "array", "items": {"$ref": "#/$defs/film"}},
        "count": {"type": "integer"},
    },
    "required": ["status"],
    "else": {"anyOf": [{"required": ["films"]}, {"required": ["count"]}]},
}
_RELEASED = {"version": "1.4.0", "$defs": {"film": _FILM}, "schemas": {"list": _LISTED}}


def _changed(path: str, value: Any) -> dict[str, Any]:
    """The schemas with another value at a path, or none (None) there."""
    after = copy.deepcopy(_RELEASED)
    *above, name = path.split("/")
    part: Any = after
    for step in above:
        part = part[step]
    if value is None:
        del part[name]
    else:
        part[name] = value
    return after


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", "1.5.0"),
        ("schemas/add", {"type": "object"}),
        ("schemas/list/properties/more", {"type": "string"}),
        ("schemas/list/required", ["status", "films"]),
        ("schemas/list/title", "All films"),
        ("schemas/list/else", {"anyOf": [{"required": ["films", "count"]},
                                         {"required": ["count", "status"]},
                                         {"required": ["more"]}]}),
        ("$defs/film/properties/edition", {"type": ["string", "null"]}),
        ("$defs/film/properties/title/description", "how it is called"),
        ("$defs/film/properties/kind/examples", ["movie", "extra", "video"]),
        ("$defs/film/required", ["year", "title", "kind"]),
    ],
)  # fmt: skip
def test_a_schema_may_grow(path: str, value: Any) -> None:
    assert released.breaches(_RELEASED, _changed(path, value)) == []


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("schemas/list", None, "list: is gone"),
        ("schemas/list/properties/count", None, "list.count: is gone"),
        ("schemas/list/properties/status/enum", ["success"],
         'list.status: enum was ["success", "error"], is ["success"]'),
        ("schemas/list/properties/status/enum", ["success", "error", "partial"],
         'list.status: enum was ["success", "error"], is ["success", "error", "partial"]'),
        ("schemas/list/properties/count/minimum", 1, "list.count: minimum was null, is 1"),
        ("schemas/list/additionalProperties", False,
         "list: additionalProperties was null, is false"),
        ("schemas/list/required", None, "list: required lacks status"),
        ("schemas/list/else", {"anyOf": [{"required": ["films"]}]},
         "list: no success has all of count"),
        ("schemas/list/else", {"anyOf": [{"required": ["films"]}, {"required": ["count"]},
                                         {"required": []}]},
         "list: a success may have no more than "),
        ("schemas/list/properties/films/items", {"type": "string"}, None),
        ("$defs/film/properties/title", None, "list.films[].title: is gone"),
        ("$defs/film/properties/title/type", ["string", "null"],
         'list.films[].title: type was "string", is ["string", "null"]'),
        ("$defs/film/properties/year/type", "integer",
         'list.films[].year: type was ["integer", "null"], is "integer"'),
        ("$defs/film/properties/kind/pattern", "^[a-z_]+$",
         'list.films[].kind: pattern was "^[a-z]+$", is "^[a-z_]+$"'),
        ("$defs/film/properties/kind/examples", ["movie"],
         "list.films[].kind: examples lacks extra"),
        ("$defs/film/required", ["title"], "list.films[]: required lacks year"),
        ("$defs/film/properties/marks/anyOf", [{"type": "object", "properties": {}},
                                               {"type": "null"}],
         "list.films[].marks.seen: is gone"),
        ("$defs/film/properties/marks/anyOf", [{"type": "null"}], None),
        ("$defs/film/properties/counts/additionalProperties", {"type": "string"},
         'list.films[].counts: type was "integer", is "string"'),
    ],
)  # fmt: skip
def test_a_schema_takes_nothing_back(path: str, value: Any, says: str | None) -> None:
    found = released.breaches(_RELEASED, _changed(path, value))
    if says is None:
        assert found != []
    else:
        assert says in found


def test_another_major_version_promises_anew() -> None:
    anew = {**_changed("$defs/film/properties/title", None), "version": "2.0.0"}
    assert released.breaches(_RELEASED, anew) == []

"""The schemas of the last release, and what a later version must not do to them.

    PYTHONPATH=tests python -m support.released

writes down those of this version: a step of a release.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import retrovue
from retrovue import schemas

FILE = Path(__file__).parent / "released" / "schemas.json"
_TOLD = frozenset(("$schema", "title", "description"))  # may be said otherwise
_LONGER = frozenset(("required", "examples"))
_WITHIN = frozenset(("items", "additionalProperties", "if", "then"))
_MORE = frozenset(("properties", "else", *_LONGER))  # may be there where nothing was


def now() -> dict[str, Any]:
    """The schemas of this version, each noun once."""
    every = {name: schemas.of(name) for name in schemas.names()}
    bare = {name: {**schema, "$defs": {}} for name, schema in every.items()}
    return {"version": retrovue.__version__, "$defs": schemas.NOUNS, "schemas": bare}


def last() -> dict[str, Any]:
    """The schemas of the last release."""
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found


def _promised(part: Any, *, named: bool = False) -> Any:
    """A part of a schema without what may be said otherwise; the names of members are no words of
    the schema."""
    if isinstance(part, list):
        return [_promised(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    return {
        name: _promised(inner, named=not named and name in ("properties", "$defs"))
        for name, inner in part.items()
        if named or name not in _TOLD
    }


def _write() -> None:
    """Write those of this version into the file, one a line."""
    every = now()
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("w", encoding="utf-8") as file:
        file.write(f'{{\n"version": "{every["version"]}",\n')
        for word, end in (("$defs", ","), ("schemas", "")):
            told = _promised(every[word], named=True)
            lines = ",\n".join(f'"{name}": {json.dumps(each)}' for name, each in told.items())
            file.write(f'"{word}": {{\n{lines}\n}}{end}\n')
        file.write("}\n")


def breaches(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """How the schemas of a version break what those of an earlier one promised, a line each;
    another major version promises anew."""
    if _major(before) != _major(after):
        return []
    found = [f"{name}: is gone" for name in before["schemas"] if name not in after["schemas"]]
    for name, old in before["schemas"].items():
        if name in after["schemas"]:
            new = after["schemas"][name]
            found += _broken(_whole(old, before["$defs"]), _whole(new, after["$defs"]), name)
    return found


def _major(of: dict[str, Any]) -> str:
    return str(of["version"]).partition(".")[0]


def _whole(part: Any, nouns: dict[str, Any]) -> Any:
    """A part of a schema with the nouns that it refers to in their place."""
    if isinstance(part, list):
        return [_whole(inner, nouns) for inner in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _whole(nouns[part["$ref"].removeprefix("#/$defs/")], nouns)
    return {name: _whole(inner, nouns) for name, inner in part.items() if name != "$defs"}


def _broken(old: Any, new: Any, path: str) -> Iterator[str]:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        if old != new:
            yield f"{path}: was {json.dumps(old)}, is {json.dumps(new)}"
        return
    for word in sorted((old.keys() | new.keys()) - _TOLD):
        if word in old or word not in _MORE:
            yield from _broken_word(word, old.get(word), new.get(word), path)


def _broken_word(word: str, old: Any, new: Any, path: str) -> Iterator[str]:
    if word == "properties":
        for name, part in old.items():
            yield from _broken_member(part, (new or {}).get(name), f"{path}.{name}")
    elif word in _LONGER:
        lacking = [each for each in old if each not in (new or [])]
        if lacking:
            yield f"{path}: {word} lacks {', '.join(map(str, lacking))}"
    elif word == "else":
        yield from _less_required(old, new or {}, path)
    elif word in _WITHIN and old is not None:
        yield from _broken(old, new, f"{path}[]" if word == "items" else path)
    elif word == "anyOf" and old and new and len(old) == len(new):
        for was, now in zip(old, new, strict=True):
            yield from _broken(was, now, path)
    elif old != new:
        yield f"{path}: {word} was {json.dumps(old)}, is {json.dumps(new)}"


def _broken_member(old: Any, new: Any, path: str) -> Iterator[str]:
    return iter([f"{path}: is gone"]) if new is None else _broken(old, new, path)


def _less_required(old: dict[str, Any], new: dict[str, Any], path: str) -> Iterator[str]:
    """What success no longer has. Something new to ask for may have an output of its own, but none
    that is an old one with less."""
    before, after = _alternatives(old), _alternatives(new)
    for names in before:
        if not any(names <= others for others in after):
            yield f"{path}: no success has all of {', '.join(sorted(names))}"
    for names in after:
        if any(names < others for others in before):
            yield f"{path}: a success may have no more than {', '.join(sorted(names))}"


def _alternatives(of: dict[str, Any]) -> list[set[str]]:
    return [{*each["required"]} for each in of.get("anyOf", [of]) if "required" in each]


if __name__ == "__main__":
    _write()

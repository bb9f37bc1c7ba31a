"""JSON Schemas of what is printed for programs: with --json by each command, and on stderr.

shapes.py     parts of a schema, as functions
nouns.py      source, collection, ingest result, error, each described once; assets.py media
output.py     what commands have in common: status, error, dry_run, cancelled
sources.py    what each command on sources prints; catalogue.py, program.py the others

Within a major version a schema only grows. Only `retrovue schema` imports this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from retrovue.schemas import catalogue, program, sources
from retrovue.schemas.nouns import NOUNS
from retrovue.schemas.output import schema
from retrovue.schemas.shapes import Schema

OUTPUTS = {**sources.OUTPUTS, **catalogue.OUTPUTS, **program.OUTPUTS}
LINES = program.LINES


def names() -> dict[str, str]:
    """What has a schema, and what it describes: commands as they are typed, and lines."""
    says = {name: output.says for name, output in OUTPUTS.items()}
    return {**says, **{name: line["description"] for name, line in LINES.items()}}


def of(name: str) -> Schema:
    """The schema under a name of `names`, with all that it refers to. Raises KeyError."""
    found = LINES[name] if name in LINES else schema(name, OUTPUTS[name])
    needed: dict[str, Schema] = {}
    _gather(found, needed)
    return {**found, "$defs": needed} if needed else found


def _gather(part: Any, needed: dict[str, Schema]) -> None:
    """Take in the nouns that a part of a schema refers to, and what those refer to."""
    for noun in _referred(part):
        if noun not in needed:
            needed[noun] = NOUNS[noun]
            _gather(NOUNS[noun], needed)


def _referred(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if "$ref" in part:
            yield part["$ref"].removeprefix("#/$defs/")
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _referred(inner)

"""Whether what a command printed is what its schema says; and not a property more.

A schema that is published is open, so that it accepts the output of later versions. Here it is
closed: a property that it does not name, and a word that it does not list, is a failure.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from retrovue import schemas
from retrovue.cli.commands import COMMANDS
from retrovue.cli.main import _wants_json

_TAKE_A_VALUE = ("--db", "--no-plugin", "--progress")  # options before the noun
_FORMATS = {
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
}
_END = 100  # rows
_FORMS = FormatChecker(())
for _name, _pattern in _FORMATS.items():
    _FORMS.checks(_name)(
        lambda value, of=_pattern: not isinstance(value, str) or bool(of.fullmatch(value))
    )


def closed(schema: Any) -> Any:
    """The same schema, whose objects have no other members and whose words are all there are."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {
        name: part if name in ("if", "then", "else") else closed(part)
        for name, part in schema.items()
    }
    if schema.get("type") == "object" and "properties" in schema:
        found.setdefault("additionalProperties", False)
    if "pattern" in schema and "examples" in schema:
        nothing = [None] if "null" in schema["type"] else []
        found["enum"] = [*schema["examples"], *nothing]
    return found


@functools.cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(closed(schemas.of(name)), format_checker=_FORMS)


def command_of(words: Sequence[str]) -> str | None:
    """The command that is typed, None where there is none of ours."""
    rest = [*words]
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] in _TAKE_A_VALUE else rest[1:]
    noun, *others = rest or [""]
    if noun not in COMMANDS:
        return None
    longer = f"{noun} {others[0]}" if others else noun
    return next((name for name in (longer, noun) if name in schemas.OUTPUTS), None)


def check(words: Sequence[str], out: str) -> None:
    """Fail where a command printed an object on stdout that is not what its schema says. One that
    was killed may have printed part of one."""
    if not _wants_json([*words]):
        return
    try:
        value = json.loads(out)
    except ValueError:
        return  # whoever reads it fails by it
    if isinstance(value, dict):
        check_value(command_of(words), value)


def check_value(name: str | None, value: dict[str, Any]) -> None:
    """Fail where an object is not what the schema of a command says; of one that has none, where an
    error is not one."""
    if name is None:
        if value.get("status") != "error":
            return
        name = "error"
    if name == "schema" and "$schema" in value:
        Draft202012Validator.check_schema(value)
        return
    wrong = next(_validator(name).iter_errors(_shortened(value)), None)
    assert wrong is None, f"{name} --json: {wrong.json_path}: {wrong.message}"


def _shortened(value: Any) -> Any:
    """The same with no more than both ends of long arrays, whose rows are alike."""
    if isinstance(value, dict):
        return {name: _shortened(inner) for name, inner in value.items()}
    if isinstance(value, list):
        ends = value if len(value) <= 2 * _END else [*value[:_END], *value[-_END:]]
        return [_shortened(inner) for inner in ends]
    return value


def events(err: str) -> list[dict[str, Any]]:
    """The lines of standard error that are events."""
    return [json.loads(line) for line in err.splitlines() if line.startswith('{"event": ')]


def check_events(err: str) -> None:
    """Fail where an event on stderr is not what its schema says."""
    for event in events(err):
        check_value("progress", event)

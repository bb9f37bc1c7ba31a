"""What a command prints with --json, as one JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from retrovue.schemas.shapes import Members, Schema, ref, true

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_STATUS: Schema = {
    "description": "how it ended; partial: some of it did not succeed, and the exit code is 2",
    "enum": ["success", "partial", "error"],
}
_CANCELLED = true("nothing was done: the question was not answered with yes")
_DRY_RUN = true("it was a dry run: nothing was written")


class Output(NamedTuple):
    """What a command prints: `always` unless it fails, or instead of that one of `instead`, by what
    it was asked; `sometimes` what else there may be. An error may have any of it, too."""

    says: str
    always: Members
    sometimes: Mapping[str, Schema] = {}
    instead: tuple[Members, ...] = ()
    dry_run: bool = False
    asks: bool = False

    @property
    def members(self) -> dict[str, Schema]:
        """Every member but for `status` and `error`."""
        found = dict(self.always)
        for other in (*self.instead, self.sometimes):
            found |= other
        if self.dry_run:
            found["dry_run"] = _DRY_RUN
        if self.asks:
            found["cancelled"] = _CANCELLED
        return found

    @property
    def alternatives(self) -> list[list[str]]:
        """The members of which it has all of one list, unless it fails."""
        found = [[*members] for members in (self.always, *self.instead)]
        return [*found, ["cancelled"]] if self.asks else found


def schema(name: str, output: Output) -> Schema:
    """The schema of a command's output, which refers to nouns in `$defs`."""
    error = ref("error", "what went wrong, where status is error")
    return {
        "$schema": DIALECT,
        "title": f"retrovue {name}",
        "description": output.says,
        "type": "object",
        "properties": {"status": _STATUS, "error": error, **output.members},
        "required": ["status"],
        "if": {"properties": {"status": {"const": "error"}}, "required": ["status"]},
        "then": {"required": ["error"]},
        "else": {"properties": {"error": False}, **_required(output.alternatives)},
    }


def _required(alternatives: list[list[str]]) -> dict[str, Any]:
    if len(alternatives) == 1:
        return {"required": alternatives[0]}
    return {"anyOf": [{"required": names} for names in alternatives]}

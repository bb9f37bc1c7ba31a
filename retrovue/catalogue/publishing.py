"""Taking the secrets out of a copy, so that it can be published."""

from __future__ import annotations

import json
import mmap
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from retrovue import redact
from retrovue.catalogue.backup import opened
from retrovue.errors import DatabaseFailure

_TELLING = 8  # characters; a shorter secret may stand anywhere by chance


def drop_secrets(path: Path) -> None:
    """Delete every secret, wherever it was written down, and rewrite the file so that no free page
    holds one. Raises DatabaseFailure where one stands in what cannot be left out (a name, an
    option): then nothing can be published."""
    with opened(path, "rw") as copy:
        secrets = [value for (value,) in copy.execute("SELECT value FROM source_secrets")]
        redact.remember(value for value in secrets if not value.startswith("env:"))
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA secure_delete = ON")
        _scrub(copy)
        copy.execute("DELETE FROM source_secrets")
        copy.execute("VACUUM")
    _require_none(path, [value for value in secrets if len(value) >= _TELLING])


def _scrub(copy: sqlite3.Connection) -> None:
    """What importers and servers said stands in the history and in reasons."""
    for row, detail in copy.execute("SELECT id, detail FROM history").fetchall():
        clean = json.dumps(_scrubbed(json.loads(detail)), ensure_ascii=False)
        if clean != detail:
            copy.execute("UPDATE history SET detail = ? WHERE id = ?", (clean, row))
    reasons = "SELECT id, not_ingestible_reason FROM collections"
    for row, reason in copy.execute(reasons).fetchall():
        if reason and redact.scrub(reason) != reason:
            copy.execute(
                "UPDATE collections SET not_ingestible_reason = ? WHERE id = ?",
                (redact.scrub(reason), row),
            )


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return redact.scrub(value)
    if isinstance(value, list):
        return [_scrubbed(item) for item in value]
    if isinstance(value, dict):
        return {_scrubbed(key): _scrubbed(item) for key, item in value.items()}
    return value


def _require_none(path: Path, secrets: Sequence[str]) -> None:
    secrets = [value for value in secrets if not value.startswith("env:")]
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pages:
        if any(pages.find(value.encode()) >= 0 for value in secrets):
            raise DatabaseFailure(
                "Database backup failed: a token stands in a name, a path or an option too",
                ["A copy would publish it. It is not shown here."],
            )

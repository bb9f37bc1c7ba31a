"""Taking the secrets out of a copy, so that it can be published."""

from __future__ import annotations

import json
import mmap
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from retrovue.catalogue import versions
from retrovue.catalogue.backups import find_secrets
from retrovue.catalogue.backups.backup import rows_of
from retrovue.catalogue.connection import opened, quoted
from retrovue.errors import DatabaseFailure
from retrovue.redact import MASK
from retrovue.spellings import TELLING, Secret, secrets_in

_SHOWN = 20  # places named
_PRAGMAS = ("journal_mode = OFF", "synchronous = OFF", "secure_delete = ON", "foreign_keys = OFF")

Clean = Callable[[str], str]


def drop_secrets(path: Path) -> tuple[dict[str, int], tuple[str, ...]]:
    """Delete every secret, wherever it was written down, and rewrite the file so that no free page
    holds one; returns the rows by table, and the variables that hold secrets but are not set.

    Raises DatabaseFailure where one stands in what cannot be left out (a name, an option, a table
    of somebody else): then nothing can be published.
    """
    with opened(path, "rw") as copy:
        copy.text_factory = find_secrets.text
        secrets, unset = known_secrets(copy)
        for pragma in _PRAGMAS:
            copy.execute(f"PRAGMA {pragma}")
        with _without_triggers(copy):
            _scrub(copy, secrets)
            copy.execute("DELETE FROM source_secrets")
            copy.execute("DELETE FROM search_pending")  # the index is made anew below
        _forget_samples(copy)
        as_they_were = _index_anew(copy)
        copy.execute("VACUUM")
        found = find_secrets.places(copy, secrets, as_they_were, _SHOWN + 1)
        rows = rows_of(copy)
    if found:
        raise _refused(found, secrets)
    _require_none(path, secrets)
    return rows, unset


_STORED = "SELECT value FROM source_secrets"


def known_secrets(connection: sqlite3.Connection) -> tuple[list[Secret], tuple[str, ...]]:
    """The secrets of every source, of one that is read from the environment its value now; and the
    variables that have none."""
    stored = {str(value) for (value,) in connection.execute(_STORED)}
    named = {value.removeprefix("env:") for value in stored if value.startswith("env:")}
    values = [value for value in stored if not value.startswith("env:")]
    values += [os.environ.get(name, "") for name in named]
    return secrets_in(values), tuple(sorted(name for name in named if not os.environ.get(name)))


@contextmanager
def _without_triggers(copy: sqlite3.Connection) -> Iterator[None]:
    """Nobody's trigger writes down what is deleted here."""
    triggers = copy.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid"
    ).fetchall()
    for name, _ in triggers:
        copy.execute(f"DROP TRIGGER {quoted(name)}")
    yield
    for _, sql in triggers:
        copy.execute(sql)


def _scrub(copy: sqlite3.Connection, secrets: Sequence[Secret]) -> None:
    """What importers and servers said stands in the history and in reasons."""

    def clean(text: str) -> str:
        for secret in secrets:
            text = secret.out_of(text, MASK)
        return text

    def clean_json(text: str) -> str:
        try:
            return json.dumps(_scrubbed(json.loads(text), clean), ensure_ascii=False)
        except (ValueError, RecursionError):
            return clean(text)

    for column in ("operation", "source", "collection", "status"):
        _rewrite(copy, "history", column, clean)
    _rewrite(copy, "history", "detail", clean_json, only=clean)
    _rewrite(copy, "collections", "not_ingestible_reason", clean)


def _rewrite(
    copy: sqlite3.Connection, table: str, column: str, clean: Clean, only: Clean | None = None
) -> None:
    """Write what is different of a column, where `only` (or else `clean`) finds something."""
    rows = copy.execute(f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL")
    different = [
        (clean(text).encode("utf-8", "replace").decode(), row)
        for row, text in rows
        if isinstance(text, str) and (only or clean)(text) != text
    ]
    copy.executemany(f"UPDATE {table} SET {column} = ? WHERE id = ?", different)


def _scrubbed(value: Any, clean: Clean) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_scrubbed(item, clean) for item in value]
    if isinstance(value, dict):
        return {clean(key): _scrubbed(item, clean) for key, item in value.items()}
    return value


def _forget_samples(copy: sqlite3.Connection) -> None:
    """ANALYZE keeps values of indexed columns. https://www.sqlite.org/fileformat2.html#stat4tab"""
    tables = "SELECT name FROM sqlite_master WHERE name IN ('sqlite_stat3', 'sqlite_stat4')"
    for (name,) in copy.execute(tables).fetchall():
        copy.execute(f"DELETE FROM {name}")


def _index_anew(copy: sqlite3.Connection) -> list[str]:
    """Make full-text indexes anew: they keep the words of what was rewritten. Returns those for
    which that cannot be done: without content, or of a module that this build lacks.
    https://www.sqlite.org/fts5.html#the_rebuild_command"""
    left = []
    for name in find_secrets.full_text_tables(copy):
        try:
            copy.execute(f"INSERT INTO {quoted(name)} ({quoted(name)}) VALUES ('rebuild')")
        except sqlite3.Error:
            left.append(name)
    return left


def _refused(found: Sequence[str], secrets: Sequence[Secret]) -> DatabaseFailure:
    named = list(found[:_SHOWN])
    for secret in secrets:
        named = [secret.out_of_words(place, MASK) for place in named]
    return DatabaseFailure(
        "Database backup failed: a token stands where it cannot be left out",
        [*named, *(["and in others"] if len(found) > _SHOWN else [])],
        hint="No copy was made. Change these, or the token, then try again.",
    )


def _require_none(path: Path, secrets: Sequence[Secret]) -> None:
    """Look at the bytes as well: what no query shows is in the file all the same."""
    ours = "\n".join(versions.expected().values())
    values = [s.value for s in secrets if len(s.value) >= TELLING and not s.is_in(ours)]
    spelled = [value.encode(code, "surrogatepass") for value in values for code in _ENCODINGS]
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pages:
        if any(pages.find(raw) >= 0 for raw in spelled):
            raise _refused(["a part of the file that no query shows"], secrets)


_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")

"""A copy for bug reports: shape and numbers stay, names and paths do not.

The copy is a new catalogue into which the rows of ours are written, so that nothing else comes
along: no table, column, trigger or view of anybody, no free page, no sample of ANALYZE. Every text
is replaced unless `KEPT` names its column and what may stay in it; a column that is added later is
replaced, too.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args

from retrovue.catalogue import columns, files, lists, search, versions
from retrovue.catalogue.backups import find_secrets, kept_keys, kept_words
from retrovue.catalogue.backups.backup import rows_of
from retrovue.catalogue.backups.pseudonyms import Pseudonyms
from retrovue.catalogue.connection import Tx, opened, quoted
from retrovue.catalogue.health import foreign_objects
from retrovue.found import EDITABLE
from retrovue.model import Operation, Status

STAYS = (
    "What stays: ids, counts, sizes, numbers, years, times, kinds, formats, languages, importers,"
    " ratings, and how texts are built"
)
Row = dict[str, Any]
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z")
_TYPE = re.compile(r"[a-z][a-z0-9_-]{0,40}")
_STATUS = (*get_args(Status), "failed")
_NEW = frozenset(("source_secrets", "search_pending", "catalogue", "_sqlite_migrations"))
_PRAGMAS = ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF",
            "ignore_check_constraints = ON")  # fmt: skip
_IN_BARS = {"movie": {2}, "episode": {2, 3, 4, 5}, "track": {3, 4}}
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_CONTENT = re.compile(r"\d{1,20} " + _TIME.pattern)


def _is_time(value: str) -> bool:
    return _TIME.fullmatch(value) is not None


KEPT: Mapping[str, Callable[[str], bool]] = {
    **{
        f"{table}.{column.name}": _is_time
        for table, of in columns.TABLES.items()
        for column in of.columns
        if column.form is not None and column.form.mend == "time"
    },
    "sources.type": lambda value: _TYPE.fullmatch(value) is not None,
    "collections.kind": kept_words.is_kind,
    "assets.kind": kept_words.is_kind,
    "works.kind": kept_words.is_kind,
    "asset_streams.kind": kept_words.is_kind,
    "asset_streams.codec": kept_words.is_format,
    "asset_streams.hdr": kept_words.is_format,
    "asset_streams.language": kept_words.is_language,
    "asset_files.container": kept_words.is_format,
    "asset_files.video_codec": kept_words.is_format,
    "asset_files.audio_codec": kept_words.is_format,
    "edits.field": lambda value: value in EDITABLE,
    "history.operation": lambda value: value in get_args(Operation),
    "history.status": lambda value: value in _STATUS,
}
"""Columns (`table.column`) of which a text stays, and which texts those are; others in them are
replaced."""
_JSON = frozenset(
    f"{table}.{column.name}"
    for table, of in columns.TABLES.items()
    for column in of.columns
    if column.form is not None and column.form.mend in ("json", "guids")
) | {"source_values.fields"}


class Anonymised(NamedTuple):
    """Rows by table, and the objects of others that the copy does not have."""

    rows: dict[str, int]
    left_out: tuple[str, ...]


def write(path: Path, target: Path) -> Anonymised:
    """Write the catalogue at `path`, of one moment, anonymised to `target`, a new file that its
    owner alone reads. Raises sqlite3.Error where a table of ours is not what it should be."""
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with opened(path, files.read_mode(str(path))) as old, opened(target, "rw") as new:
        old.text_factory = find_secrets.text
        old.execute("BEGIN")
        _make(old, new)
        words = _Texts(Pseudonyms())
        for table in _tables(new):
            _copy(old, new, table, words)
        left_out = [*_others(old, new), *_views_of_lists(old, new, words)]
        _finish(new)
        return Anonymised(rows_of(new), tuple(left_out))


def _make(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """A catalogue with neither rows nor triggers, with pages and texts like those of the other."""
    from retrovue.catalogue import migrate

    for pragma in ("page_size", "encoding"):
        (value,) = old.execute(f"PRAGMA {pragma}").fetchone()
        new.execute(f"PRAGMA {pragma} = '{value}'")
    for pragma in _PRAGMAS:
        new.execute(f"PRAGMA {pragma}")
    new.execute("BEGIN IMMEDIATE")
    migrate.apply_pending(new)
    for kind, name in versions.expected():
        if kind == "trigger":
            new.execute(f"DROP TRIGGER {quoted(name)}")


def _finish(new: sqlite3.Connection) -> None:
    for (kind, _), sql in versions.expected().items():
        if kind == "trigger":
            new.execute(sql)
    search.rebuild(Tx(new))
    new.execute("COMMIT")
    new.execute("VACUUM")


def _tables(new: sqlite3.Connection) -> list[str]:
    names = {name for kind, name in versions.expected() if kind == "table"}
    return sorted(names - _NEW - {search.INDEX}, key=lambda name: (name != "sources", name))


def texts_of(connection: sqlite3.Connection, table: str) -> list[str]:
    """The columns of a table that may hold a text."""
    rows = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,))
    return [name for name, type_ in rows.fetchall() if type_ != "INTEGER"]


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, table: str, words: _Texts) -> None:
    names = [name for (name,) in new.execute("SELECT name FROM pragma_table_info(?)", (table,))]
    texts = texts_of(new, table)
    shown = ", ".join(map(quoted, names))
    rows = old.execute(f"SELECT {shown} FROM {quoted(table)} ORDER BY 1")
    marks = ", ".join("CAST(? AS TEXT)" if name in texts else "?" for name in names)
    new.executemany(
        f"INSERT INTO {quoted(table)} ({shown}) VALUES ({marks})",
        (tuple(map(_bound, row.values())) for row in words.rows(table, names, texts, rows)),
    )
    last = "SELECT seq FROM sqlite_sequence WHERE name = ?"
    for row in old.execute(last, (table,)).fetchall():
        new.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, *row))


def _bound(value: Any) -> Any:
    """A text that is not UTF-8 is bound as its bytes."""
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-8", "surrogateescape")
    return value


class _Texts:
    """What becomes of the texts of a row."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self.text = pseudonyms.text
        self._sources: dict[str, str] = {}

    def rows(
        self, table: str, names: list[str], texts: list[str], rows: Iterable[tuple[Any, ...]]
    ) -> Iterator[Row]:
        """Rows of a table with other texts."""
        for values in rows:
            row = dict(zip(names, values, strict=True))
            new = {name: self._value(table, name, row) for name in texts}
            yield row | new | self._special(table, row, new)

    def _value(self, table: str, name: str, row: Row) -> Any:
        value, column = row[name], f"{table}.{name}"
        if not isinstance(value, str) or (column in KEPT and KEPT[column](value)):
            return value if isinstance(value, str | int | float) or value is None else ""
        return self.json(value) if column in _JSON else self.text(value)

    def _special(self, table: str, row: Row, new: Row) -> Row:
        """What depends on the rest of its row."""
        if table == "sources":
            id_ = f"{new['type']}-{secrets.token_hex(4)}"
            self._sources[row["external_id"]] = id_
            return {"external_id": id_}
        if table == "edits" and row["field"] in kept_keys.NUMBERS:
            value = row["value"]
            return {"value": value} if value is None or re.fullmatch(r"\d{1,16}", value) else {}
        if table == "lists":
            return {"view": lists.view_name(new["name"])}
        return {}

    def json(self, text: str) -> str:
        """JSON with other texts; one that cannot be read is a text like any other."""
        try:
            new = self._part(json.loads(text), "")
            said = json.dumps(new, ensure_ascii=False, allow_nan=False)
            return json.dumps(new) if re.search(r"[\ud800-\udfff]", said) else said
        except (ValueError, RecursionError):
            return self.text(text)

    def _part(self, value: Any, key: str) -> Any:
        if isinstance(value, str):
            return self._string(value, key)
        if isinstance(value, list):
            return [self._part(item, key) for item in value]
        if isinstance(value, dict):
            return {self._key(name): self._part(item, name) for name, item in value.items()}
        if type(value) is int and kept_keys.is_id_elsewhere(key):
            return int(self.text(str(value)))
        return value

    def _key(self, name: str) -> str:
        is_id = re.fullmatch(r"\d{1,18}", name)
        return name if name in kept_keys.KEYS or is_id else self.text(name)

    def _string(self, value: str, key: str) -> str:
        if value in self._sources:
            return self._sources[value]
        if kept_keys.is_kept(key, value) or _CONTENT.fullmatch(value):
            return value
        if key == "words":
            return self._searched(value)
        if "|" in value and key in ("facts", "guids", "shared"):
            return self._in_bars(value.split("|"))
        return self.text(value)

    def _searched(self, word: str) -> str:
        name, colon, asked = word.partition(":")
        if not colon or name.lower() not in ("tag", "note", "rating", "seen"):
            return self.text(word)
        kept = re.fullmatch(r"yes|no|[<>=]*[\d.]{1,6}", asked)
        return f"{name}:{asked if kept else self.text(asked)}"

    def _in_bars(self, parts: list[str]) -> str:
        """What a work is known by: numbers at the places of season, episode and year stay."""
        places = _IN_BARS.get(parts[0], {1, 2, 3} if "://" in parts[0] else set())
        first = parts[0] if parts[0] in _IN_BARS else self.text(parts[0])
        rest = (
            part if place in places and part.isdecimal() else self.text(part)
            for place, part in enumerate(parts[1:], 1)
        )
        return "|".join((first, *rest))

    def view(self, sql: str, name: str, new_name: str) -> str | None:
        """The view of a list under another name; None for one that is not as we make them."""
        head, found, condition = sql.partition(" AS\nSELECT * FROM media\n WHERE ")
        if head != f"CREATE VIEW {quoted(name)}" or not found:
            return None
        if not kept_keys.are_of_views(_LITERAL.sub("", condition)):
            return None
        new = _LITERAL.sub(self._literal, condition)
        return f"CREATE VIEW {quoted(new_name)}{found}{new}"

    def _literal(self, match: re.Match[str]) -> str:
        value = match[0][1:-1].replace("''", "'")
        if value in kept_keys.LITERALS or kept_keys.is_kept("kind", value) or _is_time(value):
            return match[0]
        if re.fullmatch(r"-?\d{1,9} days", value):
            return match[0]
        return "'" + self.text(value).replace("'", "''") + "'"


def _views_of_lists(
    old: sqlite3.Connection, new: sqlite3.Connection, words: _Texts
) -> Iterator[str]:
    """Make the views of lists; yields those that cannot be."""
    query = """
        SELECT l.view, m.sql
          FROM lists AS l JOIN sqlite_master AS m ON m.name = l.view AND m.type = 'view'"""
    named = dict(zip(_views(old), _views(new), strict=True))
    for name, sql in old.execute(query).fetchall():
        made = words.view(sql, name, named[name])
        try:
            new.execute(made or "")
        except sqlite3.Error:
            made = None
        if made is None:
            yield f"view {name}"


def _views(connection: sqlite3.Connection) -> list[str]:
    return [view for (view,) in connection.execute("SELECT view FROM lists ORDER BY id")]


def _others(old: sqlite3.Connection, new: sqlite3.Connection) -> Iterator[str]:
    """What the copy does not have: objects of others, what others made of ours, and columns."""
    yield from map(str, foreign_objects.found(old))
    there = versions.objects(old)
    for (kind, name), sql in versions.expected().items():
        if there.get((kind, name), sql) != sql:
            yield f"{kind} {name} as it was changed"
    for table in _tables(new):
        query = "SELECT name FROM pragma_table_xinfo(?)"
        ours = set(new.execute(query, (table,)))
        for column in old.execute(query, (table,)).fetchall():
            if column not in ours:
                yield f"column {column[0]} of {table}"

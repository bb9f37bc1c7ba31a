"""Bringing a file to today's schema, all pending steps in the one transaction of the caller."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from itertools import count

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from retrovue.catalogue import versions
from retrovue.catalogue.connection import APPLICATION_ID, Tx, quoted
from retrovue.errors import DatabaseFailure

_SET = "retrovue"
_DEFENSIVE = 1010  # SQLITE_DBCONFIG_DEFENSIVE


def apply_pending(connection: sqlite3.Connection) -> None:
    """Apply what is pending; `user_version` counts the migrations applied, whatever somebody did to
    the table that sqlite-utils keeps of them."""
    _allow_edits_of_the_schema(connection)
    every = versions.steps()
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version < len(every):
        _require_right_number(connection)
    pending = every[version:]
    migrations = Migrations(_SET)
    for name, sql in pending:
        migrations(name=name)(_step(sql))
    moved = _make_room(connection, version)
    database = Database(connection, execute_plugins=False)
    migrations.ensure_migrations_table(database)
    connection.executemany(
        f"DELETE FROM {Migrations.migrations_table} WHERE migration_set = ? AND name = ?",
        [(_SET, name) for name, _ in pending],
    )
    migrations.apply(database)
    connection.execute(f"PRAGMA user_version = {len(every)}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    if pending and version:
        _mend(connection, moved)


def _require_right_number(connection: sqlite3.Connection) -> None:
    """Tables that are there already are not made again."""
    wrong = versions.misnumbered(connection)
    if wrong is not None:
        raise DatabaseFailure(
            f"The catalogue cannot be brought to today's schema: its {wrong.says}",
            ["Somebody changed the header of the file."],
        )


def _allow_edits_of_the_schema(connection: sqlite3.Connection) -> None:
    """The SQLite of some systems (macOS) refuses them unless it is told otherwise, which Python can
    do from 3.12. https://www.sqlite.org/c3ref/c_dbconfig_defensive.html"""
    configure = getattr(connection, "setconfig", None)
    if configure is not None:
        configure(_DEFENSIVE, False)  # noqa: FBT003 - it takes no keywords


def _make_room(connection: sqlite3.Connection, version: int) -> list[str]:
    """Give what others made another name where a step makes something of that name; returns what
    was renamed, in words. A view or trigger is made anew under it, a table keeps its rows."""
    there, before = versions.objects(connection), versions.expected(version).keys()
    names = {name for kind, name in versions.expected() if (kind, name) not in before}
    taken = {name for _, name in there}
    moved = []
    for (kind, name), sql in there.items():
        if name in names and (kind, name) not in before:
            free = (f"{name}_{n}" for n in count(1))
            other = next(each for each in free if each not in taken)
            _rename(connection, kind, name, other, sql)
            moved.append(f"{kind} {name} is called {other} now; it was: {sql}")
    return moved


def _rename(connection: sqlite3.Connection, kind: str, name: str, other: str, sql: str) -> None:
    if kind == "table":
        connection.execute(f"ALTER TABLE {quoted(name)} RENAME TO {quoted(other)}")
        return
    connection.execute(f"DROP {kind.upper()} {quoted(name)}")
    named = rf"(?i)[\"'`\[]?\b{re.escape(name)}\b[\"'`\]]?"
    with contextlib.suppress(sqlite3.Error):  # its text stands in the history
        connection.execute(re.sub(named, other, sql, count=1))


def _mend(connection: sqlite3.Connection, moved: list[str]) -> None:
    """What was mended is a line of history of its own."""
    from retrovue.catalogue import history
    from retrovue.catalogue.health import repair, repair_values

    tx = Tx(connection)
    mended = repair.mend_older(tx)
    if mended or moved:
        detail = {
            "mended": [*repair_values.in_words(mended), *moved],
            "values": repair_values.as_detail(mended),
        }
        history.record(tx, "Database migration", "success", detail=detail)


def statements(sql: str) -> Iterator[str]:
    """The statements of a script, one by one. (`executescript` of sqlite3 would commit the open
    transaction, that of sqlite-utils takes quadratic time.)"""
    waiting = ""
    for piece in re.split("(?<=;)", sql):
        waiting += piece
        if sqlite3.complete_statement(waiting):
            yield waiting
            waiting = ""
    yield waiting  # a comment, or a statement that lacks its end


class _step:
    """One migration as sqlite-utils calls it."""

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self.__name__ = "step"

    def __call__(self, database: Database, /) -> None:
        for statement in statements(self._sql):
            database.conn.execute(statement)

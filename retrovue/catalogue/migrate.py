"""Bringing a file to today's schema, all pending steps in the one transaction of the caller."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from retrovue.catalogue import versions
from retrovue.catalogue.connection import APPLICATION_ID, Tx
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
        _mend(connection)


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


def _mend(connection: sqlite3.Connection) -> None:
    """What was mended is a line of history of its own."""
    from retrovue.catalogue import history
    from retrovue.catalogue.health import repair, repair_values

    tx = Tx(connection)
    mended = repair.mend_older(tx)
    if mended:
        detail = {
            "mended": repair_values.in_words(mended),
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

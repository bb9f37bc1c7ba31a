"""The search index: an FTS5 table of the words of each asset, and what it does not have yet.

The words are those of the view `asset_search_text`. Triggers note in `search_pending` what changed,
with the words that the index has of it; every transaction of ours brings the index up to date
before it commits. Accents, case and normal form are folded by its tokenizer, as are the words that
are looked for. https://www.sqlite.org/fts5.html#unicode61_tokenizer
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest

from retrovue.catalogue.connection import Tx
from retrovue.catalogue.sqlite_errors import code
from retrovue.catalogue.versions import SEARCH_PARTS

INDEX, PENDING, TEXT = "asset_search", "search_pending", "asset_search_text"
COLUMNS = ("title", "series", "artist", "album", "edition", "version_label", "year", "guids",
           "external_id")  # fmt: skip
_LIST = ", ".join(COLUMNS)
_PUT = f"INSERT INTO {INDEX} (rowid, {_LIST})"


def catch_up(tx: Tx) -> None:
    """Bring the index up to date. One that is damaged or gone keeps nobody from writing: a check
    finds it, and a repair makes it anew."""
    try:
        pending = tx.execute(f"SELECT count(*) FROM {PENDING}").fetchone()[0]
        if not pending:
            return
        tx.execute("SAVEPOINT search")
    except sqlite3.OperationalError:  # it was dropped
        return
    try:
        _bring_up_to_date(tx, int(pending))
    except sqlite3.DatabaseError as error:
        if code(error) in _NOT_OF_THE_INDEX or not tx.connection.in_transaction:
            raise
        tx.execute("ROLLBACK TO search")
    tx.execute("RELEASE search")


_NOT_OF_THE_INDEX = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_INTERRUPT,
                     sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY)  # fmt: skip


def _bring_up_to_date(tx: Tx, pending: int) -> None:
    if pending > 1000 and 2 * pending > tx.execute("SELECT count(*) FROM assets").fetchone()[0]:
        rebuild(tx)
        return
    tx.execute(f"""
        INSERT INTO {INDEX} ({INDEX}, rowid, {_LIST})
        SELECT 'delete', asset_id, {_LIST} FROM {PENDING} WHERE indexed = 1""")
    tx.execute(f"""
        {_PUT}
        SELECT t.* FROM {PENDING} AS p JOIN {TEXT} AS t ON t.id = p.asset_id""")
    tx.execute(f"DELETE FROM {PENDING}")


def add_new(tx: Tx, above: int) -> None:
    """Put the assets with an id above this one into the index, where no trigger noted them."""
    tx.execute(f"{_PUT} SELECT * FROM {TEXT} WHERE id > ?", (above,))


def is_behind(connection: sqlite3.Connection) -> bool:
    """Whether others changed what the index has."""
    return connection.execute(f"SELECT 1 FROM {PENDING} LIMIT 1").fetchone() is not None


def stand_in(connection: sqlite3.Connection) -> str:
    """SQL that gives the ids of what matches `:match`. Where the index is behind and cannot be
    written, what changed is indexed by itself, in a TEMP table."""
    if not is_behind(connection):
        return f"SELECT rowid FROM main.{INDEX} WHERE {INDEX} MATCH :match"
    _make_temporary(connection, "changed_search")
    connection.execute(f"""
        INSERT INTO temp.changed_search (rowid, {_LIST})
        SELECT t.* FROM {PENDING} AS p JOIN {TEXT} AS t ON t.id = p.asset_id""")
    return f"""
        SELECT rowid FROM main.{INDEX}
         WHERE {INDEX} MATCH :match AND rowid NOT IN (SELECT asset_id FROM {PENDING})
         UNION ALL
        SELECT rowid FROM temp.changed_search WHERE changed_search MATCH :match"""


def _make_temporary(connection: sqlite3.Connection, name: str) -> None:
    connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
    connection.execute(
        f"CREATE VIRTUAL TABLE temp.{name} USING fts5"
        f" ({_LIST}, content = '', tokenize = 'unicode61 remove_diacritics 2')"
    )


def fault(connection: sqlite3.Connection) -> str | None:
    """What is wrong with the index, beside what is noted as pending: it is made once more, in a
    TEMP table, and word for word compared. Raises sqlite3.Error where it cannot be read."""
    connection.execute(f"SELECT 1 FROM {INDEX} LIMIT 0").close()  # before a TEMP table is of it
    with _temporary_tables(connection):
        return _difference(connection)


@contextmanager
def _temporary_tables(connection: sqlite3.Connection) -> Iterator[None]:
    """Let a connection that only looks make TEMP tables, which are no part of the file."""
    only = connection.execute("PRAGMA query_only").fetchone()[0]
    connection.execute("PRAGMA query_only = OFF")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA query_only = {only}")


def _difference(connection: sqlite3.Connection) -> str | None:
    _make_temporary(connection, "due_search")
    connection.execute(f"""
        INSERT INTO temp.due_search (rowid, {_LIST})
        SELECT * FROM {TEXT} WHERE id NOT IN (SELECT asset_id FROM {PENDING})
         UNION ALL
        SELECT asset_id, {_LIST} FROM {PENDING} WHERE indexed = 1""")
    there, due = _words(connection, "main", INDEX), _words(connection, "temp", "due_search")
    try:
        if any(one != other for one, other in zip_longest(there, due)):
            return "it does not have the words that the assets have"
        return None
    finally:
        there.close()
        due.close()
        for name in (f"{INDEX}_words", "due_search_words", "due_search"):
            connection.execute(f"DROP TABLE IF EXISTS temp.{name}")


def _words(connection: sqlite3.Connection, schema: str, index: str) -> sqlite3.Cursor:
    """Every word of an index with its asset, column and place.
    https://www.sqlite.org/fts5.html#the_fts5vocab_virtual_table_module"""
    name = f"temp.{index}_words"
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute(f"CREATE VIRTUAL TABLE {name} USING fts5vocab({schema}, {index}, instance)")
    return connection.execute(f"SELECT * FROM {name}")


def rebuild(tx: Tx) -> None:
    """Fill the index anew, after what was written past the triggers."""
    tx.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')")
    tx.execute(f"DELETE FROM {PENDING}")


def make_anew(tx: Tx, sql: str) -> None:
    """Make the index anew, by the SQL of its table; also one that is damaged, which SQLite does not
    drop before the tables that it is kept in are those of an empty one."""
    try:
        tx.execute(f"DROP TABLE IF EXISTS {INDEX}")
    except sqlite3.DatabaseError:
        _empty_parts(tx, sql)
        tx.execute(f"DROP TABLE {INDEX}")
    tx.execute(sql)
    rebuild(tx)


def _empty_parts(tx: Tx, sql: str) -> None:
    model = sqlite3.connect(":memory:")
    try:
        model.execute(sql)
        made = "SELECT sql FROM sqlite_master WHERE name = ?"
        for name in sorted(SEARCH_PARTS):
            if tx.execute(made, (name,)).fetchone() is None:
                tx.execute(*model.execute(made, (name,)).fetchone())
            tx.execute(f"DELETE FROM {name}")
            rows = model.execute(f"SELECT * FROM {name}").fetchall()
            for row in rows:
                tx.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
    finally:
        model.close()

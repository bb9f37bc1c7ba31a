"""What schema a file has: by its own word, and by its tables."""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import NamedTuple

from retrovue.catalogue.connection import APPLICATION_ID, SCHEMA_VERSION, header, snapshot
from retrovue.catalogue.sqlite_errors import code
from retrovue.commands import REPAIR
from retrovue.errors import DatabaseFailure, NewerFile, NotACatalogue

_ALWAYS = frozenset(("sources", "collections", "path_mappings", "assets", "asset_files"))

SEARCH_PARTS = frozenset(f"asset_search_{part}" for part in ("data", "idx", "docsize", "config"))
"""The tables that FTS5 keeps the search index in, which it makes and drops itself."""

Objects = dict[tuple[str, str], str]


class Misnumbered(NamedTuple):
    """What the header of a catalogue says that its tables do not: `says` in words."""

    says: str
    version: int


def steps() -> list[tuple[str, str]]:
    """Every migration as (name, SQL), in order."""
    from importlib.resources import files  # slow to import

    folder = files("retrovue.catalogue").joinpath("migrations")
    found = [step for step in folder.iterdir() if step.name.endswith(".sql")]
    return sorted((step.name.removesuffix(".sql"), step.read_text("utf-8")) for step in found)


@cache
def expected(version: int = SCHEMA_VERSION) -> Objects:
    """The SQL of every table, index, trigger and view of a version, by (type, name)."""
    model = _model(version)
    try:
        return objects(model)
    finally:
        model.close()


def _model(version: int) -> sqlite3.Connection:
    model = sqlite3.connect(":memory:")
    for _, sql in steps()[:version]:
        model.executescript(sql)
    return model


def version_of(connection: sqlite3.Connection, path: str, *, numbered: bool = True) -> int:
    """The schema version of the file, 0 for an empty one; refuses what is no catalogue of ours,
    and, when it must be `numbered`, one whose header does not say what its tables are."""
    with snapshot(connection):
        return _version_of(connection, path, numbered=numbered)


def _version_of(connection: sqlite3.Connection, path: str, *, numbered: bool) -> int:
    try:
        version, application, empty = header(connection)
    except sqlite3.DatabaseError as error:
        if code(error) == sqlite3.SQLITE_NOTADB:
            raise NotACatalogue(f"{path} is not a catalogue ({error})") from error
        raise
    if empty:
        return 0
    if application != APPLICATION_ID or version < SCHEMA_VERSION:
        wrong = misnumbered(connection)
        if wrong is not None and not numbered:
            return wrong.version
        if wrong is not None:
            raise DatabaseFailure(
                f"{path} is a catalogue whose header was changed: {wrong.says}",
                hint=REPAIR,
            )
        if application != APPLICATION_ID:
            raise NotACatalogue(f"{path} is not a catalogue but a database of something else")
    if version > SCHEMA_VERSION:
        raise NewerFile(
            f"{path} is of schema version {version}; this retrovue knows versions"
            f" up to {SCHEMA_VERSION}",
            hint="Install a newer retrovue. The file was not touched.",
        )
    return version


def objects(connection: sqlite3.Connection) -> Objects:
    """The SQL of what is there, by (type, name)."""
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
    )
    return {(kind, name): sql for kind, name, sql in rows if name not in SEARCH_PARTS}


def of_tables(connection: sqlite3.Connection) -> tuple[int, ...]:
    """The versions that the tables may be of: those with the most columns that are all there."""
    there = _columns(connection)
    if not there.keys() >= _ALWAYS:
        return ()
    for version in range(SCHEMA_VERSION, 0, -1):
        if _has(there, version):
            same = _columns_of(version)
            return tuple(n for n in range(1, version + 1) if _columns_of(n) == same)
    return ()


def _has(there: dict[str, set[str]], version: int) -> bool:
    """Whether a file has every column of a version; a table of the first that is gone altogether
    says nothing."""
    first, columns = dict(_columns_of(1)), dict(_columns_of(version))
    return bool(columns) and all(
        there.get(table, asked if table in first else set()) >= asked
        for table, asked in columns.items()
    )


@cache
def _columns_of(version: int) -> tuple[tuple[str, set[str]], ...]:
    """The columns by table; none where a migration does not run."""
    try:
        model = _model(version)
    except sqlite3.Error:
        return ()
    try:
        return tuple(_columns(model).items())
    finally:
        model.close()


def _columns(connection: sqlite3.Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, column in connection.execute("""
        SELECT t.name, c.name
          FROM sqlite_master AS t
          JOIN pragma_table_info(t.name) AS c
         WHERE t.type = 'table'"""):
        found.setdefault(table, set()).add(column)
    return found


def misnumbered(connection: sqlite3.Connection) -> Misnumbered | None:
    """Where a header does not say what the tables are: what it says, and their version."""
    with snapshot(connection):
        return _misnumbered(connection)


def _misnumbered(connection: sqlite3.Connection) -> Misnumbered | None:
    version, application, _ = header(connection)
    ours = application == APPLICATION_ID
    if ours and version >= SCHEMA_VERSION:
        return None
    tables = of_tables(connection)
    if not tables or (ours and version in tables):
        return None
    number = version if version in tables else _closest(connection, tables)
    if ours or version not in (0, number):
        return Misnumbered(f"user_version is {version} instead of {number}", number)
    return Misnumbered(f"application_id is {application:#x} instead of {APPLICATION_ID:#x}", number)


def _closest(connection: sqlite3.Connection, versions: tuple[int, ...]) -> int:
    """Of versions with the same columns the highest whose other objects are there too."""
    there = objects(connection).keys()
    whole = [version for version in versions if there >= expected(version).keys()]
    return max(whole, default=versions[0])


def renumber(connection: sqlite3.Connection, version: int) -> None:
    """Write the schema version into the header of the file."""
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")

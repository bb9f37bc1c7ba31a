"""What SQLite itself says of a file: damage, or merely values that a constraint would refuse."""

from __future__ import annotations

import re
import sqlite3

MOST = 10_000  # lines asked for
# Rows that somebody wrote past a constraint or an index; every page can be read.
# https://www.sqlite.org/pragma.html#pragma_integrity_check
_BREACH = re.compile(
    r"(CHECK constraint failed in |NULL value in |non-unique entry in index "
    r"|row \S+ missing from index |wrong # of entries in index "
    r"|(NULL|NUMERIC|TEXT|BLOB|INT|INTEGER|REAL|non-\w+) value in )"
)


def lines(connection: sqlite3.Connection) -> list[str]:
    """What the integrity check says, without its "ok"."""
    return [
        line for (line,) in connection.execute(f"PRAGMA integrity_check({MOST})") if line != "ok"
    ]


def is_damage(line: str) -> bool:
    """Whether a line speaks of pages that cannot be read, and not of values alone."""
    return _BREACH.match(line) is None


def damage(connection: sqlite3.Connection) -> list[str]:
    """The lines of an integrity check that mean damage."""
    return [line for line in lines(connection) if is_damage(line)]

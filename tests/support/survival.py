"""Ending commands wherever they stand, and looking at what they left."""

from __future__ import annotations

import contextlib
import mmap
import os
import shutil
import signal
import sqlite3
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from support.cli import Cli, Run
from support.dying import _is_time, forked
from support.dying import _trace as trace

THOROUGH = os.environ.get("RETROVUE_THOROUGH") == "1"
POINTS = 10_000 if THOROUGH else 14  # at how many statements a command is ended
Rows = list[tuple[Any, ...]]

_OF_COLLECTION = (
    "SELECT * FROM collections WHERE id = :id",
    "SELECT * FROM path_mappings WHERE collection_id = :id ORDER BY id",
    "SELECT * FROM folders WHERE collection_id = :id ORDER BY path",
    "SELECT * FROM assets WHERE collection_id = :id ORDER BY id",
    """SELECT f.* FROM asset_files AS f JOIN assets AS a ON a.id = f.asset_id
        WHERE a.collection_id = :id ORDER BY f.id""",
)


def copy_of(cli: Cli, name: str) -> Cli:
    """The same importers on a copy of the catalogue, in a folder of its own."""
    folder = cli.home / "copies" / name
    folder.mkdir(parents=True)
    for suffix in ("", "-wal"):
        if Path(f"{cli.db}{suffix}").exists():
            shutil.copy(f"{cli.db}{suffix}", f"{folder / cli.db.name}{suffix}")
    return Cli(cli.home, folder / cli.db.name)


def collections_of(cli: Cli) -> dict[str, list[Rows]]:
    """All that belongs to each collection, by its external id, each time in it replaced by one
    word."""
    with contextlib.closing(sqlite3.connect(cli.db)) as connection:
        ids = connection.execute("SELECT id, external_id FROM collections").fetchall()
        return {
            name: [
                [_timeless(row) for row in connection.execute(sql, {"id": number})]
                for sql in _OF_COLLECTION
            ]
            for number, name in ids
        }


def _timeless(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple("a time" if _is_time(value) else value for value in row)


def sources_of(cli: Cli) -> list[Rows]:
    return [
        [_timeless(row) for row in cli.rows(f"SELECT * FROM {table} ORDER BY 1, 2")]
        for table in ("sources", "source_secrets")
    ]


def history_of(cli: Cli) -> Rows:
    """The lines of history without their times and what differs from run to run."""
    return cli.rows("SELECT operation, source, collection, status FROM history ORDER BY id")


def check(cli: Cli) -> None:
    """The file is sound, says the tool itself."""
    run = cli("db", "check")
    assert (run.code, run.out) == (0, "No damage; every guarantee holds.\n"), run.everything


def require_before_or_after(now: Cli, before: Cli, after: Cli) -> None:
    """Every source and every collection is wholly as it was before, or as it is after."""
    check(now)
    assert sources_of(now) in (sources_of(before), sources_of(after))
    was, shall, found = map(collections_of, (before, after, now))
    for name in was.keys() | shall.keys() | found.keys():
        assert found.get(name) in (was.get(name), shall.get(name)), f"{name} is half done"


def statements_of(cli: Cli, *words: object) -> int:
    """Run a command in a process of its own; how many statements SQLite executes for it."""
    with mmap.mmap(-1, 8) as shared:

        def counting() -> None:
            at_every_statement(lambda number: struct.pack_into("q", shared, 0, number))

        status, said = forked(counting, cli, *words)
        assert os.waitstatus_to_exitcode(status) in (0, 2), said
        return int(struct.unpack_from("q", shared, 0)[0])


def at_every_statement(act: Callable[[int], object]) -> None:
    """In this process, from now on: act before each statement, with its number."""
    number = 0

    def traced(statement: str) -> None:
        nonlocal number
        number += 1
        act(number)

    trace(traced)


def killed_at(number: int, cli: Cli, *words: object) -> bool:
    """Run a command in a process of its own that gets SIGKILL as SQLite is about to execute its
    statement of that number, those of triggers counted; returns whether it came so far."""

    def kill(reached: int) -> None:
        if reached == number:
            os.kill(os.getpid(), signal.SIGKILL)

    status, said = forked(lambda: at_every_statement(kill), cli, *words)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, -signal.SIGKILL), said
    return code < 0


def spread(count: int, points: int = 0) -> list[int]:
    """So many numbers of 1 to `count`, evenly, the first and the last among them."""
    points = min(count, points or POINTS)
    if points < 2:
        return list(range(1, count + 1))
    return sorted({1 + round(i * (count - 1) / (points - 1)) for i in range(points)})


def interrupted_at(number: int, cli: Cli, *words: object, behind: bool = False) -> Run | None:
    """Run a command in a process of its own that gets Ctrl-C as it is about to execute its
    statement of that number (`behind`: as it has just been executed); None if it never came so
    far."""

    def interrupt() -> None:
        _count_calls(number, behind, lambda: signal.raise_signal(signal.SIGINT))

    status, said = forked(interrupt, cli, *words)
    code = os.waitstatus_to_exitcode(status)
    out, _, err = said.partition("\0")
    assert code in (0, 130), said
    return Run(code, out, err).checked(words) if code else None


def calls_of(cli: Cli, *words: object) -> int:
    """Run a command in a process of its own; how many calls it makes to SQLite."""
    with mmap.mmap(-1, 8) as shared:

        def one_more() -> None:
            struct.pack_into("q", shared, 0, struct.unpack_from("q", shared, 0)[0] + 1)

        status, said = forked(lambda: _count_calls(0, False, one_more), cli, *words)
        assert os.waitstatus_to_exitcode(status) == 0, said
        return int(struct.unpack_from("q", shared, 0)[0])


def _count_calls(number: int, behind: bool, act: Callable[[], object]) -> None:
    """In this process, from now on: act at the call of that number to a connection (0: at each).
    An exception raised by a trace callback would not get through to the caller."""
    left = number

    class Counting(sqlite3.Connection):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            nonlocal left
            left -= 1
            if not behind and (left == 0 or number == 0):
                act()
            cursor = super().execute(*arguments)
            if behind and left == 0:
                act()
            return cursor

    plain = sqlite3.connect
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sqlite3.connect = lambda *args, **more: plain(*args, factory=Counting, **more)  # type: ignore


def without_temporary_room(cli: Cli, *words: object) -> Run:
    """Run a command in a process of its own whose temporary tables have no more than a few
    pages."""

    class Limited(sqlite3.Connection):
        def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
            cursor = super().execute(sql, *arguments)
            if sql.startswith("PRAGMA temp_store"):
                super().execute("PRAGMA temp.max_page_count = 16")
            return cursor

    def limit() -> None:
        plain = sqlite3.connect
        sqlite3.connect = lambda *args, **more: plain(*args, factory=Limited, **more)  # type: ignore

    return _forked(limit, cli, *words)


def with_pages(most: int, cli: Cli, *words: object, only: str = "") -> Run:
    """Run a command in a process of its own for which a database (whose path holds `only`) has at
    most so many pages: what SQLite says is what it says of a full disk."""

    def limit() -> None:
        plain = sqlite3.connect

        def limited(target: Any, *arguments: Any, **more: Any) -> sqlite3.Connection:
            connection = plain(target, *arguments, **more)
            if only in str(target):
                connection.execute(f"PRAGMA max_page_count = {most}")
            return connection

        sqlite3.connect = limited  # type: ignore[assignment]

    return _forked(limit, cli, *words)


def _forked(prepare: Callable[[], None], cli: Cli, *words: object) -> Run:
    status, said = forked(prepare, cli, *words)
    out, _, err = said.partition("\0")
    return Run(os.waitstatus_to_exitcode(status), out, err).checked(words)


@contextlib.contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path | None]:
    """A file system of that size at the folder, where this machine allows one."""
    import subprocess

    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)

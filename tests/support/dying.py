"""Real failures in real processes: killed between two statements, out of disk, locked out."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from support.cli import Cli, Run

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


def killed_at(number: int, cli: Cli, *words: object) -> bool:
    """Run a command in a process of its own that gets SIGKILL as SQLite is about to execute the
    statement of that number after the first BEGIN IMMEDIATE (those of triggers count); returns
    whether it came so far."""

    def kill_itself() -> None:
        at_statement(number, lambda: os.kill(os.getpid(), signal.SIGKILL))

    status, said = forked(kill_itself, cli, *words)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, -signal.SIGKILL), said
    return code < 0


def at_statement(number: int, act: Callable[[], object]) -> None:
    """In this process, from now on: act as SQLite is about to execute that statement."""
    begun, left = False, number

    def traced(statement: str) -> None:
        nonlocal begun, left
        begun = begun or statement == "BEGIN IMMEDIATE"
        left -= begun
        if begun and left == 0:
            act()

    _trace(traced)


def _trace(traced: Callable[[str], None]) -> None:
    """In this process, from now on: tell of every statement that SQLite is about to execute."""
    connect = sqlite3.connect

    def connected(*arguments: Any, **more: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **more)
        connection.set_trace_callback(traced)
        return connection

    sqlite3.connect = connected  # type: ignore[misc, assignment]


def write_transactions(cli: Cli, *words: object) -> list[str]:
    """Run a command in a process of its own; how each of its write transactions ended."""
    log = cli.home / "transactions"

    def traced(statement: str) -> None:
        if statement in ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"):
            with log.open("a") as file:
                file.write(statement + "\n")

    forked(lambda: _trace(traced), cli, *words)
    said = log.read_text()
    log.unlink()
    return re.findall(r"BEGIN IMMEDIATE\n(COMMIT|ROLLBACK)", said)


def on_full_disk(spare: int, cli: Cli, *words: object) -> Run:
    """Run a command in a process of its own for which no file grows beyond so many bytes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (spare, spare))

    status, said = forked(limit, cli, *words)
    out, _, err = said.partition("\0")
    return Run(os.waitstatus_to_exitcode(status), out, err).checked(words)


def forked(prepare: Callable[[], None], cli: Cli, *words: object) -> tuple[int, str]:
    """Run a command in a child of this process; its wait status, and what it said."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        _in_child(prepare, write, cli, *words)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as pipe:
        said = pipe.read()
    return os.waitpid(child, 0)[1], said


def _in_child(prepare: Callable[[], None], write: int, cli: Cli, *words: object) -> NoReturn:
    code = 99
    try:
        prepare()
        run = cli(*words)
        os.write(write, f"{run.out}\0{run.err}".encode())
        code = run.code
    finally:
        os._exit(code)


@contextlib.contextmanager
def locked_by_another(db: Path) -> Iterator[None]:
    """Another process holds the write lock of the file."""
    command = [sys.executable, "-c", _HOLD, str(db)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.stdin.close()


def abort(cli: Cli, when: str, table: str, condition: str = "1", says: str = "no more") -> None:
    """Put a trigger into the file that aborts a statement: `abort(cli, "INSERT", "assets")`."""
    cli.run_sql(
        f"CREATE TRIGGER failing BEFORE {when} ON {table} WHEN {condition}"
        f" BEGIN SELECT RAISE(ABORT, '{says}'); END"
    )


def unchecked(db: Path, *statements: str) -> None:
    """Break the file as only `ignore_check_constraints` or a lost trigger can."""
    with contextlib.closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            connection.execute(statement)


def state(cli: Cli) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the file, with each time in it replaced by one word; what two runs of the same
    command have in common."""
    return {
        table: [tuple("a time" if _is_time(value) else value for value in row) for row in rows]
        for table, rows in cli.dump().items()
    }


def _is_time(value: object) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None

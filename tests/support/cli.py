"""Running retrovue on a catalogue of its own: in this process, in one of its own, on a terminal."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import pty
import select
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from support import schemas

TABLES = (
    "sources",
    "source_secrets",
    "collections",
    "path_mappings",
    "folders",
    "assets",
    "asset_files",
    "asset_streams",
    "probes",
    "works",
    "marks",
    "edits",
    "lists",
    "history",
)
ASSET_TABLES = ("assets", "asset_files", "path_mappings")
START = "import sys; from retrovue.cli.main import main; main(sys.argv[1:])"
PATIENCE = 600  # seconds after which a process counts as hung, on the busiest machine


class Run(NamedTuple):
    """How a command ended: its exit code and all it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output, which must be one JSON object and nothing else."""
        value = json.loads(self.out)
        assert isinstance(value, dict), self.out
        return value

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of its progress."""
        return schemas.events(self.err)

    @property
    def error(self) -> str:
        """The first line on standard error that is no warning."""
        lines = [line for line in self.err.splitlines() if not line.startswith("Warning: ")]
        return lines[0] if lines else ""

    @property
    def everything(self) -> str:
        return self.out + self.err

    def checked(self, words: Sequence[object]) -> Run:
        """The same, once what the command printed as JSON was found to be what its schema says, and
        each event of its progress what theirs says."""
        schemas.check([*map(str, words)], self.out)
        schemas.check_events(self.err)
        return self


def operation(words: Sequence[object]) -> str:
    """A command as messages name it: noun and verb."""
    noun, *verb = map(str, words[:2])
    return " ".join(["database" if noun == "db" else noun, *verb]).capitalize()


class Cli:
    """`retrovue --db home/retrovue.db`, with the plugins that are installed in `home/site`.

    Called, it runs the command in this process: `cli("source", "list").code`. Options of the
    root (`-q`, `--debug`) are given as any other word, first.
    """

    def __init__(self, home: Path, db: Path | None = None) -> None:
        self.home = home
        self.db = db or home / "retrovue.db"
        self.site = home / "site"

    def make_empty(self) -> None:
        """Put an empty catalogue there, a copy of one that was made once: faster than a new one."""
        self.home.mkdir(parents=True, exist_ok=True)
        if not self.db.exists():
            shutil.copy(_empty_catalogue(), self.db)

    def __call__(self, *words: object, env: Mapping[str, str | None] | None = None) -> Run:
        with _environment(env or {}), _importable(self.site):
            return _in_process(["--db", str(self.db), *map(str, words)]).checked(words)

    def ok(self, *words: object, env: Mapping[str, str | None] | None = None) -> Run:
        """Run a command that must end in 0."""
        run = self(*words, env=env)
        assert run.code == 0, f"{words} ended in {run.code}:\n{run.everything}"
        return run

    def json(self, *words: object, env: Mapping[str, str | None] | None = None) -> dict[str, Any]:
        """What a command that must end in 0 prints with --json."""
        return self.ok(*words, "--json", env=env).json

    def command(self, *words: object) -> list[str]:
        """The words that start the command as a process."""
        return [sys.executable, "-c", START, "--db", str(self.db), *map(str, words)]

    def environment(self, env: Mapping[str, str | None] | None = None) -> dict[str, str]:
        """The environment of such a process."""
        path = os.pathsep.join(filter(None, (str(self.site), os.environ.get("PYTHONPATH"))))
        own = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        merged: dict[str, str | None] = {**os.environ, **own, **(env or {})}
        return {name: value for name, value in merged.items() if value is not None}

    def process(
        self, *words: object, env: Mapping[str, str | None] | None = None, **options: Any
    ) -> Run:
        """Run the command as a process of its own; `options` go to `subprocess.run`."""
        options.setdefault("stdin", subprocess.DEVNULL)
        done = subprocess.run(
            self.command(*words),
            env=self.environment(env),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            **options,
        )
        run = Run(done.returncode, done.stdout.decode(), done.stderr.decode())
        return run.checked(words)

    def on_terminal(
        self,
        *words: object,
        answers: Sequence[tuple[str, str]] = (),
        env: Mapping[str, str | None] | None = None,
    ) -> Run:
        """Run the command with a terminal for input and errors.

        Each of `answers` is (what to wait for on the terminal, what to type then). `err` is all
        that the terminal showed; `out` is a pipe.
        """
        run = on_terminal(self.command(*words), self.environment(env), answers)
        return run.checked(words)

    # -- looking into the file --------------------------------------------------------------------

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """What a query on the file gives."""
        with contextlib.closing(sqlite3.connect(self.db)) as connection:
            return connection.execute(sql, parameters).fetchall()

    def run_sql(self, sql: str, **parameters: Any) -> None:
        """What a script does: write to the file by a plain connection."""
        with contextlib.closing(sqlite3.connect(self.db)) as connection, connection:
            connection.execute(sql, parameters)

    def dump(self, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the tables (of all that the file has where none is named), by primary
        key."""
        there = {name for (name,) in self.rows("SELECT name FROM sqlite_master")}
        wanted = tables or [table for table in TABLES if table in there]
        return {table: self.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in wanted}


@functools.cache
def _empty_catalogue() -> Path:
    from retrovue.catalogue.core import Catalogue

    home = tempfile.mkdtemp(prefix="retrovue-tests-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    catalogue = Catalogue(os.path.join(home, "empty.db"))
    with catalogue.write("Test"):
        pass
    catalogue.close()
    return Path(catalogue.path)


def _in_process(arguments: list[str]) -> Run:
    from retrovue import redact
    from retrovue.testing import in_process

    redact._known.clear()  # a process of its own would know no secret yet
    return Run(*in_process.run(arguments))


@contextlib.contextmanager
def _environment(env: Mapping[str, str | None]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in env}
    _set(env)
    try:
        yield
    finally:
        _set(before)


def _set(env: Mapping[str, str | None]) -> None:
    for name, value in env.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextlib.contextmanager
def _importable(site: Path) -> Iterator[None]:
    """Make what is installed in `site` importable, and forget it afterwards."""
    if not site.is_dir():
        yield
        return
    import importlib

    before, writes = set(sys.modules), sys.dont_write_bytecode
    sys.path.insert(0, str(site))
    sys.dont_write_bytecode = True  # a plugin rewritten within a second would be taken from there
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes
        sys.path.remove(str(site))
        for name in set(sys.modules) - before:
            origin = getattr(sys.modules[name], "__file__", None) or ""
            if origin.startswith(str(site)):
                del sys.modules[name]


def shown_on_terminal(cli: Cli, *words: object) -> Run:
    """Run a command whose standard output alone is a terminal; `out` is what that shows."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        cli.command(*words), env=cli.environment(), stdout=theirs, stderr=subprocess.PIPE
    )
    os.close(theirs)
    assert process.stderr is not None
    try:
        shown, _ = _converse(ours, ours, [])
        said = process.stderr.read().decode()
        return Run(process.wait(PATIENCE), shown.replace("\r\n", "\n"), said).checked(words)
    finally:
        os.close(ours)
        process.stderr.close()


def on_terminal(command: list[str], env: dict[str, str], answers: Sequence[tuple[str, str]]) -> Run:
    """Run any program with a terminal for input and errors, as `Cli.on_terminal` does ours."""
    ours, theirs = pty.openpty()
    read, write = os.pipe()

    def own_terminal() -> None:
        import fcntl
        import termios

        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        command, env=env, stdin=theirs, stdout=write, stderr=theirs, preexec_fn=own_terminal
    )
    os.close(theirs)
    os.close(write)
    try:
        out, shown = _converse(ours, read, list(answers))
        return Run(process.wait(PATIENCE), out, shown)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(ours)
        os.close(read)


def _converse(terminal: int, out: int, answers: list[tuple[str, str]]) -> tuple[str, str]:
    """Type each answer once what it waits for was shown; return all of stdout and the screen."""
    said = {terminal: b"", out: b""}
    still = {terminal, out}
    looked = 0
    deadline = time.monotonic() + PATIENCE
    while still:
        ready, _, _ = select.select(list(still), [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"hung; the terminal shows {said[terminal].decode()!r}"
        for descriptor in ready:
            try:
                chunk = os.read(descriptor, 65536)
            except OSError:  # EIO: the other side of the terminal is closed
                chunk = b""
            if not chunk:
                still.discard(descriptor)
            said[descriptor] += chunk
        if answers and answers[0][0].encode() in said[terminal][looked:]:
            looked = len(said[terminal])
            time.sleep(0.05)  # nobody types before the program waits
            os.write(terminal, answers.pop(0)[1].encode())
    assert not answers, f"never asked {answers[0][0]!r}; shown: {said[terminal].decode()!r}"
    return said[out].decode(), said[terminal].decode().replace("\r\n", "\n")

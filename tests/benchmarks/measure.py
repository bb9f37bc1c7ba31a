"""Measuring whole processes side by side, as the operating system counts them.

The peak memory of a child is never reported below that of the process that started it, so this
side stays small: trees and catalogues are made by processes of their own.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent  # the virtual environment's own
WORK = Path(tempfile.gettempdir()) / "retrovue-benchmarks"
_MOST = 1_000_000  # bytes kept of what a process prints
# as a shell of a user's has it: with modules that are kept compiled
_ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
_TO_MB = 2**20 if sys.platform == "darwin" else 2**10


class Run(NamedTuple):
    """One process: seconds of wall and of CPU, peak memory in MB, and what it printed."""

    wall: float
    cpu: float
    memory: float
    out: str


class Spread(NamedTuple):
    median: float
    least: float
    most: float


class Row(NamedTuple):
    """A line of the table. `value` is in `unit` ("x" for a ratio); `at_most` and `at_least` are
    goals, `mb_at_most` one for the memory; `wall` is the ratio of the wall times beside that of the
    CPU times, which travels better from machine to machine."""

    what: str
    value: Spread
    unit: str = "x"
    wall: float | None = None
    seconds: float | None = None
    memory: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    mb_at_most: float | None = None
    note: str = ""

    @classmethod
    def number(cls, what: str, value: float, unit: str, at_most: float | None = None) -> Row:
        return cls(what, Spread(value, value, value), unit, at_most=at_most)

    @property
    def kept(self) -> bool | None:
        """Whether the goals are reached; None where there is none."""
        checks = [
            self.value.median <= self.at_most if self.at_most is not None else None,
            self.value.median >= self.at_least if self.at_least is not None else None,
            (self.memory or 0) <= self.mb_at_most if self.mb_at_most is not None else None,
        ]
        known = [check for check in checks if check is not None]
        return all(known) if known else None


class Settings(NamedTuple):
    """What was asked for: the size of the tree that most groups take, and how many rounds."""

    files: int = 100_000
    rounds: int = 5


Step = Callable[[], Run]


def run(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> Run:
    """Run a process to its end. Raises SystemExit with what it said when it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        child = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env={**_ENVIRONMENT, **(env or {})},
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        said, complained = _text(out), _text(err)
    if child.returncode:
        words = " ".join(map(str, command))
        raise SystemExit(f"{words}\nended with {child.returncode}: {(said + complained)[-2000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _TO_MB, said)


def _text(file: IO[bytes]) -> str:
    """What a process printed, of very much the end: the memory of this side counts as theirs."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _MOST))
    return file.read().decode(errors="replace")


def ingested(db: Path, *words: str | Path) -> tuple[Run, Counter[str]]:
    """Ingest, and what it did by the history of its collections: not by `--json`, which names each
    asset that changed, and takes its time for that."""
    with contextlib.closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        (before,) = connection.execute("SELECT coalesce(max(id), 0) FROM history").fetchone()
        run = retrovue(db, "source", "ingest", *words)
        rows = connection.execute(
            "SELECT detail ->> '$.stats' FROM history WHERE id > ?", (before,)
        ).fetchall()
    said: Counter[str] = Counter()
    for (stats,) in rows:
        said.update(json.loads(stats))
    return run, said


def retrovue(db: Path, *words: str | Path) -> Run:
    return run([BIN / "retrovue", "--db", db, *words])


def baseline(*words: str | Path) -> Run:
    """One of the plain programs of baseline.py."""
    return run([sys.executable, HERE / "baseline.py", *words])


def in_turns(rounds: int, steps: Mapping[str, Step], before: Step) -> dict[str, list[Run]]:
    """Take the steps in turns, `before` (discarded) in front of each round, since other processes
    evict what the system had cached."""
    taken: dict[str, list[Run]] = {name: [] for name in steps}
    for _ in range(rounds):
        before()
        for name, step in steps.items():
            taken[name].append(step())
    return taken


def spread(values: Iterable[float]) -> Spread:
    found = list(values)
    return Spread(statistics.median(found), min(found), max(found))


def ratio(what: str, runs: Sequence[Run], to: Sequence[Run], **more: object) -> Row:
    """How many times the CPU time of `to` the runs took: the median of the pairs, with the least
    and the most."""
    pairs = list(zip(runs, to, strict=True))
    return Row(
        what,
        spread(one.cpu / other.cpu for one, other in pairs),
        wall=statistics.median(one.wall / other.wall for one, other in pairs),
        seconds=statistics.median(one.wall for one in runs),
        memory=max(one.memory for one in runs),
        **more,  # type: ignore[arg-type]
    )


def number(value: float) -> str:
    """A figure as the table has it."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"

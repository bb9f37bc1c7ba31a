"""Probing files in parallel, each in a process that it can take along and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from retrovue.errors import RetrovueError
from retrovue.redact import scrub

SECONDS = 30.0  # for one file
_STARTING = 120.0  # seconds, on a machine that is busy
_MOST = 4  # processes
_AHEAD = 4  # files for each process, so that none waits while results are written
_LOOK = 0.05  # seconds between two looks at what takes too long
_LINE = 16_000_000  # bytes of an answer
_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]);"
    " from retrovue.importers.probe_worker import main; main()"
)

Key = TypeVar("Key")


class Outcome(NamedTuple):
    """What became of one file: its `facts`, or the reason why it was not probed, which is `lasting`
    where it is the file's own; neither where there is no such file."""

    facts: dict[str, Any] | None = None
    error: str | None = None
    lasting: bool = True


class Job(NamedTuple, Generic[Key]):
    """A file to probe, and what it is to whoever asks."""

    key: Key
    path: str


def seconds() -> float:
    """How long one file may take."""
    try:
        return float(os.environ["RETROVUE_PROBE_TIMEOUT"])
    except (KeyError, ValueError):
        return SECONDS


def processes() -> int:
    """How many files are probed at once."""
    try:
        cpus = len(os.sched_getaffinity(0))
    except AttributeError:  # where there is none
        cpus = os.cpu_count() or 1
    return min(_MOST, cpus)


class Pool(Generic[Key]):
    """Processes that probe; they are started when they are needed, and end with it."""

    def __init__(self, plugins: Sequence[str], size: int | None = None) -> None:
        """`plugins` are those that probe, as entry points name them."""
        self._jobs: queue.SimpleQueue[Job[Key] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Job[Key], Outcome | BaseException]]
        self._done = queue.SimpleQueue()
        self._size = size or processes()
        self._plugins = tuple(plugins)
        self._seconds = seconds()
        self._workers: list[_Worker[Key]] = []
        self._looked = 0.0

    def __enter__(self) -> Pool[Key]:
        return self

    def __exit__(self, *_: object) -> None:
        """End all processes, whatever they are at."""
        for worker in self._workers:
            worker.stop()
            self._jobs.put(None)
        for worker in self._workers:
            worker.join(1.0)

    def answers(self, jobs: Iterable[Job[Key]]) -> Iterator[tuple[Key, Outcome] | None]:
        """What became of each file, in the order in which they are done, and None now and then
        while none is; `jobs` is read as far as it is needed. Raises RetrovueError where no process
        can be started."""
        waiting = iter(jobs)
        under_way = 0
        while True:
            while under_way < _AHEAD * self._size:
                job = next(waiting, None)
                if job is None:
                    break
                self._jobs.put(job)
                under_way += 1
                if len(self._workers) < min(self._size, under_way):
                    self._add_worker()
            if not under_way:
                return
            done = self._next()
            if done is None:
                yield None
                continue
            job, outcome = done
            under_way -= 1
            if isinstance(outcome, BaseException):
                raise outcome
            yield job.key, outcome

    def _add_worker(self) -> None:
        worker = _Worker(self._jobs, self._done, self._plugins, self._seconds)
        self._workers.append(worker)
        worker.start()

    def _next(self) -> tuple[Job[Key], Outcome | BaseException] | None:
        now = time.monotonic()
        if now - self._looked >= _LOOK:
            self._looked = now
            for each in self._workers:
                each.end_if_late(now)
        try:
            return self._done.get(timeout=_LOOK)
        except queue.Empty:
            return None


class _Worker(threading.Thread, Generic[Key]):
    """A thread that talks with one process at a time, and starts another one when that is gone."""

    def __init__(
        self,
        jobs: queue.SimpleQueue[Job[Key] | None],
        done: queue.SimpleQueue[tuple[Job[Key], Outcome | BaseException]],
        plugins: tuple[str, ...],
        seconds: float,
    ) -> None:
        super().__init__(name="probing", daemon=True)
        self._jobs, self._done = jobs, done
        self._setup = {"plugins": plugins, "seconds": seconds}
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()  # over what stands below
        self._deadline: float | None = None
        self._late = False
        self._stopped = False

    def run(self) -> None:
        while (job := self._jobs.get()) is not None and not self._stopped:
            outcome: Outcome | BaseException
            try:
                outcome = self._outcome(job.path)
            except BaseException as error:  # whoever waits for it must not wait for ever
                outcome = error
            self._done.put((job, outcome))
        self._let_go()

    def stop(self) -> None:
        """End the process, and start none."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def end_if_late(self, now: float) -> None:
        """End the process where its time is up."""
        with self._lock:
            if self._deadline is not None and now > self._deadline and self._process is not None:
                self._late = True
                self._process.kill()

    def _outcome(self, path: str) -> Outcome:
        for _ in range(2):  # the process may have died of the file before
            self._require_process()
            if self._send(path):
                break
            self._let_go()
        answer, late = self._answer(self._seconds)
        if answer is not None and not late:
            return _outcome(answer)
        self._let_go()
        reason = f"it took longer than {self._seconds:g} s" if late else "its probe crashed"
        return Outcome(error=reason)

    def _require_process(self) -> None:
        if self._process is not None:
            return
        with self._lock:
            if not self._stopped:
                self._process = _started()
        answer = self._answer(_STARTING)[0] if self._send(self._setup) else None
        if answer is None or "ready" not in answer:
            self._let_go()
            why = scrub(str(answer["error"])) if answer else "it ended at once"
            raise RetrovueError(f"Nothing can be probed: a process for it does not start ({why})")

    def _send(self, value: object) -> bool:
        """Write a line to the process; returns whether there was one to read it."""
        if self._process is None or self._process.stdin is None:
            return False
        try:
            self._process.stdin.write(json.dumps(value).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return False
        return True

    def _answer(self, seconds: float) -> tuple[dict[str, Any] | None, bool]:
        """The next line of the process, None where it is gone, and whether its time was up."""
        process = self._process
        if process is None or process.stdout is None:
            return None, False
        with self._lock:
            self._deadline = time.monotonic() + seconds
        line = process.stdout.readline(_LINE)
        with self._lock:
            self._deadline = None
            late, self._late = self._late, False
        if not line.endswith(b"\n"):
            return None, late
        answer: dict[str, Any] = json.loads(line)
        return answer, late

    def _let_go(self) -> None:
        process = self._process
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        with self._lock:
            self._process = None


def _started() -> subprocess.Popen[bytes]:
    """A process that inherits nothing but its pipes, and finds modules where this one does."""
    places = [os.path.abspath(place) for place in sys.path if place]
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-c", _START, json.dumps(places)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        why = error.strerror or str(error)
        raise RetrovueError(
            f"Nothing can be probed: a process for it does not start ({why})"
        ) from error


def _outcome(answer: dict[str, Any]) -> Outcome:
    if "facts" in answer:
        return Outcome(answer["facts"])
    if "error" in answer:
        return Outcome(error=scrub(str(answer["error"])), lasting=bool(answer["lasting"]))
    return Outcome()

"""Eight processes on one file: nothing is lost, nobody is refused without need."""

from __future__ import annotations

import itertools
import multiprocessing
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support import media
from support.cli import PATIENCE, Cli, Run
from support.dying import locked_by_another
from support.media import Library
from support.survival import THOROUGH, check, collections_of

SECONDS = 30 if THOROUGH else 4  # how long they go on
LOCKED = "the database is locked by another process"
_processes = multiprocessing.get_context("fork")
Call = tuple[tuple[str, ...], Run]


def _at_once(*tasks: Callable[[], list[Call]]) -> list[list[Call]]:
    """Do the tasks at once, each in a process of its own; what each returned."""
    start = _processes.Barrier(len(tasks))
    ends = [_processes.Pipe(duplex=False) for _ in tasks]

    def do(task: Callable[[], list[Call]], end: Any) -> None:
        start.wait()
        end.send(task())

    running = [
        _processes.Process(target=do, args=(task, end[1]))
        for task, end in zip(tasks, ends, strict=True)
    ]
    for process in running:
        process.start()
    for _, write in ends:
        write.close()
    try:
        return [read.recv() for read, _ in ends]
    finally:
        for process in running:
            process.join()


def _call(cli: Cli, *words: object) -> Call:
    return tuple(map(str, words)), cli(*words)


def _going_on(one: Callable[[int], list[Call]]) -> Callable[[], list[Call]]:
    """Do it again and again for a while."""

    def task() -> list[Call]:
        until = time.monotonic() + SECONDS
        rounds: Iterator[int] = itertools.takewhile(
            lambda _: time.monotonic() < until, itertools.count()
        )
        return [call for number in rounds for call in one(number)]

    return task


def _require_success(calls: list[list[Call]]) -> None:
    for words, run in itertools.chain.from_iterable(calls):
        assert run.code == 0, f"{words}: {run.everything}"
        assert "Traceback" not in run.err


def test_first_opening_of_a_new_file_by_eight_processes(cli: Cli) -> None:
    for number in range(2):
        fresh = Cli(cli.home, cli.home / f"{number}" / "retrovue.db")
        tasks = []
        for name in range(8):
            base = cli.home / f"base-{name}"
            base.mkdir(exist_ok=True)
            words = ("source", "add", "--type", "filesystem", "--name", f"S{name}",
                     "--base-path", base, "--discover")  # fmt: skip
            tasks.append(lambda words=words, fresh=fresh: [_call(fresh, *words)])
        _require_success(_at_once(*tasks))
        names = fresh.rows("SELECT name FROM sources ORDER BY name")
        assert names == [(f"S{name}",) for name in range(8)]
        assert [path.name for path in fresh.db.parent.glob(".*")] == []
        check(fresh)


def test_first_opening_of_an_empty_file_by_eight_processes(cli: Cli) -> None:
    cli.db.touch()
    tasks = []
    for name in range(8):
        base = cli.home / f"base-{name}"
        base.mkdir()
        words = ("source", "add", "--type", "filesystem", "--name", f"S{name}", "--base-path", base)
        tasks.append(lambda words=words: [_call(cli, *words)])
    _require_success(_at_once(*tasks))
    assert cli.rows("SELECT count(*) FROM sources") == [(8,)]
    check(cli)


def test_the_same_source_added_eight_times_is_there_once(cli: Cli) -> None:
    words = ("source", "add", "--type", "filesystem", "--name", "S", "--base-path", cli.home)
    ended = _at_once(*[lambda: [_call(cli, *words)] for _ in range(8)])
    runs = [run for calls in ended for _, run in calls]
    assert sorted(run.code for run in runs) == [0, *[1] * 7]
    assert {run.error for run in runs if run.code} == {"Error: Source 'S' already exists"}
    assert cli.rows("SELECT name FROM sources") == [("S",)]


def test_ingests_of_the_same_source_at_once_have_one_result(library: Library) -> None:
    cli = library.cli
    media.write(library.root, *media.films(60))
    media.settle(library.root)
    alone = Cli(cli.home, cli.home / "alone.db")
    alone.db.write_bytes(cli.db.read_bytes())
    alone.ok("source", "ingest", "Home")
    ended = _at_once(*[lambda: [_call(cli, "source", "ingest", "Home", "--json")]] * 4)
    _require_success(ended)
    added = [run.json["totals"]["added"] for calls in ended for _, run in calls]
    assert sum(added) == 66

    def ids(of: Cli) -> list[tuple[Any, ...]]:
        return of.rows("SELECT external_id, title, fingerprint FROM assets ORDER BY 1")

    assert ids(cli) == ids(alone)
    files = "SELECT relative_path FROM asset_files ORDER BY 1"
    assert cli.rows(files) == alone.rows(files)
    ingests = "SELECT count(*) FROM history WHERE operation = 'Source ingest'"
    assert cli.rows(ingests) == [(12,)]
    check(cli)


def test_ingests_that_find_the_same_empty_folder_at_once_both_succeed(ingested: Library) -> None:
    for number in range(5):
        (ingested.root / "Movies" / f"Empty {number}").mkdir()
        media.settle(ingested.root)
        _require_success(_at_once(*[lambda: [_call(ingested.cli, "source", "ingest", "Home")]] * 3))
    check(ingested.cli)


def test_flags_and_mappings_changed_at_once_are_all_kept(ingested: Library) -> None:
    """Each process changes one thing of one collection; none undoes what another did."""
    cli = ingested.cli
    movies, music = ingested.root / "Movies", ingested.root / "Music"
    for number in range(4):
        cli.ok("collection", "update", "Movies", "--disable")
        target = (movies, music)[number % 2]
        tasks = [
            ("collection", "update", "Movies", "--enable"),
            ("collection", "update", "Movies", "--map", movies, target),
            ("collection", "update", "Music", "--sync-disable"),
            ("source", "update", "Home", "--name", f"Home {number}"),
            ("source", "update", "Home*"[:4] if not number else f"Home {number - 1}",
             "--collections", ("folders", "auto")[number % 2]),
        ]  # fmt: skip
        source = cli.rows("SELECT external_id FROM sources")[0][0]
        tasks[3] = ("source", "update", source, *tasks[3][3:])
        tasks[4] = ("source", "update", source, *tasks[4][3:])
        _require_success(_at_once(*[lambda words=words: [_call(cli, *words)] for words in tasks]))
        assert cli.rows(
            "SELECT enabled, ingestible, local_path FROM collections AS c"
            " JOIN path_mappings AS m ON m.collection_id = c.id WHERE c.name = 'Movies'"
        ) == [(1, 1, str(target))]
        assert cli.rows("SELECT name, config ->> '$.collections' FROM sources") == [
            (f"Home {number}", ("folders", "auto")[number % 2])
        ]
        cli.ok("collection", "update", "Music", "--sync-enable")
    check(cli)


def test_eight_processes_of_every_kind_lose_nothing(library: Library, root: Path) -> None:
    cli = library.cli
    for name in range(2):
        (cli.home / f"other-{name}" / "Movies").mkdir(parents=True)

    def writes_files(number: int) -> list[Call]:
        media.write(root, f"Movies/New {number} (2001)/New {number} (2001).mkv")
        return [_call(cli, "source", "discover", "Home")]

    def comes_and_goes(name: int) -> Callable[[int], list[Call]]:
        source = f"Other {name}"
        add = ("source", "add", "--type", "filesystem", "--name", source, "--base-path",
               cli.home / f"other-{name}", "--discover")  # fmt: skip
        return lambda number: [
            _call(cli, *add),
            _call(cli, "collection", "update", f"{source}/Movies", "--map-same", "--sync-enable"),
            _call(cli, "source", "ingest", source),
            _call(cli, "source", "delete", source, "--force", "--no-backup"),
        ]

    def toggles(number: int) -> list[Call]:
        sync = ("--sync-disable", "--sync-enable")[number % 2]
        return [_call(cli, "collection", "update", "Home/Music", sync)]

    def ingests(number: int) -> list[Call]:
        return [_call(cli, "collection", "ingest", "Home/TV Shows")]

    def reads(number: int) -> list[Call]:
        words: tuple[tuple[object, ...], ...] = (
            ("collection", "list"), ("asset", "list"), ("history",), ("db", "check"),
            ("db", "backup", cli.home / "read.backup", "--force"),
        )  # fmt: skip
        return [_call(cli, *words[number % len(words)])]

    ended = _at_once(*map(_going_on, (writes_files, comes_and_goes(0), comes_and_goes(1), toggles,
                                      ingests, ingests, reads, reads)))  # fmt: skip
    _require_success(ended)
    done = [len(calls) for calls in ended]
    assert min(done) > 0
    check(cli)
    expected: dict[str, int] = {
        "Source add": 1 + (done[1] + done[2]) // 4,
        "Source delete": (done[1] + done[2]) // 4,
        "Collection ingest": done[4] + done[5],
    }
    for operation, count in expected.items():
        rows = cli.rows("SELECT count(*) FROM history WHERE operation = :name", name=operation)
        assert rows == [(count,)], operation
    last = ("on", "off")[done[3] % 2] if done[3] else "on"
    assert cli.rows("SELECT sync_enabled FROM collections WHERE name = 'Music'") == [
        (int(last == "on"),)
    ]
    assert cli.rows("SELECT name FROM sources") == [("Home",)]
    cli.ok("source", "ingest", "Home")
    assert cli.rows("SELECT count(*) FROM assets WHERE external_id LIKE '%New %'") == [(done[0],)]


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETROVUE_BUSY_TIMEOUT", "0.2")


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("Source update", ("source", "update", "Home", "--name", "House")),
        ("Source discover", ("source", "discover", "Home")),
        ("Source ingest", ("source", "ingest", "Home")),
        ("Collection ingest", ("collection", "ingest", "Movies")),
        ("Collection update", ("collection", "update", "Movies", "--sync-disable")),
        ("Source delete", ("source", "delete", "Home", "--force", "--no-backup")),
        ("Collection wipe", ("collection", "wipe", "Movies", "--force", "--no-backup")),
        ("Database restore", ("db", "restore", "kept.backup", "--force")),
    ],
)
def test_a_write_while_another_holds_the_lock_fails_as_locked(
    ingested: Library, operation: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = ingested.cli
    monkeypatch.chdir(cli.home)
    media.write(ingested.root, "Movies/New (2001)/New (2001).mkv", "Photos/1.jpg")
    cli.ok("db", "backup", "kept.backup")
    before = cli.dump()
    with locked_by_another(cli.db):
        run = cli(*words, "--json")
        assert run.code == 1
        assert run.json["error"]["code"] == "locked"
        assert run.json["error"]["message"] == f"{operation} failed: {LOCKED}"
        plain = cli(*words)
        assert (plain.code, plain.error) == (1, f"Error: {operation} failed: {LOCKED}")
    assert cli.dump() == before


@pytest.mark.usefixtures("_impatient")
def test_a_write_waits_for_the_busy_timeout_before_it_fails(ingested: Library) -> None:
    """Whoever lets go of the lock in time is waited for."""
    cli = ingested.cli
    with locked_by_another(cli.db):
        waiting = subprocess.Popen(
            cli.command("source", "update", "Home", "--name", "House"),
            env=cli.environment({"RETROVUE_BUSY_TIMEOUT": str(PATIENCE)}),
            stdout=subprocess.DEVNULL,
        )
        assert cli("source", "update", "Home", "--name", "Hut").code == 1
        assert waiting.poll() is None
    assert waiting.wait(PATIENCE) == 0
    assert cli.rows("SELECT name FROM sources") == [("House",)]


@pytest.mark.usefixtures("_impatient")
def test_reads_and_backups_work_while_another_holds_the_lock(ingested: Library) -> None:
    cli = ingested.cli
    with locked_by_another(cli.db):
        for words in (("source", "list"), ("source", "show", "Home"), ("collection", "list"),
                      ("asset", "list"), ("history",), ("db", "info"), ("db", "check"),
                      ("db", "backup", cli.home / "kept.backup")):  # fmt: skip
            run = cli(*words)
            assert (run.code, run.err) == (0, ""), run.everything


def test_a_backup_while_a_writer_is_at_work_is_of_one_moment(library: Library) -> None:
    """A writer moves every asset between two kinds at once; no copy holds some of each."""
    cli = library.cli
    media.write(library.root, *media.films(150))
    library.stats()
    done = _processes.Event()

    def writes() -> list[Call]:
        kinds = itertools.cycle(("video", "movie"))
        while not done.is_set():
            cli.run_sql(f"UPDATE assets SET kind = '{next(kinds)}'")
        return []

    def copies() -> list[Call]:
        found = []
        for number in range(12):
            copy = Cli(cli.home, cli.home / f"copy-{number}")
            found.append(_call(cli, "db", "backup", copy.db))
            assert len(copy.rows("SELECT DISTINCT kind FROM assets")) == 1
            found.append(_call(copy, "db", "check"))
        done.set()
        return found

    cli.run_sql("UPDATE assets SET kind = 'movie'")
    _require_success(_at_once(writes, copies))
    assert len(collections_of(cli)) == 3

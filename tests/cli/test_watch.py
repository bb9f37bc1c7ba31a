"""`retrovue watch`: real folders, real processes; a test waits for what must come, not a time."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import schemas
from support.cli import PATIENCE, Cli
from support.media import Library, films, write

HEAT = "Movies/Heat (1995)/Heat (1995).mkv"
JAWS = "Movies/Jaws (1975)/Jaws (1975).mkv"
WATCH = ("watch", "--settle", "0.5")
_LIMITED = ("unshare", "-Ur", "sh", "-c",
            'echo 1 > /proc/sys/user/max_inotify_watches && exec "$@"', "sh")  # fmt: skip


class Watching:
    """A `retrovue watch` that runs."""

    def __init__(self, cli: Cli, *words: str, before: tuple[str, ...] = ()) -> None:
        self._out, self._err = cli.home / "out", cli.home / "err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(
                [*before, *cli.command(*(words or WATCH))],
                env=cli.environment({"RETROVUE_BUSY_TIMEOUT": "0.2"}), stdout=out, stderr=err,
            )  # fmt: skip

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()

    def until(self, what: Callable[[], object]) -> None:
        """Wait until something is so."""
        end = time.monotonic() + PATIENCE
        while not what():
            assert self._process.poll() is None, f"it ended: {self.out}{self.err}"
            assert time.monotonic() < end, f"never came: {self.out}{self.err}"
            time.sleep(0.05)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send it a signal and return its exit code."""
        self._process.send_signal(number)
        return self._process.wait(PATIENCE)

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def watching(cli: Cli, *words: str, before: tuple[str, ...] = ()) -> Iterator[Watching]:
    running = Watching(cli, *words, before=before)
    try:
        yield running
    finally:
        running.kill()


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    return Library(cli, tmp_path / "media", HEAT)


def test_what_is_new_moved_and_deleted_is_followed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    root = tmp_path / "media"  # with the catalogue in a folder that is watched
    library = Library(Cli(home, root / "Movies" / "retrovue.db"), root, HEAT)
    with watching(library.cli) as running:
        running.until(lambda: "Home/Movies: 1 added\n" in running.out)
        write(root, "Movies/Jaws (1975)/Jaws (1975).mkv.part", text="half")
        write(root, "Movies/Canary (1990)/Canary (1990).mkv")
        running.until(lambda: f"1 added ({root}/Movies/Canary (1990))" in running.out)
        assert JAWS not in library.ids()
        os.rename(root / f"{JAWS}.part", root / JAWS)
        running.until(lambda: f"1 added ({root}/Movies/Jaws (1975))" in running.out)
        number = library.ids()[JAWS]
        os.rename((root / JAWS).parent, root / "Movies/Shark (1975)")
        running.until(lambda: f"1 moved ({root}/Movies/Shark (1975))" in running.out)
        assert library.ids()["Movies/Shark (1975)/Jaws (1975).mkv"] == number
        (root / HEAT).unlink()
        running.until(lambda: "Home/Movies: 1 missing\n" in running.out)
        assert running.end() == 0
        assert running.err == ""
    assert library.missing() == [HEAT]
    before = library.ids()
    library.ingest()
    assert library.ids() == before
    assert library.cli.rows("SELECT count(*) < 20 FROM history") == [(1,)]


def test_a_loose_file_that_grows_is_updated(library: Library) -> None:
    loose = "Movies/Loose (1950).mkv"
    with watching(library.cli) as running:
        running.until(lambda: "1 added" in running.out)
        write(library.root, loose)
        running.until(lambda: loose in library.ids())
        write(library.root, loose, text="longer than it was before, and by far")
        running.until(lambda: "1 updated" in running.out)
        assert running.end() == 0


def test_a_disk_that_goes_away_loses_nothing_and_is_watched_again(library: Library) -> None:
    movies, away = library.root / "Movies", library.root.parent / "away"
    with watching(library.cli) as running:
        running.until(lambda: HEAT in library.ids())
        os.rename(movies, away)
        running.until(lambda: "nothing is ingested until it is back" in running.err)
        movies.mkdir()  # as a mount point is
        write(away, "Jaws (1975)/Jaws (1975).mkv")
        movies.rmdir()
        os.rename(away, movies)
        running.until(lambda: JAWS in library.ids())
        write(library.root, "Movies/Later (2000)/Later (2000).mkv")
        running.until(lambda: "Later (2000)" in running.out)
        assert running.end() == 0
        assert running.err.count("nothing is ingested") == 1
        assert running.err.count("/media/Movies is back") == 1
    assert library.missing() == []
    assert library.cli.rows("SELECT DISTINCT status FROM history") == [("success",)]


def _limited() -> bool:
    return (
        shutil.which("unshare") is not None
        and not subprocess.run([*_LIMITED, "true"], capture_output=True, check=False).returncode
    )


@pytest.mark.skipif(not _limited(), reason="no user namespace can be made here")
def test_where_the_system_watches_no_more_all_is_looked_at_every_so_often(library: Library) -> None:
    words = (*WATCH, "--every", "0.02")
    with watching(library.cli, *words, before=_LIMITED) as running:
        running.until(lambda: HEAT in library.ids())
        write(library.root, JAWS)
        running.until(lambda: JAWS in library.ids())
        assert running.end() == 0
        assert running.err.count("cannot be watched") == 1
        assert "looked at every 0.02 minutes" in running.err


def test_without_watching_all_is_looked_at_every_so_often(library: Library) -> None:
    with watching(library.cli, *WATCH, "--poll", "--every", "0.02", "Home") as running:
        running.until(lambda: HEAT in library.ids())
        write(library.root, JAWS)
        running.until(lambda: JAWS in library.ids())
        assert running.end() == 0
        assert running.err == ""


def test_a_catalogue_that_is_locked_is_waited_for(library: Library) -> None:
    with watching(library.cli) as running:
        running.until(lambda: HEAT in library.ids())
        with contextlib.closing(sqlite3.connect(library.cli.db, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            write(library.root, JAWS)
            running.until(lambda: "locked by another process" in running.err)
            other.execute("ROLLBACK")
        running.until(lambda: JAWS in library.ids())
        assert running.end() == 0


def test_what_came_while_the_catalogue_was_away_is_taken_in(library: Library) -> None:
    with watching(library.cli) as running:
        running.until(lambda: HEAT in library.ids())
        away = library.cli.home / "away.db"
        library.cli.ok("db", "backup", away)
        for file in library.cli.home.glob("retrovue.db*"):
            file.unlink()
        running.until(lambda: "No catalogue at" in running.err)
        write(library.root, JAWS)
        away.rename(library.cli.db)
        running.until(lambda: JAWS in library.ids())
        assert running.end() == 0


def test_a_folder_whose_name_begins_as_the_catalogue_is_followed(tmp_path: Path) -> None:
    root = tmp_path / "media-of-mine"
    library = Library(Cli(tmp_path, tmp_path / "media"), root, HEAT)
    with watching(library.cli) as running:
        running.until(lambda: HEAT in library.ids())
        write(root, JAWS)
        running.until(lambda: JAWS in library.ids())
        assert running.end() == 0


def test_a_hook_that_is_added_meanwhile_is_run(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    heard = tmp_path / "heard"
    with watching(library.cli) as running:
        running.until(lambda: HEAT in library.ids())
        library.cli.ok("hook", "add", "collection_ingested", "--", "touch", heard)
        write(library.root, JAWS)
        running.until(heard.exists)
        assert running.end() == 0


def test_what_is_enabled_meanwhile_is_followed(library: Library) -> None:
    library.cli.ok("collection", "update", "Movies", "--sync-disable")
    with watching(library.cli) as running:
        library.cli.ok("collection", "update", "Movies", "--sync-enable")
        running.until(lambda: HEAT in library.ids())
        assert running.end() == 0


@pytest.mark.parametrize(
    ("number", "code", "status"), [(signal.SIGTERM, 0, "success"), (signal.SIGINT, 130, "error")]
)
def test_json_is_one_object_at_the_end(
    library: Library, number: int, code: int, status: str
) -> None:
    with watching(library.cli, *WATCH, "--json") as running:
        running.until(lambda: HEAT in library.ids())
        assert running.end(number) == code
        schemas.check(["watch", "--json"], running.out)
        body = json.loads(running.out)
    assert body["status"] == status
    assert (body["totals"]["added"], body["failed"]) == (1, 0)


def test_very_many_folders_at_once_are_one_quick_ingest(library: Library) -> None:
    write(library.root.parent / "aside", *films(200))
    aside = library.root.parent / "aside" / "Movies"
    with watching(library.cli, "watch", "--settle", "2") as running:
        running.until(lambda: HEAT in library.ids())
        for folder in aside.iterdir():
            os.rename(folder, library.root / "Movies" / folder.name)
        running.until(lambda: len(library.ids()) == 201)
        assert running.end() == 0
    assert library.cli.rows("SELECT count(*) < 100 FROM history") == [(1,)]


def test_killed_at_any_moment_nothing_is_half_done(library: Library) -> None:
    write(library.root, *films(300))
    with watching(library.cli, "watch", "--settle", "0.1") as running:
        running.until(lambda: library.ids() or running.out)
        running.kill()
    assert library.cli("db", "check").code == 0
    library.ingest()
    assert len(library.ids()) == 301
    assert library.missing() == []


def test_without_the_library_it_says_what_to_install(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    run = library.cli("watch")
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Watch failed: it needs watchfiles, which is not installed",
        "  Install it: pip install 'retrovue[watch]'",
    ]

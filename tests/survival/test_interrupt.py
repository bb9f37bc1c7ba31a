"""Ctrl-C at any point: exit code 130, and a message that says what was kept."""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support import plugins
from support.cli import PATIENCE, Cli, Run
from support.media import Library
from support.survival import (
    THOROUGH,
    calls_of,
    check,
    collections_of,
    copy_of,
    interrupted_at,
    require_before_or_after,
    sources_of,
    spread,
)


def _interrupted_everywhere(cli: Cli, *words: object) -> list[tuple[Cli, str]]:
    """Interrupt the command at many of its calls to SQLite, before and behind them, each time on a
    copy; returns the copies with what was said."""
    after = copy_of(cli, "after")
    count = calls_of(after, *words)
    said = []
    for number in spread(count):
        for behind in (False, True):
            victim = copy_of(cli, f"interrupted-{number}-{behind}")
            run = interrupted_at(number, victim, *words, behind=behind)
            assert run is not None
            assert run.code == 130, run.everything
            assert run.out == ""
            assert run.error.startswith("Error: "), run.err
            assert "Traceback" not in run.err
            require_before_or_after(victim, cli, after)
            said.append((victim, run.err))
    return said


def test_interrupted_source_ingest_says_which_collections_were_kept(changed: Library) -> None:
    cli = changed.cli
    was = collections_of(cli)
    names = ["Movies", "Music", "TV Shows"]
    seen = set()
    for victim, said in _interrupted_everywhere(cli, "source", "ingest", "Home"):
        now = collections_of(victim)
        ingested = victim.rows(
            "SELECT collection FROM history WHERE operation = 'Source ingest' ORDER BY id"
        )[3:]
        kept = [name for (name,) in ingested]
        assert kept == names[: len(kept)]
        assert all(now[name] == was[name] for name in names[len(kept) :])
        seen.add(len(kept))
        lines = said.splitlines()
        if lines[0] == "Error: Source ingest failed: interrupted":
            quoted = ", ".join(f"'{name}'" for name in kept)
            assert lines[1] == (f"  Kept: collections {quoted}." if kept
                                else "  Nothing was ingested.")  # fmt: skip
        else:
            assert lines[0] == "Error: Interrupted"
            assert all(f"Source ingest 'Home' '{name}'" in lines[1] for name in kept)
    assert seen == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("source", "update", "Home", "--name", "House"), "Source update 'House'"),
        (("source", "delete", "Home", "--force"), "Source delete 'Home'"),
        (("collection", "wipe", "Movies", "--force"), "Collection wipe 'Home' 'Movies'"),
        (
            ("collection", "update", "Movies", "--sync-disable"),
            "Collection update 'Home' 'Movies'",
        ),
    ],
)
def test_interrupted_command_says_whether_it_was_done(
    ingested: Library, words: tuple[str, ...], kept: str
) -> None:
    cli = ingested.cli
    was = (sources_of(cli), collections_of(cli))
    done = 0
    for victim, said in _interrupted_everywhere(cli, *words):
        unchanged = (sources_of(victim), collections_of(victim)) == was
        done += not unchanged
        detail = (
            ["  What was open was rolled back; nothing changed."]
            if unchanged
            else [f"  Kept: {kept}.", "  Nothing else changed."]
        )
        assert said.splitlines() == ["Error: Interrupted", *detail]
    assert done


def test_interrupted_first_source_add_leaves_no_file_or_a_sound_one(
    cli: Cli, root: os.PathLike[str]
) -> None:
    os.makedirs(os.path.join(root, "Movies"))
    words = ("source", "add", "--type", "filesystem", "--name", "Home", "--base-path", root,
             "--discover")  # fmt: skip
    for number in spread(60, 12):
        victim = Cli(cli.home, cli.home / f"{number}" / "retrovue.db")
        run = interrupted_at(number, victim, *words)
        assert run is None or run.error == "Error: Interrupted"
        if victim.db.exists():
            check(victim)
        assert not list(victim.db.parent.glob(".*"))


def test_interrupted_backup_leaves_nothing(ingested: Library) -> None:
    cli = ingested.cli
    for number in spread(10):
        run = interrupted_at(number, cli, "db", "backup", cli.home / "copies" / "kept.backup")
        (cli.home / "copies").mkdir(exist_ok=True)
        assert run is not None
        assert list((cli.home / "copies").iterdir()) == []


@pytest.mark.parametrize("words", [("source", "list"), ("source", "list", "--json")])
def test_an_interrupt_while_the_tool_itself_is_imported_is_answered(
    cli: Cli, words: tuple[str, ...]
) -> None:
    cli.site.mkdir()
    (cli.site / "click.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    command = [sys.executable, "-m", "retrovue", "--db", str(cli.db), *words]
    done = subprocess.run(
        command, env=cli.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 130
    if "--json" in words:
        said = Run(done.returncode, done.stdout, done.stderr).checked(words)
        assert said.json["error"]["code"] == "interrupted"
        assert done.stderr == ""
    else:
        assert (done.stdout, done.stderr) == ("", "Error: Interrupted\n  Nothing was changed.\n")


ENDLESS = """
    def discover(self):
        for name in ("a", "b", "c"):
            yield FoundCollection(name, f"Shelf {name.upper()}", locations=(f"/srv/{name}",))
    def scan(self, collection):
        number = 0
        while number < 2 or collection.external_id == "b":
            number += 1
            name = f"{collection.external_id}{number}"
            yield FoundAsset(
                name, "movie", name,
                (FoundFile(f"/srv/{collection.external_id}/{name}.mkv"),), "1")
            if number == 5000:
                sys.stderr.write("endless\\n")
"""


@pytest.fixture
def endless(cli: Cli) -> Cli:
    """Three collections; the importer never ends to scan the second."""
    plugins.importer(cli.site, "endless", ENDLESS, before="import sys")
    cli.ok("source", "add", "--type", "endless", "--name", "Shelf", "--discover")
    for name in ("a", "b", "c"):
        cli.ok("collection", "update", f"Shelf {name}", "--map", f"/srv/{name}", cli.home,
               "--sync-enable")  # fmt: skip
    return cli


def _stopped(cli: Cli, *words: object) -> tuple[int, str, str]:
    """Press Ctrl-C when the process has been in the endless scan for a while."""
    process = subprocess.Popen(
        cli.command(*words),
        env=cli.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    ready, _, _ = select.select([process.stderr], [], [], PATIENCE)
    assert ready, "the scan never began"
    assert process.stderr.readline() == "endless\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def test_an_importer_that_never_ends_is_stopped_and_what_was_committed_stays(endless: Cli) -> None:
    code, out, err = _stopped(endless, "source", "ingest", "Shelf")
    assert (code, out) == (130, "")
    assert err.splitlines() == [
        "Error: Source ingest failed: interrupted",
        "  Kept: collections 'Shelf A'.",
        "  The collection that was being ingested is as it was before.",
        "  Run the same command again to go on.",
    ]
    titles = endless.rows("SELECT title FROM assets ORDER BY title")
    assert titles == [("a1",), ("a2",)]
    ingests = "SELECT collection, status FROM history WHERE operation = 'Source ingest'"
    assert endless.rows(ingests) == [("Shelf A", "success")]
    check(endless)


def test_an_interrupted_ingest_is_one_json_object(endless: Cli) -> None:
    words = ("source", "ingest", "Shelf", "--json")
    run = Run(*_stopped(endless, *words)).checked(words)
    assert run.code == 130
    assert run.json == {
        "status": "error",
        "error": {
            "code": "interrupted",
            "message": "Source ingest failed: interrupted",
            "detail": [
                "Kept: collections 'Shelf A'.",
                "The collection that was being ingested is as it was before.",
                "Run the same command again to go on.",
            ],
        },
    }


def test_an_interrupted_collection_ingest_says_that_nothing_was_ingested(endless: Cli) -> None:
    code, out, err = _stopped(endless, "collection", "ingest", "Shelf B")
    assert (code, out) == (130, "")
    assert err.splitlines()[:2] == [
        "Error: Collection ingest failed: interrupted",
        "  Nothing was ingested.",
    ]
    assert endless.rows("SELECT * FROM assets") == []


def test_a_second_interrupt_does_not_hide_what_was_kept(endless: Cli) -> None:
    """It comes while the report of the first one cannot be written yet."""
    read, write = os.pipe()
    process = subprocess.Popen(
        endless.command("source", "ingest", "Shelf"), env=endless.environment(), stderr=write
    )
    assert os.read(read, 100) == b"endless\n"
    os.set_blocking(write, False)
    junk = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            junk += os.write(write, b" " * 512)
    os.set_blocking(write, True)
    process.send_signal(signal.SIGINT)
    while not _ignores_interrupts(process.pid):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()[junk:]
    assert process.wait(PATIENCE) == 130
    assert said.splitlines()[:2] == [
        "Error: Source ingest failed: interrupted",
        "  Kept: collections 'Shelf A'.",
    ]


def _ignores_interrupts(pid: int) -> bool:
    """https://man7.org/linux/man-pages/man5/proc_pid_status.5.html"""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigIgn:"):
            return bool(int(line.split()[1], 16) & 1 << (signal.SIGINT - 1))
    raise AssertionError("no SigIgn")


@pytest.mark.parametrize("seed", range(20 if THOROUGH else 2))
def test_interrupt_at_a_random_time(endless: Cli, seed: int) -> None:
    """From when the tool itself has begun; it never ends by itself."""
    words = ("source", "ingest", "Shelf")
    moments = random.Random(seed)
    start = "from retrovue.__main__ import main; print(flush=True); main()"
    for number in range(4):
        victim = copy_of(endless, f"interrupted-{number}")
        process = subprocess.Popen(
            [sys.executable, "-c", start, "--db", str(victim.db), *words],
            env=victim.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "\n"
        time.sleep(moments.uniform(0.01, 0.4))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out) == (130, ""), err
        lines = [line for line in err.splitlines() if line != "endless"]
        assert lines[0].startswith("Error: ")
        assert "Traceback" not in err
        titles = victim.rows("SELECT title FROM assets ORDER BY title")
        assert titles in ([], [("a1",), ("a2",)])
        assert ("Kept: collections 'Shelf A'." in err) == bool(titles)
        check(victim)

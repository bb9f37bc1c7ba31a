"""Probing: which files are opened and when, and that no file takes anything else along."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import plugins
from support.cli import PATIENCE, Cli
from support.encoded import Audio, encode

# What it does with a file is in the file's name.
PROBE = """
import ctypes, os, time
from retrovue import Probed, Stream
LOG = os.environ["PROBE_LOG"]

@hookimpl
def probe(path):
    name = os.path.basename(path)
    with open(LOG, "a") as log:
        log.write(f"{os.getpid()} {name}\\n")
    if "Hang" in name and os.path.exists(LOG + ".hold"):
        time.sleep(10_000)
    if "Exit" in name:
        os._exit(3)
    if "Abort" in name:
        os.abort()
    if "Memory" in name:
        return bytearray(8 * 2**30)
    if "Raise" in name:
        raise ValueError("no \\0 good at https://me:secret@host/x\\nat all")
    if "Noise" in name:
        os.write(1, b"to stdout\\n"), os.write(2, b"to stderr\\n"), print("more", flush=True)
    if "Unknown" in name:
        return None
    if "Wrong" in name:
        return {"duration_ms": 5}
    if "Lacking" in name:
        import no_such_module
    if "Passing" in name:
        raise PermissionError(13, "Permission denied")
    tags = {
        "title": "A\\0B", "artist": "x" * 5000, "album": 7, "track": float("nan"), "disc": 2**70,
        "year": True, "evil": "x",
    } if "Hostile" in name else {"title": "Told", "artist": "Somebody", "track": 3}
    streams = (Stream("video", "h264", hdr="HDR10"), Stream("audio", "aac", "en", 6, None, True))
    length = os.path.getsize(path) * 1000
    return Probed(length, "matroska", 1920, 1080, streams, tags, "2001-02-03")
"""


class Tree:
    """A folder source whose films are what tests make of them."""

    def __init__(self, cli: Cli) -> None:
        self.cli = cli
        self.folder = cli.home / "media"
        self.log = cli.home / "probe.log"
        self.hold = Path(f"{self.log}.hold")
        self.env: dict[str, str | None] = {"PROBE_LOG": str(self.log)}
        plugins.install(cli.site, "logging_probe", PROBE)

    def film(self, title: str, text: str = "abc") -> Path:
        path = self.folder / "Movies" / f"{title} (1979).mkv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def add(self) -> None:
        base = ("--base-path", self.folder)
        self.cli.ok("source", "add", "--type", "filesystem", "--name", "Disk", *base, "--discover")
        for (name,) in self.cli.rows("SELECT name FROM collections"):
            self.cli.ok("collection", "update", f"Disk/{name}", "--map-same", "--sync-enable")

    def ingest(self, *words: object) -> dict[str, Any]:
        words = ("source", "ingest", "Disk", "--probe", *words)
        return self.cli.json(*words, env=self.env)["collections"][0]

    def asked(self) -> list[str]:
        """The titles of the files that were opened so far, in no order."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return sorted(line.partition(" ")[2].partition(" (")[0] for line in lines)

    def workers(self) -> set[int]:
        return {int(line.partition(" ")[0]) for line in self.log.read_text().splitlines()}

    def probes(self) -> dict[str, str | None]:
        rows = self.cli.rows("""
            SELECT a.title, p.error FROM probes AS p
              JOIN asset_files AS f ON f.id = p.asset_file_id JOIN assets AS a ON a.id = f.asset_id
             ORDER BY a.title""")
        return dict(rows)


@pytest.fixture
def tree(cli: Cli) -> Tree:
    return Tree(cli)


def _until(true: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _facts(cli: Cli) -> list[tuple[Any, ...]]:
    return cli.rows("""
        SELECT f.duration_ms, f.container, f.video_codec, f.audio_codec, f.width, f.height,
               a.duration_ms
          FROM asset_files AS f JOIN assets AS a ON a.id = f.asset_id ORDER BY f.id""")


FACTS = (3000, "mkv", "h264", "aac", 1920, 1080, 3000)
STREAMS = [("video", "h264", None, None, "HDR10", 0), ("audio", "aac", "en", 6, None, 1)]


def _streams(cli: Cli) -> list[tuple[Any, ...]]:
    return cli.rows(
        "SELECT kind, codec, language, channels, hdr, is_default FROM asset_streams ORDER BY id"
    )


def test_nothing_is_probed_unless_asked_for(tree: Tree) -> None:
    tree.film("Alien")
    tree.add()
    done = tree.cli.json("source", "ingest", "Disk", env=tree.env)
    assert "probed" not in done["collections"][0]
    assert (tree.asked(), tree.probes()) == ([], {})


def test_what_files_say_is_filled_in(tree: Tree) -> None:
    tree.film("Alien")
    tree.add()
    done = tree.ingest()
    assert done["probed"] == {"probed": 1, "skipped": 0, "absent": 0, "reasons": []}
    assert _facts(tree.cli) == [FACTS]
    assert _streams(tree.cli) == STREAMS
    ((facts,),) = tree.cli.rows("SELECT facts FROM probes")
    assert "tags" not in json.loads(facts)  # a film's are anything


def test_a_second_ingest_opens_nothing_and_a_changed_file_is_asked_again(tree: Tree) -> None:
    tree.film("Alien")
    heat = tree.film("Heat")
    tree.add()
    tree.ingest()
    assert tree.ingest()["probed"]["probed"] == 0
    assert tree.asked() == ["Alien", "Heat"]
    heat.write_text("abcdef")
    assert tree.ingest()["probed"]["probed"] == 1
    assert tree.asked() == ["Alien", "Heat", "Heat"]
    assert [row[0] for row in _facts(tree.cli)] == [3000, 6000]


def test_facts_come_back_without_opening_a_file(tree: Tree) -> None:
    tree.film("Alien")
    tree.add()
    tree.ingest()
    tree.cli.run_sql("UPDATE assets SET fingerprint = 'another'")
    tree.cli.run_sql("UPDATE folders SET fingerprint = NULL")
    done = tree.cli.json("source", "ingest", "Disk", env=tree.env)
    assert done["totals"]["updated"] == 1
    assert (_facts(tree.cli), _streams(tree.cli)) == ([FACTS], STREAMS)
    assert tree.asked() == ["Alien"]
    revision = tree.cli.rows("SELECT revision FROM collections")
    tree.ingest()
    assert tree.cli.rows("SELECT revision FROM collections") == revision


def test_a_changed_file_loses_its_streams_until_it_is_probed(tree: Tree) -> None:
    alien = tree.film("Alien")
    tree.add()
    tree.ingest()
    alien.write_text("abcdef")
    tree.cli.ok("source", "ingest", "Disk", env=tree.env)
    assert _streams(tree.cli) == []
    assert _facts(tree.cli) == [(None, "mkv", None, None, None, None, None)]
    assert tree.cli.json("asset", "show", "1")["files"][0]["probe"] is None


BAD = {
    "Exit": "its probe crashed",
    "Abort": "its probe crashed",
    "Memory": "MemoryError",
    "Raise": "ValueError: no",
    "Unknown": "nothing in it can be read as media",  # so says the bundled one, which is asked next
    "Wrong": "TypeError: it answers with a dict where Probed is due",
}


def test_a_file_takes_nothing_else_along(tree: Tree) -> None:
    for title in (*BAD, "Noise", "Alien", "Heat"):
        tree.film(title)
    tree.add()
    done = tree.ingest()["probed"]
    assert (done["probed"], done["skipped"]) == (3, len(BAD))
    told = tree.probes()
    assert {title: told[title] for title in ("Noise", "Alien", "Heat")} == dict.fromkeys(
        ("Noise", "Alien", "Heat")
    )
    for title, reason in BAD.items():
        assert (told[title] or "").startswith(reason)
    assert "secret" not in str(done) + str(told)
    assert all(len(line.splitlines()) == 1 for line in done["reasons"])
    again = tree.ingest()["probed"]
    assert (again["probed"], again["skipped"]) == (0, 0)
    assert Counter(tree.asked()) == Counter((*BAD, "Noise", "Alien", "Heat"))


def test_a_warning_counts_what_was_not_probed_and_the_exit_code_is_0(tree: Tree) -> None:
    tree.film("Raise")
    tree.film("Noise")
    tree.add()
    run = tree.cli.process("source", "ingest", "Disk", "--probe", env=tree.env)
    assert run.code == 0
    assert "1 file of collection 'Movies' probed, 1 skipped" in run.out
    first, second = run.err.splitlines()
    assert first == "Warning: 1 file of collection 'Movies' could not be probed"
    assert second.startswith(f"Warning:   not probed: {tree.folder}/Movies/Raise (1979).mkv: Value")


def test_a_probe_that_hangs_is_ended(tree: Tree) -> None:
    tree.film("Hang")
    tree.film("Alien")
    tree.hold.touch()
    tree.add()
    tree.env["RETROVUE_PROBE_TIMEOUT"] = "3"
    done = tree.ingest()["probed"]
    assert (done["probed"], done["skipped"]) == (1, 1)
    assert tree.probes() == {"Alien": None, "Hang": "it took longer than 3 s"}


def test_what_may_pass_is_asked_again(tree: Tree) -> None:
    tree.film("Passing")
    tree.film("Lacking")
    tree.add()
    assert tree.ingest()["probed"]["skipped"] == 2
    assert tree.probes() == {}
    assert tree.ingest()["probed"]["skipped"] == 2


def test_a_file_that_is_not_there_is_left(tree: Tree) -> None:
    alien = tree.film("Alien")
    tree.add()
    tree.cli.ok("source", "ingest", "Disk")
    alien.rename(alien.with_suffix(".away"))
    assert tree.cli.json("asset", "probe", env=tree.env)["absent"] == 1
    assert (tree.asked(), tree.probes()) == ([], {})
    tree.cli.ok("collection", "update", "Disk/Movies", "--unmap", alien.parent)
    assert "Nothing to probe" in tree.cli.ok("asset", "probe", env=tree.env).out


def test_missing_assets_are_left(tree: Tree) -> None:
    gone = tree.film("Alien")
    tree.film("Heat")
    tree.film("Jaws")
    tree.add()
    tree.cli.ok("source", "ingest", "Disk")
    gone.unlink()
    tree.ingest()
    assert tree.asked() == ["Heat", "Jaws"]


def test_a_dry_run_probes_nothing(tree: Tree) -> None:
    tree.film("Alien")
    tree.add()
    assert "probed" not in tree.ingest("--dry-run")
    tree.cli.ok("source", "ingest", "Disk")
    assert tree.cli.json("asset", "probe", "--dry-run", env=tree.env)["due"] == 1
    assert (tree.asked(), tree.probes()) == ([], {})


def test_a_source_can_be_set_to_be_probed(tree: Tree) -> None:
    tree.film("Alien")
    tree.add()
    tree.cli.ok("source", "update", "Disk", "--probe")
    assert tree.cli.json("source", "show", "Disk")["config"]["probe"] is True
    tree.cli.ok("source", "update", "Disk", "--ignore", "old")  # an option of its importer
    tree.cli.ok("source", "ingest", "Disk", "--no-probe", env=tree.env)
    assert tree.asked() == []
    done = tree.cli.json("collection", "ingest", "Disk/Movies", env=tree.env)
    assert done["collections"][0]["probed"]["probed"] == 1
    tree.cli.ok("source", "update", "Disk", "--no-probe")
    assert "probe" not in tree.cli.json("source", "show", "Disk")["config"]


def test_a_plan_that_is_done_probes_as_the_source_is_set(tree: Tree) -> None:
    tree.film("Alien")
    tree.add()
    tree.cli.ok("source", "update", "Disk", "--probe")
    plan = tree.cli.home / "plan"
    tree.cli.ok("source", "ingest", "Disk", "--plan", plan, env=tree.env)
    assert tree.asked() == []
    done = tree.cli.json("plan", "apply", plan, env=tree.env)
    assert done["collections"][0]["probed"]["probed"] == 1


def test_some_assets_alone_and_again(tree: Tree) -> None:
    tree.film("Alien")
    tree.film("Raise")
    tree.add()
    tree.cli.ok("source", "ingest", "Disk")
    assert tree.cli.json("asset", "probe", "alien", env=tree.env)["probed"] == 1
    assert tree.asked() == ["Alien"]
    done = tree.cli.json("asset", "probe", "--collection", "Movies", "--again", env=tree.env)
    assert (done["probed"], done["skipped"]) == (1, 1)
    assert tree.asked() == ["Alien", "Alien", "Raise"]
    assert _streams(tree.cli) == STREAMS


def test_without_a_probe_one_line_says_what_to_install(tree: Tree) -> None:
    tree.film("Alien")
    tree.add()
    for words in (("source", "ingest", "Disk", "--probe"), ("asset", "probe"),
                  ("source", "update", "Disk", "--probe")):  # fmt: skip
        run = tree.cli("--no-plugin", "probe", "--no-plugin", "logging_probe", *words, env=tree.env)
        assert run.code == 1
        assert run.err == (
            "Error: Nothing that probes files is installed: pip install 'retrovue[probe]'\n"
        )
    assert tree.cli.rows("SELECT count(*) FROM assets") == [(0,)]


def test_tags_of_music_are_kept_clean(tree: Tree) -> None:
    for name in ("01 - Hostile", "02 - Fine"):
        song = tree.folder / "Music" / "Artist" / "Album" / f"{name}.mp3"
        song.parent.mkdir(parents=True, exist_ok=True)
        song.write_text("abc")
    tree.add()
    assert tree.ingest()["probed"]["probed"] == 2
    told = [json.loads(text)["tags"] for (text,) in tree.cli.rows("SELECT facts FROM probes")]
    assert sorted(told, key=len) == [
        {"title": "A"},
        {"title": "Told", "artist": "Somebody", "track": 3},
    ]
    assert "taken_on" not in tree.cli.rows("SELECT facts FROM probes")[0][0]


def test_parts_add_up(tree: Tree) -> None:
    for part in (1, 2):
        path = tree.folder / "Movies" / "Alien (1979)" / f"Alien (1979) - cd{part}.mkv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("abc" * part)
    tree.add()
    tree.ingest()
    assert tree.cli.rows("SELECT duration_ms FROM assets") == [(9000,)]


@pytest.mark.parametrize("python", ["/bin/false", "/no/such/python"])
def test_where_no_process_starts_the_ingest_stands(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, python: str
) -> None:
    tree.film("Alien")
    tree.add()
    monkeypatch.setattr("sys.executable", python)
    run = tree.cli.ok("source", "ingest", "Disk", "--probe", env=tree.env)
    assert run.err.startswith(
        "Warning: The files of collection 'Movies' were not all probed: Nothing can be probed: a"
    )
    assert tree.cli.rows("SELECT count(*) FROM assets") == [(1,)]
    assert tree.cli("asset", "probe", env=tree.env).code == 1
    assert tree.probes() == {}


def test_a_probe_that_cannot_be_loaded_there_says_why(tree: Tree) -> None:
    plugins.install(tree.cli.site, "here_probe", f"""
        import os
        if os.getpid() != {os.getpid()}:
            raise RuntimeError("not here")
        @hookimpl
        def probe(path):
            pass
        """)  # fmt: skip
    tree.film("Alien")
    tree.add()
    tree.cli.ok("source", "ingest", "Disk")
    run = tree.cli("asset", "probe", env=tree.env)
    assert run.code == 1
    assert "does not start (RuntimeError: not here)" in run.error


def test_progress_on_a_terminal(tree: Tree) -> None:
    tree.film("Alien")
    tree.add()
    shown = tree.cli.on_terminal("source", "ingest", "Disk", "--probe", env=tree.env).err
    assert "Movies: probing  [########################]  1/1  100%" in shown


# -- interrupted ----------------------------------------------------------------------------------

QUICK = ("Alien", "Heat", "Jaws")


def _begun(tree: Tree) -> subprocess.Popen[bytes]:
    """An ingest in which some files were probed, and kept, and others hang."""
    for title in QUICK:
        tree.film(title)
    for number in range(8):
        tree.film(f"Zone Hang {number}")
    tree.hold.touch()
    tree.add()
    process = subprocess.Popen(
        tree.cli.command("source", "ingest", "Disk", "--probe"),
        env=tree.cli.environment(tree.env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    _until(lambda: len(tree.probes()) == 3 and any("Hang" in title for title in tree.asked()))
    return process


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except FileNotFoundError:
        return True


def _goes_on(tree: Tree) -> None:
    tree.hold.unlink()
    before = tree.asked()
    assert tree.ingest()["probed"]["probed"] == 8
    assert [t for t in tree.asked() if t in QUICK] == [t for t in before if t in QUICK]


def test_ctrl_c_keeps_what_was_probed(tree: Tree) -> None:
    process = _begun(tree)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert err.decode().startswith("Error: Probing was interrupted\n  What 3 files said is kept;")
    assert out == b""
    assert set(tree.probes()) == set(QUICK)
    _until(lambda: all(map(_is_gone, tree.workers())))
    _goes_on(tree)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks into /proc")
def test_a_kill_keeps_what_was_probed_and_leaves_no_process(tree: Tree) -> None:
    process = _begun(tree)
    process.kill()
    process.communicate(timeout=PATIENCE)
    _until(lambda: all(map(_is_gone, tree.workers())))
    assert set(tree.probes()) == set(QUICK)
    _goes_on(tree)


# -- tags over names -------------------------------------------------------------------------------


def test_tags_are_laid_over_names_and_edits_over_tags(cli: Cli, tmp_path: Path) -> None:
    song = tmp_path / "Music" / "Pond" / "Tides (1990)" / "01 - ebb.flac"
    encode(song, Audio("flac"), tags={"title": "Ebb", "artist": "The Pond", "album": "Tides"})
    cli.ok("quickstart", tmp_path / "Music")
    cli.ok("source", "ingest", "Music")
    before = cli.rows("SELECT title, artist, album, track FROM assets")

    cli.ok("asset", "probe")

    assert before != [("Ebb", "The Pond", "Tides", 1)]
    assert cli.rows("SELECT title, artist, album, track FROM assets") == [
        ("Ebb", "The Pond", "Tides", 1)
    ]
    shown = cli.json("asset", "show", "ebb")
    assert shown["origins"]["title"]["origin"] == "tags"
    assert shown["origins"]["track"]["origin"] == "name"
    cli.ok("asset", "edit", "ebb", "--title", "Mine")
    cli.ok("source", "ingest", "Music")
    assert cli.rows("SELECT title, artist FROM assets") == [("Mine", "The Pond")]
    cli.ok("asset", "edit", "mine", "--unset", "title")
    assert cli.rows("SELECT title FROM assets") == [("Ebb",)]


def test_new_tags_of_a_changed_file_replace_the_old(cli: Cli, tmp_path: Path) -> None:
    song = tmp_path / "Music" / "Pond" / "Tides" / "01 - ebb.flac"
    encode(song, Audio("flac"), tags={"title": "Ebb"})
    cli.ok("quickstart", tmp_path / "Music")
    cli.ok("source", "ingest", "Music", "--probe")
    assert cli.rows("SELECT title FROM assets") == [("Ebb",)]
    encode(song, Audio("flac"), tags={"title": "Flow"}, seconds=0.6)
    cli.ok("source", "ingest", "Music")
    assert cli.rows("SELECT title FROM assets") == [
        ("ebb",)
    ]  # as its name says, until it is probed
    cli.ok("source", "ingest", "Music", "--probe")
    assert cli.rows("SELECT title FROM assets") == [("Flow",)]
    assert cli("db", "check").code == 0

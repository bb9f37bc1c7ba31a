"""What plugins are told after a commit: each event, what it carries, and one that does not end."""

from __future__ import annotations

import json
from pathlib import Path

from retrovue.importers.loader import Plugins
from support import plugins
from support.cli import Cli
from support.scripted import Scripted

LISTENING = """
import json
import sqlite3

def note(event, *said):
    with open({log!r}, "a") as file:
        print(json.dumps([event, *said]), file=file)

def known():
    return sqlite3.connect({db!r}).execute("SELECT count(*) FROM assets").fetchone()[0]

@hookimpl
def collection_discovered(collection):
    note("discovered", collection.name, collection.enabled, len(collection.mappings))
@hookimpl
def collection_ingested(collection, result):
    note("ingested", collection.asset_count, collection.missing_count,
         {{word: list(ids) for word, ids in result.changes.items() if ids}}, known())
@hookimpl
def ingest_failed(collection, result):
    note("failed", collection.name, result.status, str(result.error))
@hookimpl
def collection_wiped(collection, asset_ids):
    note("wiped", collection.asset_count, list(asset_ids), known())
@hookimpl
def collection_deleted(collection):
    note("deleted", collection.name)
@hookimpl
def assets_purged(collection, asset_ids):
    note("purged", collection.name, collection.asset_count, list(asset_ids), known())
"""


def _listening(cli: Cli) -> Path:
    log = cli.home / "log"
    plugins.install(cli.site, "listener", LISTENING.format(log=str(log), db=str(cli.db)))
    return log


def _heard(log: Path) -> list[object]:
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return [json.loads(line) for line in lines]


def test_each_event_carries_what_is_now_and_the_ids_that_changed(cli: Cli) -> None:
    log = _listening(cli)
    toys = Scripted(cli)
    assert _heard(log) == [["discovered", "Things", False, 1]]
    toys.holds("yield thing('a')", "yield thing('b')", "yield thing('c')")
    toys.ingest("--dry-run")
    assert _heard(log) == []
    toys.ingest()
    assert _heard(log) == [["ingested", 3, 0, {"added": [1, 2, 3]}, 3]]
    toys.holds("yield thing('a')", "yield thing('c', fingerprint='2', title='New')")
    toys.ingest()
    assert _heard(log) == [["ingested", 3, 1, {"updated": [3], "missing": [2]}, 3]]
    cli.run_sql("UPDATE assets SET missing_since = '2001-01-01T00:00:00Z' WHERE id = 2")
    cli.ok("asset", "purge", "--force", "--dry-run")
    assert _heard(log) == []
    cli.ok("asset", "purge", "--force")
    assert _heard(log) == [["purged", "Things", 2, [2], 2]]
    toys.holds("raise ImporterError('no luck')")
    toys.ingest(code=1)
    assert _heard(log) == [["failed", "Things", "failed", "no luck"]]
    cli.ok("collection", "wipe", "Things", "--force")
    assert _heard(log) == [["wiped", 0, [1, 3], 0]]
    cli.run_sql("UPDATE collections SET missing_since = '2001-01-01T00:00:00Z'")
    cli.ok("collection", "delete", "Things", "--force")
    assert _heard(log) == [["deleted", "Things"]]


def test_a_collection_that_cannot_be_ingested_is_told_of(cli: Cli) -> None:
    log = _listening(cli)
    toys = Scripted(cli)
    toys.root.rmdir()
    _heard(log)
    assert cli("source", "ingest", "Toys").code == 1
    ((event, name, status, reason),) = _heard(log)
    assert (event, name, status) == ("failed", "Things", "not_ingestible")
    assert "Things" in reason


def test_a_discovery_tells_of_what_is_new_alone(cli: Cli) -> None:
    log = _listening(cli)
    base = cli.home / "media"
    (base / "Movies").mkdir(parents=True)
    cli.ok("quickstart", base)
    assert [heard[:2] for heard in _heard(log)] == [["discovered", "Movies"],
                                                    ["ingested", 0]]  # fmt: skip
    (base / "Music").mkdir()
    cli.ok("source", "discover", "media")
    assert _heard(log) == [["discovered", "Music", False, 1]]
    cli.ok("source", "discover", "media")
    assert _heard(log) == []
    (base / "Shows").mkdir()
    cli.ok("source", "update", "media", "--collections", "folders")
    assert _heard(log) == [["discovered", "Shows", False, 1]]
    (base / "Books").mkdir()
    cli("quickstart", base)
    assert ["discovered", "Books", True, 1] not in _heard(log)


HANGS = """
import time

@hookimpl
def source_added(source):
    time.sleep(3600)
@hookimpl
def source_deleted(source):
    open({log!r}, "a").write("heard")
"""


def test_a_hook_that_hangs_is_left_behind_and_told_nothing_more(cli: Cli) -> None:
    log = cli.home / "log"
    cli.site.mkdir()
    plugins.install(cli.site, "sleeper", HANGS.format(log=str(log)))
    heard = _listening(cli)
    import sys

    sys.path.insert(0, str(cli.site))
    try:
        loaded = Plugins()
    finally:
        sys.path.remove(str(cli.site))
    assert loaded.notify("source_added", 0.2, source=None) == [
        "Plugin 'retrovue_sleeper:sleeper' hangs in source_added:"
        " it was not done after 0.2 seconds and is left behind"
    ]
    assert loaded.notify("source_deleted", 0.2, source=None) == []
    assert not log.exists()
    assert loaded.notify("collection_wiped", 0.2, collection=None, asset_ids=()) != []
    assert _heard(heard) == []


def test_a_command_ends_although_a_hook_does_not(cli: Cli) -> None:
    plugins.install(cli.site, "sleeper", HANGS.format(log=str(cli.home / "log")))
    place = cli.home / "fine"
    place.mkdir()
    run = cli.process("source", "add", "--type", "filesystem", "--name", "F", "--base-path", place)
    assert run.code == 0
    assert run.err == (
        "Warning: Plugin 'retrovue_sleeper:sleeper' hangs in source_added:"
        " it was not done after 30 seconds and is left behind\n"
    )


def test_a_hook_that_asks_for_what_there_is_not_is_refused(cli: Cli) -> None:
    plugins.install(cli.site, "greedy", "@hookimpl\ndef collection_wiped(everything): pass")
    (plugin,) = [p for p in cli.json("plugins")["plugins"] if p["name"] == "greedy"]
    assert "collection_wiped" in plugin["failures"][0]
    assert "'everything'" in plugin["failures"][0]

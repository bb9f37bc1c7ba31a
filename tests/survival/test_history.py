"""`history`: a line for everything that changed something, and for what failed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from support import media
from support.cli import Cli
from support.media import Library
from support.shelf import Shelf, row

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def _lines(cli: Cli, *words: object) -> list[dict[str, Any]]:
    found = cli.json("history", *words)["history"]
    assert isinstance(found, list)
    return found


def _newest(cli: Cli) -> dict[str, Any]:
    (line,) = _lines(cli, "--limit", "1")
    assert TIME.fullmatch(line.pop("at"))
    line.pop("id")
    return line


def _what(cli: Cli, *words: object) -> list[tuple[Any, ...]]:
    """The lines, oldest first, as (operation, source, collection, status)."""
    return [
        (line["operation"], line["source"], line["collection"], line["status"])
        for line in reversed(_lines(cli, *words))
    ]


def test_every_command_that_changes_something_has_a_line(cli: Cli, root: Path) -> None:
    media.write(root, "Movies/A (1990)/A (1990).mkv", "Music/B/C/01 - D.flac")
    cli.ok("source", "add", "--type", "filesystem", "--name", "Home", "--base-path", root)
    assert _newest(cli)["operation"] == "Source add"
    cli.ok("source", "discover", "Home")
    line = _newest(cli)
    assert (line["operation"], line["source"], line["status"]) == (
        "Source discover", "Home", "success",
    )  # fmt: skip
    assert line["detail"] == {"added": ["Movies", "Music"]}
    cli.ok("collection", "update", "Movies", "--map-same", "--sync-enable")
    assert _newest(cli) == {
        "operation": "Collection update",
        "source": "Home",
        "collection": "Movies",
        "status": "success",
        "detail": {
            "enabled": True,
            "sync_enabled": True,
            "ingestible": True,
            "mappings": {str(root / "Movies"): str(root / "Movies")},
        },
    }
    cli.ok("source", "ingest", "Home")
    line = _newest(cli)
    assert (line["operation"], line["collection"]) == ("Source ingest", "Movies")
    assert line["detail"]["stats"]["added"] == 1
    cli.ok("collection", "ingest", "Movies", "--title", "A")
    assert _newest(cli)["operation"] == "Collection ingest"
    cli.ok("collection", "wipe", "Movies", "--force")
    line = _newest(cli)
    assert (line["operation"], line["detail"]) == ("Collection wipe", {"assets": 1, "files": 1})
    cli.ok("source", "ingest", "Home")
    cli.run_sql("UPDATE assets SET missing_since = '2001-01-01T00:00:00Z'")
    cli.ok("asset", "purge", "--older-than", "1", "--force")
    line = _newest(cli)
    assert (line["operation"], line["detail"]["Home/Movies"]) == ("Asset purge", 1)
    cli.ok("source", "update", "Home", "--name", "House")
    assert _newest(cli)["detail"] == {"renamed_from": "Home"}
    cli.ok("source", "delete", "House", "--force")
    assert _newest(cli) == {
        "operation": "Source delete",
        "source": "House",
        "collection": None,
        "status": "success",
        "detail": {"collections": 2, "assets": 0},
    }


def test_repair_and_restore_have_a_line_and_a_backup_has_none(ingested: Library) -> None:
    cli = ingested.cli
    before = _what(cli)
    cli.ok("db", "backup", cli.home / "kept.backup")
    assert _what(cli) == before
    cli.run_sql("DROP VIEW media")
    cli.ok("db", "check", "--repair")
    assert _newest(cli)["operation"] == "Database repair"
    assert _newest(cli)["detail"]["repaired"] == ["made the view media anew"]
    cli.ok("db", "restore", cli.home / "kept.backup", "--force")
    assert _what(cli) == [*before, ("Database restore", None, None, "success")]


def test_what_changed_nothing_has_no_line(ingested: Library) -> None:
    cli = ingested.cli
    before = cli.dump()
    for words in (
        ("source", "discover", "Home"),
        ("collection", "update", "Movies", "--map-same", "--sync-enable"),
        ("collection", "update", "Movies", "--enable"),
        ("source", "update", "Home", "--name", "Home"),
        ("asset", "purge", "--older-than", "1", "--force"),
        ("db", "check", "--repair"),
        ("source", "delete", "Home", "--dry-run"),
        ("collection", "wipe", "Movies", "--dry-run"),
        ("source", "ingest", "Home", "--dry-run"),
    ):
        cli.ok(*words)
        assert cli.dump() == before, words


def test_ingest_has_a_line_for_each_collection_each_time(ingested: Library) -> None:
    cli = ingested.cli
    ingest = [
        ("Source ingest", "Home", name, "success") for name in ("Movies", "Music", "TV Shows")
    ]
    cli.ok("source", "ingest", "Home")
    assert _what(cli)[-6:] == ingest * 2
    assert _newest(cli)["detail"]["stats"] == {
        "discovered": 1, "added": 0, "updated": 0, "unchanged": 1, "moved": 0, "missing": 0,
        "restored": 0, "skipped": 0,
    }  # fmt: skip


@pytest.fixture
def shelf(cli: Cli) -> Shelf:
    found = Shelf(cli)
    found.ready(row("movies", "Alien"), row("music", "Blue"))
    return found


def test_failed_ingests_are_there_with_the_error(shelf: Shelf) -> None:
    cli = shelf.cli
    shelf.offer(row("movies", {"raise": "the server hung up"}), row("music", "Blue"))
    assert shelf.ingest().code == 2
    assert _what(cli)[-2:] == [
        ("Source ingest", "My Shelf", "Movies", "failed"),
        ("Source ingest", "My Shelf", "Music", "success"),
    ]
    (line,) = _lines(cli, "--failed")
    assert line["detail"] == {
        "error": {"code": "ingest_failed", "message": "the server hung up", "detail": []}
    }
    assert "the server hung up" in cli.ok("history", "--failed").out


def test_a_partial_ingest_is_there_as_partial(shelf: Shelf) -> None:
    shelf.offer(row("movies", "Alien", {"unread": "/srv/movies/locked"}), row("music", "Blue"))
    assert shelf.ingest().code == 2
    line = _lines(shelf.cli, "--collection", "Movies", "--limit", "1")[0]
    assert (line["status"], line["detail"]["unread"]) == (
        "partial", ["/srv/movies/locked: Permission denied"],
    )  # fmt: skip


def test_collections_that_cannot_be_ingested_are_there_with_the_reason(shelf: Shelf) -> None:
    cli = shelf.cli
    place = shelf.disk("movies")
    shelf.unmount("movies")
    for words in (("source", "ingest", shelf.name), ("collection", "ingest", "Movies")):
        run = cli(*words)
        assert (run.code, run.error) == (1, "Error: Collection 'Movies' is not ingestible")
        line = _newest(cli)
        assert (line["operation"], line["collection"], line["status"]) == (
            f"{words[0]} {words[1]}".capitalize(), "Movies", "failed",
        )  # fmt: skip
        assert line["detail"]["error"]["code"] == "not_ingestible"
        assert str(place) in line["detail"]["error"]["detail"][0]
    assert shelf.ingest("--keep-going").code == 2
    assert _what(cli)[-2:] == [
        ("Source ingest", "My Shelf", "Movies", "failed"),
        ("Source ingest", "My Shelf", "Music", "success"),
    ]


def test_an_ingest_of_nothing_is_there_as_failed(shelf: Shelf) -> None:
    cli = shelf.cli
    for name in ("Movies", "Music"):
        cli.ok("collection", "update", name, "--disable")
    assert cli("collection", "ingest", "Music").code == 1
    assert shelf.ingest().code == 1
    assert _what(cli)[-2:] == [
        ("Collection ingest", "My Shelf", "Music", "failed"),
        ("Source ingest", "My Shelf", None, "failed"),
    ]
    error = _newest(cli)["detail"]["error"]
    assert error["code"] == "no_sync_enabled_collections"


def test_a_failed_discovery_is_there_with_the_error(shelf: Shelf) -> None:
    cli = shelf.cli
    shelf.offer({"raise": "401: no such token"})
    assert cli("source", "discover", shelf.name).code == 1
    assert _newest(cli) == {
        "operation": "Source discover",
        "source": "My Shelf",
        "collection": None,
        "status": "failed",
        "detail": {
            "error": {
                "code": "discovery_failed",
                "message": "Failed to discover collections from source 'My Shelf'",
                "detail": ["401: no such token"],
            }
        },
    }


def test_an_importer_that_is_gone_is_there_as_a_failure(shelf: Shelf) -> None:
    cli = shelf.cli
    (cli.site / "retrovue_shelf.py").write_text("raise RuntimeError('broken')")
    for verb in ("discover", "ingest"):
        assert cli("source", verb, shelf.name).code == 1
        line = _newest(cli)
        assert (line["operation"], line["status"]) == (f"Source {verb}", "failed")
        assert line["detail"]["error"]["code"] == "importer_failed"


def test_a_dry_run_that_fails_leaves_no_line(shelf: Shelf) -> None:
    cli = shelf.cli
    before = cli.dump()
    shelf.offer({"raise": "gone"})
    for words in (("source", "discover"), ("source", "ingest")):
        assert cli(*words, shelf.name, "--dry-run").code == 1
    assert cli.dump() == before


def test_history_can_be_narrowed(shelf: Shelf) -> None:
    cli = shelf.cli
    cli.ok("source", "ingest", shelf.name)
    shelf.add(name="Second")
    shelf.offer({"raise": "gone"})
    assert cli("source", "discover", shelf.name).code == 1
    whole = _what(cli)
    mine = [line for line in whole if line[1] == "My Shelf"]
    external_id = cli.rows("SELECT external_id FROM sources WHERE name = 'My Shelf'")[0][0]
    for selector in ("My Shelf", "my shelf", external_id, "1"):
        assert _what(cli, "--source", selector) == mine
    movies = [line for line in whole if line[2] == "Movies"]
    assert len(movies) == 2
    for selector in ("Movies", "MOVIES", "movies", "My Shelf/Movies"):
        assert _what(cli, "--collection", selector) == movies
    assert _what(cli, "--failed") == [("Source discover", "My Shelf", None, "failed")]
    assert _what(cli, "--limit", "2") == whole[-2:]
    assert _what(cli, "--source", "My Shelf", "--collection", "Music", "--limit", "1") == [
        ("Source ingest", "My Shelf", "Music", "success")
    ]
    assert _what(cli, "--source", "nobody") == []
    assert cli.ok("history", "--source", "nobody").out == "Nothing.\n"


def test_names_in_every_script_are_found_in_any_case(cli: Cli) -> None:
    cli.ok("source", "add", "--type", "filesystem", "--name", "ÄRGER ÉTÉ", "--base-path", cli.home)
    assert [line[0] for line in _what(cli, "--source", "ärger été")] == ["Source add"]


def test_history_survives_what_it_speaks_of(ingested: Library) -> None:
    cli = ingested.cli
    before = _what(cli)
    cli.ok("source", "delete", "Home", "--force")
    assert _what(cli) == [*before, ("Source delete", "Home", None, "success")]
    assert len(_what(cli, "--source", "home")) == len(before) + 1
    assert len(_what(cli, "--collection", "movies")) == 2


def test_a_long_history_is_cut_in_the_table_alone(cli: Cli) -> None:
    cli.ok("source", "add", "--type", "filesystem", "--name", "Home", "--base-path", cli.home)
    for number in range(60):
        cli.run_sql(
            "INSERT INTO history (operation, status, detail) VALUES (:name, 'success', '{}')",
            name=f"Script {number}",
        )
    lines = cli.ok("history").out.splitlines()
    assert len(lines) == 52
    assert lines[-1] == "11 older entries; --limit N shows more."
    assert len(_lines(cli)) == 61

"""`docs/contracts/cross-domain/SourceCollectionGuarantees.md`: what stays the same library and the
same server."""

from __future__ import annotations

import pytest

from support.cli import Cli
from support.shelf import Shelf, row

MOVIES = row("1", "Alien", "Brazil", name="Movies", locations=["/srv/movies"], identity="m")
MUSIC = row("2", "Blue", name="Music", locations=["/srv/music"], kind="music", identity="u")
TV = row("3", "Dallas", name="TV", locations=["/srv/tv"], kind="show", identity="t")
KEPT = ("sources", "source_secrets", "collections", "path_mappings", "assets", "asset_files")
ROWS = "SELECT id, name, external_id, enabled, ingestible, asset_count FROM collections ORDER BY id"


@pytest.fixture
def ready(cli: Cli, shelf: Shelf) -> Shelf:
    """A source with three libraries, mapped, enabled and ingested."""
    shelf.offer(MOVIES, MUSIC, TV)
    assert shelf.add("--discover").code == 0
    for name in ("Movies", "Music", "TV"):
        place = ("--map", f"/srv/{name.lower()}", shelf.disk(name.lower()))
        cli.ok("collection", "update", f"{shelf.name}/{name}", *place, "--sync-enable")
    assert shelf.ingest().code == 0
    shelf.calls()
    return shelf


@pytest.mark.guarantee("G-1.5")
def test_an_offer_that_lacks_most_of_what_is_known_is_not_believed(cli: Cli, ready: Shelf) -> None:
    before = cli.dump(*KEPT)
    ready.offer()
    run = cli("source", "discover", ready.name)
    assert (run.code, run.out) == (1, "")
    assert run.error == ("Error: Source discover failed: 3 of 3 known collections would go missing")
    assert "Is a disk not mounted?" in run.err
    told = cli("source", "discover", ready.name, "--json").json["error"]
    assert told["code"] == "would_lose_collections"
    assert cli.dump(*KEPT) == before
    ready.offer(MOVIES)
    assert cli.ok("source", "discover", ready.name).out.startswith("Missing: Music, TV\n")
    ready.offer()
    assert cli("source", "discover", ready.name).code == 1  # the last one
    cli.ok("source", "discover", ready.name, "--allow-missing")
    assert cli.rows("SELECT count(*) FROM collections WHERE missing_since IS NULL") == [(0,)]
    assert cli.rows("SELECT count(*) FROM assets WHERE missing_since IS NULL") == [(4,)]


@pytest.mark.guarantee("G-2.5")
def test_a_renumbered_library_keeps_its_row_and_another_is_refused(cli: Cli, ready: Shelf) -> None:
    before, assets = cli.rows(ROWS), cli.dump("path_mappings", "assets", "asset_files")
    ready.offer({**MOVIES, "external_id": "2"}, {**MUSIC, "external_id": "1"}, TV)
    cli.ok("source", "discover", ready.name)
    swapped = {"Movies": "2", "Music": "1", "TV": "3"}
    assert cli.rows(ROWS) == [(i, name, swapped[name], *more) for i, name, _, *more in before]
    assert ready.ingest().code == 0
    assert cli.dump(*assets) == assets
    kept = cli.dump(*KEPT)
    for other in (
        {**MOVIES, "external_id": "2", "identity": "x"},
        {**MOVIES, "external_id": "2", "identity": None, "kind": "photo"},
    ):
        ready.offer(other, {**MUSIC, "external_id": "1"}, TV)
        for words in (("discover",), ("update", "--token", "t0ken-of-the-shelf")):
            run = cli("source", words[0], ready.name, *words[1:], "--json")
            assert (run.code, run.json["error"]["code"]) == (1, "another_library")
    assert cli.dump(*KEPT) == kept


@pytest.mark.guarantee("G-2.6")
def test_another_server_is_refused_before_anything_is_asked_of_it(cli: Cli, ready: Shelf) -> None:
    ready.server("one")
    cli.ok("source", "discover", ready.name)
    assert cli.rows("SELECT remote_identity FROM sources") == [("one",)]
    ready.calls()
    before = cli.dump(*KEPT)
    commands = (
        ("source", "discover", ready.name),
        ("source", "ingest", ready.name),
        ("collection", "ingest", "Movies"),
        ("source", "update", ready.name, "--token", "t0ken-of-the-shelf"),
    )
    for said, message in (
        ("two", f"Error: Source '{ready.name}' is another server now"),
        ("raise it sleeps", None),
    ):
        ready.server(said)
        for words in commands:
            run = cli(*words)
            assert run.code == 1
            assert message is None or run.error == message
            assert message is not None or "it sleeps" in run.err
    assert ready.calls() == []
    assert cli.dump(*KEPT) == before
    ready.server("two")
    assert cli("source", "ingest", ready.name, "--json").json["error"]["code"] == "another_server"
    rows = cli.rows(ROWS)
    cli.ok("source", "update", ready.name, "--rebind")
    assert cli.rows("SELECT remote_identity FROM sources") == [("two",)]
    assert cli.rows(ROWS) == rows
    assert ready.ingest().code == 0

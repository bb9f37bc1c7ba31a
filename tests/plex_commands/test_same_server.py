"""A server stays the same server: who answers is asked before anything secret is sent."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.plex import FakePlex, Section, movie
from support.cli import Cli
from support.nas import NAME, Nas

KEPT = ("sources", "source_secrets", "collections", "path_mappings", "assets", "asset_files")
COMMANDS = [
    ("source", "discover", NAME),
    ("source", "ingest", NAME),
    ("source", "ingest", NAME, "--keep-going", "--allow-missing"),
    ("collection", "ingest", "My Plex/Movies"),
    ("source", "update", NAME, "--timeout", "9", "--allow-missing"),
    ("source", "update", NAME, "--token", "another-token-1234"),
]


@pytest.fixture
def movies(nas: Nas, plex: FakePlex) -> Section:
    plex.machine = "a-machine"
    section = plex.add_section("1", "Movies", items=[movie(n) for n in range(1, 4)])
    plex.add_section("2", "Kids", locations=["/data/Kids"])
    nas.ready().stats()
    plex.requests.clear()
    return section


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_another_server_at_the_address_gets_no_token_and_changes_nothing(
    words: tuple[str, ...], movies: Section, plex: FakePlex, cli: Cli
) -> None:
    plex.machine = "somebody-elses"
    movies.items = [movie(n, title="Not yours") for n in range(1, 4)]
    before = cli.dump(*KEPT)
    run = cli(*words)
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Source 'My Plex' is another server now",
        "  It was a-machine, and is somebody-elses. Nothing secret was sent to it.",
        "  If that is right, add --rebind."
        if words[1] == "update"
        else "  If it was replaced or set up anew: "
        f"retrovue --db {cli.db} source update 'My Plex' --rebind",
    ]
    assert cli(*words, "--json").json["error"]["code"] == "another_server"
    assert plex.paths() == ["/identity"] * 2
    assert plex.trusted() == []
    assert cli.dump(*KEPT) == before


def test_another_server_is_noted_in_the_history(movies: Section, plex: FakePlex, cli: Cli) -> None:
    plex.machine = "somebody-elses"
    for words in COMMANDS[:2]:
        cli(*words)
    last = "SELECT operation, status, detail ->> '$.error.code' FROM history ORDER BY id DESC"
    assert cli.rows(last)[:2] == [
        ("Source ingest", "failed", "another_server"),
        ("Source discover", "failed", "another_server"),
    ]


FAULTS: dict[str, dict[str, Any]] = {
    "no such page": {"status": 404},
    "a proxy that wants a password": {"status": 401},
    "a server error": {"status": 500},
    "another page": {"status": 302, "headers": {"Location": "http://other.example/identity"}},
    "a web page": {"body": b"<!DOCTYPE html><html></html>"},
    "no XML": {"body": b"{}"},
    "nothing": {"body": b""},
    "no name": {"body": b'<MediaContainer size="0" />'},
    "an empty name": {"body": b'<MediaContainer machineIdentifier=" " />'},
    "another root": {"body": b'<html machineIdentifier="a-machine" />'},
    "half an answer": {"cut": 20},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_does_not_say_who_it_is_gets_no_token(
    fault: str, movies: Section, plex: FakePlex, cli: Cli
) -> None:
    plex.fault("/identity", **FAULTS[fault])
    before = cli.dump(*KEPT)
    for words in COMMANDS:
        run = cli(*words)
        assert run.code == 1, run.everything
        assert run.error.startswith("Error: "), run.everything
        assert plex.url in run.err
    assert plex.trusted() == []
    assert cli.dump(*KEPT) == before


def test_the_report_of_an_ingest_names_every_collection_that_could_not_be_asked_for(
    movies: Section, plex: FakePlex, cli: Cli
) -> None:
    plex.fault("/identity", status=404)
    run = cli("source", "ingest", NAME)
    assert run.code == 1
    assert [line for line in run.out.splitlines() if line.startswith("Failed: ")] == [
        "Failed: Collection 'Kids' failed ingestion",
        "Failed: Collection 'Movies' failed ingestion",
    ]
    assert run.error.startswith(f"Error: Source ingest failed: {plex.url} does not know")


def test_a_source_is_added_only_where_the_server_says_who_it_is(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    plex.fault("/identity", status=500)
    run = nas.add("--discover")
    assert (run.code, run.out) == (1, "")
    assert run.error == "Error: Failed to discover collections from source 'My Plex'"
    assert plex.trusted() == []
    assert not cli.db.exists()


def test_who_it_is_is_kept_when_it_is_discovered(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.machine = "first"
    assert nas.add().code == 0
    assert cli.rows("SELECT remote_identity FROM sources") == [(None,)]
    cli.ok("source", "discover", NAME)
    assert cli.rows("SELECT remote_identity FROM sources") == [("first",)]
    assert cli.json("source", "show", NAME)["remote_identity"] == "first"


@pytest.mark.parametrize(
    ("words", "code"),
    [(words, 0) for words in COMMANDS[:3]] + [(COMMANDS[3], 0), (COMMANDS[4], 0)],
)
def test_a_source_of_an_older_file_learns_it_at_the_first_contact(
    words: tuple[str, ...], code: int, movies: Section, plex: FakePlex, cli: Cli
) -> None:
    cli.run_sql("UPDATE sources SET remote_identity = NULL")
    assert cli(*words, "--dry-run").code == code
    assert cli.rows("SELECT remote_identity FROM sources") == [(None,)]
    assert cli(*words).code == code
    assert cli.rows("SELECT remote_identity FROM sources") == [("a-machine",)]


def test_nothing_is_learnt_of_a_server_that_refuses_the_token(
    movies: Section, plex: FakePlex, cli: Cli
) -> None:
    cli.run_sql("UPDATE sources SET remote_identity = NULL")
    plex.token = "changed-meanwhile-99"
    for words in COMMANDS[:4]:
        assert cli(*words).code == 1
    assert cli.rows("SELECT remote_identity FROM sources") == [(None,)]


def test_another_address_must_be_the_same_server(movies: Section, plex: FakePlex, cli: Cli) -> None:
    with FakePlex(plex.token) as other:
        other.sections = plex.sections
        other.machine = "another"
        run = cli("source", "update", NAME, "--base-url", other.url)
        assert (run.code, run.error) == (1, "Error: Source 'My Plex' is another server now")
        assert run.err.splitlines()[-1] == "  If that is right, add --rebind."
        assert other.trusted() == []
        other.machine = "a-machine"
        cli.ok("source", "update", NAME, "--base-url", other.url)
        assert cli.rows("SELECT identity FROM sources") == [(other.url,)]


def test_rebind_takes_the_new_server_and_keeps_what_it_has(
    movies: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    look = "SELECT id, name, enabled, sync_enabled, ingestible, asset_count FROM collections"
    known, assets = cli.rows(look), cli.rows("SELECT id, title FROM assets ORDER BY id")
    plex.machine = "a-new-one"
    for number, section in enumerate(plex.sections):
        section.key, section.uuid = str(8 - number), f"new-{section.title}"
    dry = cli.json("source", "update", NAME, "--rebind", "--dry-run")
    assert dry["changes"]["updated"] == ["Movies", "Kids"]
    assert cli.rows("SELECT remote_identity FROM sources") == [("a-machine",)]
    cli.ok("source", "update", NAME, "--rebind")
    assert cli.rows("SELECT remote_identity FROM sources") == [("a-new-one",)]
    assert cli.rows(look) == known
    assert cli.rows("SELECT name, external_id, identity FROM collections ORDER BY id") == [
        ("Movies", "8", "new-Movies"),
        ("Kids", "7", "new-Kids"),
    ]
    assert nas.stats()["Movies"] == {"discovered": 3, "unchanged": 3}
    assert cli.rows("SELECT id, title FROM assets ORDER BY id") == assets
    again = cli.ok("source", "update", NAME, "--rebind")
    assert again.out.splitlines() == [
        "Nothing changed: source 'My Plex' is already up to date.",
        "",
        "Of 3 known assets: 3 sure, 0 likely, 0 ambiguous, 0 lost",
    ]


def test_rebind_to_a_server_without_the_libraries_is_refused_unless_allowed(
    movies: Section, plex: FakePlex, cli: Cli
) -> None:
    plex.machine = "a-new-one"
    plex.sections[0].title, plex.sections[0].locations = "Other", ["/elsewhere"]
    plex.sections[0].uuid = plex.sections[1].uuid = "unknown"
    plex.sections.pop()
    before = cli.dump(*KEPT)
    run = cli("source", "update", NAME, "--rebind", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "would_lose_collections")
    assert cli.dump(*KEPT) == before
    done = cli.json("source", "update", NAME, "--rebind", "--allow-missing")
    assert done["changes"] == {
        "added": ["Other"], "updated": [], "missing": ["Kids", "Movies"], "restored": [],
    }  # fmt: skip
    assert cli.rows("SELECT count(*) FROM assets WHERE missing_since IS NULL") == [(3,)]


@pytest.mark.parametrize("words", [COMMANDS[1], COMMANDS[3]], ids=lambda words: " ".join(words[:2]))
def test_what_is_not_ingestible_is_said_whether_the_server_answers_or_not(
    words: tuple[str, ...], movies: Section, plex: FakePlex, cli: Cli
) -> None:
    cli.ok("collection", "update", "My Plex/Movies", "--unmap", "/data/Movies")
    plex.fault("/identity", status=500)
    run = cli(*words)
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines()[:2] == [
        "Error: Collection 'Movies' is not ingestible",
        "  location /data/Movies is not mapped to a folder",
    ]
    assert plex.trusted() == []


def test_with_keep_going_every_collection_has_its_own_reason(
    movies: Section, plex: FakePlex, cli: Cli
) -> None:
    cli.ok("collection", "update", "My Plex/Movies", "--unmap", "/data/Movies")
    plex.fault("/identity", status=500)
    run = cli("source", "ingest", NAME, "--keep-going", "--json")
    assert run.code == 1
    assert [(c["name"], c["status"]) for c in run.json["collections"]] == [
        ("Kids", "failed"),
        ("Movies", "not_ingestible"),
    ]
    assert cli.rows("SELECT name, ingestible FROM collections ORDER BY name") == [
        ("Kids", 1),
        ("Movies", 0),
    ]

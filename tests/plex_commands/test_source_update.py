"""`source update`: another address, another token, tried before anything is written."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from fakes.plex import FakePlex, Section, movie
from support.cli import Cli
from support.nas import NAME, Nas

KEPT = ("sources", "source_secrets", "collections", "path_mappings", "assets", "asset_files")
REFUSED = "{url} refused the token (401 Unauthorized): give a valid one with --token"


@pytest.fixture
def other() -> Iterator[FakePlex]:
    """Another address that answers; with the libraries of `plex` it is the same server."""
    with FakePlex() as server:
        yield server


@pytest.fixture
def movies(nas: Nas, plex: FakePlex) -> Section:
    section = plex.add_section("1", "Movies", items=[movie(1), movie(2)])
    plex.add_section("2", "Kids", locations=["/data/Kids"])
    nas.ready().stats()
    return section


def update(nas: Nas, *words: str) -> tuple[int, str, list[str]]:
    run = nas.cli("source", "update", NAME, *words)
    return run.code, run.out, run.err.splitlines()


def test_the_same_server_at_another_address(
    movies: Section, nas: Nas, plex: FakePlex, other: FakePlex, cli: Cli
) -> None:
    other.sections = plex.sections
    before = cli.dump(*KEPT[1:])
    ((external_id,),) = cli.rows("SELECT external_id FROM sources")
    plex.requests.clear()
    assert update(nas, "--base-url", other.url + "/") == (
        0,
        "Updated source 'My Plex'\n",
        [],
    )
    assert other.paths() == ["/identity", "/", "/library/sections"]
    assert cli.dump(*before) == before
    assert cli.rows("SELECT external_id, identity FROM sources") == [(external_id, other.url)]
    assert nas.stats() == {"Kids": {}, "Movies": {"discovered": 2, "unchanged": 2}}
    assert plex.requests == []
    detail = cli.rows("SELECT detail FROM history WHERE operation = 'Source update'"
                      " ORDER BY id DESC LIMIT 1")[0][0]  # fmt: skip
    assert json.loads(detail) == {"options": ["base_url"]}


def test_libraries_that_would_be_lost_are_refused(
    movies: Section, nas: Nas, plex: FakePlex, other: FakePlex, cli: Cli
) -> None:
    other.sections = [movies]
    before = cli.dump()
    assert update(nas, "--base-url", other.url) == (
        1,
        "",
        [
            "Error: Source update failed: 1 of its collections would lose their counterpart",
            "  Kids (external id 2, 0 assets)",
            "  If that is right, add --allow-missing.",
        ],
    )
    run = nas.cli("source", "update", NAME, "--base-url", other.url, "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "would_lose_collections")
    assert {table: cli.dump(table)[table] for table in KEPT} == {t: before[t] for t in KEPT}
    done = cli.json("source", "update", NAME, "--base-url", other.url, "--allow-missing")
    assert done["changes"]["missing"] == ["Kids"]
    assert cli.rows("SELECT identity FROM sources") == [(other.url,)]
    assert cli.rows("SELECT missing_since IS NULL FROM collections ORDER BY name") == [(0,), (1,)]


def test_an_address_that_does_not_answer_is_refused(
    movies: Section, nas: Nas, other: FakePlex, cli: Cli
) -> None:
    other.fault("/", status=404)
    before = cli.dump(*KEPT)
    assert update(nas, "--base-url", other.url) == (
        1,
        "",
        [
            "Error: Failed to discover collections from source 'My Plex'",
            f"  {other.url} does not know what was asked (404 Not Found): check --base-url, or"
            " discover again",
        ],
    )
    assert cli.dump(*KEPT) == before


def test_the_address_of_another_source_is_refused(
    movies: Section, nas: Nas, plex: FakePlex, other: FakePlex, cli: Cli
) -> None:
    words = ("--type", "plex", "--name", "Attic", "--base-url", other.url)
    cli.ok("source", "add", *words, "--token", other.token)
    code, _, errors = update(nas, "--base-url", other.url)
    assert (code, errors[0]) == (1, "Error: Source 'Attic' already exists")
    assert other.requests == []


def test_a_new_token(movies: Section, nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.token = "another-token-987654"
    assert nas.ingest().code == 1
    before = cli.dump(*KEPT)
    assert update(nas, "--token", "wrong-token-1") == (
        1,
        "",
        [
            "Error: Failed to discover collections from source 'My Plex'",
            f"  {REFUSED.format(url=plex.url)}",
        ],
    )
    assert cli.dump(*KEPT) == before
    assert update(nas, "--token", plex.token) == (0, "Updated source 'My Plex'\n", [])
    assert cli.rows("SELECT name, value FROM source_secrets") == [("token", plex.token)]
    assert nas.stats()["Movies"] == {"discovered": 2, "unchanged": 2}


def test_a_reference_is_read_at_each_use(
    movies: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    env = {"ATTIC_TOKEN": plex.token}
    run = cli("source", "update", NAME, "--token", "env:ATTIC_TOKEN", env=env)
    assert (run.code, run.out) == (0, "Updated source 'My Plex'\n")
    assert cli.rows("SELECT name, value FROM source_secrets") == [("token", "env:ATTIC_TOKEN")]
    assert "token:        env:ATTIC_TOKEN" in cli.ok("source", "show", NAME).out.splitlines()
    assert cli("source", "ingest", NAME, env=env).code == 0
    assert cli("source", "ingest", NAME, env={"ATTIC_TOKEN": "wrong-token-2"}).code == 1


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize(
    "words",
    [
        ("source", "ingest", NAME),
        ("source", "discover", NAME),
        ("collection", "ingest", "My Plex/Movies"),
        ("source", "update", NAME, "--timeout", "9"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_variable_that_is_not_set(
    words: tuple[str, ...],
    value: str | None,
    movies: Section,
    nas: Nas,
    plex: FakePlex,
    cli: Cli,
) -> None:
    cli.ok("source", "update", NAME, "--token", "env:ATTIC", env={"ATTIC": plex.token})
    before = cli.dump(*KEPT)
    plex.requests.clear()
    run = cli(*words, env={"ATTIC": value})
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: The token of source 'My Plex' is read from the environment variable ATTIC, which"
        " is not set",
        "  Set it: export ATTIC=...",
    ]
    assert plex.requests == []
    assert cli.dump(*KEPT) == before


def test_renaming_and_mapping_contact_nothing(
    movies: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    plex.requests.clear()
    cli.ok("source", "update", NAME, "--name", "Attic")
    cli.ok("source", "update", "attic", "--map", "/data/Movies", nas.folder)
    assert plex.requests == []


def test_the_variable_of_the_option_is_stored_as_a_reference(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    env = {"PLEX_TOKEN": plex.token}
    run = nas.add("--discover", "--json", token="", env=env)
    assert (run.code, run.json["config"]["token"]) == (0, "***")
    assert cli.rows("SELECT value FROM source_secrets") == [("env:PLEX_TOKEN",)]
    nas.mapped()
    cli.ok("collection", "update", "My Plex/Movies", "--sync-enable", env=env)
    assert cli("source", "ingest", NAME, env=env).code == 0


def test_a_token_that_was_given_wins_over_the_variable(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section("1", "Movies")
    run = nas.add("--discover", env={"PLEX_TOKEN": "wrong-token-3"})
    assert run.code == 0
    assert cli.rows("SELECT value FROM source_secrets") == [(plex.token,)]
    assert cli("source", "discover", NAME, env={"PLEX_TOKEN": "wrong-token-3"}).code == 0


@pytest.mark.parametrize("token", [" ", "env:", "env: "])
def test_an_empty_token_is_refused(token: str, nas: Nas, plex: FakePlex, cli: Cli) -> None:
    run = nas.add("--discover", token=token)
    assert (run.code, run.err) == (1, "Error: --token is empty\n")
    assert not cli.db.exists()


def test_without_a_token_it_says_which_option_is_missing(nas: Nas, cli: Cli) -> None:
    run = nas.add("--discover", token="")
    assert (run.code, run.err.splitlines()) == (
        1,
        [
            "Error: Missing option --token",
            "  --token: Plex token (X-Plex-Token) of the server's owner.",
        ],
    )
    assert not cli.db.exists()


def test_at_a_terminal_the_token_is_typed_and_not_shown(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section("1", "Movies")
    words = ("--type", "plex", "--name", NAME, "--base-url", plex.url, "--discover")
    run = cli.on_terminal("source", "add", *words, answers=[("Token: ", plex.token + "\n")])
    assert run.code == 0, run
    assert plex.token not in run.everything
    assert cli.rows("SELECT value FROM source_secrets") == [(plex.token,)]

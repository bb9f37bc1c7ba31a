"""Where the token is after all that can be done with it: in one row and in one header."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.plex import FakePlex, Section, media, movie, part
from support.cli import PATIENCE, Cli, Run
from support.nas import NAME, Nas

TOKEN = "sEcr3t-Token_0123456789"
MOVIES = "/library/sections/1/all"
DEBUGGING = (
    "import logging, sys; logging.basicConfig(level=logging.DEBUG);"
    "from retrovue.cli.main import main; main(sys.argv[1:])"
)


@pytest.fixture
def plex() -> Iterator[FakePlex]:
    with FakePlex(TOKEN) as server:
        yield server


@pytest.fixture
def movies(nas: Nas, plex: FakePlex) -> Section:
    return plex.add_section("1", "Movies", items=[movie(1), movie(2)])


def echoes(server: FakePlex, sink: FakePlex) -> Iterator[dict[str, Any]]:
    """Ways in which a server can tell the token: bodies, redirects, names and paths with it."""
    echo = f"<html>{TOKEN}</html>".encode()
    for path in ("/identity", "/", "/library/sections", MOVIES):
        for status in (401, 403, 404, 500, 503):
            yield {"path": path, "status": status, "body": echo}
        for status in (301, 302, 307):
            location = f"{sink.url}/?X-Plex-Token={TOKEN}"
            yield {"path": path, "status": status, "headers": {"Location": location}}
        yield {"path": path, "status": 302, "headers": {"Location": f"http://{TOKEN}.example/"}}
        yield {"path": path, "body": echo}
        yield {"path": path, "body": f"<!DOCTYPE {TOKEN}>".encode()}
        yield {"path": path, "body": f"<MediaContainer {TOKEN}".encode()}
        yield {"path": path, "cut": 10}
    yield {
        "path": "/identity",
        "body": f'<MediaContainer machineIdentifier="{TOKEN}" />'.encode(),
    }
    uuids = f'<Directory key="1" type="movie" title="A" uuid="{TOKEN}" />'
    yield {
        "path": "/library/sections",
        "body": f"<MediaContainer>{uuids}</MediaContainer>".encode(),
    }
    twice = f'<Directory key="{TOKEN}" type="movie" title="A" />' * 2
    yield {
        "path": "/library/sections",
        "body": f"<MediaContainer>{twice}</MediaContainer>".encode(),
    }
    total = f'<MediaContainer totalSize="{TOKEN}" />'.encode()
    yield {"path": MOVIES, "body": total}
    rows = movie(3, [media(part(f"/{TOKEN}/x.mkv"))]) + movie(4, type=TOKEN)
    page = f'<MediaContainer totalSize="2">{rows}</MediaContainer>'.encode()
    yield {"path": MOVIES, "body": page}


def everything_a_user_can_do() -> list[tuple[str, ...]]:
    commands = [
        ("source", "discover", NAME),
        ("source", "ingest", NAME),
        ("collection", "ingest", "My Plex/Movies"),
        ("source", "update", NAME, "--timeout", "19"),
    ]
    return [*commands, *((*words, "--json") for words in commands)]


SHOWS = [
    ("source", "list"),
    ("source", "show", NAME),
    ("source", "list-types"),
    ("collection", "list"),
    ("collection", "show", "My Plex/Movies"),
    ("asset", "list"),
    ("asset", "show", "1"),
    ("history",),
    ("db", "info"),
    ("db", "check"),
    ("plugins",),
]


def occurrences(path: Path) -> int:
    """How often the token stands in a file and those beside it that belong to it."""
    files = [file for file in path.parent.glob(f"{path.name}*") if file.is_file()]
    return sum(file.read_bytes().count(TOKEN.encode()) for file in files)


def require_hidden(run: Run) -> None:
    assert TOKEN not in run.everything, run.everything


def everywhere_but_in_secrets(db: Path) -> str:
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return "\n".join(
            line for line in connection.iterdump() if 'INTO "source_secrets"' not in line
        )


def misuse(nas: Nas, plex: FakePlex, env: dict[str, str | None]) -> None:
    """Let all the commands meet all the ways in which a server can fail."""
    said = ""
    with FakePlex(TOKEN) as sink:
        commands = everything_a_user_can_do()
        for number, fault in enumerate(echoes(plex, sink)):
            plex.faults.clear()
            plex.fault(**fault)
            for words in commands[1 - number % 2 :: 2]:
                run = nas.cli("--debug", *words, env=env)
                require_hidden(run)
                said += run.err
        plex.faults.clear()
        assert sink.requests == []
    assert "Traceback (most recent call last)" in said
    assert "***" in said


@pytest.mark.parametrize("reference", [False, True], ids=["stored", "env"])
def test_it_is_nowhere_but_in_its_row(
    reference: bool,
    movies: Section,
    nas: Nas,
    plex: FakePlex,
    cli: Cli,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("plexapi", "urllib3", "requests"):
        caplog.set_level(logging.DEBUG, name)
    env: dict[str, str | None] = {"PLEX_TOKEN": TOKEN if reference else None}
    given = "env:PLEX_TOKEN" if reference else TOKEN
    require_hidden(nas.add("--discover", "--json", token=given, env=env))
    (nas.folder / "Movies").mkdir()
    for words in (
        ("source", "update", NAME, "--map", "/data", str(nas.folder)),
        ("collection", "update", "My Plex/Movies", "--sync-enable"),
        ("source", "ingest", NAME),
    ):
        require_hidden(cli.ok(*words, env=env))
    misuse(nas, plex, env)
    require_hidden(nas.add("--discover", token=given, env=env))
    require_hidden(nas.add("--base-url", f"http://x:{TOKEN}@plex", token=given, env=env))
    for words in SHOWS:
        require_hidden(cli("-v", *words, env=env))
        require_hidden(cli(*words, "--json", env=env))

    rows = cli.rows("SELECT name, value FROM source_secrets")
    assert rows == [("token", given)]
    assert TOKEN not in everywhere_but_in_secrets(cli.db)
    assert occurrences(cli.db) == (0 if reference else 1)
    copy = tmp_path / "copy.db"
    require_hidden(cli.ok("db", "backup", copy, "--without-secrets", env=env))
    assert occurrences(copy) == 0
    assert caplog.records != []
    assert TOKEN not in caplog.text
    assert TOKEN not in "".join(capfd.readouterr())
    for request in plex.requests:
        assert TOKEN not in request.line
        where = [] if request.path == "/identity" else ["x-plex-token"]
        assert [name for name, text in request.headers.items() if TOKEN in text] == where


def test_reasons_and_history_are_told_without_it(
    movies: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    nas.ready()
    movies.items = [movie(1, [media(part(f"/{TOKEN}/x.mkv"))]), movie(2)]
    run = nas.ingest()
    assert run.err.splitlines()[1:] == [
        "Warning:   skipped: 1: /***/x.mkv lies below no location of the collection"
    ]
    detail = cli.rows("SELECT detail FROM history ORDER BY id DESC LIMIT 1")[0][0]
    assert "/***/x.mkv" in detail
    assert TOKEN not in everywhere_but_in_secrets(cli.db)


def test_after_a_new_token_the_old_one_is_gone_from_the_file(
    movies: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        if not connection.execute("PRAGMA secure_delete").fetchone()[0]:
            pytest.skip("this SQLite leaves what was deleted in its pages until they are used")
    assert nas.add("--discover").code == 0
    assert occurrences(cli.db) == 1
    cli.ok("source", "update", NAME, "--token", "env:NEW", env={"NEW": TOKEN})
    assert occurrences(cli.db) == 0


@pytest.mark.parametrize("fault", [{}, {"status": 500, "body": TOKEN.encode()}, {"cut": 10}])
def test_with_all_debugging_on_no_log_tells_it(
    fault: dict[str, Any], movies: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    nas.ready()
    if fault:
        plex.fault(MOVIES, **fault)
    done = subprocess.run(
        [sys.executable, "-c", DEBUGGING, "--db", str(cli.db), "--debug", "source", "ingest", NAME],
        env=cli.environment({"PLEXAPI_LOG_SHOW_SECRETS": "true", "PLEXAPI_LOG_LEVEL": "DEBUG"}),
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == (1 if fault else 0)
    assert b"GET /library/sections/1/all" in done.stderr
    assert TOKEN.encode() not in done.stdout + done.stderr


def test_a_word_that_is_no_secret_is_not_taken_out_of_messages(
    movies: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    for token in ("token", "t", "the"):
        run = nas.add("--discover", token=token)
        assert run.err.splitlines()[1] == (
            f"  {plex.url} refused the token (401 Unauthorized): give a valid one with --token"
        )

"""`source check` of folders, and of any importer: the words that it gives, and those that are told
for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from support import media, written
from support.cli import Cli
from support.nobody import as_nobody
from support.scripted import Scripted

TREE = (*media.films(2), "Music/A/B/01 - C.flac")


def checked(cli: Cli, source: str, *codes: str) -> dict[str, Any]:
    """What a check says that must find just this wrong, and that must leave the file as it is."""
    before = cli.db.read_bytes()
    run = cli("source", "check", source, "--json")
    assert cli.db.read_bytes() == before
    data = run.json
    assert [problem["code"] for problem in data["problems"]] == [*codes], data
    assert (run.code, run.err) == (1 if codes else 0, "")
    assert data.get("error", {}).get("code") == (codes[0] if codes else None)
    return data


# -- folders ---------------------------------------------------------------------------------------


@pytest.fixture
def home(cli: Cli, tmp_path: Path) -> media.Library:
    """A source `Home` of two top folders, ingested."""
    library = media.Library(cli, tmp_path / "disk", *TREE)
    library.stats()
    return library


def test_folders_that_are_well(home: media.Library, cli: Cli) -> None:
    written.watch(cli.db)
    data = checked(cli, "Home")
    assert data["checks"] == {
        "answered": True,
        "about": None,
        "collections": ["Movies", "Music"],
        "folders": 2,
    }
    assert not written.counts(cli.db)


def test_a_base_that_is_gone(home: media.Library, cli: Cli) -> None:
    home.root.rename(home.root.with_suffix(".away"))
    data = checked(cli, "Home", "unreachable", "mapping_gone", "mapping_gone")
    assert data["problems"][0]["message"] == (
        f"{home.root} cannot be read (No such file or directory)"
    )
    assert "retrovue --db" in data["error"]["detail"][-1]


def test_a_base_that_is_not_mounted(home: media.Library, cli: Cli) -> None:
    home.root.rename(home.root.with_suffix(".away"))
    home.root.mkdir()
    data = checked(cli, "Home", *["library_gone"] * 2, *["mapping_gone"] * 2)
    assert data["problems"][0]["message"].endswith("nothing is: is a disk not mounted?")


def test_a_top_folder_that_is_gone(home: media.Library, cli: Cli) -> None:
    (home.root / "Music").rename(home.root / "Songs")
    data = checked(cli, "Home", "library_gone", "mapping_gone")
    assert {problem["collection"] for problem in data["problems"]} == {"Music"}


def test_a_folder_that_it_is_mapped_to_is_gone(home: media.Library, cli: Cli) -> None:
    elsewhere = home.root.with_name("elsewhere")
    elsewhere.mkdir()
    cli.ok("collection", "update", "Music", "--map", home.root / "Music", elsewhere)
    elsewhere.rmdir()
    checked(cli, "Home", "mapping_gone")


def test_a_folder_that_cannot_be_read(home: media.Library, cli: Cli) -> None:
    os.chmod(home.root / "Movies", 0)
    run = as_nobody(cli, "source", "check", "Home", "--json")
    os.chmod(home.root / "Movies", 0o755)
    assert (run.code, run.json["error"]["code"]) == (1, "mapping_gone")
    assert "which cannot be read (Permission denied)" in run.json["problems"][0]["message"]


def test_a_location_that_lost_its_folder_here_stops_what_syncs(
    home: media.Library, cli: Cli
) -> None:
    cli.ok("collection", "update", "Music", "--unmap", home.root / "Music")
    data = checked(cli, "Home", "mapping_gone")
    assert data["problems"][0]["message"].endswith("is not mapped to a folder")
    cli.ok("collection", "update", "Music", "--sync-disable")
    checked(cli, "Home")


def test_a_source_that_is_not_there(home: media.Library, cli: Cli) -> None:
    run = cli("source", "check", "Nowhere")
    assert (run.code, run.error) == (1, "Error: Source 'Nowhere' not found")


# -- any importer ----------------------------------------------------------------------------------


@pytest.fixture
def toys(cli: Cli) -> Scripted:
    return Scripted(cli)


def discovers(toys: Scripted, *lines: str, body: str = "") -> None:
    """Have the importer's discovery be these lines."""
    method = "\n".join(f"        {line}" for line in (*lines, "yield from ()"))
    toys.holds(body=f"    def discover(self):\n{method}\n{body}")


WORDS = [
    ("raise ImporterError('no', code='tls')", "tls"),
    ("raise ImporterError('no', code='wrong_token')", "wrong_token"),
    ("raise ImporterError('no', code='bad weather')", "unreachable"),
    ("raise ImporterError('no', code=['tls'])", "unreachable"),
    ("raise ImporterError('no')", "unreachable"),
    ("raise ImporterError('no') from ConnectionRefusedError()", "refused"),
    ("raise ImporterError('no') from TimeoutError()", "timeout"),
    ("raise ImporterError('no') from OSError(113, 'No route to host')", "unreachable"),
    ("import socket; socket.getaddrinfo('toys.invalid', 80)", "name_not_found"),
    ("import ssl; raise ssl.SSLError('no')", "tls"),
    ("import urllib.error as u; raise u.HTTPError('', 403, '', None, None)", "wrong_token"),
    ("import urllib.error as u; raise u.HTTPError('', 302, '', None, None)", "redirected"),
    ("import urllib.error as u; raise u.HTTPError('', 404, '', None, None)", "not_this_service"),
    ("import urllib.error as u; raise u.HTTPError('', 503, '', None, None)", "server_error"),
    ("raise RuntimeError('a fault of its own')", "unreachable"),
    ("raise SystemExit(3)", "unreachable"),
    ("yield 'Things'", "not_this_service"),
    ("yield FoundCollection('things', '\\udcff')", "not_this_service"),
]


def test_what_an_importer_raises_has_a_word(toys: Scripted, cli: Cli) -> None:
    for line, code in WORDS:
        discovers(toys, line)
        checked(cli, "Toys", code)


def test_an_importer_that_hangs_is_left_behind(toys: Scripted, cli: Cli) -> None:
    discovers(toys, "import threading; threading.Event().wait(600)")
    run = cli("source", "check", "Toys", "--within", "1", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "timeout")
    assert run.json["problems"][0]["message"] == "source 'Toys' did not answer within 1 s"


def test_who_it_is_is_asked_first_and_what_else_only_of_the_same(toys: Scripted, cli: Cli) -> None:
    cli.run_sql("UPDATE sources SET remote_identity = 'toys of ours'")
    who = "    def remote_identity(self):\n        return 'toys of theirs'\n"
    discovers(toys, "raise ImporterError('asked', code='wrong_token')", body=who)
    checked(cli, "Toys", "another_server")


def test_what_it_is_and_its_obstacles_are_told(toys: Scripted, cli: Cli) -> None:
    toys.holds(body="    def about(self):\n        return 'Toy Box\\n2.0'\n")
    assert checked(cli, "Toys")["checks"]["about"] == "Toy Box 2.0"
    toys.holds(body="    def obstacles(self, collection):\n        yield 'the box is shut'\n")
    data = checked(cli, "Toys", "library_gone")
    assert data["problems"][0]["message"] == "Things: the box is shut"


@pytest.mark.parametrize("body", ["return 5", "raise ValueError"])
def test_an_importer_that_cannot_say_what_it_is_is_well(
    body: str, toys: Scripted, cli: Cli
) -> None:
    toys.holds(body=f"    def about(self):\n        {body}\n")
    assert checked(cli, "Toys")["checks"]["about"] is None


def test_no_secret_is_in_what_it_says(toys: Scripted, cli: Cli) -> None:
    option = "    options = (Option('key', secret=True, envvar='TOYS_KEY'),)\n"
    discovers(toys, "raise ImporterError(self.config['key'], code='wrong_token')", body=option)
    cli.run_sql("INSERT INTO source_secrets VALUES (1, 'key', 'se-cr-et-1234')")
    for words in (("--json",), (), ("--debug",)):
        root, own = (words, ()) if words == ("--debug",) else ((), words)
        run = cli(*root, "source", "check", "Toys", *own)
        assert run.code == 1
        assert "wrong_token: ***" in run.everything
        assert "se-cr-et-1234" not in run.everything


def test_of_several_troubles_the_first_is_the_code(toys: Scripted, cli: Cli) -> None:
    toys.root.rmdir()
    discovers(toys, "raise ImporterError('no', code='timeout')")
    data = checked(cli, "Toys", "timeout", "mapping_gone")
    assert [line.partition(":")[0] for line in data["error"]["detail"][:2]] == [
        "timeout",
        "mapping_gone",
    ]

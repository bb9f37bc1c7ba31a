"""Streams that importers give: sidecars beside a file, and what a server says is in it."""

from __future__ import annotations

from typing import Any

import pytest

from support import plugins
from support.cli import Cli

SHELF = """
options = (Option("words", "what it says", default=""),)
def scan(self, collection):
    words = self.config["words"]
    sub = Stream("subtitle", "subrip", "en", forced="forced" in words, path="/srv/things/a.en.srt")
    sound = Stream("audio", "aac", "de", 2, is_default=True)
    streams = () if "none" in words else (sound, sub)
    if "wrong" in words:
        streams = (Stream("smell"),)
    if "nul" in words:
        streams = (Stream("audio", "a\\0c"),)
    files = (FoundFile("/srv/things/a.mkv", streams=streams),
             FoundFile("/srv/things/b.mkv", 2, streams=streams[:1]))
    yield FoundAsset("a", "movie", "A", files, fingerprint=words or "1")
"""
GIVEN = [
    (1, "audio", "aac", "de", 2, 1, 0, None),
    (1, "subtitle", "subrip", "en", None, 0, 0, "/srv/things/a.en.srt"),
    (2, "audio", "aac", "de", 2, 1, 0, None),
]


@pytest.fixture
def shelf(cli: Cli) -> Cli:
    plugins.importer(cli.site, "shelf", SHELF, before="from retrovue import Stream")
    here = cli.home / "things"
    here.mkdir()
    cli.ok("source", "add", "--type", "shelf", "--name", "Shelf", "--discover")
    cli.ok("collection", "update", "Things", "--map", "/srv/things", here, "--sync-enable")
    return cli


def _ingest(cli: Cli, words: str) -> dict[str, Any]:
    cli.ok("source", "update", "Shelf", "--words", words)
    return cli("source", "ingest", "Shelf", "--json").json


def _streams(cli: Cli) -> list[tuple[Any, ...]]:
    return cli.rows("""
        SELECT f.version, s.kind, s.codec, s.language, s.channels, s.is_default, s.forced, s.path
          FROM asset_streams AS s JOIN asset_files AS f ON f.id = s.asset_file_id ORDER BY s.id""")


def test_streams_of_new_assets(shelf: Cli) -> None:
    shelf.ok("source", "ingest", "Shelf")
    assert _streams(shelf) == GIVEN
    shown = shelf.ok("asset", "show", "A").out
    assert "    audio · de · aac · 2 channels · default\n" in shown
    assert "    subtitle · en · subrip · /srv/things/a.en.srt\n" in shown
    (file, _) = shelf.json("asset", "show", "A")["files"]
    assert file["probe"] is None
    assert [stream["is_default"] for stream in file["streams"]] == [True, False]


def test_streams_are_replaced_with_their_asset(shelf: Cli) -> None:
    shelf.ok("source", "ingest", "Shelf")
    _ingest(shelf, "forced")
    assert [row[6] for row in _streams(shelf)] == [0, 1, 0]
    _ingest(shelf, "none")
    assert _streams(shelf) == []
    _ingest(shelf, "again")
    assert _streams(shelf) == GIVEN


def test_streams_by_a_plan(shelf: Cli) -> None:
    plan = shelf.home / "plan"
    shelf.ok("source", "ingest", "Shelf", "--plan", plan)
    assert _streams(shelf) == []
    shelf.ok("plan", "apply", plan)
    assert _streams(shelf) == GIVEN


@pytest.mark.parametrize(("words", "why"), [
    ("wrong", "the kind 'smell' of a stream is none of"),
    ("nul", "its codec holds a NUL character"),
])  # fmt: skip
def test_a_stream_that_breaks_the_interface(shelf: Cli, words: str, why: str) -> None:
    done = _ingest(shelf, words)
    assert why in str(done)
    assert _streams(shelf) == []


def test_what_a_file_says_comes_before_what_its_importer_says_of_it(shelf: Cli) -> None:
    plugins.install(shelf.site, "short_probe", """
        from retrovue import Probed, Stream
        @hookimpl
        def probe(path):
            return Probed(5, streams=(Stream("audio", "flac"),))
        """)  # fmt: skip
    (shelf.home / "things" / "a.mkv").write_text("abc")
    shelf.ok("source", "ingest", "Shelf", "--probe")
    own = [(1, "audio", "flac", None, None, 0, 0, None)]
    assert sorted(_streams(shelf), key=str) == sorted([*GIVEN[1:], *own], key=str)
    _ingest(shelf, "again")
    assert sorted(_streams(shelf), key=str) == sorted([*GIVEN[1:], *own], key=str)


def test_a_secret_in_a_stream_is_taken_out(cli: Cli) -> None:
    plugins.importer(cli.site, "vault", """
        options = (Option("token", "the key", required=True, secret=True),)
        def scan(self, collection):
            stream = Stream("audio", self.config["token"])
            files = (FoundFile("/srv/things/a.mkv", streams=(stream,)),)
            yield FoundAsset("a", "movie", "A", files, fingerprint="1")
        """, before="from retrovue import Stream")  # fmt: skip
    token = "sesame-open-1234567890"
    cli.ok("source", "add", "--type", "vault", "--name", "V", "--token", token, "--discover")
    cli.ok("collection", "update", "Things", "--map", "/srv/things", cli.home, "--sync-enable")
    cli.ok("source", "ingest", "V")
    assert cli.rows("SELECT codec FROM asset_streams") == [("***",)]

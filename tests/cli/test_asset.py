"""`retrovue asset`."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from pathlib import Path

import pytest

from support.cli import PATIENCE, Cli, shown_on_terminal
from support.media import Library, films, write

FIELDS = (
    "asset_id,source,collection,kind,title,series,season,episode,artist,album,track,year,"
    "duration_ms,file_id,version,part,local_path,missing_since,edition,released_on,episode_end,"
    "disc,version_label,extra_of,size_bytes,modified_at,container,video_codec,audio_codec,width,"
    "height,relative_path,added_at,tags,rating,note,seen"
)
EPISODE = "TV Shows/Night Signal (2003)/Season 01/Night Signal - S01E02 - Static.mkv"
TRACK = "Music/The Test Cards/Colour Bars (1979)/01 - Ident.flac"


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    library = Library(cli, tmp_path / "media", *films(2), EPISODE, TRACK)
    library.ingest()
    return library


def _titles(cli: Cli, *words: object) -> list[str]:
    return [row["title"] for row in cli.json("asset", "list", *words)["assets"]]


def test_list_as_json_has_the_columns_of_the_view(library: Library) -> None:
    rows = library.cli.json("asset", "list")["assets"]
    assert len(rows) == 4
    assert ",".join(rows[0]) == FIELDS
    view = library.cli.rows("SELECT local_path FROM media ORDER BY local_path")
    assert sorted(row["local_path"] for row in rows) == [path for (path,) in view]
    assert library.cli.json("asset", "list", "--format", "json")["assets"] == rows
    assert library.cli("asset", "list", "--format=json").json["assets"] == rows


def test_list_as_lines_of_json(library: Library) -> None:
    rows = library.cli.json("asset", "list")["assets"]
    lines = library.cli.ok("asset", "list", "--format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == rows


def test_list_as_csv(library: Library) -> None:
    text = library.cli.ok("asset", "list", "--format", "csv").out
    assert text.splitlines()[0] == FIELDS
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["title"] for row in rows] == _titles(library.cli)


def test_list_as_a_playlist(library: Library) -> None:
    lines = library.cli.ok("asset", "list", "--format", "m3u").out.splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[1::2] == [
        "#EXTINF:-1,Reel 1",
        "#EXTINF:-1,Reel 2",
        "#EXTINF:-1,The Test Cards - Ident",
        "#EXTINF:-1,Night Signal - S01E02 - Static",
    ]
    assert all(os.path.isfile(path) for path in lines[2::2])
    assert len(lines) == 9


def test_list_as_a_table(library: Library) -> None:
    lines = library.cli.ok("asset", "list").out.splitlines()
    assert lines[0].split() == ["ID", "KIND", "TITLE", "YEAR", "VERSION", "SIZE", "FILE"]
    assert len(lines) == 5
    assert "Night Signal - S01E02 - Static" in lines[4]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        (("--kind", "movie"), ["Reel 1", "Reel 2"]),
        (("--kind", "track"), ["Ident"]),
        (("--collection", "tv shows"), ["Static"]),
        (("--source", "HOME", "--kind", "episode"), ["Static"]),
        (("--search", "REEL"), ["Reel 1", "Reel 2"]),
        (("--search", "signal"), ["Static"]),
        (("--search", "test cards"), ["Ident"]),
        (("--search", "%"), []),
        (("--search", "_eel"), []),
        (("--search", "nothing"), []),
        (("--limit", "1"), ["Reel 1"]),
        (("--missing",), []),
    ],
)
def test_list_is_narrowed(library: Library, words: tuple[str, ...], titles: list[str]) -> None:
    assert _titles(library.cli, *words) == titles


def test_list_of_what_is_missing(library: Library) -> None:
    (library.root / EPISODE).unlink()
    write(library.root, "TV Shows/Night Signal (2003)/Season 01/Night Signal - S01E03 - Snow.mkv")
    library.ingest("--allow-missing")
    assert _titles(library.cli, "--missing") == ["Static"]
    assert "Static (missing)" in library.cli.ok("asset", "list", "--missing").out


def test_list_of_nothing_says_so(cli: Cli) -> None:
    cli.make_empty()
    assert cli.ok("asset", "list").out == "No assets.\n"
    assert cli.json("asset", "list") == {"status": "success", "assets": []}
    assert cli.ok("asset", "list", "--format", "csv").out == FIELDS + "\n"
    assert cli.ok("asset", "list", "--format", "jsonl").out == ""
    assert cli.ok("asset", "list", "--format", "m3u").out == "#EXTM3U\n"


def test_asset_without_a_file_shows_once(library: Library) -> None:
    library.cli.run_sql("DELETE FROM asset_files")
    rows = library.cli.json("asset", "list")["assets"]
    assert len(rows) == 4
    assert {row["local_path"] for row in rows} == {None}
    assert library.cli.ok("asset", "list", "--format", "m3u").out == "#EXTM3U\n"


def test_a_table_is_whole_in_a_pipe(cli: Cli, tmp_path: Path) -> None:
    Library(cli, tmp_path / "media", *films(101)).ingest()
    assert len(cli.ok("asset", "list").out.splitlines()) == 102
    assert len(cli.ok("asset", "list", "--limit", "7").out.splitlines()) == 8
    assert len(cli.json("asset", "list")["assets"]) == 101


def test_a_table_on_a_terminal_stops_at_100_assets_and_says_so_on_stderr(
    cli: Cli, tmp_path: Path
) -> None:
    versions = [path.replace(".mkv", " - 480p.avi") for path in films(101)]
    Library(cli, tmp_path / "media", *films(101), *versions).ingest()
    run = shown_on_terminal(cli, "asset", "list")
    lines = run.out.splitlines()
    assert len(lines) == 101
    assert [line.split()[3] for line in lines[1:]] == [str(n) for n in range(1, 101)]
    assert run.err == "The first 100 of 101 assets; --limit N or --format csv shows more.\n"
    limited = shown_on_terminal(cli, "asset", "list", "--limit", "101")
    assert (len(limited.out.splitlines()), limited.err) == (102, "")


def test_show_by_id_and_external_id(library: Library) -> None:
    number = library.ids()[EPISODE]
    for selector in (number, EPISODE):
        body = library.cli.json("asset", "show", selector)
        assert (body["id"], body["series"], body["season"], body["episode"]) == (
            number, "Night Signal", 1, 2,
        )  # fmt: skip
        (file,) = body["files"]
        assert file["local_path"] == str(library.root / EPISODE)
        assert file["container"] == "mkv"
    shown = library.cli.ok("asset", "show", number).out
    assert f"external_id:  {EPISODE}" in shown
    assert str(library.root / EPISODE) in shown


def test_purge_deletes_what_is_missing_alone(library: Library) -> None:
    (library.root / EPISODE).unlink()
    library.ingest("--allow-missing")
    run = library.cli.ok("asset", "purge", "--older-than", "1", "--force")
    assert run.out == "Nothing to purge: no asset has been missing for so long.\n"
    assert len(library.ids()) == 4
    run = library.cli.ok("asset", "purge", "--force")
    assert run.out.splitlines()[:2] == ["Purged 1 missing asset", "  Home/TV Shows: 1 asset"]
    assert EPISODE not in library.ids()
    assert len(library.ids()) == 3


def test_purge_of_nothing_asks_nothing(library: Library) -> None:
    run = library.cli.ok("asset", "purge")
    assert run.out == "Nothing to purge: no asset has been missing for so long.\n"


# -- what a terminal would obey -------------------------------------------------------------------

NASTY = "Movies/Bell \x1b[31m\x9b1m\x7f\r\a (1999)/Bell \x1b[31m\x9b1m\x7f\r\a (1999).mkv"
RAW = ("\x1b", "\x9b", "\x7f", "\a", "\r")


@pytest.fixture
def nasty(cli: Cli, tmp_path: Path) -> Library:
    library = Library(cli, tmp_path / "media", NASTY)
    library.ingest()
    return library


@pytest.mark.parametrize(
    "words",
    [
        ("asset", "list"),
        ("asset", "show", NASTY),
        ("asset", "list", "--json"),
        ("asset", "show", NASTY, "--json"),
        ("asset", "show", "Bell \x1b[31m\nError: forged"),
        ("collection", "show", "a\x1bb"),
        ("source", "list", "a\x1bb"),
    ],
)
def test_control_characters_are_never_shown_raw(nasty: Library, words: tuple[str, ...]) -> None:
    run = nasty.cli(*words)
    assert [letter for letter in RAW if letter in run.everything] == []
    assert "\nError: forged" not in run.everything


def test_json_keeps_control_characters_as_escapes(nasty: Library) -> None:
    (row,) = nasty.cli.json("asset", "list")["assets"]
    assert row["local_path"] == str(nasty.root / NASTY)


def test_csv_is_exact_in_a_pipe(nasty: Library) -> None:
    (row,) = csv.DictReader(
        io.StringIO(nasty.cli.ok("asset", "list", "--format", "csv").out, newline="")
    )
    assert row["local_path"] == str(nasty.root / NASTY)


@pytest.mark.parametrize("format_", ["csv", "jsonl", "m3u"])
def test_rows_on_a_terminal_are_escaped(nasty: Library, format_: str) -> None:
    shown = shown_on_terminal(nasty.cli, "asset", "list", "--format", format_).out
    assert ("Bell" in shown) == (format_ != "m3u")  # which cannot hold its path
    assert [letter for letter in RAW if letter in shown] == []


def test_broken_pipe_is_quiet(cli: Cli, tmp_path: Path) -> None:
    Library(cli, tmp_path / "media", *films(400)).ingest()
    for format_ in ("csv", "jsonl", "m3u", "json"):
        first = subprocess.Popen(
            cli.command("asset", "list", "--format", format_),
            env=cli.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert first.stdout is not None
        assert first.stderr is not None
        first.stdout.readline()
        first.stdout.close()
        assert first.stderr.read() == b""
        first.stderr.close()
        first.wait(PATIENCE)


# -- what makes a text look like another -----------------------------------------------------------

DECEIVING = ("\u202e", "\u2066", "\u2069", "\u200b", "\ufeff", "\u2060", "\u2028", "\x85")
KEPT = ("\u200d", "\u200c", "\u200e", "\u200f", "\u00e9", "\u3042")


def _named(cli: Cli, root: Path, name: str) -> Library:
    library = Library(cli, root, f"Movies/{name} (1999)/{name} (1999).mkv")
    library.ingest()
    return library


@pytest.mark.parametrize("words", [("asset", "list"), ("asset", "show", "1"), ("asset", "lst")])
def test_what_deceives_the_eye_is_shown_as_an_escape(
    cli: Cli, tmp_path: Path, words: tuple[str, ...]
) -> None:
    name = "a" + "b".join(DECEIVING)
    library = _named(cli, tmp_path / "media", name)
    run = cli(*words[:-1], words[-1] if words[-1] != "lst" else name)
    assert [letter for letter in DECEIVING if letter in run.everything] == []
    if run.code == 0:
        assert r"a\u202eb\u2066b\u2069b\u200bb" in run.out
    assert library.ids() == {f"Movies/{name} (1999)/{name} (1999).mkv": 1}


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_spells_it_by_its_escape(cli: Cli, tmp_path: Path, form: str) -> None:
    name = "a" + "b".join(DECEIVING)
    library = _named(cli, tmp_path / "media", name)
    out = cli.ok("asset", "list", "--format", form).out
    assert [letter for letter in DECEIVING if letter in out] == []
    row = json.loads(out)
    path = row["assets"][0]["local_path"] if form == "json" else row["local_path"]
    assert path == str(library.root / f"Movies/{name} (1999)/{name} (1999).mkv")


def test_joiners_and_direction_marks_belong_to_names(cli: Cli, tmp_path: Path) -> None:
    name = "a" + "b".join(KEPT)
    _named(cli, tmp_path / "media", name)
    assert f"/{name} (1999).mkv" in cli.ok("asset", "list").out


@pytest.mark.parametrize("letter", ["\r", "\n"])
def test_a_playlist_leaves_out_what_it_cannot_hold_and_says_so(
    cli: Cli, tmp_path: Path, letter: str
) -> None:
    broken = f"Movies/Bad (1999)/{letter}#EXTVLCOPT:x (1999).mkv"
    Library(cli, tmp_path / "media", broken, *films(1)).ingest()
    run = cli.ok("asset", "list", "--format", "m3u")
    assert run.out == f"#EXTM3U\n#EXTINF:-1,Reel 1\n{tmp_path}/media/{next(iter(films(1)))}\n"
    assert run.err == "Warning: 1 file left out: their paths hold a line break\n"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_of_csv_is_no_formula(cli: Cli, tmp_path: Path, sign: str) -> None:
    Library(cli, tmp_path / "media", *films(1)).ingest()
    title = f'{sign}HYPERLINK("http://x")'
    cli.run_sql("UPDATE assets SET title = :title, duration_ms = 5, season = 2", title=title)
    text = cli.ok("asset", "list", "--format", "csv").out
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["title"] == f"'{title}"
    assert (row["duration_ms"], row["season"], row["year"]) == ("5", "2", "1901")
    assert cli.json("asset", "list")["assets"][0]["title"] == title

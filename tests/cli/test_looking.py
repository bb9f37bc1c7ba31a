"""Looking things up: words, filters, orders and formats; one work, trees and numbers."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest

from support.cli import Cli, shown_on_terminal
from support.media import Library

FILES = (
    "Movies/Amélie (2001)/Amélie (2001).mkv",
    "Movies/Alien (1979)/Alien (1979) - 1080p BluRay.mkv",
    "Movies/Alien (1979)/Alien (1979) - 480p.avi",
    "Movies/Alien (1979) {edition-Director's Cut}/Alien (1979) {edition-Director's Cut}.mkv",
    "Movies/Alien (1979)/Alien (1979)-trailer.mp4",
    "Movies/Heat (1995) {imdb-tt0113277}/Heat (1995) {imdb-tt0113277}.mkv",
    "Movies/Wow!!! (2010)/Wow!!! (2010).mkv",
    "TV Shows/Lost/Season 01/Lost - S01E01-E02 - Pilot.mkv",
    "TV Shows/Lost/Season 01/Lost - S01E04 - Walkabout.mkv",
    "TV Shows/Lost/Season 01/Lost - S01E10 - Raised.mkv",
    "TV Shows/Lost/Specials/Lost - S00E03 - Recap.mkv",
    "Music/Pond/Tides (1990)/Disc 1/01 - Ebb.flac",
    "Music/Pond/Tides (1990)/Disc 1/03 - Neap.flac",
    "Music/Pond/Tides (1990)/Disc 2/01 - Flow.flac",
)


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    library = Library(cli, tmp_path / "media", *FILES)
    library.ingest()
    return library


def _titles(library: Library, *words: object) -> list[str]:
    return [row["title"] for row in library.cli.json("asset", "list", *words)["assets"]]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        (("amelie",), ["Amélie"]),
        (("AME\u0301LIE", "2001"), ["Amélie"]),
        (("2001", "amel"), ["Amélie"]),
        (("director", "alien"), ["Alien"]),
        (("bluray",), ["Alien", "Alien"]),
        (("tt0113277",), ["Heat"]),
        (("imdb://tt0113277",), ["Heat"]),
        (("los", "walk"), ["Walkabout"]),
        (("pond", "ebb"), ["Ebb"]),
        (('"lost" ',), ["Pilot", "Recap", "Raised", "Walkabout"]),
        (('"walk"',), []),
        (("raised lost",), []),
        (("!!!",), ["Wow!!!"]),
        (("AND",), []), (("alien", "OR", "heat"), []), (("NOT", "heat"), []),
        (("^heat",), ["Heat"]), (("he*",), ["Heat"]), (("title:heat",), []), (('"',), FILES),
        (("heat", "--year", "1995"), ["Heat"]),
        (("--year", "..1979", "--kind", "movie"), ["Alien"] * 3),
        (("--year", "2000..2005"), ["Amélie"]), (("--year", "2005..",), ["Wow!!!"]),
        (("--year", "1980", "alien"), []),
        (("--since", "1d", "--kind", "track"), ["Ebb", "Neap", "Flow"]),
        (("--since", "2999-01-01"), []),
        (("--present", "--kind", "track"), ["Ebb", "Neap", "Flow"]),
        (("--missing",), []),
        (("--kind", "track", "--sort", "-title"), ["Neap", "Flow", "Ebb"]),
        (("--kind", "movie", "--sort", "-year,title", "--versions", "best"),
         ["Wow!!!", "Amélie", "Heat", "Alien", "Alien"]),
        (("--kind", "movie", "--limit", "2", "--sort", "year"), ["Alien", "Alien"]),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_found(library: Library, words: Any, titles: list[str]) -> None:
    found = _titles(library, *words)
    assert sorted(found) == sorted(titles) if len(titles) < len(FILES) else len(found) == len(FILES)
    if "--sort" in words:
        assert found == titles


def test_shows_and_discs_stand_in_order(library: Library) -> None:
    assert _titles(library, "--kind", "episode") == ["Recap", "Pilot", "Walkabout", "Raised"]
    assert _titles(library, "--kind", "track") == ["Ebb", "Neap", "Flow"]


def test_numbers_in_titles_sort_by_their_value(library: Library) -> None:
    library.cli.run_sql("UPDATE assets SET title = 'Part ' || (id * 7 % 30) WHERE kind = 'track'")
    found = _titles(library, "--kind", "track", "--sort", "title")
    assert found == sorted(found, key=lambda title: int(title.split()[1]))


@pytest.mark.parametrize(
    "words",
    [("--year", "x"), ("--year", ".."), ("--since", "soon"), ("--sort", "colour"),
     ("--fields", "nothing"), ("--fields", ""), ("--missing", "--present")],
)  # fmt: skip
def test_what_is_no_filter_is_a_usage_error(library: Library, words: tuple[str, ...]) -> None:
    run = library.cli("asset", "list", *words)
    assert (run.code, run.out) == (1, "")
    assert len(run.err.splitlines()[0].split()) > 3


def test_count_fields_and_limits(library: Library) -> None:
    cli = library.cli
    assert cli.ok("asset", "list", "--count").out == "13\n"
    assert cli.json("asset", "list", "alien", "--count")["count"] == 3
    assert cli.json("asset", "list", "heat", "--fields", "title,year")["assets"] == [
        {"title": "Heat", "year": 1995}
    ]
    text = cli.ok("asset", "list", "heat", "--format", "csv", "--fields", "year,title").out
    assert text == "year,title\n1995,Heat\n"
    assert len(cli.ok("asset", "list", "--limit", "2", "--kind", "movie").out.splitlines()) == 4
    assert len(_titles(library, "--limit", "2", "--kind", "movie")) == 2


def test_rows_of_one_name_are_told_apart(library: Library) -> None:
    lines = library.cli.ok("asset", "list", "alien").out
    for said in ("Alien {Director's Cut}", "1080p BluRay", "480p", "(extra of Alien)"):
        assert said in lines
    lines = library.cli.ok("asset", "list", "--kind", "episode").out
    assert "Lost - S01E01-E02 - Pilot" in lines
    assert "(disc 2)" in library.cli.ok("asset", "list", "flow").out


def test_nothing_found_says_what_is_near(library: Library) -> None:
    run = library.cli.ok("asset", "list", "walkabuot")
    assert run.out == "No assets.\n"
    assert run.err == "Nothing fits walkabuot. Did you mean: walkabout?\n"
    run = library.cli.ok("asset", "list", "xyzzy", "--format", "csv")
    assert (len(run.out.splitlines()), run.err) == (1, "Nothing fits xyzzy.\n")
    run = library.cli.ok("asset", "list", "xyzzy", "--json")
    assert (run.json["assets"], run.err) == ([], "")


def test_what_a_script_wrote_is_found_at_once(library: Library) -> None:
    library.cli.run_sql("UPDATE assets SET title = 'Nostromo' WHERE title = 'Heat'")
    assert _titles(library, "nostromo") == ["Nostromo"]
    assert library.cli.rows("SELECT count(*) FROM search_pending") == [(0,)]
    assert _titles(library, "heat") == ["Nostromo"] or _titles(library, "heat") == []


def test_a_search_waits_for_nobody(library: Library) -> None:
    library.cli.run_sql("UPDATE assets SET title = 'Nostromo' WHERE title = 'Heat'")
    other = sqlite3.connect(library.cli.db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert _titles(library, "nostromo") == ["Nostromo"]
    assert _titles(library, "wow") == ["Wow!!!"]
    other.execute("ROLLBACK")
    other.close()


def test_a_file_that_cannot_be_written_is_searched(library: Library) -> None:
    library.cli.run_sql("UPDATE assets SET title = 'Nostromo' WHERE title = 'Heat'")
    library.cli.db.chmod(stat.S_IRUSR)
    assert _titles(library, "nostromo") == ["Nostromo"]


# -- playlists and paths --------------------------------------------------------------------------


def test_a_playlist_has_the_best_version_of_each_work_and_no_extra(library: Library) -> None:
    text = library.cli.ok("asset", "list", "alien", "--format", "m3u").out
    assert "1080p" in text
    assert "480p" not in text
    assert "trailer" not in text
    every = library.cli.ok("asset", "list", "alien", "--format", "m3u", "--versions", "all").out
    assert "480p" in every
    extras = library.cli.ok("asset", "list", "--format", "m3u", "--kind", "extra").out
    assert "trailer" in extras


def test_paths_are_relative_on_wish_and_end_in_nul(library: Library) -> None:
    out = library.cli.ok(
        "asset", "list", "heat", "--format", "paths", "--relative-to", library.root / "Music", "-0"
    ).out
    assert out == "../Movies/Heat (1995) {imdb-tt0113277}/Heat (1995) {imdb-tt0113277}.mkv\0"


def test_what_is_not_there_is_left_out_and_counted(library: Library) -> None:
    library.cli.run_sql("UPDATE assets SET missing_since = '2020-01-01T00:00:00Z'"
                        " WHERE title = 'Heat'")  # fmt: skip
    for form in ("m3u", "paths"):
        run = library.cli.ok("asset", "list", "heat", "--format", form)
        assert "Heat" not in run.out
        assert run.err == "Warning: 1 file left out: the last scan did not see them\n"


def test_csv_and_json_have_numbers(library: Library) -> None:
    rows = list(csv.DictReader(io.StringIO(library.cli.ok("asset", "list", "--format", "csv").out)))
    assert all(row["size_bytes"].isdecimal() for row in rows)
    line = library.cli.ok("asset", "list", "heat", "--format", "jsonl").out
    assert isinstance(json.loads(line)["size_bytes"], int)


# -- one work -------------------------------------------------------------------------------------


def test_show_takes_words_and_says_whether_files_are_there(library: Library) -> None:
    (path,) = [library.root / name for name in FILES if "Heat" in name]
    shown = library.cli.json("asset", "show", "heat", "1995")
    assert [(file["there"], file["local_path"]) for file in shown["files"]] == [(True, str(path))]
    path.unlink()
    text = library.cli.ok("asset", "show", "heat").out
    assert text.splitlines()[0] == "Heat (1995)"
    assert text.splitlines()[-1] == f"  {path}"
    assert "not there" in text


def test_show_of_several_names_them(library: Library) -> None:
    run = library.cli("asset", "show", "alien")
    assert (run.code, run.error) == (1, "Error: Multiple assets named 'alien' exist")
    assert run.err.count("asset show") == 3
    run = library.cli("asset", "show", "hat", "--json")
    assert run.json["error"]["code"] == "not_found"
    assert "Did you mean: heat?" in run.json["error"]["detail"]


def test_open_starts_the_player_with_the_file(library: Library, tmp_path: Path) -> None:
    player = tmp_path / "player"
    player.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/played\nexit $CODE\n')
    player.chmod(0o755)
    env = {"RETROVUE_PLAYER": f"{player} --full screen", "CODE": "0"}
    library.cli.ok("asset", "open", "heat", env=env)
    (path,) = [library.root / name for name in FILES if "Heat" in name]
    assert (tmp_path / "played").read_text() == f"--full screen {path}\n"
    assert library.cli("asset", "open", "heat", env={**env, "CODE": "3"}).code == 1
    path.unlink()
    run = library.cli("asset", "open", "heat", env=env)
    assert (run.code, "is not there" in run.error) == (1, True)


def test_a_tree_has_seasons_with_their_gaps_and_discs(library: Library) -> None:
    tree = library.cli.json("asset", "tree")
    (show,) = tree["series"]
    assert [(s["season"], s["missing"]) for s in show["seasons"]] == [
        (0, []), (1, [3, 5, 6, 7, 8, 9])]  # fmt: skip
    (artist,) = tree["artists"]
    (album,) = artist["albums"]
    assert (album["album"], album["year"]) == ("Tides", 1990)
    assert [(d["disc"], [t["track"] for t in d["tracks"]], d["missing"]) for d in album["discs"]
            ] == [(1, [1, 3], [2]), (2, [1], [])]  # fmt: skip
    text = library.cli.ok("asset", "tree", "lost").out
    assert text == (
        "Lost\n  Specials: 1 episode (3)\n  Season 1: 3 episodes (1-2, 4, 10), missing 3, 5-9\n"
    )
    assert library.cli.rows(
        "SELECT series, season, missing FROM gaps WHERE series IS NOT NULL ORDER BY missing"
    ) == [("Lost", 1, n) for n in (3, 5, 6, 7, 8, 9)]
    assert library.cli.rows("SELECT album, disc, missing FROM gaps WHERE album IS NOT NULL") == [
        ("Tides", 1, 2)]  # fmt: skip


def test_stats_count_what_is_there(library: Library) -> None:
    stats = library.cli.json("stats")
    size = sum((library.root / name).stat().st_size for name in FILES)
    assert (stats["total"], stats["bytes"], stats["missing"]) == (13, size, 0)
    assert stats["by_kind"] == {"movie": 5, "episode": 4, "track": 3, "extra": 1}
    assert stats["by_decade"]["1970s"] == 3  # with the extra
    assert stats["by_resolution"]["1080p"] == 1
    assert stats["by_source"] == {"Home": 13}
    assert "KIND" in library.cli.ok("stats").out
    assert "####" in shown_on_terminal(library.cli, "stats").out


@pytest.mark.parametrize("columns", ["80", "40", "20"])
@pytest.mark.parametrize("words", [("asset", "list"), ("stats",), ("collection", "list")])
def test_a_table_fits_its_terminal(
    library: Library, columns: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    lines = shown_on_terminal(library.cli, *words).out.splitlines()
    tables = [line for line in lines if not line.startswith("13 assets")]
    assert max(map(len, tables)) <= int(columns)
    monkeypatch.delenv("NO_COLOR")
    assert "\033[1m" in shown_on_terminal(library.cli, *words).out
    monkeypatch.setenv("TERM", "dumb")
    assert "\033" not in shown_on_terminal(library.cli, *words).out

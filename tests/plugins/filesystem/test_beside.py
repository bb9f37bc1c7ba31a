"""What lies beside media files: NFO files, subtitles and sound, posters."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from retrovue_filesystem import nfo, sidecars
from support.cli import Cli

FILM = "Movies/Alien (1979)/Alien (1979).mkv"
KODI = """<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>
<movie>
  <title>Alien: The Film</title><originaltitle>Star Beast</originaltitle>
  <ratings><rating name="imdb" max="100" default="true"><value>85</value></rating></ratings>
  <userrating>3</userrating><plot>In space.</plot><mpaa>R</mpaa><playcount>4</playcount>
  <uniqueid type="imdb" default="true">tt0078748</uniqueid><uniqueid type="tmdb">348</uniqueid>
  <genre>Horror</genre><genre>SF / Drama</genre><credits>Cy</credits><director>Ben</director>
  <premiered>1979-05-25</premiered><studio>Fox</studio><tag>Owned</tag>
  <actor><name>Ada</name><role>Pilot</role></actor><actor><name>Eve</name></actor>
</movie>
"""


class Tree:
    """Media with what lies beside them, as a source."""

    def __init__(self, cli: Cli, root: Path) -> None:
        self.cli, self.root = cli, root

    def put(self, path: str, content: str | bytes = "x") -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def ingest(self, *flags: str) -> dict[str, int]:
        if not self.cli.db.exists():
            self.cli.ok("quickstart", self.root)
        totals = self.cli.json("source", "ingest", self.root.name, *flags)["totals"]
        return {word: count for word, count in totals.items() if count and word != "discovered"}

    def asset(self) -> dict[str, Any]:
        ((id_,),) = self.cli.rows("SELECT id FROM assets WHERE kind <> 'extra'")
        shown: dict[str, Any] = self.cli.json("asset", "show", str(id_))
        return shown


@pytest.fixture
def tree(cli: Cli, tmp_path: Path) -> Tree:
    return Tree(cli, tmp_path / "media")


def test_a_film_is_what_its_nfo_says(tree: Tree) -> None:
    tree.put(FILM)
    tree.put("Movies/Alien (1979)/movie.nfo", KODI)
    tree.ingest()
    asset = tree.asset()
    assert (asset["title"], asset["year"], asset["released_on"]) == (
        "Alien: The Film", 1979, "1979-05-25",
    )  # fmt: skip
    assert asset["guids"] == ["imdb://tt0078748", "tmdb://348"]
    assert asset["external_id"] == FILM.removeprefix("Movies/") or asset["external_id"] == FILM
    assert asset["metadata"] == {
        "original_title": "Star Beast", "rating": 8.5, "summary": "In space.",
        "content_rating": "R", "genres": ["Horror", "SF", "Drama"], "writers": ["Cy"],
        "directors": ["Ben"], "studio": "Fox", "labels": ["Owned"], "cast": ["Ada", "Eve"],
        "nfo": ["released_on", "title", "year"],
        "named": {"released_on": None, "title": "Alien", "year": 1979},
    }  # fmt: skip
    assert asset["origins"]["title"] == {"origin": "nfo"}


def test_an_nfo_that_comes_changes_and_goes(tree: Tree) -> None:
    tree.put(FILM)
    tree.ingest()
    path = tree.put("Movies/Alien (1979)/Alien (1979).nfo", KODI)
    assert tree.ingest() == {"updated": 1}
    assert tree.asset()["title"] == "Alien: The Film"
    assert tree.ingest() == {"unchanged": 1}
    path.write_text(KODI.replace("The Film", "Another"), encoding="utf-8")
    assert tree.ingest() == {"updated": 1}
    assert tree.asset()["title"] == "Alien: Another"
    path.unlink()
    assert tree.ingest() == {"updated": 1}
    asset = tree.asset()
    assert (asset["title"], asset["metadata"], asset["guids"]) == ("Alien", {}, [])


def test_an_unchanged_tree_is_ingested_without_opening_any(tree: Tree) -> None:
    tree.put(FILM)
    path = tree.put("Movies/Alien (1979)/movie.nfo", KODI)
    tree.ingest()
    status = path.stat()
    path.write_text(KODI.replace("The Film", "Le Film!"), encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    assert tree.ingest() == {"unchanged": 1}
    assert tree.asset()["title"] == "Alien: The Film"


def test_an_unchanged_tree_is_ingested_without_opening_what_lies_beside(tree: Tree) -> None:
    tree.put(FILM)
    tree.put("Movies/Alien (1979)/movie.nfo", KODI)
    tree.put("Movies/Alien (1979)/Subs/2_English.srt")
    tree.ingest()
    watched = str(tree.root / "Movies" / "Alien (1979)")
    opened: list[str] = []
    watching = True

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event == "open" and str(arguments[0]).startswith(watched + "/"):
            opened.append(str(arguments[0])[len(watched) + 1 :])

    sys.addaudithook(note)
    try:
        assert tree.ingest() == {"unchanged": 1, "skipped": 1}
        assert [name for name in opened if name] == []
        tree.put("Movies/Alien (1979)/movie.nfo", KODI.replace("The Film", "Another"))
        assert tree.ingest() == {"updated": 1, "skipped": 1}
        assert [name for name in opened if name] == ["movie.nfo", "movie.nfo"]
    finally:
        watching = False


def test_a_tree_without_any_keeps_the_fingerprints_that_it_had(tree: Tree) -> None:
    film = tree.put(FILM)
    tree.put("Movies/Alien (1979)/notes.txt")
    tree.put("Movies/Alien (1979)/holiday.jpg")
    tree.ingest()
    status = film.stat()
    fingerprint = tree.asset()["fingerprint"]
    assert fingerprint.endswith(f":{status.st_size}:{status.st_mtime_ns}")


def test_a_file_that_is_renamed_with_all_beside_it_has_moved(tree: Tree) -> None:
    folder = tree.root / "Movies" / "Alien (1979)"
    tree.put(FILM)
    tree.put("Movies/Alien (1979)/Alien (1979).nfo", KODI)
    tree.put("Movies/Alien (1979)/Alien (1979).en.srt")
    tree.ingest()
    id_ = tree.asset()["id"]
    for file in list(folder.iterdir()):
        file.rename(folder / file.name.replace("Alien (1979)", "Alien.1979.1080p"))
    tree.ingest()
    assert tree.asset()["id"] == id_
    assert tree.cli.rows("SELECT count(*) FROM assets") == [(1,)]


def test_an_episode_takes_its_title_and_keeps_its_number_and_show(tree: Tree) -> None:
    tree.put("TV Shows/Lost (2004)/tvshow.nfo",
             "<tvshow><title>Other</title><uniqueid type='tvdb'>1</uniqueid></tvshow>")  # fmt: skip
    tree.put("TV Shows/Lost (2004)/Season 01/Lost - S01E01-E02.mkv")
    tree.put(
        "TV Shows/Lost (2004)/Season 01/Lost - S01E01-E02.nfo",
        "<episodedetails><title>Pilot 1</title><season>7</season><episode>9</episode>"
        "<aired>2004-09-22</aired></episodedetails>\n"
        "<episodedetails><title>Pilot 2</title></episodedetails>",
    )
    tree.ingest()
    asset = tree.asset()
    assert (asset["series"], asset["season"], asset["episode"], asset["episode_end"]) == (
        "Lost", 1, 1, 2,
    )  # fmt: skip
    assert (asset["title"], asset["released_on"]) == ("Pilot 1 / Pilot 2", "2004-09-22")
    assert asset["guids"] == []


@pytest.mark.parametrize(
    ("content", "guids"),
    [
        ("https://www.imdb.com/title/tt0078748/", ["imdb://tt0078748"]),
        (KODI.replace("<uniqueid", "<odd").replace("</uniqueid", "</odd")
         + "\nhttps://www.themoviedb.org/movie/348-alien", ["tmdb://348"]),
        ("\ufeff" + KODI, ["imdb://tt0078748", "tmdb://348"]),
        (KODI.encode("utf-16"), ["imdb://tt0078748", "tmdb://348"]),
        (KODI.replace("UTF-8", "ISO-8859-1").replace("Ben", "B\xe9n").encode("latin1"),
         ["imdb://tt0078748", "tmdb://348"]),
        ("<movie><title>A</title><id>tt0078748</id><tmdbid>348</tmdbid></movie>",
         ["imdb://tt0078748", "tmdb://348"]),
        (KODI + "\nleft over & <unclosed", ["imdb://tt0078748", "tmdb://348"]),
    ],
    ids=["address", "xml and address", "bom", "utf-16", "latin1", "ids", "junk"],
)  # fmt: skip
def test_every_make_of_nfo_is_read(content: str | bytes, guids: list[str]) -> None:
    said = nfo.told(content if isinstance(content, bytes) else content.encode())
    assert list(said.guids) == guids


LAUGHS = "<!DOCTYPE m [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><movie><title>&b;</title></movie>"
OUTSIDE = "<!DOCTYPE m [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><movie><title>&x;</title></movie>"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\0\1\2", b"nothing to see", b"<movie><title>cut", LAUGHS.encode(), OUTSIDE.encode(),
        b"<movie><title>&nothing;</title></movie>", b"<movie>" * 5000,
        b"<movie><plot>" + b"x" * 2_000_000 + b"</plot></movie>", b"<html><body>no</body></html>",
        LAUGHS.replace("DOCTYPE", "doctype").encode("utf-16"),
        b"<?xml version='1.0' encoding='undefined'?><film/>",
        b"<?xml version='1.0' encoding='utf-7'?><movie>+2AA-", b"thetvdb.com/" * 80_000,
    ],
)  # fmt: skip
def test_what_is_hostile_or_broken_says_nothing_and_fails_nothing(
    tree: Tree, content: bytes
) -> None:
    tree.put(FILM)
    tree.put("Movies/Alien (1979)/movie.nfo", content)
    tree.ingest()
    asset = tree.asset()
    assert (asset["title"], asset["year"], asset["guids"]) == ("Alien", 1979, [])
    assert asset["metadata"]["nfo_not_read"].startswith("movie.nfo: ")
    assert "root:" not in json.dumps(asset)


def test_values_that_are_none_are_left_out() -> None:
    said = nfo.told(
        b"<movie><title>A</title><year>99999</year><premiered>soon</premiered><rating>NaN</rating>"
        b"<uniqueid type='x://y'>1</uniqueid><uniqueid type='imdb'>a b</uniqueid></movie>"
    )
    assert said == nfo.Told({"title": "A"}, (), {})


def test_several_films_in_a_folder_share_no_movie_nfo(tree: Tree) -> None:
    tree.put("Movies/Alien (1979).mkv")
    tree.put("Movies/Brazil (1985).mkv")
    tree.put("Movies/movie.nfo", KODI)
    tree.put("Movies/Brazil (1985).nfo", KODI.replace("Alien: The Film", "Brasil"))
    tree.ingest()
    assert tree.cli.rows("SELECT title FROM assets ORDER BY title") == [("Alien",), ("Brasil",)]


def test_posters_and_sidecars_stand_with_their_file(tree: Tree) -> None:
    folder = "Movies/Alien (1979)/"
    film = tree.put(FILM)
    for name in ("Alien (1979).en.forced.srt", "Alien (1979).ger.default.ass",
                 "Alien (1979).pt-BR.vtt", "Alien (1979).idx", "Alien (1979).sub",
                 "Alien (1979).Deutsch.ac3", "Brazil.en.srt", "poster.jpg",
                 "Alien (1979)-fanart.png", "somebody.jpg", "list.m3u8"):  # fmt: skip
        tree.put(folder + name)
    tree.ingest()
    asset = tree.asset()
    (file,) = asset["files"]
    streams = {
        Path(s["path"]).name.removeprefix("Alien (1979)"): (
            s["kind"], s["codec"], s["language"], s["is_default"], s["forced"],
        )
        for s in file["streams"]
    }  # fmt: skip
    assert streams == {
        ".en.forced.srt": ("subtitle", "subrip", "en", 0, 1),
        ".ger.default.ass": ("subtitle", "ass", "de", 1, 0),
        ".pt-BR.vtt": ("subtitle", "webvtt", "pt-BR", 0, 0),
        ".idx": ("subtitle", "dvd_subtitle", None, 0, 0),
        ".Deutsch.ac3": ("audio", "ac3", "de", 0, 0),
    }
    assert [Path(p).name for p in asset["metadata"]["posters"]] == [
        "Alien (1979)-fanart.png", "poster.jpg",
    ]  # fmt: skip
    assert film.exists()
    assert tree.cli.rows("SELECT count(*) FROM assets") == [(1,)]
    (film.parent / "Alien (1979).en.forced.srt").unlink()
    assert tree.ingest() == {"updated": 1}
    assert len(tree.asset()["files"][0]["streams"]) == 4


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("en", "en"), ("eng", "en"), ("English", "en"), ("ger", "de"), ("deu", "de"),
        ("pt-br", "pt-BR"), ("zh-Hans", "zh-Hans"), ("zh_TW", "zh-TW"), ("fre", "fr"),
        ("sdh", None), ("forced", None), ("qq-QQ", None), ("", None), ("2", None),
    ],
)  # fmt: skip
def test_a_language_is_told_as_bcp_47_has_it(word: str, language: str | None) -> None:
    assert sidecars.language(word) == language


def test_why_tells_where_each_field_comes_from(tree: Tree) -> None:
    film = tree.put(FILM)
    tree.put("Movies/Alien (1979)/movie.nfo", "<movie><title>Star Beast</title></movie>")
    tree.ingest()
    tree.cli.ok("asset", "edit", "Star Beast", "--edition", "Mine")
    origins = {name: each["origin"] for name, each in tree.cli.json("why", film)["origins"].items()}
    assert origins == {"title": "nfo", "year": "name", "edition": "yours"}


# -- what lies beside does not tell which work it is -----------------------------------------------

OTHERS = ("Movies/Brazil (1985)/Brazil (1985).mkv", "Movies/Heat (1995)/Heat (1995).mkv")


def _only_alien(tree: Tree) -> dict[str, Any]:
    rows = tree.cli.rows("SELECT id FROM assets WHERE external_id LIKE '%Alien%'")
    assert len(rows) == 1
    shown: dict[str, Any] = tree.cli.json("asset", "show", str(rows[0][0]))
    assert shown["missing_since"] is None
    return shown


def test_a_film_that_moves_away_from_its_poster_has_moved(tree: Tree) -> None:
    for path in (FILM, *OTHERS):
        tree.put(path, path)
    tree.put("Movies/Alien (1979)/poster.jpg")
    tree.ingest()
    before = _only_alien(tree)
    other = tree.root / "Movies" / "Old" / "Alien 79.mkv"
    other.parent.mkdir()
    (tree.root / FILM).rename(other)
    assert tree.ingest().get("moved") == 1
    assert _only_alien(tree)["id"] == before["id"]


def test_a_film_that_moves_to_where_an_nfo_is_has_moved(tree: Tree) -> None:
    for path in (FILM, *OTHERS):
        tree.put(path, path)
    tree.ingest()
    before = _only_alien(tree)
    tree.put("Movies/Other Alien (1980)/movie.nfo", KODI)
    (tree.root / FILM).rename(tree.root / "Movies" / "Other Alien (1980)" / "Other Alien.mkv")
    assert tree.ingest().get("moved") == 1
    assert _only_alien(tree)["id"] == before["id"]


@pytest.mark.parametrize("comes", [True, False])
def test_an_upgrade_is_the_same_work_while_an_nfo_comes_or_goes(tree: Tree, comes: bool) -> None:
    for path in OTHERS:
        tree.put(path, path)
    old = tree.put("Movies/Alien (1979)/Alien (1979) - 720p.mkv", "small")
    path = tree.root / "Movies" / "Alien (1979)" / "movie.nfo"
    if not comes:
        path.write_text("<movie><title>Star Beast</title><year>1980</year></movie>", "utf-8")
    tree.ingest()
    before = _only_alien(tree)
    old.unlink()
    tree.put("Movies/Alien (1979)/Alien (1979) - 1080p.mkv", "large, and better")
    if comes:
        path.write_text("<movie><title>Star Beast</title><year>1980</year></movie>", "utf-8")
    else:
        path.unlink()
    tree.ingest()
    after = _only_alien(tree)
    assert after["id"] == before["id"]
    assert (after["title"], after["year"]) == (("Star Beast", 1980) if comes else ("Alien", 1979))

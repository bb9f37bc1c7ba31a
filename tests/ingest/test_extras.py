"""Extras belong to something: to their film, or to a season or show by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import Cli
from support.media import Library, write

FILM = "Movies/X (2001)/X (2001)"
_EXTRAS = """
    SELECT e.title, film.title, film.year, e.series, e.season
      FROM assets AS e
      LEFT JOIN assets AS film ON film.id = e.extra_of
     WHERE e.kind = 'extra'
     ORDER BY e.title"""


def _extras(library: Library) -> list[tuple[object, ...]]:
    return library.cli.rows(_EXTRAS)


@pytest.mark.parametrize(
    ("extra", "title"),
    [
        ("Movies/X (2001)/Featurettes/Making of.mkv", "Making of"),
        ("Movies/X (2001)/Making of.mkv", "Making of"),
        (f"{FILM}-trailer.mkv", "X (2001)"),
        ("Movies/X (2001)/Extras/Day 1/Scene.mkv", "Scene"),
    ],
)
def test_an_extra_belongs_to_the_film_of_its_folder(
    cli: Cli, tmp_path: Path, extra: str, title: str
) -> None:
    library = Library(cli, tmp_path / "media", f"{FILM}.mkv", "Movies/Y (2002).mkv", extra)
    library.ingest()
    assert _extras(library) == [(title, "X", 2001, None, None)]


def test_beside_several_films_it_is_the_one_that_it_names(cli: Cli, tmp_path: Path) -> None:
    paths = ("Movies/A (2000).mkv", "Movies/B (2001).mkv", "Movies/B (2001)-trailer.mkv")
    library = Library(cli, tmp_path / "media", *paths)
    library.ingest()
    assert _extras(library) == [("B (2001)", "B", 2001, None, None)]


def test_extras_of_a_show_have_its_name(cli: Cli, tmp_path: Path) -> None:
    show = "TV Shows/Show (2010)"
    library = Library(
        cli,
        tmp_path / "media",
        f"{show}/Season 01/Show - S01E01.mkv",
        f"{show}/Season 01/Featurettes/On set.mkv",
        f"{show}/Interviews/The writer.mkv",
    )
    library.ingest()
    assert _extras(library) == [
        ("On set", None, None, "Show", 1),
        ("The writer", None, None, "Show", None),
    ]


def test_an_extra_that_was_there_first_belongs_to_the_film_that_comes(
    cli: Cli, tmp_path: Path
) -> None:
    library = Library(cli, tmp_path / "media", "Movies/X (2001)/Featurettes/Making of.mkv")
    library.ingest()
    assert _extras(library) == [("Making of", None, None, None, None)]
    write(library.root, f"{FILM}.mkv")
    library.ingest()
    assert _extras(library) == [("Making of", "X", 2001, None, None)]


def test_a_film_that_is_deleted_lets_go_of_its_extras(cli: Cli, tmp_path: Path) -> None:
    library = Library(cli, tmp_path / "media", f"{FILM}.mkv", f"{FILM}-trailer.mkv")
    library.ingest()
    cli.run_sql("DELETE FROM assets WHERE kind = 'movie'")
    assert _extras(library) == [("X (2001)", None, None, None, None)]
    assert cli("db", "check").code == 0


def test_an_importer_may_name_the_film(cli: Cli, tmp_path: Path) -> None:
    from support import plugins

    plugins.importer(
        cli.site,
        "reels",
        """
    def scan(self, collection):
        owner = {"extra_of": {"external_id": "film"}}
        yield FoundAsset("extra", "extra", "Making of", (FoundFile("/srv/things/b"),),
                         metadata=owner)
        yield FoundAsset("film", "movie", "X", (FoundFile("/srv/things/a"),), year=2001)
        """,
    )
    cli.ok("source", "add", "--type", "reels", "--name", "Reels", "--discover")
    cli.ok("collection", "update", "Things", "--map", "/srv/things", tmp_path, "--sync-enable")
    cli.ok("source", "ingest", "Reels")
    assert cli.rows(_EXTRAS) == [("Making of", "X", 2001, None, None)]


def test_no_script_makes_it_belong_to_what_it_cannot(cli: Cli, tmp_path: Path) -> None:
    import sqlite3

    library = Library(cli, tmp_path / "media", f"{FILM}.mkv", "TV Shows/S/S S01E01.mkv")
    library.ingest()
    connection = sqlite3.connect(cli.db, isolation_level=None)
    try:
        for film in (2, 1, 99):
            with pytest.raises(sqlite3.IntegrityError, match="G-2: an extra belongs to another"):
                connection.execute("UPDATE assets SET extra_of = ? WHERE id = 1", (film,))
    finally:
        connection.close()

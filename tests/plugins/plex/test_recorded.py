"""Payloads recorded from real servers, replayed; they lie beside the project, not in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fakes.plex import FakePlex
from retrovue import FoundCollection, Skipped

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "data" / "plex"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="no recorded payloads in ../shared/data/plex"
)


def page(name: str) -> bytes:
    """A recorded answer as the whole of a library: its total is what the recording holds."""
    body = (RECORDED / name).read_bytes()
    rows = body.count(b" ratingKey=")
    head, rest = body.split(b"<MediaContainer", 1)
    start, tail = rest.split(b">", 1)
    words = [word for word in start.split() if not word.startswith((b"totalSize=", b"size="))]
    size = f'size="{rows}" totalSize="{rows}"'.encode()
    return b"%s<MediaContainer %s %s>%s" % (head, size, b" ".join(words), tail)


@pytest.fixture
def replay(plex: FakePlex, scan: Any) -> Any:
    def run(name: str, kind: str) -> list[Any]:
        plex.fault("/library/sections/1/all", body=page(name))
        plex.fault("/", body=(RECORDED / "root.xml").read_bytes())
        found: list[Any] = scan(kind)
        assert plex.paths() == ["/"] + ["/library/sections/1/all"] * (len(plex.requests) - 1)
        return found

    return run


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "sections.xml",
            [
                ("3", "4K Movies", "movie", 2),
                ("1", "Movies", "movie", 3),
                ("2", "TV Shows", "show", 3),
            ],
        ),
        (
            "sections_three.xml",
            [
                ("1", "Movies", "movie", 1),
                ("2", "TV Shows", "show", 1),
                ("3", "Music", "music", 1),
            ],
        ),
        (
            "old_server/sections.xml",
            [("4", "Movies", "movie", 1), ("6", "TV Shows", "show", 1)],
        ),
    ],
)
@pytest.mark.parametrize("root", ["root.xml", "old_server/root.xml"])
def test_sections(root: str, name: str, expected: Any, plex: FakePlex, importing: Any) -> None:
    plex.fault("/", body=(RECORDED / root).read_bytes())
    plex.fault("/library/sections", body=(RECORDED / name).read_bytes())
    found: list[FoundCollection] = list(importing().discover())
    assert [(c.external_id, c.name, c.kind, len(c.locations)) for c in found] == expected
    assert all(path.startswith("/") for c in found for path in c.locations)


def test_fifty_movies(replay: Any) -> None:
    movies = replay("movies_page.xml", "movie")
    assert len(movies) == 50
    assert all(one.kind == "movie" and one.title and one.files for one in movies)
    assert sorted({len(one.files) for one in movies}) == [1, 2]
    assert all(1900 < one.year < 2030 and len(one.released_on) == 10 for one in movies)
    assert all(one.guids[0].startswith("plex://movie/") for one in movies)
    assert all(f.size_bytes and f.container and f.path for one in movies for f in one.files)


def test_versions_and_parts(replay: Any) -> None:
    (asset,) = replay("versions_and_parts.xml", "movie")
    assert [(f.version, f.part, f.size_bytes, f.duration_ms, f.height) for f in asset.files] == [
        (1, 1, 10638512184, 9678688, 1608),
        (2, 1, 5638512184, 5678688, 720),
        (2, 2, 5638512184, 4000000, 720),
    ]
    assert asset.guids == (
        "plex://movie/5d77702e6afb3d0020613fd1",
        "imdb://tt9114286",
        "tmdb://505642",
        "tvdb://31110",
    )


def test_episodes(replay: Any) -> None:
    episodes = replay("episodes_page.xml", "show")
    assert len(episodes) == 10
    first = episodes[0]
    assert (first.series, first.season, first.episode, first.title) == (
        ("Alice in Borderland", 1, 1, "Episode 1")
    )
    assert first.guids[1:] == ("imdb://tt13015952", "tmdb://2434012", "tvdb://7945991")


def test_episodes_of_an_old_agent(replay: Any) -> None:
    first = replay("small/season_children.xml", "show")[0]
    assert (first.series, first.season, first.episode) == ("The 100", 1, 1)
    assert first.guids == ("tvdb://268592/1/1",)


def test_shows_in_place_of_episodes_are_skipped_not_lost(replay: Any) -> None:
    found = replay("shows_one_without_year.xml", "show")
    assert len(found) == 26
    assert {type(one) for one in found} == {Skipped}
    assert found[0].why == "it is a Directory of type 'show', which was not asked for"


def test_tracks(replay: Any) -> None:
    assert [
        (one.artist, one.album, one.track) for one in replay("small/album_children.xml", "music")
    ] == [("Skrillex", "Try It Out", number) for number in (1, 2, 3)]


def test_a_photo_beside_a_folder(replay: Any) -> None:
    folder, photo = replay("small/photo_album.xml", "photo")
    assert folder == Skipped(
        "Cats in bed", "it is a Directory of type 'photo', which was not asked for"
    )
    assert (photo.kind, photo.title, photo.released_on, photo.guids) == (
        ("photo", "Picture1", "2020-01-20", ())
    )
    assert photo.files[0].path == "/data/Photos/Cats/Picture1.jpg"


def test_a_movie_of_an_old_server(replay: Any) -> None:
    (movie,) = replay("old_server/movie_526.xml", "movie")
    assert (movie.title, movie.year, movie.guids) == (("The Patriot", 2000, ("imdb://tt0187393",)))
    assert len(movie.files) == 1

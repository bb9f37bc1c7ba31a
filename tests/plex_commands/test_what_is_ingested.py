"""What becomes of the items of a server, as it stands in the file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakes.plex import (
    FakePlex,
    clip,
    element,
    episode,
    home_video,
    media,
    movie,
    part,
    photo,
    track,
)
from support.cli import Cli
from support.nas import Nas

ASSET = (
    "external_id, kind, title, series, season, episode, episode_end, artist, album, track, year,"
    " released_on, duration_ms, edition"
)
FILE = (
    "relative_path, version, part, size_bytes, duration_ms, container, video_codec, audio_codec,"
    " width, height"
)


@pytest.fixture
def ingested(nas: Nas, plex: FakePlex) -> Any:
    """Ingest one library of these items, and return the report's counts."""

    def run(type_: str, *items: str, **more: Any) -> dict[str, int]:
        plex.add_section("1", "Library", type_, ["/data/Library"], items, **more)
        return nas.ready().stats()["Library"]

    return run


def below(path: str, **attributes: object) -> str:
    return part(f"/data/Library/{path}", **attributes)


def test_a_movie(ingested: Any, cli: Cli) -> None:
    version = media(below("Dune (2021)/Dune.mkv", size=42, duration=8_000), height=1600)
    item = movie(
        17,
        [version],
        title="Dune",
        year=2021,
        duration=9_300_000,
        originallyAvailableAt="2021-09-15",
        editionTitle="IMAX",
        originalTitle="Dune: Part One",
        titleSort="dune 1",
        ids=("imdb://tt1160419", "tmdb://438631", "tvdb://51"),
    )
    assert ingested("movie", item) == {"discovered": 1, "added": 1}
    assert cli.rows(f"SELECT {ASSET} FROM assets") == [
        ("17", "movie", "Dune", *[None] * 7, 2021, "2021-09-15", 9_300_000, "IMAX")
    ]
    assert cli.rows(f"SELECT {FILE} FROM asset_files") == [
        ("Dune (2021)/Dune.mkv", 1, 1, 42, 8_000, "mkv", "h264", "eac3", 1920, 1600)
    ]
    ((guids, metadata),) = cli.rows("SELECT guids, metadata FROM assets")
    assert json.loads(guids) == [
        f"plex://movie/{17:024x}",
        "imdb://tt1160419",
        "tmdb://438631",
        "tvdb://51",
    ]
    known = json.loads(metadata)
    assert known["genres"] == ["Drama", "Mystery"]
    facts = ("content_rating", "studio", "original_title", "sort_title")
    assert {name: known[name] for name in facts} == {
        "content_rating": "PG",
        "studio": "Harbour Films",
        "original_title": "Dune: Part One",
        "sort_title": "dune 1",
    }


def test_an_episode(ingested: Any, cli: Cli) -> None:
    item = episode(41, [media(below("TW/S01E02.mkv"))], parentIndex=2, index=12)
    assert ingested("show", item) == {"discovered": 1, "added": 1}
    assert cli.rows(f"SELECT {ASSET} FROM assets") == [
        ("41", "episode", "Chapter 2", "Tide Watch 1", 2, 12, None, None, None, None,
         2011, "2011-04-17", 2_700_000, None)
    ]  # fmt: skip


def test_a_file_of_two_episodes_is_two_items_with_one_file(ingested: Any, cli: Cli) -> None:
    shared = [media(below("TW/S01E01-E02.mkv"))]
    items = [episode(number, shared) for number in (30, 31)]
    assert ingested("show", *items) == {"discovered": 2, "added": 2}
    assert cli.rows("SELECT season, episode, local_path LIKE '%/TW/S01E01-E02.mkv' FROM media") == [
        (1, 1, 1),
        (1, 2, 1),
    ]
    assert cli.rows("SELECT count(*), count(DISTINCT relative_path) FROM asset_files") == [(2, 1)]


def test_a_track(ingested: Any, cli: Cli) -> None:
    item = track(15, [media(below("a/b/c.flac", container="flac"), audioCodec="flac")], index=3)
    assert ingested("artist", item) == {"discovered": 1, "added": 1}
    assert cli.rows(f"SELECT {ASSET} FROM assets") == [
        ("15", "track", "Song 15", None, None, None, None, "The Buoys", "Low Water", 3,
         None, None, 200_000, None)
    ]  # fmt: skip


def test_photos_and_the_videos_among_them(ingested: Any, cli: Cli) -> None:
    pictures = [photo(1, [media(below("1.jpg"), container="jpeg")])]
    videos = [clip(2, [media(below("2.mp4"))])]
    assert ingested("photo", *pictures, clips=videos) == {"discovered": 2, "added": 2}
    assert cli.rows("SELECT kind, title, album, year, released_on, guids FROM assets") == [
        ("photo", "IMG_0001", "Summer", 2020, "2020-07-05", "[]"),
        ("video", "VID_0002", "Summer", 2020, None, "[]"),
    ]


def test_home_videos(ingested: Any, cli: Cli) -> None:
    item = home_video(1, [media(below("beach.mov"))])
    assert ingested("movie", item, agent="com.plexapp.agents.none")["added"] == 1
    assert cli.rows("SELECT kind, title, guids FROM assets") == [("video", "Beach 1", "[]")]


def test_versions_and_parts_without_the_copies_that_plex_makes(ingested: Any, cli: Cli) -> None:
    item = movie(
        1,
        [
            media(below("M/M.1080p.mkv", size=3), height=1080),
            media(below("M/Plex Versions/Mobile/M.mp4"), proxyType=42),
            media(
                below("M/M.cd1.avi", size=1, duration=10),
                below("M/M.cd2.avi", size=2, duration=20),
                height=480,
                videoCodec="mpeg4",
            ),
        ],
    )
    assert ingested("movie", item) == {"discovered": 1, "added": 1}
    assert cli.rows(
        "SELECT version, part, relative_path, size_bytes, height, video_codec FROM asset_files"
        " ORDER BY version, part"
    ) == [
        (1, 1, "M/M.1080p.mkv", 3, 1080, "h264"),
        (2, 1, "M/M.cd1.avi", 1, 480, "mpeg4"),
        (2, 2, "M/M.cd2.avi", 2, 480, "mpeg4"),
    ]


def test_missing_fields_are_null(ingested: Any, cli: Cli) -> None:
    bare = element(
        "Video",
        {"ratingKey": 5, "type": "movie", "title": "Bare"},
        element("Media", {}, element("Part", {"file": "/data/Library/bare.mkv"})),
    )
    assert ingested("movie", bare) == {"discovered": 1, "added": 1}
    assert cli.rows(f"SELECT {ASSET} FROM assets") == [("5", "movie", "Bare", *[None] * 11)]
    assert cli.rows(f"SELECT {FILE} FROM asset_files") == [("bare.mkv", 1, 1, *[None] * 7)]
    assert cli.rows("SELECT guids, metadata FROM assets") == [("[]", "{}")]


def test_numbers_that_are_none_are_null(ingested: Any, cli: Cli) -> None:
    bad = {"year": "MMXXI", "duration": "nan", "originallyAvailableAt": "soon"}
    item = movie(1, [media(below("a.mkv", size="big", duration="-"), width="wide")], **bad)
    assert ingested("movie", item) == {"discovered": 1, "added": 1}
    assert cli.rows("SELECT year, duration_ms, released_on FROM assets") == [(None, None, None)]
    assert cli.rows("SELECT size_bytes, duration_ms, width FROM asset_files") == [(None,) * 3]


def test_what_cannot_be_taken_is_skipped_with_its_reason(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    items = [
        movie(1),
        movie(2, []),
        movie(3, [media(part(None))]),
        movie(4, [media(part("/elsewhere/x.mkv"))]),
        movie(5, title=None, versions=[media(part("/data/Movies/5.mkv"))]).replace(
            'title="Lighthouse 5"', 'title=""'
        ),
        movie(6, ratingKey=None),
        movie(7, type="hologram"),
        movie(8, [media(part("/data/Movies/../../etc/passwd"))]),
    ]
    plex.add_section("1", "Movies", items=items)
    nas.ready()
    nas.furnish()
    run = cli("-v", "source", "ingest", "My Plex")
    assert (run.code, run.err.splitlines()) == (
        0,
        [
            "Warning: 7 items of collection 'Movies' skipped",
            "Warning:   skipped: Lighthouse 6: the server gives no ratingKey for it",
            "Warning:   skipped: Lighthouse 7: it is a Video of type 'hologram', which was not"
            " asked for",
            "Warning:   skipped: 2: it has no file",
            "Warning:   skipped: 3: it has no file",
            "Warning:   skipped: 4: /elsewhere/x.mkv lies below no location of the collection",
            "Warning:   skipped: 5: it has no title",
            "Warning:   skipped: 8: /data/Movies/../../etc/passwd lies below no location of the"
            " collection",
        ],
    )
    assert nas.column("SELECT external_id FROM assets") == ["1"]
    quiet = nas.ingest()
    assert quiet.err.splitlines()[-1] == "Warning:   ... 4 more; -v shows them"


def test_odd_titles_and_paths_come_as_they_are(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    titles = [
        "Amélie",
        "Ame\u0301lie",
        " 2 blanks  ",
        "千と千尋の神隠し",
        "A & B <C> \"D\" 'E'",
        "#%?+;",
    ]
    items = [movie(number, title=title) for number, title in enumerate(titles, 1)]
    plex.add_section("1", "Movies", items=items)
    nas.ready()
    assert nas.stats() == {"Movies": {"discovered": 6, "added": 6}}
    assert nas.column("SELECT title FROM assets ORDER BY id") == titles
    assert nas.column("SELECT relative_path FROM asset_files ORDER BY asset_id") == [
        f"{title} (1999)/{title} (1999).mkv" for title in titles
    ]


def test_control_characters_of_a_title_do_not_reach_the_terminal(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    title = "Red \u009b31m \u202e"
    plex.add_section("1", "Movies", items=[movie(1, title=title)])
    nas.ready()
    assert nas.ingest().code == 0
    assert nas.column("SELECT title FROM assets") == [title]
    assert "\u009b" not in cli.ok("asset", "list").out


def test_what_the_server_knows_is_shown_and_asks_for_no_item(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    item = movie(1, rating="7.5", audienceRating="8.1", viewCount=2, lastViewedAt=1_700_000_060,
                 viewOffset=90_000, summary="A light.", updatedAt=None)  # fmt: skip
    section = plex.add_section("1", "Movies", items=[item, *(movie(n) for n in range(2, 40))])
    nas.ready()
    plex.requests.clear()
    assert nas.stats() == {"Movies": {"discovered": 39, "added": 39}}
    first = plex.paths()
    assert first.count("/library/sections/1/all") == 2  # one page, and the one behind it
    assert first.count("/library/sections") == 1  # which libraries are new
    assert len(first) <= 6
    ((id_,),) = cli.rows("SELECT id FROM assets WHERE external_id = '1'")
    assert cli.json("asset", "show", str(id_))["metadata"] == {
        "added_at": "2023-11-14T22:13:21Z",
        "audience_rating": 8.1,
        "cast": ["Actor 0", "Actor 1", "Actor 2"],
        "content_rating": "PG",
        "directors": ["A. Fisher"],
        "genres": ["Drama", "Mystery"],
        "last_played_at": "2023-11-14T22:14:20Z",
        "play_count": 2,
        "position_ms": 90_000,
        "rating": 7.5,
        "studio": "Harbour Films",
        "summary": "A light.",
        "writers": ["B. Sailor", "C. Pilot"],
    }
    section.items = [item.replace("A light.", "A light goes out."), *section.items[1:]]
    plex.requests.clear()
    assert nas.stats() == {"Movies": {"discovered": 39, "updated": 1, "unchanged": 38}}
    assert plex.paths() == first
    assert nas.stats() == {"Movies": {"discovered": 39, "unchanged": 39}}

"""What names mean, convention by convention, on names made up here."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "plugins"))

from retrovue.names import (
    Reading,
    folder,
    is_disc_folder,
    is_ignored_folder,
    library_kind,
    media_type,
    read,
    read_path,
)

KINDS = {"movie", "episode", "track", "video", "photo", "extra", "sample", "ignore"}
SEA = "/m/Movies/Sea Road (2010)/"
DESK = "/m/TV/Night Desk (2010)/Season 01/"
SHOW: dict[str, Any] = {"kind": "episode", "series": "Night Desk"}


def movie(title: str = "Sea Road", year: int | None = 2010, **more: Any) -> dict[str, Any]:
    return {"kind": "movie", "title": title, "year": year, **more}


def episode(season: int | None, number: int | None, title: str = "", **more: Any) -> dict[str, Any]:
    return {**SHOW, "season": season, "episode": number, "title": title, **more}


def track(number: int | None, title: str = "Tide", **more: Any) -> dict[str, Any]:
    album = {"artist": "Lanterns", "album": "Blue"}
    return {"kind": "track", "track": number, "title": title, **album, **more}


def extra(kind: str, title: str) -> dict[str, Any]:
    return {"kind": "extra", "extra": kind, "title": title}


def check(path: str, expected: dict[str, Any]) -> None:
    got = read_path(path)._asdict()
    assert {name: got[name] for name in expected} == expected


MOVIES = [
    (SEA + "Sea Road (2010).mkv", movie(version=None, part=None, edition=None)),
    (SEA + "Sea Road (2010) - 1080p.mkv", movie(version="1080p")),
    (SEA + "Sea Road (2010) - 4K HDR.mkv", movie(version="4K HDR")),
    (SEA + "Sea Road (2010) [2160p].mkv", movie(version="2160p")),
    (SEA + "Sea Road (2010) - Directors Cut.mkv", movie(edition="Directors Cut")),
    (SEA + "Sea Road (2010) {edition-Long Cut}.mkv", movie(edition="Long Cut")),
    (SEA + "Sea Road (2010) - cd2.avi", movie(part=2)),
    (SEA + "Sea Road (2010) - part1.avi", movie(part=1)),
    (SEA + "Sea Road (2010) - pt2.avi", movie(part=2)),
    (SEA + "Sea Road (2010) {edition-Long} {tmdb-12} - dvd2.mkv", movie(edition="Long", part=2)),
    (SEA + "CD1/road.avi", movie(part=1)),
    (SEA + "VIDEO_TS/VTS_01_2.VOB", movie(part=2)),
    (SEA + "BDMV/STREAM/00001.m2ts", movie()),
    (SEA + "movie.mkv", movie()),
    (SEA + "9f8e7d6c5b4a39281706f5e4d3c2b1a0.mkv", movie()),
    (SEA + "Other Water (2012).mkv", movie("Other Water", 2012)),
    ("/m/Movies/Sea Road (2010) {tmdb-77}/Sea Road (2010).mkv", movie(guids=("tmdb://77",))),
    ("/m/Movies/Sea Road [imdbid-tt7654321].mkv", movie(year=None, guids=("imdb://tt7654321",))),
    ("/m/Movies/Sea Road.(2010).(tt7654321)/a.mkv", movie(guids=("imdb://tt7654321",))),
    ("/m/Movies/Action/Sea Road (2010).mkv", movie()),
    ("/m/Movies/Sea Road.mkv", movie(year=None)),
    ("/m/Movies/[2010] Sea Road.mkv", movie()),
    ("/m/Movies/Sea Road (Ana Luz, 2010).mkv", movie()),
    ("/m/Movies/Road, The (2010).mkv", movie("The Road")),
    ("/m/Movies/Sea.Road.2010.1080p.BluRay.x264-GRP.mkv", movie(version="1080p")),
    ("/m/Movies/Sea.Road.2010.EXTENDED.720p.WEB-DL.mkv", movie(edition="EXTENDED")),
    ("/m/Movies/Sea.Road.Assembly.Cut.2010.720p.mkv", movie(edition="Assembly Cut")),
    ("/m/Movies/sea_road_2010_dvdrip.avi", movie("sea road")),
    ("/m/Movies/1931 (2010)/1931 (2010).mkv", movie("1931")),
    ("/m/Movies/1931.2010.1080p.mkv", movie("1931")),
    ("/m/Movies/2090 A Sea Road (2010).mkv", movie("2090 A Sea Road")),
    ("/m/Movies/Web of Sea (2010).mkv", movie("Web of Sea")),
    ("/m/Movies/The Harbour Limited (2010).mkv", movie("The Harbour Limited")),
    ("/m/Movies/Sea - Part 1 (2010)/Sea - Part 1.mkv", movie("Sea - Part 1", part=None)),
    ("/m/Movies/Trailer Town (2010)/Trailer Town (2010).mkv", movie("Trailer Town")),
    ("/m/Movies/Sea Set/02. Sea Road (2010).mkv", movie()),
    ("/m/Movies/S.E.A.Road.2010.720p.mkv", movie("S.E.A. Road")),
    ("www.example.org - Sea Road (2010) 720p.mkv", movie()),
    ("Lake 13 (2010).mkv", movie("Lake 13")),
    (r"D:\Movies\Sea Road (2010)\Sea Road (2010).mkv", movie()),
    (r"\\nas\media\Filme\Sea Road (2010).mkv", movie()),
    ("/m/Movies/夜の港 (2010)/夜の港 (2010).mkv", movie("夜の港")),
]

EPISODES = [
    (DESK + "Night Desk (2010) - S01E02 - Late.mkv", episode(1, 2, "Late", year=2010)),
    (DESK + "Night Desk - S01E02-E03 - Late.mkv", episode(1, 2, "Late", episode_end=3)),
    (DESK + "S01E02E03E04.mkv", episode(1, 2, episode_end=4)),
    (DESK + "Night Desk - s01e02-03.mkv", episode(1, 2, episode_end=3)),
    (DESK + "Night Desk - S01E02 - S01E03 - Late.mkv", episode(1, 2, "Late", episode_end=3)),
    (DESK + "Night Desk - 1x02x03 - Late.mkv", episode(1, 2, "Late", episode_end=3)),
    (DESK + "Night Desk - 01x02-03 - Late.mkv", episode(1, 2, "Late", episode_end=3)),
    (DESK + "Night Desk 1x02.mkv", episode(1, 2, episode_end=None)),
    (DESK + "02 - Late.mkv", episode(1, 2, "Late")),
    (DESK + "102 - Late.mkv", episode(1, 2, "Late")),
    (DESK + "Episode 2.mkv", episode(1, 2)),
    (DESK + "Night Desk - S01E02 - 24 Hours.mkv", episode(1, 2, "24 Hours", episode_end=None)),
    (DESK + "Night Desk - S01E02-24 Hours.mkv", episode(1, 2, "24 Hours", episode_end=None)),
    (DESK + "Night Desk - S01E02 - 1984.mkv", episode(1, 2, "1984")),
    (DESK + "Night Desk - S01E02-720p.mkv", episode(1, 2, episode_end=None, version="720p")),
    (DESK + "Night Desk - S01E02 - pt1.mkv", episode(1, 2, part=1)),
    (DESK + "Night.Desk.S01E02.Late.Show.1080p.WEB.h264-G.mkv", episode(1, 2, "Late Show")),
    (DESK + "Night Desk - S01E02 - Late [WEBDL-1080p].mkv", episode(1, 2, "Late")),
    ("/m/TV/Night Desk/Specials/Night Desk - S00E03 - X.mkv", episode(0, 3, "X")),
    ("/m/TV/Night Desk/Season 00/S00E03.mkv", episode(0, 3)),
    ("/m/TV/Night Desk {tvdb-9}/S2/S02E03.mkv", episode(2, 3, guids=("tvdb://9",))),
    ("/m/Serien/Night Desk/Staffel 2/Folge 5 - Hafen.mkv", episode(2, 5, "Hafen")),
    ("/m/Séries/Night Desk/Saison 2/05. Port.mkv", episode(2, 5, "Port")),
    ("/m/TV/Night Desk/Temporada 2/Night Desk 2x05.mkv", episode(2, 5)),
    ("/m/TV/Night Desk/Сезон 2/05 серия.mkv", episode(2, 5)),
    ("/m/TV/Night Desk/第2季/第05集.mkv", episode(2, 5)),
    ("/m/TV/Night Desk/Night Desk Season 2/S02E05.mkv", episode(2, 5)),
    ("/m/TV/Kids/Night Desk S01E02.mkv", episode(1, 2)),
    ("Night Desk Season 2 Episode 5.mkv", episode(2, 5)),
    ("Night Desk - 2011-11-15 - Guest.mkv", episode(None, None, "Guest", released_on="2011-11-15")),
    (
        "Night.Desk.2011.11.15.Guest.720p.mkv",
        episode(None, None, "Guest", released_on="2011-11-15"),
    ),
    ("Night Desk 15.11.2011.mkv", episode(None, None, released_on="2011-11-15")),
    ("/m/Anime/Night Desk/Night Desk - 112.mkv", episode(None, None, absolute=112)),
    ("[Grp] Night Desk - 05v2 [1080p][ABCD1234].mkv", episode(None, None, absolute=5)),
    ("[Grp]_Night_Desk_-_05_(1280x720_H264)_[E83AD672].mkv", episode(None, None, absolute=5)),
    ("[Grp] Night Desk S2 - 05 [720p].mkv", episode(2, 5)),
    ("[Grp] Night Desk 1004 [720p].mkv", episode(None, None, absolute=1004)),
    ("[Grp] Night Desk - 05-06 [720p].mkv", episode(None, 5, episode_end=6)),
    ("【Grp】【Night Desk】[24（END）][720P].mkv", episode(None, None, absolute=24)),
    ("Night.Desk.S01E02.720p-GRP/a1b2c3d4e5f6a7b8c9.mkv", episode(1, 2)),
    ("/m/TV/Space 77/Season 1/Space 77 - 05.mkv", {"series": "Space 77", "episode": 5}),
    ("/m/TV/30/Season 1/30 - 05.mkv", {"series": "30", "season": 1, "episode": 5}),
    ("/m/TV/8-2-8/Season 1/8-2-8 - 1x05.mkv", {"series": "8-2-8", "season": 1, "episode": 5}),
    ("/m/TV/Extras/Season 1/Extras S01E05.mkv", {"series": "Extras", "episode": 5}),
]

OTHERS = [
    (SEA + "Sea Road (2010)-trailer.mp4", extra("trailer", "Sea Road (2010)")),
    (SEA + "Sea Road (2010).trailer.mp4", extra("trailer", "Sea Road (2010)")),
    (SEA + "Storm-behindthescenes.mkv", extra("behindthescenes", "Storm")),
    (SEA + "Storm-deleted.mkv", extra("deleted", "Storm")),
    (SEA + "Storm-scene2.mkv", extra("scene", "Storm")),
    (SEA + "Behind The Scenes/Storm.mkv", extra("behindthescenes", "Storm")),
    (SEA + "Featurettes/Storm.mkv", extra("featurette", "Storm")),
    (SEA + "Extras/Storm.mkv", extra("other", "Storm")),
    (SEA + "theme.mp3", extra("theme", "theme")),
    (DESK + "Extras/Storm.mkv", extra("other", "Storm")),
    (SEA + "sample.mkv", {"kind": "sample"}),
    (SEA + "sea.road.2010.720p-sample.mkv", {"kind": "sample"}),
    (SEA + "Sample/a.mkv", {"kind": "sample"}),
    (SEA + "poster.jpg", {"kind": "ignore"}),
    (SEA + "Sea Road (2010).en.srt", {"kind": "ignore"}),
    (SEA + ".DS_Store", {"kind": "ignore"}),
    (SEA + "._Sea Road (2010).mkv", {"kind": "ignore"}),
    ("/m/Movies/@eaDir/a.mkv", {"kind": "ignore"}),
    ("/m/Movies/.Trash-1000/a.mkv", {"kind": "ignore"}),
    ("/m/Music/Lanterns/Blue (1999)/01 - Tide.flac", track(1, year=1999)),
    ("/m/Music/Lanterns/1999 - Blue [FLAC]/01. Tide.flac", track(1, year=1999)),
    ("/m/Music/Lanterns - Blue/1-02 Tide.mp3", track(2, disc=1)),
    ("/m/Music/Lanterns/Blue/CD2/03 Tide.flac", track(3, disc=2)),
    ("/m/Music/Lanterns/Blue (Disc 2)/03 Tide.flac", track(3, disc=2)),
    ("/m/Music/Lanterns/Blue/Lanterns - Blue - 03 - Tide.mp3", track(3)),
    ("/m/Music/Various Artists/Blue/01. Lanterns - Tide.mp3", track(1)),
    ("/m/Music/Lanterns/Blue/Tide.mp3", track(None)),
    ("/m/Music/Lanterns/Blue/01 Tide - Live.mp3", track(1, "Tide - Live")),
    ("/m/Music/Lanterns/Blue/cover.jpg", {"kind": "ignore"}),
    ("/m/Photos/IMG_20190704_1201.jpg", {"kind": "photo", "released_on": "2019-07-04"}),
    ("/m/Home Videos/2019-07-04 Beach.mp4", {"kind": "video", "title": "2019-07-04 Beach"}),
    ("/m/Home Videos/Beach S01E02.mp4", {"kind": "video", "title": "Beach S01E02"}),
]


@pytest.mark.parametrize(("path", "expected"), MOVIES + EPISODES + OTHERS)
def test_a_name_says_what_its_convention_means(path: str, expected: dict[str, Any]) -> None:
    check(path, expected)


def test_the_collections_kind_goes_before_its_folders_name() -> None:
    assert read_path("/m/TV/Sea Road S01E02.mkv", "movie").kind == "movie"
    assert read_path("/m/Stuff/Sea Road 05.mkv", "show").absolute == 5
    assert read("Sea.mkv", folder(("Movies",), "video")).kind == "video"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("TV Shows", "show"),
        ("tv_shows", "show"),
        ("Movies", "movie"),
        ("Filme", "movie"),
        ("Serien", "show"),
        ("Música", "music"),
        ("Photos", "photo"),
        ("Home Videos", "video"),
        ("Sea Road (2010)", None),
        ("", None),
    ],
)
def test_usual_library_names_are_known(name: str, kind: str | None) -> None:
    assert library_kind(name) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.MKV", "video"), ("a.flac", "audio"), ("a.jpeg", "photo"), ("a.nfo", None), ("mkv", None)],
)
def test_extensions_tell_the_media_type(name: str, kind: str | None) -> None:
    assert media_type(name) == kind


@pytest.mark.parametrize(
    ("name", "part"),
    [("CD1", 1), ("Disc 2", 2), ("disk_3", 3), ("Part 1", 1), ("Discovery 1", None), ("CD", None)],
)
def test_disc_folders_are_parts(name: str, part: int | None) -> None:
    assert is_disc_folder(name) == part


def test_folders_of_machines_are_ignored() -> None:
    assert all(map(is_ignored_folder, ("@eaDir", "#recycle", "lost+found", ".Trash", ".git")))
    assert not any(map(is_ignored_folder, ("Movies", "Season 1", "Extras", "#1 Crush")))


texts = st.text(max_size=60)
PIECES = (
    "S01E02 1x02 - . _ [ ] ( ) 2010 (2010) 1080p part 1 cd2 Season 第3話 -trailer é İ {tmdb-1} E "
    "２ ² ٣ x × 20111115 of 9 the DC Ep. Cap.101 [Grp] - 05 Extended Cut .mkv .mp3 .jpg"
)
pieces = st.sampled_from(PIECES.split(" "))
names = st.one_of(texts, st.lists(pieces, max_size=12).map("".join))
extensions = st.sampled_from(["", ".mkv", ".mp3", ".jpg", ".nfo"])
kinds = st.sampled_from([None, "movie", "show", "music", "photo", "video"])


@settings(max_examples=600, deadline=None)
@given(names, extensions, st.lists(names, max_size=4), kinds)
def test_any_text_is_read_the_same_twice_and_well_typed(
    name: str, extension: str, parts: list[str], kind: str | None
) -> None:
    got = read(name + extension, folder(parts, kind))
    assert got == read(name + extension, folder(tuple(parts), kind))
    assert_well_typed(got)


def assert_well_typed(got: Reading) -> None:
    assert got.kind in KINDS
    assert isinstance(got.title, str)
    for text in (got.series, got.artist, got.album, got.version, got.edition, got.extra):
        assert text is None or isinstance(text, str)
    numbers = (got.season, got.episode, got.episode_end, got.absolute, got.track, got.disc)
    for number in (*numbers, got.year, got.part):
        assert number is None or (type(number) is int and number >= 0)
    assert got.released_on is None or time.strptime(got.released_on, "%Y-%m-%d")
    assert all("://" in guid for guid in got.guids)


HOSTILE = [
    *"a1([-._ 第E",
    *("S01", "S01E01", "1x02x", "- 1 ", " - ", "[a] ", "(2010", "{tmdb-", "part ", "1 of ", "cd1 "),
]


ENDLESS = 60  # seconds of the processor; to try every way takes hours


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("length", [290, 100_000])
def test_long_hostile_names_are_read_without_looking_at_every_way_to_cut_them(
    unit: str, length: int
) -> None:
    name = (unit * length)[:length]
    for parts in ((), ("TV", "Desk", "Season 1"), ("Movies", name), ("Music", name, name)):
        start = time.process_time()
        read(f"{name}.mkv", folder(parts))
        assert time.process_time() - start < ENDLESS

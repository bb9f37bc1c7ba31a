"""What becomes of what the server tells: films, episodes, tracks, versions, parts, extras."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fake_jellyfin import FakeJellyfin, episode, movie, source
from retrovue_jellyfin import items
from retrovue_jellyfin.importer import JellyfinImporter

from conftest import KEY
from retrovue import FoundAsset, Skipped
from retrovue.testing import Bench

RECORDED = next(
    (found for above in Path(__file__).resolve().parents
     if (found := above / "shared" / "data" / "jellyfin").is_dir()),
    None,
)  # fmt: skip


def ingested(server: FakeJellyfin, bench: Bench) -> Any:
    if not bench.path.exists():
        bench.importer(JellyfinImporter, base_url=server.url, api_key=KEY)
    return bench.ingest()


def test_libraries_become_collections(server: FakeJellyfin, retrovue_bench: Bench) -> None:
    for id_, name, type_ in (
        ("bb", "Shows", "tvshows"), ("cc", "Music", "music"), ("dd", "Home", "homevideos"),
        ("ee", "Clips", "musicvideos"), ("ff", "Mixed", None), ("gg", "Books", "books"),
        ("hh", "Sets", "boxsets"), ("ii", "Lists", "playlists"), ("jj", "Live", "livetv"),
    ):  # fmt: skip
        server.library(id_, name, type_, f"/media/{id_}", f"/more/{id_}")
    retrovue_bench.importer(JellyfinImporter, base_url=server.url, api_key=KEY)
    found = {c.name: (c.external_id, c.kind, len(c.mappings)) for c in retrovue_bench.discover()}
    assert found == {
        "Films": ("aa", "movie", 1), "Shows": ("bb", "show", 2), "Music": ("cc", "music", 2),
        "Home": ("dd", "video", 2), "Clips": ("ee", "video", 2), "Mixed": ("ff", None, 2),
    }  # fmt: skip


def test_a_film_has_all_that_the_server_tells(server: FakeJellyfin, retrovue_bench: Bench) -> None:
    server.items["aa"][:] = [
        movie(29, OfficialRating="R", OriginalTitle="Alien!", Studios=[{"Name": "Fox"}],
              Genres=["Horror"])
    ]  # fmt: skip
    assert ingested(server, retrovue_bench).added == 1
    (row,) = retrovue_bench.rows(
        "SELECT kind, title, year, released_on, duration_ms, guids, metadata FROM assets"
    )
    assert row[:5] == ("movie", "Film 29", 1979, "1979-05-25", 6_600_000)
    assert json.loads(row[5]) == ["imdb://tt0000029", "tmdb://29"]
    metadata = json.loads(row[6])
    metadata.pop("added_at", None)
    assert metadata == {"content_rating": "R", "original_title": "Alien!", "studio": "Fox",
                        "genres": ["Horror"]}  # fmt: skip
    assert retrovue_bench.rows(
        "SELECT relative_path, size_bytes, container, video_codec, audio_codec, width, height"
        " FROM asset_files"
    ) == [("Film 29 (1979)/Film 29.mkv", 1029, "mkv", "hevc", "truehd", 3840, 1604)]


def test_versions_and_parts_are_files_of_one_film(
    server: FakeJellyfin, retrovue_bench: Bench
) -> None:
    own, other = "/media/movies/A/A - 2160p.mkv", "/media/movies/A/A - 720p.mkv"
    two = movie(1, Path=own, MediaSources=[source(other, 1), source(own, 2)])
    parted = movie(2, PartCount=2)
    server.items["aa"][:] = [two, parted]
    second = "/media/movies/cd2.avi"
    server.parts[parted["Id"]] = [movie(3, Path=second, MediaSources=[source(second, 3)])]
    assert ingested(server, retrovue_bench).added == 2
    rows = "SELECT asset_id, version, part, relative_path FROM asset_files ORDER BY 1, 2, 3"
    assert retrovue_bench.rows(rows) == [
        (1, 1, 1, "A/A - 2160p.mkv"),
        (1, 2, 1, "A/A - 720p.mkv"),
        (2, 1, 1, "Film 2 (1952)/Film 2.mkv"),
        (2, 1, 2, "cd2.avi"),
    ]
    before = len(server.requests)
    assert ingested(server, retrovue_bench).unchanged == 2
    assert not [path for path in server.requests[before:] if "AdditionalParts" in path]


def test_extras_belong_to_their_film_and_are_asked_for_when_it_changed(
    server: FakeJellyfin, retrovue_bench: Bench
) -> None:
    film = movie(1, SpecialFeatureCount=1)
    extra = movie(8, Name="Making of", Type="Video", MediaSources=[
        source("/media/movies/Film 1/extras/making.mkv", 5)])  # fmt: skip
    server.items["aa"][:] = [film]
    server.extras[film["Id"]] = [extra]
    assert ingested(server, retrovue_bench).added == 2
    rows = "SELECT kind, title, extra_of FROM assets ORDER BY id"
    assert retrovue_bench.rows(rows) == [("movie", "Film 1", None), ("extra", "Making of", 1)]
    before = len(server.requests)
    assert ingested(server, retrovue_bench).unchanged == 2
    assert not [path for path in server.requests[before:] if "SpecialFeatures" in path]
    film |= {"Etag": "another", "SpecialFeatureCount": 0}
    server.extras.clear()
    done = ingested(server, retrovue_bench)
    assert (done.updated, done.missing) == (1, 1)


def test_episodes_have_their_place(server: FakeJellyfin, retrovue_bench: Bench) -> None:
    shows = server.library("bb", "Shows", "tvshows", "/media/shows")
    shows += [
        episode("Lost", 1, 2, IndexNumberEnd=3),
        episode("Lost", 0, 1),
        episode("Lost", None, None),
        episode("Lost", 1, 9, LocationType="Virtual", Path=None, MediaSources=[]),
        movie(50, Type="Series", Name="Lost", SpecialFeatureCount=1),
    ]
    server.extras[f"{50:032x}"] = [
        movie(60, Name="Interview", MediaSources=[source("/media/shows/Lost/x.mkv", 5)])
    ]
    ingested(server, retrovue_bench)
    rows = retrovue_bench.rows(
        "SELECT kind, series, season, episode, episode_end FROM assets WHERE series IS NOT NULL"
        " ORDER BY kind, season DESC, episode DESC"
    )
    assert rows == [
        ("episode", "Lost", 1, 2, 3),
        ("episode", "Lost", 0, 1, None),
        ("episode", "Lost", None, None, None),
        ("extra", "Lost", None, None, None),
    ]


def test_a_show_that_is_renamed_is_renamed_in_its_episodes(
    server: FakeJellyfin, retrovue_bench: Bench
) -> None:
    shows = server.library("bb", "Shows", "tvshows", "/media/shows")
    shows += [episode("Lost", 1, 2)]
    ingested(server, retrovue_bench)
    shows[0]["SeriesName"] = "Found"
    assert ingested(server, retrovue_bench).updated == 1
    assert retrovue_bench.rows("SELECT series FROM assets WHERE kind = 'episode'") == [("Found",)]


@pytest.mark.parametrize(
    "more",
    [{"MediaSources": [source("https://host/stream", 1, Protocol="Http")]},
     {"MediaSources": [source("/media/x.strm", 1, IsRemote=True)]},
     {"MediaSources": [source("rtsp://cam/1", 1)]},
     {"MediaSources": [], "Path": None}, {"MediaSources": [{"Path": 7}]}],
)  # fmt: skip
def test_what_is_no_file_is_left_out_on_purpose(more: Any) -> None:
    answer = items.found(movie(1, **more))
    assert isinstance(answer, Skipped)
    assert answer.on_purpose


@pytest.mark.parametrize(
    "more",
    [{"ProductionYear": "1979"}, {"RunTimeTicks": -1}, {"ProviderIds": None}, {"Studios": ["x"]},
     {"PremiereDate": "0001-01-01T00:00:00"}, {"Genres": None}, {"ProductionYear": 10**9},
     {"ProviderIds": {"Imdb": ""}}, {"Name": None}],
)  # fmt: skip
def test_odd_facts_are_left_out(more: Any) -> None:
    answer = items.found(movie(1, **more))
    assert isinstance(answer, FoundAsset)
    assert answer.year in (1951, None)


def _recorded(name: str) -> dict[str, Any]:
    if RECORDED is None:
        pytest.skip("the recorded answers are not here")
    answer: dict[str, Any] = json.loads((RECORDED / name).read_text())
    return answer


def test_a_recorded_track_is_read() -> None:
    track = items.found(_recorded("track_zombie_christmas.json"))
    assert isinstance(track, FoundAsset)
    assert (track.kind, track.title, track.track, track.album, track.artist, track.year) == (
        "track", "Zombie Christmas", 8, "This Is Christmas", "Emmy the Great & Tim Wheeler", 2011,
    )  # fmt: skip
    assert (track.duration_ms, track.disc, track.released_on) == (
        224931,
        1,
        "2011-11-21",
    )
    assert track.guids == ("mbid://17d1019d-d4f4-326c-b4bb-d8aec2607bd7",)
    (file,) = track.files
    assert file.path.endswith("This Is Christmas/8. Zombie Christmas.m4a")
    assert (file.size_bytes, file.container, file.audio_codec) == (8225981, "m4a", "aac")
    assert (file.video_codec, file.width) == (None, None)


def test_a_recorded_track_without_numbers_is_read() -> None:
    track = items.found(_recorded("track_thrown_away.json"))
    assert isinstance(track, FoundAsset)
    assert (track.title, track.track) == ("11 Thrown Away", None)


def test_what_the_server_knows_beyond_the_fields(
    server: FakeJellyfin, retrovue_bench: Bench
) -> None:
    people = [{"Name": "Ada", "Type": "Actor"}, {"Name": "Ben", "Type": "Director"},
              {"Name": "Cy", "Type": "Writer"}, {"Name": 5, "Type": "Actor"}, "odd"]  # fmt: skip
    played = {"PlayCount": 2, "LastPlayedDate": "2024-05-01T20:00:00.1234567Z",
              "PlaybackPositionTicks": 900_000_000}  # fmt: skip
    film = movie(7, Overview="A light.", People=people, Tags=["Lent"], CommunityRating=7.25,
                 CriticRating=81, UserData=played)  # fmt: skip
    server.items["aa"][:] = [film]
    assert ingested(server, retrovue_bench).added == 1
    ((text,),) = retrovue_bench.rows("SELECT metadata FROM assets")
    metadata = json.loads(text)
    metadata.pop("added_at", None)
    assert metadata == {
        "cast": ["Ada"], "directors": ["Ben"], "writers": ["Cy"], "labels": ["Lent"],
        "summary": "A light.", "rating": 8.1, "audience_rating": 7.25, "play_count": 2,
        "last_played_at": "2024-05-01T20:00:00Z", "position_ms": 90_000,
    }  # fmt: skip
    assert ingested(server, retrovue_bench).updated == 0
    server.items["aa"][:] = [{**film, "UserData": {**played, "PlayCount": 3}}]
    assert ingested(server, retrovue_bench).updated == 1


@pytest.mark.parametrize("odd", [None, "x", -1, float("1e308"), True, [], {"Name": 1}])
def test_what_is_odd_is_left_out(server: FakeJellyfin, retrovue_bench: Bench, odd: Any) -> None:
    names = ("Overview", "People", "Tags", "CommunityRating", "CriticRating", "UserData", "Genres")
    server.items["aa"][:] = [movie(7, **dict.fromkeys(names, odd))]
    assert ingested(server, retrovue_bench).added == 1
    ((text,),) = retrovue_bench.rows("SELECT metadata FROM assets")
    left = json.loads(text).keys() - {"added_at"}
    assert left == ({"summary"} if odd == "x" else set())

"""Rows to assets."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.plex import FakePlex, clip, episode, home_video, media, movie, part, photo, row, track
from retrovue import FoundAsset, FoundFile, Skipped


def test_a_movie(plex: FakePlex, one: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(7, editionTitle="Final Cut")])
    asset = one()
    known = {name: asset.metadata[name] for name in ("studio", "content_rating")}
    assert asset._replace(fingerprint=None, metadata=known) == FoundAsset(
        external_id="7",
        kind="movie",
        title="Lighthouse 7",
        files=(
            FoundFile(
                "/data/Movies/Lighthouse 7 (1999)/Lighthouse 7 (1999).mkv",
                version=1,
                part=1,
                size_bytes=1_500_000_000,
                duration_ms=5_400_000,
                container="mkv",
                video_codec="h264",
                audio_codec="eac3",
                width=1920,
                height=1080,
            ),
        ),
        fingerprint=None,
        year=1999,
        released_on="1999-08-17",
        duration_ms=5_400_000,
        edition="Final Cut",
        guids=("plex://movie/000000000000000000000007", "imdb://tt0000007", "tmdb://7"),
        metadata={"studio": "Harbour Films", "content_rating": "PG"},
        added_at="2023-11-14T22:13:27Z",
    )
    assert plex.requests[1].query == {"type": "1", "includeGuids": "1"}


def test_an_episode(plex: FakePlex, one: Any) -> None:
    plex.add_section("1", "TV", "show", items=[episode(73)])
    asset = one("show")
    assert (asset.kind, asset.series, asset.season, asset.episode, asset.title) == (
        ("episode", "Tide Watch 2", 2, 4, "Chapter 4")
    )
    assert asset.metadata["grandparent_rating_key"] == "800002"
    assert asset.metadata["parent_rating_key"] == "900007"
    assert plex.requests[1].query["type"] == "4"


def test_a_track(plex: FakePlex, one: Any) -> None:
    plex.add_section("1", "Music", "artist", items=[track(5, originalTitle="The Buoys & Guests")])
    asset = one("music")
    assert (asset.kind, asset.artist, asset.album, asset.track, asset.title) == (
        ("track", "The Buoys", "Low Water", 6, "Song 5")
    )
    assert (asset.series, asset.season, asset.episode) == (None, None, None)
    assert asset.metadata["original_title"] == "The Buoys & Guests"
    assert asset.disc == 1
    assert asset.files == (
        FoundFile(
            "/data/Music/The Buoys/Low Water/05 - Song 5.flac",
            size_bytes=30_000_000,
            duration_ms=200_000,
            container="flac",
            audio_codec="flac",
        ),
    )
    assert plex.requests[1].query["type"] == "10"


def test_photos_and_the_clips_among_them(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Photos", "photo", items=[photo(1), photo(2)], clips=[clip(3)])
    assets = scan("photo")
    assert [(one.external_id, one.kind, one.album, one.files[0].path) for one in assets] == [
        ("1", "photo", "Summer", "/data/Photos/Summer/1.jpg"),
        ("2", "photo", "Summer", "/data/Photos/Summer/2.jpg"),
        ("3", "video", "Summer", "/data/Photos/Summer/3.mp4"),
    ]
    assert assets[0].files[0][3:] == (
        3_000_000, None, None, "jpeg", None, None, 4000, 3000, None, ()
    )  # fmt: skip
    asked = [request.query.get("type") for request in plex.requests]
    assert asked == [None, "13", "13", "12", "12"]


def test_clips_in_both_listings_come_once(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Photos", "photo", items=[photo(1), clip(2)], clips=[clip(2), clip(3)])
    assert [one.external_id for one in scan("photo")] == ["1", "2", "3"]


def test_a_server_that_does_not_know_clips_has_none(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Photos", "photo", items=[photo(1)])

    def refuse_clips(request: Any) -> None:
        if request.start == 1:
            plex.fault("/library/sections/1/all", status=400)

    plex.before_page = refuse_clips
    assert [one.external_id for one in scan("photo")] == ["1"]


def test_home_videos(plex: FakePlex, one: Any) -> None:
    plex.add_section("1", "Home", items=[home_video(4)], agent="com.plexapp.agents.none")
    asset = one("video")
    assert (asset.kind, asset.title, asset.guids) == ("video", "Beach 4", ())


def test_every_version_and_part_but_the_optimised_copies(plex: FakePlex, one: Any) -> None:
    versions = [
        media(part("/m/4k.mkv", 9), width=3840, height=2160, videoCodec="hevc", container="mkv"),
        media(part("/m/Plex Versions/TV/tv.mp4", 1), proxyType=42),
        media(
            part("/m/cd1.avi", 4, container="avi", duration=1000),
            part("/m/cd2.avi", 5, container=None, duration=None),
            container="mpeg",
            width=720,
            height=None,
        ),
    ]
    plex.add_section("1", "Movies", items=[movie(1, versions)])
    assert [
        (f.path, f.version, f.part, f.size_bytes, f.duration_ms, f.container, f.width, f.height)
        for f in one().files
    ] == [
        ("/m/4k.mkv", 1, 1, 9, 5_400_000, "mkv", 3840, 2160),
        ("/m/cd1.avi", 2, 1, 4, 1000, "avi", 720, None),
        ("/m/cd2.avi", 2, 2, 5, None, "mpeg", 720, None),
    ]


@pytest.mark.parametrize(
    "versions",
    [[], [media()], [media(part(None))], [media(part(""))], [media(part("/x"), proxyType=42)]],
    ids=["no media", "no part", "no file", "empty file", "only an optimised copy"],
)
def test_an_item_without_a_file_comes_without_files(
    versions: list[str], plex: FakePlex, one: Any
) -> None:
    plex.add_section("1", "Movies", items=[movie(1, versions)])
    assert one().files == ()


def test_one_file_with_two_episodes_is_two_items(plex: FakePlex, scan: Any) -> None:
    versions = [media(part("/tv/S01E01-E02.mkv"))]
    items = [episode(1, versions), episode(2, versions)]
    plex.add_section("1", "TV", "show", items=items)
    assert [(one.external_id, one.episode, one.files[0].path) for one in scan("show")] == [
        ("1", 2, "/tv/S01E01-E02.mkv"),
        ("2", 3, "/tv/S01E01-E02.mkv"),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("com.plexapp.agents.imdb://tt0133093?lang=en", ("imdb://tt0133093",)),
        ("com.plexapp.agents.themoviedb://603?lang=de", ("tmdb://603",)),
        ("com.plexapp.agents.thetvdb://74205/1/2?lang=en", ("tvdb://74205/1/2",)),
        ("com.plexapp.agents.lastfm://X/Y?lang=en", ("com.plexapp.agents.lastfm://X/Y?lang=en",)),
        ("local://12", ()),
        ("plex://movie/5d77", ("plex://movie/5d77",)),
        (None, ()),
    ],
)
def test_ids_of_old_agents_are_respelled(
    given: str | None, expected: tuple[str, ...], plex: FakePlex, one: Any
) -> None:
    plex.add_section("1", "Movies", items=[movie(1, guid=given, ids=())])
    assert one().guids == expected


def test_each_guid_comes_once(plex: FakePlex, one: Any) -> None:
    ids = ("imdb://tt0133093", "tmdb://603", "imdb://tt0133093", "")
    old = "com.plexapp.agents.imdb://tt0133093?lang=en"
    plex.add_section("1", "Movies", items=[movie(1, guid=old, ids=ids)])
    assert one().guids == ("imdb://tt0133093", "tmdb://603")


@pytest.mark.parametrize("bad", ["nan", "", "x", "-1", "1e3", "7.5", "9" * 19, "١٢", " 5"])
def test_a_number_that_is_none_is_none(bad: str, plex: FakePlex, one: Any) -> None:
    versions = [media(part("/m", bad, duration=bad), width=bad, height=bad, duration=bad)]
    plex.add_section(
        "1",
        "TV",
        "show",
        items=[episode(1, versions, year=bad, duration=bad, index=bad, parentIndex=bad)],
    )
    asset = one("show")
    assert (asset.year, asset.duration_ms, asset.season, asset.episode) == (None,) * 4
    assert asset.files == (
        FoundFile("/m", container="mkv", video_codec="h264", audio_codec="eac3"),
    )


@pytest.mark.parametrize(("year", "expected"), [("0", None), ("12345", None), ("1888", 1888)])
def test_a_year_has_at_most_four_digits(
    year: str, expected: int | None, plex: FakePlex, one: Any
) -> None:
    plex.add_section("1", "Movies", items=[movie(1, year=year)])
    assert one().year == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-07-05", "2020-07-05"),
        ("2020-07-05 10:11:12", "2020-07-05"),
        ("2020-13-45", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_a_date(text: str | None, expected: str | None, plex: FakePlex, one: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(1, originallyAvailableAt=text)])
    assert one().released_on == expected


def test_season_nought_is_a_season(plex: FakePlex, one: Any) -> None:
    plex.add_section("1", "TV", "show", items=[episode(1, parentIndex=0, index=0)])
    asset = one("show")
    assert (asset.season, asset.episode) == (0, 0)


@pytest.mark.parametrize(
    "text", [" Ame\u0301lie", "a\tb\nc ", "Tom & <Jerry> \"'", "映画\U0001f3ac", "\u200fשלום"]
)
def test_titles_and_paths_are_kept_exactly(text: str, plex: FakePlex, one: Any) -> None:
    raw = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    raw = raw.replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")
    item = movie(1, [media(part("@PATH@"))], title="@TITLE@", ids=())
    item = item.replace("@TITLE@", raw).replace("@PATH@", f"/m/{raw}.mkv")
    plex.add_section("1", "Movies", items=[item])
    asset = one()
    assert (asset.title, asset.files[0].path) == (text, f"/m/{text}.mkv")


def test_a_missing_title_is_left_to_the_core(plex: FakePlex, scan: Any) -> None:
    bare = '<Video ratingKey="1" type="movie" />'
    plex.add_section("1", "Movies", items=[bare])
    (asset,) = scan()
    assert asset == FoundAsset("1", "movie", None, (), asset.fingerprint)


@pytest.mark.parametrize(
    ("item", "skipped"),
    [
        (
            row("Video", {"ratingKey": 1, "type": "hologram", "title": "H", "key": "k"}, []),
            Skipped("H", "it is a Video of type 'hologram', which was not asked for"),
        ),
        (
            row("Directory", {"ratingKey": 1, "type": "photo", "title": "A", "key": "k"}, []),
            Skipped("A", "it is a Directory of type 'photo', which was not asked for"),
        ),
        (
            movie(1, ratingKey=None),
            Skipped("Lighthouse 1", "the server gives no ratingKey for it"),
        ),
        (
            row("Hologram", {"ratingKey": 1, "title": None, "key": "k"}, []),
            Skipped("item 1", "it is a Hologram of type '', which was not asked for"),
        ),
    ],
    ids=["unknown type", "folder", "no rating key", "unknown element"],
)
def test_what_is_no_item_is_skipped_with_a_reason(
    item: str, skipped: Skipped, plex: FakePlex, scan: Any
) -> None:
    plex.add_section("1", "Movies", items=[item, movie(2)])
    first, second = scan()
    assert first == skipped
    assert second.external_id == "2"


def test_an_extra_is_an_extra(plex: FakePlex, one: Any) -> None:
    plex.add_section("1", "Movies", items=[clip(1, extraType=1)])
    assert one().kind == "extra"


def test_the_fingerprint_is_the_same_for_the_same_item(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    assert scan() == scan()


@pytest.mark.parametrize(
    "change",
    [
        {"updatedAt": 1},
        {"title": "Other"},
        {"versions": [media(part("/other"))]},
        {"versions": [media(part("/data/Movies/Lighthouse 1 (1999)/L.mkv", 5))]},
        {"versions": []},
    ],
    ids=["updatedAt", "title", "path", "size", "no file"],
)
def test_the_fingerprint_changes_with_the_item(
    change: dict[str, Any], plex: FakePlex, one: Any
) -> None:
    section = plex.add_section("1", "Movies", items=[movie(1)])
    before = one().fingerprint
    section.items = [movie(1, **change)]
    assert one().fingerprint != before


@pytest.mark.parametrize(
    "played", [{"viewCount": 3}, {"lastViewedAt": 1_800_000_000}, {"viewOffset": 90_000}]
)
def test_the_fingerprint_changes_when_something_is_watched(
    played: dict[str, Any], plex: FakePlex, one: Any
) -> None:
    section = plex.add_section("1", "Movies", items=[movie(1)])
    before = one().fingerprint
    section.items = [movie(1, thumb="/other")]
    assert one().fingerprint == before
    section.items = [movie(1, **played)]
    assert one().fingerprint != before


def test_what_the_server_knows_beyond_the_fields(plex: FakePlex, one: Any) -> None:
    item = movie(
        1, summary="A keeper & a light.", rating="7.5", audienceRating="8", contentRating="PG",
        studio="Harbour", addedAt=1_700_000_000, viewCount=2, lastViewedAt=1_700_000_060,
        viewOffset=90_000,
    )  # fmt: skip
    item = item.replace("</Video>", '<Label tag="Lent" /><Writer tag="B. Quill" /></Video>')
    plex.add_section("1", "Movies", items=[item])
    metadata = one().metadata
    assert {name: metadata[name] for name in sorted(metadata) if name != "studio"} == {
        "added_at": "2023-11-14T22:13:20Z",
        "audience_rating": 8.0,
        "cast": ["Actor 0", "Actor 1", "Actor 2"],
        "content_rating": "PG",
        "directors": ["A. Fisher"],
        "genres": ["Drama", "Mystery"],
        "labels": ["Lent"],
        "last_played_at": "2023-11-14T22:14:20Z",
        "play_count": 2,
        "position_ms": 90_000,
        "rating": 7.5,
        "summary": "A keeper & a light.",
        "writers": metadata["writers"],
    }
    assert metadata["writers"][-1] == "B. Quill"
    asked = {request.path for request in plex.requests}
    assert not any(path.startswith("/library/metadata") for path in asked)


@pytest.mark.parametrize("odd", ["NaN", "inf", "-1", "11", "much", "1e400"])
def test_what_the_server_knows_is_left_out_where_it_is_odd(
    odd: str, plex: FakePlex, one: Any
) -> None:
    item = movie(1, rating=odd, audienceRating=odd, viewCount=odd, viewOffset="-5", addedAt="soon",
                 summary="x" * 100_000)  # fmt: skip
    many = "".join(f'<Role tag="{n}" />' for n in range(500))
    plex.add_section("1", "Movies", items=[item.replace("</Video>", f"{many}</Video>")])
    metadata = one().metadata
    assert not {"rating", "audience_rating", "position_ms", "added_at"} & metadata.keys()
    assert odd == "11" or "play_count" not in metadata
    assert (len(metadata["summary"]), len(metadata["cast"])) == (20_000, 100)


def test_a_renamed_show_changes_its_episodes(plex: FakePlex, one: Any) -> None:
    section = plex.add_section("1", "TV", "show", items=[episode(1)])
    before = one("show").fingerprint
    section.items = [episode(1, grandparentTitle="Ebb Watch")]
    assert one("show").fingerprint != before

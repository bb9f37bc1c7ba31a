"""What becomes of what the server knows beyond the fields, and of what is odd in it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fake_jellyfin import FakeJellyfin, movie
from retrovue_jellyfin import facts, items
from retrovue_jellyfin.importer import JellyfinImporter

from conftest import KEY
from retrovue import FoundAsset
from retrovue.testing import Bench


def ingested(server: FakeJellyfin, bench: Bench) -> Any:
    if not bench.path.exists():
        bench.importer(JellyfinImporter, base_url=server.url, api_key=KEY)
    return bench.ingest()


def fingerprint(**more: Any) -> str | None:
    asset = items.found(movie(7, **more))
    assert isinstance(asset, FoundAsset)
    return asset.fingerprint


def deep(levels: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(levels):
        nested = [nested]
    return nested


def test_listings_are_asked_for_it_and_no_item_is_asked_for_by_itself(
    server: FakeJellyfin, retrovue_bench: Bench
) -> None:
    ingested(server, retrovue_bench)
    server.items["aa"][2]["UserData"] = {"PlayCount": 1}
    before = len(server.requests)
    assert ingested(server, retrovue_bench).updated == 1
    asked = server.requests[before:]
    assert {urlsplit(path).path for path in asked} == {
        "/System/Info/Public", "/Library/VirtualFolders", "/Items"
    }  # fmt: skip
    query = next(parse_qs(urlsplit(path).query) for path in asked if path.startswith("/Items?"))
    assert {"Overview", "People", "Tags", "Genres", "Studios"} <= set(query["fields"][0].split(","))
    assert query["enableUserData"] == ["true"]


def test_an_item_of_which_nothing_is_known_keeps_the_fingerprint_of_earlier_versions() -> None:
    unplayed = {"PlayCount": 0, "Played": False, "PlaybackPositionTicks": 0}
    assert fingerprint() == "etag7/1007/765cf7fa"
    assert fingerprint(UserData=unplayed, CriticRating=None) == fingerprint()


@pytest.mark.parametrize(
    "change",
    [
        {"UserData": {"PlayCount": 1}},
        {"UserData": {"LastPlayedDate": "2024-05-01T20:00:00Z"}},
        {"UserData": {"PlaybackPositionTicks": 1}},
        {"CriticRating": 80},
        {"CommunityRating": 7.5},
        {"Overview": "A light."},
        {"People": [{"Name": "Ada", "Type": "Actor"}]},
        {"Tags": ["Lent"]},
    ],
    ids=str,
)
def test_what_changes_without_the_etag_is_told(change: dict[str, Any]) -> None:
    assert fingerprint(**change) != fingerprint()
    assert fingerprint(**change) == fingerprint(**change)


@pytest.mark.parametrize(
    "odd",
    [
        {"Overview": "a\0b"},
        {"Overview": "a\ud800b"},
        {"OfficialRating": "\0", "OriginalTitle": "\udfff", "Studios": [{"Name": "\0"}]},
        {"Genres": ["\0", 5, None, ["a"]], "Tags": {"a": 1}},
        {"People": [{"Name": "\ud800", "Type": "Actor"}, {"Name": "Ada", "Type": ["Actor"]}]},
        {"CommunityRating": 10**400, "CriticRating": float("nan")},
        {"CommunityRating": float("inf"), "CriticRating": -1},
        {"CommunityRating": "7", "CriticRating": True},
        {"UserData": {"PlayCount": 10**30, "PlaybackPositionTicks": -1, "LastPlayedDate": 5}},
        {"UserData": {"PlayCount": 10**4000}},
        {"UserData": {"PlayCount": deep(900), "LastPlayedDate": {"a": deep(900)}}},
        {"UserData": {"LastPlayedDate": "2024-13-45T99:99:99Z"}},
        {"DateCreated": "2024-13-45T99:99:99Z"},
    ],
)
def test_what_is_malformed_is_left_out_and_the_item_is_not(
    odd: dict[str, Any], server: FakeJellyfin, retrovue_bench: Bench
) -> None:
    server.items["aa"][:] = [movie(7) | odd]
    assert ingested(server, retrovue_bench).added == 1
    assert retrovue_bench.rows("SELECT metadata, added_at FROM assets") == [("{}", None)]
    assert ingested(server, retrovue_bench).updated == 0


def test_long_names_and_texts_are_cut_so_that_a_catalogue_takes_the_item(
    server: FakeJellyfin, retrovue_bench: Bench
) -> None:
    people = [{"Name": "x" * 9000, "Type": kind}
              for kind in ("Actor", "Director", "Writer") for _ in range(150)]  # fmt: skip
    many = ["y" * 20_000] * 150
    server.items["aa"][:] = [movie(7, People=people, Tags=many, Genres=many, Overview="z" * 90_000)]
    assert ingested(server, retrovue_bench).added == 1
    ((text,),) = retrovue_bench.rows("SELECT metadata FROM assets")
    known = json.loads(text)
    lists = ("cast", "directors", "writers", "labels", "genres")
    assert [(len(known[name]), len(known[name][0])) for name in lists] == [(100, 200)] * 5
    assert len(known["summary"]) == 20_000


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("2024-05-01T20:00:00.1234567Z", "2024-05-01T20:00:00Z"),
        ("2024-05-01T20:00:00", "2024-05-01T20:00:00Z"),
        ("2024-05-01T20:00:00+02:00", "2024-05-01T18:00:00Z"),
        ("0001-01-01T00:00:00.0000000Z", None),
        ("2024-02-30T20:00:00Z", None),
        ("2024-05-01", None),
        ("soon", None),
        (1_700_000_000, None),
    ],
)
def test_times_are_in_utc(said: Any, time: str | None) -> None:
    assert facts.time(said) == time

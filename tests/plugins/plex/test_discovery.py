"""Sections to collections."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.plex import FakePlex, uuid
from retrovue import FoundCollection
from retrovue_plex.failures import PlexFailure


def test_each_kind_of_library_is_a_collection_with_all_its_locations(
    plex: FakePlex, importing: Any
) -> None:
    plex.add_section("1", "Movies", "movie", ["/data/Movies", "/data/More Movies"])
    plex.add_section("2", "TV", "show", ["D:\\Media\\TV"])
    plex.add_section("3", "Music", "artist", ["\\\\nas\\music"])
    plex.add_section("4", "Photos", "photo", ["/data/Photos"])
    plex.add_section("5", "Home", "movie", ["/data/Home"], agent="com.plexapp.agents.none")
    plex.add_section("6", "Clips", "movie", ["/data/Clips"], scanner="Plex Video Files Scanner")
    plex.add_section("7", "Old", "movie", [], agent="tv.plex.agents.none")
    assert list(importing().discover()) == [
        FoundCollection("1", "Movies", "movie", ("/data/Movies", "/data/More Movies"), uuid(1)),
        FoundCollection("2", "TV", "show", ("D:\\Media\\TV",), uuid(2)),
        FoundCollection("3", "Music", "music", ("\\\\nas\\music",), uuid(3)),
        FoundCollection("4", "Photos", "photo", ("/data/Photos",), uuid(4)),
        FoundCollection("5", "Home", "video", ("/data/Home",), uuid(5)),
        FoundCollection("6", "Clips", "video", ("/data/Clips",), uuid(6)),
        FoundCollection("7", "Old", "video", (), uuid(7)),
    ]
    assert plex.paths() == ["/", "/library/sections"]


def test_a_server_without_libraries_offers_none(importing: Any) -> None:
    assert list(importing().discover()) == []


def test_twins_and_nameless_sections_come_as_they_are(plex: FakePlex, importing: Any) -> None:
    plex.add_section("1", "Movies")
    plex.add_section("1", "Movies again")
    plex.add_section("2", None)
    plex.add_section(None, "No key")
    assert [(one.external_id, one.name) for one in importing().discover()] == [
        ("1", "Movies"),
        ("1", "Movies again"),
        ("2", ""),
        ("", "No key"),
    ]


def test_sections_of_an_unknown_type_are_left_out(plex: FakePlex, importing: Any) -> None:
    plex.add_section("1", "Holograms", "hologram")
    plex.add_section("2", "Movies")
    assert [one.name for one in importing().discover()] == ["Movies"]


def test_names_and_locations_are_kept_exactly(plex: FakePlex, importing: Any) -> None:
    plex.add_section("1", " Ame\u0301lie & <Co>", "movie", ["/data/ Films\u0301 /", "/data/x"])
    (found,) = importing().discover()
    assert found.name == " Ame\u0301lie & <Co>"
    assert found.locations == ("/data/ Films\u0301 /", "/data/x")


def test_a_shared_account_is_not_asked_for_the_library_itself(
    plex: FakePlex, importing: Any
) -> None:
    plex.add_section("1", "Movies")
    plex.fault("/library", status=403)
    assert [one.name for one in importing().discover()] == ["Movies"]


def test_success_of_the_connection_does_not_stand_for_the_list(
    plex: FakePlex, importing: Any
) -> None:
    plex.fault("/library/sections", status=403)
    with pytest.raises(PlexFailure) as caught:
        list(importing().discover())
    assert str(caught.value) == (
        f"{plex.url} does not allow this token in (403 Forbidden): "
        "use the token of the server's owner"
    )


def test_a_server_below_a_path_is_found() -> None:
    from retrovue_plex.importer import PlexImporter

    with FakePlex(prefix="/plex") as plex:
        plex.add_section("1", "Movies")
        importer = PlexImporter({"base_url": plex.url + "/", "token": plex.token, "timeout": 5})
        assert [one.name for one in importer.discover()] == ["Movies"]
        assert [request.line for request in plex.requests] == [
            "GET /plex/ HTTP/1.1",
            "GET /plex/library/sections HTTP/1.1",
        ]

"""The importer keeps what retrovue asks of every importer, and of a server that misbehaves."""

from __future__ import annotations

import time
from typing import Any

import pytest
from fake_jellyfin import FakeJellyfin, movie, source
from retrovue_jellyfin.importer import JellyfinImporter

from conftest import KEY
from retrovue import ImporterError, ScanCollection
from retrovue.testing import Bench, check_importer


def config(server: FakeJellyfin, **more: Any) -> dict[str, Any]:
    return {"base_url": server.url, "api_key": KEY, "timeout": 1.0, "insecure": False} | more


def test_it_keeps_the_contract(server: FakeJellyfin) -> None:
    films = server.items["aa"]

    def change(what: str) -> None:
        if what == "changed":
            films[0]["Etag"] = "another"
        elif what == "added":
            films.append(movie(77))
        elif what == "removed":
            del films[1]
        else:  # the server makes its ids of paths
            path = "/media/movies/elsewhere/2.mkv"
            films[2] |= {"Id": f"{99:032x}", "Path": path, "MediaSources": [source(path, 1003)]}

    def fail(how: str | None) -> None:
        server.failing = int(how) if how in ("500", "401") else how

    done = check_importer(
        lambda: JellyfinImporter(config(server)),
        change=change,
        fail=fail,
        requests=lambda: len(server.requests),
    )
    assert done.left_out == ()


def test_it_asks_for_each_page_once_and_for_no_item(server: FakeJellyfin) -> None:
    server.items["aa"].extend(movie(n) for n in range(5, 1700))
    with Bench() as bench:
        bench.importer(JellyfinImporter, **config(server))
        bench.discover()
        before = len(server.requests)
        assert bench.ingest().added == 1700
        pages = [path for path in server.requests[before:] if path.startswith("/Items?")]
        assert len(pages) == 8  # four of the films, four to see which have extras
        assert bench.ingest().described == 0


def test_items_that_slip_while_pages_are_read_come_all_the_same(server: FakeJellyfin) -> None:
    films = server.items["aa"]
    films.extend(movie(n) for n in range(5, 1200))
    scan = JellyfinImporter(config(server)).scan(ScanCollection("aa", "Films", "movie", ()))
    ids = [next(scan).external_id]  # type: ignore[union-attr]
    del films[0]
    ids += [item.external_id for item in scan]  # type: ignore[union-attr]
    assert sorted(ids) == sorted([f"{0:032x}", *(film["Id"] for film in films)])


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (401, "refused the API key"),
        (403, "does not allow this API key"),
        (404, "discover again"),
        (500, "failed with 500"),
        (503, "busy or starting up"),
        ("timeout", "did not answer within 1 s"),
        ("drip", "did not answer within 4 s"),
        ("cut", "broke off its answer"),
        ("garbage", "is not JSON"),
        ("count", "does not add up"),
        ("redirect", "points to another address"),
    ],
)
def test_a_server_that_fails_is_told_in_one_line(server: FakeJellyfin, how: Any, says: str) -> None:
    server.failing = how
    begun = time.monotonic()
    with pytest.raises(ImporterError, match=says) as failure:
        list(JellyfinImporter(config(server)).scan(ScanCollection("aa", "Films", "movie", ())))
    assert time.monotonic() - begun < 20
    assert "\n" not in str(failure.value)
    assert KEY not in repr(failure.value)


def test_a_redirect_gets_no_key(server: FakeJellyfin) -> None:
    with FakeJellyfin(KEY) as other:
        server.failing, server.elsewhere = "redirect", other.url
        with pytest.raises(ImporterError):
            list(JellyfinImporter(config(server)).scan(ScanCollection("aa", "F", "movie", ())))
        assert other.requests == []


def test_the_server_is_asked_who_it_is_without_the_key(server: FakeJellyfin) -> None:
    assert JellyfinImporter(config(server)).remote_identity() == server.id
    assert [KEY in said for said in server.keys] == [False]
    with Bench() as bench:
        bench.importer(JellyfinImporter, **config(server))
        bench.ingest()
        server.id, before = "another", len(server.keys)
        run = bench.cli("source", "ingest", "Bench")
        assert run.code == 1
        assert "is another server now" in run.err
        assert not any(KEY in said for said in server.keys[before:])


def test_a_library_that_is_gone_is_no_empty_one(server: FakeJellyfin) -> None:
    server.libraries.clear()
    with pytest.raises(ImporterError, match="has no library with the id aa any more"):
        list(JellyfinImporter(config(server)).scan(ScanCollection("aa", "Films", "movie", ())))


@pytest.mark.parametrize(
    "given",
    [{"base_url": "jellyfin:8096"}, {"base_url": "ftp://h"}, {"base_url": "http://u:pw@h"},
     {"base_url": "http://h/?api_key=1"}, {"api_key": ""}, {"api_key": "a b"}, {"api_key": "ä"},
     {"timeout": 0.0}, {"timeout": float("nan")}],
)  # fmt: skip
def test_options_that_reach_nothing_are_refused(server: FakeJellyfin, given: Any) -> None:
    with pytest.raises(ImporterError) as refused:
        list(JellyfinImporter(config(server, **given)).discover())
    assert "pw" not in str(refused.value)


def test_an_address_has_one_spelling() -> None:
    spelled = {
        JellyfinImporter({"base_url": url}).identity()
        for url in ("http://Host:80/jf/", "HTTP://host/jf", " http://host:80/jf")
    }
    assert spelled == {"http://host/jf"}

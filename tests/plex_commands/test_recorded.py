"""Payloads recorded from real servers, ingested; they lie beside the project, not in it.

What is expected is read from the JSON beside each XML: only the XML is served.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fakes.plex import FakePlex
from support.cli import Cli
from support.nas import NAME, Nas

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data" / "plex"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="no recorded payloads in ../shared/data/plex"
)


def whole(body: bytes) -> bytes:
    """A recorded page as the whole of a library: its total is what the recording holds."""
    rows = body.count(b" ratingKey=")
    head, rest = body.split(b"<MediaContainer", 1)
    start, tail = rest.split(b">", 1)
    words = [word for word in start.split() if not word.startswith((b"totalSize=", b"size="))]
    return b'%s<MediaContainer totalSize="%d" %s>%s' % (head, rows, b" ".join(words), tail)


def uuid_in(body: bytes) -> str | None:
    """The uuid of the library that a recorded page is of, None where it does not say."""
    found = re.search(rb'librarySectionUUID="([^"]*)"', body)
    return found[1].decode() if found else None


def recorded(name: str) -> list[dict[str, Any]]:
    rows = json.loads((RECORDED / f"{name}.json").read_text())["MediaContainer"]["Metadata"]
    return [row for row in rows if "ratingKey" in row and "Media" in row]


@pytest.mark.parametrize(
    ("name", "type_", "place", "count"),
    [
        ("movies_page", "movie", "/175plex/Media/Movies", 50),
        ("small/movies_all", "movie", "/data/Movies", 4),
        ("versions_and_parts", "movie", "/mnt/media", 1),
        ("episodes_page", "show", "/TV Shows", 10),
        ("show_allLeaves", "show", "/volume1/Media/TV", 10),
        ("small/season_children", "show", "/data/TV-Shows", 3),
        ("small/album_children", "artist", "/data/Music", 3),
        ("small/photo_album", "photo", "/data/Photos", 1),
    ],
)
def test_what_was_recorded_is_in_the_catalogue(
    name: str, type_: str, place: str, count: int, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    page = (RECORDED / f"{name}.xml").read_bytes()
    plex.add_section("1", "Library", type_, [place], uuid=uuid_in(page))
    plex.fault("/", body=(RECORDED / "root.xml").read_bytes())
    plex.fault("/library/sections/1/all", body=whole(page))
    assert nas.add("--discover").code == 0
    words = ("--map", place, nas.folder, "--sync-enable")
    cli.ok("collection", "update", "My Plex/Library", *words)
    rows = recorded(name)
    assert nas.stats()["Library"]["added"] == len(rows) == count
    asset = "SELECT external_id, title, year, duration_ms FROM assets"
    assert set(cli.rows(asset)) == {
        (str(row["ratingKey"]), row["title"], row.get("year"), row.get("duration")) for row in rows
    }
    files = cli.rows(
        "SELECT a.external_id, m.local_path, f.size_bytes FROM media AS m"
        " JOIN assets AS a ON a.id = m.asset_id JOIN asset_files AS f ON f.id = m.file_id"
    )
    assert sorted(files) == sorted(
        (str(row["ratingKey"]), f"{nas.folder}{part['file'].removeprefix(place)}", part["size"])
        for row in rows
        for media in row["Media"]
        for part in media["Part"]
    )
    again = nas.stats()["Library"]
    assert (again["unchanged"], again["discovered"]) == (count, count)


def test_guids_of_a_recorded_page(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    page = (RECORDED / "movies_page.xml").read_bytes()
    plex.add_section("1", "Library", "movie", ["/175plex"], uuid=uuid_in(page))
    plex.fault("/library/sections/1/all", body=whole(page))
    assert nas.add("--discover").code == 0
    cli.ok("source", "update", NAME, "--map", "/175plex", nas.folder)
    nas.enabled()
    assert nas.stats()["Library"]["added"] == 50
    found = {key: set(json.loads(text)) for key, text in
             cli.rows("SELECT external_id, guids FROM assets")}  # fmt: skip
    assert found == {
        str(row["ratingKey"]): {row["guid"], *(guid["id"] for guid in row.get("Guid", ()))}
        for row in recorded("movies_page")
    }


@pytest.mark.parametrize("root", ["root.xml", "old_server/root.xml"])
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sections.xml", [("1", "Movies", 3), ("2", "TV Shows", 3), ("3", "4K Movies", 2)]),
        ("sections_three.xml", [("1", "Movies", 1), ("2", "TV Shows", 1), ("3", "Music", 1)]),
        ("old_server/sections.xml", [("4", "Movies", 1), ("6", "TV Shows", 1)]),
    ],
)
def test_recorded_sections_are_collections(
    root: str, name: str, expected: Any, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    plex.fault("/", body=(RECORDED / root).read_bytes())
    plex.fault("/library/sections", body=(RECORDED / name).read_bytes())
    assert nas.add("--discover").code == 0
    assert (
        cli.rows(
            "SELECT c.external_id, c.name, count(*) FROM collections AS c"
            " JOIN path_mappings AS m ON m.collection_id = c.id GROUP BY c.id ORDER BY 1"
        )
        == expected
    )
    assert cli("source", "discover", NAME).out.startswith("Nothing changed: ")

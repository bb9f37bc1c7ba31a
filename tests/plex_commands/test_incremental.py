"""What an ingest makes of a library that changed since the last one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakes.plex import (
    FakePlex,
    Section,
    clip,
    episode,
    home_video,
    media,
    movie,
    part,
    photo,
    track,
)
from support import written
from support.cli import Cli
from support.nas import NAME, Nas

COUNT = 30  # more than what may go missing at once


def test_a_changed_item_is_updated_and_nothing_else(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    section = plex.add_section("1", "Movies", items=[movie(n) for n in range(1, 6)])
    nas.ready()
    nas.stats()
    before = dict(cli.rows("SELECT external_id, id FROM assets"))
    section.items = [*section.items]
    section.items[1] = movie(2, year=2000, updatedAt=1_800_000_000, editionTitle="Final Cut")
    bigger = [media(part("/data/Movies/Lighthouse 4 (1999)/Lighthouse 4 (1999).mkv", 7))]
    section.items[3] = movie(4, bigger)
    written.watch(cli.db)
    assert nas.stats() == {"Movies": {"discovered": 5, "updated": 2, "unchanged": 3}}
    counts = written.counts(cli.db)
    assert (counts["assets"], counts["path_mappings"], counts["sources"]) == (2, 0, 0)
    assert dict(cli.rows("SELECT external_id, id FROM assets")) == before
    assert cli.rows(
        "SELECT external_id, year, edition, size_bytes FROM assets JOIN asset_files AS f"
        " ON f.asset_id = assets.id WHERE external_id IN ('2', '4') ORDER BY 1"
    ) == [("2", 2000, "Final Cut", 1_500_000_000), ("4", 1999, None, 7)]


def test_a_version_that_was_added_and_one_that_went(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    hd, uhd = (media(part(f"/data/Movies/A/A.{p}.mkv"), height=p) for p in (1080, 2160))
    section = plex.add_section("1", "Movies", items=[movie(1, [hd])])
    nas.ready()
    nas.stats()
    for versions, heights in (([hd, uhd], [1080, 2160]), ([uhd], [2160])):
        section.items = [movie(1, versions)]
        assert nas.stats() == {"Movies": {"discovered": 1, "updated": 1}}
        assert nas.column("SELECT height FROM asset_files ORDER BY version") == heights
    assert cli.rows("SELECT id, external_id FROM assets") == [(1, "1")]


def test_a_series_that_was_renamed_updates_its_episodes(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    section = plex.add_section("2", "TV", "show", ["/data/TV"], [episode(n) for n in range(3)])
    nas.ready()
    nas.stats()
    section.items = [episode(n, grandparentTitle="Tide Watch (2011)") for n in range(3)]
    assert nas.stats() == {"TV": {"discovered": 3, "updated": 3}}
    assert cli.rows("SELECT DISTINCT series FROM assets") == [("Tide Watch (2011)",)]


def test_what_went_is_missing_and_what_came_back_is_restored(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    section = plex.add_section("1", "Movies", items=[movie(n) for n in range(1, 6)])
    nas.ready()
    nas.stats()
    every, section.items = section.items, section.items[:4]
    assert nas.stats() == {"Movies": {"discovered": 4, "unchanged": 4, "missing": 1}}
    assert cli.rows("SELECT external_id FROM assets WHERE missing_since IS NOT NULL") == [("5",)]
    assert cli.ok("asset", "list", "--missing").out.splitlines()[1].split()[:5] == (
        ["5", "movie", "Lighthouse", "5", "(missing)"]
    )
    written.watch(cli.db)
    assert nas.stats() == {"Movies": {"discovered": 4, "unchanged": 4}}
    assert written.counts(cli.db) == {"collections": 1, "history": 1}
    section.items = every
    assert nas.stats() == {"Movies": {"discovered": 5, "unchanged": 4, "restored": 1}}
    assert cli.rows(
        "SELECT id, external_id, missing_since FROM assets WHERE external_id = '5'"
    ) == [(5, "5", None)]


@pytest.mark.parametrize("left", [0, 1, 20])
def test_a_library_that_lost_most_of_it_is_refused(
    left: int, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    section = plex.add_section("1", "Movies", items=[movie(n) for n in range(1, 51)])
    nas.ready()
    nas.stats()
    before = cli.dump("assets", "asset_files", "path_mappings")
    section.items = section.items[:left]
    gone = 50 - left
    lost = [
        f"  e.g. {path}"
        for path in nas.column(
            """
        SELECT local_path FROM media WHERE asset_id > :left ORDER BY asset_id LIMIT 3""",
            left=left,
        )
    ]
    look = f"retrovue --db {cli.db} collection map-check 'My Plex/Movies'"
    again = f"retrovue --db {cli.db} collection ingest 'My Plex/Movies' --allow-missing"
    run = nas.ingest()
    assert run.code == 1
    assert run.out.splitlines() == [
        "Failed: Collection 'Movies' failed ingestion",
        f"  {gone} of 50 known assets were not found",
        *lost,
        f"  See which files are where: {look}",
        f"  Is a disk not mounted? If they are really gone: {again}",
    ]
    assert run.err.splitlines() == [
        f"Error: Source ingest failed: {gone} of 50 known assets were not found",
        *lost,
        f"  See which files are where: {look}",
        f"  Is a disk not mounted? If they are really gone: {again}",
    ]
    assert nas.ingest("--json").json["error"]["code"] == "would_lose_assets"
    assert cli.dump(*before) == before
    expected = {"discovered": left, "unchanged": left, "missing": gone}
    assert nas.stats("--allow-missing") == {"Movies": {k: v for k, v in expected.items() if v}}


Make = Callable[..., str]
REBUILT: dict[str, tuple[str, str, Make]] = {
    "movies": ("movie", "/data/Movies", movie),
    "home videos": ("movie", "/data/Movies", home_video),
    "episodes": ("show", "/data/TV", episode),
    "tracks": ("artist", "/data/Music", track),
    "photos": ("photo", "/data/Photos", photo),
}


@pytest.mark.parametrize("name", REBUILT)
def test_a_rebuilt_server_does_not_double_the_catalogue(
    name: str, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    """New rating keys and times; the same files, and the same ids where there are any."""
    type_, place, make = REBUILT[name]
    section = plex.add_section("1", "Library", type_, [place], [make(n) for n in range(COUNT)])
    nas.ready()
    nas.stats()
    what = "SELECT asset_id, title, season, episode, local_path FROM media ORDER BY asset_id"
    before = cli.rows(what)
    new = {"updatedAt": 1_900_000_000, "addedAt": 1_900_000_000}
    section.items = [
        rekeyed(make(n, **new), 5000 + n, local=make in (home_video, photo)) for n in range(COUNT)
    ]
    assert nas.stats() == {"Library": {"discovered": COUNT, "moved": COUNT}}
    assert cli.rows(what) == before
    keys = nas.column("SELECT external_id FROM assets ORDER BY id")
    assert keys == [f"{5000 + n}" for n in range(COUNT)]
    assert cli.rows("SELECT count(*) FROM assets WHERE missing_since IS NOT NULL") == [(0,)]
    assert nas.stats() == {"Library": {"discovered": COUNT, "unchanged": COUNT}}


def rekeyed(row: str, key: int, local: bool = False) -> str:
    """A row with another rating key; ids like `local://KEY` change with it."""
    head, rest = row.split(' guid="', 1)
    guid, tail = rest.split('"', 1)
    if local:
        guid = f"local://{key}"
    words = [
        f'ratingKey="{key}"' if word.startswith("ratingKey=") else word for word in head.split(" ")
    ]
    return " ".join(words) + f' guid="{guid}"' + tail


def test_rebuilt_episodes_that_share_a_file_keep_their_assets(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    def double(number: int, **new: Any) -> str:
        file = f"/data/TV/TW/S01E{number // 2 * 2 + 1:02}-E{number // 2 * 2 + 2:02}.mkv"
        return episode(number, [media(part(file))], **new)

    section = plex.add_section("2", "TV", "show", ["/data/TV"], [double(n) for n in range(10)])
    nas.ready()
    nas.stats()
    before = cli.rows("SELECT id, season, episode, title, guids FROM assets ORDER BY id")
    section.items = [rekeyed(double(n, updatedAt=1), 700 + n) for n in range(10)]
    assert nas.stats() == {"TV": {"discovered": 10, "moved": 10}}
    assert cli.rows("SELECT id, season, episode, title, guids FROM assets ORDER BY id") == before


def test_a_rebuilt_server_and_a_new_item(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    section = plex.add_section("1", "Movies", items=[movie(n) for n in range(1, 6)])
    nas.ready()
    nas.stats()
    moved = [rekeyed(movie(n, updatedAt=1), 90 + n) for n in range(1, 5)]
    section.items = [*moved, movie(200)]
    assert nas.stats() == {"Movies": {"discovered": 5, "added": 1, "moved": 4, "missing": 1}}


def test_a_folder_that_was_moved_on_the_server_updates_its_items(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    section = plex.add_section("1", "Movies", items=[movie(1), movie(2)])
    nas.ready()
    nas.stats()
    section.items = [item.replace("/data/Movies/", "/data/Movies/new/") for item in section.items]
    assert nas.stats() == {"Movies": {"discovered": 2, "updated": 2}}
    assert nas.column("SELECT relative_path FROM asset_files ORDER BY asset_id") == [
        f"new/Lighthouse {n} (1999)/Lighthouse {n} (1999).mkv" for n in (1, 2)
    ]


def test_clips_among_photos_are_told_apart_from_photos(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    section = plex.add_section("4", "Photos", "photo", ["/data/Photos"], [photo(1)])
    section.clips = [clip(2)]
    nas.ready()
    assert nas.stats() == {"Photos": {"discovered": 2, "added": 2}}
    section.clips = []
    assert nas.stats() == {"Photos": {"discovered": 1, "unchanged": 1, "missing": 1}}


def libraries(plex: FakePlex) -> tuple[Section, Section]:
    movies = plex.add_section("1", "Movies", items=[movie(1)])
    return movies, plex.add_section("2", "TV", "show", ["/data/TV"], [episode(1)])


def test_a_library_that_was_deleted_is_missing_and_keeps_all_it_had(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    movies, _ = libraries(plex)
    nas.ready()
    nas.stats()
    plex.sections.remove(movies)
    assert cli.json("source", "discover", NAME)["changes"]["missing"] == ["Movies"]
    run = nas.ingest()
    assert (run.code, run.out, run.err.splitlines()) == (
        1,
        "",
        [
            "Error: Collection 'Movies' is not ingestible",
            "  the source no longer offers it",
            f"  Ask the source again: retrovue --db {cli.db} source discover 'My Plex'",
            f"  Leave it out: retrovue --db {cli.db} collection update 'My Plex/Movies'"
            " --sync-disable",
        ],
    )
    assert nas.ingest("--keep-going").code == 2
    assert cli.rows("SELECT title, missing_since FROM assets ORDER BY id") == [
        ("Lighthouse 1", None),
        ("Chapter 2", None),
    ]
    plex.sections.append(movies)
    assert cli.json("source", "discover", NAME)["changes"]["restored"] == ["Movies"]
    assert nas.stats()["Movies"] == {"discovered": 1, "unchanged": 1}


def test_discovery_again_changes_nothing_and_follows_what_changed(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    movies, _ = libraries(plex)
    nas.ready()
    written.watch(cli.db)
    run = cli.ok("source", "discover", NAME)
    assert run.out.splitlines()[0] == "Nothing changed: 2 collections known."
    assert written.counts(cli.db) == {}
    movies.title, movies.locations = "Films", ["/data/Movies", "/more"]
    run = cli.ok("source", "discover", NAME)
    assert cli.rows(
        "SELECT name, enabled, sync_enabled, ingestible FROM collections ORDER BY external_id"
    ) == [("Films", 1, 1, 0), ("TV", 1, 1, 1)]
    refused = nas.ingest()
    assert (refused.code, refused.err.splitlines()[:2]) == (
        1,
        [
            "Error: Collection 'Films' is not ingestible",
            "  location /more is not mapped to a folder",
        ],
    )


@pytest.mark.parametrize("shift", [1, -1, 7])
def test_a_rebuilt_server_that_gives_old_keys_to_other_items(
    shift: int, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    """Rating keys start from 1 again, so that most of them were another item's before."""
    section = plex.add_section("1", "Movies", items=[movie(n) for n in range(10, 10 + COUNT)])
    nas.ready()
    nas.stats()
    before = cli.rows("SELECT asset_id, title, local_path FROM media ORDER BY asset_id")
    section.items = [
        rekeyed(movie(n, updatedAt=1_900_000_000), 10 + (n - 10 + shift) % COUNT)
        for n in range(10, 10 + COUNT)
    ]
    assert nas.stats() == {"Movies": {"discovered": COUNT, "moved": COUNT}}
    assert cli.rows("SELECT asset_id, title, local_path FROM media ORDER BY asset_id") == before
    assert nas.stats() == {"Movies": {"discovered": COUNT, "unchanged": COUNT}}


def test_an_old_key_that_is_another_items_now_is_not_taken_for_it(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    """Of three films one is gone and one is new; the server counts from 1 again."""
    section = plex.add_section("1", "Movies", items=[movie(n) for n in (1, 2, 3)])
    nas.ready()
    nas.stats()
    new = movie(9, updatedAt=5, versions=[media(part("/data/Movies/New.mkv"))])
    section.items = [
        rekeyed(movie(2, updatedAt=5), 1),
        rekeyed(movie(3, updatedAt=5), 2),
        rekeyed(new, 3),
    ]
    assert nas.stats() == {"Movies": {"discovered": 3, "added": 1, "moved": 2, "missing": 1}}
    assert cli.rows(
        "SELECT id, external_id, title, missing_since IS NULL FROM assets ORDER BY id"
    ) == [
        (1, "1 (asset 1)", "Lighthouse 1", 0),
        (2, "1", "Lighthouse 2", 1),
        (3, "2", "Lighthouse 3", 1),
        (6, "3", "Lighthouse 9", 1),
    ]
    assert nas.stats() == {"Movies": {"discovered": 3, "unchanged": 3}}
    assert cli.ok("db", "check").out == "No damage; every guarantee holds.\n"


def test_an_item_that_became_another_keeps_its_asset(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    """Matched anew and its file renamed: nothing else could be it, so its key tells."""
    section = plex.add_section("1", "Movies", items=[movie(1), movie(2)])
    nas.ready()
    nas.stats()
    section.items = [rekeyed(movie(7), 1), movie(2)]
    assert nas.stats() == {"Movies": {"discovered": 2, "updated": 1, "unchanged": 1}}
    assert cli.rows("SELECT id, external_id, title FROM assets") == [
        (1, "1", "Lighthouse 7"),
        (2, "2", "Lighthouse 2"),
    ]


def test_a_key_of_what_was_missing_already_is_given_to_another(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    section = plex.add_section("1", "Movies", items=[movie(n) for n in (1, 2, 3)])
    nas.ready()
    nas.stats()
    section.items = [movie(2), movie(3)]
    assert nas.stats()["Movies"]["missing"] == 1
    since = cli.rows("SELECT missing_since FROM assets WHERE id = 1")
    section.items = [rekeyed(movie(2, updatedAt=5), 1), movie(3)]
    assert nas.stats() == {"Movies": {"discovered": 2, "moved": 1, "unchanged": 1}}
    assert cli.rows("SELECT id, external_id, title FROM assets ORDER BY id") == [
        (1, "1 (asset 1)", "Lighthouse 1"),
        (2, "1", "Lighthouse 2"),
        (3, "3", "Lighthouse 3"),
    ]
    assert cli.rows("SELECT missing_since FROM assets WHERE id = 1") == since


def test_a_play_is_seen_at_the_next_ingest_and_only_once(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    section = plex.add_section("1", "Movies", items=[movie(n) for n in range(1, 4)])
    nas.ready()
    nas.stats()
    section.items = [*section.items]
    section.items[1] = movie(2, viewCount=1, lastViewedAt=1_800_000_000)
    assert nas.stats() == {"Movies": {"discovered": 3, "updated": 1, "unchanged": 2}}
    assert cli.rows(
        "SELECT json_extract(metadata, '$.play_count') FROM assets ORDER BY external_id"
    ) == [(None,), (1,), (None,)]
    assert nas.stats() == {"Movies": {"discovered": 3, "unchanged": 3}}

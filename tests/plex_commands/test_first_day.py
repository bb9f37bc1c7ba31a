"""From a server to a catalogue, in the words of the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.plex import FakePlex, episode, home_video, media, movie, part, photo, track, uuid
from support import written
from support.cli import Cli
from support.nas import NAME, Nas, counted


def test_the_example_of_the_contract(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section("1", "Movies", items=[movie(1), movie(2)])
    plex.add_section("2", "TV Shows", "show", ["/data/TV"], [episode(1)])
    for folder in ("Movies", "TV"):
        (nas.folder / folder).mkdir()
    added = nas.add("--discover")
    external_id = nas.column("SELECT external_id FROM sources")[0]
    assert (added.code, added.err) == (0, "")
    update = f"retrovue --db {cli.db} collection update"
    assert added.out.splitlines() == [
        f"Added source 'My Plex' ({external_id})",
        "Discovered 2 collections, each disabled and unmapped:",
        "",
        "ID  COLLECTION  KIND   LOCATIONS",
        "1   Movies      movie  /data/Movies",
        "2   TV Shows    show   /data/TV",
        "",
        f"Next: {update} 'My Plex/Movies' --map /data/Movies LOCAL --sync-enable",
        f"Next: {update} 'My Plex/TV Shows' --map /data/TV LOCAL --sync-enable",
    ]
    mapped = cli.ok("source", "update", NAME, "--map", "/data", nas.folder)
    assert mapped.out.splitlines() == [
        "Updated source 'My Plex'",
        "",
        "Collection 'Movies':",
        "LOCATION      LOCAL FOLDER" + " " * (len(f"{nas.folder}/Movies") - 10) + "STATE",
        f"/data/Movies  {nas.folder}/Movies  mapped",
        "",
        "Collection 'TV Shows':",
        "LOCATION  LOCAL FOLDER" + " " * (len(f"{nas.folder}/TV") - 10) + "STATE",
        f"/data/TV  {nas.folder}/TV  mapped",
        "",
        f"Next: retrovue --db {cli.db} collection update 'My Plex/Movies' --sync-enable",
        f"Next: retrovue --db {cli.db} collection update 'My Plex/TV Shows' --sync-enable",
    ]
    enabled = cli.ok("collection", "update", "My Plex/Movies", "--sync-enable")
    assert enabled.out.splitlines()[-1] == f"Next: retrovue --db {cli.db} source ingest 'My Plex'"
    ingested = nas.ingest()
    assert (ingested.code, ingested.err) == (0, "")
    assert ingested.out.splitlines() == [
        "Success: Collections 'Movies' ingested",
        "",
        "COLLECTION  DISCOVERED  ADDED  UPDATED  UNCHANGED  MOVED  MISSING  RESTORED  SKIPPED",
        "Movies      2           2      0        0          0      0        0         0",
        "",
        "Movies:",
        *(
            f"  added     Lighthouse {n}: {nas.folder}/Movies/Lighthouse {n} (1999)/"
            f"Lighthouse {n} (1999).mkv"
            for n in (1, 2)
        ),
    ]
    assert nas.column("SELECT local_path FROM media ORDER BY title") == [
        f"{nas.folder}/Movies/Lighthouse {n} (1999)/Lighthouse {n} (1999).mkv" for n in (1, 2)
    ]
    assert plex.pages("2") == 0


def test_a_second_ingest_writes_no_row_but_the_collections_and_the_historys(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    plex.add_section("1", "Movies", items=[movie(number) for number in range(1, 31)])
    plex.add_section("2", "TV", "show", ["/data/TV"], [episode(n) for n in range(30)])
    nas.ready()
    assert nas.stats() == {
        "Movies": {"discovered": 30, "added": 30},
        "TV": {"discovered": 30, "added": 30},
    }
    before = cli.dump("assets", "asset_files", "path_mappings", "sources", "source_secrets")
    written.watch(cli.db)
    assert nas.stats() == {
        "Movies": {"discovered": 30, "unchanged": 30},
        "TV": {"discovered": 30, "unchanged": 30},
    }
    assert written.counts(cli.db) == {"collections": 2, "history": 2}
    assert cli.dump(*before) == before


def test_without_discover_nothing_is_contacted(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section("1", "Movies")
    run = nas.add()
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines()[1:] == [f"Next: retrovue --db {cli.db} source discover 'My Plex'"]
    assert plex.requests == []
    assert cli.rows("SELECT count(*) FROM collections") == [(0,)]
    found = cli.json("source", "discover", NAME)
    assert found["changes"]["added"] == ["Movies"]
    assert plex.paths() == ["/identity", "/", "/library/sections"]
    assert plex.trusted() == ["/", "/library/sections"]


def test_discovery_as_json(nas: Nas, plex: FakePlex) -> None:
    plex.add_section(
        "7", "Home", locations=["D:\\Home", "\\\\nas\\home"], agent="tv.plex.agents.none"
    )
    report = nas.add("--discover", "--json").json
    assert report == {
        "status": "success",
        "id": 1,
        "external_id": nas.column("SELECT external_id FROM sources")[0],
        "name": "My Plex",
        "type": "plex",
        "config": {"base_url": plex.url, "token": "***"},
        "importer": "plex",
        "collections_discovered": 1,
        "collections": [
            {
                "id": 1,
                "external_id": "7",
                "source": "My Plex",
                "name": "Home",
                "kind": "video",
                "identity": uuid(7),
                "enabled": False,
                "sync_enabled": False,
                "ingestible": False,
                "not_ingestible_reason": "its locations are not mapped yet",
                "missing_since": None,
                "last_ingested_at": None,
                "assets": 0,
                "missing_assets": 0,
                "path_mappings": [
                    {
                        "id": report["collections"][0]["path_mappings"][number]["id"],
                        "external_path": place,
                        "local_path": None,
                        "excluded": False,
                        "missing_since": None,
                    }
                    for number, place in enumerate(["D:\\Home", "\\\\nas\\home"])
                ],
            }
        ],
    }


def test_a_dry_run_of_it_all_writes_nothing(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    run = nas.add("--discover", "--dry-run", "--json")
    assert (run.code, run.json["dry_run"], run.json["collections_discovered"]) == (0, True, 1)
    assert not cli.db.exists()
    nas.ready()
    before = cli.dump()
    assert nas.stats("--dry-run") == {"Movies": {"discovered": 1, "added": 1}}
    assert cli.dump() == before


def test_libraries_of_every_kind_are_discovered(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section("1", "Movies")
    plex.add_section("2", "TV", "show", ["/data/TV", "/data2/TV"])
    plex.add_section("3", "Music", "artist", ["/data/Music"])
    plex.add_section("4", "Photos", "photo", ["/data/Photos"])
    plex.add_section("5", "Home", locations=["/data/Home"], scanner="Plex Video Files Scanner")
    plex.add_section("6", "Other", locations=["/data/Other"], agent="com.plexapp.agents.none")
    plex.add_section("7", "Nowhere", locations=[])
    plex.add_section("8", "Holograms", "hologram")
    assert nas.add("--discover").code == 0
    assert cli.rows("SELECT external_id, name, kind FROM collections ORDER BY external_id") == [
        ("1", "Movies", "movie"),
        ("2", "TV", "show"),
        ("3", "Music", "music"),
        ("4", "Photos", "photo"),
        ("5", "Home", "video"),
        ("6", "Other", "video"),
        ("7", "Nowhere", "movie"),
    ]
    assert cli.rows(
        "SELECT name, external_path, local_path FROM path_mappings"
        " JOIN collections ON collections.id = collection_id ORDER BY name, external_path"
    ) == [
        ("Home", "/data/Home", None),
        ("Movies", "/data/Movies", None),
        ("Music", "/data/Music", None),
        ("Nowhere", "", None),
        ("Other", "/data/Other", None),
        ("Photos", "/data/Photos", None),
        ("TV", "/data/TV", None),
        ("TV", "/data2/TV", None),
    ]


def test_locations_of_a_windows_server(nas: Nas, plex: FakePlex, cli: Cli, tmp_path: Path) -> None:
    plex.add_section(
        "1",
        "Films",
        locations=["D:\\Media\\Films", "\\\\nas\\media\\Films", "E:\\"],
        items=[
            movie(1, [media(part("D:\\Media\\Films\\Alien (1979)\\Alien.mkv"))]),
            movie(2, [media(part("d:\\media\\FILMS\\Brazil.mkv"))]),
            movie(3, [media(part("\\\\NAS\\media\\Films\\Cube\\Cube.mkv"))]),
            movie(4, [media(part("E:\\Dune.mkv"))]),
            movie(5, [media(part("D:/Media/Films/Eden/Eden.mkv"))]),
            movie(6, [media(part("D:\\Media\\Films2\\Fargo.mkv"))]),
        ],
    )
    for name in ("d/Films/Alien (1979)/Alien", "d/Films/Brazil", "share/Films/Cube/Cube", "e/Dune"):
        file = tmp_path / f"{name}.mkv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert nas.add("--discover").code == 0
    run = cli.ok(
        *("collection", "update", "My Plex/Films", "--sync-enable"),
        *("--map", "D:\\Media", tmp_path / "d"),
        *("--map", "\\\\nas\\media", tmp_path / "share"),
        *("--map", "E:\\", tmp_path / "e"),
    )
    width = len(f"{tmp_path}/share/Films")
    assert run.out.splitlines()[-6:] == [
        f"LOCATION           {'LOCAL FOLDER':{width}}  STATE",
        f"D:\\Media\\Films     {f'{tmp_path}/d/Films':{width}}  mapped",
        f"E:\\                {f'{tmp_path}/e':{width}}  mapped",
        f"\\\\nas\\media\\Films  {f'{tmp_path}/share/Films':{width}}  mapped",
        "",
        f"Next: retrovue --db {cli.db} source ingest 'My Plex'",
    ]
    ingested = nas.ingest()
    assert (ingested.code, ingested.err.splitlines()) == (
        0,
        [
            "Warning: 1 item of collection 'Films' skipped",
            "Warning:   skipped: 6: D:\\Media\\Films2\\Fargo.mkv lies below no location of the"
            " collection",
        ],
    )
    assert cli.rows(
        "SELECT f.relative_path, local_path FROM asset_files AS f"
        " JOIN media ON file_id = f.id ORDER BY f.id"
    ) == [
        ("Alien (1979)/Alien.mkv", f"{tmp_path}/d/Films/Alien (1979)/Alien.mkv"),
        ("Brazil.mkv", f"{tmp_path}/d/Films/Brazil.mkv"),
        ("Cube/Cube.mkv", f"{tmp_path}/share/Films/Cube/Cube.mkv"),
        ("Dune.mkv", f"{tmp_path}/e/Dune.mkv"),
        ("Eden/Eden.mkv", f"{tmp_path}/d/Films/Eden/Eden.mkv"),
    ]


def test_a_changed_mapping_moves_every_file_at_once(
    nas: Nas, plex: FakePlex, cli: Cli, tmp_path: Path
) -> None:
    plex.add_section("1", "Movies", items=[movie(1), movie(2)])
    nas.ready()
    assert nas.ingest().code == 0
    (tmp_path / "new/Movies").mkdir(parents=True)
    cli.ok("source", "update", NAME, "--map", "/data", tmp_path / "new")
    assert nas.stats() == {"Movies": {"discovered": 2, "unchanged": 2}}
    for path in nas.column("SELECT local_path FROM media"):
        assert path.startswith(f"{tmp_path}/new/Movies/Lighthouse ")


def test_several_locations_each_with_its_own_folder(
    nas: Nas, plex: FakePlex, cli: Cli, tmp_path: Path
) -> None:
    """The longest location that holds a file is its own; the longest `--map` is a location's."""
    plex.add_section(
        "1",
        "Movies",
        locations=["/data/Movies", "/data/Movies/4K", "/database"],
        items=[
            movie(1, [media(part("/data/Movies/A.mkv"))]),
            movie(2, [media(part("/data/Movies/4K/B.mkv"))]),
            movie(3, [media(part("/database/C.mkv"))]),
            movie(4, [media(part("/data/Movies/4Kids/D.mkv"))]),
        ],
    )
    for name in ("hd/Movies", "uhd", "base"):
        (tmp_path / name).mkdir(parents=True)
    assert nas.add("--discover").code == 0
    cli.ok("source", "update", NAME, "--map", "/data", tmp_path / "hd",
           "--map", "/data/Movies/4K", tmp_path / "uhd")  # fmt: skip
    refused = cli("collection", "update", "My Plex/Movies", "--sync-enable")
    assert (refused.code, refused.err.splitlines()) == (
        1,
        [
            "Error: Collection 'Movies' is not ingestible",
            "  location /database is not mapped to a folder",
            f"  Map its locations: retrovue --db {cli.db} collection update 'My Plex/Movies'"
            " --map /database LOCAL --sync-enable",
        ],
    )
    cli.ok("collection", "update", "My Plex/Movies", "--map", "/database", tmp_path / "base",
           "--sync-enable")  # fmt: skip
    assert nas.stats() == {"Movies": {"discovered": 4, "added": 4}}
    assert nas.column("SELECT local_path FROM media ORDER BY local_path") == [
        f"{tmp_path}/base/C.mkv",
        f"{tmp_path}/hd/Movies/4Kids/D.mkv",
        f"{tmp_path}/hd/Movies/A.mkv",
        f"{tmp_path}/uhd/B.mkv",
    ]


def test_an_excluded_location_is_left_alone(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section(
        "1",
        "Movies",
        locations=["/data/Movies", "/other"],
        items=[movie(1), movie(2, [media(part("/other/B.mkv"))])],
    )
    assert nas.add("--discover").code == 0
    nas.mapped()
    cli.ok("collection", "update", "My Plex/Movies", "--exclude", "/other", "--sync-enable")
    assert nas.stats() == {"Movies": {"discovered": 1, "added": 1}}


def test_a_narrowed_ingest_of_a_series(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section("2", "TV", "show", ["/data/TV"], [episode(n) for n in range(60)])
    nas.ready()
    words = ("--title", "tide watch 1", "--season", "2", "--episode", "3")
    report = cli.json("collection", "ingest", "My Plex/TV", *words)
    assert counted(report) == {"TV": {"discovered": 1, "added": 1}}
    assert cli.rows("SELECT series, season, episode, missing_since FROM assets") == [
        ("Tide Watch 1", 2, 3, None)
    ]
    assert nas.stats() == {"TV": {"discovered": 60, "added": 59, "unchanged": 1}}


def test_one_library_of_each_kind_in_one_ingest(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    plex.add_section("2", "TV", "show", ["/data/TV"], [episode(1)])
    plex.add_section("3", "Music", "artist", ["/data/Music"], [track(1)])
    plex.add_section("4", "Photos", "photo", ["/data/Photos"], [photo(1)])
    home = home_video(1, [media(part("/data/Home/a.mkv"))])
    plex.add_section("5", "Home", "movie", ["/data/Home"], [home], agent="tv.plex.agents.none")
    nas.ready()
    run = nas.ingest()
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines()[0] == (
        "Success: Collections 'Home', 'Movies', 'Music', 'Photos', 'TV' ingested"
    )
    assert cli.rows("SELECT collection, kind FROM media ORDER BY collection") == [
        ("Home", "video"),
        ("Movies", "movie"),
        ("Music", "track"),
        ("Photos", "photo"),
        ("TV", "episode"),
    ]


@pytest.mark.parametrize("selector", ["1", "3"])
def test_an_assets_number_names_it_whatever_rating_keys_there_are(
    nas: Nas, plex: FakePlex, cli: Cli, selector: str
) -> None:
    plex.add_section("1", "Movies", items=[movie(3), movie(2), movie(1)])
    nas.ready()
    assert nas.ingest().code == 0
    assert cli.json("asset", "show", selector)["id"] == int(selector)


def test_twin_libraries_are_told_apart(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    """The id of each is the other's section key, and their names are the same."""
    plex.add_section("2", "Movies", locations=["/a"])
    plex.add_section("1", "Movies", locations=["/b"])
    assert nas.add("--discover").code == 0
    for selector in ("Movies", "My Plex/Movies"):
        run = cli("collection", "show", selector)
        assert (run.code, run.err.splitlines()) == (
            1,
            [
                f"Error: Multiple collections named '{selector}' exist",
                f"  My Plex/Movies (external id 2): retrovue --db {cli.db} collection show 1",
                f"  My Plex/Movies (external id 1): retrovue --db {cli.db} collection show 2",
            ],
        )
    for number, place in (("1", "/a"), ("2", "/b")):  # an id that is printed names that one
        shown = cli.json("collection", "show", number)
        assert shown["path_mappings"][0]["external_path"] == place
    for key, place in (("1", "/b"), ("2", "/a")):
        shown = cli.json("collection", "show", f"My Plex/{key}")
        assert shown["path_mappings"][0]["external_path"] == place


def test_it_runs_as_a_process_of_its_own(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    nas.furnish()
    words = ("--type", "plex", "--name", NAME, "--base-url", plex.url, "--token", plex.token)
    for command in (
        ("source", "add", *words, "--discover"),
        ("source", "update", NAME, "--map", "/data", nas.folder),
        ("collection", "update", "My Plex/Movies", "--sync-enable"),
        ("source", "ingest", NAME),
        ("source", "ingest", NAME),
    ):
        run = cli.process(*command)
        assert (run.code, run.err) == (0, ""), run
        assert plex.token not in run.out
    assert run.out.splitlines()[-1].split()[:5] == ["Movies", "1", "0", "0", "1"]
    assert cli.ok("db", "check").out == "No damage; every guarantee holds.\n"

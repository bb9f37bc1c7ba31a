"""`retrovue source`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from support import plugins
from support.cli import Cli
from support.media import Library, films
from support.scripted import Scripted

ADD = ("source", "add", "--type", "filesystem", "--name", "Home", "--base-path")
EPISODE = "TV Shows/Night Signal (2003)/Season 01/Night Signal - S01E01 - Carrier Wave.mkv"


@pytest.fixture
def media(tmp_path: Path) -> Path:
    from support.media import write

    write(tmp_path / "media", *films(2), EPISODE)
    return tmp_path / "media"


# -- list-types -----------------------------------------------------------------------------------


def test_list_types_names_types_and_their_options(cli: Cli) -> None:
    types = {t["type"]: t for t in cli.json("source", "list-types")["types"]}
    assert list(types) == ["filesystem", "plex"]
    assert [o["flag"] for o in types["filesystem"]["options"]] == [
        "--base-path",
        "--collections",
        "--kind",
        "--ignore",
    ]
    token = next(o for o in types["plex"]["options"] if o["flag"] == "--token")
    assert (token["required"], token["secret"]) == (True, True)
    assert not cli.db.exists()


# -- add ------------------------------------------------------------------------------------------


def test_add_without_discovery_makes_no_collection(cli: Cli, media: Path) -> None:
    run = cli.ok(*ADD, media)
    (external_id,) = cli.rows("SELECT external_id FROM sources")[0]
    assert run.out.splitlines() == [
        f"Added source 'Home' ({external_id})",
        f"Next: retrovue --db {cli.db} source discover Home",
    ]
    assert len(external_id) == len("filesystem-") + 8
    assert set(external_id.removeprefix("filesystem-")) <= set("0123456789abcdef")
    assert cli.rows("SELECT count(*) FROM collections") == [(0,)]


def test_add_with_discovery_makes_collections_with_every_flag_off(cli: Cli, media: Path) -> None:
    body = cli.json(*ADD, media, "--discover")
    assert body["name"] == "Home"
    assert body["type"] == body["importer"] == "filesystem"
    assert body["config"]["base_path"] == str(media)
    assert body["collections_discovered"] == 2
    movies, shows = body["collections"]
    assert (movies["name"], shows["name"]) == ("Movies", "TV Shows")
    assert (movies["kind"], shows["kind"]) == ("movie", "show")
    for collection in (movies, shows):
        assert collection["enabled"] is False
        assert collection["sync_enabled"] is False
        assert collection["ingestible"] is False
        (mapping,) = collection["path_mappings"]
        assert mapping["external_path"] == str(media / collection["name"])
        assert mapping["local_path"] is None
    assert cli.rows("SELECT DISTINCT enabled, sync_enabled, ingestible FROM collections") == [
        (0, 0, 0)
    ]
    assert cli.rows("SELECT count(*), count(local_path) FROM path_mappings") == [(2, 0)]


def test_add_of_an_unknown_type_names_the_types(cli: Cli) -> None:
    run = cli("source", "add", "--type", "vhs", "--name", "X")
    assert run.code == 1
    assert run.err == "Error: Unknown source type 'vhs'. Available types: filesystem, plex\n"
    error = cli("source", "add", "--type", "vhs", "--name", "X", "--json").json["error"]
    assert error["code"] == "unknown_source_type"
    assert not cli.db.exists()


def test_add_of_a_name_that_is_there_in_any_case_is_refused(cli: Cli, tmp_path: Path) -> None:
    for name, again in (("Home", "HOME"), ("Épices", "épices")):
        place = tmp_path / name
        place.mkdir()
        words = ("source", "add", "--type", "filesystem", "--base-path")
        cli.ok(*words, place, "--name", name)
        before = cli.dump()
        other = tmp_path / f"{name} 2"
        other.mkdir()
        run = cli(*words, other, "--name", again)
        assert run.code == 1
        assert run.error == f"Error: Source '{name}' already exists"
        told = cli(*words, other, "--name", again, "--json").json["error"]
        assert told["code"] == "already_exists"
        assert cli.dump() == before


def test_add_of_the_same_folder_names_the_source_that_has_it(cli: Cli, media: Path) -> None:
    cli.ok(*ADD, media)
    os.symlink(media, media.parent / "link")
    run = cli(
        "source", "add", "--type", "filesystem", "--name", "Other",
        "--base-path", media.parent / "link",
    )  # fmt: skip
    assert run.code == 1
    assert run.error == "Error: Source 'Home' already exists"


def test_add_of_what_is_no_folder_is_refused(cli: Cli, tmp_path: Path) -> None:
    run = cli(*ADD, tmp_path / "nowhere")
    assert run.code == 1
    assert run.error == f"Error: Importer 'filesystem' refuses: {tmp_path}/nowhere is not a folder"
    assert cli(*ADD, tmp_path / "nowhere", "--json").json["error"]["code"] == "importer_failed"
    assert not cli.db.exists()


def test_failed_discovery_adds_nothing(cli: Cli) -> None:
    plugins.importer(
        cli.site,
        "moody",
        """
        def discover(self):
            yield FoundCollection("a", "A")
            raise ImporterError("the server hung up\\nin the middle")
        """,
    )
    words = ("source", "add", "--type", "moody", "--name", "Mood", "--discover")
    run = cli(*words)
    assert run.code == 1
    assert run.out == ""
    assert run.err.splitlines() == [
        "Error: Failed to discover collections from source 'Mood'",
        "  the server hung up",
        "  in the middle",
    ]
    error = cli(*words, "--json").json["error"]
    assert error["code"] == "discovery_failed"
    assert error["detail"] == ["the server hung up", "in the middle"]
    assert not cli.db.exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("yield FoundCollection('a', 'A'); yield FoundCollection('a', 'B')", "twice"),
        ("yield FoundCollection('a', '')", "without a name"),
        ("yield FoundCollection('', 'A')", "without an id"),
        ("yield FoundCollection(7, 'A')", "without an id"),
        ("yield 'A'", "yields str where FoundCollection is due"),
        ("yield FoundCollection('a', 'A', locations='/srv')", "must be paths"),
        ("yield FoundCollection('a', 'A', locations=(7,))", "must be paths"),
        ("yield FoundCollection('a', 'A', locations=None)", "must be paths"),
        ("yield FoundCollection('a', 'A', locations=(p for p in ('/a',)))", "must be paths"),
        ("yield FoundCollection('a', 'A', identity=7)", "must be a string"),
        ("yield FoundCollection('a', 'A\\0')", "holds NUL"),
        ("yield FoundCollection('a', 'A' * 5000)", "longer than 4096 characters"),
        ("yield FoundCollection('a', 'A', locations=('/' + 'a' * 5000,))", "longer than 4096"),
        (
            "yield FoundCollection('a', 'A', identity='x'); "
            "yield FoundCollection('b', 'B', identity='x')",
            "the same identity for 'A' and 'B'",
        ),
        ("yield FoundCollection('a', 'A', kind=7)", "must be a string"),
        ("yield FoundCollection('a', 'A \\udcff')", "UTF-8"),
        ("raise ValueError('oh')", "ValueError: oh"),
        ("raise SystemExit('oh')", "SystemExit: oh"),
        ("return 7", None),
    ],
)
def test_offer_that_cannot_be_is_a_failed_discovery(
    cli: Cli, line: str, reason: str | None
) -> None:
    plugins.importer(cli.site, "moody", f"def discover(self):\n    {line}\n")
    run = cli("source", "add", "--type", "moody", "--name", "Mood", "--discover")
    assert run.code == 1
    first, *others = run.err.splitlines()
    assert first == "Error: Failed to discover collections from source 'Mood'"
    assert reason is None or reason.casefold() in others[0].casefold()
    assert not cli.db.exists()


@pytest.mark.parametrize("name", ["", "  ", "\t"])
def test_add_with_an_empty_name_is_refused(cli: Cli, media: Path, name: str) -> None:
    run = cli("source", "add", "--type", "filesystem", "--name", name, "--base-path", media)
    assert run.code == 1
    assert run.error == "Error: The name of a source is empty"
    assert not cli.db.exists()


def test_add_with_control_characters_in_the_name_is_refused(cli: Cli, media: Path) -> None:
    run = cli("source", "add", "--type", "filesystem", "--name", "a\x1b[2J", "--base-path", media)
    assert run.code == 1
    assert run.err == "Error: The name of a source holds control characters: 'a\\x1b[2J'\n"
    assert not cli.db.exists()


@pytest.mark.parametrize("name", ["家族の映画", "Família 👨‍👩‍👧", "فیلم‌ها", "naïve"])
def test_add_takes_names_of_every_script(cli: Cli, media: Path, name: str) -> None:
    cli.ok("source", "add", "--type", "filesystem", "--name", name, "--base-path", media)
    assert cli.json("source", "show", name)["name"] == name


# -- list and show --------------------------------------------------------------------------------


def test_list_shows_every_source(cli: Cli, media: Path) -> None:
    cli.make_empty()
    assert cli.ok("source", "list").out.startswith("No sources yet.")
    assert cli.json("source", "list")["sources"] == []
    cli.ok(*ADD, media, "--discover")
    (source,) = cli.json("source", "list")["sources"]
    assert source["name"] == "Home"
    assert source["collections"] == 2
    assert source["sync_enabled_collections"] == 0
    assert "Home  filesystem  2            0" in cli.ok("source", "list").out


def test_source_is_named_by_id_external_id_and_name_in_any_case(cli: Cli, tmp_path: Path) -> None:
    cli.make_empty()
    place = tmp_path / "media"
    place.mkdir()
    cli.ok("source", "add", "--type", "filesystem", "--name", "Ärger Öl", "--base-path", place)
    (number, external_id) = cli.rows("SELECT id, external_id FROM sources")[0]
    for selector in (number, external_id, "Ärger Öl", "ÄRGER ÖL", "ärger öl"):
        assert cli.json("source", "show", selector)["id"] == number


def test_a_number_that_is_an_id_names_that_source(cli: Cli, tmp_path: Path) -> None:
    for name in ("One", "1"):
        (tmp_path / name).mkdir()
        cli.ok(
            "source", "add", "--type", "filesystem", "--name", name, "--base-path", tmp_path / name
        )
    assert cli.json("source", "show", "1")["name"] == "One"
    assert cli.json("source", "show", "2")["name"] == "1"


def test_ambiguous_source_lists_the_candidates(cli: Cli, tmp_path: Path) -> None:
    """What the commands refuse can be written by SQL."""
    for name in ("One", "Two"):
        (tmp_path / name).mkdir()
        cli.ok(
            "source", "add", "--type", "filesystem", "--name", name, "--base-path", tmp_path / name
        )
    cli.run_sql("UPDATE sources SET name = 'ÉTÉ' WHERE id = 1")
    cli.run_sql("UPDATE sources SET name = 'été' WHERE id = 2")
    run = cli("source", "show", "Été")
    assert run.code == 1
    assert run.err.splitlines() == [
        "Error: Multiple sources named 'Été' exist",
        f"  ÉTÉ: retrovue --db {cli.db} source show 1",
        f"  été: retrovue --db {cli.db} source show 2",
    ]
    assert cli("source", "show", "Été", "--json").json["error"]["code"] == "ambiguous"


def test_show_has_the_configuration_and_the_collections(cli: Cli, media: Path) -> None:
    cli.ok(*ADD, media, "--discover")
    body = cli.json("source", "show", "home")
    assert body["config"]["base_path"] == str(media)
    assert [c["name"] for c in body["collections"]] == ["Movies", "TV Shows"]
    shown = cli.ok("source", "show", "home").out
    assert f"base_path:    {media}" in shown
    assert "Home/Movies" in shown


# -- update ---------------------------------------------------------------------------------------


def test_update_of_the_name_alone_contacts_nothing(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds(body="    def identity(self):\n        raise ImporterError('asleep')")
    assert cli.ok("source", "update", "Toys", "--name", "Playthings").out == (
        "Updated source 'Playthings'\n"
    )
    assert cli.rows("SELECT name FROM sources") == [("Playthings",)]


def test_update_to_what_it_is_changes_nothing(cli: Cli, media: Path) -> None:
    cli.ok(*ADD, media)
    before = cli.dump()
    for words in (("--name", "Home"), ("--base-path", media)):
        run = cli.ok("source", "update", "Home", *words)
        assert run.out == "Nothing changed: source 'Home' is already up to date.\n"
        assert cli.json("source", "update", "Home", *words)["changed"] is False
    assert cli.dump() == before


def test_update_of_nothing_is_a_usage_error(cli: Cli, media: Path) -> None:
    cli.ok(*ADD, media)
    run = cli("source", "update", "Home")
    assert run.code == 1
    assert run.error == "Error: Nothing to update"


def test_update_to_a_taken_name_is_refused(cli: Cli, media: Path, tmp_path: Path) -> None:
    cli.ok(*ADD, media)
    cli.ok("source", "add", "--type", "filesystem", "--name", "Other", "--base-path", tmp_path)
    run = cli("source", "update", "Other", "--name", "hOME")
    assert run.code == 1
    assert run.error == "Error: Source 'Home' already exists"
    assert cli.rows("SELECT name FROM sources ORDER BY id") == [("Home",), ("Other",)]


def test_update_that_loses_collections_is_refused_unless_allowed(
    cli: Cli, media: Path, tmp_path: Path
) -> None:
    cli.ok(*ADD, media, "--discover")
    other = tmp_path / "other"
    shutil.copytree(media / "Movies", other / "Movies")
    before = cli.dump()
    run = cli("source", "update", "Home", "--base-path", other)
    assert run.code == 1
    assert run.err.splitlines() == [
        "Error: Source update failed: 1 of its collections would lose their counterpart",
        "  TV Shows (external id TV Shows, 0 assets)",
        "  If that is right, add --allow-missing.",
    ]
    told = cli("source", "update", "Home", "--base-path", other, "--json").json["error"]
    assert told["code"] == "would_lose_collections"
    assert cli.dump() == before
    cli.ok("source", "update", "Home", "--base-path", other, "--allow-missing")
    assert cli.json("source", "show", "Home")["config"]["base_path"] == str(other)


def test_update_never_takes_the_type(cli: Cli, media: Path) -> None:
    cli.ok(*ADD, media)
    run = cli("source", "update", "Home", "--type", "plex")
    assert run.code == 1
    assert run.error.startswith("Error: No such option '--type'")


def test_update_maps_locations_of_every_collection(cli: Cli, media: Path, tmp_path: Path) -> None:
    cli.ok(*ADD, media, "--discover")
    body = cli.json("source", "update", "Home", "--map", media, media)
    assert [c["path_mappings"][0]["local_path"] for c in body["collections"]] == [
        str(media / "Movies"),
        str(media / "TV Shows"),
    ]
    run = cli("source", "update", "Home", "--map", "/nowhere", media)
    assert run.code == 1
    assert run.err.splitlines() == [
        "Error: --map /nowhere fits no location",
        f"  location: {media}/Movies",
        f"  location: {media}/TV Shows",
    ]
    run = cli("source", "update", "Home", "--map", media, tmp_path / "nothing")
    assert run.code == 1
    assert run.error == f"Error: --map {media}: {tmp_path}/nothing is not a folder"


# -- discover -------------------------------------------------------------------------------------


def test_second_discovery_changes_nothing(cli: Cli, media: Path) -> None:
    cli.ok(*ADD, media, "--discover")
    before = cli.dump()
    run = cli.ok("source", "discover", "Home")
    assert run.out.startswith("Nothing changed: 2 collections known.")
    assert cli.dump() == before


def test_discovery_adds_marks_and_unmarks_but_turns_nothing_on(cli: Cli, media: Path) -> None:
    library = Library(cli, media)
    (media / "Music").mkdir()
    shutil.move(media / "TV Shows", media.parent / "away")
    changes = cli.json("source", "discover", "Home")["changes"]
    assert changes == {"added": ["Music"], "updated": [], "missing": ["TV Shows"], "restored": []}
    flags = "SELECT name, enabled, sync_enabled, ingestible, missing_since IS NULL FROM collections"
    assert cli.rows(f"{flags} ORDER BY name") == [
        ("Movies", 1, 1, 1, 1),
        ("Music", 0, 0, 0, 1),
        ("TV Shows", 1, 1, 0, 0),
    ]
    assert library.ingest().code == 1
    shutil.move(media.parent / "away", media / "TV Shows")
    assert cli.json("source", "discover", "Home")["changes"]["restored"] == ["TV Shows"]
    assert cli.rows(f"{flags} WHERE name = 'TV Shows'")[0][:3] == ("TV Shows", 1, 1)


def test_failed_discovery_is_kept_in_the_history(cli: Cli, media: Path) -> None:
    cli.ok(*ADD, media, "--discover")
    shutil.rmtree(media)
    before = cli.dump("sources", "collections", "path_mappings")
    run = cli("source", "discover", "Home")
    assert run.code == 1
    assert run.err.splitlines() == [
        "Error: Failed to discover collections from source 'Home'",
        f"  {media} cannot be read (No such file or directory)",
    ]
    assert cli.dump("sources", "collections", "path_mappings") == before
    (failure,) = cli.json("history", "--failed")["history"]
    assert failure["operation"] == "Source discover"


# -- delete ---------------------------------------------------------------------------------------


def test_delete_takes_everything_and_leaves_the_fact(cli: Cli, media: Path) -> None:
    Library(cli, media).ingest()
    run = cli.ok("source", "delete", "Home", "--force")
    assert run.out.splitlines()[0] == "Deleted source 'Home': 2 collections, 3 assets"
    for table in ("sources", "collections", "path_mappings", "assets", "asset_files"):
        assert cli.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    assert cli.rows("SELECT operation, source FROM history ORDER BY id DESC LIMIT 1") == [
        ("Source delete", "Home")
    ]


def test_delete_by_pattern_takes_what_fits_in_any_case(cli: Cli, tmp_path: Path) -> None:
    for name in ("Test A", "Test B", "Keep"):
        (tmp_path / name).mkdir()
        cli.ok(
            "source", "add", "--type", "filesystem", "--name", name, "--base-path", tmp_path / name
        )
    body = cli.json("source", "delete", "test*", "--force")
    assert [source["name"] for source in body["deleted"]] == ["Test A", "Test B"]
    assert cli.rows("SELECT name FROM sources") == [("Keep",)]


def test_delete_prefers_an_exact_name_to_the_pattern(cli: Cli, tmp_path: Path) -> None:
    for name in ("T*", "Tx"):
        (tmp_path / name).mkdir()
        cli.ok(
            "source", "add", "--type", "filesystem", "--name", name, "--base-path", tmp_path / name
        )
    cli.ok("source", "delete", "T*", "--force")
    assert cli.rows("SELECT name FROM sources") == [("Tx",)]


def test_delete_works_where_the_importer_is_gone_and_the_state_invalid(cli: Cli) -> None:
    Scripted(cli)
    shutil.rmtree(cli.site)
    cli.ok("source", "delete", "Toys", "--force")
    assert cli.rows("SELECT count(*) FROM sources") == [(0,)]


def test_source_named_like_another_ones_id_is_in_nobodys_way(cli: Cli) -> None:
    library = Library(cli, cli.home / "media", *films(2), EPISODE)
    (external_id,) = library.cli.rows("SELECT external_id FROM sources WHERE id = 1")[0]
    for number, name in enumerate(("1", external_id)):
        other = library.cli.home / f"other{number}"
        other.mkdir()
        library.cli.ok(
            "source", "add", "--type", "filesystem", "--name", name, "--base-path", other
        )
    library.cli.ok("collection", "update", "Home/Movies", "--disable")
    library.cli.ok("source", "discover", "Home")
    library.cli.ok("source", "update", "Home", "--name", "House")
    assert library.cli.rows("SELECT name FROM sources WHERE id = 1") == [("House",)]


def test_relative_base_path_is_stored_whole(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    (cli.home / "films").mkdir()
    monkeypatch.chdir(cli.home)
    words = ("source", "add", "--type", "filesystem", "--name", "F", "--base-path", "films")
    assert cli.json(*words)["config"]["base_path"] == str(cli.home / "films")


def test_a_source_whose_name_begins_with_a_dash_has_its_importers_options(
    cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "media").mkdir()
    cli.ok("source", "add", "--type", "filesystem", "--name=-dash", "--base-path",
           tmp_path / "media")  # fmt: skip
    cli.ok("source", "update", "--kind", "movie", "--", "-dash")
    shown = cli.ok("source", "show", "--json", "--", "-dash").json
    assert shown["config"]["kind"] == "movie"

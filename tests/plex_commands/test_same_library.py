"""A library stays the same library, whatever number or name a rebuilt server gives it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fakes.plex import FakePlex, Section, episode, media, movie, part, track
from support.cli import Cli
from support.nas import NAME, Nas

LOOK = "SELECT id, name, kind, identity, enabled, sync_enabled, ingestible, asset_count"
KEPT = ("sources", "collections", "path_mappings", "assets", "asset_files")


@pytest.fixture
def libraries(nas: Nas, plex: FakePlex) -> Sequence[Section]:
    kids = movie(31, [media(part("/data/Kids/Puppets (1987).mkv"))])
    plex.add_section("1", "Movies", "movie", ["/data/Movies"], [movie(1), movie(2)])
    plex.add_section("2", "Music", "artist", ["/data/Music"], [track(11)])
    plex.add_section("3", "TV", "show", ["/data/TV"], [episode(21)])
    plex.add_section("4", "Kids", "movie", ["/data/Kids"], [kids])
    for section in plex.sections:
        section.uuid = f"uuid of {section.title}"
    nas.ready().stats()
    return plex.sections


def renumber(sections: Sequence[Section], *keys: str) -> None:
    for section, key in zip(sections, keys, strict=True):
        section.key = key


def known(cli: Cli) -> list[tuple[object, ...]]:
    return cli.rows(f"{LOOK} FROM collections ORDER BY id")


def external_ids(cli: Cli) -> dict[str, str]:
    return dict(cli.rows("SELECT name, external_id FROM collections ORDER BY id"))


@pytest.mark.parametrize(
    "keys",
    [("2", "1", "3", "4"), ("2", "3", "4", "1"), ("4", "3", "2", "1"), ("5", "1", "2", "3")],
    ids=["two swapped", "rotated", "turned round", "one ahead"],
)
def test_renumbered_libraries_keep_their_rows(
    keys: tuple[str, ...], libraries: Sequence[Section], nas: Nas, cli: Cli
) -> None:
    before, assets = known(cli), cli.dump("path_mappings", "assets", "asset_files")
    renumber(libraries, *keys)
    changes = cli.json("source", "discover", NAME)["changes"]
    assert (changes["added"], changes["missing"]) == ([], [])
    assert known(cli) == before
    assert external_ids(cli) == dict(zip(("Movies", "Music", "TV", "Kids"), keys, strict=True))
    assert nas.stats() == {
        "Kids": {"discovered": 1, "unchanged": 1},
        "Movies": {"discovered": 2, "unchanged": 2},
        "Music": {"discovered": 1, "unchanged": 1},
        "TV": {"discovered": 1, "unchanged": 1},
    }
    assert cli.dump(*assets) == assets
    assert cli.ok("db", "check").code == 0


@pytest.mark.parametrize("pages_say_uuid", [True, False])
def test_an_ingest_before_the_discovery_takes_nothing_of_another_library(
    pages_say_uuid: bool, libraries: Sequence[Section], plex: FakePlex, cli: Cli
) -> None:
    for section in libraries:
        section.pages_say_uuid = pages_say_uuid
    renumber(libraries, "2", "1", "3", "4")
    before = cli.dump("assets", "asset_files", "path_mappings")
    for more in ((), ("--allow-missing",)):
        run = cli("source", "ingest", NAME, *more)
        assert run.code == 2
        assert run.out.splitlines()[0] == "Success: Collections 'Kids', 'TV' ingested"
        for number in (1, 2):
            other = f"  {plex.url} has another library under the number {number} now"
            assert f"{other}: discover the source again" in run.out.splitlines()
    assert cli.dump(*before) == before
    cli.ok("source", "discover", NAME)
    cli.ok("source", "ingest", NAME)
    assert cli.dump(*before) == before


def test_renumbered_and_renamed_at_once(libraries: Sequence[Section], cli: Cli) -> None:
    renumber(libraries, "2", "1", "3", "4")
    libraries[0].title, libraries[1].title = "Music", "Movies"
    cli.ok("source", "discover", NAME)
    assert cli.rows("SELECT id, name, kind, external_id FROM collections ORDER BY id")[:2] == [
        (1, "Music", "movie", "2"),
        (2, "Movies", "music", "1"),
    ]


def test_a_number_that_a_new_library_and_a_moved_one_take_over(
    libraries: Sequence[Section], plex: FakePlex, cli: Cli
) -> None:
    """Movies goes, Music gets its number, and a new library the number of Music."""
    del plex.sections[0]
    plex.sections[0].key = "1"
    plex.add_section("2", "Photos", "photo", ["/data/Photos"], uuid="uuid of Photos")
    before = known(cli)
    changes = cli.json("source", "discover", NAME)["changes"]
    assert (changes["added"], changes["missing"]) == (["Photos"], ["Movies"])
    after = known(cli)
    assert [row[:4] for row in after[:4]] == [row[:4] for row in before]
    assert after[0] == (1, "Movies", "movie", "uuid of Movies", 1, 1, 0, 2)
    assert after[4][1:7] == ("Photos", "photo", "uuid of Photos", 0, 0, 0)
    given = external_ids(cli)
    assert (given["Music"], given["Photos"]) == ("1", "2")
    assert given["Movies"].startswith("1 until ")
    plex.add_section("9", "Movies", "movie", ["/data/Movies"], uuid="uuid of Movies")
    assert cli.json("source", "discover", NAME)["changes"]["restored"] == ["Movies"]
    assert external_ids(cli)["Movies"] == "9"


def test_another_library_under_a_known_number_is_refused(
    libraries: Sequence[Section], nas: Nas, cli: Cli
) -> None:
    libraries[0].uuid, libraries[0].title = "uuid of another", "Concerts"
    before = cli.dump(*KEPT)
    for more in ((), ("--allow-missing",), ("--dry-run",)):
        run = cli("source", "discover", NAME, *more)
        assert (run.code, run.out) == (1, "")
        assert run.err.splitlines() == [
            "Error: Source discover failed: collection 'Movies' would become another library",
            "  Movies (external id 1, 2 assets): the source now has the movie library 'Concerts'"
            " there",
            "  If its libraries were set up anew, match them by name: "
            f"retrovue --db {cli.db} source update 'My Plex' --rebind",
        ]
        assert cli("source", "discover", NAME, *more, "--json").json["error"]["code"] == (
            "another_library"
        )
    run = cli("source", "update", NAME, "--timeout", "9", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "another_library")
    assert cli.dump(*KEPT) == before
    run = cli("source", "update", NAME, "--rebind", "--json")  # it lies where Movies lay
    assert (run.code, run.json["changes"]["updated"]) == (0, ["Concerts"])
    assert nas.stats()["Concerts"] == {"discovered": 2, "unchanged": 2}


def test_a_library_that_was_replaced_for_good_is_kept_beside_the_new_one(
    libraries: Sequence[Section], cli: Cli
) -> None:
    libraries[0].uuid, libraries[0].title = "uuid of another", "Concerts"
    libraries[0].locations = ["/data/Concerts"]
    run = cli("source", "update", NAME, "--rebind")
    assert run.error == (
        "Error: Source update failed: 1 of its collections would lose their counterpart"
    )
    done = cli.json("source", "update", NAME, "--rebind", "--allow-missing")
    assert (done["changes"]["added"], done["changes"]["missing"]) == (["Concerts"], ["Movies"])
    rows = cli.rows("SELECT name, external_id, asset_count, enabled FROM collections")
    assert ("Concerts", "1", 0, 0) in rows
    cli.ok("collection", "delete", "My Plex/Movies", "--force")
    assert cli.rows("SELECT count(*) FROM collections WHERE name = 'Movies'") == [(0,)]


@pytest.mark.parametrize("stored", [None, "uuid of Movies"])
def test_kind_tells_another_library_where_the_identity_does_not(
    stored: str | None, libraries: Sequence[Section], cli: Cli
) -> None:
    cli.run_sql("UPDATE collections SET identity = :stored WHERE id = 1", stored=stored)
    libraries[0].type, libraries[0].uuid = "artist", ""
    before = cli.dump(*KEPT)
    run = cli("source", "discover", NAME, "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "another_library")
    assert cli.dump(*KEPT) == before


def test_an_identity_that_is_not_known_says_nothing_and_is_filled_in(
    libraries: Sequence[Section], cli: Cli
) -> None:
    cli.run_sql("UPDATE collections SET identity = NULL, kind = NULL")
    run = cli.ok("source", "discover", NAME)
    identities = "SELECT name, identity, kind FROM collections ORDER BY id"
    assert cli.rows(identities)[:2] == [
        ("Movies", "uuid of Movies", "movie"),
        ("Music", "uuid of Music", "music"),
    ]
    assert run.out.splitlines()[0] == "Updated: Movies, Music, TV, Kids"
    known_ones = cli.rows(identities)
    for section in libraries:
        section.uuid = ""
    before = cli.dump()
    assert cli.ok("source", "discover", NAME).out.startswith("Nothing changed: ")
    assert cli.rows(identities) == known_ones
    assert cli.dump() == before


def test_two_libraries_of_one_identity_are_a_failed_discovery(
    libraries: Sequence[Section], cli: Cli
) -> None:
    libraries[1].uuid = libraries[0].uuid
    before = cli.dump(*KEPT)
    run = cli("source", "discover", NAME)
    assert run.err.splitlines() == [
        "Error: Failed to discover collections from source 'My Plex'",
        "  the importer reports the same identity for 'Movies' and 'Music'",
    ]
    assert cli.dump(*KEPT) == before


@pytest.mark.parametrize(("left", "code"), [(0, 1), (1, 1), (2, 0), (3, 0)])
def test_a_server_that_offers_less_than_half_is_not_believed(
    left: int, code: int, libraries: Sequence[Section], plex: FakePlex, cli: Cli
) -> None:
    """Three of four are more than half and more than two; two of four are not."""
    names = ("Movies", "Music", "TV", "Kids")
    gone = sorted(names[left:])
    del plex.sections[left:]
    before = cli.dump(*KEPT)
    run = cli("source", "discover", NAME)
    assert run.code == code
    if code:
        assert run.err.splitlines() == [
            f"Error: Source discover failed: {len(gone)} of 4 known collections would go missing",
            *(
                f"  {name} (external id {names.index(name) + 1},"
                f" {'2 assets' if name == 'Movies' else '1 asset'})"
                for name in gone
            ),
            "  Is a disk not mounted? If they are really gone: "
            f"retrovue --db {cli.db} source discover 'My Plex' --allow-missing",
        ]
        run = cli("source", "discover", NAME, "--json")
        assert run.json["error"]["code"] == "would_lose_collections"
        assert cli.dump(*KEPT) == before
        cli.ok("source", "discover", NAME, "--allow-missing")
    assert (
        sorted(
            name
            for (name,) in cli.rows("SELECT name FROM collections WHERE missing_since NOT NULL")
        )
        == gone
    )
    cli.ok("source", "discover", NAME)  # those missing already count no more


def test_the_number_of_a_library_that_is_missing_already_can_be_given_away(
    libraries: Sequence[Section], plex: FakePlex, cli: Cli
) -> None:
    gone = plex.sections.pop(0)
    cli.ok("source", "discover", NAME)
    plex.add_section("1", "Photos", "photo", ["/data/Photos"], uuid="uuid of Photos")
    before = known(cli)
    changes = cli.json("source", "discover", NAME)["changes"]
    assert changes == {"added": ["Photos"], "updated": [], "missing": [], "restored": []}
    assert known(cli)[:4] == before
    assert external_ids(cli)["Photos"] == "1"
    assert external_ids(cli)["Movies"].startswith("1 until ")
    gone.key = "8"
    plex.sections.append(gone)
    assert cli.json("source", "discover", NAME)["changes"]["restored"] == ["Movies"]
    assert external_ids(cli) == {"Movies": "8", "Music": "2", "TV": "3", "Kids": "4", "Photos": "1"}
    cli.ok("db", "check")

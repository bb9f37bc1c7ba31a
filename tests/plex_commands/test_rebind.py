"""A server that was rebuilt or replaced: `source update --rebind` finds what is known in it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from fakes.plex import FakePlex, Section, episode, home_video, media, movie, part
from support.cli import Cli
from support.nas import NAME, Nas
from support.survival import copy_of, killed_at, require_before_or_after, spread, statements_of

KEPT = ("sources", "collections", "path_mappings", "assets", "asset_files")
NO_IDS: dict[str, Any] = {"ids": (), "guid": "local://0"}
FACTS = "SELECT id, title, added_at FROM assets ORDER BY id"


def film(number: int, *, base: str = "/data/Movies", key: int | None = None, **given: Any) -> str:
    """A film by its number, whatever its key and place."""
    title = f"Film {number}"
    file = part(f"{base}/{title} (1999)/{title} (1999).mkv", size=1_000_000 + number)
    told = {"ratingKey": key} if key is not None else {}
    return movie(number, [media(file)], title=title, **told, **given)


def beach(number: int, *, base: str = "/data/Home", key: int | None = None) -> str:
    """A home video, which has no ids elsewhere."""
    file = part(f"{base}/2019/beach {number}.mp4", size=5_000 + number)
    told = {"ratingKey": key, "guid": f"local://{key}"} if key is not None else {}
    return home_video(number, [media(file)], **told)


@pytest.fixture
def libraries(nas: Nas, plex: FakePlex) -> Sequence[Section]:
    plex.machine = "old"
    plex.add_section("1", "Movies", "movie", ["/data/Movies"], [film(n) for n in range(1, 31)])
    plex.add_section("2", "TV", "show", ["/data/TV"], [episode(n) for n in range(101, 104)])
    plex.add_section("3", "Home", "movie", ["/data/Home"], [beach(n) for n in range(201, 204)])
    for section in plex.sections:
        section.uuid = f"uuid of {section.title}"
    nas.ready().stats()
    return plex.sections


def rebuild(plex: FakePlex, *sections: tuple[str, str, str, list[str], Iterable[str]]) -> None:
    """Set the server up anew, with libraries of which nothing is as it was but what is given."""
    plex.machine = "new"
    plex.sections.clear()
    for key, title, type_, places, items in sections:
        section = plex.add_section(key, title, type_, places, list(items))
        section.uuid = f"new uuid of {title}"


def rebind(cli: Cli, *words: str) -> dict[str, Any]:
    return cli.json("source", "update", NAME, "--rebind", *words)


def known(cli: Cli) -> dict[str, int]:
    """The id of each film and video, by its title."""
    return dict(cli.rows("SELECT title, id FROM assets ORDER BY id"))


def test_all_keys_are_new(libraries: Sequence[Section], nas: Nas, plex: FakePlex, cli: Cli) -> None:
    before, flags = cli.rows(FACTS), cli.rows("SELECT name, sync_enabled FROM collections")
    rebuild(
        plex,
        (
            "11",
            "Movies",
            "movie",
            ["/data/Movies"],
            [film(n, key=n % 30 + 1) for n in range(1, 31)],
        ),
        ("12", "TV", "show", ["/data/TV"], [episode(n) for n in range(101, 104)]),
        ("13", "Home", "movie", ["/data/Home"], [beach(n, key=n - 200) for n in range(201, 204)]),
    )  # fmt: skip
    done = rebind(cli)
    assert done["totals"] == {"sure": 36, "likely": 0, "ambiguous": 0, "lost": 0}
    assert cli.rows(FACTS) == before
    assert cli.rows("SELECT name, sync_enabled FROM collections") == flags
    keys = cli.rows("SELECT title, external_id FROM assets WHERE title LIKE 'Film%'")
    assert all(int(key) == int(title.split()[1]) % 30 + 1 for title, key in keys)
    stats = nas.stats()
    assert all(not {"added", "missing", "moved"} & set(counts) for counts in stats.values())
    assert cli.rows(FACTS) == before


def test_a_location_that_moved_keeps_its_folder_here(
    libraries: Sequence[Section], nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    before = cli.rows(FACTS)
    rebuild(
        plex,
        ("1", "Movies", "movie", ["/media"],
         [film(n, base="/media/Movies", key=n + 500) for n in range(1, 31)]),
        ("2", "TV", "show", ["/data/TV"], [episode(n) for n in range(101, 104)]),
        ("3", "Home", "movie", ["/srv/home"],
         [beach(n, base="/srv/home") for n in range(201, 204)]),
    )  # fmt: skip
    done = rebind(cli)
    assert done["totals"]["sure"] == 36
    mapped = "SELECT local_path FROM path_mappings WHERE external_path = :place"
    assert cli.rows(mapped, place="/srv/home") == [(str(nas.folder / "Home"),)]
    assert cli.rows(mapped, place="/media") == [(str(nas.folder),)]
    there = cli.rows("SELECT local_path FROM media WHERE title = 'Film 7'")
    assert there == [(str(nas.folder / "Movies/Film 7 (1999)/Film 7 (1999).mkv"),)]
    report = cli.json("source", "ingest", NAME)
    assert [one["stats"]["missing"] + one["stats"]["added"] for one in report["collections"]] == [
        0
    ] * 3
    assert cli.rows(FACTS) == before


def test_a_library_that_was_split(
    libraries: Sequence[Section], nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    before = cli.rows(FACTS)
    rebuild(
        plex,
        ("4", "Kids", "movie", ["/data/Kids"],
         [film(n, base="/data/Kids", key=n + 40) for n in range(1, 11)]),
        ("1", "Feature films", "movie", ["/data/Movies"], [film(n) for n in range(11, 31)]),
        ("2", "TV", "show", ["/data/TV"], [episode(n) for n in range(101, 104)]),
        ("3", "Home", "movie", ["/data/Home"], [beach(n) for n in range(201, 204)]),
    )  # fmt: skip
    done = rebind(cli)
    assert done["totals"] == {"sure": 36, "likely": 0, "ambiguous": 0, "lost": 0}
    assert (done["changes"]["added"], done["changes"]["missing"]) == (["Kids"], [])
    assert cli.rows(FACTS) == before
    counts = "SELECT name, asset_count, sync_enabled FROM collections ORDER BY name"
    assert cli.rows(counts) == [
        ("Feature films", 20, 1), ("Home", 3, 1), ("Kids", 10, 0), ("TV", 3, 1)
    ]  # fmt: skip
    assert cli.json("db", "check")["status"] == "success"
    nas.mapped()
    nas.enabled("Kids")
    stats = nas.stats()
    assert all(not {"added", "missing"} & set(counts) for counts in stats.values())
    assert cli.rows(FACTS) == before


def test_marks_and_edits_go_with_an_asset_whose_library_was_split(
    libraries: Sequence[Section], nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    ids = known(cli)
    for title in ("Film 7", "Film 20"):
        cli.ok("asset", "mark", str(ids[title]), "--tag", "lent")
        cli.ok("asset", "edit", str(ids[title]), "--title", f"My {title}")
    rebuild(
        plex,
        ("4", "Kids", "movie", ["/data/Kids"],
         [film(n, base="/data/Kids", key=n + 40) for n in range(1, 11)]),
        ("1", "Feature films", "movie", ["/data/Movies"], [film(n) for n in range(11, 31)]),
        ("2", "TV", "show", ["/data/TV"], [episode(n) for n in range(101, 104)]),
        ("3", "Home", "movie", ["/data/Home"], [beach(n) for n in range(201, 204)]),
    )  # fmt: skip
    assert rebind(cli)["totals"] == {"sure": 36, "likely": 0, "ambiguous": 0, "lost": 0}
    marked = "SELECT DISTINCT asset_id, title FROM media WHERE tags = '[\"lent\"]' ORDER BY title"
    due = [(ids["Film 20"], "My Film 20"), (ids["Film 7"], "My Film 7")]
    assert cli.rows(marked) == due
    cli.json("source", "ingest", NAME)
    assert cli.rows(marked) == due
    cli.ok("asset", "edit", str(ids["Film 7"]), "--unset", "title")
    assert cli.rows(marked) == [(ids["Film 7"], "Film 7"), due[0]]
    assert cli("db", "check").code == 0


def test_two_libraries_that_were_merged(
    libraries: Sequence[Section], nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    before = cli.rows(FACTS)
    rebuild(
        plex,
        ("7", "Movies", "movie", ["/data/Movies", "/data/Home"],
         [*(film(n) for n in range(1, 31)), *(beach(n, key=n + 9) for n in range(201, 204))]),
        ("2", "TV", "show", ["/data/TV"], [episode(n) for n in range(101, 104)]),
    )  # fmt: skip
    run = cli.ok("source", "update", NAME, "--rebind")
    assert "Of 36 known assets: 36 sure, 0 likely, 0 ambiguous, 0 lost" in run.out.splitlines()
    assert "Missing: Home" in run.out.splitlines()
    rows = cli.rows("SELECT name, asset_count FROM collections ORDER BY name")
    assert rows == [("Home", 0), ("Movies", 33), ("TV", 3)]
    assert cli.rows(FACTS) == before
    assert f"Nothing is left in it: retrovue --db {cli.db} collection delete 'My Plex/Home'" in (
        run.out
    )
    cli.ok("collection", "delete", "My Plex/Home", "--force")
    assert nas.stats()["Movies"]["discovered"] == 33
    assert cli.rows(FACTS) == before


def test_what_is_gone_is_told_and_goes_missing_at_the_next_ingest(
    libraries: Sequence[Section], nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    libraries[0].items = [film(n, key=n + 70) for n in range(1, 21)]
    plex.machine = "new"
    lost = sorted(id_ for title, id_ in known(cli).items() if title in
                  {f"Film {n}" for n in range(21, 31)})  # fmt: skip
    run = cli.ok("source", "update", NAME, "--rebind")
    assert "Of 36 known assets: 26 sure, 0 likely, 0 ambiguous, 10 lost" in run.out.splitlines()
    assert "Not found, and missing from the next ingest on:" in run.out
    assert cli.rows("SELECT count(*) FROM assets WHERE missing_since IS NOT NULL") == [(0,)]
    assert nas.stats()["Movies"]["missing"] == 10
    gone = cli.rows("SELECT id FROM assets WHERE missing_since IS NOT NULL ORDER BY id")
    assert gone == [(id_,) for id_ in lost]


def test_another_file_of_the_same_film_is_likely(
    libraries: Sequence[Section], plex: FakePlex, cli: Cli
) -> None:
    better = media(part("/data/Movies/Film 30/Film.30.2160p.mkv", size=99))
    libraries[0].items[-1] = movie(30, [better], title="Film 30", ratingKey=777)
    plex.machine = "new"
    assert rebind(cli)["totals"] == {"sure": 35, "likely": 1, "ambiguous": 0, "lost": 0}
    assert cli.rows("SELECT external_id FROM assets WHERE title = 'Film 30'") == [("777",)]


def test_another_film_under_the_old_number_and_name_is_not_the_same(
    libraries: Sequence[Section], nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    before = known(cli)
    libraries[0].items[0] = movie(
        1, [media(part("/data/Movies/Film 1 (1999)/Film 1 (1999).mkv", size=7))],
        title="Film 1", ids=("imdb://tt9999999",), guid="plex://movie/another",
    )  # fmt: skip
    plex.machine = "new"
    done = rebind(cli)
    assert [one["id"] for one in done["lost"]] == [before["Film 1"]]


@pytest.mark.parametrize(("size", "level"), [(None, "likely"), (7000, "sure")])
def test_an_episode_of_another_show_at_the_same_place_is_not_the_same(
    size: int | None, level: str, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    """File names that say nothing, sizes that are not known or equal, no ids elsewhere."""

    def only(show: str, key: int) -> str:
        file = part(f"/data/TV/{show}/Season 01/S01E01.mkv", size=size)
        return episode(key, [media(file)], grandparentTitle=show, parentIndex=1, index=1,
                       title="Pilot", **NO_IDS)  # fmt: skip

    section = plex.add_section("1", "TV", "show", ["/data/TV"], [only("Lost", 1)])
    nas.ready().stats()
    section.items = [only("Fringe", 1)]
    plex.machine = "new"
    assert rebind(cli)["totals"] == {"sure": 0, "likely": 0, "ambiguous": 0, "lost": 1}
    section.items = [only("Fringe", 1), only("Lost", 2)]
    plex.machine = "newer"
    assert rebind(cli)["totals"][level] == 1
    assert cli.rows("SELECT series, external_id FROM assets") == [("Lost", "2")]


def twins(plex: FakePlex, nas: Nas, cli: Cli) -> dict[str, int]:
    """Two copies of one film, of which nothing tells which is which after the rebuild."""
    copies = [media(part(f"/data/Movies/{where}/x.mkv", size=5)) for where in "ab"]
    plex.add_section("1", "Movies", "movie", ["/data/Movies"],
                     [movie(n, [copy], title="Twin", **NO_IDS)
                      for n, copy in enumerate(copies, 1)])  # fmt: skip
    nas.ready().stats()
    plex.sections[0].items = [
        movie(key, [media(part(f"/data/Movies/{where}/x.mkv", size=5))], title="Twin", **NO_IDS)
        for key, where in ((51, "c"), (52, "d"))
    ]
    plex.machine = "new"
    return dict(cli.rows("SELECT external_id, id FROM assets"))


def test_what_several_fit_is_left_until_it_is_said(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    ids = twins(plex, nas, cli)
    before = cli.rows("SELECT id, external_id FROM assets ORDER BY id")
    dry = rebind(cli, "--dry-run")
    assert dry["totals"] == {"sure": 0, "likely": 0, "ambiguous": 2, "lost": 0}
    said = [(one["number"], one["asset"]["id"], one["item"]["external_id"], one["why"])
            for one in dry["ambiguous"]]  # fmt: skip
    both = ["name", "size"]
    assert said == [
        (1, ids["1"], "51", both), (2, ids["1"], "52", both),
        (3, ids["2"], "51", both), (4, ids["2"], "52", both),
    ]  # fmt: skip
    run = cli.ok("source", "update", NAME, "--rebind")
    assert "Several fit equally well, and none was taken:" in run.out.splitlines()
    assert f"source update '{NAME}' --rebind --accept 1" in run.out
    assert cli.rows("SELECT id, external_id FROM assets ORDER BY id") == before
    done = rebind(cli, "--accept", "2", "--accept", "3")
    assert done["totals"] == {"sure": 2, "likely": 0, "ambiguous": 0, "lost": 0}
    assert cli.rows("SELECT external_id, id FROM assets ORDER BY id") == [
        ("52", ids["1"]),
        ("51", ids["2"]),
    ]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--accept", "1"), "Error: --accept needs --rebind"),
        (("--rebind", "--accept", "5"), "Error: --accept 5 is none of the choices"),
        (
            ("--rebind", "--accept", "1", "--accept", "2"),
            "Error: --accept 2 takes an asset or an item a second time",
        ),
    ],
)
def test_numbers_that_cannot_be_accepted(
    words: tuple[str, ...], error: str, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    twins(plex, nas, cli)
    before = cli.dump(*KEPT)
    run = cli("source", "update", NAME, *words)
    assert (run.code, run.err.splitlines()[0]) == (1, error)
    assert cli.dump(*KEPT) == before


def test_a_dry_run_shows_it_and_a_backup_undoes_it(
    libraries: Sequence[Section], plex: FakePlex, cli: Cli
) -> None:
    libraries[0].items = [film(n, key=n + 70) for n in range(1, 31)]
    plex.machine = "new"
    before = cli.dump(*KEPT)
    dry = rebind(cli, "--dry-run")
    assert (dry["totals"]["sure"], "backup" in dry, cli.dump(*KEPT)) == (36, False, before)
    done = rebind(cli)
    assert done["totals"] == dry["totals"]
    assert cli.dump(*KEPT) != before
    cli.ok("db", "restore", done["backup"], "--force")
    assert cli.dump(*KEPT) == before


def test_a_library_that_cannot_be_read_changes_nothing(
    libraries: Sequence[Section], plex: FakePlex, cli: Cli
) -> None:
    plex.machine = "new"
    plex.fault("/library/sections/1/all", status=500)
    before = cli.dump(*KEPT)
    run = cli("source", "update", NAME, "--rebind")
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines()[0] == (
        "Error: Source update failed: library 'Movies' could not be read"
    )
    assert cli.dump(*KEPT) == before


def test_killed_at_any_statement_all_of_it_was_written_or_nothing(
    libraries: Sequence[Section], plex: FakePlex, cli: Cli
) -> None:
    rebuild(
        plex,
        ("4", "Kids", "movie", ["/data/Kids"],
         [film(n, base="/data/Kids", key=n + 40) for n in range(1, 4)]),
        ("5", "Films", "movie", ["/media"], [film(n, base="/media") for n in range(4, 9)]),
    )  # fmt: skip
    words = ("source", "update", NAME, "--rebind", "--allow-missing", "--no-backup")
    after = copy_of(cli, "after")
    count = statements_of(after, *words)
    for number in spread(count, 12):
        victim = copy_of(cli, f"killed-{number}")
        assert killed_at(number, victim, *words)
        require_before_or_after(victim, cli, after)


@pytest.mark.parametrize("seed", range(6))
def test_everything_at_once(
    seed: int, libraries: Sequence[Section], nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    """No asset is ever another film than before, whatever became of the server."""
    chance = random.Random(seed)
    before = known(cli)
    keys = chance.sample(range(1, 400), 60)
    left = [n for n in range(1, 31) if chance.random() > 0.33]
    kids = [n for n in left if chance.random() < 0.3]
    rest = [*(n for n in left if n not in kids), *range(31, 36)]  # and some that are new
    videos = [n for n in range(201, 204) if chance.random() > 0.2]
    sections = [
        ("9", "Children", "movie", ["/media/kids"],
         [film(n, base="/media/kids", key=keys.pop()) for n in kids]),
        ("3", "All films", "movie", ["/media/films", "/media/home"],
         [*(film(n, base="/media/films", key=keys.pop()) for n in rest),
          *(beach(n, base="/media/home", key=keys.pop()) for n in videos)]),
        ("1", "TV", "show", ["/data/TV"], [episode(n) for n in range(101, 104)]),
    ]  # fmt: skip
    chance.shuffle(sections)
    rebuild(plex, *sections)
    done = rebind(cli, "--allow-missing")
    assert done["totals"] == {
        "sure": len(left) + len(videos) + 3, "likely": 0, "ambiguous": 0,
        "lost": 30 - len(left) + 3 - len(videos),
    }  # fmt: skip
    assert known(cli) == before
    rows = cli.rows("""
        SELECT a.title, c.name FROM assets AS a JOIN collections AS c ON c.id = a.collection_id
         WHERE c.missing_since IS NULL""")
    where = dict(rows)
    assert {title for title, name in rows if name == "Children"} == {f"Film {n}" for n in kids}
    assert all(where[f"Film {n}"] == "All films" for n in rest if n < 31)
    assert cli.json("db", "check")["status"] == "success"

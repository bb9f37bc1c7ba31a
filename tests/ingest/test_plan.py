"""An ingest that is written down first and done later exactly so, or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from support.cli import Cli
from support.media import Library, settle, write
from support.survival import check, copy_of, killed_at, spread, statements_of

HEAT = "Movies/Heat (1995)/Heat (1995).mkv"
ALIEN = "Movies/Alien (1979)/Alien (1979).mkv"
DUNE = "Movies/Dune (2021)/Dune (2021).mkv"
LOST = "TV/Lost/Season 01/Lost S01E0"
KEPT = ("sources", "collections", "path_mappings", "folders", "assets", "asset_files")


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return tmp_path / "tonight.plan"


@pytest.fixture
def changed(cli: Cli, tmp_path: Path) -> Library:
    """A library that was ingested, and in which something of each kind happened since."""
    library = Library(cli, tmp_path / "media", HEAT, ALIEN, f"{LOST}1.mkv", f"{LOST}2.mkv")
    library.ingest()
    write(library.root, HEAT, text="longer than it was")
    (library.root / ALIEN).unlink()
    write(library.root, DUNE)
    os.rename(library.root / f"{LOST}2.mkv", library.root / f"{LOST}3.mkv")
    return library


def write_plan(library: Library, plan: Path, *words: str) -> None:
    library.cli.ok("source", "ingest", "Home", "--plan", plan, *words)


def facts(cli: Cli) -> dict[str, list[tuple[object, ...]]]:
    """All that is known, without the times at which it was written."""
    return {
        "assets": cli.rows("SELECT id, collection_id, folder_id, external_id, title, fingerprint,"
                           " missing_since IS NULL FROM assets ORDER BY id"),
        "files": cli.rows("SELECT id, asset_id, path_mapping_id, relative_path, size_bytes"
                          " FROM asset_files ORDER BY id"),
        "folders": cli.rows("SELECT * FROM folders ORDER BY id"),
        "history": cli.rows("SELECT operation, collection, status, detail ->> '$.stats'"
                            " FROM history ORDER BY id"),
    }  # fmt: skip


def test_it_writes_a_file_of_the_owners_and_nothing_else(changed: Library, plan: Path) -> None:
    before = changed.cli.dump()
    beside = sorted(plan.parent.iterdir())
    write_plan(changed, plan)
    assert changed.cli.dump() == before
    assert sorted(plan.parent.iterdir()) == sorted([*beside, plan])
    assert plan.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_needs_force(changed: Library, plan: Path) -> None:
    plan.write_text("mine")
    run = changed.cli("source", "ingest", "Home", "--plan", plan)
    assert (run.code, run.error) == (1, f"Error: {plan} already exists")
    assert plan.read_text() == "mine"
    write_plan(changed, plan, "--force")
    changed.cli.ok("plan", "apply", plan)


@pytest.mark.parametrize("beside", ["", "-wal", "-shm", "-journal"])
def test_it_is_never_written_over_the_catalogue(beside: str, changed: Library) -> None:
    before = changed.cli.dump()
    target = f"{changed.cli.db}{beside}"
    run = changed.cli("source", "ingest", "Home", "--plan", target, "--force")
    assert (run.code, run.out) == (1, "")
    assert target in run.error
    assert changed.cli.dump() == before


@pytest.mark.parametrize("name", ["none/x.plan", "file/x.plan", "folder"])
def test_a_name_that_cannot_be(name: str, changed: Library, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    run = changed.cli("source", "ingest", "Home", "--plan", tmp_path / name)
    assert (run.code, run.out) == (1, "")
    assert str(tmp_path / name) in run.error
    assert "Traceback" not in run.err


def test_it_is_shown_with_each_asset(changed: Library, plan: Path) -> None:
    write_plan(changed, plan)
    before = changed.cli.dump()
    shown = changed.cli.json("plan", "show", plan)
    assert shown["totals"] == changed.cli.json("source", "ingest", "Home", "--dry-run")["totals"]
    named = {
        word: [item["title"] for one in shown["collections"] for item in one["changes"][word]]
        for word in ("added", "updated", "missing", "moved")
    }
    assert named["added"] == ["Dune"]
    assert (named["updated"], named["missing"]) == (["Heat"], ["Alien"])
    assert shown["plan"] == str(plan)
    lines = changed.cli.ok("plan", "show", plan).out.splitlines()
    assert lines[0] == f"Plan of {shown['made_at']} for source 'Home':"
    assert f"  added     Dune: {changed.root / DUNE}" in lines
    assert lines[-1] == f"Do it: retrovue --db {changed.cli.db} plan apply {plan}"
    assert changed.cli.dump() == before


def test_it_does_exactly_what_the_ingest_would_have_done(changed: Library, plan: Path) -> None:
    settle(changed.root)
    write_plan(changed, plan)
    at_once = copy_of(changed.cli, "at-once")
    at_once.ok("source", "ingest", "Home")
    (changed.root / HEAT).unlink()  # what happens on the disk meanwhile is not its matter
    write(changed.root, "Movies/Later (2022)/Later (2022).mkv")
    done = changed.cli.json("plan", "apply", plan)
    assert facts(changed.cli) == facts(at_once)
    assert [one["status"] for one in done["collections"]] == ["success", "success"]
    check(changed.cli)


def test_many_new_assets_go_in_bulk_through_a_plan(cli: Cli, tmp_path: Path, plan: Path) -> None:
    films = [f"Movies/Film {n} (1999)/Film {n} (1999).mkv" for n in range(1200)]
    shows = [f"TV/Show/Season 01/Show S01E{n:04}.mkv" for n in range(1, 1101)]
    library = Library(cli, tmp_path / "media", *films, *shows)
    settle(library.root)  # what changed just now is told by another fingerprint
    write_plan(library, plan)
    at_once = copy_of(cli, "at-once")
    at_once.ok("source", "ingest", "Home")
    cli.ok("plan", "apply", plan)
    assert facts(cli) == facts(at_once)
    counts = "SELECT asset_count FROM collections ORDER BY name"
    assert cli.rows(counts) == [(1200,), (1100,)]
    found = "SELECT count(*) FROM asset_search WHERE asset_search MATCH 'film'"
    assert cli.rows(found) == [(1200,)]
    check(cli)


def mapped_elsewhere(library: Library) -> str:
    other = library.root.parent / "other"
    shutil.copytree(library.root / "Movies", other)
    name = "Home/Movies"
    library.cli.ok("collection", "update", name, "--map", library.root / "Movies", other)
    return "the path mappings of collection 'Movies' were changed"


def disabled(library: Library) -> str:
    library.cli.ok("collection", "update", "Home/TV", "--sync-disable")
    return "collection 'TV' is no longer sync-enabled"


def ingested(library: Library) -> str:
    library.cli.ok("source", "ingest", "Home")
    return "the assets of collection 'Movies' were changed"


def written_by_sql(library: Library) -> str:
    library.cli.run_sql("UPDATE assets SET title = 'Mine' WHERE title = 'Heat'")
    return "the assets of collection 'Movies' were changed"


def renamed(library: Library) -> str:
    library.cli.run_sql("UPDATE collections SET name = 'Films' WHERE name = 'Movies'")
    return "collection 'Films' was changed"


def deleted(library: Library) -> str:
    library.cli.ok("source", "delete", "Home", "--force")
    return "source 'Home' is no longer there"


def configured(library: Library) -> str:
    library.cli.ok("source", "update", "Home", "--ignore", "*.txt")
    return "source 'Home' was changed"


def called_otherwise(library: Library) -> str:
    library.cli.ok("source", "update", "Home", "--name", "House")
    return "source 'Home' was changed"


@pytest.mark.parametrize(
    "meanwhile",
    [
        called_otherwise,
        mapped_elsewhere,
        disabled,
        ingested,
        written_by_sql,
        renamed,
        deleted,
        configured,
    ],
    ids=lambda each: each.__name__,
)
def test_what_changed_meanwhile_refuses_it(meanwhile: object, changed: Library, plan: Path) -> None:
    write_plan(changed, plan)
    reason = meanwhile(changed)  # type: ignore[operator]
    before = changed.cli.dump(*KEPT)
    run = changed.cli("plan", "apply", plan, "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "plan_refused")
    assert run.json["error"]["detail"][0] == reason
    assert changed.cli.dump(*KEPT) == before
    assert changed.cli("plan", "show", plan).code == 1


def test_an_asset_that_changed_is_named(changed: Library, plan: Path) -> None:
    write_plan(changed, plan)
    changed.cli.run_sql("UPDATE assets SET title = 'Mine', updated_at = '2099-01-01T00:00:00Z'"
                        " WHERE title = 'Heat'")  # fmt: skip
    changed.cli.run_sql("DELETE FROM assets WHERE title = 'Alien'")
    said = changed.cli("plan", "apply", plan, "--json").json["error"]["detail"]
    ids = dict(changed.cli.rows("SELECT title, id FROM assets"))
    assert f"asset {ids['Mine']} (Mine) was changed" in said
    assert any(line.endswith("is no longer there") for line in said)


def test_twice_is_refused(changed: Library, plan: Path) -> None:
    write_plan(changed, plan)
    changed.cli.ok("plan", "apply", plan)
    before = changed.cli.dump(*KEPT)
    assert changed.cli("plan", "apply", plan, "--json").json["error"]["code"] == "plan_refused"
    assert changed.cli.dump(*KEPT) == before


def test_another_catalogue_refuses_it_and_a_copy_takes_it(
    changed: Library, plan: Path, tmp_path: Path
) -> None:
    write_plan(changed, plan)
    copy = copy_of(changed.cli, "copy")
    copy.ok("plan", "apply", plan)
    assert copy.json("db", "info")["catalogue_id"] == changed.cli.json("db", "info")["catalogue_id"]
    other = Cli(changed.cli.home, tmp_path / "other.db")
    other.ok("quickstart", changed.root)
    before = other.dump()
    run = other("plan", "apply", plan, "--json")
    assert run.json["error"]["code"] == "plan_refused"
    assert run.json["error"]["message"] == "The plan is of another catalogue"
    assert other.dump() == before


def test_a_restored_catalogue_keeps_its_id(changed: Library, tmp_path: Path) -> None:
    own = changed.cli.json("db", "info")["catalogue_id"]
    assert len(own) == 32
    changed.cli.ok("db", "backup", tmp_path / "kept.db")
    changed.cli.ok("source", "delete", "Home", "--force", "--no-backup")
    changed.cli.ok("db", "restore", tmp_path / "kept.db", "--force")
    assert changed.cli.json("db", "info")["catalogue_id"] == own


@pytest.mark.parametrize("sql", ["DELETE FROM catalogue", "UPDATE catalogue SET id = id"])
def test_the_id_of_a_catalogue_never_changes(sql: str, changed: Library) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="the id of a catalogue never changes"):
        changed.cli.run_sql(sql)


@pytest.mark.parametrize("content", [b"", b"no database at all", None], ids=["empty", "text", "db"])
def test_what_is_no_plan_is_refused(content: bytes | None, changed: Library, plan: Path) -> None:
    plan.write_bytes(changed.cli.db.read_bytes() if content is None else content)
    before = changed.cli.dump()
    run = changed.cli("plan", "apply", plan, "--json")
    assert run.json["error"]["code"] == "plan_refused"
    assert run.json["error"]["message"] == f"{plan} is no plan of an ingest"
    assert changed.cli.dump() == before
    none = changed.cli("plan", "show", plan.with_name("none"), "--json")
    assert none.json["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE staged_assets SET kind = 'nonsense' WHERE plan_of = 2",
        "UPDATE staged_files SET path_mapping_id = 1 WHERE plan_of = 2",
        "UPDATE staged_assets SET season = 'x' WHERE plan_of = 2",
    ],
)
def test_a_plan_that_somebody_edited_breaks_nothing(sql: str, changed: Library, plan: Path) -> None:
    write(changed.root, f"{LOST}9.mkv")
    write_plan(changed, plan)
    with sqlite3.connect(plan) as connection:
        assert connection.execute(sql).rowcount > 0
    before = changed.cli.dump(*KEPT)
    run = changed.cli("plan", "apply", plan)
    assert run.code == 1
    assert changed.cli.dump(*KEPT) == before  # of the first collection as well
    check(changed.cli)


def test_killed_at_any_statement_it_is_before_or_after(changed: Library, plan: Path) -> None:
    write_plan(changed, plan)
    after = copy_of(changed.cli, "after")
    count = statements_of(after, "plan", "apply", plan)
    for number in spread(count, 12):
        victim = copy_of(changed.cli, f"killed-{number}")
        assert killed_at(number, victim, "plan", "apply", plan)
        assert facts(victim) in (facts(changed.cli), facts(after))
        check(victim)


def test_a_scan_that_fails_leaves_no_plan(changed: Library, plan: Path) -> None:
    shutil.rmtree(changed.root / "Movies")
    beside = sorted(plan.parent.iterdir())
    run = changed.cli("source", "ingest", "Home", "--plan", plan)
    assert run.code == 1
    assert sorted(plan.parent.iterdir()) == beside


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--all",), "Error: --plan is of one source, and not of --all"),
        (("Home", "--dry-run"), "Error: --plan writes the plan alone: leave out --dry-run"),
    ],
)
def test_what_a_plan_does_not_go_with(
    words: tuple[str, ...], error: str, changed: Library, plan: Path
) -> None:
    run = changed.cli("source", "ingest", *words, "--plan", plan)
    assert (run.code, run.error, plan.exists()) == (1, error, False)


def test_each_collection_tells_of_its_own_edits(changed: Library, plan: Path) -> None:
    cli = changed.cli
    rows = cli.rows(
        "SELECT asset_id FROM media WHERE relative_path IN (:heat, :lost)",
        heat=HEAT.removeprefix("Movies/"),
        lost=f"{LOST}2.mkv".removeprefix("TV/"),
    )
    assert len(rows) == 2
    for (id_,) in rows:
        cli.ok("asset", "edit", str(id_), "--edition", "Mine")
    write_plan(changed, plan)
    done = cli.json("plan", "apply", plan)["collections"]
    assert {each["name"]: each["edits_kept"] for each in done} == {"Movies": 1, "TV": 1}

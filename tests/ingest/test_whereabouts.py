"""A mapping that leads to the wrong place is noticed: when it is made, and after an ingest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.cli import Cli
from support.media import Library, films
from support.nobody import as_nobody
from support.scripted import Scripted

PLACES = ("/data/movies", "/data/tv", "/elsewhere")


@pytest.fixture
def toys(cli: Cli) -> Scripted:
    return Scripted(cli)


# -- mapping --------------------------------------------------------------------------------------


@pytest.mark.parametrize("noun", ["source", "collection"])
def test_every_location_needs_its_folder(cli: Cli, tmp_path: Path, noun: str) -> None:
    Scripted(cli, places=PLACES)
    name = {"source": "Toys", "collection": "Things"}[noun]
    nas = tmp_path / "nas"
    (nas / "movies").mkdir(parents=True)
    before = cli.dump()
    run = cli(noun, "update", name, "--map", "/data", nas, "--json")
    assert run.code == 1
    assert run.json["error"]["code"] == "usage"
    assert run.json["error"]["message"] == "--map: there is no folder for 1 location"
    assert run.json["error"]["detail"][0] == f"/data/tv -> {nas}/tv"
    assert cli.dump() == before
    (nas / "tv").touch()
    assert cli(noun, "update", name, "--map", "/data", nas).code == 1
    os.unlink(nas / "tv")
    (nas / "tv").mkdir()
    cli.ok(noun, "update", name, "--map", "/data", nas)
    mapped = "SELECT external_path, local_path FROM path_mappings ORDER BY external_path"
    assert cli.rows(mapped)[:2] == [
        ("/data/movies", f"{nas}/movies"), ("/data/tv", f"{nas}/tv"),
    ]  # fmt: skip


@pytest.mark.parametrize("noun", ["source", "collection"])
def test_missing_folders_are_all_named_and_can_be_taken_anyway(
    cli: Cli, tmp_path: Path, noun: str
) -> None:
    Scripted(cli, places=PLACES)
    name = {"source": "Toys", "collection": "Things"}[noun]
    look = {"source": "source map-check Toys", "collection": "collection map-check Toys/Things"}[
        noun
    ]
    run = cli(noun, "update", name, "--map", "/data", tmp_path)
    assert run.err.splitlines() == [
        "Error: --map: there is no folder for 2 locations",
        f"  /data/movies -> {tmp_path}/movies",
        f"  /data/tv -> {tmp_path}/tv",
        f"  To look where the files are: retrovue --db {cli.db} {look} --under DIR",
        "  Is a disk not mounted? To map them all the same, add --allow-missing.",
    ]
    dry = cli(noun, "update", name, "--map", "/data", tmp_path, "--dry-run")
    assert (dry.code, dry.err) == (1, run.err)
    cli.ok(noun, "update", name, "--map", "/data", tmp_path, "--allow-missing")
    mapped = "SELECT local_path FROM path_mappings WHERE external_path LIKE '/data/%' ORDER BY 1"
    assert cli.rows(mapped) == [(f"{tmp_path}/movies",), (f"{tmp_path}/tv",)]


def test_mapping_that_stays_is_not_looked_at(toys: Scripted) -> None:
    os.rmdir(toys.root)
    toys.cli.ok("collection", "update", "Things", "--disable")
    toys.cli.ok("source", "update", "Toys", "--name", "Games")


# -- ingest ---------------------------------------------------------------------------------------


def _make(toys: Scripted, numbers: range) -> None:
    for number in numbers:
        (toys.root / f"{number}.mkv").touch()


@pytest.mark.parametrize(
    ("files", "there", "told"),
    [
        (1, 0, "0 of 1 file is"),
        (36, 0, "0 of 36 files are"),
        (100, 3, "3 of 100 files are"),
        (156, 0, "0 of 100 files are"),
        (2500, 0, "0 of 100 files are"),
        (36, 18, None),
        (36, 36, None),
        (2500, 2500, None),
        (0, 0, None),
    ],
)
def test_few_files_where_the_mapping_says_are_a_warning(
    toys: Scripted, files: int, there: int, told: str | None
) -> None:
    toys.holds(f"for n in range({files}): yield thing(f'{{n}}')")
    _make(toys, range(there))
    run = toys.cli("source", "ingest", "Toys")
    assert run.code == 0
    if told is None:
        assert run.err == ""
        return
    lost = "0" if not there else str(there)
    assert run.err == (
        f"Warning: Collection 'Things': {told} where the mapping says, e.g. {toys.root}/{lost}.mkv"
        f" (/srv/things is mapped to {toys.root})\n"
    )
    assert run.out.splitlines()[-1] == (
        f"See what differs: retrovue --db {toys.cli.db} collection map-check Toys/Things"
    )
    done = toys.ingest()
    assert done["status"] == "success"
    assert (done["files_checked"], done["files_found"]) == (min(files, 100), there)
    assert done["warnings"] == [run.err.removeprefix("Warning: ").strip()]


def test_sample_is_taken_from_all_of_it(toys: Scripted) -> None:
    toys.holds("for n in range(2000): yield thing(f'{n}')")
    _make(toys, range(200))
    done = toys.ingest()
    assert (done["files_checked"], 5 <= done["files_found"] <= 15) == (100, True)


def test_each_mapping_is_judged_by_itself(cli: Cli, tmp_path: Path) -> None:
    toys = Scripted(cli, places=("/data/a", "/data/b"))
    for name in "ab":
        (tmp_path / name).mkdir()
    cli.ok("collection", "update", "Things", "--map", "/data", tmp_path)
    toys.holds(
        "for n in range(40): yield thing(f'a{n}', path=f'/data/a/{n}.mkv')",
        "yield thing('b', path='/data/b/b.mkv')",
    )
    for number in range(40):
        (tmp_path / f"a/{number}.mkv").touch()
    done = toys.ingest()
    assert (done["files_checked"], done["files_found"]) == (41, 40)
    assert done["warnings"] == [
        f"Collection 'Things': 0 of 1 file is where the mapping says, e.g. {tmp_path}/b/b.mkv"
        f" (/data/b is mapped to {tmp_path}/b)"
    ]


def test_missing_assets_and_excluded_locations_are_not_looked_for(cli: Cli) -> None:
    toys = Scripted(cli, places=("/srv/things", "/srv/other"))
    toys.holds(
        "for n in range(8): yield thing(f'{n}')", "yield thing('o', path='/srv/other/o.mkv')"
    )
    _make(toys, range(3))
    toys.ingest()
    cli.ok("collection", "update", "Things", "--exclude", "/srv/other")
    toys.holds("for n in range(3): yield thing(f'{n}')")
    done = toys.ingest()
    assert done["stats"]["missing"] == 5
    assert (done["files_checked"], done["files_found"], done.get("warnings")) == (3, 3, None)


def test_dry_run_looks_for_what_it_would_have_added(toys: Scripted) -> None:
    toys.holds("yield thing('a')", "yield thing('b')")
    dry = toys.cli("source", "ingest", "Toys", "--dry-run", "--json").json
    assert dry["collections"][0]["files_checked"] == 2
    assert dry == {**toys.cli("source", "ingest", "Toys", "--json").json, "dry_run": True}


def test_file_that_nobody_may_look_at_says_nothing(cli: Cli, tmp_path: Path) -> None:
    library = Library(cli, tmp_path / "media", *films(3))
    library.ingest()
    movies = library.root / "Movies"
    for folder in movies.iterdir():
        folder.chmod(0)
    try:
        run = as_nobody(cli, "source", "ingest", "Home", "--json")
    finally:
        for folder in movies.iterdir():
            folder.chmod(0o755)
    (done,) = run.json["collections"]
    assert (run.code, done["files_checked"], done.get("warnings")) == (2, 0, None)


# -- where a command is given ---------------------------------------------------------------------

CHANGES = {
    "import": ("import os; os.chdir('/')", ""),
    "identity": ("", "    def identity(self):\n        import os; os.chdir('/'); return 'toys'"),
    "scan": ("", ""),
}


@pytest.mark.parametrize("when", list(CHANGES))
def test_plugin_that_changes_the_folder_moves_no_relative_path(
    cli: Cli, tmp_path: Path, when: str
) -> None:
    before, body = CHANGES[when]
    toys = Scripted(cli)
    scan = ("import os; os.chdir('/')", "yield thing('a')") if when == "scan" else ()
    toys.holds(*scan, before=before, body=body)
    work = tmp_path / "work"
    (work / "here").mkdir(parents=True)
    words = [
        ("source", "add", "--type", "toys", "--name", "Toys", "--discover"),
        ("source", "update", "Toys", "--map", "/srv/things", "here"),
        ("collection", "update", "Things", "--map", "/srv/things", "here", "--sync-enable"),
        ("source", "ingest", "Toys", "--json"),
    ]
    for command in words:
        own = Cli(cli.home, db=Path("own.db"))
        run = own.process(*command, cwd=work)
        assert run.code == 0, run.everything
    (row,) = Cli(cli.home, db=work / "own.db").rows("SELECT local_path FROM path_mappings")
    assert row == (str(work / "here"),)
    assert Cli(cli.home, db=work / "own.db").rows("SELECT count(*) FROM assets") == [
        (1 if when == "scan" else 0,)
    ]
    assert sorted(os.listdir(work)) == ["here", "own.db"]


@pytest.mark.parametrize("when", ["import", "identity"])
def test_path_option_is_read_from_where_the_command_was_given(
    cli: Cli, tmp_path: Path, when: str
) -> None:
    before, body = CHANGES[when]
    toys = Scripted(cli)
    toys.holds(before=before, body=body)
    (tmp_path / "media/Movies").mkdir(parents=True)
    words = ("--type", "filesystem", "--name", "Home", "--base-path", "media")
    run = cli.process("source", "add", *words, "--json", cwd=tmp_path)
    assert run.code == 0, run.everything
    assert run.json["config"]["base_path"] == str(tmp_path / "media")

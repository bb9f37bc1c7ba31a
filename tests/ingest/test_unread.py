"""What could not be read leaves what is known there as it is, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.cli import Cli
from support.media import Library, films, settle, write
from support.nobody import as_nobody
from support.scripted import Scripted

PLACES = "('open/a', 'open/b', 'closed/a', 'closed/in/b', 'closed too/a')"


def _present(cli: Cli) -> list[str]:
    rows = cli.rows(
        "SELECT external_id FROM assets WHERE missing_since IS NULL ORDER BY external_id"
    )
    return [row[0] for row in rows]


def _known(cli: Cli, root: str = "/srv/things", separator: str = "/") -> Scripted:
    """A collection with five films in three folders."""
    toys = Scripted(cli, places=(root,))
    path = f"{root.rstrip(separator)}{separator}{{id}}.mkv".replace("\\", "\\\\")
    toys.holds(
        f"for id in {PLACES}: yield thing(id, path=f'{path}'.replace('/', {separator!r}))"
        if separator != "/"
        else f"for id in {PLACES}: yield thing(id, path=f'{path}')"
    )
    toys.ingest()
    return toys


@pytest.mark.parametrize("where", ["closed", "closed/", "closed//", "./closed"])
def test_what_lies_below_stays_and_of_the_rest_what_was_not_seen_is_missing(
    cli: Cli, where: str
) -> None:
    toys = _known(cli)
    toys.holds("yield thing('open/a')", f"yield Unread('/srv/things/{where}', 'no permission')")
    done = toys.ingest(code=2)
    assert done["status"] == "partial"
    assert done["unread"] == [f"/srv/things/{where}: no permission"]
    assert done["stats"]["missing"] == 2
    assert _present(cli) == ["closed/a", "closed/in/b", "open/a"]


@pytest.mark.parametrize(
    "where",
    ["/srv", "/srv/thing", "/elsewhere", "", "page 3", "closed", "/srv/things/../x", "D:\\things"],
)
def test_what_lies_at_or_below_no_location_leaves_everything(cli: Cli, where: str) -> None:
    toys = _known(cli)
    toys.holds("yield thing('open/a')", f"yield Unread({where!r}, 'who knows')")
    assert toys.stats(code=2) == {"discovered": 1, "unchanged": 1}
    assert len(_present(cli)) == 5


@pytest.mark.parametrize("where", ["7", "None", "b'/srv/things/closed'"])
def test_unread_place_that_is_no_text_leaves_everything(cli: Cli, where: str) -> None:
    toys = _known(cli)
    toys.holds("yield thing('open/a')", f"yield Unread({where}, None)")
    assert toys.stats(code=2) == {"discovered": 1, "unchanged": 1}
    assert len(_present(cli)) == 5


def test_location_that_could_not_be_read_leaves_all_that_is_in_it(cli: Cli) -> None:
    toys = _known(cli)
    toys.holds("yield Unread('/srv/things/', 'no permission')")
    assert toys.stats(code=2) == {}
    assert len(_present(cli)) == 5


def test_file_that_could_not_be_read_leaves_its_asset(cli: Cli) -> None:
    toys = _known(cli)
    toys.holds("yield thing('open/a')", "yield Unread('/srv/things/closed/in/b.mkv', 'I/O error')")
    assert toys.stats(code=2) == {"discovered": 1, "unchanged": 1, "missing": 3}
    assert _present(cli) == ["closed/in/b", "open/a"]


def test_place_within_a_place_that_was_not_read_changes_nothing(cli: Cli) -> None:
    toys = _known(cli)
    places = ("closed too", "closed/in", "closed", "closed/in/deep")
    unread = [f"yield Unread('/srv/things/{place}', 'no permission')" for place in places]
    toys.holds("yield thing('open/a')", *unread)
    assert toys.stats(code=2)["missing"] == 1
    assert _present(cli) == ["closed too/a", "closed/a", "closed/in/b", "open/a"]


@pytest.mark.parametrize(
    "where",
    ["D:\\Media\\closed", "d:\\media\\CLOSED\\", "D:/Media/Closed", "D:\\Media\\closed\\\\"],
)
def test_windows_spells_a_place_in_any_case_and_with_any_slash(cli: Cli, where: str) -> None:
    toys = _known(cli, "D:\\Media", "\\")
    toys.holds(
        "yield thing('open/a', path='D:\\\\Media\\\\open\\\\a.mkv')",
        f"yield Unread({where!r}, 'access denied')",
    )
    assert toys.stats(code=2)["missing"] == 2
    assert _present(cli) == ["closed/a", "closed/in/b", "open/a"]


def test_share_is_a_place_too(cli: Cli) -> None:
    toys = _known(cli, "\\\\nas\\media", "\\")
    toys.holds(
        "yield thing('open/a', path='\\\\\\\\nas\\\\media\\\\open\\\\a.mkv')",
        "yield Unread('\\\\\\\\NAS\\\\Media\\\\closed', 'access denied')",
    )
    assert toys.stats(code=2)["missing"] == 2


def test_place_holds_the_locations_below_it(cli: Cli) -> None:
    toys = Scripted(cli, places=("/srv/things", "/srv/things/closed"))
    toys.holds(f"for id in {PLACES}: yield thing(id)")
    toys.ingest()
    toys.holds("yield thing('open/a')", "yield Unread('/srv/things/closed', 'no permission')")
    assert toys.stats(code=2)["missing"] == 2
    assert _present(cli) == ["closed/a", "closed/in/b", "open/a"]


def test_collection_without_a_location_has_places_too(cli: Cli) -> None:
    toys = Scripted(cli, places=())
    toys.holds(f"for id in {PLACES}: yield thing(id)")
    toys.ingest()
    toys.holds("yield thing('open/a')", "yield Unread('closed', 'an id, maybe')")
    assert toys.stats(code=2) == {"discovered": 1, "unchanged": 1}
    toys.holds("yield thing('open/a')", "yield Unread('/srv/things/closed', 'no permission')")
    assert toys.stats(code=2)["missing"] == 2
    assert _present(cli) == ["closed/a", "closed/in/b", "open/a"]


def test_many_places_are_told_apart(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("for n in range(3000): yield thing(f'{n % 7}/{n}/film')")
    toys.ingest()
    toys.holds(
        "for n in range(0, 3000, 2): yield thing(f'{n % 7}/{n}/film')",
        "for n in range(1, 3000, 2):",
        "    if n % 3: yield Unread(f'/srv/things/{n % 7}/{n}', 'no permission')",
    )
    done = toys.ingest(code=2)
    assert done["stats"]["missing"] == 500
    assert len(done["unread"]) == 1000


# -- works of several files -----------------------------------------------------------------------

_TWO = "files=(FoundFile('/srv/things/open/1.mkv'), FoundFile('/srv/things/closed/2.mkv', part=2))"
_ONE = "files=(FoundFile('/srv/things/open/1.mkv'),)"
_UNREAD = "yield Unread('/srv/things/closed', 'no permission')"


def test_work_with_a_file_there_is_not_missing(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds(f"yield thing('two', {_TWO})", "yield thing('b')")
    toys.ingest()
    toys.holds("yield thing('b')", _UNREAD)
    assert toys.stats(code=2) == {"discovered": 1, "unchanged": 1}
    assert _present(cli) == ["b", "two"]


@pytest.mark.parametrize("words", [(), ("--title", "Other")])
def test_work_that_lost_a_file_there_stays_as_it_is(cli: Cli, words: tuple[str, ...]) -> None:
    toys = Scripted(cli)
    toys.holds(f"yield thing('two', {_TWO})", "yield thing('b')")
    toys.ingest()
    before = cli.dump("assets", "asset_files")
    toys.holds(f"yield thing('two', 'Other', {_ONE}, fingerprint='2')", "yield thing('b')", _UNREAD)
    run = cli("collection", "ingest", "Things", *words, "--json")
    assert run.code == 2
    assert cli.dump("assets", "asset_files") == before
    toys.holds(f"yield thing('two', 'Other', {_ONE}, fingerprint='2')", "yield thing('b')")
    assert toys.stats() == {"discovered": 2, "updated": 1, "unchanged": 1}
    assert cli.rows("SELECT count(*) FROM asset_files") == [(2,)]


def test_work_whose_file_there_was_told_of_is_updated(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds(f"yield thing('two', {_TWO})")
    toys.ingest()
    toys.holds(f"yield thing('two', 'Other', {_TWO}, fingerprint='2')", _UNREAD)
    assert toys.stats(code=2) == {"discovered": 1, "updated": 1}
    assert cli.rows("SELECT title FROM assets") == [("Other",)]


# -- moves ----------------------------------------------------------------------------------------


def _film(name: str, size: int = 7) -> str:
    file = f"files=(FoundFile('/srv/things/{name}.mkv', size_bytes={size}),)"
    return f"yield thing('{name}', {file}, fingerprint='{size}')"


def test_what_lies_there_is_not_taken_for_moved(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds(_film("closed/a"), _film("b", 1))
    toys.ingest()
    toys.holds(_film("open/a"), _film("b", 1), _UNREAD)
    assert toys.stats(code=2) == {"discovered": 2, "added": 1, "unchanged": 1}
    assert _present(cli) == ["b", "closed/a", "open/a"]


def test_what_moved_elsewhere_keeps_its_id(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds(_film("a"), _film("closed/b", 1))
    toys.ingest()
    ids = cli.rows("SELECT id FROM assets ORDER BY id")
    toys.holds(_film("new/a"), _UNREAD)
    assert toys.stats(code=2) == {"discovered": 1, "moved": 1}
    assert cli.rows("SELECT id FROM assets ORDER BY id") == ids
    assert _present(cli) == ["closed/b", "new/a"]


def test_what_may_have_moved_from_there_is_not_guessed_at(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds(_film("closed/twin"), _film("a"), _film("b", 1))
    toys.ingest()
    toys.holds(_film("new"), _film("b", 1), _UNREAD)
    assert toys.stats(code=2) == {"discovered": 2, "added": 1, "unchanged": 1, "missing": 1}


# -- the guard against a lost disk ----------------------------------------------------------------


def test_only_what_can_be_judged_counts_as_lost(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds(
        "for n in range(100): yield thing(f'closed/{n}')",
        "for n in range(40): yield thing(f'open/{n}')",
    )
    toys.ingest()
    toys.holds("for n in range(19): yield thing(f'open/{n}')", _UNREAD)
    error = toys.ingest(code=1)["error"]
    assert error["code"] == "would_lose_assets"
    assert error["message"] == "21 of 40 known assets were not found"
    assert toys.stats("--allow-missing", code=2)["missing"] == 21


def test_all_that_can_be_judged_is_not_lost_without_a_word(cli: Cli) -> None:
    toys = _known(cli)
    toys.holds("yield Unread('/srv/things/closed', 'no permission')")
    error = toys.ingest(code=1)["error"]
    assert error["message"] == "3 of 3 known assets were not found"


# -- folders --------------------------------------------------------------------------------------

_FOLDERS = """
def folder(name, *ids, fingerprint="1"):
    return FoundFolder(f"/srv/things/{name}/", fingerprint, lambda: [thing(id) for id in ids])
"""


def test_unchanged_folder_above_says_nothing_of_the_place(cli: Cli) -> None:
    toys = Scripted(cli)
    folders = [
        "yield folder('open', 'open/a', 'open/b')",
        "yield folder('open/closed', 'open/closed/a')",
        "yield folder('other', 'other/a')",
    ]
    toys.holds(*folders, before=_FOLDERS)
    toys.ingest()
    toys.holds(folders[0], "yield Unread('/srv/things/open/closed', 'no')", before=_FOLDERS)
    assert toys.stats(code=2) == {"discovered": 2, "unchanged": 2, "missing": 1}
    assert _present(cli) == ["open/a", "open/b", "open/closed/a"]
    toys.holds(*folders[:2], before=_FOLDERS)
    assert toys.stats() == {"discovered": 3, "unchanged": 3}


def test_folder_that_is_read_does_not_hide_later_what_was_unread_in_it(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("yield folder('open', 'open/a', 'open/disc/b')", before=_FOLDERS)
    toys.ingest()
    changed = "yield folder('open', 'open/a', fingerprint='2')"
    toys.holds(changed, "yield Unread('/srv/things/open/disc', 'no')", before=_FOLDERS)
    assert toys.stats(code=2) == {"discovered": 1, "unchanged": 1}
    toys.holds(changed, before=_FOLDERS)
    assert toys.stats() == {"discovered": 1, "unchanged": 1, "missing": 1}


def test_partial_ingest_again_writes_no_row(cli: Cli) -> None:
    toys = _known(cli)
    toys.holds("yield thing('open/a')", _UNREAD)
    toys.stats(code=2)
    before = cli.dump("assets", "asset_files", "path_mappings", "folders")
    assert toys.stats(code=2) == {"discovered": 1, "unchanged": 1}
    assert cli.dump("assets", "asset_files", "path_mappings", "folders") == before


# -- trees ----------------------------------------------------------------------------------------


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    return Library(cli, tmp_path / "media", *films(6))


def _with_closed(library: Library, folder: Path, *words: str) -> dict[str, int]:
    folder.chmod(0)
    try:
        run = as_nobody(library.cli, "source", "ingest", "Home", *words, "--json")
    finally:
        folder.chmod(0o755)
    assert run.code == 2, run.everything
    return {word: count for word, count in run.json["totals"].items() if count}


@pytest.mark.parametrize("words", [(), ("--quick",)], ids=["whole", "quick"])
def test_closed_folder_does_not_hide_what_is_gone_elsewhere(
    library: Library, words: tuple[str, ...]
) -> None:
    settle(library.root)
    library.ingest()
    closed = library.root / "Movies/Reel 1 (1901)"
    (library.root / "Movies/Reel 2 (1902)/Reel 2 (1902).mkv").unlink()
    closed.chmod(0)
    os.utime(closed, (1, 1))
    assert _with_closed(library, closed, *words) == {"discovered": 4, "unchanged": 4, "missing": 1}
    assert library.missing() == ["Movies/Reel 2 (1902)/Reel 2 (1902).mkv"]
    assert library.stats(*words) == {"discovered": 5, "unchanged": 5}


def test_quick_says_each_time_that_a_folder_is_closed(library: Library) -> None:
    closed = library.root / "Movies/Reel 1 (1901)"
    settle(library.root)
    assert _with_closed(library, closed) == {"discovered": 5, "added": 5}
    for _ in range(2):
        assert _with_closed(library, closed, "--quick") == {"discovered": 5, "unchanged": 5}
    assert library.stats("--quick") == {"discovered": 6, "added": 1, "unchanged": 5}
    assert library.stats("--quick") == {"discovered": 6, "unchanged": 6}


def test_file_that_cannot_be_looked_at_is_named_as_the_source_spells_it(
    library: Library, tmp_path: Path
) -> None:
    write(tmp_path / "closed", "Far (1960).mkv")
    link = library.root / "Movies/Far (1960).mkv"
    os.symlink(tmp_path / "closed/Far (1960).mkv", link)
    library.ingest()
    here = tmp_path / "here"
    os.rename(library.root, here)
    library.cli.ok("source", "update", "Home", "--map", library.root, here)
    (here / "Movies/Reel 2 (1902)/Reel 2 (1902).mkv").unlink()
    (tmp_path / "closed").chmod(0)
    try:
        run = as_nobody(library.cli, "source", "ingest", "Home", "--json")
    finally:
        (tmp_path / "closed").chmod(0o755)
    assert run.code == 2, run.everything
    assert run.json["collections"][0]["unread"] == [f"{link}: Permission denied"]
    assert library.missing() == ["Movies/Reel 2 (1902)/Reel 2 (1902).mkv"]

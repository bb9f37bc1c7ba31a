"""Which assets a mark is on, by what a work is known again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.cli import Cli
from support.scripted import Scripted

HEAT = "path='/srv/things/1.mkv', year=1995, guids=('imdb://tt0113277',)"
ZED = "yield thing('2', 'Zed')"


@pytest.fixture
def toys(tmp_path: Path) -> Scripted:
    home = tmp_path / "toys"
    home.mkdir()
    toys = Scripted(Cli(home))
    toys.make_files(6)
    return toys


def put(root: Path, name: str, content: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def mark(cli: Cli, path: Path) -> None:
    ((id_,),) = cli.rows("SELECT asset_id FROM media WHERE local_path = :path", path=str(path))
    cli.ok("asset", "mark", id_, "--note", "x")


def marked(cli: Cli) -> list[Path]:
    """Where the assets lie that are marked and there; no mark is ever lost."""
    assert len(cli.json("asset", "marks")["marks"]) == 1
    rows = cli.rows("SELECT local_path FROM media WHERE note = 'x' AND missing_since IS NULL")
    return sorted(Path(path) for (path,) in rows)


def ingest(cli: Cli) -> None:
    cli.ok("source", "ingest", "media", "--allow-missing")


def stood_in(cli: Cli, root: Path) -> tuple[Path, Path]:
    """A film that was marked and went, and one that stands for it by now."""
    first = put(root, "Movies/A/Home (2009)/Home (2009).mkv", "one")
    put(root, "Movies/Zed (2001)/Zed (2001).mkv", "zed")
    cli.ok("quickstart", root)
    mark(cli, first)
    second = put(root, "Movies/B/Home (2009)/Home (2009).mkv", "two, two")
    first.unlink()
    ingest(cli)
    assert marked(cli) == [second]
    return first, second


def test_what_comes_back_beside_the_one_that_stood_for_it_is_it_alone(
    cli: Cli, tmp_path: Path
) -> None:
    root = tmp_path / "media"
    first, _ = stood_in(cli, root)
    put(root, "Movies/A/Home (2009)/Home (2009).mkv", "one")
    ingest(cli)
    assert marked(cli) == [first]


def test_a_new_edition_of_what_stood_for_it_stays_it(cli: Cli, tmp_path: Path) -> None:
    _, second = stood_in(cli, tmp_path / "media")
    renamed = second.rename(second.with_name("Home (2009) {edition-Final}.mkv"))
    ingest(cli)
    assert marked(cli) == [renamed]


def test_one_that_was_missing_when_another_was_marked_tells_nothing_apart(
    cli: Cli, tmp_path: Path
) -> None:
    root = tmp_path / "media"
    first = put(root, "Movies/A/Home (2009)/Home (2009).mkv", "one")
    put(root, "Movies/Zed (2001)/Zed (2001).mkv", "zed")
    cli.ok("quickstart", root)
    second = put(root, "Movies/B/Home (2009)/Home (2009).mkv", "two, two")
    first.unlink()
    ingest(cli)
    mark(cli, second)
    cli.ok("asset", "purge", "--force")
    second.unlink()
    third = put(root, "Movies/C/Home (2009)/Home (2009).mkv", "three")
    cli.ok("collection", "wipe", "Movies", "--force")
    ingest(cli)
    assert marked(cli) == [third]


def test_the_id_of_a_show_names_none_of_its_episodes(cli: Cli, tmp_path: Path) -> None:
    show = "TV Shows/Lost (2004) {tvdb-73739}"
    names = ("Specials/Making of", "Specials/Interview", "Season 01/Lost - S01E01",
             "Season 01/Lost - S01E01-E02", "Season 01/Lost - S01E03")  # fmt: skip
    for name in names:
        put(tmp_path / "media", f"{show}/{name}.mkv", f"content of {name}")
    cli.ok("quickstart", tmp_path / "media")
    ids = [id_ for (id_,) in cli.rows("SELECT id FROM assets ORDER BY id")]
    for id_ in ids:
        cli.ok("asset", "mark", id_, "--tag", "x")
    found = [each["assets"] for each in cli.json("asset", "marks")["marks"]]
    assert sorted(found) == [[id_] for id_ in ids]


def test_the_id_of_a_show_does_not_speak_against_that_of_an_episode(
    toys: Scripted, tmp_path: Path
) -> None:
    cli = toys.cli
    toys.holds("yield thing('1', 'Pilot', kind='episode', series='Lost', season=1, episode=1,",
               "            year=2004, guids=('tvdb://127131',))")  # fmt: skip
    toys.ingest()
    path = put(tmp_path / "media",
               "TV Shows/Lost (2004) {tvdb-73739}/Season 01/Lost - S01E01.mkv", "one")  # fmt: skip
    cli.ok("quickstart", tmp_path / "media")
    mark(cli, path)
    assert marked(cli) == sorted([path, toys.root / "1.mkv"])


def test_another_work_under_the_number_of_one_does_not_get_its_mark(toys: Scripted) -> None:
    toys.holds(f"yield thing('1', 'Heat', {HEAT})", ZED)
    toys.ingest()
    mark(toys.cli, toys.root / "1.mkv")
    toys.holds("yield thing('1', 'Alien', path='/srv/things/3.mkv', year=1979, fingerprint='2',",
               "            guids=('imdb://tt0078748',))", ZED)  # fmt: skip
    toys.ingest("--allow-missing")
    assert marked(toys.cli) == []
    toys.holds(f"yield thing('9', 'Heat', {HEAT})", ZED)
    toys.ingest("--allow-missing")
    assert marked(toys.cli) == [toys.root / "1.mkv"]


def test_what_a_source_corrects_of_a_work_leaves_it_its_mark(toys: Scripted) -> None:
    toys.holds("yield thing('1', 'Heat', year=1986, guids=('imdb://tt0000001',))", ZED)
    toys.ingest()
    mark(toys.cli, toys.root / "1.mkv")
    toys.holds(f"yield thing('1', 'Heat', {HEAT}, fingerprint='2')", ZED)
    toys.ingest()
    assert marked(toys.cli) == [toys.root / "1.mkv"]


def test_a_fingerprint_that_others_have_too_is_no_content(toys: Scripted) -> None:
    def film(number: int, title: str) -> str:
        file = f"FoundFile('/srv/things/{number}.mkv', size_bytes=5)"
        return f"yield thing('{number}', {title!r}, files=({file},), fingerprint='1')"

    toys.holds(film(1, "Heat"), film(2, "Zed"))
    toys.ingest()
    mark(toys.cli, toys.root / "1.mkv")
    toys.holds(film(2, "Zed"))
    toys.ingest("--allow-missing")
    toys.cli.ok("asset", "purge", "--force")
    toys.holds(film(2, "Zed"), film(3, "Alien"))
    toys.ingest()
    assert marked(toys.cli) == []


def test_an_id_that_a_work_gets_later_finds_it_in_another_source(
    toys: Scripted, tmp_path: Path
) -> None:
    cli = toys.cli
    toys.holds("yield thing('1', 'Das Boot', guids=('imdb://tt0082096',))")
    toys.ingest()
    path = put(tmp_path / "media", "Movies/The Boat (1981)/The Boat (1981).mkv", "one")
    cli.ok("quickstart", tmp_path / "media")
    mark(cli, path)
    assert marked(cli) == [path]
    folder = path.parent.rename(path.parent.with_name("The Boat (1981) {imdb-tt0082096}"))
    ingest(cli)
    assert marked(cli) == sorted([folder / path.name, toys.root / "1.mkv"])


def test_a_work_of_which_the_source_tells_another_kind_is_known_by_that(toys: Scripted) -> None:
    for kind in ("video", "movie"):
        toys.holds(f"yield thing('1', 'Das Boot', kind={kind!r}, fingerprint={kind!r},",
                   "            guids=('imdb://tt0082096',))")  # fmt: skip
        toys.ingest()
        if kind == "video":
            mark(toys.cli, toys.root / "1.mkv")
    toys.cli.ok("collection", "wipe", "Things", "--force")
    toys.ingest()
    assert marked(toys.cli) == [toys.root / "1.mkv"]


def test_content_that_two_works_had_at_once_names_neither(cli: Cli, tmp_path: Path) -> None:
    first = put(tmp_path / "media", "Home Videos/A/a clip.mkv", "the same")
    second = put(tmp_path / "media", "Home Videos/B/b clip.mkv", "the same")
    for path in (first, second):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    cli.ok("quickstart", tmp_path / "media")
    mark(cli, first)
    first.unlink()
    ingest(cli)
    cli.ok("asset", "purge", "--force")
    cli.ok("collection", "wipe", "Home Videos", "--force")
    ingest(cli)
    assert marked(cli) == []


def test_a_rebuilt_server_has_the_marks_where_the_works_are(toys: Scripted) -> None:
    def server(machine: str, *items: str) -> None:
        toys.holds(*items, body=f"    def identity(self):\n        return {machine!r}\n")

    server("old", f"yield thing('1', 'Heat', {HEAT})", ZED)
    toys.cli.ok("source", "update", "Toys", "--rebind")
    toys.ingest()
    mark(toys.cli, toys.root / "1.mkv")
    server("new", f"yield thing('2', 'Heat', {HEAT})", "yield thing('1', 'Zed',"
           " path='/srv/things/2.mkv')")  # fmt: skip
    toys.cli.ok("source", "update", "Toys", "--rebind")
    assert marked(toys.cli) == [toys.root / "1.mkv"]
    toys.ingest()
    assert marked(toys.cli) == [toys.root / "1.mkv"]

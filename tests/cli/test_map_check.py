"""Whether files are where the mappings say, why not, and which mappings would be right."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from support import written
from support.cli import Cli
from support.scripted import Scripted

PLACES = ("/data/tv", "/data/films")


def _toys(cli: Cli, *paths: str) -> Scripted:
    """A source with these files, not ingested, each of its locations mapped to an empty folder."""
    toys = Scripted(cli, places=PLACES)
    toys.holds(*(f"yield thing('{n}', path={path!r})" for n, path in enumerate(paths)))
    return toys


def _file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def _checked(cli: Cli, *words: object) -> dict[str, dict[str, Any]]:
    data = cli.json("source", "map-check", "Toys", *words)
    return {row["external_path"]: row for row in data["mappings"]}


def test_before_an_ingest_a_sample_is_asked_and_after_it_every_file_looked_at(cli: Cli) -> None:
    toys = _toys(cli, "/data/tv/Lost/1.mkv", "/data/tv/Lost/2.mkv", "/data/films/Heat.mkv")
    _file(toys.root / "Lost/1.mkv")
    written.watch(cli.db)
    rows = _checked(cli)
    assert not written.counts(cli.db)
    assert (rows["/data/tv"]["files"], rows["/data/tv"]["found"]) == (2, 1)
    assert rows["/data/tv"]["first_missing"] == str(toys.root / "Lost/2.mkv")
    assert rows["/data/tv"]["ends_at"] == str(toys.root / "Lost/2.mkv")
    assert (rows["/data/films"]["files"], rows["/data/films"]["found"]) == (1, 0)
    assert cli.json("source", "map-check", "Toys")["sampled"] == ["Things"]
    toys.ingest()
    assert cli.json("source", "map-check", "Toys")["sampled"] == []
    assert _checked(cli) == rows
    assert cli.json("collection", "map-check", "Things")["mappings"] == list(rows.values())
    assert "1 of 2" in cli.ok("collection", "map-check", "Things").out


def test_a_sample_is_no_more_than_500_files(cli: Cli) -> None:
    toys = Scripted(cli, places=PLACES)
    toys.holds("for n in range(2000):", "    yield thing(f'{n}', path=f'/data/tv/{n}.mkv')")
    assert _checked(cli)["/data/tv"]["files"] == 500


@pytest.mark.parametrize(
    ("name", "there", "hint"),
    [
        ("Pilot", "lost/Pilot.mkv", "case"),
        ("Pilot", "Lost/PILOT.mkv", "case"),
        ("Été", unicodedata.normalize("NFD", "Lost/Été.mkv"), "normal_form"),
        ("Pilot", "Gone/Pilot.mkv", None),
    ],
)
def test_a_difference_that_explains_it_is_named(
    cli: Cli, name: str, there: str, hint: str | None
) -> None:
    toys = _toys(cli, f"/data/tv/Lost/{name}.mkv")
    _file(toys.root / there)
    row = _checked(cli)["/data/tv"]
    assert (row["found"], row["hint"]) == (0, hint)
    assert row["ends_at"] == (None if hint else str(toys.root / "Lost"))


def test_what_is_not_mapped_is_said(cli: Cli) -> None:
    _toys(cli, "/data/tv/Lost/1.mkv")
    cli.ok("collection", "update", "Things", "--unmap", "/data/tv")
    row = _checked(cli)["/data/tv"]
    assert (row["local_path"], row["found"], row["hint"]) == (None, 0, "unmapped")


def test_the_right_folders_are_found_among_look_alikes(cli: Cli) -> None:
    shows = [f"/data/tv/Show {n}/Season 1/E{e}.mkv" for n in range(6) for e in range(5)]
    films = [f"/data/films/Film {n} (1999)/Film {n} (1999).mkv" for n in range(20)]
    toys = _toys(cli, *shows, *films)
    nas = cli.home / "nas"
    for path in (*shows, *films):
        _file(nas / "video" / Path(path).relative_to("/data"))
    for path in shows[:12]:  # an old copy, and one that has another name
        _file(nas / "old" / Path(path).relative_to("/data"))
        _file(nas / "backup" / "series" / Path(path).relative_to("/data/tv"))
    toys.ingest()
    data = cli.json("source", "map-check", "Toys", "--under", nas)
    assert data["rules"] == [{"external": "/data", "local": str(nas / "video")}]
    best = {p["external_path"]: p for p in reversed(data["proposals"])}
    assert (best["/data/tv"]["found"], best["/data/tv"]["files"]) == (30, 30)
    run = cli.ok("source", "map-check", "Toys", "--under", nas)
    assert f"/data/tv -> {nas}/video/tv: 30 of 30 found" in run.out
    (line,) = [line for line in run.out.splitlines() if line.startswith("Map them so: ")]
    assert line.endswith(f"source update Toys --map /data {nas}/video")
    cli.ok("source", "update", "Toys", "--map", "/data", nas / "video")
    assert [row["found"] for row in _checked(cli).values()] == [20, 30]


def test_folders_that_lie_apart_get_a_rule_each(cli: Cli) -> None:
    _toys(cli, "/data/tv/Lost/1.mkv", "/data/films/Heat.mkv")
    one, other = cli.home / "a" / "series", cli.home / "b" / "movies"
    _file(one / "Lost/1.mkv")
    _file(other / "Heat.mkv")
    data = cli.json("source", "map-check", "Toys", "--under", cli.home / "a", "--under",
                    cli.home / "b")  # fmt: skip
    assert sorted((r["external"], r["local"]) for r in data["rules"]) == [
        ("/data/films", str(other)), ("/data/tv", str(one))]  # fmt: skip


def test_nothing_below_the_folders_is_said(cli: Cli) -> None:
    _toys(cli, "/data/tv/Lost/1.mkv")
    empty = cli.home / "empty"
    empty.mkdir()
    run = cli.ok("source", "map-check", "Toys", "--under", empty)
    assert run.out.splitlines()[-1] == "No folder there holds any of these files."
    assert cli("source", "map-check", "Toys", "--under", empty / "x").code == 1


def _copies(cli: Cli, *folders: str) -> dict[str, str]:
    """The same names below each folder; their paths by the last name."""
    found = {}
    for folder in folders:
        for n in range(6):
            _file(cli.home / folder / f"{n}.mkv")
        found[folder.rpartition("/")[2]] = str(cli.home / folder)
    return found


def test_of_folders_with_equally_many_each_location_gets_one_of_its_own(cli: Cli) -> None:
    names = [f"{place}/{n}.mkv" for place in ("/data/tv", "/data/films") for n in range(6)]
    _toys(cli, *names)
    at = _copies(cli, "nas/a/TV", "nas/b/Movies")
    data = cli.json("source", "map-check", "Toys", "--under", cli.home / "nas")
    assert {rule["external"]: rule["local"] for rule in data["rules"]} == {
        "/data/tv": at["TV"],
        "/data/films": at["Movies"],
    }
    assert data["undecided"] == []


def test_where_nothing_tells_nothing_is_proposed(cli: Cli) -> None:
    _toys(cli, *(f"/data/films/{n}.mkv" for n in range(6)))
    _copies(cli, "nas/a", "nas/b")
    data = cli.json("source", "map-check", "Toys", "--under", cli.home / "nas")
    assert (data["rules"], data["undecided"]) == ([], ["/data/films"])
    out = cli.ok("source", "map-check", "Toys", "--under", cli.home / "nas").out
    assert "nothing tells which it is: /data/films." in out
    assert "Map them so" not in out


def test_what_is_mapped_right_is_left_alone(cli: Cli) -> None:
    _toys(cli, *(f"/data/films/{n}.mkv" for n in range(6)))
    at = _copies(cli, "nas/copy/films", "nas/other")
    cli.ok("source", "update", "Toys", "--map", "/data/films", at["other"])
    data = cli.json("source", "map-check", "Toys", "--under", cli.home / "nas")
    assert (data["rules"], data["undecided"]) == ([], [])
    out = cli.ok("source", "map-check", "Toys", "--under", cli.home / "nas").out
    assert out.splitlines()[-1] == "None holds more than the mappings there are."

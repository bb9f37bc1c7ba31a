"""A nightly `retrovue -q source ingest --all` through a month: it speaks on the nights on which
somebody must look, says what it is, and is silent on all others."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.plex import FakePlex
from fakes.plex_rows import media, movie, part
from support.cli import Cli
from support.media import write
from support.nas import NAME, Nas

OLD, NEW = "first-token-0123456789", "second-token-987654321"


def _film(number: int, title: str) -> str:
    return movie(number, [media(part(f"/data/Movies/{title}/{title}.mkv"))], title=title)


class House:
    """Two disks and a Plex server, of which everything is ingested each night."""

    def __init__(self, cli: Cli, plex: FakePlex, home: Path) -> None:
        self.cli, self.plex, self.home = cli, plex, home
        self.films = plex.add_section(
            "1", "Movies", items=[_film(n, name) for n, name in enumerate(("Alien", "Heat", "Ran"))]
        )
        self.nas = Nas(cli, plex, home / "nas")
        self.nas.add("--discover", token="env:PLEX_TOKEN")
        self.nas.mapped()
        self.nas.enabled()
        self.nas.furnish()
        for disk in ("One", "Two"):
            write(home / disk, *(f"Movies/{n} (200{n})/{n} (200{n}).mkv" for n in range(6)),
                  "Shows/Lost/Season 1/Lost S01E01.mkv")  # fmt: skip
            cli.ok("source", "add", "--type", "filesystem", "--name", disk, "--base-path",
                   home / disk, "--discover")  # fmt: skip
            for collection in ("Movies", "Shows"):
                cli.ok("collection", "update", f"{disk}/{collection}", "--map-same",
                       "--sync-enable")  # fmt: skip

    def silent(self) -> None:
        """A night on which nobody must look."""
        assert self.cli("-q", "source", "ingest", "--all") == (0, "", "")

    def speaks(self, *errors: str) -> None:
        """A night on which these errors are said and no other, and the others are ingested."""
        before = self._succeeded()
        run = self.cli("-q", "source", "ingest", "--all")
        assert (run.code, run.out) == (2, "")
        said = [line for line in run.err.splitlines() if not line.startswith("  ")]
        assert [line.replace(str(self.home), "~") for line in said] == list(errors)
        assert self._succeeded() > before
        assert OLD not in run.err
        assert NEW not in run.err

    def _succeeded(self) -> int:
        ((count,),) = self.cli.rows("SELECT count(*) FROM history WHERE status = 'success'")
        return int(count)

    def missing(self) -> int:
        ((count,),) = self.cli.rows("SELECT count(*) FROM assets WHERE missing_since IS NOT NULL")
        return int(count)


@pytest.fixture
def house(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("PLEX_TOKEN", OLD)
    with FakePlex(OLD) as plex:
        house = House(cli, plex, tmp_path)
        house.silent()
        house.silent()
        yield house


def test_a_disk_that_goes_and_comes(house: House) -> None:
    one, away = house.home / "One", house.home / "away"
    gone = [
        "Error: Source 'One': Collection 'Movies' is not ingestible",
        "Error: Collection 'Shows' is not ingestible",
    ]
    one.rename(away)
    house.speaks(*gone)
    one.mkdir()  # an empty mount point
    house.speaks(*gone)
    for folder in ("Movies", "Shows"):
        (one / folder).mkdir()
    house.speaks(
        "Error: Source 'One': Source ingest failed: 6 of 6 known assets were not found"
        " (and 1 more collection failed)",
    )
    shutil.rmtree(one)
    away.rename(one)
    house.silent()
    assert house.missing() == 0


def test_a_server_that_is_down_and_one_that_is_another(house: House) -> None:
    failed = f"Error: Source '{NAME}': Source ingest failed: {house.plex.url}"
    house.plex.fault("/identity", status=503)
    house.speaks(
        f"{failed} is busy or starting up (503 Service Unavailable): try again later",
    )
    house.plex.faults.clear()
    house.silent()
    house.plex.machine = "e" * 40
    house.plex.requests.clear()
    house.speaks(f"Error: Source '{NAME}' is another server now")
    assert house.plex.trusted() == []
    house.plex.machine = "f" * 40
    house.silent()
    assert house.missing() == 0


def test_a_token_that_changed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.plex.token = NEW
    failed = f"Error: Source '{NAME}': Source ingest failed: {house.plex.url}"
    house.speaks(
        f"{failed} refused the token (401 Unauthorized): give a valid one with --token",
    )
    monkeypatch.delenv("PLEX_TOKEN")
    house.speaks(
        f"Error: The token of source '{NAME}' is read from the environment variable PLEX_TOKEN,"
        " which is not set",
    )
    monkeypatch.setenv("PLEX_TOKEN", NEW)
    house.silent()


def test_a_library_and_a_folder_that_are_new_are_told_to_who_looks(house: House) -> None:
    house.plex.add_section("2", "Concerts", locations=["/data/Concerts"])
    write(house.home / "Two", "Music/Nina Simone/Pastel Blues/01 Be My Husband.flac")
    house.silent()
    lines = house.cli.ok("source", "ingest", "--all").out.splitlines()
    assert [line for line in lines if line.startswith("'")] == [
        "'Concerts' is a library that is no collection yet:"
        f" retrovue --db {house.cli.db} source discover 'My Plex'",
        "'Music' is a top folder that is no collection yet:"
        f" retrovue --db {house.cli.db} source discover Two",
    ]
    house.cli.ok("-q", "source", "discover", "Two")
    house.cli.ok("-q", "source", "discover", NAME)
    house.silent()
    assert "no collection yet" not in house.cli.ok("source", "ingest", "--all").out


def test_films_that_are_deleted_are_no_trouble_and_a_library_that_is_gone_is(house: House) -> None:
    shutil.rmtree(house.home / "Two" / "Movies" / "1 (2001)")
    house.silent()
    assert house.missing() == 1
    house.plex.sections.clear()
    house.speaks(
        f"Error: Source '{NAME}': Source ingest failed: {house.plex.url} does not know what was"
        " asked (404 Not Found): check --base-url, or discover again",
    )
    house.plex.sections.append(house.films)
    house.films.items = []
    house.speaks(
        f"Error: Source '{NAME}': Source ingest failed: 3 of 3 known assets were not found",
    )
    assert house.missing() == 1


def test_files_of_a_server_that_are_nowhere_here(house: House) -> None:
    away = os.fspath(house.nas.folder.rename(house.home / "away"))
    house.speaks(f"Error: Source '{NAME}': Collection 'Movies' is not ingestible")
    Path(away).rename(house.nas.folder)
    house.silent()


def test_a_file_that_cannot_be_taken_is_said_on_its_first_night(house: House) -> None:
    house.films.items = [*house.films.items, movie(9, [], title="Nothing")]
    run = house.cli("-q", "source", "ingest", "--all")
    assert (run.code, run.out) == (0, "")
    assert run.err.startswith("Warning: 1 item of collection 'Movies' skipped\n")
    house.silent()

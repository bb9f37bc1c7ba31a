"""Every command line of the pages for users runs, in the order of its page."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.plex import FakePlex, episode, media, movie, part
from retrovue.catalogue.connection import APPLICATION_ID, PAGE_SIZE, SCHEMA_VERSION
from retrovue.cli import places
from support import encoded, populated
from support.media import films, write
from support.walkthrough import NOT_RUN, RUN, Walkthrough, parts, programs, steps

DOCS = Path(__file__).parents[1] / "docs"

LIBRARY = (
    "Movies/Alien (1979)/Alien (1979).mkv",
    "Movies/Metropolis (1927)/Metropolis (1927).mkv",
    "Movies/Stalker (1979)/Stalker (1979).mkv",
    "TV Shows/Lost/Season 01/Lost - S01E01 - Pilot.mkv",
    "TV Shows/Lost/Season 01/Lost - S01E02 - Tabula Rasa.mkv",
    "TV Shows/Lost/Season 01/Lost - S01E04 - Walkabout.mkv",
    "Music/Can/Tago Mago (1971)/01 - Paperhouse.flac",
    "Music/Can/Tago Mago (1971)/02 - Mushroom.flac",
)


@contextlib.contextmanager
def _media(reader: Walkthrough) -> Iterator[None]:
    write(reader.path("/mnt/media"), *LIBRARY)
    yield


@contextlib.contextmanager
def _ingested(reader: Walkthrough) -> Iterator[None]:
    """The library is a source `media`."""
    with _media(reader):
        reader.path("/mnt/nas").mkdir()
        assert reader.type("retrovue quickstart /mnt/media").code == 0
        yield


@contextlib.contextmanager
def _plex(reader: Walkthrough) -> Iterator[None]:
    """A server whose /data is /mnt/nas/media."""
    films = [("Alien", 1979), ("Brazil", 1985), ("Heat", 1995)]
    paths = [f"Movies/{title} ({year})/{title} ({year}).mkv" for title, year in films]
    show = "TV Shows/Lost/Season 01/Lost - S01E02.mkv"
    write(reader.path("/mnt/nas/media"), *paths, show)
    with FakePlex() as server:
        given = f"PLEX_TOKEN={server.token}"
        reader.replaced = {"http://plex:32400": server.url, "PLEX_TOKEN=...": given}
        rows = [
            movie(number, [media(part(f"/data/{path}"))], title=title, year=year)
            for number, ((title, year), path) in enumerate(zip(films, paths, strict=True), 1)
        ]
        server.add_section("1", "Movies", items=rows)
        lost = episode(1, [media(part(f"/data/{show}"))], grandparentTitle="Lost")
        server.add_section("2", "TV Shows", "show", ["/data/TV Shows"], [lost])
        reader.events["a new library"] = lambda: server.add_section(
            "3", "Kids", locations=["/data/Kids"]
        )
        yield


@contextlib.contextmanager
def _folder(reader: Walkthrough) -> Iterator[None]:
    film = "/mnt/media/Movies/Night Tide (1961)/Night Tide (1961).mkv"
    reader.events["a film that can be played"] = lambda: encoded.encode(
        reader.path(film), encoded.Video(), encoded.Audio(language="eng")
    )
    with _media(reader):
        yield


@contextlib.contextmanager
def _several_disks(reader: Walkthrough) -> Iterator[None]:
    branch, aside = reader.path("/mnt/pool/Movies/C (2003)"), reader.path("/mnt/aside")
    reader.events["a branch drops out"] = lambda: branch.rename(aside)
    reader.events["the branch is back"] = lambda: aside.rename(branch)
    yield


@contextlib.contextmanager
def _automation(reader: Walkthrough) -> Iterator[None]:
    """Two sources, on a disk that stays and on one that goes."""
    write(reader.path("/mnt/media"), *LIBRARY)
    write(reader.path("/mnt/disk2"), "Movies/Heat (1995)/Heat (1995).mkv")
    for folder, name in (("media", "Media"), ("disk2", "Disk2")):
        assert reader.type(f"retrovue quickstart /mnt/{folder}").code == 0
        assert reader.type(f"retrovue source update {folder} --name {name}").code == 0
    yield


@contextlib.contextmanager
def _many_users(reader: Walkthrough) -> Iterator[None]:
    def somebody_writes() -> None:
        connection.append(sqlite3.connect(reader.path("/srv/retrovue/retrovue.db")))
        connection[0].execute("BEGIN IMMEDIATE")

    connection: list[sqlite3.Connection] = []
    reader.events["somebody writes"] = somebody_writes
    reader.events["they are done"] = lambda: connection.pop().close()
    with _media(reader):
        yield


@contextlib.contextmanager
def _sharing(reader: Walkthrough) -> Iterator[None]:
    with _ingested(reader), _plex(reader):
        yield


@contextlib.contextmanager
def _upgrading(reader: Walkthrough) -> Iterator[None]:
    db = Path(places.default_catalogue())

    def earlier() -> None:
        db.parent.mkdir(parents=True)
        with contextlib.closing(sqlite3.connect(db)) as connection:
            connection.executescript((populated.FIXTURES / "v5.sql").read_text("utf-8"))
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("PRAGMA user_version = 5")

    def newer() -> None:
        with contextlib.closing(sqlite3.connect(db)) as connection:
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")

    def nothing_is_left() -> None:
        found = [path for path in reader.home.rglob("*retrovue*") if path.parent.name != "bin"]
        assert found == []

    reader.events["a file of an earlier version"] = earlier
    reader.events["an older version is installed, the file is of a newer one"] = newer
    reader.events["nothing is left"] = nothing_is_left
    yield


@contextlib.contextmanager
def _recovery(reader: Walkthrough) -> Iterator[None]:
    db = Path(places.default_catalogue())
    connect = sqlite3.connect

    def rules_are_broken() -> None:
        with contextlib.closing(connect(db)) as connection, connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute("UPDATE collections SET enabled = 0 WHERE name = 'Music'")

    def damaged() -> None:
        with contextlib.closing(connect(db)) as connection:
            (root,) = connection.execute(
                "SELECT rootpage FROM sqlite_master WHERE name = 'assets'"
            ).fetchone()
        with db.open("r+b") as file:
            file.seek((root - 1) * PAGE_SIZE)
            file.write(b"\xa5" * PAGE_SIZE)

    def full() -> None:
        write(reader.path("/mnt/media"), *films(400))
        with contextlib.closing(connect(db)) as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()

        def limited(target: Any, *arguments: Any, **more: Any) -> sqlite3.Connection:
            connection = connect(target, *arguments, **more)
            if str(db) in str(target):
                connection.execute(f"PRAGMA max_page_count = {pages + 3}")
            return connection

        reader.patch.setattr(sqlite3, "connect", limited)

    def gone() -> None:
        for path in (*db.parent.iterdir(), reader.path("/mnt/nas/retrovue.db")):
            path.unlink()

    reader.events["somebody wrote past all constraints"] = rules_are_broken
    reader.events["the file is damaged"] = damaged
    reader.events["the disk is full"] = full
    reader.events["there is room"] = lambda: reader.patch.setattr(sqlite3, "connect", connect)
    reader.events["the file and all copies are gone"] = gone
    with _ingested(reader):
        yield


PAGES: dict[str, Callable[[Walkthrough], contextlib.AbstractContextManager[None]]] = {
    "first-day": _media,
    "plex-in-docker": _plex,
    "folder": _folder,
    "several-disks": _several_disks,
    "automation": _automation,
    "sql": _ingested,
    "recovery": _recovery,
    "sharing": _sharing,
    "network-file-systems": _ingested,
    "many-users": _many_users,
    "upgrading": _upgrading,
}


def walk(page: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a page from its top to its end, in an empty folder."""
    reader = Walkthrough(root, monkeypatch)
    with PAGES[page](reader):
        reader.read(_text(page))


def _text(page: str) -> str:
    return (DOCS / f"{page}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_runs(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk(page, tmp_path, monkeypatch)


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Walkthrough:
    return Walkthrough(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("```bash\nretrovue asset list\n```", "ended in 1"),
        ("```bash\nretrovue db path # exits 1\n```", "ended in 0"),
        ("```bash\nretrovue db path\nteleport\n```", "whether teleport can be run"),
        ("```console\n$ retrovue db path\n/elsewhere\n```", "line 1: retrovue db path"),
        ("```crontab\n0 * * * retrovue db path\n```", "no entry of a crontab"),
        ("```crontab\n0 * * * * $HOME/.local/bin/retrovue db path\n```", "retrovue.db"),
        pytest.param(
            "```ini\n# ~/.config/systemd/user/a.service\n[Unit]\nUnknown=1\n```",
            "a.service",
            marks=pytest.mark.skipif(
                shutil.which("systemd-analyze") is None, reason="needs systemd-analyze"
            ),
        ),
        ("```python\n1\n```", "a block of 'python'"),
    ],
)
def test_a_page_that_is_wrong_fails(reader: Walkthrough, page: str, says: str) -> None:
    with pytest.raises(AssertionError) as failed:
        reader.read(page + "\n")
    assert says in str(failed.value)


def test_each_program_that_is_listed_is_on_a_page() -> None:
    found: set[str] = set()
    for page in PAGES:
        for block in parts(_text(page)):
            if block.language in ("bash", "console"):
                found = found.union(*(programs(step.command) for step in steps(block)))
    assert found >= set(NOT_RUN)
    assert found >= RUN


def test_each_extra_that_is_named_exists() -> None:
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))["project"]
    lines = re.findall(r"pipx? install .*\[([a-z,]+)\]", "".join(map(_text, PAGES)))
    named = {extra for line in lines for extra in line.split(",")}
    assert named
    assert named <= project["optional-dependencies"].keys()


_HELP = re.compile(r"^### retrovue (\w[\w -]*)\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"`(?:retrovue )?((?:-q )?(?:source|collection|asset|list|db|plugins) [^`]+)`")


@pytest.mark.parametrize("page", PAGES)
def test_what_is_named_in_passing_exists(page: str) -> None:
    """Commands and flags within sentences, by the reference of commands."""
    helps = dict(_HELP.findall((DOCS / "commands.md").read_text("utf-8")))
    of_types = "".join(text for verb, text in helps.items() if "--type" in verb)
    text = "".join(re.split(r"^```.*?^```$", _text(page), flags=re.MULTILINE | re.DOTALL))
    for span in _NAMED.findall(text):
        verb = " ".join(span.removeprefix("-q ").split()[:2])
        known = helps[verb] + of_types if verb in ("source add", "source update") else helps[verb]
        assert [flag for flag in re.findall(r"--[a-z][a-z-]+", span) if flag not in known] == []

"""A dry run reports what a real run would, and writes nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.cli import Cli
from support.media import Library, films, write

REEL_1 = next(iter(films(1)))
CASES = [
    ("source", "add", "--type", "filesystem", "--name", "New", "--base-path", "{new}"),
    ("source", "add", "--discover", "--type", "filesystem", "--name", "N", "--base-path", "{new}"),
    ("source", "update", "Home", "--name", "Other"),
    ("source", "update", "Home", "--map", "{media}/Movies", "{new}"),
    ("source", "update", "Home", "--base-path", "{moved}"),
    ("source", "discover", "Home"),
    ("source", "ingest", "Home"),
    ("source", "delete", "Home"),
    ("collection", "update", "Movies", "--disable"),
    ("collection", "update", "Movies", "--unmap", "{media}/Movies"),
    ("collection", "update", "Movies", "--exclude", "{media}/Movies"),
    ("collection", "ingest", "Movies"),
    ("collection", "wipe", "Movies"),
    ("asset", "purge"),
]  # fmt: skip


def _alike(body: dict[str, Any]) -> dict[str, Any]:
    """A report without what cannot be the same twice: the mark, the way back, times."""
    text = {name: value for name, value in body.items() if name not in ("dry_run", "backup")}
    import json

    return json.loads(re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", json.dumps(text)))


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    library = Library(cli, tmp_path / "media", *films(3), "Music/A/B/01 - C.flac")
    library.ingest()
    (library.root / REEL_1).unlink()
    library.ingest()
    write(tmp_path / "new", "Movies/Q (2000)/Q (2000).mkv", "Photos/a.jpg")
    shutil.copytree(library.root, tmp_path / "moved")
    write(library.root, *films(1, start=8), "Photos/b.jpg")
    return library


@pytest.mark.parametrize("words", CASES, ids=" ".join)
def test_dry_run_reports_as_the_real_run_and_writes_nothing(
    library: Library, tmp_path: Path, words: tuple[str, ...]
) -> None:
    cli = library.cli
    names = {"media": library.root, "new": tmp_path / "new", "moved": tmp_path / "moved"}
    given = [word.format(**names) for word in words]
    rows, content, there = cli.dump(), cli.db.read_bytes(), sorted(cli.home.iterdir())
    text = cli.ok(*given, "--dry-run")
    dry = cli(*given, "--dry-run", "--json")
    assert dry.code == 0
    assert dry.json["dry_run"] is True
    assert cli.db.read_bytes() == content
    assert cli.dump() == rows
    assert sorted(cli.home.iterdir()) == there
    assert "would" in text.out.casefold() or "dry run" in text.out.casefold()
    force = ["--force"] if words[1] in ("delete", "wipe", "purge") else []
    wet = cli(*given, *force, "--json")
    assert wet.code == 0, wet.everything
    assert "dry_run" not in wet.json
    assert _alike(dry.json) == _alike(wet.json)
    assert cli.dump() != rows


@pytest.mark.parametrize("extra", [(), ("--discover",)])
def test_dry_run_of_add_without_a_file_creates_none(
    cli: Cli, tmp_path: Path, extra: tuple[str, ...]
) -> None:
    write(tmp_path / "media", *films(1))
    words = ("source", "add", "--type", "filesystem", "--name", "A", "--base-path",
             tmp_path / "media", *extra)  # fmt: skip
    there = sorted(tmp_path.iterdir())
    dry = cli(*words, "--dry-run", "--json")
    assert dry.code == 0
    assert sorted(tmp_path.iterdir()) == there
    wet = cli(*words, "--json")
    assert _alike(dry.json) == _alike(wet.json)


def test_dry_run_fails_as_the_real_run_does(library: Library) -> None:
    shutil.rmtree(library.root / "Movies")
    before = library.cli.dump()
    for words in (
        ("source", "ingest", "Home"),
        ("source", "discover", "Nowhere"),
        ("source", "update", "Home", "--name", " "),
        ("collection", "update", "Movies", "--sync-enable"),
    ):
        dry = library.cli(*words, "--dry-run")
        assert dry.code == 1
        assert library.cli.dump() == before
        wet = library.cli(*words)
        assert (wet.code, wet.err) == (dry.code, dry.err)
        before = library.cli.dump()


def test_dry_run_of_quickstart_works_on_a_copy(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "media", *films(2))
    there = sorted(tmp_path.iterdir())
    dry = cli("quickstart", tmp_path / "media", "--dry-run", "--json")
    assert dry.code == 0, dry.everything
    assert dry.json["dry_run"] is True
    assert dry.json["totals"]["added"] == 2
    assert dry.json["db"] == str(cli.db)
    assert sorted(tmp_path.iterdir()) == there
    cli.ok("quickstart", tmp_path / "media")
    content = cli.db.read_bytes()
    write(tmp_path / "media", *films(1, start=7))
    again = cli("quickstart", tmp_path / "media", "--dry-run", "--json")
    assert again.json["totals"]["added"] == 1
    assert cli.db.read_bytes() == content

"""What the survival tests share: a catalogue with something in it, and the commands to end."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import media
from support.cli import Cli
from support.media import Library

FILES = (
    "Movies/Alpha (1991)/Alpha (1991).mkv",
    "Movies/Beta (1992)/Beta (1992) - cd1.avi",
    "Movies/Beta (1992)/Beta (1992) - cd2.avi",
    "Movies/Gamma (1993)/Gamma (1993).mkv",
    "Music/The Band/First (1980)/01 - One.flac",
    "Music/The Band/First (1980)/02 - Two.flac",
    "TV Shows/Signal (2003)/Season 01/Signal - S01E01 - Pilot.mkv",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def library(cli: Cli, root: Path) -> Library:
    """Three collections, mapped and enabled, with nothing ingested yet."""
    found = Library(cli, root, *FILES)
    media.settle(root)
    return found


@pytest.fixture
def ingested(library: Library) -> Library:
    """Three collections, ingested."""
    assert library.stats() == {"discovered": 6, "added": 6}
    return library


@pytest.fixture
def changed(ingested: Library) -> Library:
    """Ingested; then, on the disk: one film new, one changed, one renamed, one gone."""
    media.write(ingested.root, "Movies/Delta (1994)/Delta (1994).mkv")
    media.write(ingested.root, "Movies/Alpha (1991)/Alpha (1991).mkv", text="a better copy")
    (ingested.root / "Movies/Gamma (1993)").rename(ingested.root / "Movies/Gamma Ray (1993)")
    (ingested.root / "Music/The Band/First (1980)/02 - Two.flac").unlink()
    media.settle(ingested.root)
    return ingested

"""Trees of stand-ins for media, and a source on such a tree."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from support.cli import Cli, Run

LONG_AGO = 1_600_000_000  # seconds; a directory's time is only trusted once it has settled


def write(root: Path, *paths: str, text: str | None = None) -> None:
    """Make files below a folder, each as long as its path unless `text` is given."""
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text if text is not None else f"stand-in for {path}", encoding="utf-8")
        os.utime(file, (LONG_AGO, LONG_AGO))


def settle(root: Path) -> None:
    """Make every directory look unchanged for a long time."""
    for folder, _, _ in os.walk(root):
        os.utime(folder, (LONG_AGO, LONG_AGO))


def films(count: int, start: int = 1) -> Iterable[str]:
    """Paths of so many films, each in a folder of its own."""
    for number in range(start, start + count):
        yield f"Movies/Reel {number} ({1900 + number})/Reel {number} ({1900 + number}).mkv"


class Library:
    """A folder of media that is a source `Home`, whose collections are mapped and enabled."""

    def __init__(self, cli: Cli, root: Path, *paths: str) -> None:
        self.cli = cli
        self.root = root
        write(root, *paths)
        cli.make_empty()
        cli.ok(
            "source", "add", "--type", "filesystem", "--name", "Home", "--base-path", root,
            "--discover",
        )  # fmt: skip
        for collection in cli.json("collection", "list")["collections"]:
            cli.ok("collection", "update", collection["id"], "--map-same", "--sync-enable")

    def ingest(self, *words: object) -> Run:
        return self.cli("source", "ingest", "Home", *words, "--json")

    def stats(self, *words: object, code: int = 0) -> dict[str, int]:
        """The totals of an ingest that must end with `code`, those that are 0 left out."""
        run = self.ingest(*words)
        assert run.code == code, run.everything
        return {word: count for word, count in run.json["totals"].items() if count}

    def ids(self) -> dict[str, int]:
        """The id of each asset by the external id."""
        return dict(self.cli.rows("SELECT external_id, id FROM assets ORDER BY id"))

    def missing(self) -> list[str]:
        """The external ids of what is marked missing."""
        rows = self.cli.rows(
            "SELECT external_id FROM assets WHERE missing_since IS NOT NULL ORDER BY external_id"
        )
        return [row[0] for row in rows]

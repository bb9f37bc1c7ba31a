"""A catalogue, a fake Plex server, and the folders of this machine that its locations stand for."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape

from fakes.plex import FakePlex
from support.cli import Cli, Run

NAME = "My Plex"
_FILE = re.compile(r'file="([^"]+)"')


class Nas:
    """What the server has below `/data` is here below `folder`."""

    def __init__(self, cli: Cli, plex: FakePlex, folder: Path) -> None:
        self.cli, self.plex, self.folder = cli, plex, folder
        folder.mkdir()

    def add(
        self, *words: object, token: str | None = None, env: Mapping[str, str | None] | None = None
    ) -> Run:
        """`source add`; a token of "" is none at all."""
        given = self.plex.token if token is None else token
        own = ("--token", given) if given else ()
        type_ = ("--type", "plex", "--name", NAME, "--base-url", self.plex.url)
        return self.cli("source", "add", *type_, *own, *words, env=env)

    def mapped(self) -> None:
        """Map every location at or below `/data`, whose folders are made first."""
        for section in self.plex.sections:
            for place in section.locations:
                if place.startswith("/data/"):
                    (self.folder / place.removeprefix("/data/")).mkdir(parents=True, exist_ok=True)
        self.cli.ok("source", "update", NAME, "--map", "/data", self.folder)

    def furnish(self) -> None:
        """Put the files of the server's small libraries where they are mapped to."""
        for section in self.plex.sections:
            rows = [*section.items, *section.clips] if len(section.items) <= 1000 else []
            for path in _FILE.findall("".join(rows)):
                relative = unescape(path).removeprefix("/data/")
                if not relative.startswith("/") and ".." not in relative:
                    with contextlib.suppress(OSError, ValueError):  # a name that no disk can have
                        file = self.folder / relative
                        file.parent.mkdir(parents=True, exist_ok=True)
                        file.touch()

    def enabled(self, *names: str) -> None:
        for name in names or [str(section.title) for section in self.plex.sections]:
            self.cli.ok("collection", "update", f"{NAME}/{name}", "--sync-enable")

    def ready(self, *words: object) -> Nas:
        """Add the source with what the server has by now, map it, and enable all of it."""
        run = self.add("--discover", *words)
        assert run.code == 0, run.everything
        self.mapped()
        self.enabled()
        return self

    def ingest(self, *words: object) -> Run:
        self.furnish()
        return self.cli("source", "ingest", NAME, *words)

    def stats(self, *words: object) -> dict[str, dict[str, int]]:
        """What an ingest that must end in 0 did: by collection, the counts that are not 0."""
        return counted(self.cli.json("source", "ingest", NAME, *words))

    def column(self, sql: str, **parameters: Any) -> list[Any]:
        return [row[0] for row in self.cli.rows(sql, **parameters)]


def counted(report: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {
        one["name"]: {word: count for word, count in one["stats"].items() if count}
        for one in report["collections"]
    }

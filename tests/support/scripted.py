"""An importer written anew for each test, line by line."""

from __future__ import annotations

from typing import Any

from support import plugins
from support.cli import Cli

_THING = """
def thing(id, title="*", kind="movie", path=None, fingerprint="1", **more):
    path = f"/srv/things/{id}.mkv" if path is None else path
    files = more.pop("files", (FoundFile(path),))
    title = f"Thing {id}" if title == "*" else title
    return FoundAsset(id, kind, title, files, fingerprint, **more)
"""


class Scripted:
    """A source `Toys` of an importer made for the test, with one collection `Things`, which is
    mapped (/srv/things to `root`) and enabled."""

    def __init__(self, cli: Cli, *, places: tuple[str, ...] = ("/srv/things",)) -> None:
        self.cli = cli
        self.places = places
        self.root = cli.home / "things"
        self.root.mkdir()
        cli.make_empty()
        self.holds()
        cli.ok("source", "add", "--type", "toys", "--name", "Toys", "--discover")
        maps = [word for place in places or ("",) for word in ("--map", place, self.root)]
        cli.ok("collection", "update", "Things", *maps, "--sync-enable")

    def holds(self, *scan: str, body: str = "", before: str = "") -> None:
        """Let the importer's scan be these lines of Python; `thing(id, ...)` makes an asset. `body`
        are further members of its class."""
        lines = "\n".join(f"        {line}" for line in (*scan, "yield from ()"))
        plugins.importer(
            self.cli.site,
            "toys",
            f"""
    def discover(self):
        yield FoundCollection("things", "Things", locations={self.places!r})
    def scan(self, collection):
{lines}
{body}""",
            _THING + before,
        )

    def make_files(self, count: int) -> None:
        """The files of the assets `0` to `count - 1`, where they are mapped to."""
        for n in range(count):
            (self.root / f"{n}.mkv").touch()

    def ingest(self, *words: object, code: int = 0) -> dict[str, Any]:
        """The collection's part of the report of an ingest that must end with `code`."""
        run = self.cli("source", "ingest", "Toys", *words, "--json")
        assert run.code == code, run.everything
        (collection,) = run.json["collections"]
        assert isinstance(collection, dict)
        return collection

    def stats(self, *words: object, code: int = 0) -> dict[str, int]:
        """The counts of such an ingest, those that are 0 left out."""
        return {word: n for word, n in self.ingest(*words, code=code)["stats"].items() if n}

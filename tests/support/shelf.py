"""A third-party importer of the tests' own, found by its entry point: what its source offers, and
how it misbehaves, lies in a JSON file that a test writes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from support import plugins
from support.cli import Cli, Run

CODE = '''
import json
from pathlib import Path


class Shelf(Importer):
    """Rows of the offer are made into what is due, except for those that say what goes wrong:
    `raise` an ImporterError, `crash` with any other, `yield` a value as it is, report as `unread`,
    `do` something first."""

    type = "shelf"
    description = "What a JSON file says is on a shelf"
    options = (
        Option("offer", "The JSON file", required=True),
        Option("token", "A secret", secret=True),
    )

    def identity(self):
        return self.config["offer"]

    def remote_identity(self):
        server = Path(self.config["offer"]).with_suffix(".server")
        if not server.exists():
            return None
        said = server.read_text()
        if said.startswith("raise "):
            raise ImporterError(said.removeprefix("raise "))
        return said

    def discover(self):
        for row in self._rows("discover"):
            if "do" in row:
                exec(row["do"])
                continue
            yield from _special(row) or [_collection(**row)]

    def obstacles(self, collection):
        return self._row("obstacles", collection).get("obstacles", ())

    def scan(self, collection):
        for row in self._row("scan", collection).get("assets", ()):
            row = {"title": row} if isinstance(row, str) else row
            yield from _special(row) or [_asset(collection, **row)]

    def _rows(self, call):
        path = Path(self.config["offer"])
        with path.with_suffix(".calls").open("a") as calls:
            calls.write(call + "\\n")
        return json.loads(path.read_text())

    def _row(self, call, collection):
        for row in self._rows(f"{call} {collection.external_id}"):
            if row.get("external_id") == collection.external_id:
                return row
        raise ImporterError(f"the shelf has no {collection.external_id}")


def _special(row):
    if "raise" in row:
        raise ImporterError(row["raise"])
    if "crash" in row:
        raise RuntimeError(row["crash"])
    if "do" in row:
        exec(row["do"])
        return [Skipped("a task", "done")]
    if "yield" in row:
        return [row["yield"]]
    if "unread" in row:
        return [Unread(row["unread"], "Permission denied")]
    return None


def _collection(assets=(), obstacles=(), locations=(), **row):
    return FoundCollection(locations=tuple(locations), **row)


def _asset(collection, title, external_id=None, fingerprint="1", kind="movie", path=None, **more):
    place = collection.mappings[0].external_path if collection.mappings else "/nowhere"
    files = (FoundFile(path or f"{place}/{title}.mkv", size_bytes=len(title)),)
    return FoundAsset(external_id or title, kind, title, files, f"{title} {fingerprint}", **more)


@hookimpl
def register_importers(register):
    register(Shelf)
'''


class Shelf:
    """The source "My Shelf" of a catalogue. Its collection `movies` is called "Movies", lies at
    `/srv/movies` for the source and in `disk("movies")` on this machine."""

    name = "My Shelf"

    def __init__(self, cli: Cli) -> None:
        self.cli = cli
        self.path = cli.home / "offer.json"
        plugins.install(cli.site, "retrovue_shelf", CODE, name="shelf")

    def offer(self, *rows: dict[str, Any]) -> None:
        """Say what the source offers from now on; its files lie where they would be mapped to."""
        self.path.write_text(json.dumps(rows), encoding="utf-8")
        for row in rows:
            for asset in row.get("assets", ()):
                title = asset.get("title") if isinstance(asset, dict) else asset
                if isinstance(title, str) and title and "/" not in title:
                    (self.disk(row["external_id"]) / f"{title}.mkv").touch()

    def server(self, said: str) -> None:
        """Say what the server calls itself from now on; `raise TEXT` is an error in its place."""
        self.path.with_suffix(".server").write_text(said, encoding="utf-8")

    def disk(self, external_id: str) -> Path:
        folder = self.cli.home / "disk" / external_id
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def unmount(self, external_id: str) -> None:
        """Take a collection's folder away."""
        shutil.rmtree(self.disk(external_id))

    def calls(self) -> list[str]:
        """What the importer was asked for since the last look: discover, obstacles and scan."""
        log = self.path.with_suffix(".calls")
        lines = log.read_text().splitlines() if log.exists() else []
        log.write_text("")
        return lines

    def add(self, *words: object, name: str | None = None) -> Run:
        return self.cli(
            "source", "add", "--type", "shelf", "--name", name or self.name,
            "--offer", self.path, *words,
        )  # fmt: skip

    def enable(self, *external_ids: str) -> None:
        """Map collections to their folder here, and turn their sync on."""
        for each in external_ids:
            where = ("--map", f"/srv/{each}", self.disk(each))
            self.cli.ok("collection", "update", f"{self.name}/{each}", *where, "--sync-enable")

    def ready(self, *rows: dict[str, Any]) -> None:
        """Offer the rows, add the source, and make every collection ready for ingest."""
        self.offer(*rows)
        run = self.add("--discover")
        assert run.code == 0, run.everything
        self.enable(*(row["external_id"] for row in rows))
        self.calls()

    def ingest(self, *words: object) -> Run:
        return self.cli("source", "ingest", self.name, *words)

    def titles(self, name: str) -> list[str]:
        """The titles of a collection's assets that are there, in order."""
        rows = self.cli.rows(
            "SELECT a.title FROM assets AS a JOIN collections AS c ON c.id = a.collection_id"
            " WHERE c.name = :name AND a.missing_since IS NULL ORDER BY a.title",
            name=name,
        )
        return [title for (title,) in rows]


def row(external_id: str, *assets: Any, name: str | None = None, **more: Any) -> dict[str, Any]:
    """A collection of an offer, with its assets by title or as rows."""
    return {
        "external_id": external_id,
        "name": name or external_id.replace("-", " ").title(),
        "kind": "movie",
        "locations": [f"/srv/{external_id}"],
        "assets": list(assets),
        **more,
    }


def names(rows: Iterable[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]

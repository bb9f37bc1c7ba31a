"""A million assets of which one in a hundred changed, against upserting a row for each.

    python tests/benchmarks/million.py prepare|ingest|upsert DB COUNT CHANGE folders|flat

The importer is one of this file: it yields what a scan would, from memory; in folders of twenty,
with a fingerprint for each as the filesystem importer has, or flat as Plex's items come. The same
items are upserted into a table with the columns of `assets`, row by row in one transaction.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measure import HERE, WORK, Row, Run, Settings, Spread, in_turns, ratio, run
from subject import remove

FOLDER = 20  # assets
EVERY = 100  # the changed ones, spread evenly


def rows(settings: Settings) -> Iterator[Row]:
    count = settings.files * 10
    for shape in ("folders", "flat"):
        yield from _rows(settings, count, shape)


def _rows(settings: Settings, count: int, shape: str) -> Iterator[Row]:
    sides = {
        "upsert": _Side("upsert", count, shape),
        "ingest": _Side("ingest", count, shape),
        "few": _Side("ingest", count // 100, shape),
    }
    for side in sides.values():
        side.prepare()
    steps = {name: side.again for name, side in sides.items()}
    runs = in_turns(settings.rounds, steps, sides["few"].again)
    what = f"{count:,} assets ({shape}), 1 % changed / upsert"
    yield ratio(what, runs["ingest"], runs["upsert"], at_most=0.25)
    growth = [a.memory - b.memory for a, b in zip(runs["ingest"], runs["few"], strict=True)]
    middle = sorted(growth)[len(growth) // 2]
    memory = Spread(middle, min(growth), max(growth))
    yield Row(f"  memory more than for {count // 100:,}", memory, unit="MB", at_most=20)


class _Side:
    def __init__(self, side: str, count: int, shape: str) -> None:
        self._words = (count, shape)
        self._side = side
        self._db = WORK / "million" / f"{side}-{shape}-{count}.db"
        self._change = 0

    def prepare(self) -> None:
        self._db.parent.mkdir(parents=True, exist_ok=True)
        remove(self._db)
        if self._side == "ingest":
            self._run("prepare")
        self.again()

    def again(self) -> Run:
        self._change += 1
        return self._run(self._side)

    def _run(self, side: str) -> Run:
        count, shape = self._words
        words = (side, self._db, str(count), str(self._change), shape)
        return run([sys.executable, HERE / "million.py", *words])


def assets(first: int, count: int, change: int) -> Iterator[Any]:
    from retrovue import FoundAsset, FoundFile

    for n in range(first, first + count):
        version = change if n % EVERY == EVERY // 2 else 0
        files = (FoundFile(f"/srv/many/{n // FOLDER}/Title {n}.mkv", size_bytes=n),)
        yield FoundAsset(f"{n // FOLDER}/{n}", "movie", f"Title {n}", files, f"{n}.{version}")


def upsert(db: Path, count: int, change: int, shape: str) -> None:
    from retrovue.catalogue.columns import joined
    from retrovue.catalogue.reconcile.fields import ASSET_COLUMNS, asset_row

    columns = ASSET_COLUMNS
    connection = sqlite3.connect(db, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS assets (id INTEGER PRIMARY KEY, collection_id INTEGER,"
        f" {joined(ASSET_COLUMNS)}, UNIQUE (collection_id, external_id))"
    )
    marks = ", ".join("?" * len(columns))
    news = ", ".join(f"{name} = excluded.{name}" for name in columns)
    sql = (
        f"INSERT INTO assets (collection_id, {joined(ASSET_COLUMNS)}) VALUES (1, {marks})"
        f" ON CONFLICT (collection_id, external_id) DO UPDATE SET {news}"
    )
    connection.execute("BEGIN IMMEDIATE")
    for asset in assets(0, count, change):
        connection.execute(sql, asset_row(asset, ("[]", "{}")))
    connection.execute("COMMIT")
    connection.close()


def ingest(db: Path, count: int, change: int, shape: str) -> None:
    from retrovue.catalogue import collections, sources
    from retrovue.catalogue.core import Catalogue
    from retrovue.operations import collection_ingest
    from retrovue.operations.ingest_run import Options, Run

    catalogue = Catalogue(db)
    source = sources.get(catalogue.reader(), "Many")
    (collection,) = collections.of_source(catalogue.reader(), source.id)
    importer = _importer(count, change, shape)
    run = Run(catalogue, source, importer, Options(), "Collection ingest")
    result = collection_ingest.ingest(run, collection)
    catalogue.close()
    if result.status != "success" or result.stats["discovered"] != count:
        raise SystemExit(str(result))


def _importer(count: int, change: int, shape: str) -> Any:
    from retrovue import FoundFolder, Importer

    class Many(Importer):
        def scan(self, collection: object) -> Iterator[Any]:
            if shape == "flat":
                yield from assets(0, count, change)
                return
            for first in range(0, count, FOLDER):
                changed = any(n % EVERY == EVERY // 2 for n in range(first, first + FOLDER))
                fingerprint = str(change if changed else 0)
                yield FoundFolder(
                    f"/srv/many/{first // FOLDER}",
                    fingerprint,
                    lambda first=first: assets(first, FOLDER, change),
                )

    return Many({})


def prepare(db: Path, *_: object) -> None:
    """A catalogue with the source, and one collection that can be ingested."""
    from retrovue import FoundCollection
    from retrovue.catalogue import collections, offered, sources
    from retrovue.catalogue.core import Catalogue
    from retrovue.catalogue.matching import match

    catalogue = Catalogue(db)
    with catalogue.write("Benchmark") as tx:
        source = sources.add(tx, "many", "many", "Many", {}, {})
        found = FoundCollection("many", "Many", "movie", ("/srv/many",))
        offered.apply(tx, source.id, match((), [found]))
        tx.execute("UPDATE path_mappings SET local_path = '/srv/many'")
        tx.execute("UPDATE collections SET enabled = 1, sync_enabled = 1")
        collections.set_ingestible(tx, 1, [])
    catalogue.close()


if __name__ == "__main__":
    side, where, count, change, shape = sys.argv[1:]
    program = {"prepare": prepare, "ingest": ingest, "upsert": upsert}
    program[side](Path(where), int(count), int(change), shape)

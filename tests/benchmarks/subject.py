"""retrovue on a tree: catalogues made ready, and steps that ingest."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from measure import WORK, Run, baseline, ingested, retrovue
from trees import tree


class Subject:
    """A tree, and a catalogue that knows its collections but has ingested nothing yet.

    `collections` is `auto` (Movies, TV Shows and Music) or `root` (one collection of it all).
    """

    def __init__(self, files: int, collections: str = "auto", kind: str = "mixed") -> None:
        self.files = files
        self.tree = tree(files, kind)
        folder = WORK / "catalogues" / f"{kind}-{collections}-{files}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._ready = folder / "ready.db"
        self.db = folder / "retrovue.db"
        self.plain = folder / "plain.db"
        self._make_ready(collections)

    def _make_ready(self, collections: str) -> None:
        base = ("--base-path", self.tree, "--collections", collections)
        added = retrovue(
            self._ready, "source", "add", "--type", "filesystem", "--name", "Media", *base,
            "--discover", "--json",
        )  # fmt: skip
        for collection in json.loads(added.out)["collections"]:
            selector = f"Media/{collection['external_id']}"
            retrovue(self._ready, "collection", "update", selector, "--map-same", "--sync-enable")

    def fresh(self) -> None:
        """Begin with a catalogue that has ingested nothing."""
        remove(self.db)
        shutil.copyfile(self._ready, self.db)

    def ingest(self, *words: str, **expected: int) -> Run:
        """Ingest the source; the totals named in `expected` must be those."""
        run, said = ingested(self.db, "Media", *words)
        found = {word: said[word] for word in expected}
        if found != expected:
            raise SystemExit(f"expected {expected}, and the ingest says {said}")
        return run

    def first(self) -> Run:
        self.fresh()
        return self.ingest(updated=0, unchanged=0, missing=0, skipped=0)

    def unchanged(self, *words: str) -> Run:
        return self.ingest(*words, added=0, updated=0, missing=0, moved=0, skipped=0)

    def walk(self) -> Run:
        run = baseline("walk", self.tree)
        if int(run.out) != self.files:
            raise SystemExit(f"{self.tree} holds {run.out.strip()} files, not {self.files}")
        return run

    def executemany(self) -> Run:
        self.begin_plain()
        return baseline("executemany", self.tree, self.plain)

    def begin_plain(self) -> None:
        """Begin with a plain file that has its table, and no row."""
        remove(self.plain)
        nothing = self.plain.with_name("nothing")
        nothing.mkdir(exist_ok=True)
        baseline("executemany", nothing, self.plain)


def remove(db: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        db.with_name(db.name + suffix).unlink(missing_ok=True)

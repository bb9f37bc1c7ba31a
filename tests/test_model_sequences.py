"""Sequences of commands on a changing tree leave in the file what a small model says."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from retrovue.catalogue import guarantees
from support.cli import Cli, Run

BASES = ("A", "B")
TOPS = ("Movies", "Shows")
FILES = tuple(f"Film {letter} ({1990 + n}).mkv" for n, letter in enumerate("PQRST"))


@dataclass
class MAsset:
    id: int | None
    print: int
    missing: bool = False


@dataclass
class MCollection:
    top: str
    location: Path
    id: int | None = None
    enabled: bool = False
    sync: bool = False
    ingestible: bool = False
    missing: bool = False
    local: Path | None = None
    excluded: bool = False
    assets: dict[str, MAsset] = field(default_factory=dict)  # by name of the file

    def ready(self) -> bool:
        """Whether nothing is against an ingest now."""
        mapped = self.local is not None and self.local.is_dir()
        return mapped and not self.excluded and not self.missing

    def remap(self, local: Path | None, excluded: bool) -> bool:
        """Set the mapping; returns whether that changed it."""
        before = (self.local, self.excluded)
        self.local, self.excluded = local, excluded
        return before != (local, excluded)

    def ingest(self, found: dict[str, int], allow_missing: bool) -> bool:
        """Take in the files of a complete scan; returns whether it is not refused."""
        gone = {name for name, a in self.assets.items() if not a.missing and name not in found}
        present = sum(not a.missing for a in self.assets.values())
        moved = {
            name: new
            for name in gone
            for new, print_ in found.items()
            if new not in self.assets and print_ == self.assets[name].print
        }
        lost = gone - set(moved)
        if lost and len(lost) == present and not allow_missing:
            return False
        for old, new in moved.items():
            self.assets[new] = self.assets.pop(old)
        for name in lost:
            self.assets[name].missing = True
        for name, print_ in found.items():
            asset = self.assets.setdefault(name, MAsset(None, print_))
            asset.print, asset.missing = print_, False
        return True


@dataclass
class MSource:
    base: str
    name: str
    collections: dict[str, MCollection] = field(default_factory=dict)  # by top folder


class Commands(RuleBasedStateMachine):
    """What a person does, with two trees (each has a mirror elsewhere) that change between."""

    root: Path

    @initialize(ready=st.sampled_from((True, True, True, False)))
    def start(self, ready: bool) -> None:
        self.home = Path(tempfile.mkdtemp(dir=self.root))
        self.cli = Cli(self.home)
        self.sources: dict[str, MSource] = {}
        self.files: dict[Path, dict[str, int]] = {}
        self.prints = 0
        self.lines = 0
        for side in ("disk", "mirror"):
            for base in BASES:
                (self.home / side / base).mkdir(parents=True)
        for top in TOPS:
            self._write(self._folder("disk", "A", top), FILES[0])
            self._write(self._folder("disk", "A", top), FILES[1])
        self.add("A", discover=True)
        self.the_file_is_what_the_model_says()  # which learns the ids
        if ready:
            for pick in range(len(TOPS)):
                self.make_ready(pick)
            self.ingest_a_source(0, False, False, False)

    def teardown(self) -> None:
        if hasattr(self, "home"):
            shutil.rmtree(self.home)

    # -- helpers -----------------------------------------------------------------------------------

    def _folder(self, side: str, base: str, top: str) -> Path:
        return self.home / side / base / top

    def _write(self, folder: Path, name: str) -> None:
        """Write a file that no other is like in size and time."""
        self.prints += 1
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x" * self.prints)
        os.utime(folder / name, (1_000_000_000 + self.prints,) * 2)
        self.files.setdefault(folder, {})[name] = self.prints

    def _run(self, code: int, *words: object, dry: bool = False) -> Run:
        if dry:
            before = self.cli.dump() if self.cli.db.exists() else None
            run = self.cli(*words, "--dry-run")
            assert run.code == code, f"{words} as a dry run: {run.everything}"
            assert (self.cli.dump() if self.cli.db.exists() else None) == before, words
        run = self.cli(*words)
        assert run.code == code, f"{words} ended in {run.code}, not {code}: {run.everything}"
        assert "Traceback" not in run.err
        return run

    def _all(self) -> list[MCollection]:
        return [c for source in self.sources.values() for c in source.collections.values()]

    def _collection(self, pick: int) -> MCollection:
        found = self._all()
        return found[pick % len(found)]

    def _source(self, pick: int) -> MSource:
        return list(self.sources.values())[pick % len(self.sources)]

    def _found(self, collection: MCollection) -> dict[str, int]:
        assert collection.local is not None
        return self.files.get(collection.local, {})

    def _offer(self, source: MSource) -> None:
        """Bring the model to what the source offers."""
        for top in TOPS:
            place = self._folder("disk", source.base, top)
            known = source.collections.get(top)
            if place.is_dir() and known is None:
                source.collections[top] = MCollection(top, place)
            elif known is not None:
                known.missing = not place.is_dir()
                known.ingestible = known.ingestible and not known.missing

    # -- what changes on the disk ------------------------------------------------------------------

    sides = st.sampled_from(("disk", "disk", "mirror"))
    bases = st.sampled_from(("A", "A", "A", "B"))
    tops = st.sampled_from(TOPS)
    names = st.sampled_from(FILES)
    picks = st.integers(0, 3)
    dry = st.booleans()

    @rule(
        side=sides,
        base=bases,
        top=tops,
        changes=st.lists(
            st.tuples(st.sampled_from(("write", "write", "rename", "remove")), names, names),
            min_size=1,
            max_size=6,
        ),
    )
    def change_a_folder(
        self, side: str, base: str, top: str, changes: list[tuple[str, str, str]]
    ) -> None:
        folder = self._folder(side, base, top)
        for what, name, other in changes:
            files = self.files.get(folder, {})
            if what == "write":
                self._write(folder, name)
            elif what == "remove" and name in files:
                (folder / name).unlink()
                del files[name]
            elif what == "rename" and name in files and other not in files:
                (folder / name).rename(folder / other)
                files[other] = files.pop(name)

    @rule(side=sides, base=bases, top=tops)
    def remove_a_folder(self, side: str, base: str, top: str) -> None:
        folder = self._folder(side, base, top)
        shutil.rmtree(folder, ignore_errors=True)
        self.files.pop(folder, None)

    # -- commands ----------------------------------------------------------------------------------

    @rule(base=bases, discover=st.booleans(), dry=dry)
    def add(self, base: str, discover: bool, dry: bool = False) -> None:
        known = base in self.sources or any(s.name == base for s in self.sources.values())
        words = ["--discover"] if discover else []
        self._run(
            1 if known else 0, "source", "add", "--type", "filesystem", "--name", base,
            "--base-path", self.home / "disk" / base, "--collections", "folders", *words, dry=dry,
        )  # fmt: skip
        if not known:
            self.sources[base] = MSource(base, base)
            if discover:
                self._offer(self.sources[base])

    @precondition(lambda self: self.sources)
    @rule(pick=picks, dry=dry)
    def discover(self, pick: int, dry: bool) -> None:
        source = self._source(pick)
        self._run(0, "source", "discover", source.name, dry=dry)
        self._offer(source)

    @precondition(lambda self: self.sources)
    @rule(pick=picks, dry=dry)
    def delete(self, pick: int, dry: bool) -> None:
        source = self._source(pick)
        self._run(0, "source", "delete", source.name, "--force", "--no-backup", dry=dry)
        del self.sources[source.base]

    @precondition(lambda self: self.sources)
    @rule(pick=picks, name=st.sampled_from(("", " 2", "Shared")), dry=dry)
    def rename(self, pick: int, name: str, dry: bool) -> None:
        source = self._source(pick)
        name = name if name == "Shared" else source.base + name
        taken = any(s.name == name for s in self.sources.values() if s is not source)
        self._run(1 if taken else 0, "source", "update", source.name, "--name", name, dry=dry)
        if not taken:
            source.name = name

    @precondition(lambda self: any(s.collections for s in self.sources.values()))
    @rule(pick=picks, side=st.sampled_from(("disk", "mirror")), anyway=st.booleans(), dry=dry)
    def map_a_source(self, pick: int, side: str, anyway: bool, dry: bool) -> None:
        source = self._source(pick)
        to = self.home / side / source.base
        words = ["--map", self.home / "disk" / source.base, to]
        words += ["--allow-missing"] if anyway else []
        new = [c for c in source.collections.values() if c.local != to / c.top and not c.missing]
        there = anyway or all((to / collection.top).is_dir() for collection in new)
        code = 0 if source.collections and there else 1
        self._run(code, "source", "update", source.name, *words, dry=dry)
        if code:
            return
        for collection in source.collections.values():
            if collection.remap(to / collection.top, False):
                collection.ingestible = collection.ready()

    @precondition(lambda self: self._all())
    @rule(
        pick=picks,
        enabled=st.sampled_from((None, None, "--enable", "--disable")),
        sync=st.sampled_from((None, None, "--sync-enable", "--sync-disable")),
        to=st.sampled_from((None, "disk", "mirror", "same", "same")),
        unmap=st.sampled_from((False, False, False, True)),
        exclude=st.sampled_from((False, False, False, True)),
        dry=dry,
    )
    def update(
        self,
        pick: int,
        enabled: str | None,
        sync: str | None,
        to: str | None,
        unmap: bool,
        exclude: bool,
        dry: bool,
    ) -> None:
        collection = self._collection(pick)
        words: list[object] = [word for word in (enabled, sync) if word]
        local = self._local(collection, to)
        if to == "same":
            words.append("--map-same")
        elif to is not None:
            words += ["--map", collection.location, local]
        words += ["--unmap", collection.location] if unmap else []
        words += ["--exclude", collection.location] if exclude else []
        after = self._mapping(collection, to, local, unmap, exclude)
        fits = self._fits(collection, enabled, sync, to, local) and bool(words)
        refused = sync == "--sync-enable" and not _ready(collection, *after)
        code = 0 if fits and not refused else 1
        self._run(code, "collection", "update", collection.id, *words, dry=dry)
        if code == 0:
            collection.remap(*after)
            collection.ingestible = collection.ready()
            _set_flags(collection, enabled, sync)

    def _local(self, collection: MCollection, to: str | None) -> Path:
        side = "mirror" if to == "mirror" else "disk"
        return self._folder(side, collection.location.parent.name, collection.top)

    @staticmethod
    def _mapping(
        collection: MCollection, to: str | None, local: Path, unmap: bool, exclude: bool
    ) -> tuple[Path | None, bool]:
        after: tuple[Path | None, bool] = (collection.local, collection.excluded)
        if to is not None:
            after = (local, False)
        if unmap:
            after = (None, False)
        return (after[0], True) if exclude else after

    @staticmethod
    def _fits(
        collection: MCollection, enabled: str | None, sync: str | None, to: str | None, local: Path
    ) -> bool:
        if enabled == "--disable" and sync == "--sync-enable":
            return False
        if to == "same" and collection.excluded:
            return False
        return to is None or local.is_dir()

    @precondition(lambda self: self._all())
    @rule(pick=picks)
    def make_ready(self, pick: int) -> None:
        self.update(pick, None, "--sync-enable", "same", False, False, False)

    @precondition(lambda self: any(c.sync for c in self._all()))
    @rule()
    def ingest_everything(self) -> None:
        for pick in range(len(self.sources)):
            self.ingest_a_source(pick, True, False, False)

    @precondition(lambda self: self.sources)
    @rule(pick=picks, keep_going=st.booleans(), allow_missing=st.booleans(), dry=dry)
    def ingest_a_source(self, pick: int, keep_going: bool, allow_missing: bool, dry: bool) -> None:
        source = self._source(pick)
        targets = [c for c in source.collections.values() if c.sync]
        for target in targets:
            target.ingestible = target.ready()
        fit = [target for target in targets if target.ingestible]
        if len(fit) < len(targets) and not keep_going:
            fit = []
        taken = [target.ingest(self._found(target), allow_missing) for target in fit]
        code = 1 if not any(taken) else 0 if taken == [True] * len(targets) else 2
        words = ["--keep-going"] * keep_going + ["--allow-missing"] * allow_missing
        # a dry run stores nothing, so what it would store is not what the others start from
        self._run(code, "source", "ingest", source.name, *words, dry=dry)

    @precondition(lambda self: self._all())
    @rule(pick=picks, allow_missing=st.booleans(), dry=dry)
    def ingest_a_collection(self, pick: int, allow_missing: bool, dry: bool) -> None:
        collection = self._collection(pick)
        taken = False
        if collection.enabled:
            collection.ingestible = collection.ready()
            if collection.ingestible:
                taken = collection.ingest(self._found(collection), allow_missing)
        words = ["--allow-missing"] * allow_missing
        code = 0 if taken else 1
        self._run(code, "collection", "ingest", collection.id, *words, dry=dry)

    @precondition(lambda self: self._all())
    @rule(pick=picks, dry=dry)
    def wipe(self, pick: int, dry: bool) -> None:
        collection = self._collection(pick)
        self._run(0, "collection", "wipe", collection.id, "--force", "--no-backup", dry=dry)
        collection.assets.clear()

    @rule(dry=dry)
    def purge(self, dry: bool) -> None:
        self._run(0, "asset", "purge", "--force", "--no-backup", dry=dry)
        for collection in self._all():
            for name in [name for name, asset in collection.assets.items() if asset.missing]:
                del collection.assets[name]

    # -- scripts -----------------------------------------------------------------------------------

    @precondition(lambda self: self._all())
    @rule(pick=picks, excluded=st.booleans())
    def a_script_excludes(self, pick: int, excluded: bool) -> None:
        collection = self._collection(pick)
        self.cli.run_sql(
            "UPDATE path_mappings SET excluded = :excluded WHERE collection_id = :id",
            excluded=int(excluded),
            id=collection.id,
        )
        if collection.remap(collection.local, excluded):
            collection.ingestible = False

    @precondition(lambda self: self._all())
    @rule(pick=picks, name=names)
    def a_script_deletes_an_asset(self, pick: int, name: str) -> None:
        collection = self._collection(pick)
        self.cli.run_sql(
            "DELETE FROM assets WHERE collection_id = :id AND external_id = :name",
            id=collection.id,
            name=f"{collection.top}/{name}",
        )
        collection.assets.pop(name, None)

    # -- comparing ---------------------------------------------------------------------------------

    @invariant()
    def the_file_is_what_the_model_says(self) -> None:
        if not hasattr(self, "home"):
            return
        self._compare_sources()
        for collection in self._all():
            self._compare_assets(collection)
        with contextlib.closing(sqlite3.connect(self.cli.db)) as connection:
            assert guarantees.violations(connection, guarantees.WHOLE_FILE) == []
        ((lines,),) = self.cli.rows("SELECT count(*) FROM history")
        assert lines >= self.lines
        self.lines = lines

    def _compare_sources(self) -> None:
        rows = self.cli.rows("SELECT name FROM sources ORDER BY name")
        assert rows == [(name,) for name in sorted(s.name for s in self.sources.values())]
        rows = self.cli.rows("""
            SELECT s.name, c.external_id, c.name, c.enabled, c.sync_enabled, c.ingestible,
                   c.missing_since IS NOT NULL, m.external_path, m.local_path, m.excluded,
                   m.missing_since IS NOT NULL, c.id
              FROM collections AS c
              JOIN sources AS s ON s.id = c.source_id
              LEFT JOIN path_mappings AS m ON m.collection_id = c.id
             ORDER BY s.name, c.external_id, m.external_path""")
        told = []
        for source in sorted(self.sources.values(), key=lambda source: source.name):
            for top, c in sorted(source.collections.items()):
                local = None if c.local is None else str(c.local)
                told.append(
                    (source.name, top, top, c.enabled, c.sync, c.ingestible, c.missing,
                     str(c.location), local, c.excluded, False)
                )  # fmt: skip
        assert [row[:-1] for row in rows] == told
        ids = {row[:2]: row[-1] for row in rows}
        for source in self.sources.values():
            for c in source.collections.values():
                c.id = c.id or ids[source.name, c.top]
                assert c.id == ids[source.name, c.top]

    def _compare_assets(self, collection: MCollection) -> None:
        rows = self.cli.rows(
            """
            SELECT a.external_id, a.missing_since IS NOT NULL, f.relative_path, f.size_bytes, a.id
              FROM assets AS a
              LEFT JOIN asset_files AS f ON f.asset_id = a.id
             WHERE a.collection_id = :id
             ORDER BY a.external_id""",
            id=collection.id,
        )
        assets = sorted(collection.assets.items())
        assert [row[:-1] for row in rows] == [
            (f"{collection.top}/{name}", a.missing, name, a.print) for name, a in assets
        ]
        for (_, asset), row in zip(assets, rows, strict=True):
            asset.id = asset.id or row[-1]
            assert asset.id == row[-1]


def _ready(collection: MCollection, local: Path | None, excluded: bool) -> bool:
    mapped = local is not None and local.is_dir()
    return mapped and not excluded and not collection.missing


def _set_flags(collection: MCollection, enabled: str | None, sync: str | None) -> None:
    if enabled is not None:
        collection.enabled = enabled == "--enable"
    if sync is not None:
        collection.sync = sync == "--sync-enable"
        collection.enabled = collection.enabled or collection.sync
    collection.sync = collection.sync and collection.enabled


class Walk:
    """A walk through the same commands, in which much is ingested: every step as `random` says."""

    def __init__(self, machine: Commands, random: Random) -> None:
        self.machine = machine
        self.random = random

    def take(self, steps: int) -> None:
        self.machine.start(ready=True)
        self.machine.the_file_is_what_the_model_says()
        for _ in range(steps):
            self._step()
            self.machine.the_file_is_what_the_model_says()

    def _coin(self, of: int = 2) -> bool:
        return not self.random.randrange(of)

    def _step(self) -> None:
        machine, pick, dry = self.machine, self.random.randrange(4), self._coin(4)
        acts: list[tuple[int, bool, Callable[[], None]]] = [
            (30, True, self._change),
            (2, True, lambda: machine.remove_a_folder(*self._place())),
            (2, True, lambda: machine.add(self.random.choice(BASES), self._coin(), dry)),
            (4, bool(machine.sources), lambda: machine.discover(pick, dry)),
            (1, bool(machine.sources), lambda: machine.delete(pick, dry)),
            (2, bool(machine.sources), lambda: machine.rename(pick, self._name(), dry)),
            (
                2,
                bool(machine._all()),
                lambda: machine.map_a_source(pick, self._side(), self._coin(), dry),
            ),
            (4, bool(machine._all()), lambda: self._update(pick, dry)),
            (5, bool(machine._all()), lambda: machine.make_ready(pick)),
            (
                20,
                bool(machine.sources),
                lambda: machine.ingest_a_source(pick, self._coin(), self._coin(4), dry),
            ),
            (6, bool(machine._all()), lambda: machine.ingest_a_collection(pick, False, dry)),
            (1, bool(machine._all()), lambda: machine.wipe(pick, dry)),
            (2, True, lambda: machine.purge(dry)),
            (1, bool(machine._all()), lambda: machine.a_script_excludes(pick, self._coin())),
            (
                2,
                bool(machine._all()),
                lambda: machine.a_script_deletes_an_asset(pick, self.random.choice(FILES)),
            ),
        ]
        possible = [(weight, act) for weight, can, act in acts if can]
        weights = [weight for weight, _ in possible]
        self.random.choices([act for _, act in possible], weights)[0]()

    def _side(self) -> str:
        return self.random.choice(("disk", "disk", "disk", "mirror"))

    def _place(self) -> tuple[str, str, str]:
        return self._side(), self.random.choice("AAAB"), self.random.choice(TOPS)

    def _name(self) -> str:
        return self.random.choice(("", " 2", "Shared"))

    def _change(self) -> None:
        changes = [
            (self.random.choice(("write", "rename", "rename", "remove")), *self._two())
            for _ in range(self.random.choice((1, 1, 2, 4)))
        ]
        self.machine.change_a_folder(*self._place(), changes)

    def _two(self) -> tuple[str, str]:
        return self.random.choice(FILES), self.random.choice(FILES)

    def _update(self, pick: int, dry: bool) -> None:
        self.machine.update(
            pick,
            self.random.choice((None, None, "--enable", "--disable")),
            self.random.choice((None, "--sync-enable", "--sync-disable")),
            self.random.choice((None, "disk", "mirror", "same")),
            self._coin(5),
            self._coin(5),
            dry,
        )


@pytest.mark.parametrize("seed", range(int(os.environ.get("MODEL_WALKS", "12"))))
def test_a_walk_through_the_commands_does_what_the_model_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(Commands, "root", tmp_path, raising=False)
    machine = Commands()
    Walk(machine, Random(seed)).take(30)


def test_sequences_of_commands_do_what_the_model_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Commands, "root", tmp_path, raising=False)
    run_state_machine_as_test(
        Commands,
        settings=settings(
            max_examples=int(os.environ.get("MODEL_EXAMPLES", "10")),
            stateful_step_count=20,
            derandomize="MODEL_EXAMPLES" not in os.environ,
            deadline=None,
            database=None,
        ),
    )

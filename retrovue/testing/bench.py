"""A catalogue in a temporary folder, and an importer to try on it, all in this process."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from retrovue.catalogue import collections, sources
from retrovue.catalogue.connection import opened
from retrovue.catalogue.core import Catalogue
from retrovue.errors import RetrovueError
from retrovue.found import ScanCollection
from retrovue.importers.api import Importer
from retrovue.importers.choice import Choice
from retrovue.importers.hookspecs import hookimpl
from retrovue.importers.loader import Plugins
from retrovue.model import Collection, IngestResult, Source
from retrovue.operations import discover, ingest
from retrovue.operations.collections import CollectionUpdate, update_collection
from retrovue.operations.ingest_run import Options
from retrovue.operations.ingestibility import for_scan
from retrovue.operations.sources import add_source, importer_of
from retrovue.paths import Rewrite
from retrovue.testing import in_process
from retrovue.testing.in_process import Ran

SOURCE = "Bench"


class Ingested(NamedTuple):
    """What an ingest did, over all collections: how many assets of each kind of change, how many
    items were left out or not read, and how many times an asset was described."""

    added: int
    updated: int
    missing: int
    moved: int
    restored: int
    unchanged: int
    skipped: int
    unread: int
    described: int
    results: tuple[IngestResult, ...]


class _Plugins(Plugins):
    """All that is bundled, and an importer that is made by whoever tests it."""

    factory: Callable[[], Importer] | None = None
    described = 0

    def make(self, type_: str, config: Mapping[str, Any]) -> Importer:
        made = self.factory() if self.factory is not None else super().make(type_, config)
        if getattr(made.describe, "__func__", None) is not Importer.describe:
            describe = made.describe

            def counted(asset: Any) -> Any:
                self.described += 1
                return describe(asset)

            made.describe = counted  # type: ignore[method-assign]
        return made


class Bench:
    """`with Bench() as bench:` has an empty catalogue, which goes at the end."""

    def __init__(self) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="retrovue-bench-")
        self.home = Path(self._home.name)
        self.path = self.home / "retrovue.db"
        self._catalogue = Catalogue(str(self.path))
        self._plugins = _Plugins(Choice(only=()))

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self._catalogue.close()
        self._home.cleanup()

    def plugin(self, module: Any) -> None:
        """Load a module, or whatever has the hooks of a plugin, without installing it. Raises
        ImporterError where it cannot be one."""
        self._plugins.add(module, getattr(module, "__name__", "bench").rpartition(".")[2])

    def importer(self, cls: type[Importer], **options: Any) -> Source:
        """Add a source of this importer with these options, as `source add` does; nothing is
        contacted. Raises what the command would print as an error."""

        def register_importers(register: Callable[[type[Importer]], None]) -> None:
            register(cls)

        if cls.type not in self._plugins.types():
            module = ModuleType(cls.type)
            module.register_importers = hookimpl(register_importers)  # type: ignore[attr-defined]
            self.plugin(module)
        return add_source(
            self._catalogue, self._plugins, cls.type, SOURCE, options, with_discovery=False
        ).source

    def made_by(self, make: Callable[[], Importer]) -> Source:
        """Add a source whose importer is made by this call each time."""
        made = make()
        self._plugins.factory = make
        given = {option.name: made.config.get(option.name) for option in type(made).options}
        return self.importer(type(made), **given)

    def discover(self) -> list[Collection]:
        """Discover the collections, map and enable them; returns them as they are then.

        A location that is a folder here is mapped to itself, any other to an empty folder.
        """
        source = self._source()
        importer = importer_of(self._catalogue, self._plugins, source)
        found = discover.discover(self._catalogue, source, importer, allow_missing=True)
        for collection in found.collections:
            if collection.missing_since is None:
                self._enable(collection)
        return self.collections()

    def _enable(self, collection: Collection) -> None:
        elsewhere = self.home / "mapped"
        elsewhere.mkdir(exist_ok=True)
        places = [mapping.external_path for mapping in collection.mappings]
        rewrites = [Rewrite(at, at if _is_here(at) else str(elsewhere)) for at in places]
        wanted = CollectionUpdate(sync_enabled=True, rewrites=tuple(rewrites))
        update_collection(self._catalogue, lambda: self._plugins, collection, wanted)

    def collections(self) -> list[Collection]:
        """The collections as they are now."""
        return collections.of_source(self._catalogue.reader(), self._source().id)

    def given(self, collection: Collection) -> ScanCollection:
        """What a scan of a collection is given."""
        return for_scan(collection)

    def ingest(self, *, quick: bool = False, allow_missing: bool = True) -> Ingested:
        """Ingest what was discovered (at first, discover it). Raises the error of an ingest in
        which a collection failed."""
        if not self.collections():
            self.discover()
        self._plugins.described = 0
        options = Options(quick=quick, allow_missing=allow_missing)
        done = ingest.ingest_source(self._catalogue, self._plugins, self._source(), options)
        if done.refused is not None:
            raise done.refused
        failed = next((result.error for result in done.results if result.error is not None), None)
        if failed is not None:
            raise failed
        return self._counted(done.results)

    def _counted(self, results: Sequence[IngestResult]) -> Ingested:
        def total(word: str) -> int:
            return sum(result.stats[word] for result in results)

        return Ingested(
            total("added"),
            total("updated"),
            total("missing"),
            total("moved"),
            total("restored"),
            total("unchanged"),
            sum(result.stats["skipped"] - result.left_out_count for result in results),
            sum(result.unread_count for result in results),
            self._plugins.described,
            tuple(results),
        )

    def _source(self) -> Source:
        return sources.get(self._catalogue.reader(), SOURCE)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query on the catalogue."""
        with opened(self.path, "ro") as connection:
            return connection.execute(sql).fetchall()

    def cli(self, *words: object) -> Ran:
        """Run `retrovue --db CATALOGUE WORDS...` in this process, with the plugins of the bench."""
        from retrovue.cli.app import App

        before, App.given_plugins = App.given_plugins, self._plugins
        try:
            return in_process.run(["--db", str(self.path), *map(str, words)])
        finally:
            App.given_plugins = before


def _is_here(place: str) -> bool:
    return os.path.isabs(place) and os.path.isdir(place)


def says(error: RetrovueError) -> str:
    """All that an error says."""
    return "\n".join([error.message, *map(str, error.detail)])

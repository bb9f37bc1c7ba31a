"""Updating sources: new options are tried first, and what is offered with them is written with
them, so that nothing is ingested from the old place under the new configuration (G-2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from retrovue.catalogue import collections, history, offered, sources
from retrovue.catalogue.connection import Tx
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.matching import Match, match
from retrovue.commands import Command
from retrovue.errors import AnotherServer, UsageError
from retrovue.found import FoundCollection
from retrovue.importers import settings
from retrovue.importers.api import Importer
from retrovue.importers.loader import Plugins
from retrovue.importers.settings import Settings
from retrovue.model import Collection, Source
from retrovue.operations import discover, probing, rebind, source_mappings
from retrovue.operations.conflicts import (
    Changed,
    require_folders,
    require_mapped,
    retry_on_conflict,
)
from retrovue.operations.sources import (
    options_of,
    require_name,
    stored_settings,
)
from retrovue.operations.way_back import after_backup
from retrovue.paths import Rewrite

Progress = Callable[[FoundCollection, int], None]


class SourceUpdate(NamedTuple):
    """What `source update` was asked for: a name, values of options by name (None: not given),
    options to clear, and where its files are. `rebind` takes whatever answers for the source's
    server from now on, and of its ambiguous items those that `accept` numbers;
    `probe` is whether its files are probed, None: as it is."""

    name: str | None = None
    values: Mapping[str, Any] = {}
    unset: tuple[str, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    rebind: bool = False
    accept: tuple[int, ...] = ()
    allow_missing: bool = False
    no_backup: bool = False
    progress: Progress = lambda offer, count: None
    probe: bool | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The values of options that were given, by name."""
        return {name: value for name, value in self.values.items() if value is not None}

    @property
    def asks_source(self) -> bool:
        """Whether the source has to be asked; a name or mappings alone contact nothing."""
        return bool(self.given or self.unset or self.rebind)


class Updated(NamedTuple):
    """A source before and after an update, its collections before and after, those whose mappings
    it touched, what changed of them, and the options that it lost because its importer no longer
    has them; of a rebinding what became of the assets, and where the backup lies."""

    before: Source
    after: Source
    settings: Settings
    known: list[Collection]
    collections: list[Collection]
    changes: offered.Changes | None
    dropped: list[str]
    changed: bool
    rebinding: rebind.Rebinding | None = None
    backup: Path | None = None

    @property
    def remapped(self) -> list[Collection]:
        """The collections whose mappings are others than before."""
        mapped = {c.id: c.mappings for c in self.known}
        return [c for c in self.collections if mapped.get(c.id) != c.mappings]


class _Tried(NamedTuple):
    """The configuration as it shall be, and what the source offers with it; without an `offer` the
    source was not asked."""

    settings: Settings
    identity: str
    dropped: list[str]
    offer: discover.Offer | None = None
    rebinding: rebind.Rebinding | None = None


def update_source(
    catalogue: Catalogue,
    plugins: Plugins,
    source: Source,
    wanted: SourceUpdate,
) -> Updated:
    """Change name, options and mappings of a source in one transaction.

    New options are tried first: the importer is asked what it offers with them, which is applied
    as by a discovery. Raises AnotherServer unless it is a rebinding, and, unless missing ones are
    allowed, WouldLoseCollections and AnotherLibrary where a known collection would lose its
    counterpart or become another library.
    """

    if wanted.probe:
        probing.require_probes(plugins)

    def attempt() -> Updated:
        now = sources.by_id(catalogue.reader(), source.id)
        return _update_source(catalogue, plugins, now, wanted)

    what = f"Source update failed: source '{source.name}'"
    if not wanted.rebind:
        return retry_on_conflict(attempt, what)
    with after_backup(catalogue, "Source update", no_backup=wanted.no_backup) as way:
        done = retry_on_conflict(attempt, what)
        way.changed = done.changed
    return done._replace(backup=way.path)


def _update_source(
    catalogue: Catalogue, plugins: Plugins, source: Source, wanted: SourceUpdate
) -> Updated:
    sources.require_valid(catalogue.reader(), source)
    require_folders(wanted.rewrites)
    stored = stored_settings(catalogue, source)
    tried = _Tried(stored, source.identity, [])
    if wanted.asks_source:
        tried = _tried(catalogue, plugins, source, stored, wanted)
    tried = tried._replace(settings=settings.with_probe(tried.settings, probe=wanted.probe))
    before = collections.of_source(catalogue.reader(), source.id)
    planned = before
    places = tried.rebinding.places if tried.rebinding is not None else {}
    if tried.offer is not None and (wanted.rewrites or places):
        planned = _planned(catalogue, source, wanted, tried)
    remapped = source_mappings.remapped(planned, wanted.rewrites, places)
    if not wanted.allow_missing:
        offered = [(c.mappings, after) for c, after in remapped if c.missing_since is None]
        require_mapped(
            [mapping for known, _ in offered for mapping in known],
            [mapping for _, after in offered for mapping in after],
            Command("source map-check", (sources.selector(source),), ("--under", "DIR")),
        )
    reasons = source_mappings.reasons_if_offline(catalogue, plugins, source, remapped)
    with catalogue.write("Source update") as tx:
        _require_same_source(tx, source, stored)
        if tried.rebinding is not None:
            _require_same_collections(tx, source, before)
        changed, changes = _write_source(tx, source, wanted, tried)
        source_mappings.write(tx, remapped, reasons)
        if tried.rebinding is not None:
            offered_now = collections.of_source(tx.connection, source.id)
            changed = bool(rebind.write(tx, tried.rebinding, offered_now)) or changed
        after = sources.by_id(tx.connection, source.id)
        changed = changed or bool(changes) or bool(remapped)
        if changed:
            detail = _detail(source, after, stored, wanted, tried, changes)
            history.record(tx, "Source update", "success", after.name, detail=detail)
        now = collections.of_source(tx.connection, source.id)
    return Updated(
        source, after, tried.settings, before, now, changes, tried.dropped, changed, tried.rebinding
    )


def _tried(
    catalogue: Catalogue,
    plugins: Plugins,
    source: Source,
    stored: Settings,
    wanted: SourceUpdate,
) -> _Tried:
    """The settings with the values given, once the importer was asked what it offers with them."""
    options = options_of(plugins, source)
    unknown = settings.unknown(options, stored)
    unset = [_option_name(name, [*(o.name for o in options), *unknown]) for name in wanted.unset]
    for name in unset:
        if name in wanted.given:
            raise UsageError(f"--unset {name} and a value for it contradict each other")
    new = settings.merge(options, stored, wanted.given, unset)
    importer = plugins.make(source.type, settings.resolve(options, new, source.name))
    identity = plugins.identity(importer)
    sources.require_free(catalogue.reader(), source.type, identity, source.name, but=source.id)
    offer = None
    if wanted.rebind or source.remote_identity or _has_collections(catalogue, source):
        offer = _asked(importer, source, wanted)
    rebinding = None
    if wanted.rebind and offer is not None:
        rebinding = _rebinding(catalogue, source, importer, offer, wanted)
    dropped = [name for name in unknown if name not in unset]
    return _Tried(new, identity, dropped, offer, rebinding)


def _rebinding(
    catalogue: Catalogue,
    source: Source,
    importer: Importer,
    offer: discover.Offer,
    wanted: SourceUpdate,
) -> rebind.Rebinding:
    """What became of the known assets; where there are none nothing is read."""
    known = collections.of_source(catalogue.reader(), source.id)
    some = any(collection.asset_count for collection in known)
    said = offer.remote_identity
    return rebind.matched(
        catalogue.reader(),
        importer,
        known,
        offer.found if some else (),
        same_server=said is not None and said == source.remote_identity,
        accept=wanted.accept,
        rewrites=wanted.rewrites,
        progress=wanted.progress,
    )


def _asked(importer: Importer, source: Source, wanted: SourceUpdate) -> discover.Offer:
    if wanted.rebind:
        return discover.gather(importer, source.name)
    try:
        return discover.gather(importer, source.name, source)
    except AnotherServer as error:
        error.hint = "If that is right, add --rebind."  # to the options that were given
        raise


def _has_collections(catalogue: Catalogue, source: Source) -> bool:
    """Whether anything was discovered; else nothing can be lost, and nothing need be contacted."""
    return bool(collections.of_source(catalogue.reader(), source.id))


def _option_name(given: str, names: Sequence[str]) -> str:
    """The option that `--unset` means: `base_url`, `base-url` or `--base-url`."""
    spellings = (given, given.removeprefix("--").replace("-", "_"))
    name = next((spelling for spelling in spellings if spelling in names), None)
    if name is None:
        raise UsageError(
            f"--unset {given} is not an option of this source",
            [f"option: {name}" for name in names],
        )
    return name


def _planned(
    catalogue: Catalogue, source: Source, wanted: SourceUpdate, tried: _Tried
) -> list[Collection]:
    """The collections as what is offered will make them."""
    with catalogue.rehearse("Source update") as tx:
        _write_source(tx, source, wanted, tried)
        return collections.of_source(tx.connection, source.id)


def _write_source(
    tx: Tx, source: Source, wanted: SourceUpdate, tried: _Tried
) -> tuple[bool, offered.Changes | None]:
    """Write the source's row, and its collections where it was asked what it offers."""
    name = source.name if wanted.name is None else require_name(wanted.name)
    new = tried.settings
    changed = sources.update(tx, source, name, tried.identity, new.config, new.secrets)
    if tried.offer is None:
        return changed, None
    known = collections.of_source(tx.connection, source.id)
    votes = tried.rebinding.votes() if tried.rebinding is not None else {}
    matched = match(known, tried.offer.found, rebind=wanted.rebind, items=votes)
    if not wanted.allow_missing:
        kept = rebind.kept_elsewhere(tried.rebinding, matched) if tried.rebinding else []
        _require_counterparts(matched, kept)
    changes = offered.apply(tx, source.id, matched)
    if wanted.rebind:
        rebound = sources.rebind(tx, source, tried.offer.remote_identity)
        return changed or rebound, changes
    sources.set_remote_identity(tx, source.id, tried.offer.remote_identity)
    return changed, changes


def _require_counterparts(matched: Match, kept: Sequence[Collection]) -> None:
    hint = "If that is right, add --allow-missing."
    if matched.replaced:
        raise discover.another_library("Source update", matched.replaced, hint)
    lost = [collection for collection in matched.lost if collection not in kept]
    if lost:
        raise discover.would_lose(
            f"Source update failed: {len(lost)} of its collections would lose their counterpart",
            matched,
            hint,
        )


def _require_same_collections(tx: Tx, source: Source, before: Sequence[Collection]) -> None:
    """Raise Changed where a collection is another, or its assets are, than when it was matched."""
    if before != collections.of_source(tx.connection, source.id):
        raise Changed


def _require_same_source(tx: Tx, source: Source, stored: Settings) -> None:
    now = sources.by_id(tx.connection, source.id)
    secrets = sources.secrets(tx.connection, source.id)
    if now != source or secrets != dict(stored.secrets):
        raise Changed


def _detail(
    before: Source,
    after: Source,
    stored: Settings,
    wanted: SourceUpdate,
    tried: _Tried,
    changes: offered.Changes | None,
) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    if before.name != after.name:
        detail["renamed_from"] = before.name
    new = tried.settings
    names = {
        key
        for old, now in ((stored.config, new.config), (stored.secrets, new.secrets))
        for key in old.keys() | now.keys()
        if old.get(key) != now.get(key)
    }
    if names:
        detail["options"] = sorted(names)
    if wanted.rewrites:
        detail["mapped"] = [list(rewrite) for rewrite in wanted.rewrites]
    if wanted.rebind:
        detail["rebound"] = tried.rebinding.totals if tried.rebinding else True
    return {**detail, **(discover.detail_of(changes) if changes else {})}

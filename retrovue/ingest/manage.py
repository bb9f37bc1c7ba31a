"""Adding and updating sources, and updating collections: ask the importer first, then write."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from retrovue.catalogue import collections, history, mappings, sources
from retrovue.catalogue.core import Catalogue, Tx
from retrovue.errors import (
    GuaranteeViolated,
    Locked,
    NotFound,
    NotIngestible,
    RetrovueError,
    UsageError,
)
from retrovue.importers import settings
from retrovue.importers.api import Importer
from retrovue.importers.loader import Plugins
from retrovue.importers.settings import Settings
from retrovue.ingest import discover
from retrovue.ingest.assess import contacts_nothing, reasons_against
from retrovue.model import Collection, PathMapping, Source
from retrovue.paths import Rewrite

T = TypeVar("T")
TRIES = 10  # how often an update begins anew because somebody else was quicker


# what a terminal would obey, line ends of every kind, and marks that turn the text's direction
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Updated(NamedTuple):
    """A source before and after an update, and the collections whose mappings it touched."""

    before: Source
    after: Source
    settings: Settings
    remapped: list[Collection]
    changed: bool


class CollectionUpdated(NamedTuple):
    before: Collection
    after: Collection

    @property
    def changed(self) -> bool:
        return self.before != self.after


def stored_settings(catalogue: Catalogue, source: Source) -> Settings:
    return Settings(dict(source.config), sources.secrets(catalogue.reading(), source.id))


def importer_of(catalogue: Catalogue, plugins: Plugins, source: Source) -> Importer:
    """The importer of a source, with its stored configuration. Raises ImporterFailed,
    UnknownSourceType."""
    options = plugins.importer(source.type).options
    stored = stored_settings(catalogue, source)
    return plugins.make(source.type, settings.resolved(options, stored, source.name))


def require_name(name: str) -> str:
    """The name of a source without blanks around it. Raises UsageError for none, and for one with
    control characters."""
    if not name.strip():
        raise UsageError("The name of a source is empty", hint='Give it one: --name "My Plex"')
    if _CONTROL.search(name):
        raise UsageError(f"The name of a source holds control characters: {name!r}")
    return name.strip()


def add_source(
    catalogue: Catalogue,
    plugins: Plugins,
    type_: str,
    name: str,
    values: Mapping[str, Any],
    with_discovery: bool,
    dry_run: bool = False,
) -> tuple[Source, Settings, list[Collection] | None]:
    """Add a source, and with discovery all its collections, in one transaction or not at all.

    Without discovery nothing is contacted and the collections are None. Raises UsageError,
    UnknownSourceType, ImporterFailed, AlreadyExists and DiscoveryFailed.
    """
    options = plugins.importer(type_).options
    name = require_name(name)
    given = settings.given(options, values)
    importer = plugins.make(type_, settings.resolved(options, given, name))
    identity = plugins.identity(importer)
    if catalogue.exists():
        sources.require_free(catalogue.reading(), type_, identity, name)
    found = discover.gather(importer, name) if with_discovery else None
    with catalogue.write("Source add", dry_run) as tx:
        source = sources.add(tx, type_, identity, name, given.config, given.secrets)
        detail: dict[str, Any] = {"type": type_, "external_id": source.external_id}
        if found is None:
            made = None
        else:
            collections.apply_found(tx, source.id, found)
            made = collections.of_source(tx.connection, source.id)
            detail["collections"] = [collection.name for collection in made]
        history.record(tx, "Source add", "success", source=name, detail=detail)
    return source, given, made


def update_source(
    catalogue: Catalogue,
    plugins: Plugins,
    source: Source,
    name: str | None,
    values: Mapping[str, Any],
    rewrites: Sequence[Rewrite],
    allow_missing: bool,
    dry_run: bool = False,
) -> Updated:
    """Change name, options and mappings of a source in one transaction.

    New options are tried first: the importer is asked what it offers with them, and
    GuaranteeViolated (G-2) is raised when known collections would lose their counterpart, unless
    `allow_missing`. A name or mappings alone contact nothing.
    """

    def attempt() -> Updated:
        now = sources.get(catalogue.reading(), source.external_id)
        return _update_source(
            catalogue, plugins, now, name, values, rewrites, allow_missing, dry_run
        )

    return _again(attempt, f"Source update failed: source '{source.name}'")


def _update_source(
    catalogue: Catalogue,
    plugins: Plugins,
    source: Source,
    name: str | None,
    values: Mapping[str, Any],
    rewrites: Sequence[Rewrite],
    allow_missing: bool,
    dry_run: bool,
) -> Updated:
    sources.require_valid(catalogue.reading(), source)
    require_folders(rewrites)
    new_name = source.name if name is None else require_name(name)
    stored = stored_settings(catalogue, source)
    given = {key: value for key, value in values.items() if value is not None}
    wanted, identity = stored, source.identity
    if given:
        wanted, identity = _tried(catalogue, plugins, source, stored, given, allow_missing)
    known = collections.of_source(catalogue.reading(), source.id)
    remapped = _remapped(known, rewrites)
    reasons = _reasons_if_offline(catalogue, plugins, source, remapped)
    with catalogue.write("Source update", dry_run) as tx:
        _require_same_source(tx, source, stored)
        changed = sources.update(tx, source, new_name, identity, wanted.config, wanted.secrets)
        for collection, after in remapped:
            _require_same(tx, collection)
            mappings.write(tx, after)
            tx.touch(collection.id)
            if collection.id in reasons:
                collections.set_ingestible(tx, collection.id, reasons[collection.id])
        changed = changed or bool(remapped)
        after_source = sources.get(tx.connection, source.external_id)
        if changed:
            detail = _update_detail(source, after_source, stored, wanted, rewrites)
            history.record(tx, "Source update", "success", after_source.name, detail=detail)
        touched = [c.id for c, _ in remapped]
        now = [c for c in collections.of_source(tx.connection, source.id) if c.id in touched]
    return Updated(source, after_source, wanted, now, changed)


def _tried(
    catalogue: Catalogue,
    plugins: Plugins,
    source: Source,
    stored: Settings,
    given: Mapping[str, Any],
    allow_missing: bool,
) -> tuple[Settings, str]:
    """The settings with the values given and their identity, once the importer offers with them
    what is known."""
    options = plugins.importer(source.type).options
    wanted = settings.merged(options, stored, given)
    importer = plugins.make(source.type, settings.resolved(options, wanted, source.name))
    identity = plugins.identity(importer)
    sources.require_free(catalogue.reading(), source.type, identity, source.name, but=source.id)
    known = collections.of_source(catalogue.reading(), source.id)
    lost = discover.lost_by(known, discover.gather(importer, source.name)) if known else []
    if lost and not allow_missing:
        raise GuaranteeViolated(
            f"Source update failed: {len(lost)} of its collections would lose their counterpart",
            [f"{c.name} (external id {c.external_id}, {c.asset_count} assets)" for c in lost],
            hint="If that is right, add --allow-missing.",
        )
    return wanted, identity


def _remapped(
    known: Sequence[Collection], rewrites: Sequence[Rewrite]
) -> list[tuple[Collection, tuple[PathMapping, ...]]]:
    """The collections that the rewrites change, with their mappings as they shall be."""
    found = []
    fitting: set[Rewrite] = set()
    for collection in known:
        own = []
        for rewrite in rewrites:
            try:
                mappings.mapped(collection.mappings, [rewrite])
            except UsageError:
                continue
            own.append(rewrite)
        fitting.update(own)
        after = mappings.mapped(collection.mappings, own)
        if after != collection.mappings:
            found.append((collection, after))
    for rewrite in rewrites:
        if rewrite not in fitting:
            places = sorted({m.external_path for c in known for m in c.mappings})
            raise UsageError(
                f"--map {rewrite.external} fits no location",
                [f"location: {place or '(any)'}" for place in places],
            )
    return found


def _reasons_if_offline(
    catalogue: Catalogue,
    plugins: Plugins,
    source: Source,
    remapped: Sequence[tuple[Collection, tuple[PathMapping, ...]]],
) -> dict[int, list[str]]:
    """Why each collection cannot be ingested with its new mappings, by id; nothing where asking the
    importer might contact its source, or where it cannot be made."""
    try:
        importer = importer_of(catalogue, plugins, source)
    except RetrovueError:
        return {}
    if not contacts_nothing(importer):
        return {}
    return {c.id: reasons_against(c._replace(mappings=after), importer) for c, after in remapped}


class _Changed(Exception):
    """Somebody else changed what was looked at before the lock was held."""


def _again(attempt: Callable[[], T], what: str) -> T:
    """Try anew with what is there now, as often as somebody else was quicker."""
    for _ in range(TRIES):
        try:
            return attempt()
        except _Changed:
            continue
    raise Locked(
        f"{what} was changed by another process at the same time, {TRIES} times over",
        hint="Try again.",
    )


def _require_same(tx: Tx, collection: Collection) -> Collection:
    now = collections.by_id(tx.connection, collection.id)
    if now is None:
        raise _gone(collection)
    if (now.mappings, now.missing_since) != (collection.mappings, collection.missing_since):
        raise _Changed
    return now


def _require_same_source(tx: Tx, source: Source, stored: Settings) -> None:
    now = sources.get(tx.connection, source.external_id)
    secrets = sources.secrets(tx.connection, source.id)
    if now != source or secrets != dict(stored.secrets):
        raise _Changed


def _gone(collection: Collection) -> NotFound:
    return NotFound(f"Collection '{collection.name}' not found", ["It was deleted meanwhile."])


def _update_detail(
    before: Source,
    after: Source,
    stored: Settings,
    wanted: Settings,
    rewrites: Sequence[Rewrite],
) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    if before.name != after.name:
        detail["renamed_from"] = before.name
    names = {
        key
        for old, new in ((stored.config, wanted.config), (stored.secrets, wanted.secrets))
        for key in old.keys() | new.keys()
        if old.get(key) != new.get(key)
    }
    if names:
        detail["options"] = sorted(names)
    if rewrites:
        detail["mapped"] = [list(rewrite) for rewrite in rewrites]
    return detail


def require_folders(rewrites: Sequence[Rewrite]) -> None:
    """Raise UsageError when the local side of a `--map` is no folder."""
    for rewrite in rewrites:
        if not os.path.isdir(rewrite.local):
            raise UsageError(f"--map {rewrite.external}: {rewrite.local} is not a folder")


class Wish(NamedTuple):
    """What `collection update` was asked for; None leaves a flag as it is."""

    enabled: bool | None = None
    sync_enabled: bool | None = None
    rewrites: tuple[Rewrite, ...] = ()
    map_same: bool = False
    unmap: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


def update_collection(
    catalogue: Catalogue,
    plugins: Callable[[], Plugins],
    collection: Collection,
    wish: Wish,
    dry_run: bool = False,
) -> CollectionUpdated:
    """Change flags and mappings of a collection in one transaction, in which its ingestibility is
    worked out afresh.

    Raises UsageError for a mapping that fits nothing, InvalidState, and NotIngestible when it is
    to be sync-enabled but cannot be ingested; then nothing changes.
    """

    def attempt() -> CollectionUpdated:
        now = collections.by_id(catalogue.reading(), collection.id)
        if now is None:
            raise _gone(collection)
        return _update_collection(catalogue, plugins, now, wish, dry_run)

    return _again(attempt, f"Collection update failed: collection '{collection.name}'")


def _update_collection(
    catalogue: Catalogue,
    plugins: Callable[[], Plugins],
    collection: Collection,
    wish: Wish,
    dry_run: bool,
) -> CollectionUpdated:
    source = sources.get(catalogue.reading(), str(collection.source_id))
    sources.require_valid(catalogue.reading(), source)
    require_folders(wish.rewrites)
    same = _same_here(collection, wish)
    after = mappings.mapped(collection.mappings, wish.rewrites, same, wish.unmap, wish.exclude)
    reasons = _reasons(catalogue, plugins, source, collection._replace(mappings=after))
    if wish.sync_enabled and reasons:
        raise NotIngestible(
            f"Collection '{collection.name}' is not ingestible",
            reasons,
            hint="Map its locations: --map EXTERNAL LOCAL, --map-same, or --exclude EXTERNAL",
        )
    with catalogue.write("Collection update", dry_run) as tx:
        before = _require_same(tx, collection)
        mappings.write(tx, after)
        collections.set_flags(tx, before, *_flags(before, wish))
        collections.set_ingestible(tx, collection.id, reasons)
        now = collections.by_id(tx.connection, collection.id)
        assert now is not None
        if now != before:
            history.record(
                tx,
                "Collection update",
                "success",
                source.name,
                collection.name,
                _collection_detail(before, now),
            )
    return CollectionUpdated(before, now)


def _flags(before: Collection, wish: Wish) -> tuple[bool, bool]:
    """Enabled and sync-enabled as they shall be; what nobody asked for stays."""
    sync = before.sync_enabled if wish.sync_enabled is None else wish.sync_enabled
    enabled = before.enabled if wish.enabled is None else wish.enabled
    enabled = enabled or bool(wish.sync_enabled)
    return enabled, sync and enabled


def _same_here(collection: Collection, wish: Wish) -> list[str]:
    if not wish.map_same:
        return []
    places = [mapping.external_path for mapping in collection.mappings if mapping.active]
    here = [place for place in places if place.startswith("/") and os.path.isdir(place)]
    if not here:
        raise UsageError(
            "--map-same: no location of the collection exists on this machine",
            [f"location: {place or '(any)'}" for place in places],
            hint="Say where they are: --map EXTERNAL LOCAL",
        )
    return here


def _reasons(
    catalogue: Catalogue,
    plugins: Callable[[], Plugins],
    source: Source,
    collection: Collection,
) -> list[str]:
    found = reasons_against(collection, None)
    if found:
        return found
    try:
        importer = importer_of(catalogue, plugins(), source)
    except RetrovueError as error:
        return [error.message]
    return reasons_against(collection, importer)


def _collection_detail(before: Collection, after: Collection) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    for name in ("enabled", "sync_enabled", "ingestible"):
        if getattr(before, name) != getattr(after, name):
            detail[name] = getattr(after, name)
    if before.mappings != after.mappings:
        detail["mappings"] = {
            m.external_path: "excluded" if m.excluded else m.local_path for m in after.mappings
        }
    return detail

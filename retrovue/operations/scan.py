"""Driving an importer's scan into the staging tables: validating, looking up, describing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

from retrovue.catalogue.reconcile.lookup import Known, KnownFolder
from retrovue.catalogue.reconcile.staging import Staging
from retrovue.found import FoundAsset, FoundFile, FoundFolder, Skipped, Unread
from retrovue.importers.api import Importer
from retrovue.model import PathMapping
from retrovue.operations import item_checks
from retrovue.operations.ingestibility import for_scan
from retrovue.operations.item_checks import Broken, Unusable, shown
from retrovue.operations.item_filter import ItemFilter
from retrovue.operations.scope import Scope
from retrovue.paths import Mapper
from retrovue.redact import scrub

BATCH = 1000  # items looked up and staged together
SAMPLE = 1000  # reasons kept of what was left out
LINE = 1000  # characters kept of what was left out, and of the reason

Files = list[tuple[int, str, FoundFile]]


class _Folder(NamedTuple):
    """A folder that is read: its number among those, and what the file holds of it."""

    n: int
    known: KnownFolder | None


class Scan:
    """One scan of one collection, from the importer into the staging tables.

    After `run`, `unchanged`, `skipped` and `repeated` are counts, `unread` and `reasons` samples
    of what was not read and not taken, as lines.
    """

    def __init__(
        self,
        staging: Staging,
        importer: Importer,
        only: ItemFilter | None = None,
        scope: Scope | None = None,
        progress: Callable[[int], None] = lambda count: None,
        *,
        quick: bool = False,
        touched: Collection[str] = (),
    ) -> None:
        self._staging = staging
        self._importer = importer
        self._only = only
        self._scope = scope
        self._progress = progress
        self._quick = quick
        self._touched = touched  # folders, as the source spells them, that are read in any case
        described_by = getattr(importer.describe, "__func__", None)
        self._describes = described_by is not Importer.describe
        mappings = staging.collection.mappings
        self._mapper: Mapper[PathMapping] = Mapper(mappings, lambda mapping: mapping.excluded)
        self._excludes = any(mapping.excluded for mapping in mappings)
        self._batch: list[tuple[FoundAsset, _Folder | None]] = []
        self._items = 0  # in the batches so far
        self._folders = 0  # read so far
        self.unchanged = 0
        self.matched = 0
        self.skipped = 0
        self.repeated = 0
        self.unread: list[str] = []
        self.unread_count = 0
        self.untold = False  # whether something was not read of which nobody knows where it lies
        self.faults = 0  # items that break the interface, which are among the unread
        self.reasons: list[str] = []
        self.left_out: list[str] = []
        self.left_out_count = 0

    def run(self) -> None:
        """Take everything the importer yields. Raises whatever the importer raises."""
        collection = for_scan(self._staging.collection, self._folders_known, quick=self._quick)
        if self._scope is not None:
            collection = collection._replace(below=self._scope.external)
        for item in self._importer.scan(collection):
            if type(item) is FoundFolder:
                self._take_folder(item)
            elif self._is_asked_for(item):
                self._take(item, None)
            self._tell()
        self._flush()

    def _folders_known(self) -> Iterator[tuple[str, str]]:
        for path, fingerprint in self._staging.known.folders():
            yield path, "" if path.rstrip("/") in self._touched else fingerprint

    def _is_asked_for(self, item: Any) -> bool:
        return self._scope is None or self._scope.takes(item)

    def _take(self, item: Any, folder: _Folder | None) -> bool | None:
        """Take one item; returns whether it was an asset, None for what is left out on purpose."""
        if type(item) is FoundAsset:
            self._batch.append((item, folder))
            if len(self._batch) >= BATCH:
                self._flush()
            return True
        if isinstance(item, Unread):
            self._note_unread(item)
        elif isinstance(item, Skipped):
            if item.on_purpose:
                self._leave_out(item)
                return None
            self._skip(shown(item.where), shown(item.why))
        else:
            self._fault(item, "the importer yields this where FoundAsset is due")
        return False

    def _note_unread(self, item: Unread) -> None:
        if type(item.where) is not str or not self._staging.protected.note(item.where):
            self.untold = True
        self._count_unread(shown(item.where), shown(item.why))

    def _fault(self, where: Any, why: str) -> None:
        """Count what breaks the interface: which known asset it stands for cannot be told."""
        self.untold = True
        self.faults += 1
        self._count_unread(shown(where), why)

    def _count_unread(self, where: str, why: str) -> None:
        self.unread_count += 1
        if len(self.unread) < SAMPLE:
            self.unread.append(_line(where, why))

    def _take_folder(self, folder: FoundFolder) -> None:
        staging = self._staging
        fault = item_checks.folder_fault(folder)
        if fault is not None:
            self._fault(folder.path, fault)
        storable = item_checks.can_be_kept(folder)
        if self._scope is not None and fault is None and not self._scope.holds(folder.path):
            self._take_other(folder, storable=storable)
            return
        known = staging.known.folder(folder.path) if storable else None
        if known is not None:
            if not staging.mark_folder_seen(known):
                self.repeated += 1
                why = "this folder was seen before in this scan; the first counts"
                self._skip(folder.path, why)
                return
            if known.fingerprint == folder.fingerprint and self._only is None:
                staging.folder_unchanged(known)
                if not staging.folders_unchanged % BATCH:
                    self._flush()
                return
        self._folders += 1
        own = _Folder(self._folders, known) if storable else None
        taken = [self._take(item, own) for item in folder.assets()]
        if own is not None and self._only is None:
            fingerprint = None if False in taken else folder.fingerprint
            staging.folder_read(own.n, known, folder.path, fingerprint, taken.count(True))

    def _take_other(self, folder: FoundFolder, *, storable: bool) -> None:
        """A folder that does not lie in the one that is ingested. One above it is noted, so that
        the next scan knows where it is; of one that is no place what lies in the folder is
        taken."""
        assert self._scope is not None
        if self._scope.lies_below(folder.path):
            if storable and self._staging.known.folder(folder.path) is None:
                self._folders += 1
                self._staging.folder_read(self._folders, None, folder.path, None, 0)
        elif not self._scope.is_elsewhere(folder.path):
            for item in folder.assets():
                if self._is_asked_for(item):
                    self._take(item, None)

    def _flush(self) -> None:
        batch = self._batch
        known = self._known(batch)
        for asset, folder in batch:
            own_id = asset.external_id
            self._stage(asset, folder, known.get(own_id) if type(own_id) is str else None)
        self._settle()
        self._items += len(batch)
        batch.clear()
        self._tell()

    def _tell(self) -> None:
        read = self._items + len(self._batch)
        self._progress(read + self._staging.assets_in_unchanged_folders)

    def _known(self, batch: list[tuple[FoundAsset, _Folder | None]]) -> dict[str, Known]:
        ids = [asset.external_id for asset, _ in batch if type(asset.external_id) is str]
        folders = {folder.known for _, folder in batch if folder is not None and folder.known}
        return self._staging.known.assets(ids, folders)

    def _settle(self) -> None:
        """Write the batch, and count what turned out to be there twice or not storable."""
        repeated, unstorable, faulty = self._staging.flush()
        for external_id, folder_n in repeated:
            self._leave_repeated(external_id, folder_n)
        for external_id, folder_n in unstorable:
            self._leave(external_id, folder_n, "its name or path is not UTF-8")
        for external_id, folder_n, why in faulty:
            self._invalidate(folder_n)
            self._fault(external_id, why)

    def _leave_repeated(self, external_id: str, folder_n: int | None) -> None:
        self.repeated += 1
        why = "its id was seen before in this scan; the first one counts"
        self._leave(external_id, folder_n, why)

    def _leave(self, external_id: str, folder_n: int | None, why: str) -> None:
        self._skip(shown(external_id), why)
        self._invalidate(folder_n)

    def _invalidate(self, folder_n: int | None) -> None:
        if folder_n is not None:
            self._staging.invalidate_folder(folder_n)

    def _skip(self, where: str, why: str) -> None:
        self.skipped += 1
        if len(self.reasons) < SAMPLE:
            self.reasons.append(_line(where, why))

    def _leave_out(self, item: Skipped) -> None:
        """Count what is left out on purpose, which is skipped as well."""
        self.skipped += 1
        self.left_out_count += 1
        if len(self.left_out) < SAMPLE:
            self.left_out.append(_line(shown(item.where), shown(item.why)))

    def _stage(self, asset: FoundAsset, folder: _Folder | None, known: Known | None) -> None:
        if self._excludes and self._is_excluded(asset):
            self._invalidate(folder.n if folder else None)
            return
        whole = self._only is None
        if known is not None and whole and item_checks.is_same(asset, known.fingerprint):
            self._seen_unchanged(asset, folder, known)
            return
        try:
            self._take_changed(asset, folder, known)
        except Unusable as why:
            self._left_out(asset, folder, known, why)

    def _take_changed(self, asset: FoundAsset, folder: _Folder | None, known: Known | None) -> None:
        item_checks.check(asset)
        if self._describes:
            described = self._importer.describe(asset)
            item_checks.check_described(asset, described)
            asset = item_checks.as_scanned(described, asset.fingerprint)
        item_checks.require_title(asset)
        if self._only is not None and not self._only.fits(asset):
            return
        asset, secret = item_checks.cleaned(asset)
        files = self._mapped(asset)
        if secret is not None:
            raise Unusable(secret)
        if files:
            self._put(item_checks.with_fingerprint(asset), files, folder, known)
        else:  # all below an excluded location, and so not counted
            self._invalidate(folder.n if folder else None)

    def _put(
        self, asset: FoundAsset, files: Files, folder: _Folder | None, known: Known | None
    ) -> None:
        if known is not None and known.fingerprint == asset.fingerprint:
            self._seen_unchanged(asset, folder, known)
            return
        texts = item_checks.texts(asset)
        folder_n = folder.n if folder else None
        change = "added"
        if known is not None:
            if not self._see(known, folder):
                self._leave_repeated(asset.external_id, folder_n)
                return
            change = "restored" if known.missing else "updated"
        self.matched += 1
        self._staging.put(known, folder_n, change, asset, texts, files)

    def _seen_unchanged(self, asset: FoundAsset, folder: _Folder | None, known: Known) -> None:
        if not self._see(known, folder):
            self._leave_repeated(asset.external_id, folder.n if folder else None)
            return
        self.matched += 1
        if known.missing:
            self._staging.restore(known)
        else:
            self.unchanged += 1
        if folder is None or self._only is not None:
            return
        if folder.known is None or folder.known.id != known.folder_id:
            self._staging.relink(known, folder.n)

    def _see(self, known: Known, folder: _Folder | None) -> bool:
        return self._staging.mark_asset_seen(known, folder.known if folder else None)

    def _left_out(
        self, asset: FoundAsset, folder: _Folder | None, known: Known | None, why: Unusable
    ) -> None:
        name = asset.external_id or asset.title or "(no id)"
        if isinstance(why, Broken):
            self._invalidate(folder.n if folder else None)
            self._fault(name, str(why))
        else:
            self._leave(name, folder.n if folder else None, str(why))
        if known is not None and not known.missing:
            self._see(known, folder)

    def _is_excluded(self, asset: FoundAsset) -> bool:
        """Whether all files of an asset lie below excluded locations."""
        if type(asset.files) not in (tuple, list) or not asset.files:
            return False
        return all(
            type(file) is FoundFile and type(file.path) is str and self._lies_excluded(file.path)
            for file in asset.files
        )

    def _lies_excluded(self, path: str) -> bool:
        found = self._mapper.find(path)
        return found is not None and found[0].excluded

    def _mapped(self, asset: FoundAsset) -> Files:
        """The files with the ids of their mappings and their paths below those, none of those below
        excluded locations. Raises Unusable when one lies below no location."""
        files: Files = []
        for file in asset.files:
            found = self._mapper.find(file.path)
            if found is None:
                raise Unusable(f"{shown(file.path)} lies below no location of the collection")
            mapping, relative = found
            if not mapping.excluded:
                files.append((mapping.id, relative, file))
        return files


def _line(where: str, why: str) -> str:
    """What was left out and why, without secrets and of a length that can be shown."""
    return f"{scrub(where)[:LINE]}: {scrub(why)[:LINE]}"

"""Driving an importer's scan into the staging tables: validating, looking up, describing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from retrovue.catalogue.lookup import Known, KnownFolder
from retrovue.catalogue.staging import Staging, as_json, storable
from retrovue.found import ASSET_KINDS, FoundAsset, FoundFile, FoundFolder, Skipped, Unread
from retrovue.importers.api import Importer
from retrovue.ingest import secrecy
from retrovue.ingest.assess import for_scan
from retrovue.model import PathMapping
from retrovue.paths import Mapper
from retrovue.redact import scrub

BATCH = 1000  # items looked up and staged together
SAMPLE = 1000  # reasons kept of what was left out

Files = list[tuple[int, str, FoundFile]]


class Narrow(NamedTuple):
    """What a narrowed ingest asks for; the title may be that of the item or of its series."""

    title: str | None = None
    season: int | None = None
    episode: int | None = None

    def fits(self, asset: FoundAsset) -> bool:
        if self.title is not None:
            folded = self.title.casefold()
            names = (asset.title, asset.series, asset.artist, asset.album)
            if folded not in (name.casefold() for name in names if name):
                return False
        if self.season is not None and asset.season != self.season:
            return False
        if self.episode is None:
            return True
        first = asset.episode
        return first is not None and first <= self.episode <= (asset.episode_end or first)


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
        narrow: Narrow | None = None,
        progress: Callable[[int], None] = lambda count: None,
        quick: bool = False,
    ) -> None:
        self._staging = staging
        self._importer = importer
        self._narrow = narrow
        self._progress = progress
        self._quick = quick
        described_by = getattr(importer.describe, "__func__", None)
        self._describes = described_by is not Importer.describe
        self._mapper: Mapper[PathMapping] = Mapper(staging.collection.mappings)
        self._batch: list[tuple[FoundAsset, _Folder | None]] = []
        self._items = 0  # in the batches so far
        self._folders = 0  # read so far
        self.unchanged = 0
        self.matched = 0
        self.skipped = 0
        self.repeated = 0
        self.unread: list[str] = []
        self.unread_count = 0
        self.reasons: list[str] = []
        self.left_out: list[str] = []
        self.left_out_count = 0

    def run(self) -> None:
        """Take everything the importer yields. Raises whatever the importer raises."""
        collection = for_scan(self._staging.collection, self._quick, self._staging.known.folders)
        for item in self._importer.scan(collection):
            if type(item) is FoundFolder:
                self._take_folder(item)
            else:
                self._take(item, None)
        self._flush()

    def _take(self, item: Any, folder: _Folder | None) -> bool:
        """Take one item; returns whether it was an asset that can be."""
        if type(item) is FoundAsset:
            self._batch.append((item, folder))
            if len(self._batch) >= BATCH:
                self._flush()
            return True
        if isinstance(item, Unread):
            self.unread_count += 1
            if len(self.unread) < SAMPLE:
                self.unread.append(scrub(f"{item.where}: {item.why}"))
        elif isinstance(item, Skipped):
            if item.on_purpose:
                self._leave_out(item)
            else:
                self._skip(item.where, item.why)
        else:
            self._skip(_shown(item), "the importer yields this where FoundAsset is due")
        return False

    def _take_folder(self, folder: FoundFolder) -> None:
        staging = self._staging
        storable = _is_storable(folder)
        known = staging.known.folder(folder.path) if storable else None
        if known is not None:
            if not staging.meet(known):
                self.repeated += 1
                why = "this folder was seen before in this scan; the first counts"
                self._skip(folder.path, why)
                return
            if known.fingerprint == folder.fingerprint and self._narrow is None:
                staging.folder_unchanged(known)
                if not staging.folders_unchanged % BATCH:
                    self._flush()
                return
        self._folders += 1
        own = _Folder(self._folders, known) if storable else None
        taken = [self._take(item, own) for item in folder.assets()]
        if own is not None and self._narrow is None:
            fingerprint = folder.fingerprint if all(taken) else None
            staging.folder_read(own.n, known, folder.path, fingerprint, len(taken))

    def _flush(self) -> None:
        batch = self._batch
        known = self._known(batch)
        for asset, folder in batch:
            own_id = asset.external_id
            self._stage(asset, folder, known.get(own_id) if type(own_id) is str else None)
        self._settle()
        self._items += len(batch)
        batch.clear()
        self._progress(self._items + self._staging.assets_in_unchanged_folders)

    def _known(self, batch: list[tuple[FoundAsset, _Folder | None]]) -> dict[str, Known]:
        ids = [asset.external_id for asset, _ in batch if type(asset.external_id) is str]
        folders = {folder.known for _, folder in batch if folder is not None and folder.known}
        return self._staging.known.assets(ids, folders)

    def _settle(self) -> None:
        """Write the batch, and count what turned out to be there twice or not storable."""
        repeated, bad = self._staging.flush()
        for external_id, folder_n in repeated:
            self._leave_repeated(external_id, folder_n)
        for external_id, folder_n in bad:
            why = "its name or path is not UTF-8, or a number is too large"
            self._leave(external_id, folder_n, why)

    def _leave_repeated(self, external_id: str, folder_n: int | None) -> None:
        self.repeated += 1
        why = "its id was seen before in this scan; the first one counts"
        self._leave(external_id, folder_n, why)

    def _leave(self, external_id: str, folder_n: int | None, why: str) -> None:
        self._skip(external_id, why)
        if folder_n is not None:
            self._staging.spoil_folder(folder_n)

    def _skip(self, where: str, why: str) -> None:
        self.skipped += 1
        if len(self.reasons) < SAMPLE:
            self.reasons.append(scrub(f"{where}: {why}"))

    def _leave_out(self, item: Skipped) -> None:
        """Count what is left out on purpose, which is skipped as well."""
        self.skipped += 1
        self.left_out_count += 1
        if len(self.left_out) < SAMPLE:
            self.left_out.append(scrub(f"{item.where}: {item.why}"))

    def _stage(self, asset: FoundAsset, folder: _Folder | None, known: Known | None) -> None:
        if known is not None and self._narrow is None and _is_same(asset, known):
            self._seen_unchanged(asset, folder, known)
            return
        why = _fault(asset)
        if why is None and self._describes:
            asset, why = self._described(asset)
        if why is None and (not asset.title or asset.title.isspace()):
            why = "it has no title"
        if why is None and self._narrow is not None and not self._narrow.fits(asset):
            return
        files: Files = []
        if why is None:
            asset, secret = secrecy.cleaned(asset)
            files, why = self._mapped(asset)
            why = why or secret
        if why is not None:
            self._left_out(asset, folder, known, why)
        elif files:
            self._put(_with_fingerprint(asset), files, folder, known)
        elif folder is not None:  # all below an excluded location, and so not counted
            self._staging.spoil_folder(folder.n)

    def _described(self, asset: FoundAsset) -> tuple[FoundAsset, str | None]:
        """The asset as its importer describes it, and why it cannot be taken, if so."""
        described = self._importer.describe(asset)
        why = _fault_described(asset, described)
        return (asset, why) if why is not None else (described, None)

    def _put(
        self, asset: FoundAsset, files: Files, folder: _Folder | None, known: Known | None
    ) -> None:
        if known is not None and known.fingerprint == asset.fingerprint:
            self._seen_unchanged(asset, folder, known)
            return
        try:
            texts = as_json(asset)
        except (TypeError, ValueError) as error:
            why = f"its guids or metadata are no JSON ({error})"
            self._left_out(asset, folder, known, why)
            return
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
        if folder is None or self._narrow is not None:
            return
        if folder.known is None or folder.known.id != known.folder_id:
            self._staging.relink(known, folder.n)

    def _see(self, known: Known, folder: _Folder | None) -> bool:
        return self._staging.see(known, folder.known if folder else None)

    def _left_out(
        self, asset: FoundAsset, folder: _Folder | None, known: Known | None, why: str
    ) -> None:
        self._leave(
            _shown(asset.external_id or asset.title or "(no id)"), folder.n if folder else None, why
        )
        if known is not None and not known.missing:
            self._see(known, folder)

    def _mapped(self, asset: FoundAsset) -> tuple[Files, str | None]:
        """The files with the ids of their mappings and their paths below those, none of those below
        excluded locations; and a reason when one lies below no location."""
        files: Files = []
        for file in asset.files:
            found = self._mapper.find(file.path)
            if found is None:
                return [], f"{file.path} lies below no location of the collection"
            mapping, relative = found
            if not mapping.excluded:
                files.append((mapping.id, relative, file))
        return files, None


def _is_same(asset: FoundAsset, known: Known) -> bool:
    given = asset.fingerprint
    return type(given) is str and bool(given) and given == known.fingerprint


def _shown(value: Any) -> str:
    """Whatever a plugin gave, for a message."""
    try:
        return value if isinstance(value, str) else scrub(repr(value))[:80]
    except Exception:  # whose own text cannot be had
        return type(value).__name__


def _is_storable(folder: FoundFolder) -> bool:
    """Whether a folder can be kept, so that it need not be read when it did not change."""
    path, fingerprint, _ = folder
    if type(path) is not str or type(fingerprint) is not str or not path:
        return False
    return storable(path) and storable(fingerprint) and secrecy.is_clean(folder)


_TEXT, _WHOLE = (str, type(None)), (int, type(None))
_ASSET_TYPES: tuple[tuple[type, ...], ...] = (
    (str,), (str,), _TEXT, (tuple, list), _TEXT, _TEXT, _WHOLE, _WHOLE, _WHOLE, _TEXT, _TEXT,
    _WHOLE, _WHOLE, _TEXT, _WHOLE, _TEXT, (tuple, list), (dict,),
)  # fmt: skip
_FILE_TYPES: tuple[tuple[type, ...], ...] = (
    (str,), (int,), (int,), _WHOLE, _TEXT, _WHOLE, _TEXT, _TEXT, _TEXT, _WHOLE, _WHOLE,
)  # fmt: skip
_fine: set[tuple[type, ...]] = set()  # signatures that were checked already


def _fault(asset: FoundAsset) -> str | None:
    """Why the item cannot be taken, by its types and what must not be empty."""
    signature = tuple(map(type, asset))
    if signature not in _fine:
        wrong = _wrong_type(asset._fields, signature, _ASSET_TYPES)
        if wrong:
            return wrong
        _fine.add(signature)
    if not asset.external_id:
        return "it has no id"
    if "\0" in asset.external_id:
        return "its id holds a NUL character"
    if asset.kind not in ASSET_KINDS:
        return f"its kind {asset.kind!r} is none of {', '.join(ASSET_KINDS)}"
    return _files_fault(asset)


def _files_fault(asset: FoundAsset) -> str | None:
    if not asset.files:
        return "it has no file"
    for file in asset.files:
        if type(file) is not FoundFile:
            return f"it has a {type(file).__name__} where FoundFile is due"
        signature = tuple(map(type, file))
        if signature not in _fine:
            wrong = _wrong_type(file._fields, signature, _FILE_TYPES)
            if wrong:
                return wrong
            _fine.add(signature)
        if file.version < 1 or file.part < 1:
            return "versions and parts count from 1"
    if len(asset.files) > 1:
        places = {(file.version, file.part) for file in asset.files}
        if len(places) < len(asset.files):
            return "two of its files are the same version and part"
    return None


def _wrong_type(
    names: tuple[str, ...], signature: tuple[type, ...], due: tuple[tuple[type, ...], ...]
) -> str | None:
    for name, given, allowed in zip(names, signature, due, strict=True):
        if given not in allowed:
            return f"its {name} is of type {given.__name__}"
    return None


def _fault_described(asset: FoundAsset, described: Any) -> str | None:
    if isinstance(described, Skipped):
        return described.why
    if type(described) is not FoundAsset:
        return f"its importer describes it as {type(described).__name__}"
    if described.external_id != asset.external_id:
        return "its importer changed the id while describing it"
    return None if described is asset else _fault(described)


def _with_fingerprint(asset: FoundAsset) -> FoundAsset:
    """An importer that gives no fingerprint gets one of everything it says of the asset."""
    if asset.fingerprint:
        return asset
    import hashlib  # few need it, and it loads all of OpenSSL

    everything = repr((asset._replace(external_id="", metadata={}), _sorted(asset.metadata)))
    digest = hashlib.sha256(everything.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return asset._replace(fingerprint=f"all:{digest}")


def _sorted(metadata: Mapping[str, Any]) -> list[tuple[str, str]]:
    return sorted((str(key), repr(value)) for key, value in metadata.items())

"""Whether what an importer yields keeps to the interface: types, and what must not be left out.

A `Broken` item is the plugin's fault, and it is not known which asset it would have been; one that
is `Unusable` is at fault itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from retrovue.catalogue.columns import NAME_MOST
from retrovue.catalogue.reconcile.fields import ASSET_FIELDS, FILE_FIELDS, STREAM_FIELDS, types_of
from retrovue.catalogue.reconcile.staging import as_json, storable
from retrovue.found import (
    ASSET_KINDS,
    STREAM_KINDS,
    FoundAsset,
    FoundFile,
    FoundFolder,
    Skipped,
    Stream,
    Unread,
)
from retrovue.operations import secrecy
from retrovue.redact import scrub


class Unusable(Exception):
    """An item that cannot be taken, and why."""


class Broken(Unusable):
    """An item that breaks the interface, and how."""


def shown(value: Any) -> str:
    """Whatever a plugin gave, for a message."""
    try:
        return value if isinstance(value, str) else scrub(repr(value))[:80]
    except Exception:  # whose own text cannot be had
        return type(value).__name__


def folder_fault(folder: FoundFolder) -> str | None:
    """What is wrong with the type of a folder's path or fingerprint."""
    for name in ("path", "fingerprint"):
        given = type(getattr(folder, name))
        if given is not str:
            return f"its {name} is of type {given.__name__}"
    return None


def can_be_kept(folder: FoundFolder) -> bool:
    """Whether a folder can be kept, so that it need not be read when it did not change."""
    path, fingerprint, _ = folder
    if type(path) is not str or type(fingerprint) is not str or not path:
        return False
    return storable(path) and storable(fingerprint) and secrecy.is_clean(folder)


_ASSET_TYPES = {column.name: types_of(column) for column in ASSET_FIELDS} | {"files": (tuple, list)}
_FILE_TYPES = {column.name: types_of(column) for column in FILE_FIELDS} | {
    "path": (str,),
    "streams": (tuple, list),
}
_STREAM_TYPES = {column.name: types_of(column) for column in STREAM_FIELDS} | {
    "is_default": (bool,),
    "forced": (bool,),
}
_fine: set[tuple[type, ...]] = set()  # signatures that were checked already


def check(asset: FoundAsset) -> None:
    """Raise Broken or Unusable by the types of an asset and its files, and what must be there."""
    signature = tuple(map(type, asset))
    if signature not in _fine:
        _require_types(asset._fields, signature, _ASSET_TYPES)
        _fine.add(signature)
    if not asset.external_id:
        raise Broken("it has no id")
    if asset.kind not in ASSET_KINDS:
        raise Broken(f"its kind {shown(asset.kind)!r} is none of {', '.join(ASSET_KINDS)}")
    for guid in asset.guids:
        if type(guid) is not str:
            raise Broken(f"its guids hold a {type(guid).__name__}")
    _check_files(asset)


def _check_files(asset: FoundAsset) -> None:
    if not asset.files:
        raise Unusable("it has no file")
    for file in asset.files:
        if type(file) is not FoundFile:
            raise Broken(f"it has a {type(file).__name__} where FoundFile is due")
        signature = tuple(map(type, file))
        if signature not in _fine:
            _require_types(file._fields, signature, _FILE_TYPES)
            _fine.add(signature)
        if file.version < 1 or file.part < 1:
            raise Broken("versions and parts count from 1")
        for stream in file.streams:
            _check_stream(stream)
    if len(asset.files) > 1:
        places = {(file.version, file.part) for file in asset.files}
        if len(places) < len(asset.files):
            raise Broken("two of its files are the same version and part")


def _check_stream(stream: Any) -> None:
    if type(stream) is not Stream:
        raise Broken(f"it has a {type(stream).__name__} where Stream is due")
    signature = tuple(map(type, stream))
    if signature not in _fine:
        _require_types(stream._fields, signature, _STREAM_TYPES)
        _fine.add(signature)
    if stream.kind not in STREAM_KINDS:
        raise Broken(f"the kind {stream.kind!r} of a stream is none of {', '.join(STREAM_KINDS)}")


def _require_types(
    names: tuple[str, ...], signature: tuple[type, ...], due: Mapping[str, tuple[type, ...]]
) -> None:
    for name, given in zip(names, signature, strict=True):
        if given not in due[name]:
            raise Broken(f"its {name} is of type {given.__name__}")


def check_described(asset: FoundAsset, described: Any) -> None:
    """Raise Broken or Unusable by what an importer answers when it is to describe an asset."""
    if described is asset:
        return
    if isinstance(described, Skipped):
        raise Unusable(shown(described.why))
    if isinstance(described, Unread):
        raise Broken(f"it could not be read ({shown(described.why)})")
    if type(described) is not FoundAsset:
        raise Broken(f"its importer describes it as {type(described).__name__}")
    if described.external_id != asset.external_id:
        raise Broken("its importer changed the id while describing it")
    check(described)


def as_scanned(described: FoundAsset, fingerprint: str | None) -> FoundAsset:
    """What was described with the fingerprint of the scan, by which the next one is told whether it
    changed; where the scan gave none, with its own."""
    if not fingerprint or fingerprint == described.fingerprint:
        return described
    return described._replace(fingerprint=fingerprint)


def require_title(asset: FoundAsset) -> None:
    """Raise Unusable for an asset without a title."""
    if not asset.title or asset.title.isspace():
        raise Unusable("it has no title")


def cleaned(asset: FoundAsset) -> tuple[FoundAsset, str | None]:
    """The asset without any secret, and why it cannot be taken, if so. Raises Broken for metadata
    that nobody can go through."""
    try:
        return secrecy.cleaned(asset)
    except RecursionError as error:
        raise Broken("its guids or metadata are no JSON (nested too deep)") from error


def texts(asset: FoundAsset) -> tuple[str, str]:
    """The guids and metadata of an asset as JSON. Raises Broken for what is none."""
    try:
        return as_json(asset)
    except (TypeError, ValueError, RecursionError) as error:
        raise Broken(f"its guids or metadata are no JSON ({error})") from error


def is_same(asset: FoundAsset, fingerprint: str | None) -> bool:
    """Whether an asset has the known fingerprint."""
    given = asset.fingerprint
    if type(given) is not str or not given:
        return False
    return given == fingerprint or (len(given) > NAME_MOST and _digest(given) == fingerprint)


def with_fingerprint(asset: FoundAsset) -> FoundAsset:
    """An importer that gives no fingerprint gets one of everything it says of the asset; one that
    is very long is kept as its checksum."""
    given = asset.fingerprint
    if given and len(given) <= NAME_MOST:
        return asset
    if not given:
        given = repr((asset._replace(external_id="", metadata={}), _sorted(asset.metadata)))
    return asset._replace(fingerprint=_digest(given))


def _digest(text: str) -> str:
    import hashlib  # few need it, and it loads all of OpenSSL

    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"all:{digest}"


def _sorted(metadata: Mapping[str, Any]) -> list[tuple[str, str]]:
    return sorted((str(key), repr(value)) for key, value in metadata.items())

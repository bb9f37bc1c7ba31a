"""Keeping out of the catalogue the secrets that a server or a plugin gives back."""

from __future__ import annotations

from typing import Any, TypeVar

from retrovue import redact
from retrovue.errors import ImporterError
from retrovue.found import FoundAsset, FoundCollection, FoundFile, FoundFolder, Stream

Found = TypeVar("Found", FoundAsset, FoundCollection, FoundFile)


def offered(found: FoundCollection) -> FoundCollection:
    """An offer without any secret in its name. Raises ImporterError for one whose id, identity or
    location holds one: without it, it would be another."""
    ids = (("id", found.external_id), ("identity", found.identity or ""))
    for what, text in (*ids, *(("location", p) for p in found.locations)):
        if redact.tells(text):
            raise ImporterError(
                f"the {what} {text!r} of collection '{found.name}' holds a secret of the source"
            )
    return _without(found, "external_id", "identity", "locations")


def cleaned(asset: FoundAsset) -> tuple[FoundAsset, str | None]:
    """An item without any secret in what is stored of it, and why it cannot be taken: its id and
    its paths stand for something, and cannot be rewritten."""
    if not redact.knows_any() or not redact.holds("\0".join(_texts(asset))):
        return asset, None
    if redact.tells(asset.external_id):
        return asset, "its id holds a secret of the source"
    for file in asset.files:
        if redact.tells(file.path):
            return asset, f"its path holds a secret of the source ({file.path})"
    files = tuple(_without(file, "path") for file in asset.files)
    return _without(asset, "external_id", "kind")._replace(files=files), None


def is_clean(folder: FoundFolder) -> bool:
    """Whether a folder can be kept as it is."""
    return not redact.tells(f"{folder.path}\0{folder.fingerprint}")


def _texts(asset: FoundAsset) -> list[str]:
    texts = [value for value in asset if type(value) is str]
    for file in asset.files:
        texts += [value for value in file if type(value) is str]
        texts += [value for stream in file.streams for value in stream if type(value) is str]
    texts += map(str, asset.guids)
    if asset.metadata:
        texts.append(repr(asset.metadata))
    return texts


def _without(found: Found, *kept: str) -> Found:
    values = found._asdict().items()
    return found._replace(**{name: _clean(v) for name, v in values if name not in kept})


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redact.masked(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, Stream):
        return Stream._make(map(_clean, value))
    if type(value) in (list, tuple):
        return type(value)(map(_clean, value))
    return value

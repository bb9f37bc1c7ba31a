"""Whether a collection can be ingested right now (G-3), asked of the disk and the importer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from retrovue import tracebacks
from retrovue.errors import ImporterError
from retrovue.found import Location, ScanCollection
from retrovue.importers.api import Importer
from retrovue.model import Collection, PathMapping
from retrovue.paths import ANY
from retrovue.redact import describe_exception, scrub

GONE = "the source no longer offers it"


def for_scan(
    collection: Collection,
    known_folders: Callable[[], Iterable[tuple[str, str]]] = tuple,
    *,
    quick: bool = False,
) -> ScanCollection:
    """The collection as an importer is given it: its active locations alone."""
    return ScanCollection(
        collection.external_id,
        collection.name,
        collection.kind,
        tuple(
            Location(mapping.external_path, mapping.local_path)
            for mapping in collection.mappings
            if mapping.active
        ),
        quick,
        known_folders,
        collection.identity,
        tuple(mapping.external_path for mapping in collection.mappings if mapping.excluded),
    )


def blockers(collection: Collection, importer: Importer | None) -> list[str]:
    """Why the collection cannot be ingested now; empty when it can. Without an importer its
    obstacles are not asked for."""
    if collection.missing_since is not None:
        return [GONE]
    active = [mapping for mapping in collection.mappings if mapping.active]
    if not active:
        return ["every location is excluded"]
    found = [reason for mapping in active if (reason := unreadable(mapping))]
    if not found and importer is not None:
        found = obstacles(importer, collection)
    return found


def unreadable(mapping: PathMapping) -> str | None:
    """Why the folder that a location is mapped to cannot be read."""
    place = mapping.external_path or ANY
    local = mapping.local_path
    if local is None:
        return f"location {place} is not mapped to a folder"
    try:
        with os.scandir(local):
            return None
    except FileNotFoundError:
        return f"location {place} is mapped to {local}, which does not exist"
    except NotADirectoryError:
        return f"location {place} is mapped to {local}, which is not a folder"
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return f"location {place} is mapped to {local}, which cannot be read ({why})"


def obstacles(importer: Importer, collection: Collection) -> list[str]:
    """Why the importer cannot ingest the collection now, whatever it raises."""
    try:
        found = importer.obstacles(for_scan(collection))
        if isinstance(found, str):  # else each letter were one
            found = [found]
        return [scrub(str(obstacle)) for obstacle in found]
    except ImporterError as error:
        tracebacks.note(error)
        return [scrub(str(error)) or "its importer gives no reason"]
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything
        tracebacks.note(error)
        return [f"its importer failed ({describe_exception(error)})"]


def is_offline(importer: Importer) -> bool:
    """Whether asking the importer for obstacles is known to contact nothing."""
    return type(importer).obstacles is Importer.obstacles

"""Path mappings: where a source says its files are, and where they are on this machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from retrovue import paths
from retrovue.catalogue.core import Tx
from retrovue.errors import UsageError
from retrovue.model import PathMapping

_SELECT = """
    SELECT id, collection_id, external_path, local_path, excluded, missing_since
      FROM path_mappings"""


def by_collection(connection: sqlite3.Connection) -> dict[int, tuple[PathMapping, ...]]:
    """Every path mapping, by its collection's id and then by external path."""
    found: dict[int, list[PathMapping]] = {}
    for row in connection.execute(f"{_SELECT} ORDER BY collection_id, external_path"):
        found.setdefault(row[1], []).append(_mapping(row))
    return {collection_id: tuple(rows) for collection_id, rows in found.items()}


def of_collection(connection: sqlite3.Connection, collection_id: int) -> tuple[PathMapping, ...]:
    rows = connection.execute(
        f"{_SELECT} WHERE collection_id = ? ORDER BY external_path", (collection_id,)
    )
    return tuple(_mapping(row) for row in rows)


def _mapping(row: tuple[object, ...]) -> PathMapping:
    mapping = PathMapping._make(row)
    return mapping._replace(excluded=bool(mapping.excluded))


def replace_locations(tx: Tx, collection_id: int, locations: Sequence[str]) -> bool:
    """Make the mappings of a collection those of the locations it has now; returns whether
    anything changed.

    A new location starts unresolved. One that is gone is deleted when no file refers to it, else
    marked missing; one that came back is unmarked.
    """
    before = of_collection(tx.connection, collection_id)
    offered = list(dict.fromkeys(paths.trimmed(place) for place in locations)) or [""]
    known = {mapping.external_path: mapping for mapping in before}
    for place in offered:
        if place not in known:
            _add(tx, collection_id, place)
        elif known[place].missing_since is not None:
            _mark(tx, known[place].id, None)
    for mapping in before:
        if mapping.external_path not in offered:
            _retire(tx, mapping, locations)
    return of_collection(tx.connection, collection_id) != before


def _add(tx: Tx, collection_id: int, place: str) -> None:
    tx.execute(
        """
        INSERT INTO path_mappings (collection_id, external_path, created_at, updated_at)
        VALUES (?, ?, ?, ?)""",
        (collection_id, place, tx.now, tx.now),
    )


def _mark(tx: Tx, mapping_id: int, missing_since: str | None) -> None:
    tx.execute(
        "UPDATE path_mappings SET missing_since = ?, updated_at = ? WHERE id = ?",
        (missing_since, tx.now, mapping_id),
    )


def _retire(tx: Tx, mapping: PathMapping, locations: Sequence[str]) -> None:
    """Delete a mapping that is no longer offered, or mark it missing while files refer to it. The
    mapping '' that somebody resolved stands for every path and stays."""
    if mapping.external_path == "" and (mapping.local_path is not None or not locations):
        return
    used = tx.execute(
        "SELECT 1 FROM asset_files WHERE path_mapping_id = ? LIMIT 1", (mapping.id,)
    ).fetchone()
    if not used:
        tx.execute("DELETE FROM path_mappings WHERE id = ?", (mapping.id,))
    elif mapping.missing_since is None:
        _mark(tx, mapping.id, tx.now)


def mapped(
    before: Sequence[PathMapping],
    rewrites: Sequence[paths.Rewrite] = (),
    same: Iterable[str] = (),
    unmap: Iterable[str] = (),
    exclude: Iterable[str] = (),
) -> tuple[PathMapping, ...]:
    """The mappings as they shall be: pure, nothing is written.

    `rewrites` are applied by the longest prefix that fits; `same` are locations that exist here
    under their own name. Raises UsageError when a rewrite, an `unmap` or an `exclude` fits no
    location.
    """
    after = {mapping.external_path: mapping for mapping in before}
    for rewrite in rewrites:
        if all(paths.rewritten(place, [rewrite]) is None for place in after):
            raise _unfit("--map", rewrite.external, before)
    for place, mapping in after.items():
        local = paths.rewritten(place, rewrites)
        if local is None and place in same:
            local = place
        if local is not None:
            after[place] = mapping._replace(local_path=local, excluded=False)
    for place in unmap:
        name = _known(place, after, "--unmap", before)
        after[name] = after[name]._replace(local_path=None, excluded=False)
    for place in exclude:
        name = _known(place, after, "--exclude", before)
        after[name] = after[name]._replace(excluded=True)
    return tuple(after.values())


def _known(
    place: str, after: dict[str, PathMapping], flag: str, before: Sequence[PathMapping]
) -> str:
    for name in (place, paths.trimmed(place)):
        if name in after:
            return name
    raise _unfit(flag, place, before)


def _unfit(flag: str, place: str, before: Sequence[PathMapping]) -> UsageError:
    return UsageError(
        f"{flag} {place} fits no location",
        [f"location: {mapping.external_path or '(any location)'}" for mapping in before],
    )


def write(tx: Tx, after: Iterable[PathMapping]) -> None:
    """Write local paths and exclusions that are different."""
    for mapping in after:
        tx.execute(
            """
            UPDATE path_mappings
               SET local_path = :local_path, excluded = :excluded, updated_at = :now
             WHERE id = :id
               AND (local_path IS NOT :local_path OR excluded IS NOT :excluded)""",
            {
                "local_path": mapping.local_path,
                "excluded": int(mapping.excluded),
                "now": tx.now,
                "id": mapping.id,
            },
        )

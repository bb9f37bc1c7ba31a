"""Path mappings: where a source says its files are, and where they are on this machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from retrovue import paths
from retrovue.catalogue.connection import Tx
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
    """The path mappings of a collection, by external path."""
    rows = connection.execute(
        f"{_SELECT} WHERE collection_id = ? ORDER BY external_path", (collection_id,)
    )
    return tuple(_mapping(row) for row in rows)


def _mapping(row: tuple[object, ...]) -> PathMapping:
    mapping = PathMapping._make(row)
    return mapping._replace(excluded=bool(mapping.excluded))


def sync_locations(tx: Tx, collection_id: int, locations: Sequence[str]) -> bool:
    """Make the mappings of a collection those of the locations it has now; returns whether
    anything changed.

    A new location starts unresolved. One that is gone is deleted when no file refers to it, else
    marked missing; one that came back is unmarked.
    """
    before = of_collection(tx.connection, collection_id)
    offered = list(dict.fromkeys(paths.trimmed(place) for place in locations)) or [""]
    known = {mapping.external_path: mapping for mapping in before}
    _carry_along(tx, before, offered)
    for place in offered:
        if place not in known:
            _add(tx, collection_id, place)
        elif known[place].missing_since is not None:
            _mark(tx, known[place].id, None)
    for mapping in of_collection(tx.connection, collection_id):
        if mapping.external_path not in offered and not _is_carved_out(mapping, offered):
            _delete_or_mark(tx, mapping, locations)
    return of_collection(tx.connection, collection_id) != before


def _is_carved_out(mapping: PathMapping, locations: Iterable[str]) -> bool:
    """Whether a mapping is no location itself, but a path below one that was excluded."""
    if not mapping.excluded or not mapping.external_path:
        return False
    return any(paths.below(mapping.external_path, place) for place in locations)


def _carry_along(tx: Tx, before: Sequence[PathMapping], offered: Sequence[str]) -> None:
    """Where a location took the place of another, let what was excluded below the old one be
    excluded below the new one."""
    carved = carved_out(before)
    known = [m.external_path for m in before if m not in carved and m.missing_since is None]
    old = [place for place in known if place not in offered]
    new = [place for place in offered if place not in known]
    if len(old) != 1 or len(new) != 1:
        return
    for mapping in carved:
        rest = paths.below(mapping.external_path, old[0])
        if rest and not _is_carved_out(mapping, offered):
            tx.execute(
                "UPDATE path_mappings SET external_path = ?, updated_at = ? WHERE id = ?",
                (paths.join(new[0], rest), tx.now, mapping.id),
            )


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


def _delete_or_mark(tx: Tx, mapping: PathMapping, locations: Sequence[str]) -> None:
    """Delete a mapping that is no longer offered, or mark it missing while files refer to it. The
    mapping '' that somebody resolved stands for every path and stays."""
    if mapping.external_path == "" and (mapping.local_path is not None or not locations):
        return
    if not _is_used(tx, mapping):
        tx.execute("DELETE FROM path_mappings WHERE id = ?", (mapping.id,))
    elif mapping.missing_since is None:
        _mark(tx, mapping.id, tx.now)


def _is_used(tx: Tx, mapping: PathMapping) -> bool:
    """Whether a file refers to a mapping."""
    row = tx.execute(
        "SELECT 1 FROM asset_files WHERE path_mapping_id = ? LIMIT 1", (mapping.id,)
    ).fetchone()
    return row is not None


def remap(
    before: Sequence[PathMapping], rewrites: Sequence[paths.Rewrite]
) -> tuple[tuple[PathMapping, ...], list[paths.Rewrite]]:
    """Return the mappings with rewrites applied, each by the longest prefix that fits, and the
    rewrites that fit no location; writes nothing."""
    carved = carved_out(before)
    places = [mapping.external_path for mapping in before if mapping not in carved]
    unused = [r for r in rewrites if all(paths.rewritten(p, [r]) is None for p in places)]
    return tuple(m if m in carved else _rewritten(m, rewrites) for m in before), unused


def _rewritten(mapping: PathMapping, rewrites: Sequence[paths.Rewrite]) -> PathMapping:
    local = paths.rewritten(mapping.external_path, rewrites)
    return mapping if local is None else mapping._replace(local_path=local, excluded=False)


def plan(
    before: Sequence[PathMapping],
    rewrites: Sequence[paths.Rewrite] = (),
    same: Iterable[str] = (),
    unmap: Iterable[str] = (),
    exclude: Iterable[str] = (),
    include: Iterable[str] = (),
) -> tuple[PathMapping, ...]:
    """Return the new mappings; writes nothing.

    `rewrites` are applied as by `remap`; `same` are locations that exist here under their own
    name. What is excluded below a location is a mapping of its own, which is new
    (its id is 0) or no longer there. Raises UsageError when a rewrite, an `unmap`, an `exclude` or
    an `include` fits no location.
    """
    remapped, unused = remap(before, rewrites)
    for rewrite in unused:
        raise no_such_location("--map", rewrite.external, before)
    carved = carved_out(before)
    after = {m.external_path: m for m in remapped if m not in carved}
    for place, mapping in after.items():
        if place in same and paths.rewritten(place, rewrites) is None:
            after[place] = mapping._replace(local_path=place, excluded=False)
    for place in unmap:
        name = _known(place, after, "--unmap", before)
        after[name] = after[name]._replace(local_path=None, excluded=False)
    after |= {mapping.external_path: mapping for mapping in carved}
    for place in include:
        _include(place, after, carved, before)
    for place in exclude:
        _exclude(place, after, before)
    return tuple(after.values())


def _include(
    place: str,
    after: dict[str, PathMapping],
    carved: Sequence[PathMapping],
    before: Sequence[PathMapping],
) -> None:
    name = _known(place, after, "--include", before)
    if after[name] in carved:
        del after[name]
    else:
        after[name] = after[name]._replace(excluded=False)


def _exclude(place: str, after: dict[str, PathMapping], before: Sequence[PathMapping]) -> None:
    name = paths.trimmed(place)
    if place not in after and name not in after and _holds(after.values(), name):
        after[name] = PathMapping(
            0, before[0].collection_id, name, None, excluded=True, missing_since=None
        )
    else:
        name = _known(place, after, "--exclude", before)
        after[name] = after[name]._replace(excluded=True)


def carved_out(mappings: Sequence[PathMapping]) -> list[PathMapping]:
    """Those of the mappings that are no locations, but paths excluded below one: they hold nothing
    themselves."""
    return [m for m in mappings if m.local_path is None and _is_carved_out(m, _others(m, mappings))]


def _others(mapping: PathMapping, mappings: Sequence[PathMapping]) -> list[str]:
    return [m.external_path for m in mappings if m.external_path != mapping.external_path]


def _holds(mappings: Iterable[PathMapping], place: str) -> bool:
    """Whether a path lies below a location; below any that nobody mapped, only once it is."""
    return any(
        paths.below(place, m.external_path)
        for m in mappings
        if m.external_path or (m.local_path is not None and paths.is_absolute(place))
    )


def _known(
    place: str, after: dict[str, PathMapping], flag: str, before: Sequence[PathMapping]
) -> str:
    for name in (place, paths.trimmed(place)):
        if name in after:
            return name
    raise no_such_location(flag, place, before)


def no_such_location(flag: str, place: str, before: Sequence[PathMapping]) -> UsageError:
    """The error for a flag that names no location; its details are those there are."""
    places = sorted({mapping.external_path for mapping in before})
    return UsageError(
        f"{flag} {place} fits no location", [f"location: {name or paths.ANY}" for name in places]
    )


def write(tx: Tx, before: Sequence[PathMapping], after: Sequence[PathMapping]) -> None:
    """Write local paths and exclusions that are different, and what was excluded below a location
    or taken in again."""
    kept = {mapping.id for mapping in after}
    for mapping in before:
        if mapping.id not in kept:
            _take_in(tx, mapping)
    for mapping in after:
        if not mapping.id:
            _add_excluded(tx, mapping)
            continue
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
    if {m.id: m.excluded for m in before} != {m.id: m.excluded for m in after}:
        _read_anew(tx, before[0].collection_id)


def _add_excluded(tx: Tx, mapping: PathMapping) -> None:
    tx.execute(
        """
        INSERT INTO path_mappings (collection_id, external_path, excluded, created_at, updated_at)
        VALUES (?, ?, 1, ?, ?)""",
        (mapping.collection_id, mapping.external_path, tx.now, tx.now),
    )


def _take_in(tx: Tx, mapping: PathMapping) -> None:
    """Take in again what was excluded below a location."""
    if _is_used(tx, mapping):
        tx.execute(
            "UPDATE path_mappings SET excluded = 0, updated_at = ? WHERE id = ?",
            (tx.now, mapping.id),
        )
    else:
        tx.execute("DELETE FROM path_mappings WHERE id = ?", (mapping.id,))


def _read_anew(tx: Tx, collection_id: int) -> None:
    """Let the next scan read every folder: what it left out of one is not in its fingerprint."""
    tx.execute(
        "UPDATE folders SET fingerprint = NULL WHERE collection_id = ? AND fingerprint IS NOT NULL",
        (collection_id,),
    )

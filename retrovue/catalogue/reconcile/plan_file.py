"""A plan: the staging tables of compared scans in a file of their own, to be applied later.

The file is SQLite, readable by its owner alone. It holds no secret, and knows of which catalogue,
source and state of its collections it was made.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from retrovue.catalogue import files, identity, new_file
from retrovue.catalogue.connection import Tx, utc_now
from retrovue.catalogue.reconcile.compare import Comparison
from retrovue.catalogue.reconcile.staging import Staging
from retrovue.catalogue.sqlite_errors import TranslatingConnection
from retrovue.errors import DatabaseFailure, NotFound, PlanRefused
from retrovue.model import Collection, IngestResult, PathMapping, Source

_APPLICATION_ID = 0x5256504C  # "RVPL"
_VERSION = 2
_TABLES = (
    "staged_folders",
    "staged_assets",
    "staged_files",
    "staged_streams",
    "gone_folders",
    "kept_files",
    "missing",
    "restored",
    "relinked",
    "swapped",
)
_KEPT = ("status", "stats", "skipped", "unread", "left_out", "left_out_count", "unread_count",
         "judged")  # fmt: skip


class Planned(NamedTuple):
    """What a plan does to one collection: as it was, the comparison, and the result of the scan."""

    collection: Collection
    comparison: Comparison
    result: IngestResult


class Plan(NamedTuple):
    """A plan as it was read: of which catalogue and source, and when it was made (UTC)."""

    catalogue_id: str
    source: Source
    made_at: str
    collections: list[Planned]


class PlanWriter:
    """Writes a plan while its source is scanned; the file gets its name only when it is whole."""

    def __init__(self, path: str, catalogue_id: str, source: Source, *, force: bool) -> None:
        self._path = Path(path)
        self._force = force
        self._made = files.unfinished(path)
        self._meta = (catalogue_id, json.dumps(source._asdict()), utc_now())
        self._begun = False
        try:
            files.sweep(path)
            os.close(os.open(self._made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            raise DatabaseFailure(f"{path} cannot be written ({error.strerror})") from error

    def add(
        self, connection: TranslatingConnection, staging: Staging, done: Comparison,
        result: IngestResult,
    ) -> None:  # fmt: skip
        """Add what is staged of a collection."""
        connection.execute("ATTACH ? AS plan", (files.uri(self._made, "rw"),))
        try:
            connection.execute("BEGIN")
            if not self._begun:
                self._begin(connection)
            self._copy(connection, staging.collection, done, result)
            connection.execute("COMMIT")
            self._begun = True
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.execute("DETACH plan")

    def _begin(self, connection: TranslatingConnection) -> None:
        connection.execute(f"PRAGMA plan.application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA plan.user_version = {_VERSION}")
        connection.execute("CREATE TABLE plan.made (catalogue_id, source, at)")
        connection.execute("INSERT INTO plan.made VALUES (?, ?, ?)", self._meta)
        connection.execute("CREATE TABLE plan.collections (id, collection, comparison, result)")
        for table in _TABLES:
            connection.execute(
                f"CREATE TABLE plan.{table} AS SELECT 0 AS plan_of, * FROM temp.{table} LIMIT 0"
            )

    def _copy(
        self, connection: TranslatingConnection, collection: Collection, done: Comparison,
        result: IngestResult,
    ) -> None:  # fmt: skip
        mappings = [mapping._asdict() for mapping in collection.mappings]
        said = {name: getattr(result, name) for name in _KEPT}
        counts = done._asdict() | {"emptied_locations": ()}
        texts = (collection._asdict() | {"mappings": mappings}, counts, said)
        connection.execute(
            "INSERT INTO plan.collections VALUES (?, ?, ?, ?)",
            (collection.id, *(json.dumps(text) for text in texts)),
        )
        for table in _TABLES:
            connection.execute(
                f"INSERT INTO plan.{table} SELECT ?, * FROM temp.{table}", (collection.id,)
            )

    def finish(self, connection: TranslatingConnection) -> None:
        """Give the file its name, in the place of one that was there."""
        if not self._begun:
            connection.execute("ATTACH ? AS plan", (files.uri(self._made, "rw"),))
            try:
                self._begin(connection)
            finally:
                connection.execute("DETACH plan")
        try:
            new_file.publish(Path(self._made), self._path, force=self._force)
        except OSError as error:
            raise DatabaseFailure(f"{self._path} cannot be written ({error.strerror})") from error

    def discard(self) -> None:
        """Leave nothing of a plan that was not finished."""
        files.discard(self._made)


@contextmanager
def attached(connection: TranslatingConnection, path: str) -> Iterator[Plan]:
    """A plan, with its tables attached for reading. Raises NotFound where there is no such file,
    PlanRefused for one that is no plan."""
    if not os.path.isfile(path):
        raise NotFound(f"No plan at {path}")
    try:
        connection.execute("ATTACH ? AS plan", (files.uri(path, "ro"),))
    except DatabaseFailure as error:
        raise _no_plan(path) from error
    try:
        yield _read(connection, path)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("DETACH plan")


def _no_plan(path: str) -> PlanRefused:
    return PlanRefused(f"{path} is no plan of an ingest")


def _read(connection: TranslatingConnection, path: str) -> Plan:
    try:
        application = connection.execute("PRAGMA plan.application_id").fetchone()[0]
        version = connection.execute("PRAGMA plan.user_version").fetchone()[0]
        if application != _APPLICATION_ID:
            raise _no_plan(path)
        if version != _VERSION:
            raise PlanRefused(f"{path} is a plan of version {version}, and not {_VERSION}")
        catalogue_id, source, at = connection.execute("SELECT * FROM plan.made").fetchone()
        rows = connection.execute(
            "SELECT collection, comparison, result FROM plan.collections ORDER BY rowid"
        ).fetchall()
        found = [_planned(*map(json.loads, row)) for row in rows]
        return Plan(str(catalogue_id), Source(**json.loads(source)), str(at), found)
    except (DatabaseFailure, TypeError, ValueError, KeyError) as error:
        raise _no_plan(path) from error


def _planned(was: dict[str, Any], done: dict[str, Any], said: dict[str, Any]) -> Planned:
    mappings = tuple(PathMapping(**mapping) for mapping in was.pop("mappings"))
    collection = Collection(**was, mappings=mappings)
    comparison = Comparison(**done | {"emptied_locations": ()})
    kept: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in said.items()
    }
    own = (collection.id, collection.external_id, collection.name)
    return Planned(collection, comparison, IngestResult(*own, "success", {})._replace(**kept))


def require_own(connection: TranslatingConnection, plan: Plan) -> None:
    """Raise PlanRefused for a plan of another catalogue."""
    if identity.of(connection) != plan.catalogue_id:
        raise PlanRefused(
            "The plan is of another catalogue", ["It was made of one with another catalogue_id."]
        )


def load(tx: Tx, collection_id: int) -> None:
    """Fill the staging tables with what is planned of a collection."""
    for table in _TABLES:
        names = [row[1] for row in tx.execute(f"PRAGMA temp.table_info({table})")]
        columns = ", ".join(names)
        tx.execute(f"DELETE FROM temp.{table}")
        tx.execute(
            f"INSERT INTO temp.{table} ({columns})"
            f" SELECT {columns} FROM plan.{table} WHERE plan_of = ?",
            (collection_id,),
        )


def changed_since(tx: Tx, made_at: str) -> list[str]:
    """The assets that what is loaded would touch and that are others by now, as lines."""
    rows = tx.execute(
        """
        SELECT touched.id, a.title, a.updated_at
          FROM (SELECT asset_id AS id FROM temp.staged_assets WHERE asset_id IS NOT NULL
                 UNION SELECT asset_id FROM temp.missing
                 UNION SELECT asset_id FROM temp.restored
                 UNION SELECT asset_id FROM temp.relinked) AS touched
          LEFT JOIN assets AS a ON a.id = touched.id
         WHERE a.id IS NULL OR a.updated_at >= :made_at
         ORDER BY touched.id
         LIMIT 10""",
        {"made_at": made_at},
    )
    return [
        f"asset {id_} is no longer there" if title is None else f"asset {id_} ({title}) was changed"
        for id_, title, _ in rows
    ]


def begin(
    connection: TranslatingConnection, path: str, source: Source, *, force: bool
) -> PlanWriter:
    """Begin a plan, which with `force` takes the place of another file. Raises DatabaseFailure
    where the file cannot be written, or where the catalogue has no id."""
    own = identity.of(connection)
    if own is None:
        raise DatabaseFailure("The catalogue has no id, by which a plan of it is known")
    return PlanWriter(path, own, source, force=force)

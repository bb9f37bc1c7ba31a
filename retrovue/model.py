"""The nouns of the catalogue as immutable values; no behaviour, no I/O.

Named tuples and not dataclasses, whose import every command would pay for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from retrovue.errors import RetrovueError


class Source(NamedTuple):
    """A row of `sources`; `config` holds no secret. `remote_identity` is what its server last said
    that it is, None where nothing is known."""

    id: int
    external_id: str
    type: str
    identity: str
    name: str
    config: Mapping[str, Any]
    created_at: str
    updated_at: str
    remote_identity: str | None = None


class PathMapping(NamedTuple):
    """A row of `path_mappings`: a location as the source spells it, and where it is here."""

    id: int
    collection_id: int
    external_path: str
    local_path: str | None
    excluded: bool
    missing_since: str | None

    @property
    def active(self) -> bool:
        """Whether ingest looks at it: neither excluded nor gone from the source."""
        return not self.excluded and self.missing_since is None


class Collection(NamedTuple):
    """A row of `collections`; `mappings` are all of its path mappings, by external path.
    `identity` is what makes it the same library under any number, `size` how many items its source
    says that it holds, None where not known."""

    id: int
    source_id: int
    external_id: str
    name: str
    kind: str | None
    enabled: bool
    sync_enabled: bool
    ingestible: bool
    not_ingestible_reason: str | None
    missing_since: str | None
    last_ingested_at: str | None
    revision: int
    asset_count: int
    missing_count: int
    source_name: str
    mappings: tuple[PathMapping, ...] = ()
    identity: str | None = None
    size: int | None = None


Operation = Literal[
    "Source add",
    "Source update",
    "Source discover",
    "Source ingest",
    "Source delete",
    "Collection update",
    "Collection ingest",
    "Collection wipe",
    "Collection delete",
    "Asset edit",
    "Asset mark",
    "Asset probe",
    "Asset purge",
    "Asset search",
    "History prune",
    "List remove",
    "List save",
    "Database backup",
    "Database check",
    "Database migration",
    "Database repair",
    "Database restore",
]
Event = Literal[
    "source_added",
    "source_deleted",
    "collection_discovered",
    "collection_ingested",
    "ingest_failed",
    "collection_wiped",
    "collection_deleted",
    "assets_purged",
]
EVENTS: tuple[Event, ...] = get_args(Event)
Status = Literal["success", "partial", "failed", "not_ingestible", "invalid_state"]
SUCCEEDED: tuple[Status, ...] = ("success", "partial")

STATS = (
    "discovered",
    "added",
    "updated",
    "unchanged",
    "moved",
    "missing",
    "restored",
    "skipped",
)


Change = Literal["added", "updated", "moved", "missing", "restored"]
CHANGES: tuple[Change, ...] = ("added", "updated", "moved", "missing", "restored")


class Probing(NamedTuple):
    """How probing ended: of the files that were `due`, how many were `probed`, how many `skipped`,
    with the reasons of the first thousand, and how many are `absent` and left."""

    due: int = 0
    probed: int = 0
    skipped: int = 0
    absent: int = 0
    reasons: tuple[str, ...] = ()


class IngestResult(NamedTuple):
    """How the ingest of one collection ended.

    `stats` has a count for each word of `STATS`; `error` says why it was not ingested. `skipped`,
    `left_out` (on purpose) and `unread` are what was not taken, with reasons, the first thousand
    of each; `new_skips` those that the ingest before did not skip. `changes` has the ids of the
    assets that changed, for each word of `CHANGES`; `line` is the id of its line of history.
    `judged` says whether what was not seen could be marked missing.
    Of `files_checked` files of mapped locations, `files_found` are where the mappings say;
    `warnings` are lines on that. `edits_kept` counts the assets that changed and show what somebody
    edited; `probed` is what came of probing, None where that is off.
    """

    id: int
    external_id: str
    name: str
    status: Status
    stats: Mapping[str, int]
    error: RetrovueError | None = None
    skipped: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    left_out_count: int = 0
    unread_count: int = 0
    new_skips: tuple[str, ...] = ()
    changes: Mapping[Change, Sequence[int]] = {}
    line: int | None = None
    judged: bool = True
    files_checked: int = 0
    files_found: int = 0
    warnings: tuple[str, ...] = ()
    edits_kept: int = 0
    probed: Probing | None = None

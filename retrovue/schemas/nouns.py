"""The nouns of the output but for assets: each described once, and referred to."""

from __future__ import annotations

from typing import get_args

from retrovue import errors
from retrovue.catalogue.columns import TABLES
from retrovue.model import CHANGES, STATS, Operation
from retrovue.schemas import assets
from retrovue.schemas.shapes import (
    Members,
    Schema,
    by_name,
    flag,
    maybe,
    record,
    ref,
    rows,
    text,
    texts,
    time,
    whole,
    word,
)

ID = whole("its id", 1)
EXTERNAL_ID = text("the source's own id of it")
NAME = text("its name")
SOURCE_EXTERNAL_ID = text("<type>-<8 hexadecimal digits>, for good")
BACKUP = text("path of the backup that undoes it: retrovue db restore")
PER_TABLE = by_name(whole("rows"), f"rows by table: {', '.join(TABLES)}")
ROW_OF_ERROR = maybe(ref("error", "why it did not succeed"))


def codes() -> list[str]:
    """The code of every error that there is."""
    waiting = [errors.RetrovueError]
    found: set[str] = {*errors.TROUBLES}
    while waiting:
        kind = waiting.pop()
        found.add(kind.code)
        waiting += kind.__subclasses__()
    return sorted(found)


_ERROR = record(
    {
        "code": word("which error it is, for good", codes()),
        "message": text("what happened, in one line"),
        "detail": texts("reasons, candidates and what to type next, a line each"),
    }
)
SOURCE: Members = {
    "id": ID,
    "external_id": SOURCE_EXTERNAL_ID,
    "name": NAME,
    "type": text("its importer, such as filesystem or plex"),
    "config": by_name({}, "its importer's options, by name; a secret is ***"),
}
_NAMED_SOURCE = record({"id": ID, "external_id": SOURCE_EXTERNAL_ID, "name": NAME})
_MAPPING = record(
    {
        "id": ID,
        "external_path": text("a location as the source spells it; empty: any"),
        "local_path": maybe(text("its folder on this machine; null until somebody says it")),
        "excluded": flag("whether it is left out of ingests on purpose"),
        "missing_since": maybe(time("set while its source does not name it")),
    }
)
COLLECTION: Members = {
    "id": ID,
    "external_id": EXTERNAL_ID,
    "source": text("name of its source"),
    "name": NAME,
    "kind": maybe(text("movie, show, music, photo or video, where it is known")),
    "identity": maybe(text("what makes it the same library under another id")),
    "enabled": flag("whether it may be ingested"),
    "sync_enabled": flag("whether it is ingested with its source"),
    "ingestible": flag("whether it can be, as it was worked out last"),
    "not_ingestible_reason": maybe(text("why not")),
    "missing_since": maybe(time("set while its source does not offer it")),
    "last_ingested_at": maybe(time("when an ingest was committed last")),
    "assets": whole("how many assets it has"),
    "missing_assets": whole("how many of them are missing"),
    "path_mappings": rows(ref("path_mapping"), "its locations"),
}
_STATS = record({name: whole("assets") for name in STATS})
_CHANGED = record(
    {
        "id": whole("id of the asset", 1),
        "title": maybe(text("its title; null where it is no longer there")),
        "path": maybe(text("its first file")),
    },
    {"from": text("where its first file was, of one that moved")},
)
_CHANGES = record({name: rows(ref("changed_asset"), f"{name} assets") for name in CHANGES})
PROBING: Members = {
    "probed": whole("files that told something"),
    "skipped": whole("files that could not be probed"),
    "absent": whole("files that are not there"),
    "reasons": texts("why files were skipped, the first thousand"),
}
_INGESTED = record(
    {
        "id": ID,
        "external_id": EXTERNAL_ID,
        "name": NAME,
        "status": word(
            "how it ended", ("success", "partial", "failed", "not_ingestible", "invalid_state")
        ),
        "stats": ref("stats"),
        "error": ROW_OF_ERROR,
        "files_checked": whole("files that were looked for where the mappings say, a sample"),
        "files_found": whole("how many of these are there"),
    },
    {
        "changes": ref("changes", "each asset that changed"),
        "skipped": texts("what could not be taken, the first thousand"),
        "left_out": texts("what was left out on purpose, the first thousand"),
        "unread": texts("what could not be read, the first thousand; what is known there stays"),
        "warnings": texts("what looks wrong all the same"),
        "edits_kept": whole("changed assets that show what somebody edited"),
        "probed": ref("probing", "what came of probing new and changed files"),
    },
)
DISCOVERED = record(
    {
        name: texts(f"names of collections that are {name}")
        for name in ("added", "updated", "missing", "restored")
    }
)
OVERLOOKED = texts("what lies there and is in no collection")
_LIST = record(
    {
        "id": ID,
        "name": NAME,
        "view": text("the view for scripts"),
        "filters": by_name({}, "the filters of asset list, by name"),
        "created_at": time("when it was saved first"),
        "updated_at": time("when it was saved last"),
    }
)
_DETAIL: Schema = {
    "type": "object",
    "description": "what there is to say of it, by operation: counts, names, reasons",
    "additionalProperties": True,
}
LINE: Members = {
    "id": ID,
    "at": time("when it was done"),
    "operation": text(f"noun and verb: {', '.join(get_args(Operation))}"),
    "source": maybe(text("name of the source that it concerns")),
    "collection": maybe(text("name of the collection that it concerns")),
    "status": text("success, partial or failed"),
    "detail": _DETAIL,
}
_OBJECT = record(
    {
        "type": text("table, index, view or trigger"),
        "name": NAME,
        "table": text("the table that it is on"),
        "wrong": maybe(text("what is wrong with it; null where it is merely there")),
    },
    says="an object of the file's schema that is not ours",
)
ENTRY: Members = {
    "path": text("its path on this machine"),
    "verdict": word(
        "what became of it",
        ("asset", "sidecar", "extra", "ignored", "unreadable", "not_wanted", "skipped", "excluded"),
    ),
    "rule": text("by which rule"),
    "asset_id": maybe(whole("its asset, where the catalogue has one", 1)),
}
_REBOUND = record(
    {
        "id": whole("id of the asset", 1),
        "title": text("its title"),
        "path": maybe(text("its first file, as the source spelled it")),
    }
)
_HOOK = record(
    {
        "number": whole("what hook remove takes", 1),
        "event": maybe(text("after which it is run; null where the file says nothing usable")),
        "command": maybe(texts("program and arguments")),
    }
)
NOUNS: dict[str, Schema] = {
    **assets.NOUNS,
    "error": _ERROR,
    "source": _NAMED_SOURCE,
    "path_mapping": _MAPPING,
    "collection": record(COLLECTION),
    "stats": _STATS,
    "changed_asset": _CHANGED,
    "changes": _CHANGES,
    "probing": record(PROBING),
    "ingest_result": _INGESTED,
    "list": _LIST,
    "history_line": record(LINE),
    "foreign_object": _OBJECT,
    "entry": record(ENTRY),
    "rebound_asset": _REBOUND,
    "hook": _HOOK,
}

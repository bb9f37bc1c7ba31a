"""What the commands on assets, on what became of files, and on the catalogue print."""

from __future__ import annotations

from retrovue.schemas.assets import ASSET, ORIGINS, SAID, TREE
from retrovue.schemas.nouns import BACKUP, ENTRY, LINE, PER_TABLE, PROBING
from retrovue.schemas.output import Output
from retrovue.schemas.shapes import (
    Members,
    Schema,
    by_name,
    flag,
    maybe,
    number,
    record,
    ref,
    rows,
    text,
    texts,
    time,
    whole,
    word,
)

_ASSETS: Members = {"assets": rows(ref("media"), "a row for each file; one for an asset without")}
_COUNT: Members = {"count": whole("how many assets there are, with --count")}
_LIST: Members = {"list": ref("list")}
_SAID: Members = {"asset": whole("id of the asset that was named", 1), **SAID}
_BACKED_UP: Members = {"backup": BACKUP}
_OTHERS = rows(ref("foreign_object"), "what others put into the file, and is no harm")


def _counted(by: str) -> Schema:
    return by_name(whole("assets"), f"assets that are there, by {by}")


_STATS: Members = {
    "total": whole("assets that are there"),
    "missing": whole("assets that are missing"),
    "bytes": whole("size of the files of those that are there"),
    "hours": number("length of those that are there"),
    "by_kind": _counted("kind"),
    "by_source": _counted("name of the source"),
    "by_collection": _counted("SOURCE/COLLECTION"),
    "by_decade": _counted("decade, such as 1970s"),
    "by_resolution": _counted("resolution, such as 1080p, or unknown"),
    "by_codec": _counted("codec, as their source names it"),
}
_FOUND: Members = {
    "code": word(
        "what was found",
        (
            "same_file", "same_inode", "same_size_and_name", "not_on_disk", "not_in_source",
            "same_work", "conflict_title", "conflict_year", "conflict_ids",
        ),
    ),
    "paths": texts("the files it is about, on this machine"),
    "sources": texts("names of their sources"),
    "assets": rows(whole("id of an asset", 1), "their assets"),
    "differs": by_name({}, "in what they differ, by field and then by id of the asset"),
}  # fmt: skip
_BREACH: Members = {
    "kind": text("a guarantee (G-1 to G-6), integrity, foreign_key, schema or search"),
    "table": maybe(text("the table")),
    "row": {
        "type": ["integer", "string", "null"],
        "description": "id or key of the row",
    },
    "message": text("what is wrong"),
}
_BACKUP: Members = {
    "path": text("where it is"),
    "made_at": time("when it was made"),
    "purpose": text("the operation that it undoes, or who asked for it"),
    "bytes": whole("its size"),
    "automatic": flag("whether it was made by itself, and is one of those that go after a while"),
}

OUTPUTS = {
    "asset list": Output(
        "Assets with their files. With --format jsonl each line is one of assets.",
        _ASSETS,
        instead=(_COUNT,),
    ),
    "asset show": Output("An asset with all that is known of it.", ASSET),
    "asset open": Output(
        "What was opened.",
        {"path": text("the file"), "player": texts("command that opened it; empty: the system's")},
    ),
    "asset tree": Output("Shows by season, artists by album.", TREE),
    "asset probe": Output(
        "What came of opening files.",
        PROBING,
        {"due": whole("files that would be opened, in a dry run")},
        dry_run=True,
    ),
    "asset mark": Output("What is said of a work now.", _SAID, dry_run=True),
    "asset edit": Output("What is said of a work now.", _SAID, dry_run=True),
    "asset marks": Output(
        "What was marked and edited.", {"marks": rows(ref("work"), "a row for each work")}
    ),
    "asset purge": Output(
        "Missing assets that were deleted.",
        {
            "purged": whole("assets that are gone"),
            "collections": by_name(whole("assets"), "how many, by SOURCE/COLLECTION"),
        },
        _BACKED_UP,
        dry_run=True,
        asks=True,
    ),
    "list save": Output("The list as it is now.", _LIST, dry_run=True),
    "list show": Output(
        "The assets of a list; without a name, the lists that there are.",
        _ASSETS,
        instead=(_COUNT, {"lists": rows(ref("list"), "by name")}),
    ),
    "list export": Output("The assets of a list.", _ASSETS, instead=(_COUNT,)),
    "list remove": Output("The list that is gone.", _LIST, dry_run=True),
    "stats": Output("What there is, in numbers.", _STATS),
    "account": Output(
        "What became of every file below the locations of a collection or source.",
        {
            "total": whole("entries of the disk"),
            "verdicts": by_name(whole("entries"), "how many, by verdict"),
            "entries": rows(ref("entry"), "each of them"),
        },
    ),
    "why": Output(
        "What became of one file; its verdict may also be in_no_source, with nothing but its path.",
        {
            "path": ENTRY["path"],
            "verdict": word("what became of it", (*ENTRY["verdict"]["examples"], "in_no_source")),
        },
        {
            "rule": ENTRY["rule"],
            "asset_id": ENTRY["asset_id"],
            "source": text("name of its source"),
            "collection": text("name of its collection"),
            "last_ingested_at": maybe(time("when that was ingested last")),
            "read": by_name({}, "what its name was read as, by field"),
            "origins": ORIGINS,
        },
    ),
    "reconcile": Output(
        "What several sources and the disk say of the same.",
        {
            "counts": by_name(whole("findings"), "how many, by code"),
            "findings": rows(record(_FOUND), "each of them"),
        },
    ),
    "history": Output("What was done.", {"history": rows(ref("history_line"), "the newest first")}),
    "history show": Output(
        "A line of the history with all of it.",
        {"entry": record(LINE, {"changes": ref("changes", "each asset that an ingest changed")})},
    ),
    "history prune": Output(
        "Lines of the history that were deleted.",
        {"pruned": whole("lines that are gone")},
        _BACKED_UP,
        dry_run=True,
        asks=True,
    ),
    "db path": Output(
        "Where the file is.",
        {"path": text("absolute"), "exists": flag("whether it is there")},
    ),
    "db info": Output(
        "What the file is and how much is in it.",
        {
            "path": text("where it is"),
            "catalogue_id": maybe(text("which catalogue it is, whatever it is called")),
            "schema_version": whole("PRAGMA user_version"),
            "bytes": whole("its size"),
            "journal_mode": text("as SQLite calls it, such as wal"),
            "sqlite": text("version of SQLite"),
            "rows": PER_TABLE,
        },
    ),
    "db check": Output(
        "What is wrong with the file: an error with findings, where there is any.",
        {
            "findings": rows(record(_BREACH), "all that is wrong"),
            "repaired": texts("what was mended, with --repair"),
            "others": _OTHERS,
        },
        _BACKED_UP,
        dry_run=True,
    ),
    "db backup": Output(
        "The copy that was made; with --list the backups that there are.",
        {"path": text("where it is"), "bytes": whole("its size"), "rows": PER_TABLE},
        instead=(
            {
                "path": text("where the catalogue is"),
                "backups": rows(record(_BACKUP), "the newest first"),
            },
        ),
    ),
    "db restore": Output(
        "The file that was brought back.",
        {
            "path": text("where it is"),
            "rows": PER_TABLE,
            "others": _OTHERS,
            "backup": maybe(text("path of the file as it was before; null where there was none")),
        },
        dry_run=True,
        asks=True,
    ),
}

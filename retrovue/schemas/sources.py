"""What the commands on sources, their collections and ingests print."""

from __future__ import annotations

from retrovue.errors import TROUBLES
from retrovue.schemas.nouns import (
    BACKUP,
    COLLECTION,
    DISCOVERED,
    EXTERNAL_ID,
    ID,
    NAME,
    OVERLOOKED,
    ROW_OF_ERROR,
    SOURCE,
    SOURCE_EXTERNAL_ID,
)
from retrovue.schemas.output import Output
from retrovue.schemas.shapes import (
    Members,
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

_COLLECTIONS = rows(ref("collection"), "its collections")
_CHANGED = flag("whether anything is other than before")
_OPTION = record(
    {
        "flag": text("as it is typed"),
        "help": text("what it is"),
        "required": flag("whether a source cannot be without it"),
        "secret": flag("whether it is shown nowhere"),
    }
)
_TYPE = record(
    {
        "type": text("what --type takes"),
        "description": text("what it is"),
        "options": rows(_OPTION, "its importer's options"),
    }
)
_OVERVIEW = record(
    {
        "id": ID,
        "external_id": SOURCE_EXTERNAL_ID,
        "name": NAME,
        "type": SOURCE["type"],
        "collections": whole("how many it has"),
        "sync_enabled_collections": whole("how many of these are ingested with it"),
    }
)
_CHOICE = record(
    {
        "number": whole("what --accept takes", 1),
        "asset": ref("rebound_asset"),
        "item": record(
            {
                "collection": text("external id of its collection"),
                "external_id": EXTERNAL_ID,
                "title": text("its title"),
                "path": text("its first file, as the source spells it"),
            },
            says="what the asset may be now",
        ),
        "why": texts("what they have in common"),
    }
)
_REBOUND: Members = {
    "totals": record(
        {
            "sure": whole("found again"),
            "likely": whole("found again, by less"),
            "ambiguous": whole("several fit equally well: see ambiguous"),
            "lost": whole("nothing fits: missing from the next ingest on"),
        },
        says="known assets, counted",
    ),
    "ambiguous": rows(_CHOICE, "choices that are left to you"),
    "lost": rows(ref("rebound_asset"), "assets that nothing fits"),
}
INGESTED: Members = {
    "source": ref("source", "whose collections they are"),
    "collections": rows(ref("ingest_result"), "how the ingest of each ended"),
    "totals": ref("stats", "of all of them"),
}
_INGEST = {"overlooked": OVERLOOKED}
_EACH = record(
    {
        "name": NAME,
        "status": word("how it ended", ("success", "partial", "failed")),
        "collections": rows(ref("ingest_result"), "how the ingest of each ended"),
        "error": ROW_OF_ERROR,
    }
)
_PLAN = text("path of the plan")
_PLANNED: Members = {
    **INGESTED,
    "plan": _PLAN,
    "made_at": time("when the plan was written down"),
}
_CHECKED = record(
    {
        "collection": text("name of the collection"),
        "external_path": text("a location as the source spells it"),
        "local_path": maybe(text("its folder on this machine")),
        "files": whole("files that were looked for"),
        "found": whole("how many of these are there"),
        "first_missing": maybe(text("the first that is not")),
        "ends_at": maybe(text("how far of its path is there")),
        "hint": maybe(
            word("what explains it", ("unmapped", "case", "normal_form", "slash")),
        ),
    }
)
_PROPOSED = record(
    {
        "external_path": text("a location as the source spells it"),
        "local_path": text("a folder that holds some of its files"),
        "files": whole("files that were looked for"),
        "found": whole("how many of these are there"),
    }
)
_RULE = record({"external": text("EXTERNAL of --map"), "local": text("LOCAL of --map")})
_MAP_CHECK = Output(
    "Whether files are where the path mappings say.",
    {
        "mappings": rows(_CHECKED, "each location"),
        "sampled": texts("names of collections of which a sample was asked of the source"),
    },
    {
        "proposals": rows(_PROPOSED, "folders below --under, those with most files first"),
        "rules": rows(_RULE, "what to give to source update --map"),
        "undecided": texts("locations for which several folders fit equally well"),
    },
)
_DELETED = record(
    {
        "id": ID,
        "external_id": SOURCE_EXTERNAL_ID,
        "name": NAME,
        "collections": whole("how many it had"),
        "assets": whole("how many they had"),
    }
)
_NOT_DELETED = record(
    {"external_id": SOURCE_EXTERNAL_ID, "name": NAME, "error": ref("error", "why not")}
)
_GONE = record({"id": ID, "external_id": EXTERNAL_ID, "name": NAME, "assets": whole("it had")})
_LEFT = record({"id": ID, "name": NAME, "reasons": texts("why it cannot be ingested")})
_PROBLEM = record(
    {
        "code": word("what is wrong, in one word", TROUBLES),
        "message": text("what is wrong"),
        "collection": maybe(text("the one that it concerns; null for the source itself")),
    }
)
_CHECKS = record(
    {
        "answered": flag("whether it answered as a source of its type does"),
        "about": maybe(text("what answered, by name and version, where that is known")),
        "collections": texts("names of its enabled collections"),
        "folders": whole("how many folders of these were looked into"),
    }
)

OUTPUTS = {
    "quickstart": Output(
        "A folder as a source that was discovered, mapped, enabled and ingested.",
        {
            **INGESTED,
            "db": text("path of the catalogue"),
            "commands": texts("what does the same by hand"),
            "collections_known": _COLLECTIONS,
        },
        {
            **_INGEST,
            "sample": text("path of the sample tree, where no folder was named"),
            "left": rows(_LEFT, "collections that were not taken in"),
        },
        dry_run=True,
    ),
    "source list-types": Output("What --type takes.", {"types": rows(_TYPE, "by name")}),
    "source add": Output(
        "The source that was added.",
        {**SOURCE, "importer": SOURCE["type"]},
        {
            "collections_discovered": whole("how many there are, with --discover"),
            "collections": _COLLECTIONS,
            "overlooked": OVERLOOKED,
        },
        dry_run=True,
    ),
    "source list": Output("The sources.", {"sources": rows(_OVERVIEW, "by name")}),
    "source show": Output(
        "A source with its collections.",
        {
            **SOURCE,
            "identity": text("what makes it the same source; unique within its type"),
            "remote_identity": maybe(text("what its server says that it is, where that is known")),
            "created_at": time("when it was added"),
            "updated_at": time("when it was changed last"),
            "collections": _COLLECTIONS,
        },
    ),
    "source update": Output(
        "The source as it is now.",
        {
            **SOURCE,
            "changed": _CHANGED,
            "collections": rows(ref("collection"), "those mapped anew"),
        },
        {"changes": DISCOVERED, "backup": BACKUP, **_REBOUND},
        dry_run=True,
    ),
    "source discover": Output(
        "What a source offers.",
        {"source": ref("source"), "changes": DISCOVERED, "collections": _COLLECTIONS},
        {"overlooked": OVERLOOKED},
        dry_run=True,
    ),
    "source ingest": Output(
        "How the ingest of a source's sync-enabled collections ended; of each source, with --all.",
        INGESTED,
        {**_INGEST, "plan": _PLAN},
        ({"sources": rows(_EACH, "those that have sync-enabled collections")},),
        dry_run=True,
    ),
    "source check": Output(
        "Whether a source can be ingested, and what is wrong.",
        {
            "source": record(
                {"id": ID, "external_id": SOURCE_EXTERNAL_ID, "name": NAME, "type": SOURCE["type"]}
            ),
            "checks": _CHECKS,
            "problems": rows(_PROBLEM, "the first of its kind is the code of the error"),
        },
    ),
    "source map-check": _MAP_CHECK,
    "source delete": Output(
        "Sources that were deleted.",
        {"deleted": rows(_DELETED, "those that are gone")},
        {"failed": rows(_NOT_DELETED, "those that are not"), "backup": BACKUP},
        dry_run=True,
        asks=True,
    ),
    "collection list": Output("The collections.", {"collections": _COLLECTIONS}),
    "collection show": Output("A collection with its path mappings.", COLLECTION),
    "collection update": Output(
        "The collection as it is now; each of them, where a pattern means several.",
        {**COLLECTION, "changed": _CHANGED},
        instead=(
            {
                "collections": rows(
                    record({**COLLECTION, "changed": _CHANGED}), "those that it means"
                ),
                "changed": _CHANGED,
            },
        ),
        dry_run=True,
    ),
    "collection ingest": Output(
        "How the ingest of a collection ended.", INGESTED, _INGEST, dry_run=True
    ),
    "collection map-check": _MAP_CHECK,
    "collection wipe": Output(
        "The assets that were deleted.",
        {
            "collection": record({"id": ID, "name": NAME}),
            "assets": whole("how many are gone"),
            "files": whole("rows of their files; the files themselves stay"),
        },
        {"backup": BACKUP},
        dry_run=True,
        asks=True,
    ),
    "collection delete": Output(
        "The collection that was deleted.",
        {"deleted": rows(_GONE, "it alone")},
        {"backup": BACKUP},
        dry_run=True,
        asks=True,
    ),
    "plan show": Output("What a plan would do.", _PLANNED, dry_run=True),
    "plan apply": Output("What was done by a plan.", _PLANNED, dry_run=True),
}

"""What the commands on the program itself print, and the lines that others may read."""

from __future__ import annotations

from retrovue.model import CHANGES, EVENTS, STATS
from retrovue.schemas.nouns import NOUNS
from retrovue.schemas.output import DIALECT, Output
from retrovue.schemas.shapes import (
    Members,
    Schema,
    flag,
    maybe,
    record,
    ref,
    rows,
    text,
    texts,
    whole,
    word,
)

_PLUGIN = record(
    {
        "name": text("its entry point"),
        "distribution": text("what it came with"),
        "version": text("of the distribution"),
        "importers": texts("types of sources"),
        "commands": texts("names of commands"),
        "hooks": texts("names of hooks"),
        "failures": texts("why some of it cannot be used"),
    }
)
_DESCRIBED = record({"name": text("what to ask for"), "description": text("what it describes")})

_SHELL = record(
    {
        "shell": text("its name"),
        "file": text("where its script is kept"),
        "startup": text("the file that its start reads"),
        "line": text("what that file takes in place of the script"),
        "also": text("what else it needs"),
    }
)
_FILE: Members = {
    "path": text("where the settings file is"),
    "exists": flag("whether it is there"),
}
_SETTING = record(
    {
        "name": text("a variable, or a key of the file, such as source.ingest.keep_going"),
        "value": {"description": "what it is set to"},
        "from": word("what sets it", ("environment", "file")),
    }
)
_CATALOGUE = record(
    {
        "path": text("where it is"),
        "exists": flag("whether it is there"),
        "from": word("what names it", ("option", "environment", "file", "default", "earlier")),
    },
    says="the catalogue that is used",
)
_HOOKED = Output(
    "The hook that is added or gone.",
    {"hook": ref("hook"), "path": _FILE["path"]},
    dry_run=True,
)

_FOLLOWED = record(
    {
        "added": whole("new assets"),
        "updated": whole("known ones that changed"),
        "moved": whole("known ones with files elsewhere"),
        "missing": whole("known ones that were not found any more"),
        "restored": whole("missing ones that are back"),
    },
    says="how many assets changed in all of them",
)

OUTPUTS = {
    "browse": Output(
        "Where the catalogue can be looked at: one line, while browse goes on until it is ended.",
        {"address": text("URL with the token that every page needs")},
    ),
    "completion": Output(
        "How a shell completes commands and names.",
        {
            "shell": maybe(text("the one that was asked for, else yours where it is one of them")),
            "script": maybe(text("what it runs; null where none was asked for")),
            "shells": rows(_SHELL, "those that can"),
        },
    ),
    "config": Output(
        "What is set, and by what.",
        {
            **_FILE,
            "catalogue": _CATALOGUE,
            "settings": rows(_SETTING, "all but options"),
            "hooks": whole("how many there are"),
        },
    ),
    "config path": Output("Where the settings file is.", _FILE),
    "hook add": _HOOKED,
    "hook list": Output("The hooks.", {"hooks": rows(ref("hook"), "by number")}),
    "hook remove": _HOOKED,
    "plugins": Output("Installed plugins.", {"plugins": rows(_PLUGIN, "by name")}),
    "plugins new": Output(
        "The plugin that was written.",
        {"folder": text("where it is"), "files": texts("paths below it")},
    ),
    "schema": Output(
        "What has a schema. Of one of these the schema itself is printed instead of this.",
        {"schemas": rows(_DESCRIBED, "by name")},
    ),
    "watch": Output(
        "What was ingested until it was ended: one object, at the end.",
        {
            "ingests": whole("how many there were"),
            "failed": whole("how many of them failed"),
            "totals": _FOLLOWED,
        },
        dry_run=True,
    ),
}
_PROGRESS = record(
    {
        "event": {"const": "progress", "description": "what the line is"},
        "state": {
            "enum": ["begun", "going", "ended"],
            "description": "of the work: the first line of it, one between, the last one",
        },
        "label": text("which work it is, such as the name of a collection"),
        "done": whole("items that are done"),
        "expected": maybe(whole("items that there are; null where that is not known", 1)),
    },
    says="A line on stderr, with --progress json.",
)
_CHANGED = record(
    {},
    {word: rows({"type": "integer"}, f"ids of {word} assets") for word in (*CHANGES, "deleted")},
    says="ids of assets by what became of them; empty where nothing did",
)
_GIVEN = record(
    {
        "event": word("after which it is run", EVENTS),
        "catalogue": text("path of the file"),
        "source": record(
            {
                "id": whole("row id", 1),
                "name": text("its name"),
                "external_id": maybe(text("null where it was deleted meanwhile")),
                "type": maybe(text("its importer; null where it was deleted meanwhile")),
            },
            says="the source that it concerns",
        ),
        "collection": maybe(ref("collection", "the one that it concerns, as it is now")),
        "status": maybe(text("how an ingest ended; null of other events")),
        "stats": record({}, {name: whole("assets") for name in STATS}, says="counts of an ingest"),
        "changes": _CHANGED,
        "history_id": maybe(whole("id of its line of history", 1)),
        "error": maybe(ref("error", "why nothing was ingested")),
    },
    says="The object that a hook gets on standard input.",
)
LINES: dict[str, Schema] = {
    "hook": {"$schema": DIALECT, "title": "the command of a hook", **_GIVEN},
    "progress": {"$schema": DIALECT, "title": "retrovue --progress json", **_PROGRESS},
    "error": {
        "$schema": DIALECT,
        "title": "retrovue --json, of any command that fails",
        "description": "What any command prints that fails; it may have more beside.",
        "type": "object",
        "properties": {
            "status": {"const": "error", "description": "how it ended"},
            "error": NOUNS["error"],
        },
        "required": ["status", "error"],
    },
}

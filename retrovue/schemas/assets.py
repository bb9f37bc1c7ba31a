"""Assets and their files, whose columns have the types that the catalogue gives them."""

from __future__ import annotations

from collections.abc import Mapping

from retrovue.catalogue.columns import TABLES, Column
from retrovue.found import ASSET_KINDS, STREAM_KINDS
from retrovue.schemas.shapes import (
    Members,
    Schema,
    by_name,
    date,
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

_OF_ASSETS = {
    "external_id": "the source's own id of it, unique within the collection",
    "title": "its title",
    "series": "the show of an episode, or of its extra",
    "season": "season of an episode; 0 are the specials",
    "episode": "number in its season",
    "episode_end": "the last number, where one file holds several episodes",
    "artist": "of a track",
    "album": "of a track",
    "disc": "of a track; null where there is one only, or none is told",
    "track": "number on its disc",
    "year": "year of release",
    "released_on": "day of release",
    "duration_ms": "length in milliseconds",
    "edition": "such as Director's Cut",
    "guids": "ids elsewhere, such as imdb://tt0078748",
    "metadata": "what else the importer knows, by name",
    "fingerprint": "changes when the source's item does; null: it is read again",
    "created_at": "when the catalogue took it in",
    "updated_at": "when it was changed last",
    "missing_since": "set while no complete scan sees it",
    "added_at": "when the source took it in; null where it does not say",
}
_OF_FILES = {
    "relative_path": "its path below the location of its mapping, with /",
    "version": "counts the versions of a work; 1 is the best",
    "part": "counts the parts of a version",
    "size_bytes": "its size in bytes",
    "modified_at": "when it was modified last",
    "duration_ms": "length in milliseconds",
    "container": "such as mkv",
    "video_codec": "such as h264",
    "audio_codec": "such as aac",
    "width": "pixels",
    "height": "pixels",
    "version_label": "what tells its version from others, such as 1080p BluRay",
}
_LOCAL_PATH = maybe(text("where the file is on this machine; null while its mapping has no folder"))
_KIND = word("what it is", ASSET_KINDS)
_SOURCE, _COLLECTION = text("name of its source"), text("name of its collection")
_TAGS = texts("what it was tagged with")
_RATING = maybe(whole("from 0 to 10", most=10))
_NOTE = maybe(text("what somebody noted"))
_SEEN = maybe(flag("whether somebody has seen or heard it; null where nothing is said"))
EDITS = by_name(
    {"type": ["string", "integer", "null"]}, "fields that somebody set, by name; null is none"
)


def _column(column: Column, says: str) -> Schema:
    """What a column holds, by its form."""
    assert column.form is not None
    made = {"time": time, "date": date, "text": text, "guids": texts}
    if column.form.mend == "number":
        found = whole(says, column.form.least)
    elif column.form.mend == "json":
        found = by_name({}, says)
    else:
        found = made[column.form.mend](says)
    return found if column.required else maybe(found)


def _columns(table: str, says: Mapping[str, str]) -> dict[str, Schema]:
    formed = {column.name: column for column in TABLES[table].formed}
    return {name: _column(formed[name], told) for name, told in says.items()}


_ASSETS, _FILES = _columns("assets", _OF_ASSETS), _columns("asset_files", _OF_FILES)


def _media() -> Schema:
    """A row of the view `media`: what an asset and one of its files say."""
    without = ("external_id", "guids", "metadata", "fingerprint", "created_at", "updated_at")
    of_asset = {name: schema for name, schema in _ASSETS.items() if name not in without}
    of_file = {name: maybe(schema) for name, schema in _FILES.items() if name != "duration_ms"}
    seen = maybe(whole("1 where somebody has seen it, 0 where not; null: not said", most=1))
    members = {
        "asset_id": whole("id of the asset", 1),
        "source": _SOURCE,
        "collection": _COLLECTION,
        "kind": _KIND,
        **of_asset,
        "extra_of": maybe(whole("id of the asset that an extra belongs to", 1)),
        "file_id": maybe(whole("id of the file; null for an asset without one", 1)),
        "local_path": _LOCAL_PATH,
        **of_file,
        "tags": _TAGS,
        "rating": _RATING,
        "note": _NOTE,
        "seen": seen,
    }
    return record(
        {},
        members,
        "a row of the view media: an asset with one of its files; of --fields these alone",
    )


_STREAM = record(
    {
        "kind": word("what it is", STREAM_KINDS),
        "codec": maybe(text("as FFmpeg names it")),
        "language": maybe(text("as BCP 47 has it, such as pt-BR")),
        "channels": maybe(whole("of sound")),
        "hdr": maybe(text("such as HDR10")),
        "is_default": flag("whether players take it by themselves"),
        "forced": flag("whether it is shown although nobody asked for subtitles"),
        "path": maybe(text("of a file beside it; null for a stream inside")),
    }
)
_PROBE = record(
    {
        "probed_at": time("when the file was opened"),
        "error": maybe(text("why it told nothing")),
    },
    says="what came of opening the file; null where that was not done",
)
_FILE = record(
    {
        "id": whole("id of the file", 1),
        "local_path": _LOCAL_PATH,
        **_FILES,
        "streams": rows(ref("stream"), "what is in it, and beside it"),
        "probe": maybe(_PROBE),
        "there": flag("whether the file is where local_path says"),
    }
)
_ORIGIN = record(
    {"origin": word("whose word it is", ("yours", "nfo", "tags", "server", "name"))},
    {
        "source_value": {
            "type": ["string", "integer", "null"],
            "description": "what its source says, where that is something else",
        }
    },
)
ORIGINS = by_name(_ORIGIN, "where each field comes from, by name")
ASSET: Members = {
    "id": whole("id of the asset", 1),
    "source": _SOURCE,
    "collection": _COLLECTION,
    "kind": _KIND,
    **_ASSETS,
    "files": rows(ref("file"), "its files, the best version first"),
    "tags": _TAGS,
    "rating": _RATING,
    "note": _NOTE,
    "seen": _SEEN,
    "edits": EDITS,
    "origins": ORIGINS,
}
SAID: Members = {
    "work": whole("number of the work, 0 while nothing is said of it"),
    "kind": _KIND,
    "title": text("its title"),
    "tags": _TAGS,
    "rating": _RATING,
    "note": _NOTE,
    "seen": _SEEN,
    "edits": EDITS,
    "assets": rows(whole("id of an asset", 1), "the assets that are this work"),
    "updated_at": maybe(time("when something was said of it last")),
}
_TREE_EPISODE = record(
    {
        "asset_id": whole("id of the asset", 1),
        "episode": _ASSETS["episode"],
        "episode_end": _ASSETS["episode_end"],
        "title": _ASSETS["title"],
    }
)
_TREE_TRACK = record(
    {
        "asset_id": whole("id of the asset", 1),
        "track": _ASSETS["track"],
        "title": _ASSETS["title"],
    }
)
_LACKING = rows(whole("a number"), "the numbers that lack between the lowest and the highest")
_SEASON = record(
    {
        "season": _ASSETS["season"],
        "episodes": rows(_TREE_EPISODE, "those that are there"),
        "missing": _LACKING,
    }
)
_DISC = record(
    {
        "disc": _ASSETS["disc"],
        "tracks": rows(_TREE_TRACK, "those that are there"),
        "missing": _LACKING,
    }
)
_ALBUM = record(
    {
        "album": text("its name, empty where it has none"),
        "year": _ASSETS["year"],
        "discs": rows(_DISC, "its discs"),
    }
)
TREE: Members = {
    "series": rows(
        record(
            {
                "title": text("of the show, empty where it has none"),
                "seasons": rows(_SEASON, "its seasons"),
            }
        ),
        "shows",
    ),
    "artists": rows(
        record(
            {
                "artist": text("name, empty where there is none"),
                "albums": rows(_ALBUM, "albums"),
            }
        ),
        "artists",
    ),
}
NOUNS = {"media": _media(), "stream": _STREAM, "file": _FILE, "work": record(SAID)}

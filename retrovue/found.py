"""What importers find, as immutable values: the words of the plugin interface.

Named tuples and not dataclasses: a scan makes hundreds of thousands of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

STREAM_KINDS = ("video", "audio", "subtitle", "picture")
ASSET_KINDS = ("movie", "episode", "track", "video", "photo", "extra")
EDITABLE = (
    "title", "series", "season", "episode", "episode_end", "artist", "album", "disc", "track",
    "year", "released_on", "edition",
)  # fmt: skip
"""The fields that people may set, over whatever files and sources say."""
NUMBERS = ("season", "episode", "episode_end", "disc", "track", "year")
"""Those of them that are numbers."""


class FoundCollection(NamedTuple):
    """What an importer offers: `kind` is movie, show, music, photo or video where it is known;
    `locations` are folders as the source spells them. `identity` is what stays the same when the
    source numbers or names its libraries anew, None where it has nothing of the kind; `size` is how
    many items it holds, where that is known without reading them."""

    external_id: str
    name: str
    kind: str | None = None
    locations: tuple[str, ...] = ()
    identity: str | None = None
    size: int | None = None


class Stream(NamedTuple):
    """One stream of a file, or a sidecar beside it at `path` (as the source spells it).

    `kind` is video, audio, subtitle or picture (a cover in the file); `codec` as FFmpeg names it,
    `language` as BCP 47 has it (`en`, `pt-BR`), None where it is not told; `hdr` is HDR10, HDR10+,
    HLG or Dolby Vision.
    """

    kind: str
    codec: str | None = None
    language: str | None = None
    channels: int | None = None
    hdr: str | None = None
    is_default: bool = False
    forced: bool = False
    path: str | None = None


class FoundFile(NamedTuple):
    """One file of an asset, `path` as the source spells it; a URL is the path of no file.

    `version` counts the versions of the same work (1080p, 4K), `part` the parts of one version
    (CD1, CD2), both from 1; `version_label` is what tells a version from others ("1080p BluRay");
    sizes in bytes, durations in milliseconds, pixels; `modified_at` is ISO-8601 in UTC; `streams`
    are what is in it, and the sidecars beside it.
    """

    path: str
    version: int = 1
    part: int = 1
    size_bytes: int | None = None
    modified_at: str | None = None
    duration_ms: int | None = None
    container: str | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    width: int | None = None
    height: int | None = None
    version_label: str | None = None
    streams: tuple[Stream, ...] = ()


class Probed(NamedTuple):
    """What a file says of itself: `container`, `streams` and pixels as FFmpeg has them; `tags` are
    fields of an asset by name (title, artist, album, track, disc, year, ...); `taken_on` is the
    date of a picture (ISO)."""

    duration_ms: int | None = None
    container: str | None = None
    width: int | None = None
    height: int | None = None
    streams: tuple[Stream, ...] = ()
    tags: Mapping[str, Any] = {}
    taken_on: str | None = None


class FoundAsset(NamedTuple):
    """One movie, episode, track, video, photo or extra.

    `fingerprint` changes whenever the asset does (files: size and modification time); an asset
    whose fingerprint is the stored one is not described again. What stands in it behind ` + ` tells
    of what lies beside the files, and does not count where a file that moved is looked for. `guids`
    are ids elsewhere (`imdb://tt0133093`); `metadata` is anything JSON can hold, in it
    `extra_of`, of an extra, is the film that it belongs to as `{"external_id": ...}`, `nfo` are the
    names of the fields that an NFO file said, and `named` what the name says of those instead;
    `released_on` is an ISO date; `disc` is that of a track; `added_at` is when the source took it
    in (ISO-8601, UTC).
    """

    external_id: str
    kind: str
    title: str | None
    files: tuple[FoundFile, ...]
    fingerprint: str | None = None
    series: str | None = None
    season: int | None = None
    episode: int | None = None
    episode_end: int | None = None
    artist: str | None = None
    album: str | None = None
    track: int | None = None
    year: int | None = None
    released_on: str | None = None
    duration_ms: int | None = None
    edition: str | None = None
    guids: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = {}
    disc: int | None = None
    added_at: str | None = None


class FoundFolder(NamedTuple):
    """A folder whose assets can be compared as a whole.

    When `fingerprint` is the stored one, everything known below `path` counts as seen and
    unchanged and `assets` is never called; otherwise `assets()` yields what the folder itself
    holds (sub-folders are folders of their own). `path` is unique in the collection.
    """

    path: str
    fingerprint: str
    assets: Callable[[], Iterable[FoundAsset | Unread | Skipped]]


class Unread(NamedTuple):
    """Something a scan could not read: `where` names it, `why` says why. What is known below it
    stays as it is, and the ingest ends as partial."""

    where: str
    why: str


class Skipped(NamedTuple):
    """An item left out of the catalogue, with the reason. What is left out `on_purpose` (a sample)
    is counted, and no warning."""

    where: str
    why: str
    on_purpose: bool = False


class Overlooked(NamedTuple):
    """Something in the source that is in no collection: `says` is a line on it without a full
    stop, `options` are flags of `source update` that take it in (none: a discovery does)."""

    says: str
    options: tuple[str, ...] = ()


class Location(NamedTuple):
    """A location as the source spells it, and the folder it is on this machine (None: not set)."""

    external_path: str
    local_path: str | None


class ScanCollection(NamedTuple):
    """What an importer is given of a collection.

    `mappings` are the locations to read. With `quick`, `known_folders()` yields the (path,
    fingerprint) of every folder that an earlier scan reported, and the importer may report a
    folder that it did not read by its old fingerprint. `identity` is what discovery said of it.
    What lies at or below a path that is `excluded` need not be read. Where there are any paths in
    `below`, what lies neither at nor below one of them need not be read either; a `FoundFolder`
    above one of them says that there is such a folder, and is not read.
    """

    external_id: str
    name: str
    kind: str | None
    mappings: tuple[Location, ...]
    quick: bool = False
    known_folders: Callable[[], Iterable[tuple[str, str]]] = tuple
    identity: str | None = None
    excluded: tuple[str, ...] = ()
    below: tuple[str, ...] = ()

"""One item of the server as one asset; reads what the item says and asks nothing.

Numbers that are none become None; titles and paths stay as they are.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from retrovue import FoundAsset, FoundFile, Skipped
from retrovue_jellyfin import facts

FIELDS = (
    "Path,MediaSources,ProviderIds,Etag,DateCreated,PartCount,SpecialFeatureCount,LocalTrailerCount,"
    "OriginalTitle,Studios,Genres,Overview,People,Tags"
)
"""What a listing is asked for beside what it always has."""

KINDS = {
    "Movie": "movie",
    "Episode": "episode",
    "Audio": "track",
    "Video": "video",
    "MusicVideo": "video",
    "Photo": "photo",
}
"""The kind of asset for each type of item."""

TICKS = 10_000
"""Ticks of a millisecond: https://learn.microsoft.com/dotnet/api/system.timespan.ticks"""

_OF_OTHERS = ("MusicBrainzAlbum", "MusicBrainzAlbumArtist", "MusicBrainzArtist",
              "MusicBrainzReleaseGroup", "AudioDbAlbum", "AudioDbArtist")  # fmt: skip
"""Ids that a track has of its album and artist."""
_SCHEMES = {"MusicBrainzTrack": "mbid", "MusicBrainzRecording": "mbid"}
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)

Json = Mapping[str, Any]


def found(item: Json, kind: str | None = None) -> FoundAsset | Skipped:
    """The asset of an item, of this kind where its type does not tell; `Skipped` for one that is no
    file: an episode that the server only knows of, or a stream."""
    files = _files(item)
    if not files:
        return Skipped(_name(item), "the server has no file of it", on_purpose=True)
    kind = kind or KINDS.get(str(item.get("Type")))
    if kind is None:
        return Skipped(_name(item), f"it is of type {item.get('Type')!r}, which was not asked for")
    episode = kind == "episode"
    track = kind == "track"
    added_at = facts.time(item.get("DateCreated"))
    return FoundAsset(
        external_id=str(item.get("Id") or ""),
        kind=kind,
        title=_text(item, "Name"),
        files=files,
        fingerprint=fingerprint(item, files),
        series=_text(item, "SeriesName") if episode else None,
        season=_number(item, "ParentIndexNumber") if episode else None,
        episode=_number(item, "IndexNumber") if episode else None,
        episode_end=_number(item, "IndexNumberEnd") if episode else None,
        artist=_artist(item) if track else None,
        album=_text(item, "Album") if track or kind == "photo" else None,
        track=(_number(item, "IndexNumber") or None) if track else None,  # 0: it has none
        year=_number(item, "ProductionYear", 9999),
        released_on=_date(item),
        duration_ms=_milliseconds(item),
        guids=_guids(item),
        metadata=facts.metadata(item, added_at),
        disc=(_number(item, "ParentIndexNumber") or None) if track else None,
        added_at=added_at,
    )


def with_parts(asset: FoundAsset, parts: Sequence[Json]) -> FoundAsset:
    """The asset with the further parts of its first version."""
    files = list(asset.files)
    for number, part in enumerate(parts, 2):
        files += [file._replace(version=1, part=number) for file in _files(part)[:1]]
    return asset._replace(files=tuple(files))


def parts_of(item: Json) -> int:
    """How many parts an item has."""
    return _number(item, "PartCount") or 1


def extras_of(item: Json) -> int:
    """How many special features and trailers an item has."""
    counts = (_number(item, "SpecialFeatureCount"), _number(item, "LocalTrailerCount"))
    return sum(count or 0 for count in counts)


def fingerprint(item: Json, files: Sequence[FoundFile]) -> str:
    """The item's etag, its files' sizes, and a checksum of its names, paths and plays: a show that
    is renamed does not change the etags of its episodes, and a play that of no item."""
    names = [str(item.get(name)) for name in ("Name", "SeriesName", "Album", "AlbumArtist")]
    numbers = [str(item.get(name)) for name in ("ParentIndexNumber", "IndexNumber", "PartCount")]
    told = "\0".join([*names, *numbers, *(file.path for file in files)])
    played = facts.changing(item)
    told += f"\0{played}" if played else ""
    sizes = "+".join(str(file.size_bytes) for file in files)
    etag = item.get("Etag") or ""
    return f"{etag}/{sizes}/{zlib.crc32(told.encode('utf-8', 'surrogatepass')):08x}"


def _name(item: Json) -> str:
    return str(item.get("Name") or item.get("Id") or "an item without a name")


def _files(item: Json) -> tuple[FoundFile, ...]:
    """The files of an item, a version each, the one that bears its own path first."""
    own = item.get("Path")
    sources = [source for source in item.get("MediaSources") or [] if isinstance(source, dict)]
    if not sources and isinstance(own, str) and item.get("LocationType") != "Virtual":
        sources = [{"Path": own, "Container": item.get("Container")}]
    local = [source for source in sources if _is_file(source)]
    local.sort(key=lambda source: source["Path"] != own)
    return tuple(_file(source, version) for version, source in enumerate(local, 1))


def _is_file(source: Json) -> bool:
    path = source.get("Path")
    if not isinstance(path, str) or not path or source.get("IsRemote"):
        return False
    return source.get("Protocol", "File") == "File" and not _URL.match(path)


def _file(source: Json, version: int) -> FoundFile:
    streams = [stream for stream in source.get("MediaStreams") or [] if isinstance(stream, dict)]
    video = next((stream for stream in streams if stream.get("Type") == "Video"), {})
    audio = next((stream for stream in streams if stream.get("Type") == "Audio"), {})
    return FoundFile(
        source["Path"],
        version=version,
        size_bytes=_number(source, "Size"),
        duration_ms=_milliseconds(source),
        container=_text(source, "Container"),
        video_codec=_text(video, "Codec"),
        audio_codec=_text(audio, "Codec"),
        width=_number(video, "Width"),
        height=_number(video, "Height"),
    )


def _text(item: Json, name: str) -> str | None:
    value = item.get(name)
    return value if isinstance(value, str) and value else None


def _number(item: Json, name: str, most: int = 2**53 - 1) -> int | None:
    value = item.get(name)
    return value if type(value) is int and 0 <= value <= most else None


def _milliseconds(item: Json) -> int | None:
    ticks = _number(item, "RunTimeTicks", 2**62)
    return ticks // TICKS if ticks else None


def _date(item: Json) -> str | None:
    text = _text(item, "PremiereDate") or ""
    return text[:10] if re.match(r"[12]\d{3}-\d\d-\d\dT", text) else None


def _artist(item: Json) -> str | None:
    others = item.get("Artists")
    first = others[0] if isinstance(others, list) and others else None
    return _text(item, "AlbumArtist") or (first if isinstance(first, str) and first else None)


def _guids(item: Json) -> tuple[str, ...]:
    """Ids that mean something elsewhere, spelled as other servers spell them."""
    ids = item.get("ProviderIds")
    if not isinstance(ids, dict):
        return ()
    return tuple(
        f"{_SCHEMES.get(name, name.lower())}://{value}"
        for name, value in sorted(ids.items())
        if isinstance(value, str) and value and name not in _OF_OTHERS
    )

"""What the folders above a file say, worked out once for each directory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from . import titles
from .discs import IMAGES, is_disc_folder
from .extras import GENERIC, PLAINLY_EXTRAS, folder_extra
from .kinds import is_ignored_folder, library_kind
from .numbers import DIGIT, day_of
from .seasons import season_of
from .tags import cut
from .tags import edition as edition_in
from .tags import version as version_in
from .vocabulary import words

GENERIC_FOLDERS = words(
    """media mnt data drive drives server srv share shares nas home users volume volumes volume1
    volume2 storage disk disks hdd downloads download torrents torrent complete completed incomplete
    library libraries video videos tv_drop public usenet test plex jellyfin kodi emby mount var"""
)
_DISC_AFTER = re.compile(r"[\s._-]*[(\[]?(?:cd|disc|disk)[\s._-]*(\d{1,2})[)\]]?$", re.I)
_DISC_IMAGES = IMAGES | {"stream", "audio_ts"}
_NUMBERED_EPISODE = re.compile(
    r"(?<![a-z0-9])(?:s\d{1,4}[ ._-]?e\d{1,4}|\d{1,2}x\d{2})(?!\d)", re.I
)
_YEAR_BEFORE = re.compile(r"^[(\[]?((?:19|20)\d\d)[)\]]?\s*[-–.]?\s+(?=\S)")
_YEAR_BEHIND = re.compile(r"\s*[(\[]((?:19|20)\d\d)[)\]]")
_ALBUM_TAGS = re.compile(
    r"""\s*[(\[{](?:flac|mp3|v0|320|alac|24[ -]?bit|16[ -]?44|web|cd|vinyl|lossless
    |[\d.]+[ ]?k(?:bps|hz)?)[^()\[\]{}]*[)\]}]""",
    re.VERBOSE | re.IGNORECASE,
)


class Folder(NamedTuple):
    """What a directory says of the files in it, from its path alone."""

    parts: tuple[str, ...]
    kind: str | None = None
    told: bool = False
    anime: bool = False
    ignored: bool = False
    extra: str | None = None
    disc_image: bool = False
    part: int | None = None
    season: int | None = None
    name: str = ""
    title: str = ""
    year: int | None = None
    guids: tuple[str, ...] = ()
    edition: str | None = None
    version: str | None = None
    key: str = ""
    prefixes: tuple[str, ...] = ()
    sure: bool = False
    numbered: bool = False
    tagged: bool = False
    plain: bool = False
    artist: str | None = None
    album: str | None = None


class _Below(NamedTuple):
    """What the folders between an item's own and the directory say; `series` is the show's name
    that a season folder may repeat."""

    extra: str | None = None
    disc_image: bool = False
    part: int | None = None
    season: int | None = None
    series: str = ""


class _Own(NamedTuple):
    """What the name of an item's own folder says."""

    name: str
    title: str
    year: int | None
    guids: tuple[str, ...]
    edition: str | None
    version: str | None
    key: str
    prefixes: tuple[str, ...]
    numbered: bool
    tagged: bool


def folder(parts: Sequence[str], kind: str | None = None) -> Folder:
    """Read a directory: parts are its path's names from the collection's root down.

    kind is 'movie', 'show', 'music', 'photo' or 'video', what the collection is said to hold; None
    leaves it to be told by usual library names (Movies, TV Shows) among the parts.
    """
    names = tuple([part[: titles.LONGEST] for part in parts])
    start, guessed = _library(names)
    base = Folder(
        names,
        kind or guessed,
        kind is not None,
        start > 0 and any("anime" in name.lower() for name in names[:start]),
        any(map(is_ignored_folder, names)),
    )
    if base.kind == "music":
        return _music(base, start)
    return base if base.kind in ("photo", "video") else _item(base, start)


def own_at(where: Folder) -> int:
    """Return where in a path the item's own folder stands, which gave the title."""
    return max(at for at, part in enumerate(where.parts) if part == where.name)


def _library(names: tuple[str, ...]) -> tuple[int, str | None]:
    """Return where the items begin and what the library is called to hold."""
    for at, name in enumerate(names):
        kind = library_kind(name)
        if kind:
            return _nested(names, at + 1, kind)
    at = 0
    while at < len(names) and names[at].strip().lower().replace(" ", "_") in GENERIC_FOLDERS:
        at += 1
    return at, None


def _nested(names: tuple[str, ...], at: int, kind: str) -> tuple[int, str]:
    """Follow a library in a library: Video/Movies, Movies/Anime, Music/FLAC."""
    while at < len(names) and (inner := library_kind(names[at])):
        kind = kind if "anime" in names[at].lower() else inner
        at += 1
    return at, kind


def _item(base: Folder, start: int) -> Folder:
    """Walk up from the directory to the folder of its movie or show."""
    at = _extras_end(base.parts, start)
    below = _Below()
    while at > start:
        step = _aside(base.parts[at - 1], below, base.kind, owned=at - 1 > start)
        if step is None:
            break
        below = step
        at -= 1
    if at > start and not _names_another(below.series, base.parts[at - 1]):
        return _named(base, below, base.parts[at - 1])
    if below.series:
        return _named(base, below, below.series)
    extra, disc_image, part, season, _ = below
    return base._replace(extra=extra, disc_image=disc_image, part=part, season=season)


def _extras_end(parts: tuple[str, ...], start: int) -> int:
    """Return the end of the path of an item's extras folder, whatever lies below that; the end of
    the whole path where there is none."""
    for at in range(start + 1, len(parts) - 1):
        extra = folder_extra(parts[at])
        sure = extra and (extra not in GENERIC or parts[at].lower() in PLAINLY_EXTRAS)
        if sure and not any(map(titles.PAREN_YEAR.search, parts[at + 1 :])):
            return at + 1
    return len(parts)


def _names_another(before: str, above: str) -> bool:
    """Tell whether a season folder names a show the folder above does not: 'Kids/Show Season 1'."""
    own = titles.key(titles.split(before)[0]) if before else ""
    above = titles.key(titles.split(above)[0]) if own else ""
    return bool(own) and not (own.startswith(above) or above.startswith(own))


def _aside(name: str, below: _Below, kind: str | None, owned: bool) -> _Below | None:
    """Note a folder that is below an item's own."""
    extra = folder_extra(name)
    if extra and (owned or (below.season is None and _stands_for_itself(extra, kind))):
        return below._replace(extra=below.extra or extra, series="")
    if name.lower() in _DISC_IMAGES:
        return below._replace(disc_image=True, series="")
    disc = is_disc_folder(name) if owned else None
    if disc is not None:
        return below._replace(part=disc, series="")
    season = _season(name, kind, owned) if below.season is None else None
    return None if season is None else below._replace(season=season[0], series=season[1])


def _stands_for_itself(extra: str, kind: str | None) -> bool:
    """Tell 'Trailers' at the top of a library from a category or a show called Other or Extras."""
    return extra not in GENERIC and kind != "show"


def _season(name: str, kind: str | None, owned: bool) -> tuple[int, str] | None:
    if kind == "movie":
        return None
    if owned and name.isdecimal() and len(name) in ((1, 2, 4) if kind == "show" else (1, 2)):
        return int(name), ""
    return season_of(name)


def _named(base: Folder, below: _Below, name: str) -> Folder:
    """Put together what a directory's item and the folders below it say."""
    own = _own(name, base.kind == "movie")
    extra, disc_image, part, season, _ = below
    in_season = season is not None
    kind = base.kind or ("show" if in_season or _has(own.guids, "tvdb") else None)
    sure = not own.numbered and (in_season or own.year is not None or bool(own.guids))
    plain = sure and kind == "show" and bool(own.title) and not (extra or disc_image)
    return Folder(  # by position, which is much faster
        base.parts, kind, base.told, base.anime, base.ignored, extra, disc_image, part, season,
        own.name, own.title, own.year, own.guids, own.edition, own.version, own.key, own.prefixes,
        sure, own.numbered, own.tagged, plain,
    )  # fmt: skip


@lru_cache(maxsize=256)  # of a show, each season's folder asks
def _own(name: str, movie: bool) -> _Own:
    rest, guids = titles.take_ids(titles.plain(name))
    if box := titles.boxed(rest):
        rest = f"{box[0]} ({box[1]})"
    rest, edition = titles.take_edition(rest)
    head, year, tail = titles.split(titles.without_lead(rest))
    head, told = titles.edition_before(head)
    told = told or _edition_among(tail)
    title = titles.first(titles.bare(head), rest)
    return _Own(
        name,
        title,
        year,
        guids,
        edition or told,
        version_in(tail) if tail else None,
        titles.key(title),
        _prefixes(name, title, year, guids, edition),
        _is_numbered(rest, year, movie),
        cut(tail or rest, 0) < len(tail or rest),
    )


def _is_numbered(rest: str, year: int | None, movie: bool) -> bool:
    """Tell a folder that names an episode, or the day of one; a year alone is neither."""
    digit = DIGIT.search(rest)
    if digit is None:
        return False
    at = digit.start()
    if rest[at : at + 4] == str(year) and not DIGIT.search(rest, at + 4):
        return False
    return bool(_NUMBERED_EPISODE.search(rest) or (not movie and day_of(rest)))


def _edition_among(tail: str) -> str | None:
    found = edition_in(f" {tail}") if tail else None
    return found.text if found else None


def _has(guids: tuple[str, ...], site: str) -> bool:
    return any(guid.startswith(site) for guid in guids)


def _prefixes(
    name: str, title: str, year: int | None, guids: tuple[str, ...], edition: str | None
) -> tuple[str, ...]:
    """Return how the files of a folder are expected to begin, when that says it all."""
    if year is None and not guids and not edition:
        return ()
    return (name, f"{title} ({year})") if year else (name,)


def _music(base: Folder, start: int) -> Folder:
    """Read artist and album: Artist/Album, Artist - Album, and a disc's folder below."""
    names = list(base.parts[start:])
    disc = is_disc_folder(names[-1]) if names else None
    if disc is not None:
        names.pop()
    if not names:
        return base._replace(part=disc)
    again = _DISC_AFTER.search(names[-1]) if len(names) > 1 else None
    if again and titles.key(names[-1][: again.start()]) == titles.key(names[-2]):
        disc = disc or int(again[1])  # 'Album/Album Disc 1'
        names.pop()
    artist, album = (names[-2], names[-1]) if len(names) > 1 else _one_folder(names[0])
    if album is None:
        return base._replace(part=disc, artist=titles.clean(artist))
    album = _ALBUM_TAGS.sub("", album)
    after = _DISC_AFTER.search(album)
    if after and after.start():
        disc, album = disc or int(after[1]), album[: after.start()]
    found = (
        _YEAR_BEHIND.search(album, 1) or _YEAR_BEFORE.search(album) or _YEAR_BEHIND.search(album)
    )
    year = int(found[1]) if found else None
    if found and len(album) > len(found[0]):
        album = album[: found.start()] + album[found.end() :]
    artist = titles.clean(artist)
    own = album.removeprefix(f"{artist} - ")
    return base._replace(part=disc, artist=artist, album=titles.clean(own) or None, year=year)


def _one_folder(name: str) -> tuple[str, str | None]:
    artist, joint, album = name.partition(" - ")
    return (artist, album) if joint and not artist.strip().isdecimal() else (name, None)

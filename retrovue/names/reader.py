"""Reading one file's name: which kind of thing it is, and then the reader of that kind."""

from __future__ import annotations

import re
from functools import lru_cache

from . import episodes, extras, movies, music, numbers, titles
from .folders import Folder, folder, own_at
from .kinds import MEDIA_TYPES, is_hidden
from .reading import NO_MEDIA, Reading
from .tags import cut, lower

_SEPARATORS = re.compile(r"[\\/]+")
_DRIVE = re.compile(r"^[a-zA-Z]:$")
_ARTWORK_NAME = re.compile(
    r"""^(?:.*[-.])?(?:poster|fanart|banner|thumb|logo|clearlogo|clearart|discart|landscape|backdrop
    |background|cover|folder|disc|albumart|keyart|season[\w-]*|art|show|movie|default|front|back)\d*$""",
    re.VERBOSE | re.IGNORECASE,
)
# Fansub groups' creditless openings and endings: NCOP1, NCED.
# What yt-dlp puts behind a title: the eleven characters of a video's id.
_VIDEO_ID = re.compile(r"[\s._-]*\[([\w-]{11})\]$")
_ALL_NUMBERS = re.compile(r"[\dex_-]+", re.IGNORECASE)
_QUALITY_FIRST = re.compile(r"\[?(\d{3,4}[pi])\]?([\s._-]+)(?=[^\s._-])")
_CREDITLESS = re.compile(r"(?<![A-Za-z0-9])NC(?:OP|ED)\d{0,2}[a-z]?(?![A-Za-z0-9])")

_ARTWORK = Reading("ignore", "artwork")
_DISC_MENU = Reading("ignore", "a disc's menu")
_SOUND = Reading("ignore", "sound that belongs to a film")


def read(name: str, folder: Folder) -> Reading:
    """Say what a file's name means in its directory; never raises.

    name carries its extension. What is nobody's media (hidden files, texts, subtitles, artwork
    beside a movie) has the kind 'ignore'.
    """
    stem, dot, extension = name.rpartition(".")
    media = MEDIA_TYPES.get(extension.lower()) if dot else None
    if media is None or folder.ignored or (name[0] == "." and is_hidden(name)) or not stem:
        return NO_MEDIA
    if len(name) > titles.LONGEST:
        return Reading(_kind(media, folder), stem)
    if media == "video":
        return _video(stem, folder)
    return _track(stem, folder) if media == "audio" else _photo(stem, folder)


def _kind(media: str, where: Folder) -> str:
    """Return the kind of a file whose name is not read."""
    if media == "video":
        return {"movie": "movie", "show": "episode"}.get(where.kind or "movie", "video")
    return "track" if media == "audio" else "photo"


def _video(stem: str, where: Folder) -> Reading:
    if stem[-1] == "]" and (box := _video_id(stem)):
        return _with_id(_video(stem[: box.start()], where), box[1])
    if stem[:1] in "[123456789" and (first := _QUALITY_FIRST.match(stem)):
        stem = f"{stem[first.end() :]}{first[2][0]}{first[1]}"
    if where.plain and (known := episodes.plain(stem, where)) and not extras.ending(stem):
        return known
    if where.kind in ("photo", "video", "music"):
        return _home(stem, where)
    if where.extra:
        return _made_extra(where.extra, titles.clean(stem), where)
    if (told := extras.ending(stem)) and not _own_title(stem, where):
        return _by_ending(*told, where)
    if where.disc_image:
        return _disc_image(stem, where)
    return _movie(stem, where) if where.kind == "movie" else _of_show(stem, where)


def _by_ending(kind: str, title: str, where: Folder) -> Reading:
    """An extra by the end of its name, 'Film (2000)-trailer', which names its film as well."""
    made = _made_extra(kind, titles.clean(title), where)
    if where.title or where.kind == "show":
        return made
    film = movies.read(title, where)
    return made._replace(named=film.title, year=film.year)


def _of_show(stem: str, where: Folder) -> Reading:
    """Read an episode; what is none is an unnumbered one of a show, and else a movie."""
    found = None if _named_movie(stem, where) else _episode(stem, where)
    if found:
        return found
    if "NC" in stem and _CREDITLESS.search(stem):
        return _made_extra("other", titles.clean(titles.split(titles.without_lead(stem))[0]), where)
    if where.kind == "show" or where.season is not None:
        return _unnumbered(stem, where)
    return movies.read(stem, where)


def _video_id(stem: str) -> re.Match[str] | None:
    """Find a video's id at the end of a name; no quality or numbers of the same length, such as
    'WEBDL-1080p' and '01x01-02-03'."""
    found = _VIDEO_ID.search(stem)
    if found is None or not found.start() or _ALL_NUMBERS.fullmatch(found[1]):
        return None
    return None if cut(f" {found[1]}", 0) <= len(found[1]) else found


def _with_id(reading: Reading, id_: str) -> Reading:
    """A video by its id, unless a number or a year says which one it is."""
    if reading.guids or reading.year or reading.episode is not None or reading.kind == "extra":
        return reading
    return reading._replace(guids=(f"youtube://{id_}",))


def _named_movie(stem: str, where: Folder) -> bool:
    """Tell a file that begins with its folder's 'Title (Year)' and bears no episode's number."""
    if where.kind is not None or not where.prefixes or where.season is not None:
        return False
    return stem.startswith(where.prefixes) and numbers.marked(stem) is None


def _own_title(stem: str, where: Folder) -> bool:
    """Tell a movie called 'The Trailer' from a trailer."""
    return bool(where.key) and titles.key(stem) == where.key


def _movie(stem: str, where: Folder) -> Reading:
    """Read a movie; a marked episode among guessed movies stays an episode."""
    if where.told or stem.startswith(where.prefixes):
        return movies.read(stem, where)
    low = lower(stem)
    episode = numbers.marked(stem) or (
        numbers.speaks(low) and not where.title and episodes.after_year(stem, low)
    )
    return (episode and episodes.read(stem, where)) or movies.read(stem, where)


def _episode(stem: str, where: Folder) -> Reading | None:
    """Read an episode; the name of a release's own folder stands in for a scrambled file name."""
    plain = titles.plain(stem)
    if not where.numbered:
        return episodes.read(plain, where)
    own = episodes.read(plain, where) if numbers.marked(plain) else None
    above = episodes.read(
        titles.plain(where.name), where._replace(numbered=False, title="", sure=False)
    )
    return above if own is None or _same(own, above) else own


def _same(own: Reading, above: Reading | None) -> bool:
    """Tell a file that puts the episode's title before the show its folder names."""
    if above is None or (own.season, own.episode) != (above.season, above.episode):
        return False
    name, show = titles.key(own.series or ""), titles.key(above.series or "")
    return name != show and name.endswith(show)


def _unnumbered(stem: str, where: Folder) -> Reading:
    """A show's file without a number keeps its name as the title; among anime it may be a movie."""
    if where.anime and not where.told and titles.PAREN_YEAR.search(stem, 1):
        return movies.read(stem, where._replace(title="", prefixes=(), key=""))
    return Reading(
        "episode",
        titles.clean(titles.split(titles.without_lead(stem))[0]),
        series=where.title or None,
        season=where.season,
        year=where.year,
        guids=where.guids,
        part=where.part,
    )


def _made_extra(kind: str, title: str, where: Folder) -> Reading:
    series = where.title if where.kind == "show" else None
    return Reading(
        "sample" if kind == "sample" else "extra",
        title,
        series=series or None,
        season=where.season if where.kind == "show" else None,
        year=where.year,
        extra=kind,
    )


def _disc_image(stem: str, where: Folder) -> Reading:
    """A file of a DVD's or Blu-ray's own folders is its movie; a DVD's menus (_0) are nobody's."""
    low = stem.lower()
    if low == "video_ts" or (low.startswith("vts_") and low.endswith("_0")):
        return _DISC_MENU
    piece = low.rpartition("_")[2] if low.startswith("vts_") else low
    part = int(piece) if piece.isdecimal() and len(piece) < 6 else where.part
    if numbers.marked(where.name):
        own = episodes.read(titles.plain(where.name), _above(where))
        if own is not None:
            return own._replace(part=part)
    title = where.title or titles.clean(stem)
    return Reading(
        "movie", title, year=where.year, part=part, edition=where.edition, guids=where.guids
    )


def _above(where: Folder) -> Folder:
    """What the folders above an item's own say."""
    return _folder(where.parts[: own_at(where)], where.kind if where.told else None)


def _home(stem: str, where: Folder) -> Reading:
    """A home video, or a music video, whose name is its title."""
    artist, joint, title = stem.partition(" - ") if where.kind == "music" else ("", "", "")
    if joint and title:
        return Reading("video", titles.clean(title), artist=titles.clean(artist), album=where.album)
    day = _day(stem)
    return Reading(
        "video", stem, artist=where.artist, year=int(day[:4]) if day else None, released_on=day
    )


def _photo(stem: str, where: Folder) -> Reading:
    """A photo, unless it is the artwork of a movie, a show or an album."""
    if where.kind in ("movie", "show", "music"):
        return _ARTWORK
    if where.kind is None and (where.extra or _ARTWORK_NAME.match(stem[-80:])):
        return _ARTWORK
    day = _day(stem)
    return Reading("photo", stem, year=int(day[:4]) if day else None, released_on=day)


def _day(stem: str) -> str | None:
    found = numbers.day_of(stem)
    return found.day if found else None


def _track(stem: str, where: Folder) -> Reading:
    """A track, or a movie's or show's theme; other sound beside a movie belongs to its picture."""
    if where.kind in ("movie", "show"):
        if where.extra == "theme" or stem.lower() == "theme":
            return _made_extra("theme", titles.clean(stem), where)
        return _SOUND
    return music.read(stem, where if where.kind == "music" else _as_music(where))


@lru_cache(maxsize=64)
def _as_music(where: Folder) -> Folder:
    return folder(where.parts, "music")


@lru_cache(maxsize=1024)
def _folder(parts: tuple[str, ...], kind: str | None) -> Folder:
    return folder(parts, kind)


def read_path(path: str, kind: str | None = None) -> Reading:
    """Say what a path means; never raises, asks no disk.

    The path has slashes or backslashes, its collection begins at its first folder (a drive or a
    share is passed over). `kind` is movie, show, music, photo or video, what the collection holds;
    None leaves it to be told by usual library names (Movies, TV Shows).
    """
    unc = path.startswith(("\\\\", "//"))
    parts = [part for part in _SEPARATORS.split(path) if part]
    if (parts and _DRIVE.match(parts[0])) or (unc and len(parts) > 2):
        del parts[0]
    return read(parts[-1], _folder(tuple(parts[:-1]), kind)) if parts else NO_MEDIA

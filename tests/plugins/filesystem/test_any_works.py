"""Trees of generated works in the layouts of libraries and downloaders: the assets are the works,
and one distinguishing fact changed makes one asset more."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from retrovue import FoundAsset
from retrovue_filesystem.items import Reader
from retrovue_filesystem.walk import Walk

LONG_AGO = 1_600_000_000

FILMS = ["Heat", "The Long Reel", "Alien", "Alien 3", "2012", "1917", "Se7en", "Blade Runner 2049",
         "Harbour Lights", "M", "9", "Apollo 13", "12 Monkeys", "50-50", "Ocean's Eleven", "Amélie",
         "東京物語", "Ronin (Director)", "What's Up, Doc", "Mission - Impossible"]  # fmt: skip
SERIES = ["Night Signal", "Scrubs", "CSI Miami", "CSI NY", "24", "The 100", "Battlestar", "Élite",
          "Sherlock", "9-1-1", "Studio 60", "1883", "Space 1999", "ドラマ", "Mr. Lamp"]  # fmt: skip
TITLES = ["Pilot", "Carrier Wave", "The Long Night", "Static", "Ten", "Half Life", "Zwölf", "Again"]
ARTISTS = ["The Test Cards", "Sigur", "Abba", "Blink 99", "MØ", "U2"]
ALBUMS = ["Colour Bars", "1984", "Best of", "Ten", "IV", "21"]
QUALITIES = ["480p", "720p", "1080p", "2160p"]
EDITIONS = [None, "Director's Cut", "Extended", "Restored"]


class Film(NamedTuple):
    title: str
    year: int
    tmdb: int | None
    edition: str | None


class Episode(NamedTuple):
    series: str
    year: int | None
    season: int
    episode: int
    title: str


class Daily(NamedTuple):
    series: str
    day: str
    title: str


class Numbered(NamedTuple):
    """An episode of an anime: its number as it is written, or a special's."""

    series: str
    number: str


class Track(NamedTuple):
    artist: str
    album: str
    year: int
    disc: int
    track: int
    title: str


Work = Film | Episode | Daily | Numbered | Track
Layout = Callable[[Any, str], str]  # from a work and its quality to a path without extension


def _dots(text: str) -> str:
    return text.replace(" ", ".")


def _film_name(film: Film) -> str:
    return f"{film.title} ({film.year})"


def _tags(film: Film) -> str:
    told = f" {{tmdb-{film.tmdb}}}" if film.tmdb else ""
    return told + (f" {{edition-{film.edition}}}" if film.edition else "")


FILM_LAYOUTS: list[Layout] = [
    lambda f, q: f"{_film_name(f)}/{_film_name(f)}{_tags(f)} - {q} - cd1",
    lambda f, q: f"{f.title[0].upper()}/{_film_name(f)}{_tags(f)}/{f.title}{_tags(f)} [{q}]",
    lambda f, q: f"{f.year}/{_film_name(f)}/{_film_name(f)}{_tags(f)} ({q})",
    lambda f, q: f"{_dots(f.title)}.{f.year}.{q}.BluRay.x264-GRP/{_dots(f.title)}.{f.year}.{q}-GRP",
    lambda f, q: f"{_dots(f.title)}.{f.year}{_dots(_tags(f))}.{q}.WEB-DL.x264-GRP",
    lambda f, q: f"{_film_name(f)}{_tags(f)} - {q}",
    lambda f, q: f"{_film_name(f)}{_tags(f)} [{q}]",
    lambda f, q: f"{_film_name(f)}/{_film_name(f)}{_tags(f)} - {q}",
    lambda f, q: f"{_film_name(f)}{_tags(f)}/{_film_name(f)}{_tags(f)} {q} BluRay x264-GRP",
    lambda f, q: f"{_film_name(f)}{_tags(f)}/{_dots(_film_name(f))}{_dots(_tags(f))}.{q}.WEB-DL",
]


def _show(episode: Episode) -> str:
    return f"{episode.series} ({episode.year})" if episode.year else episode.series


def _s00e00(episode: Episode) -> str:
    return f"S{episode.season:02}E{episode.episode:02}"


EPISODE_LAYOUTS: list[Layout] = [
    lambda e, q: f"{e.series[0]}/{_show(e)}/Season {e.season}/{e.series} {_s00e00(e)} {q}",
    lambda e, q: f"{_show(e)}/Season {e.season}/{e.episode:02} - {e.title}",
    lambda e, q: f"{_show(e)}/Staffel {e.season}/{_show(e)} - {_s00e00(e)} ({q})",
    lambda e, q: f"{_show(e)} S{e.season:02}/{e.series} S{e.season:02}E{e.episode:02} {e.title}",
    lambda e, q: f"{_show(e)}/{_s00e00(e)}-{_dots(e.series).lower()}-{q}",
    lambda e, q: f"{_show(e)}/Season {e.season:02}/{_show(e)} - {_s00e00(e)} - {e.title} - {q}",
    lambda e, q: f"{_show(e)}/Season {e.season}/{_s00e00(e)} - {e.title} [{q}]",
    lambda e, q: f"{_show(e)}/S{e.season:02}/{_dots(e.series)}.{_s00e00(e)}.{q}.WEB-DL.x264-GRP",
    lambda e, q: f"{_show(e)}/{e.series} - {e.season}x{e.episode:02} - {e.title} {q}",
    lambda e, q: f"{_show(e)}/{_dots(_show(e))}.{_s00e00(e)}.{q}.HDTV.x264-GRP",
    lambda e, q: f"{_dots(_show(e))}.S{e.season:02}.{q}-GRP/{_dots(_show(e))}.{_s00e00(e)}.{q}-GRP",
    lambda e, q: f"{_show(e)} - {_s00e00(e)} - {e.title} - {q}",
]
DAILY_LAYOUTS: list[Layout] = [
    lambda d, q: f"{d.series}/{d.series} - {d.day} - {d.title} [{q}]",
    lambda d, q: f"{d.series}/Season {d.day[:4]}/{d.series} - {d.day} - {d.title} - {q}",
    lambda d, q: f"{d.series}/{_dots(d.series)}.{d.day.replace('-', '.')}.{_dots(d.title)}.{q}.WEB",
]
NUMBERED_LAYOUTS: list[Layout] = [
    lambda n, q: f"{n.series}/[Grp] {n.series} - {n.number} [{q}]",
    lambda n, q: f"{n.series}/{n.series} - {n.number} ({q})",
]
TRACK_LAYOUTS: list[Layout] = [
    lambda t, q: f"{t.artist} - {t.album} ({t.year}) [FLAC]/CD{t.disc}/{t.track:02}. {t.title}",
    lambda t, q: f"{t.artist}/[{t.year}] {t.album}/{t.artist} - {t.disc}.{t.track:02} - {t.title}",
    lambda t, q: f"{t.artist}/{t.album} ({t.year})/Disc {t.disc}/{t.track:02} - {t.title}",
    lambda t, q: f"{t.artist}/{t.year} - {t.album}/{t.disc}-{t.track:02} {t.title}",
    lambda t, q: f"{t.artist}/{t.album}/{t.disc}{t.track:02} - {t.title}",
]

YEARS = st.integers(1930, 2025)
SMALL = st.integers(1, 30)
OTHER: dict[str, Callable[[Any], Any]] = {  # a fact of a work made another one
    "title": lambda title: f"{title} Returns",
    "series": lambda series: f"{series} Bay",
    "artist": lambda artist: f"{artist} Band",
    "album": lambda album: f"{album} Live",
    "year": lambda year: year + 1 if year else None,
    "tmdb": lambda number: number + 1 if number else None,
    "edition": lambda edition: "Final Cut" if edition else None,
    "season": lambda season: season + 1,
    "episode": lambda episode: episode + 40,
    "day": lambda day: f"{int(day[:4]) + 1}{day[4:]}",
    "number": lambda number: f"{number}.5" if number.isdecimal() else number.replace("0", "9"),
    "disc": lambda disc: disc + 1,
    "track": lambda track: track + 40,
}

_films = st.builds(Film, st.sampled_from(FILMS), YEARS,
                   st.none() | st.integers(100, 99_999), st.sampled_from(EDITIONS))  # fmt: skip
_episodes = st.builds(Episode, st.sampled_from(SERIES), st.none() | YEARS, st.integers(0, 12),
                      SMALL, st.sampled_from(TITLES))  # fmt: skip
_days = st.dates(min_value=date(1990, 1, 1)).filter(lambda d: d.year < 2030)
_dailies = st.builds(Daily, st.sampled_from(SERIES), _days.map(str), st.sampled_from(TITLES))
_numbers = SMALL.map("{:02}".format) | st.sampled_from(["SP01", "OVA 02", "Special 03", "13.5"])
_numbered = st.builds(Numbered, st.sampled_from(SERIES), _numbers)
_tracks = st.builds(Track, st.sampled_from(ARTISTS), st.sampled_from(ALBUMS), YEARS,
                    st.integers(1, 3), SMALL, st.sampled_from(TITLES))  # fmt: skip


class Kind(NamedTuple):
    """What a library holds, and the facts that tell its works apart in every layout."""

    kind: str
    works: st.SearchStrategy[Any]
    layouts: list[Layout]
    told: tuple[str, ...]


KINDS = {
    "films": Kind("movie", _films, FILM_LAYOUTS, ("title", "year")),
    "episodes": Kind("show", _episodes, EPISODE_LAYOUTS, ("series", "season", "episode")),
    "dailies": Kind("show", _dailies, DAILY_LAYOUTS, ("series", "day")),
    "anime": Kind("show", _numbered, NUMBERED_LAYOUTS, ("series", "number")),
    "music": Kind("music", _tracks, TRACK_LAYOUTS, ("artist", "album", "disc", "track")),
}


class Placed(NamedTuple):
    """A work and how its files are laid out."""

    work: Any
    layout: Layout

    def files(self, qualities: list[str], ending: str) -> list[str]:
        paths = [self.layout(self.work, quality) for quality in qualities]
        if len({os.path.dirname(path) for path in paths}) > 1:  # versions in two folders are two
            paths = paths[:1]
        if paths[0].endswith("cd1"):
            paths += [f"{path[:-1]}2" for path in paths]
        return list(dict.fromkeys(f"{path}{ending}" for path in paths))


def _assets(kind: str, files: list[str]) -> Iterator[FoundAsset]:
    """What the importer makes of files below a collection's folder."""
    base = tempfile.mkdtemp(prefix="works-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
    try:
        for path in files:
            place = os.path.join(base, "Library", path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "w", encoding="utf-8") as file:
                file.write(path)
        read = partial(lambda directory: Reader("", kind).read(directory))
        local = os.path.join(base, "Library")
        for folder in Walk(local, local, kind, read).all():
            for item in folder.assets():
                assert isinstance(item, FoundAsset), item
                names = tuple(
                    file._replace(path=file.path[len(local) + 1 :]) for file in item.files
                )
                yield item._replace(files=names)
    finally:
        shutil.rmtree(base)


def _groups(kind: str, works: dict[Placed, list[str]]) -> set[frozenset[str]]:
    """The files of each asset, by their paths."""
    every = [path for files in works.values() for path in files]
    return {frozenset(file.path for file in asset.files) for asset in _assets(kind, every)}


def _expected(works: dict[Placed, list[str]]) -> set[frozenset[str]]:
    return {frozenset(files) for files in works.values()}


@st.composite
def _libraries(draw: st.DrawFn) -> tuple[Kind, dict[Placed, list[str]]]:
    """The works of a library with their files; all in one layout, or each in one of its own, and
    then they differ in what every layout tells."""
    kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    one = draw(st.none() | st.sampled_from(kind.layouts))
    apart = None if one else lambda work: tuple(getattr(work, fact) for fact in kind.told)
    works = draw(st.lists(kind.works, min_size=1, max_size=6, unique_by=apart or (lambda w: w)))
    files = {}
    for work in works:
        placed = Placed(work, one or draw(st.sampled_from(kind.layouts)))
        most = 1 if kind.kind == "music" else 2
        qualities = draw(st.lists(st.sampled_from(QUALITIES), min_size=1, max_size=most,
                                  unique=True))  # fmt: skip
        files[placed] = placed.files(qualities, _ending(kind))
    return kind, files


def _ending(kind: Kind) -> str:
    return ".flac" if kind.kind == "music" else ".mkv"


def _told(files: dict[Placed, list[str]]) -> bool:
    """Whether each work has paths of its own: a layout may not tell all of its facts."""
    told = {placed.layout(placed.work, "").casefold() for placed in files}
    return len(told) == len(files)


@settings(max_examples=200)
@given(_libraries(), st.data())
def test_the_assets_are_the_works_and_one_more_with_another_fact(
    library: tuple[Kind, dict[Placed, list[str]]], data: st.DataObject
) -> None:
    kind, files = library
    if not _told(files):
        return
    assert _groups(kind.kind, files) == _expected(files)

    work, layout = data.draw(st.sampled_from(list(files)))
    fact = data.draw(st.sampled_from(work._fields))
    other = Placed(work._replace(**{fact: OTHER[fact](getattr(work, fact))}), layout)
    more = {**files, other: other.files(["1080p"], _ending(kind))}
    if getattr(other.work, fact) is None or len(more) == len(files) or not _told(more):
        return
    assert _groups(kind.kind, more) == _expected(more)

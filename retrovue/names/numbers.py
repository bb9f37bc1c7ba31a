"""Where in a name an episode's numbers or date stand, when they are marked as such.

Forms of the guides of Plex, Jellyfin and Kodi (S01E02, S01E02-E03, 1x02, dates), and the words for
season and episode in the languages people name files in.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from .vocabulary import words

MOST_EPISODES = 60
"""A span of bare numbers wider than this is no span of episodes."""
FEW_EPISODES = 3
"""The same, where words follow the second number with nothing but a blank between."""


class Numbers(NamedTuple):
    """The place of an episode's numbers in a name, and what they are; of a `half` one (13.5) the
    whole one below it."""

    start: int
    end: int
    season: int | None = None
    first: int | None = None
    last: int | None = None
    absolute: int | None = None
    day: str | None = None
    half: bool = False


DIGIT = re.compile(r"\d")
_MARKED = re.compile(
    r"""[sStT](?<![a-zA-Z0-9][sStT])(?:(?<=[sS])\s?|(?=\d+[xX]?[eE]))(\d{1,4})
    (?:[\s._()\[\]\-]{0,4}[xX]?[eE][pP]?[\s._\-]?|[\s._\-]?[xX])(\d{1,6})(?![\dpP]|[iI](?![a-zA-Z]))""",
    re.VERBOSE,
)
_CROSSED = re.compile(
    r"""([0-9](?<![a-zA-Z0-9][0-9])(?:[0-9]?|(?:(?<=1)9|(?<=2)0)[0-9]{2}))[xX×]
    (\d{1,3})(?!\d|[a-wyzA-WYZ]|[xX](?!\d))""",
    re.VERBOSE,
)
_PACKED = re.compile(
    r"""[sS](?<![a-zA-Z0-9][sS])(?:(\d\d)\.?(\d\d)|(\d{1,2})[.\ ](?!480|540|576|720)(\d{2,3}))
    (?![a-zA-Z0-9])""",
    re.VERBOSE,
)
_MORE = re.compile(
    r"""(?=[\s._\-–~+&,]*(?:[sSxX]?\d|[xX]?[eE])|[\s._](?:to|and|bis|et|und)[\s._])(?:
      [\s._]*[-–~+&,xX]?[\s._]*(?:[sS]\d{1,4}[\s._]?)?[eE][pP]?\.?(\d{1,4})(?![\dpP])
    | [\s._\-]*(?:\d{1,4})[xX×](\d{1,3})(?![\da-wyzA-WYZ])
    | -?[xX](?!26[45])(\d{1,3})(?![\da-wyzA-WYZ])
    | [-+](\d{1,3})(?![^\W_]|\.\d(?!\d))
    | (?:\s?&\s?|[\s._](?:to|and|bis|et|und)[\s._])[eE]?[pP]?(\d{1,3})(?![^\W_]|\.\d(?!\d))
    | _(\d{2,3})(?![^\W_])
    )""",
    re.VERBOSE,
)

_SEASON = r"""(?:season|seizoen|saison|staffel|stagione|temporada|sezon|sezóna|série|series|serie
    |сезон|シーズン|시즌|livre|se)"""
_EPISODE = r"""(?:episode|épisode|episodio|episódio|folge|aflevering|afl|avsnitt|afsnit
    |odcinek|jakso|rész|bölüm|capitulo|capítulo|серия|серія|выпуск|第|эпизод|ep)"""
_WORDED = re.compile(
    rf"""(?<![a-z0-9]){_SEASON}[\s._\-]*(\d{{1,4}})[\s._,\-\[(]*{_EPISODE}[\s._]*(\d{{1,4}})(?!\d)
    | (?<![a-z0-9])(\d{{1,2}})(?:\.|st|nd|rd|th|[ªº]|-?[йго]{{1,2}})?[\s._]*{_SEASON}
      (?:[\s._,\-]+{_EPISODE}[\s._]*(\d{{1,4}})|[\s._,\-]*(\d{{1,4}})(?:-?я)?[\s._]*(?:серия|серія|folge|bölüm|évad))
    | 第\s*(\d{{1,3}})\s*[季期]\s*第?\s*(\d{{1,4}})\s*[話话集回]?""",
    re.VERBOSE,
)
_LONE = re.compile(
    rf"""(?<![a-z0-9])(?:{_EPISODE}[\s._\-]*|e)(\d{{1,5}})(?:v\d)?(?![^\W_])
      (?:\s?(?:-|&|\+|en|et|und|and|y)\s?e?p?(\d{{1,4}})(?![^\W_]))?
    | (?<![a-z0-9])(\d{{1,4}})(?:-?я)?[.\s]*(?:серия|серія|b[oö]l[uü]m|blm)
    | 第\s*(\d{{1,4}})\s*[話话集回]
    | (?<![a-z0-9])(?:part\s)?(\d{{1,3}})[\s._]of[\s._]\d{{1,3}}(?!\d)
    | (?<![^\W_])\#\s?(\d{{1,4}})(?![^\W_])
    | (?<![a-z0-9])part[\s._](\d{{1,2}})[\s._](?:and|&)[\s._]part[\s._](\d{{1,2}})(?!\d)""",
    re.VERBOSE,
)
_SPANISH = re.compile(
    r"(?<![a-z0-9])cap\.?\s?(\d{1,2})(\d\d)(?:_\d{1,2}(\d\d))?(?!\d)", re.IGNORECASE
)

# The words above that are plain Latin letters.
_TELLING = words(
    """season seizoen saison staffel stagione temporada sezon series serie livre se episode
    episodio folge aflevering afl avsnitt afsnit odcinek jakso capitulo ep e cap of part bolum
    blm"""
)
_LETTERS = re.compile(r"[a-z]+")
_DAYLIKE = re.compile(r"\d\d(?:[\s._-]\d\d[\s._-]|\d{4})")
_DAY = re.compile(
    r"""(?<!\d)(?:
      ((?:19|20)\d\d)([\s._-])(\d\d)\2(\d\d)
    | (\d\d)([\s._-])(\d\d)\6((?:19|20)\d\d)
    | ((?:19|20)\d\d)(\d\d)(\d\d)
    )(?!\d)""",
    re.VERBOSE,
)
_SHORT_DAY = re.compile(r"(?<=[^\W\d_][._ ])(\d\d)([01]\d)([0-3]\d)(?=[._ ]\d{3,4}[pi][._ ])")


def marked(stem: str) -> Numbers | None:
    """Find numbers that leave no doubt: S01E02, 1x02 and their spans."""
    found = _MARKED.search(stem)
    if found:
        return _several(stem, found, int(found[1]), found[2])
    if "x" in stem or "X" in stem or "×" in stem:
        found = _CROSSED.search(stem)
        if found and not (len(found[1]) == 4 and len(found[2]) == 3):
            return _several(stem, found, int(found[1]), found[2])
    found = _PACKED.search(stem)
    if found is None:
        return None
    return _several(stem, found, int(found[1] or found[3]), found[2] or found[4])


def _several(stem: str, found: re.Match[str], season: int, digits: str) -> Numbers:
    """Follow a span (-E03, E03, x03, -03) to its last episode."""
    first = last = int(digits)
    end = found.end()
    while more := _MORE.match(stem, end):
        number = int(more[more.lastindex or 0])
        if number <= last or (more[1] is None and not _near(number - last, stem, more.end())):
            break
        last, end = number, more.end()
    if last == first and is_half(stem, end):
        return Numbers(found.start(), end + 2, season, first, half=True)
    return Numbers(found.start(), end, season, first, last if last > first else None)


def is_half(stem: str, end: int) -> bool:
    """Tell the 13.5 of a recap from the 13 that ends there."""
    return stem.startswith(".5", end) and not stem[end + 2 : end + 3].isalnum()


def goes_on(tail: str) -> bool:
    """Tell whether what follows an episode's number may be a span's end."""
    return _MORE.match(tail) is not None


def _near(gap: int, stem: str, end: int) -> bool:
    """Tell a span of bare numbers from a title's number: 'S01E03-04 Title', 'S01E03-24 Hours'."""
    words_follow = stem[end : end + 1] == " " and stem[end + 1 : end + 2].isalpha()
    return gap <= (FEW_EPISODES if words_follow else MOST_EPISODES)


def speaks(low: str) -> bool:
    """Tell whether a name may number an episode in words, as `worded` and `lone` read them."""
    return not low.isascii() or "#" in low or not _TELLING.isdisjoint(_LETTERS.findall(low))


def worded(low: str) -> Numbers | None:
    """Find season and episode told in words: 'Season 2 Episode 5', '2. Staffel Folge 5'."""
    found = _WORDED.search(low)
    if found:
        season, first = (int(n) for n in found.groups() if n)
        return _several(low, found, season, str(first))
    found = _SPANISH.search(low)
    if found:
        last = int(found[3]) if found[3] else None
        return Numbers(found.start(), found.end(), int(found[1]), int(found[2]), last)
    return None


def lone(low: str) -> Numbers | None:
    """Find an episode's number told by a word alone: 'Ep. 02', 'E05-06', '第3話'."""
    found = _LONE.search(low)
    if found is None:
        return None
    told = (found[1], found[3], found[4], found[5], found[6], found[7])
    first = int(next(n for n in told if n))
    last = int(found[2] or found[8] or first)
    if last == first and is_half(low, found.end()):
        return Numbers(found.start(), found.end() + 2, None, first, half=True)
    return Numbers(found.start(), found.end(), None, first, last if last > first else None)


def dated(stem: str, low: str) -> Numbers | None:
    """Find the day an episode went out, and an episode's number told beside it."""
    found = day_of(stem)
    if found is None:
        return None
    beside = lone(low)
    if beside is None or (not -4 < beside.start - found.end < 4 and beside.start > found.start):
        return found
    start, end = min(beside.start, found.start), max(beside.end, found.end)
    return Numbers(start, end, None, beside.first, beside.last, None, found.day)


def day_of(stem: str) -> Numbers | None:
    """Find a day in a name; it is day before month when both could be."""
    if _DAYLIKE.search(stem) is None:
        return None
    for found in _DAY.finditer(stem):
        day = _day(found)
        if day:
            return Numbers(found.start(), found.end(), day=day)
    found_short = _SHORT_DAY.search(stem)
    if found_short and (
        day := _iso(2000 + int(found_short[1]), *map(int, found_short.groups()[1:]))
    ):
        return Numbers(found_short.start(), found_short.end(), day=day)
    return None


def _day(found: re.Match[str]) -> str | None:
    if found[1]:
        return _iso(int(found[1]), int(found[3]), int(found[4]))
    if found[8]:
        return _iso(int(found[8]), int(found[7]), int(found[5])) or _iso(
            int(found[8]), int(found[5]), int(found[7])
        )
    return _iso(int(found[9]), int(found[10]), int(found[11]))


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None

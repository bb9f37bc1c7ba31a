"""Episodes: a show's name, its numbers or day, and the episode's own title."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

from . import bare, numbers, titles
from .folders import Folder
from .numbers import DIGIT, Numbers
from .reading import Reading
from .tags import CERTAIN, UNCERTAIN, cut, lower, version

_PART = re.compile(
    r"(?:^|-)[\s._]*(pt|part|cd|disc|disk|dvd)[\s._-]?(\d{1,2}|[a-d])[\s._)\]]*$", re.I
)
_YEAR_AT_END = re.compile(r"[\s._(\[-]+((?:19|20)\d\d)[)\]]?[\s._-]*$")
_ABSOLUTE_AT_END = re.compile(r"[\s._]-[\s._](\d{2,4})[\s._(-]*$")
_WORD_AT_END = re.compile(
    r"[\s._-]+(?:ep|episode(?:[\s._]\d{1,4})?|season|s)[\s._(\[-]*$", re.IGNORECASE
)
_BOX_AT_END = re.compile(r"\s*[\[{][^\[\]{}]*[\]}]\s*$")
_SEASON_WORDS = re.compile(
    r"[\s._-]+(?:temporada|season|staffel|saison|livre)[\s._](?:\d{1,3}|[ivx]{1,5}(?![^\W_])).*$",
    re.IGNORECASE,
)
_REPEATED = re.compile(r"^[\s._-]+\d{2,4}-\d{2,4}(?=[\s._-]*$|[.-][A-Z]+$)")
_CUT_OF_EPISODE = re.compile(r"(?:v\d|[a-d])(?![^\W_])", re.IGNORECASE)
# What stands with a number and makes it another one than the plain number.
_MARK_AT_END = re.compile(
    r"(?:^|[\s._\-(\[]+)(specials?|sp|ovas?|oavs?|onas?|oads?|ncop|nced|pv|movie)[\s._\-]*$",
    re.IGNORECASE,
)
_MARKS = {
    "special": "Special", "specials": "Special", "sp": "Special", "movie": "Movie", "ovas": "OVA",
    "oavs": "OVA", "oav": "OVA", "onas": "ONA", "oads": "OAD",
}  # fmt: skip
_WORD_JOINTS = re.compile(r"[\s._\-:,!?]+")
_SUFFIXES = frozenset(("us", "uk", "au", "nz", "ca"))
_LONGEST_END = 30
_PART_ENDS = frozenset("0123456789abcdABCD)]")
_JOINTS = " \t-–—_,;:~+.)]}★"


# No digit stands before the numbers but a year's, and none in the title, and no mark there that
# `titles.clean` would change. '- Disc B' and '- Pt A' are parts.
_WHOLE = re.compile(
    r"""(?:([^\d\[{(]+)\(((?:19|20)[0-9]{2})\)\ (?:-\ )?|([^\d\[{]*))
    (?<![a-zA-Z0-9])[sS](\d{1,4})[eE](\d{1,4})
    (?:\ -(\ (?!\ |(?i:pt|cd|disc|disk|dvd)\ ?[a-dA-D]$)
    [^\d\s._\-–—\[\](){},;~+★|=#:【】（）［］｛｝〔〕][^\d\t._\-–—\[\](){},;~+★|=#:【】（）［］｛｝〔〕]*(?<!\s)))?
    ((?:\ -?\ ?[\[(0-9]|[._][a-zA-Z0-9]).*)?\Z""",
    re.VERBOSE,
)


def find(stem: str, where: Folder) -> Numbers | None:
    """Find an episode's numbers: marked, in words, as a day, and at last bare ones."""
    found = numbers.marked(stem)
    if found or where.kind == "movie":
        return found
    if _numberless(stem):
        return bare.part_of_show(stem, where)
    low = lower(stem)
    speaks = numbers.speaks(low)
    found = (numbers.worded(low) if speaks else None) or numbers.dated(stem, low)
    if found:
        return found
    if _is_movie(stem, where):
        return after_year(stem, low) if speaks else None
    return (numbers.lone(low) if speaks else None) or bare.numbered(stem, where)


def after_year(stem: str, low: str) -> Numbers | None:
    """Find the number of 'Title (2014) Episode 3', which is no movie's."""
    year = titles.PAREN_YEAR.search(stem)
    found = numbers.lone(low) if year else None
    if found is None or year is None or stem[year.end() : found.start].strip(" ._-"):
        return None
    return found if low[found.start : found.start + 1] in ("e", "f") else None


def _numberless(stem: str) -> bool:
    """Tell at once a name without any number but a year in brackets."""
    year = titles.PAREN_YEAR.search(stem) if "(" in stem or "[" in stem else None
    if year is None:
        return DIGIT.search(stem) is None
    return not (DIGIT.search(stem, 0, year.start()) or DIGIT.search(stem, year.end()))


def _is_movie(stem: str, where: Folder) -> bool:
    """Tell a movie whose name holds a number from an episode without a season."""
    if where.kind == "show" or where.season is not None:
        return False
    year = titles.PAREN_YEAR.search(stem)
    return year is not None and stem[:1] != "[" and not bare.DASHED.search(stem, year.end())


def read(stem: str, where: Folder) -> Reading | None:
    """Read an episode's name; None when it is no episode's."""
    rest, guids = titles.take_ids(stem)
    rest, edition = titles.take_edition(rest)
    found = find(rest, where)
    if found is None:
        return None
    head, mark = _marked_apart(rest[: found.start], where, found)
    series, year, season, absolute = _series(head, where, found)
    title, tag, part = _ending(rest[found.end :])
    if tag and year is None and len(title) == 4 and title.isdecimal() and title[:2] in ("19", "20"):
        title, year = "", int(title)
    if not series and stem[:1] == "[":
        series, title = title, ""  # '[Group] 05 - Show'
    if found.season is not None:
        season = found.season
        year = year or _year_called(season)
    elif season is None:
        season = where.season
    if mark is not None and season is None:
        season = 0
    first, absolute = _counted(found, season, absolute)
    if found.half:
        whole = first if first is not None else absolute
        first, absolute, mark = None, None, f"{mark or ''} {whole}.5".strip()
    nobody = album = track = disc = None
    return Reading(  # by position, which is much faster
        "episode", title, series or None, season, first, found.last, absolute,
        nobody, album, track, disc, year, found.day, part or where.part, tag, edition,
        guids or where.guids, nobody, mark,
    )  # fmt: skip


def _marked_apart(head: str, where: Folder, found: Numbers) -> tuple[str, str | None]:
    """Take the word off that makes a number without a season another one: 'Special', 'OVA'. Where
    no folder names the show, the word stays in its title."""
    if found.season is not None or found.day is not None or where.kind == "movie":
        return head, None
    told = _MARK_AT_END.search(head)
    if told is None or titles.key(head) == where.key:
        return head, None
    mark = _MARKS.get(told[1].lower(), told[1].upper())
    return head if not where.title or where.numbered else head[: told.start()], mark


def plain(stem: str, where: Folder) -> Reading | None:
    """Read the commonest forms at once, as `read` would: 'Show (Year) - S01E02 - Title [Tags]' and
    'Show.S01E02.Tags'.

    The folder has to be sure of its show; None for any other form.
    """
    found = _WHOLE.match(stem)
    if found is None:
        return None
    show, year, shown, digits, first, told, tags = found.groups()
    if not _names_folder(show or shown or "", where):
        return None
    if told and ("  " in told or CERTAIN.search(lower(told))):
        return None
    tag = None
    if tags:
        plain, tag = tagged(tags)
        if not plain or (told and told.rpartition(" ")[2].lower() in UNCERTAIN):
            return None
    season = int(digits)
    nobody = album = track = disc = day = edition = None
    return Reading(
        "episode", told[1:] if told else "", where.title, season, int(first), None, None,
        nobody, album, track, disc, (int(year) if year else where.year or _year_called(season)),
        day, where.part, tag, edition, where.guids,
    )  # fmt: skip


@lru_cache(maxsize=2048)
def tagged(tail: str) -> tuple[bool, str | None]:
    """Say whether a name's tail is tags alone, and the version they tell."""
    end = cut(tail, 0)
    plain = (
        end < len(tail)
        and not tail[:end].strip(" ._-([")
        and "{" not in tail
        and not titles.take_ids(tail)[1]
        and not numbers.goes_on(tail)
        and _PART.search(tail) is None
    )
    return plain, version(tail[end:])


def _year_called(season: int) -> int | None:
    """Return the year a season is called by: 'S1965E03'."""
    return season if 1900 <= season < 2100 else None


def _counted(
    found: Numbers, season: int | None, absolute: int | None
) -> tuple[int | None, int | None]:
    """Count from the season's start where a season is known, else from the show's."""
    if found.absolute is None:
        return found.first, absolute
    if season is not None:
        return found.absolute, absolute
    return None, found.absolute


def _series(
    head: str, where: Folder, found: Numbers
) -> tuple[str, int | None, int | None, int | None]:
    """Return the show, its year, and the season and absolute number told before the numbers."""
    known = where.sure and where.title and (where.year is not None or found.season is not None)
    if known and where.year is not None and head.rstrip(" ._-") in ("", where.title, where.name):
        return where.title, where.year, None, None
    own, year, season, absolute = _own_series(head, found)
    if not where.title or where.numbered:
        if where.numbered and (not own or found.season is None):
            return where.title or own, year or where.year, season, absolute
        return own, year, season, absolute
    if own and not same_show(own, where.title):
        return own, year, season, absolute
    if known:
        return where.title, year or where.year, None, None
    return where.title, year or where.year, season, absolute


def _names_folder(head: str, where: Folder) -> bool:
    """Tell whether what stands before the numbers is the folder's show, or nothing."""
    own = head.rstrip(" ._-")
    return own == where.title or not own or same_show(titles.clean(own), where.title)


@lru_cache(maxsize=2048)
def same_show(own: str, folder: str) -> bool:
    """Tell whether a name's show is the whole of the folder's, however it is written."""
    one, other = _show_key(own), _show_key(folder)
    if one == other or not one:
        return True
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer.startswith(shorter) and longer[len(shorter) :] in _SUFFIXES


def _show_key(title: str) -> str:
    """What two spellings of a show's title share."""
    plain = normalize("NFKD", title.replace("&", " and ")).casefold()
    words = ["".join(filter(str.isalnum, word)) for word in _WORD_JOINTS.split(plain)]
    return "".join(word for word in words if word not in ("the", "and"))


def _at_end(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Find what a text ends with, something before it."""
    found = pattern.search(text, max(len(text) - _LONGEST_END, 0))
    return found if found and found.start() else None


def _own_series(head: str, found: Numbers) -> tuple[str, int | None, int | None, int | None]:
    """Read the show out of what stands before the numbers."""
    if head[:1] == "[" and (box := titles.boxed(head.rstrip(" ._-"))):
        return titles.clean(box[0]), box[1], None, None
    text = titles.plain(titles.without_lead(head)) if head[:1] in "[ 【★w" else head
    season = absolute = None
    if found.season is not None and (told := _at_end(_ABSOLUTE_AT_END, text)):
        absolute, text = int(told[1]), text[: told.start()]
    text = _WORD_AT_END.sub("", text) if "p" in text[-14:].lower() else text
    if found.season is None:
        text, season = bare.season_at_end(text)
    if "[" in text or " - " in text or ".-." in text:
        text = _SEASON_WORDS.sub("", text)
    year = _YEAR_AT_END.search(text, max(len(text) - _LONGEST_END, 0))
    if year and year.start():
        text = text[: year.start()]
    if "[" in text[1:]:
        text = text[: text.find("[", 1)]
    return titles.first(titles.bare(text), head), int(year[1]) if year else None, season, absolute


def _ending(tail: str) -> tuple[str, str | None, int | None]:
    """Return the episode's title, version and part told after the numbers."""
    if not tail:
        return "", None, None
    part = None
    if tail[-1] in _PART_ENDS:
        part = _PART.search(tail, max(len(tail) - _LONGEST_END, 0))
    if part and (part[1].lower() != "part" or part.start() == 0):
        number = int(part[2]) if part[2].isdecimal() else "abcd".index(part[2].lower()) + 1
        title, tag, _ = _ending(tail[: part.start()])
        return title, tag, number
    if tail[0].isalnum() and (cut_of := _CUT_OF_EPISODE.match(tail)):
        tail = tail[cut_of.end() :]
    if again := _REPEATED.match(tail):
        tail = tail[again.end() :]
    end = cut(tail, 0)
    text = tail[:end].rstrip(" ._-([{")
    while text.endswith(("]", "}")) and (box := _BOX_AT_END.search(text)):
        text = text[: box.start()]
    title = titles.clean(titles.bare(text).lstrip(_JOINTS))
    return title, version(tail[end:]) if end < len(tail) else None, None

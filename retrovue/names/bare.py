"""Episode numbers that stand bare: season folders' '02 - Title', fansub names' ' - 05v2 '.

A bare number is read only where the name or its folder makes an episode likely: below a season
folder, in a show's or an anime library, after a [group], or between dashes.
"""

from __future__ import annotations

import re

from . import titles
from .folders import Folder
from .numbers import Numbers, is_half
from .tags import cut, lower

_LEADING = re.compile(
    r"^(\d{1,4})(?:-(\d{1,4}))?(?:v\d)?(?=$|[\s._-])(?![\s._-]+\d{1,2}[\s._-]+\d)"
)
DASHED = re.compile(
    r"""[\s._]-[\s._]+(?:ep?\.?\s?)?(\d{1,5})(?:\.5)?(?:v\d)?(?:\s?[-~]\s?(\d{1,4}))?
    (?=$|[\s._]*[\[(~]|[\s._]+-|[\s._]+(?:end|vostfr|vf|dvd|bd|v\d)(?![a-z]))""",
    re.VERBOSE,
)
_DASHED_TITLE = re.compile(r"[\s._]-[\s._](\d{2,4})(?:v\d)?(?=[\s._])")
_BOXED = re.compile(r"\[(\d{1,4})(?:v\d)?(?:\s?\(?end\)?)?\]")
_ENDING = re.compile(
    r"(?:^|[\s._\]-])(?:s\d{1,2}[\s._])?(\d{2,5})(?:-(\d{2,4}))?(?:[\s._]?v\d)?(?:\.5)?[\s._-]*$"
)
_SPAN = re.compile(r"[\s._](\d{1,3})-(?:\d{1,3}[\s._]?[&+][\s._]?\d{1,3}-)?(\d{2,3})$")
_MIDDLE = re.compile(r"[\s._-](0\d{1,2}|[1-9]\d{2})(?=[\s._][^\W\d])")
_HYPHENED = re.compile(r"(?<=[^\W\d])-(\d{2,4})(?=[\s._])")
_ALL_HYPHENED = re.compile(r"^(?:[^\W\d_]+-){2,8}(\d{3,4})(?=[\s._][^\W\d])")
_GROUPED_LEAD = re.compile(r"(\d{2,3})(?:v\d)?[\s._]+-[\s._]+(?=[^\W\d_])")
# A whole season, or all of them, in one file: 'Title Season 1 [1080p]', 'Title.COMPLETE.SERIES'.
_SEASON_PACK = re.compile(
    r"""(?<=[\s._-])(?:
      (?:season|seizoen|saison|staffel|stagione|temporada|series)[\s._]?(\d{1,2})
      (?=[\s._]*[\[(]|[\s._]complete(?![^\W_])|[\s._-]+(?:\d{3,4}p|web|bd|dvd|blu|hd)|[\s._-]*$)
    | (\d{1,2})(?:\.|st|nd|rd|th|[aªºo]\.?)?[\s._](?:season|staffel|temporada|stagione)
      (?=[\s._]*[\[(]|[\s._-]*$)
    | complete[\s._]series(?![^\W_]))""",
    re.VERBOSE,
)
# 'Show - 02 Title' in the folder of the show, '003. Show - Title'.
_AFTER_SHOW = re.compile(r"[\s._]-[\s._](\d{2,3})[\s._](?=[^\W\d_])")
_IN_ORDER = re.compile(r"(\d{3})\.\s(?=\S.* - \S)")
# Season and episode in three digits, as releases had them: 'Show.2005.211.title', 'Show.101.x264'.
_AFTER_YEAR = re.compile(r"[._](?:19|20)\d\d[._]([1-9])(\d\d)[._](?=[a-z])")
_THREE = re.compile(r"(?<=[^\W\d_])[._]([1-9])(\d\d)[._]*$")
_MOST_PACKED = 40  # no more episodes are told in three digits: 'Fahrenheit.451' is no episode
_SPECIAL = re.compile(r"[\s._-](sp|ova|oad|ona|special)[\s._-]?(\d{1,3})(?=$|[\s._]*[\[(])")
_N_OF_M = re.compile(r"(?<![^\W_])(\d{1,3})of(\d{1,3})(?![^\W_])", re.I)
_ONE_DIGIT = re.compile(r"[\s._-]+(\d)$")
_PART = re.compile(r"(?:^|[\s._([-])(?i:part|pt)[\s._-]?(?:(\d{1,2})|([ivxIVX]{1,5}))(?![^\W_])")
_ROMAN = {"i": 1, "v": 5, "x": 10}
# A whole season in one file: 'Title.S03.1080p', 'Title S03-The Best Of'.
_PACK = re.compile(r"(?<=[\s._])[sS](\d\d)(?=[\s._]|-[^\W\d])")
_PACKED = re.compile(r"[\s._](0?\d)(\d\d)$")
_BROADCAST = re.compile(r"(?<![a-z])[hp]dtv(?![a-z])")
_SEASON_AT_END = re.compile(
    r"""[\s._-]+(?:s(\d{1,2})|season[\s._](\d{1,2})|(\d)(?:st|nd|rd|th)[\s._]season
    |(first|second|third|fourth|fifth)[\s._]season(?:[\s._]ova)?)[\s._-]*$""",
    re.VERBOSE | re.IGNORECASE,
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth")


def numbered(stem: str, where: Folder) -> Numbers | None:
    """Find a bare episode number, if the name stands where one is likely."""
    if (where.kind == "show" or where.season is not None) and "of" in stem.lower():
        piece = _N_OF_M.search(stem)
        if piece and int(piece[1]) <= int(piece[2]):
            return Numbers(piece.start(), piece.end(), None, int(piece[1]))
    if where.season is not None:
        found = _LEADING.match(stem)
        if found and found[1] != where.key:
            return _numbers(found, found.end(), where)
    elif where.kind == "show" and (found := _LEADING.match(stem)) and _stands_alone(stem, where):
        return _numbers(found, found.end(), where)
    if "-" in stem or "[" in stem or where.kind == "show" or "tv" in stem.lower():
        told = _fansub(stem, where) or part_of_show(stem, where)
        if told:
            return told
    return _pack(stem) or _unlikely(stem, where)


def _unlikely(stem: str, where: Folder) -> Numbers | None:
    """Find what only a name of a certain build tells, where nothing says that it is a show's."""
    low = lower(stem)
    found = _AFTER_SHOW.search(stem) if where.key else None
    if found and titles.key(stem[: found.start()]) == where.key:
        return _numbers(found, found.end(), where)
    if found := _IN_ORDER.match(stem):
        return _numbers(found, found.end(), where)
    if " " not in stem:
        found = _AFTER_YEAR.search(low) or _THREE.search(low[: cut(low)])
        if found and found.start() and 0 < int(found[2]) <= _MOST_PACKED:
            return Numbers(found.start(1), found.end(2), int(found[1]), int(found[2]))
    found = _SEASON_PACK.search(low)
    if found is None or titles.PAREN_YEAR.search(stem):
        return None
    number = found[1] or found[2]
    return Numbers(found.start(), found.end(), int(number) if number else None)


def part_of_show(stem: str, where: Folder) -> Numbers | None:
    """Read 'Part II' as an episode where a show's name stands before it, or nothing does."""
    if where.kind != "show" and where.season is None:
        return None
    for pattern in (_PART, _ONE_DIGIT):
        found = pattern.search(stem)
        if found and titles.key(stem[: found.start()]) in ("", where.key):
            number = int(found[1]) if found[1] else _roman(found[2].lower())
            return Numbers(found.start(), found.end(), None, number)
    return None


def _roman(digits: str) -> int:
    """Return what Roman digits are worth, up to thirty-nine."""
    worths = [_ROMAN[digit] for digit in digits]
    return sum(-worth if worth < max(worths[at:]) else worth for at, worth in enumerate(worths))


def _pack(stem: str) -> Numbers | None:
    """Read a season without an episode where tags or a dash follow it directly."""
    found = _PACK.search(stem)
    if found is None or (stem[found.end()] != "-" and cut(stem, found.end()) > found.end() + 1):
        return None
    return Numbers(found.start(), found.end(), int(found[1]))


def _coded(digits: str, where: Folder) -> bool:
    """Tell the '205' of a second season's folder, which is its fifth episode."""
    return len(digits) > 2 and digits[-2:] != "00" and digits[:-2].lstrip("0") == str(where.season)


def _stands_alone(stem: str, where: Folder) -> bool:
    """Tell '02 - Title' from a show's own name that begins with a number."""
    return not (where.key and titles.key(stem).startswith(where.key))


def _numbers(found: re.Match[str], end: int, where: Folder) -> Numbers:
    first = int(found[1])
    last = int(found[2]) if found.re.groups > 1 and found[2] else None
    last = last if last and last > first else None
    if not last and is_half(found.string, found.end(1)):
        return Numbers(found.start(), max(end, found.end(1) + 2), None, first, half=True)
    if where.season is not None and not last and not found.string.startswith("["):
        first = first % 100 if _coded(found[1], where) else first
    if last or where.season is not None:
        return Numbers(found.start(), end, None, first, last)
    return Numbers(found.start(), end, absolute=first)


def _fansub(stem: str, where: Folder) -> Numbers | None:
    low = lower(stem)
    lead = titles.GROUPS.match(stem)
    grouped = lead is not None
    likely = grouped or where.kind == "show" or where.season is not None
    for dashed in reversed(list(DASHED.finditer(low))):
        if _plausible(dashed[1], likely or where.anime):
            return _numbers(dashed, dashed.end(), where)
    if likely and (found := _SPECIAL.search(low)) and found.start():
        return Numbers(found.start(2), found.end(2), None, int(found[2]))
    if likely and (found := _boxed(low)):
        return _numbers(found, found.end(), where)
    if lead and (found := _GROUPED_LEAD.match(low, lead.end())):
        return _numbers(found, found.end(), where)._replace(start=0)
    if not lead and (found := _ALL_HYPHENED.match(low)) and not _year(found[1]):
        return _numbers(found, found.end(), where)._replace(start=found.start(1))
    body = low[: _body(low, lead.end() if lead else 0)]
    if likely:
        return _likely(body, where, grouped)
    if _BROADCAST.search(low, len(body)):
        return _broadcast(body, where)
    found = _ENDING.search(body) if "vostfr" in low[len(body) :] else None
    return _numbers(found, found.end(), where) if found else None


def _boxed(low: str) -> re.Match[str] | None:
    """Find the number that stands in a box of its own; where a year does too, the number is the
    one behind it."""
    found = list(_BOXED.finditer(low, 1))
    return next((one for one in found if not _year(one[1])), found[0] if found else None)


def _body(low: str, start: int) -> int:
    """Return where the title and number of a fansub name end and its tags begin."""
    end = cut(low, start + 1)
    for bracket in "[(":
        at = low.find(bracket, start + 1, end)
        if at > 0 and not titles.PAREN_YEAR.match(low, at):
            end = min(end, at)
    return end


def _likely(body: str, where: Folder, grouped: bool) -> Numbers | None:
    stripped = body.rstrip(" ._-")
    found = _SPAN.search(stripped) or _ENDING.search(stripped)
    if found and found.start() and not _year(found[1]) and not _is_title(body, where):
        packed = _packed(stripped, where) if not (grouped or where.anime) else None
        return packed or _numbers(found, found.end(), where)
    for pattern in (_DASHED_TITLE, _HYPHENED, _MIDDLE):
        found = pattern.search(body, 1)
        if found and not _is_title(body[: found.end()], where):
            return _numbers(found, found.end(), where)
    return None


def _is_title(body: str, where: Folder) -> bool:
    """Tell whether a number is the end of the folder's own title: 'The 100', 'Babylon 5'."""
    return bool(where.key) and titles.key(titles.without_lead(body)) == where.key


def _broadcast(body: str, where: Folder) -> Numbers | None:
    """Read the old scene's 'show.307.hdtv' and 'show.07.hdtv'."""
    stripped = body.rstrip(" ._-")
    packed = _packed(stripped, where)
    if packed:
        return packed
    found = _ENDING.search(stripped)
    if found and found.start() and len(found[1]) == 2:
        return _numbers(found, found.end(), where)
    return None


def _packed(stripped: str, where: Folder) -> Numbers | None:
    found = _PACKED.search(stripped)
    if found is None or not found.start() or found[2] == "00" or int(found[1]) == 0:
        return None
    if where.season is not None and where.season != int(found[1]):
        return None
    return Numbers(found.start(), found.end(), int(found[1]), int(found[2]))


def _plausible(digits: str, likely: bool) -> bool:
    return likely or (2 <= len(digits) <= 4 and not _year(digits))


def _year(digits: str) -> bool:
    return len(digits) == 4 and digits[:2] in ("19", "20")


def season_at_end(title: str) -> tuple[str, int | None]:
    """Take the season off the end of a fansub title: 'Title S2', 'Title 2nd Season'."""
    found = _SEASON_AT_END.search(title)
    if found is None or not found.start():
        return title, None
    number = next(n for n in found.groups() if n).lower()
    season = _ORDINALS.index(number) + 1 if number in _ORDINALS else int(number)
    return title[: found.start()], season

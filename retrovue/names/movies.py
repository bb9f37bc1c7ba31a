"""Movies: title, year, and what follows it: version, edition, part.

After the naming guides of Plex ("Naming and organizing your Movie files") and Jellyfin ("Movies"):
'Title (Year)/Title (Year) - LABEL.ext', '{edition-NAME}', stacked ' - cd1' and ' - part2'.
"""

from __future__ import annotations

import re
from functools import lru_cache

from . import titles
from .folders import Folder
from .reading import Reading
from .tags import LANGUAGES, UNCERTAIN, cut, edition, version

_STACKED = re.compile(
    r"[\s._(\[-]+(cd|dvd|disc|disk|pt|part)([\s._-]*)(\d{1,2}|[a-d])[)\]]?(?=$|[\s._]*[-\[.])", re.I
)
_STACKED_AT_END = re.compile(
    r"[\s._(\[-]+(cd|dvd|disc|disk|pt|part)([\s._-]*)(\d{1,2}|[a-d])[)\]]?$", re.I
)
_LONGEST_PART = 30
_ONE_OF = re.compile(
    r"[\s._-]*(?:[(\[](\d)[\s._]?of[\s._]?\d[)\]]|(?<![^\W_])(\d)of\d(?![^\W_]))", re.IGNORECASE
)
_ONE_OF_AT_END = re.compile(f"(?<=.){_ONE_OF.pattern}$", re.IGNORECASE)
_OF_VERSIONS = LANGUAGES | UNCERTAIN | {"dl", "ml", "dubbed", "subbed"}
_ONLY_A_PART = re.compile(
    r"(?:cd|dvd|disc|disk|pt|part)[\s._-]*(\d{1,2})|(\d)[\s._]?of[\s._]?\d", re.IGNORECASE
)
_WORDS = re.compile(r"[ ._)]+([^\W\d_][^\[\](){}]*)")
_PART_ENDS = frozenset("0123456789abcdABCD)]")
_LABEL = re.compile(r"^\s+-\s+\[?([^\[\]]{1,60}?)\]?$")
_FILM = re.compile(r"-f\d{1,2}-")
_BONUS = re.compile(r"-x\d{1,2}(?:-|$)")
# The place of a movie in its collection's folder: '01. Title (Year)', '2 - Title (Year)'.
_ORDER = re.compile(r"^\d{1,2}\s?[.-]\s+(?=\S.*\((?:19|20)\d\d\))")
_NAMELESS = re.compile(
    r"""^(?:movie|film|video|feature|main[ ._]?(?:movie|feature)?|title[ ._]?t?\d*|video_ts.*
    |vts_\d+_\d|index|\d{5}|[0-9a-f]{16,}|(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])\w{16,})$""",
    re.VERBOSE,
)
_GROUP_FIRST = re.compile(r"^[a-z]{2,8}-(?=[a-z]+\.[a-z.]+\.\d{3,4}[p.])")


def read(stem: str, where: Folder) -> Reading:
    """Read a movie's name; the folder's own title, year and numbers stand in for missing ones."""
    for prefix in where.prefixes:
        if stem.startswith(prefix) and stem[len(prefix) : len(prefix) + 1] in " -._[{(":
            return _known(stem[len(prefix) :], where)
    return _unknown(stem, where)


def _known(tail: str, where: Folder) -> Reading:
    """Read a file that begins with its folder's name: only the tail is left to read."""
    if not tail:
        return _movie(
            where.title, where.year, where.part, where.version, where.edition, where.guids
        )
    tail, guids = titles.take_ids(tail)
    tail, told = titles.take_edition(tail)
    return _made(
        where.title, where.year, tail, told or where.edition, guids or where.guids, where.part
    )


def _unknown(stem: str, where: Folder) -> Reading:
    if where.title and (piece := _ONLY_A_PART.fullmatch(stem)):
        number = int(piece[1] or piece[2])
        return _movie(where.title, where.year, number, where.version, where.edition, where.guids)
    rest, guids = titles.take_ids(titles.plain(stem))
    rest, told = titles.take_edition(rest)
    if ("-f" in rest or "-x" in rest) and (_FILM.search(rest) or _BONUS.search(rest)):
        rest = _bonus(rest)
    if (group := _GROUP_FIRST.match(rest)) and rest.rfind("-") < group.end():
        rest = rest[group.end() :]
    if where.title and where.year is None and (order := _ORDER.match(rest)):
        rest = rest[order.end() :]
    rest, part = _part_at_end(rest, where)
    head, year, tail = titles.split(titles.without_lead(rest))
    head, before = titles.edition_before(head)
    title, named = titles.first(titles.bare(head), rest), None
    bears = bool(where.title) and _bears(stem, title, where)
    if where.title and not bears and year in (None, where.year):
        named = title
    if where.title and _folder_knows(year, head, where, bears=bears):
        title, year = where.title, where.year if where.year is not None else year
        guids, before = guids or where.guids, before or where.edition
    title, told = title or titles.clean(stem), told or before
    made = _made(title, year, tail, told, guids, part or where.part)
    return made if named is None else made._replace(named=named)


def _bears(stem: str, title: str, where: Folder) -> bool:
    """Tell whether a name is that of its folder's movie, or none at all."""
    own = titles.key(title)
    return own in ("", where.key) or titles.key(stem) == where.key or bool(_NAMELESS.match(stem))


def _bonus(stem: str) -> str:
    """Take apart 'Series-f21-Title-x02-Bonus', guessit's form for films of a series and extras."""
    bonus = _BONUS.search(stem)
    film = _FILM.search(stem)
    return stem[film.end() if film else 0 : bonus.start() if bonus else len(stem)]


def _part_at_end(rest: str, where: Folder) -> tuple[str, int | None]:
    """Take the part off a name's end; 'Part 1' belongs to a title unless the year is before it."""
    if rest[-1:] not in _PART_ENDS:
        return rest, None
    if "of" in rest[-7:].lower() and (piece := _ONE_OF_AT_END.search(rest)):
        return rest[: piece.start()], int(piece[1] or piece[2])
    found = _STACKED_AT_END.search(rest, max(len(rest) - _LONGEST_PART, 0))
    if found is None or not found.start():
        return rest, None
    before = rest[: found.start()]
    if found[1].lower() == "part" and not _split_file(before, found[2], where):
        return rest, None
    if found[3].isalpha() and found[1].lower() not in ("cd", "part", "pt"):
        return rest, None
    return before, _number(found[3])


def _split_file(before: str, joint: str, where: Folder) -> bool:
    if titles.PAREN_YEAR.search(before, 1) or not joint:
        return True
    return bool(where.key) and titles.key(before) == where.key


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else "abcd".index(text.lower()) + 1


def _folder_knows(year: int | None, head: str, where: Folder, *, bears: bool) -> bool:
    """Tell whether the folder's title is to be taken: it is the movie's, and better or the same."""
    if bears:
        return where.year is None or year is None or where.year == year
    if where.year is None:
        return where.tagged and year is None
    if year is None:
        return True
    return year == where.year and not head.endswith(" ")


def _made(
    title: str,
    year: int | None,
    tail: str,
    told: str | None,
    guids: tuple[str, ...],
    part: int | None,
) -> Reading:
    """Put a movie together with what follows its year."""
    tag = None
    if tail and tail not in (" ", ")"):
        piece, tag, words, mark = _tail(tail)
        part, told = part if piece is None else piece, told or words
        if mark:
            return _movie(title, year, part, tag, told, guids)._replace(mark=mark)
    return _movie(title, year, part, tag, told, guids)


def _movie(
    title: str,
    year: int | None,
    part: int | None,
    tag: str | None,
    told: str | None,
    guids: tuple[str, ...],
) -> Reading:
    no = None  # by position, which is much faster
    return Reading(
        "movie", title, no, no, no, no, no, no, no, no, no, year, no, part, tag, told, guids
    )


@lru_cache(maxsize=2048)
def _tail(tail: str) -> tuple[int | None, str | None, str | None, str | None]:
    """Return part, version, edition and words of no known meaning told after the year: many
    movies' names end the same."""
    part = None
    stacked = _STACKED.search(tail)
    if stacked and not (stacked[3].isalpha() and stacked[2]):
        part = _number(stacked[3])
        tail = tail[: stacked.start()] + tail[stacked.end() :]
    elif "of" in tail and (piece := _ONE_OF.match(tail)):
        part, tail = int(piece[1] or piece[2]), tail[piece.end() :]
    told = None
    if words := edition(f" {tail}"):
        told = words.text
    elif " dc " in f" {tail.lower().replace('.', ' ')} ":
        told = "Director's Cut"
    return part, _version(tail), told, None if told else _unknown_words(tail)


def _unknown_words(tail: str) -> str | None:
    """Words after the year that are no tag and say no language: 'Part Two', 'The Revenge'."""
    found = _WORDS.match(tail[: cut(tail, 0)])
    words = titles.clean(found[1]) if found else ""
    return words if not _OF_VERSIONS.issuperset(words.casefold().split()) else None


def _version(tail: str) -> str | None:
    """Return the ' - LABEL' Jellyfin tells versions by, or the resolution among the tags."""
    found = _LABEL.match(tail)
    if (
        found
        and found[1].strip()
        and (cut(f" {found[1]}", 0) > len(found[1]) or len(found[1].split()) <= 3)
    ):
        return found[1].strip()
    return version(tail)

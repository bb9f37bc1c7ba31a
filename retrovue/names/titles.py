"""The title a stretch of a name spells, with the year and the catalogue numbers beside it."""

from __future__ import annotations

import re

from .tags import ARTICLES, CERTAIN, LANGUAGES, WORD, cut, edition, lower

LONGEST = 300
"""Longer names than file systems hold (255 as a rule) are taken as they stand."""

_SIGNS = frozenset("-–—~+=#|★")
_EDGES = " \t-–—_,;~+★|=#"
_INITIALS = re.compile(r"(?:^|[ .])[^\W\d_]$")
_ARTICLE_LAST = re.compile(r"^([^,]+), (The|A|An)$", re.IGNORECASE)

# {tmdb-603}: Plex; [tmdbid=603], [imdbid-tt0133093]: Jellyfin and Emby; (tt0133093): common.
_IDS = re.compile(
    r"""[\[{(]\s*(?:(imdb|tmdb|tvdb)(?:id)?\s*[-=:\s]\s*)?(tt\d{5,10}|(?<=[-=:\s])\d+)\s*[\]})]""",
    re.VERBOSE | re.IGNORECASE,
)
_LONE_ID = re.compile(r"[ ._-]tt\d{7,8}(?![^\W_])")
_EDITION_TAG = re.compile(r"\s*\{edition-([^{}]*)\}", re.IGNORECASE)
_MARKS = re.compile(r"[\W_]+")
_FULL_WIDTH = str.maketrans("【】（）［］｛｝〔〕", "[]()[]{}[]")
_ANY_FULL_WIDTH = re.compile("[【】（）［］｛｝〔〕]")

_YEAR = r"(?:18[7-9]\d|19\d\d|20[0-3]\d)"
PAREN_YEAR = re.compile(rf"[(\[]\s*({_YEAR})\s*[)\]]")
_NEAR_YEAR = re.compile(
    rf"[(\[](?:[^()\[\]]*[^()\[\]\w])??({_YEAR})(?:[^()\[\]\w][^()\[\]]*)?[)\]]"
)
_BARE_YEAR = re.compile(r"[12](?<![^\W_][12])(?:(?<=1)9\d|(?<=2)0[0-3])\d(?![^\W_])")
# 'Title (Director) (Year)', 'Title (US) (Year)'; a part, a volume or an 'or' stays in the title.
_ASIDE = re.compile(r"(?<! or)[ .]+\((?!or )[^()\d]*(?<!part)\)[ .]*$", re.IGNORECASE)
_BOX = re.compile(r"\[([^\[\]]+)\]")
_BOXES = re.compile(r"(?:\[[^\[\]]+\]\s*){2,}")
_BOX_YEAR = re.compile(_YEAR)
_EMPTY = re.compile(r"[(\[{]\s*[)\]}]")
_SITE = re.compile(r"^\[?\s*www\.[^\s\]]+\s*\]?[\s.-]+", re.IGNORECASE)
GROUPS = re.compile(r"^(?:\s*\[(?!\d{4}\])[^\[\]]*\][\s._★~-]*)+")


def plain(text: str) -> str:
    """Return text with full-width brackets made plain ones, of the same length."""
    if text.isascii() or _ANY_FULL_WIDTH.search(text) is None:
        return text
    return text.translate(_FULL_WIDTH)


def clean(text: str) -> str:
    """Return the words a stretch of a name spells: 'Tall.Ships.of.St._' -> 'Tall Ships of St'."""
    if "_" in text:
        text = text.replace("_", " ")
    text = text.strip(_EDGES)
    if "." in text:
        text = _undotted(text)
    if "  " in text:
        text = " ".join(text.split())
    if ", " in text and (found := _ARTICLE_LAST.match(text)):
        return f"{found[2]} {found[1]}"
    return text


def first(head: str, name: str) -> str:
    """The title that a name begins with, which keeps a sign that is its first character, and dots:
    '#Alive', '...And Justice for All'."""
    title = clean(head)
    if name[:2] == "..":
        dots = name[: len(name) - len(name.lstrip("."))]
        return dots + title if head.startswith(dots) and title else title
    if name[:1] in _SIGNS and name[1:2].isalnum() and head[:1] == name[0] and title[:1] != name[0]:
        return name[0] + title
    return title


def _undotted(text: str) -> str:
    """Undo dots that stand for blanks; keep those of initials (S.W.A.T.) and abbreviations."""
    if " " not in text:
        text = _join_initials(text.split("."))
    ended = text.rstrip(". ")
    if ended != text and _INITIALS.search(ended):
        ended += "."
    return ended.lstrip(". ").strip(_EDGES)


def _join_initials(words: list[str]) -> str:
    out: list[str] = []
    single = False
    for word in words:
        letter = len(word) == 1 and word.isalpha()
        if letter and single:
            out[-1] = f"{out[-1].removesuffix('.')}.{word}."
        elif word:
            out.append(word)
        single = letter
    return " ".join(out)


def take_ids(text: str) -> tuple[str, tuple[str, ...]]:
    """Take the catalogue numbers out of a name; return the rest and Plex's spelling of them."""
    low = text.lower()
    if "db" not in low and "tt" not in low:
        return text, ()
    found = _IDS.findall(text)
    if not found:
        return _take_lone_id(text)
    guids = tuple(_guid(site.lower(), number.lower()) for site, number in found)
    return _IDS.sub("", text), guids


def _take_lone_id(text: str) -> tuple[str, tuple[str, ...]]:
    """Take an IMDb number that stands without brackets."""
    found = _LONE_ID.search(text)
    if found is None:
        return text, ()
    return text[: found.start()] + text[found.end() :], (f"imdb://{found[0][1:]}",)


def _guid(site: str, number: str) -> str:
    site = site or "imdb"
    if site == "imdb" and not number.startswith("tt"):
        number = f"tt{number.zfill(7)}"
    return f"{site}://{number}"


def take_edition(text: str) -> tuple[str, str | None]:
    """Take Plex's {edition-NAME} out of a name."""
    if "{" not in text:
        return text, None
    found = _EDITION_TAG.search(text)
    if found is None:
        return text, None
    return text[: found.start()] + text[found.end() :], found[1].strip() or None


def without_lead(text: str) -> str:
    """Leave out what stands before a title: a site's address, the [groups] of fansub names."""
    if "www." in text[:8].lower():
        text = _SITE.sub("", text)
    if text[:1] in "[ ":
        found = GROUPS.match(text)
        if found:
            return _after_groups(text, found)
    return text


def _after_groups(text: str, groups: re.Match[str]) -> str:
    """What follows the boxes that a name begins with; where that is no title, the last box is:
    '[REC] (2007)'."""
    rest = text[groups.end() :]
    if rest.strip(_EDGES + "([") and rest[0] != "(":
        return rest
    last = groups[0].rstrip(" ._-").rpartition("[")[2]
    if not rest.startswith("(") or PAREN_YEAR.match(rest) is None:
        return last[:-1]
    return f"[{last} {rest}"


def split(text: str) -> tuple[str, int | None, str]:
    """Split a name into title (still raw), year and what follows.

    A year in brackets is the year; else the last bare one before the tags that does not begin the
    name, so '1917.2019.1080p' is 1917 of 2019; else the first one after the tags.
    """
    found = PAREN_YEAR.search(text, 1)
    if found is None and text[:1] in ("(", "[") and PAREN_YEAR.match(text):
        return _first_year(text, cut(text))
    if found is None and (")" in text or "]" in text):
        found = _NEAR_YEAR.search(text, 1)
    if found:
        return _before(text[: found.start()]), int(found[1]), text[found.end() :]
    end = cut(text)
    years = [m for m in _BARE_YEAR.finditer(text) if m.start()]
    if not years:
        return _first_year(text, end)
    before = [m for m in years if m.start() < end]
    year = before[-1] if before else years[0]
    if year.start() < end:
        head, tail = _without_aside(text[: year.start()]), text[year.end() :]
        if end < len(text) and " " not in head:
            head = _without_language(head, tail)
        return head, int(year[0]), tail
    return _before(text[:end]), int(year[0]), text[end:]


def _without_language(head: str, tail: str) -> str:
    """Take the language release names have before a bare year: 'Title.German.2010.DVDRip'.

    It is the title's own where another is told after the year, or an article begins the title.
    """
    rest, _, word = head.rstrip("._").rpartition(".")
    if not rest or word.lower() not in LANGUAGES:
        return head
    if not LANGUAGES.isdisjoint(WORD.findall(tail.lower())):
        return head
    shouted = word.isupper() and not rest.isupper()
    return rest if shouted or rest.partition(".")[0].lower() not in ARTICLES else head


def _first_year(text: str, end: int) -> tuple[str, int | None, str]:
    found = PAREN_YEAR.match(text)
    if found and text[found.end() :].strip(_EDGES):
        return (
            text[found.end() : max(end, found.end())],
            int(found[1]),
            text[max(end, found.end()) :],
        )
    told = edition(text[:end], 1)
    if told and told.several:
        return text[: told.start], None, text[told.start :]
    return text[:end], None, text[end:]


def _before(head: str) -> str:
    """Cut tags that stand before the year; the words of an edition among them."""
    if CERTAIN.search(lower(head), 1):
        head = head[: cut(head)]
    return _without_aside(head)


def _without_aside(head: str) -> str:
    """Cut what stands in brackets at a title's end, but for an edition."""
    aside = _ASIDE.search(head) if head.rstrip(" .").endswith(")") else None
    if aside is None or not aside.start() or edition(aside[0]):
        return head
    return head[: aside.start()]


def edition_before(head: str) -> tuple[str, str | None]:
    """Take an edition's words from the end of a title, if a title is left."""
    if head[-4:].strip() in ("DC", ".DC") and not head.isupper():
        return head.rstrip()[:-3], "Director's Cut"
    told = edition(head, 1)
    if told is None or head[told.end :].strip(_EDGES + ".)]"):
        return head, None
    words = head[told.start : told.end]
    if not (told.several or words.isupper() or words == "IMAX" or head[told.start - 1] in "(["):
        return head, None
    rest = head[: told.start].rstrip(_EDGES + ".([")
    return (
        (rest, told.text)
        if len(rest.split(" ")) > 1 or rest.lower() not in ("", "the", "a")
        else (head, None)
    )


def boxed(text: str) -> tuple[str, int] | None:
    """Read a show and its year where the name is boxes alone: '[Group][Show][2023][03]'."""
    if text[:1] != "[" or _BOXES.fullmatch(text) is None:
        return None
    boxes = _BOX.findall(text)
    years = [box for box in boxes if _BOX_YEAR.fullmatch(box)]
    words = [box for box in boxes[: boxes.index(years[0])] if not box.isdecimal()] if years else []
    return (words[min(len(words) - 1, 1)], int(years[0])) if words else None


def bare(text: str) -> str:
    """Drop brackets that hold nothing, and those left open, at the ends of a title."""
    if "(" in text or "[" in text or "{" in text:
        text = _EMPTY.sub("", text).rstrip(" ._-([{")
    return text


def key(title: str) -> str:
    """Return what two spellings of one title share: letters and digits, case folded."""
    return _MARKS.sub("", title.casefold())

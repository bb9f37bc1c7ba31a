"""Season folders: the word for season in the languages people keep their shows in.

The words are those media servers read (Jellyfin's SeasonPathParser, Kodi's and Plex's guides).
"""

from __future__ import annotations

import re
from functools import lru_cache

from .vocabulary import phrases

_WORDS = r"""seasong?|s[aä]song?|sesong|s[æa]son|saison|staffel|stagione|temporada|seizoen|sezonul
    |sezonas?|sez[oó]na|sezon|series|serie|s[eé]rie|s[eé]ria|řada|rada|kausi|tuotantokausi|évad|evad
    |sería|hooaeg|denboraldia|musim|mùa|phần|сезон|сезона|σεζόν|κύκλος|עונה|الموسم|موسم|シーズン|시즌
    |सीज़न|ซีซั่น"""
_SEP = r"[\s._\-]*"
_AFTER = r"(?=$|[\s._\-(\[+,:])(?!\s*-\s*\d)(?!-[sS]?\d)"
_LEADING = re.compile(rf"(?:^|(.*?)[\s._\-]+)(?:{_WORDS}){_SEP}(\d{{1,4}}){_AFTER}", re.X | re.I)
_TRAILING = re.compile(
    rf"""(?:^|(.*?)[\s._\-]+)(\d{{1,2}})(?:st|nd|rd|th|[.ªºa°]|-?[йяго]{{1,3}})?{_SEP}(?:{_WORDS})
    (?=$|[\s._\-(\[,])""",
    re.X | re.I,
)
_SHORT = re.compile(rf"(?:^|(.*?)[\s._\-]+)s(\d{{1,4}}){_AFTER}", re.IGNORECASE)
_CHINESE = re.compile(r"(.*?)\s*第\s*(\d{1,3}|[一二三四五六七八九十]{1,3})\s*[季期部]")
_CHINESE_DIGITS = {c: n for n, c in enumerate("一二三四五六七八九", 1)}
_EPISODE = re.compile(r"episode|\bep?\s?\d|s\d+\s?e\d", re.IGNORECASE)
_PLAIN_WORD = re.compile(r"(?:mini|world|web|time|short|film)[\s._\-]*$", re.IGNORECASE)
_RANGE = re.compile(r"^\s*(?:-|to|bis|a|à)\s*\d")

SPECIALS = frozenset(
    phrases(
        """specials|special|season 0|season 00|special episodes|sonderfolgen|sonderepisoden
    |hors-série|hors série|épisodes spéciaux|spéciaux|especiales|especiais|speciali|speciale
    |specialer|erikoisjaksot|odcinki specjalne|speciály|спецвыпуски|спешл|спэшлы|ova|ovas|oav|oavs
    |特别篇|特典|スペシャル|sp"""
    )
)


@lru_cache(maxsize=256)
def season_of(name: str) -> tuple[int, str] | None:
    """Return the season a folder of this name holds and what stands before its word, else None."""
    name = name.strip()
    low = name.lower()
    if low in SPECIALS:
        return 0, ""
    if len(name) > 200 or _EPISODE.search(low):
        return None
    found = _LEADING.match(name) or _TRAILING.match(name) or _SHORT.match(name)
    if found:
        return _checked(found, name)
    chinese = _CHINESE.match(name)
    return (_number(chinese[2]), chinese[1]) if chinese else None


def _checked(found: re.Match[str], name: str) -> tuple[int, str] | None:
    before = found[1] or ""
    if _RANGE.match(name[found.end() :]) or (before and _PLAIN_WORD.search(before)):
        return None
    return int(found[2]), before


def _number(digits: str) -> int:
    """Read a number in plain or Chinese digits, below a hundred."""
    if digits.isdecimal():
        return int(digits)
    tens, ten, ones = digits.rpartition("十")
    return (_CHINESE_DIGITS.get(tens, 1) * 10 if ten else 0) + _CHINESE_DIGITS.get(ones, 0)

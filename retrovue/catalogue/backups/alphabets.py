"""What words are made of, and which letters stand for which: those of the same script."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_RARE = 0x32400  # from here on nothing is told apart


def _span(first: str, last: str, but: str = "") -> str:
    return "".join(chr(n) for n in range(ord(first), ord(last) + 1) if chr(n) not in but)


ASCII = _span("a", "z")
_LATIN = "æðøþđħłŋœ"
_CASED = _span("а", "я", "й")
_UNCASED = _span("ა", "ჰ")
_OTHER_NUMBERS = _span("ⅰ", "ⅻ")
_SIGNS = _span("\U0001f400", "\U0001f4fc")
# where a script begins and ends, and the letters that stand for its own
_SCRIPTS: tuple[tuple[str, str, str], ...] = (
    ("\u0370", "\u03ff", _span("α", "ω", "ς")),
    ("\u0400", "\u04ff", _CASED),
    ("\u0590", "\u05ff", _span("א", "ת")),
    ("\u0600", "\u06ff", _span("ب", "غ")),
    ("\u0900", "\u097f", _span("क", "न")),
    ("\u0e00", "\u0e7f", _span("ก", "ฮ")),
    ("\u3041", "\u309f", "かきくけこさしすせそたちつてとはひふへほ"),
    ("\u30a0", "\u30ff", "カキクケコサシスセソタチツテトハヒフヘホ"),
    ("\u3400", "\u9fff", _span("\u4e00", "\u9fa5")),
    ("\uac00", "\ud7a3", _span("\uac00", "\ud7a3")),
)
_VOICED = {
    "か": "がぎぐげござじずぜぞだぢづでどばびぶべぼ",
    "カ": "ガギグゲゴザジズゼゾダヂヅデドバビブベボ",
}


_MARKS = (("\u0300", "\u036f"), ("\u20d0", "\u20ff"), ("\ufe00", "\ufe0f"))


def _is_mark(char: str) -> bool:
    """Accents and the like, which stay with their letter."""
    return (
        "\u0300" <= char <= "\u036f" or "\ufe00" <= char <= "\ufe0f" or "\u20d0" <= char <= "\u20ff"
    )


def parts_of(word: str) -> list[tuple[str, str]]:
    """A word as letters with their accents."""
    if word.isascii():
        return [(char, "") for char in word]
    parts: list[tuple[str, str]] = []
    for char in word:
        apart = unicodedata.normalize("NFD", char)
        base, marks = apart[0], apart[1:]
        if _is_mark(char) and parts:
            parts[-1] = (parts[-1][0], parts[-1][1] + char)
        elif all(map(_is_mark, marks)):
            parts.append((base, marks))
        else:
            parts.append((char, ""))
    return parts


@cache
def letters_for(base: str, marks: str) -> str:
    """The letters that may stand for one: those of its script, of which one with the same accent
    can be written where there are any."""
    pool = _script(base)
    with_marks = [  # in both cases: of T with a diaeresis there is the small one alone
        each
        for each in pool
        if all(len(unicodedata.normalize("NFC", c + marks)) == 1 for c in (each, each.upper()))
    ]
    return "".join(with_marks) or pool


def _script(base: str) -> str:
    if base in ASCII:
        return ASCII
    if len(unicodedata.normalize("NFD", base)) > 1 and "\u3041" <= base <= "\u30ff":
        return _VOICED["か" if base <= "\u309f" else "カ"]
    for first, last, letters in _SCRIPTS:
        if first <= base[0] <= last:
            return letters
    return _of_category(base)


def _of_category(base: str) -> str:
    category = unicodedata.category(base[0])
    if category == "Cs":  # a byte that is no UTF-8
        return _span("\udc80", "\udcff")
    if unicodedata.name(base[0], "").startswith("LATIN"):
        return _LATIN
    if base.upper() != base:
        return _CASED
    return {"No": _OTHER_NUMBERS, "Nl": _OTHER_NUMBERS, "So": _SIGNS}.get(category, _UNCASED)


@cache
def pattern(before: str) -> re.Pattern[str]:
    """What `before` finds, or a word: letters, digits, accents, pictures; bytes not of UTF-8."""
    wanted = [_is_of_words(chr(n)) for n in range(_RARE)] + [False]
    ranges, first = [], None
    for number, is_wanted in enumerate(wanted):
        if is_wanted and first is None:
            first = number
        elif not is_wanted and first is not None:
            ranges.append(f"\\U{first:08x}-\\U{number - 1:08x}")
            first = None
    ranges.append(f"\\U{_RARE:08x}-\\U0010ffff")
    return re.compile(f"{before}|[{''.join(ranges)}]+", re.IGNORECASE)


def _is_of_words(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] in "LMN" or (category in ("So", "Sk", "Co", "Cs", "Cn") and char not in "^`")

"""Pseudonyms of words: the same word gets the same one, and nothing leads back.

Each is drawn at random, and what was drawn for what is forgotten with the object: there is no key
that somebody could find or guess. A word keeps its length, its case, its accents and its script;
signs and blanks between words stay, and so do the parts of a file's name that are read and are no
part of its title.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain, count, zip_longest
from random import SystemRandom
from urllib.parse import quote, unquote

from retrovue.catalogue.backups import alphabets, kept_words

_TRIES = 1000  # draws before a word becomes longer
_URL = (
    r"(?P<scheme>(?:https?|wss?|s?ftp|smb|nfs|afp|davs?)://)"
    r"(?P<host>[^/\s?#\"'<>|]*)(?P<rest>[^\s\"'<>|]*)"
)
_DATE = (
    r"(?P<year>\d{4})(?P<sep>[-._ ])(?P<day>\d\d(?P=sep)\d\d)"
    r"(?P<time>T\d\d:\d\d:\d\dZ?)?(?!\d)"
)
_PATHS = "/\\"
_BEHIND_ENDINGS = ("", *"/\\'\")|,;: \n")
_URL_SIGNS = "/?&=:;,+~@!$'()*#[]"


class Pseudonyms:
    """What was drawn for what, as long as this object lives."""

    def __init__(self) -> None:
        self._random = SystemRandom()
        self._drawn: dict[str, str] = {}
        self._taken: set[str] = set()
        self._hosts: dict[str, str] = {}
        self._word: Callable[[str], str] = lru_cache(maxsize=200_000)(self._new_word)
        self.text: Callable[[str], str] = lru_cache(maxsize=20_000)(self._text)
        """A text with a pseudonym for each of its words and numbers."""

    def _text(self, text: str) -> str:
        found = list(alphabets.pattern(f"{_URL}|{_DATE}").finditer(text))
        parts, end = [], 0
        for at, match in enumerate(found):
            parts += [text[end : match.start()], self._piece(text, found, at)]
            end = match.end()
        return "".join([*parts, text[end:]])

    def _piece(self, text: str, found: Sequence[re.Match[str]], at: int) -> str:
        match = found[at]
        if match["scheme"] is not None:
            return self._address(match)
        if match["year"] is not None:
            return self._date(match)
        if kept_words.may_be_kept(match[0]) and _Place(text, found, at).is_kept():
            return match[0]
        return self._word(match[0])

    def _address(self, match: re.Match[str]) -> str:
        """A host becomes one that no server has (RFC 2606); port and shape stay."""
        user, at, host = match["host"].rpartition("@")
        name, port = re.fullmatch(r"(.*?)(:\d*)?", host, re.DOTALL).groups("")  # type: ignore[union-attr]
        if name:
            name = self._hosts.setdefault(name.lower(), f"host{len(self._hosts) + 1}.example")
        rest = match["rest"]
        plain = self._text(unquote(rest))
        new = quote(plain, safe=_URL_SIGNS, errors="replace") if "%" in rest else plain
        return f"{match['scheme']}{self._text(user)}{at}{name}{port}{new}"

    def _date(self, match: re.Match[str]) -> str:
        """Another day of the same year, the same for the same day; and another time of day."""
        year, sep, day, time = match.group("year", "sep", "day", "time")
        days = [year, *day.split(sep)]
        try:
            date(*map(int, days))
        except ValueError:
            return sep.join(map(self._word, days)) + self._text(time or "")
        new = self._other("-".join(days), lambda: self._day(int(year)))
        moment = self._other(time[:9], self._time) + time[9:] if time else ""
        return new.replace("-", sep) + moment

    def _day(self, year: int) -> str:
        return (date(year, 1, 1) + timedelta(self._random.randrange(365))).isoformat()

    def _time(self) -> str:
        second = self._random.randrange(86_400)
        return f"T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"

    def _other(self, key: str, draw: Callable[[], str]) -> str:
        """One that stands for nothing else yet, where there is one left."""
        if key not in self._drawn:
            draws = (draw() for _ in range(_TRIES))
            self._drawn[key] = next((new for new in draws if new not in self._taken), draw())
            self._taken.add(self._drawn[key])
        return self._drawn[key]

    def _new_word(self, word: str) -> str:
        if word.isascii():
            return self._dressed(word, word)
        whole, apart = (unicodedata.normalize(form, word) for form in ("NFC", "NFD"))
        new = self._dressed(whole, whole)
        if word == whole:
            return new
        taken_apart = unicodedata.normalize("NFD", new)
        if word == apart and taken_apart != new:
            return taken_apart
        return self._dressed(whole, "\0" + word)  # two spellings stay two

    def _dressed(self, word: str, key: str) -> str:
        """The pseudonym of a key, with the case and the accents of the word."""
        parts = alphabets.parts_of(word)
        folded = "".join(base.lower() + marks for base, marks in parts)
        plain = self._plain(folded if key == word else key, parts)
        dressed = "".join(
            (new.upper() if base.isupper() else new) + marks
            for (base, marks), new in zip(parts, plain, strict=False)
        )
        return unicodedata.normalize("NFC", dressed) + plain[len(parts) :]

    def _plain(self, key: str, parts: list[tuple[str, str]]) -> str:
        if key not in self._drawn:
            self._drawn[key] = self._number(key) if _is_number(key) else self._letters(parts)
        return self._drawn[key]

    def _letters(self, parts: list[tuple[str, str]]) -> str:
        more = ""
        for attempt in count(1):
            new = "".join(self._letter(base, marks) for base, marks in parts) + more
            shown = "".join(map("".join, zip_longest(new, (m for _, m in parts), fillvalue="")))
            if shown not in self._taken and not kept_words.is_kept(new):
                break
            if attempt % _TRIES == 0:  # of so few letters there is hardly another
                more += self._random.choice(alphabets.ASCII)
        self._taken.add(shown)
        return new

    def _letter(self, base: str, marks: str) -> str:
        if base.isdecimal():
            return chr(ord(base) - unicodedata.decimal(base) + self._random.randrange(10))
        pool = alphabets.letters_for(base.lower(), marks)
        return self._random.choice(pool)

    def _number(self, text: str) -> str:
        """One with as many digits, and a leading zero where there was one; of a year another."""
        lowest, end = _numbers_like(text)
        start = self._random.randrange(lowest, end)
        for number in chain(range(start, end), range(lowest, start)):
            new = f"{number:0{len(text)}}"
            if new not in self._taken and kept_words.is_year(new) == kept_words.is_year(text):
                self._taken.add(new)
                return new
        return text  # each such number stands for another already


class _Place:
    """A word in a text, and what stands around it."""

    def __init__(self, text: str, found: Sequence[re.Match[str]], at: int) -> None:
        before = found[at - 1] if at else None
        after = found[at + 1] if at + 1 < len(found) else None
        self.word = found[at][0].lower()
        self.last = before[0].lower() if before else ""
        self.next = after[0].lower() if after else ""
        self.left = text[before.end() if before else 0 : found[at].start()]
        self.right = text[found[at].end() : after.start() if after else len(text)]
        begins = max(text.rfind(sign, 0, found[at].start()) for sign in _PATHS) + 1
        self._name_so_far = text[begins : found[at].start()]

    def is_kept(self) -> bool:
        """Whether the word is read from a name and is no part of a title."""
        if kept_words.is_release(self.word):  # behind a year or a resolution; else it is a title
            return any(map(str.isdecimal, self._name_so_far))
        if kept_words.is_kept(self.word):
            return True
        if _is_number(self.word):
            return self._counts()
        return self._marks_a_number() or self._is_scheme() or self._is_ending()

    def _begins(self) -> bool:
        return not self.left or self.left[-1] in _PATHS

    def _marks_a_number(self) -> bool:
        return (
            self.word in kept_words.MARKERS
            and self.next.isdecimal()
            and len(self.next) <= 4
            and _joins(self.right)
        )

    def _is_scheme(self) -> bool:
        if self.word not in kept_words.SCHEMES:
            return False
        return self.right.startswith("://") or (self.left[-1:] in "[{" and self.right in "-=:")

    def _is_ending(self) -> bool:
        if not self.left.endswith("."):
            return False
        if self.word in kept_words.LANGUAGES:
            return self.right == "." and self.next in kept_words.ENDINGS
        return self.word in kept_words.ENDINGS and (
            not self.right or self.right[0] in "/\\'\")|,;: \n"
        )

    def _counts(self) -> bool:
        """Whether a number counts or dates something: `(1999)`, `01 - `, `Disc 2`, `1999 1080p`."""
        inside = self.left[-1:] in tuple("([{") and self.right[:1] in tuple(")]}")
        if inside and len(self.word) <= 4 and self.last and not set(self.left) & set(_PATHS):
            return True
        if self.last in kept_words.MARKERS and len(self.word) <= 4 and _joins(self.left):
            return True
        if self._begins() and len(self.word) <= 3:
            padded = self.word.startswith("0") and self.right[:1] in tuple(" .-_")
            return padded or self.right.startswith((" - ", ". "))
        if self.left.endswith(" - ") and self.right.startswith(" - "):
            return len(self.word) <= 4
        return kept_words.is_year(self.word) and kept_words.is_kept(self.next)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal()


def _numbers_like(text: str) -> tuple[int, int]:
    if kept_words.is_year(text):
        return 1900, 2100
    if text.startswith("0"):
        return 0, 10 ** (len(text) - 1)
    return 10 ** (len(text) - 1), 10 ** len(text)


def _joins(between: str) -> bool:
    return not between.strip(" ._-")

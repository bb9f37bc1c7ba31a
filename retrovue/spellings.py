"""Every way in which a secret may be spelled in a text: as it is, escaped for a URL, for JSON, for
HTML or by Python, each also twice over, or in base64 or hexadecimal."""

from __future__ import annotations

import binascii
import re
from functools import cached_property
from itertools import groupby

SHORTEST = 4
"""Characters of a secret that is looked for within words; a shorter one stands in many by chance,
and is looked for where it is all there is: a value, a string in JSON, a parameter of a URL."""
TELLING = 8
"""Characters of a secret that stands nowhere by chance, whatever it is made of."""

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}|\\|&#?\w")  # without one no character is escaped
_HEAD = 64  # characters by which a longer secret is told: patterns of all of it take long to make
_SMALLEST_CODE = 5  # characters of base64 that are looked for
_BEFORE, _BEHIND = r"""(?:^|(?<=["'\0]))""", r"""(?=\\*["'\0]|$)"""
_SHORT_ESCAPES = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}


class Secret:
    """A secret, and how to find it."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.is_short = len(value) < SHORTEST
        self.is_telling = len(value) >= TELLING or not (
            self.is_short or value.isalpha() or value.isdigit()
        )
        self._plain = () if self.is_short else _plain(value)

    def is_in(self, text: str) -> bool:
        """Whether the text holds the secret, however it is spelled."""
        if self.is_short:
            return self._value.search(text) is not None
        for word in self._plain:
            if word in text:
                return True
        if not ("%" in text or "\\" in text or "&" in text):
            return False
        return _ESCAPE.search(text) is not None and self._head.search(text) is not None

    def out_of(self, text: str, mask: str) -> str:
        """The text with the mask in its place."""
        if self.is_short:
            return self._value.sub(mask, text)
        for word in self._plain:
            text = text.replace(word, mask)
        if self.is_in(text):
            text = self._head.sub(mask, self._whole.sub(mask, text))
        return text

    def out_of_words(self, text: str, mask: str) -> str:
        """The same, and a short secret that is no word also where it stands among words: for what
        is shown, not kept."""
        text = self.out_of(text, mask)
        if self.is_short and not (self.value.isalpha() or self.value.isdigit()):
            text = re.sub(rf"(?<!\w){_any_spelling(self.value)}(?!\w)", mask, text)
        return text

    @cached_property
    def _value(self) -> re.Pattern[str]:
        own = _any_spelling(self.value)
        return re.compile(rf"{_BEFORE}{own}{_BEHIND}|(?<==){own}(?!\w)")

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return _any_of([self.value, *_in_base64(self.value, "+/")]) if self._is_long else self._head

    @cached_property
    def _head(self) -> re.Pattern[str]:
        return _any_of([w[:_HEAD] for w in (self.value, *_in_base64(self.value, "+/"))])

    @property
    def _is_long(self) -> bool:
        return len(self.value) > _HEAD * 3 // 4  # base64 makes it a third longer


def secrets_in(values: list[str]) -> list[Secret]:
    """The secrets of values as they are stored, the longest first; blanks around one are none of
    it."""
    wanted = {value.strip() for value in values} | {value for value in values if value.strip()}
    return [Secret(value) for value in sorted(wanted - {""}, key=lambda v: (-len(v), v))]


def _plain(value: str) -> tuple[str, ...]:
    """Spellings without a sign that escapes."""
    raw = value.encode("utf-8", "surrogatepass")
    found = {value, value.replace(" ", "+")}
    found.update(code for signs in ("+/", "-_") for code in _in_base64(value, signs))
    if len(raw) >= SHORTEST:
        found.update((raw.hex(), raw.hex().upper()))
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


def _in_base64(value: str, signs: str) -> list[str]:
    """What base64 makes of the value wherever it stands in what was encoded (`user:token`): the
    characters that depend on it alone, for each of the three places within a group."""
    raw = value.encode("utf-8", "surrogatepass")
    codes = []
    for before in range(3):
        text = binascii.b2a_base64(b"\0" * before + raw, newline=False).decode()
        own = text[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6]
        codes.append(own.replace("+", signs[0]).replace("/", signs[1]))
    return [code for code in codes if len(code) >= _SMALLEST_CODE]


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(_any_spelling, words)))


def _any_spelling(value: str) -> str:
    """A pattern of the value, each character spelled in any way."""
    return "".join(
        _backslashes(len(list(run))) if letter == "\\" else "".join(map(_letter, run))
        for letter, run in groupby(value)
    )


def _backslashes(count: int) -> str:
    """A run of them at once: each alone would be tried in every way to share it."""
    ways = [*_quoted("\\"), rf"\\+(?:{'|'.join(_backslashed(chr(92)))})"]
    ways.append(rf"&(?:amp;)*(?:{'|'.join(_entities(chr(92)))});?")
    return rf"(?:(?:{'|'.join(ways)}){{{count}}}|\\{{{count},}})"


def _letter(letter: str) -> str:
    ways = [_plainly(letter), *_quoted(letter), rf"\\+(?:{'|'.join(_backslashed(letter))})"]
    ways.append(rf"&(?:amp;)*(?:{'|'.join(_entities(letter))});?")
    if not letter.isascii():  # as Python shows bytes
        raw = letter.encode("utf-8", "surrogatepass")
        ways.append("".join(rf"\\+x{_hex(byte, 2)}" for byte in raw))
    return f"(?:{'|'.join(ways)})"


def _plainly(letter: str) -> str:
    if letter == " ":
        return r"[ +]"
    return re.escape(letter) if letter.isalnum() else rf"\\*{re.escape(letter)}"


def _quoted(letter: str) -> list[str]:
    """For a URL, in UTF-8 or Latin-1; the percent sign may be quoted itself."""
    encodings = [letter.encode("utf-8", "surrogatepass")]
    if "\x7f" < letter < "\u0100":
        encodings.append(letter.encode("latin-1"))
    return ["".join(f"%(?:25)*{_hex(byte, 2)}" for byte in raw) for raw in encodings]


def _backslashed(letter: str) -> list[str]:
    """For JSON, JavaScript and Python; a text in a text has more backslashes."""
    number = ord(letter)
    ways = [f"U{_hex(number, 8)}", rf"u\{{0*{_hex(number, 1)}\}}"]
    if number < 0x100:
        ways.append(f"x{_hex(number, 2)}")
    if number < 0x10000:
        ways.append(f"u{_hex(number, 4)}")
    else:
        high, low = divmod(number - 0x10000, 0x400)
        ways.append(rf"u{_hex(0xD800 + high, 4)}\\+u{_hex(0xDC00 + low, 4)}")
    if letter in _SHORT_ESCAPES:
        ways.append(_SHORT_ESCAPES[letter])
    return ways


def _entities(letter: str) -> list[str]:
    """For HTML and XML."""
    from html.entities import codepoint2name

    ways = [f"#0*{ord(letter)}", f"#[xX]0*{_hex(ord(letter), 1)}"]
    name = codepoint2name.get(ord(letter), "apos" if letter == "'" else "")
    return [*ways, name] if name else ways


def _hex(number: int, digits: int) -> str:
    """A number in hexadecimal, in either case."""
    text = f"{number:0{digits}x}"
    return "".join(f"[{d}{d.upper()}]" if d.isalpha() else d for d in text)

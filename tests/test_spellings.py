"""A secret is found however it is spelled, and nothing else is taken for one."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from retrovue.spellings import Secret

SECRETS = (
    "s3cr3t/Tok en+ü",
    "abc1234",
    "a\"b\\c\\\\d'é<>&=%41",
    "xyz\U0001f600 9%25&&",
    "line 1\nline 2\ttab",
    "-----BEGIN KEY-----\n" + "MIIB/Vgr+" * 30,
)


def _utf16_units(text: str) -> list[int]:
    raw = text.encode("utf-16-be")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in a URL": quote,
    "in a URL, slashes too": lambda s: quote(s, safe=""),
    "in a form": quote_plus,
    "in a URL, small letters": lambda s: "".join(
        quote(c, safe="").lower() if quote(c, safe="") != c else c for c in s
    ),
    "in a URL in a URL": lambda s: quote(quote(s, safe=""), safe=""),
    "every byte in a URL": lambda s: "".join(f"%{byte:02x}" for byte in s.encode()),
    "in JSON": json.dumps,
    "in JSON, as UTF-8": lambda s: json.dumps(s, ensure_ascii=False),
    "in JSON, slashes too": lambda s: json.dumps(s).replace("/", "\\/"),
    "in JSON in JSON in JSON": lambda s: json.dumps(json.dumps({"k": json.dumps(s)})),
    "every letter in JSON": lambda s: "".join(f"\\u{unit:04X}" for unit in _utf16_units(s)),
    "in HTML": html.escape,
    "in HTML in HTML": lambda s: html.escape(html.escape(s)),
    "every letter in HTML": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "every letter in XML": lambda s: "".join(f"&#x{ord(c):X};" for c in s),
    "as Python shows it": repr,
    "as Python shows that": lambda s: repr(repr(s)),
    "as Python shows it in ASCII": ascii,
    "as Python shows bytes": lambda s: repr(s.encode()),
    "in base64": lambda s: base64.b64encode(s.encode()).decode(),
    "behind a name in base64": lambda s: base64.b64encode(f"u:{s}!".encode()).decode(),
    "behind another in base64": lambda s: base64.urlsafe_b64encode(f"me:{s}".encode()).decode(),
    "in base64 in a URL": lambda s: quote(base64.b64encode(s.encode()).decode(), safe=""),
    "in hexadecimal": lambda s: s.encode().hex(),
    "in large hexadecimal": lambda s: s.encode().hex().upper(),
}  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_is_found_and_taken_out(secret: str, spelled: Callable[[str], str]) -> None:
    text = f"GET http://host/?a=1&t={spelled(secret)}; it failed"
    found = Secret(secret)
    assert found.is_in(text)
    clean = found.out_of(text, "***")
    assert "***" in clean
    assert not found.is_in(clean)
    assert clean.startswith("GET http://host/?a=1&t=")
    assert clean.endswith("; it failed")


@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
def test_other_texts_are_left_alone(secret: str) -> None:
    for text in ("", "Tom & Jerry", "100 %", "C:\\Media\\abc", "abc&amp;123", "%20%41\\u0041&#65;"):
        assert not Secret(secret).is_in(text)
        assert Secret(secret).out_of(text, "***") == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("k7", True),
        ('{"token": "k7"}', True),
        ('{"body": "{\\"token\\": \\"k7\\"}"}', True),
        ("http://host/?t=k7&x=1", True),
        ("http://host/?t=%6b7", True),
        ("GET http://host/?t=k7: refused", True),
        ("the k7 of that", False),
        ("'k7 of that'", False),
        ("/mnt/k7/x", False),
        ("k78", False),
    ],
)
def test_a_short_secret_is_found_where_it_is_all_there_is(text: str, found: bool) -> None:
    assert Secret("k7").is_in(text) is found


def test_a_short_secret_is_not_shown_as_a_word_either() -> None:
    assert Secret("k7").out_of_words("401 for k7, not k78", "***") == "401 for ***, not k78"
    assert Secret("the").out_of_words("401 for the k7", "***") == "401 for the k7"


@pytest.mark.parametrize(
    ("value", "telling"),
    [("movies", False), ("1999", False), ("k7", False), ("movies1", True), ("abcdefgh", True)],
)
def test_a_word_may_stand_there_by_chance(value: str, telling: bool) -> None:
    assert Secret(value).is_telling is telling


def test_a_text_full_of_what_escapes_is_searched_in_no_time_to_speak_of() -> None:
    """Each way to share a run of signs among the letters of a secret would be tried."""
    for sign in "\\%&":
        assert not Secret(sign * 20 + "x").is_in(f"{sign}{sign}25amp;" * 2000)

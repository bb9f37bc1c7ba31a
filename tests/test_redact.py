"""Secrets out of foreign text."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from retrovue import redact


@pytest.fixture(autouse=True)
def token() -> Iterator[str]:
    """A secret that is remembered, and forgotten afterwards."""
    before = dict(redact._known)
    redact.remember(["p@ss/word-1234"])
    yield "p@ss/word-1234"
    redact._known.clear()
    redact._known.update(before)


def test_a_secret_is_masked_however_it_is_spelled(token: str) -> None:
    assert redact.scrub(f"at http://x/?t={quote(token, safe='')} said {token}!") == (
        "at http://x/?t=*** said ***!"
    )


def test_other_text_stays() -> None:
    assert redact.scrub("nothing to see") == "nothing to see"
    assert not redact.holds("nothing to see")


def test_an_exception_is_one_line(token: str) -> None:
    error = ValueError(f"\n{token} is wrong\nmore")
    assert redact.describe_exception(error) == "ValueError: *** is wrong"


def test_an_exception_whose_text_fails_is_its_type() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert redact.describe_exception(Broken()) == "Broken"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://me:pw@nas/", True),
        ("http://nas/?X-Plex-Token=abc", True),
        ("http://nas/a@b", False),
    ],
)
def test_credentials_in_a_url_are_found(url: str, found: bool) -> None:
    assert redact.has_credentials(url) is found


def test_the_longer_of_two_secrets_goes_first() -> None:
    redact.remember(["abcdefgh"])
    redact.remember(["abcdefgh-ijklmnop"])
    assert redact.scrub("abcdefgh-ijklmnop and abcdefgh") == "*** and ***"


def test_a_short_word_holds_but_does_not_tell() -> None:
    redact.remember(["film"])
    assert (redact.holds("film"), redact.tells("film")) == (True, False)


def test_what_is_not_utf8_is_escaped() -> None:
    assert redact.scrub("caf\udce9") == "caf\\udce9"

"""Comparing names as people do."""

from __future__ import annotations


def folded(name: str) -> str:
    """A name as it is compared: without regard to case, Unicode normal form and blanks at its
    ends."""
    return caseless(name).strip()


def caseless(text: str) -> str:
    """A text without regard to case and Unicode normal form.
    https://www.unicode.org/reports/tr15/"""
    if text.isascii():
        return text.casefold()
    import unicodedata

    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def source_selector(source_id: int, name: str) -> str:
    """What names a source alone: its name, or its id where the name could be taken for the id or
    `external_id` of another."""
    import re

    short = name.strip()
    return str(source_id) if re.fullmatch(r"\d+|.*-[0-9a-f]{8}", short, re.DOTALL) else name

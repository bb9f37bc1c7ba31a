"""Word lists, written as they read best: blanks or bars between."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def phrases(text: str) -> list[str]:
    """Return what stands between the bars of a text, line ends and margins left out."""
    return [" ".join(phrase.split()) for phrase in text.split("|")]

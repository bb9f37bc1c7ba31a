"""What a walk leaves out: folders that systems and applications own, and what ignore files
name."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

# Plex, Jellyfin, Android and Kodi, Navidrome, tinyMediaManager.
IGNORE_FILES = (".plexignore", ".ignore", ".nomedia", ".ndignore", ".tmmignore")
_NEEDS_LINES = ".plexignore"
_LONGEST = 100_000  # bytes that are read of an ignore file
_BUNDLE = re.compile(
    r"""\.(?:app|photoslibrary|photolibrary|migratedphotolibrary|aplibrary|imovielibrary
    |imovieproject|rcproject|fcpbundle|fcpproject|tvlibrary|musiclibrary|lrdata|logicx|band|theater
    |bundle|pkg|itlp)$""",
    re.VERBOSE | re.IGNORECASE,
)


class Rule(NamedTuple):
    """Patterns of one place: `base` is the folder below the location they count from, "" or ending
    in a slash; `spec` None leaves out all of it."""

    base: str
    spec: GitIgnoreSpec | None
    why: str


Rules = tuple[Rule, ...]


@lru_cache(maxsize=256)
def bundle(name: str) -> str | None:
    """Why a folder is not walked into: it is one document of an application."""
    found = _BUNDLE.search(name)
    return f"an application's bundle ({found[0].lower()})" if found else None


def of_folder(local: str, relative: str, names: Sequence[str]) -> Rules:
    """The rules of the ignore files that lie in a folder."""
    found = []
    for name in names:
        lines = _lines(f"{local}/{relative}{name}")
        if lines:
            found.append(Rule(relative, _spec(lines), name))
        elif lines is not None and name != _NEEDS_LINES:
            found.append(Rule(relative, None, name))
    return tuple(found)


def of_source(patterns: Sequence[str]) -> Rules:
    """The rule of the patterns that a source has of its own, as in .gitignore but for comments."""
    if not patterns:
        return ()
    lines = [f"\\{line}" if line.startswith("#") else line for line in patterns]
    return (Rule("", _spec(lines), "--ignore"),)


def is_pattern(text: str) -> bool:
    """Whether a pattern can name anything."""
    return bool(text.strip("/ ")) and len(_spec([text])) > 0


def there(folder: str) -> list[str]:
    """The ignore files that lie in a folder."""
    return [name for name in IGNORE_FILES if os.path.lexists(f"{folder}{name}")]


def _lines(path: str) -> list[str] | None:
    """The patterns of an ignore file; None where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read(_LONGEST).splitlines()
    except OSError:
        return None
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # few folders have patterns

    kept = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:  # no pattern at all names nothing
            continue
        kept.append(line)
    return GitIgnoreSpec.from_lines(kept)


def reason(rules: Rules, path: str) -> str | None:
    """Why a path below the location is left out, None where it is not; a folder's ends in a
    slash."""
    for base, spec, why in rules:
        if spec is None or spec.match_file(path[len(base) :]):
            return f"left out by {why}"
    return None

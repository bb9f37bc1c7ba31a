"""Path-mapping algebra over POSIX and Windows spellings; pure, touches no disk.

A source spells paths its own way (`/data/Movies`, `D:\\Media\\Movies`, `\\\\nas\\media`); what lies
below a location is spelled with `/`. Prefixes are whole segments: `/data` is no prefix of
`/database`. Windows prefixes match without regard to case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, Protocol, TypeVar

_WINDOWS = re.compile(r"[A-Za-z]:(?:[\\/]|\Z)|\\\\[^\\/]")
_ODD = re.compile(r"//|(?:^|/)\.{1,2}(?:/|\Z)")


ANY = "(any location)"  # how a mapping without a location is shown


class MappedLocation(Protocol):
    """Whatever has a location of the source: a path mapping."""

    @property
    def external_path(self) -> str: ...


def is_windows(path: str) -> bool:
    """Whether the path is spelled the Windows way: a drive (`D:\\`, `D:/`) or a UNC share."""
    return _WINDOWS.match(path) is not None


def trimmed(path: str) -> str:
    """The path without trailing separators; a root keeps its own (`/`, `D:\\`)."""
    windows = is_windows(path)
    bare = path.rstrip("\\/" if windows else "/")
    root = not bare or (windows and bare.endswith(":"))
    return path[: len(bare) + 1] if root else bare


def below(path: str, prefix: str) -> str | None:
    """What of `path` lies below `prefix`, spelled with `/`; `""` for the prefix itself, None when
    it lies elsewhere. The prefix `""` holds every path. A path that climbs (`..`) lies nowhere."""
    windows = is_windows(path)
    if windows:
        path = path.replace("\\", "/")
    if not prefix:
        return _plain(path.lstrip("/"))
    if is_windows(prefix) != windows:
        return None
    if windows:
        prefix = prefix.replace("\\", "/")
    prefix = prefix.rstrip("/")
    head, rest = path[: len(prefix)], path[len(prefix) :]
    if head != prefix and not (windows and head.casefold() == prefix.casefold()):
        return None
    if rest and not rest.startswith("/"):
        return None
    return _plain(rest.strip("/") if windows else rest.lstrip("/").rstrip("/"))


def _plain(relative: str) -> str | None:
    """The relative path without empty and `.` segments; None when it climbs."""
    if not _ODD.search(relative):
        return relative
    segments = [part for part in relative.split("/") if part not in ("", ".")]
    return None if ".." in segments else "/".join(segments)


def is_absolute(path: str) -> bool:
    """Whether the path says by itself where it lies, spelled either way."""
    return path.startswith("/") or is_windows(path)


def join(base: str, relative: str) -> str:
    """The path `relative` (spelled with `/`) below `base`, a folder of this machine."""
    return f"{base.rstrip('/')}/{relative}" if relative else base


class Rewrite(NamedTuple):
    """`--map EXTERNAL LOCAL`: what the source has at or below `external` is here at `local`."""

    external: str
    local: str


def rewritten(location: str, rewrites: Iterable[Rewrite]) -> str | None:
    """Where a location is on this machine by the longest rewrite that holds it; None when no
    rewrite does. The location `""`, which is any, is held by a rewrite of its own alone."""
    best: tuple[int, str] | None = None
    for rewrite in rewrites:
        external = trimmed(rewrite.external)
        rest = below(location, external) if external and location else None
        if rest is None and location != rewrite.external:
            continue
        length = len(external)
        if best is None or length > best[0]:
            best = (length, join(rewrite.local, rest or ""))
    return best[1] if best else None


Mapped = TypeVar("Mapped", bound=MappedLocation)


class Mapper(Generic[Mapped]):
    """Finds the mapping of a file: the one with the longest location that holds it. Of the mappings
    that `exact` is true of, the location may be a file, and then holds that one."""

    def __init__(
        self, mappings: Iterable[Mapped], exact: Callable[[Mapped], bool] = lambda mapping: False
    ) -> None:
        self._mappings = sorted(mappings, key=lambda m: len(m.external_path), reverse=True)
        self._exact = [m for m in self._mappings if m.external_path and exact(m)]
        self._plain = [
            (mapping, f"{mapping.external_path.rstrip('/')}/")
            for mapping in self._mappings
            if mapping.external_path and not is_windows(mapping.external_path)
        ]

    def find(self, path: str) -> tuple[Mapped, str] | None:
        """The mapping and the path below it (spelled with `/`; `""` for the location itself), None
        when none holds the file."""
        for mapping in self._exact:
            if below(path, mapping.external_path) == "":
                return mapping, ""
        if path[:1] == "/" != path[-1:] and "//" not in path and "/." not in path:
            for mapping, prefix in self._plain:
                if path.startswith(prefix) and len(path) > len(prefix):
                    return mapping, path[len(prefix) :]
        for mapping in self._mappings:
            rest = below(path, mapping.external_path)
            if rest:
                return mapping, rest
        return None

"""What several sources say of the same files and works, and what the disk says: with evidence, and
without changing anything."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from retrovue import names
from retrovue.catalogue import placed_files
from retrovue.catalogue.placed_files import Placed
from retrovue.selectors import folded

Code = Literal[
    "same_file",
    "same_inode",
    "same_size_and_name",
    "not_on_disk",
    "not_in_source",
    "same_work",
    "conflict_title",
    "conflict_year",
    "conflict_ids",
]
CODES: tuple[Code, ...] = get_args(Code)


class Finding(NamedTuple):
    """Something that was found: the files it is about by their local paths, their sources and
    assets, and in what they differ."""

    code: Code
    paths: Sequence[str]
    sources: Sequence[str] = ()
    assets: Sequence[int] = ()
    differs: Mapping[str, Any] = {}

    def as_json(self) -> dict[str, Any]:
        """The finding as `--json` has it."""
        return {"code": self.code, "paths": list(self.paths), "sources": list(self.sources),
                "assets": list(self.assets), "differs": dict(self.differs)}  # fmt: skip


class _OnDisk(NamedTuple):
    """A file as the disk has it: its resolved path, and what makes it the same file under any."""

    file: Placed
    path: str
    inode: tuple[int, int] | None


def findings(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Everything that is found, by code; costs a look at every file and a walk of the mapped
    folders."""
    folders = _Resolved()
    files = [_on_disk(file, folders) for file in placed_files.of_present_assets(connection)]
    there = [file for file in files if file.inode is not None]
    by_path = _grouped(there, lambda f: f.path)
    by_inode = _grouped(there, lambda f: f.inode)
    yield from (_finding("same_file", same) for same in by_path if _several(same))
    yield from (_finding("same_inode", same) for same in by_inode if _places(same) > 1)
    yield from (_finding("same_size_and_name", same) for same in _alike(there))
    yield from (_finding("not_on_disk", [file]) for file in files if file.inode is None)
    yield from _in_no_source(connection, {file.path for file in there}, folders)
    yield from _same_works(files)
    yield from _conflicts(by_inode)


class _Resolved:
    """The real paths of folders, each asked for once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def folder(self, path: str) -> str:
        if path not in self._known:
            self._known[path] = os.path.realpath(path)
        return self._known[path]

    def file(self, path: str) -> str:
        folder, _, name = path.rpartition("/")
        real = f"{self.folder(folder or '/').rstrip('/')}/{name}"
        return os.path.realpath(real) if os.path.islink(real) else real


def _on_disk(file: Placed, folders: _Resolved) -> _OnDisk:
    try:
        path = folders.file(file.local_path)
        told = os.stat(path)
    except (OSError, ValueError):
        return _OnDisk(file, file.local_path, None)
    return _OnDisk(file, path, (told.st_dev, told.st_ino))


def _grouped(
    files: Iterable[_OnDisk], key: Callable[[_OnDisk], Any]
) -> list[list[_OnDisk]]:  # fmt: skip
    found: dict[Any, list[_OnDisk]] = {}
    for file in files:
        found.setdefault(key(file), []).append(file)
    return [group for group in found.values() if len(group) > 1]


def _several(group: Sequence[_OnDisk]) -> bool:
    return len({one.file.asset_id for one in group}) > 1


def _places(group: Sequence[_OnDisk]) -> int:
    return len({one.path for one in group})


def _alike(files: Sequence[_OnDisk]) -> Iterator[list[_OnDisk]]:
    """Files of one size and name that lie apart: perhaps copies, which only a look inside tells."""
    sized = [one for one in files if one.file.size_bytes]
    for group in _grouped(sized, lambda f: (f.file.size_bytes, f.path.rpartition("/")[2])):
        if len({one.inode for one in group}) > 1 and _several(group):
            yield group


def _finding(code: Code, group: Sequence[_OnDisk], **differs: Any) -> Finding:
    return Finding(
        code,
        sorted({one.file.local_path for one in group}),
        sorted({one.file.source for one in group}),
        sorted({one.file.asset_id for one in group}),
        differs,
    )


def _in_no_source(
    connection: sqlite3.Connection, known: set[str], folders: _Resolved
) -> Iterator[Finding]:
    """Films, episodes and tracks below mapped folders that no source has."""
    roots = sorted({folders.folder(path) for path in placed_files.mapped_folders(connection)})
    walked: list[str] = []
    for root in roots:
        if any(root == other or root.startswith(f"{other.rstrip('/')}/") for other in walked):
            continue
        walked.append(root)
        for folder, below, files in os.walk(root):
            below[:] = sorted(name for name in below if not name.startswith("."))
            for name in sorted(files):
                path = f"{folder.rstrip('/')}/{name}"
                if names.media_type(name) in ("video", "audio") and path not in known:
                    yield Finding("not_in_source", [path])


def _same_works(files: Sequence[_OnDisk]) -> Iterator[Finding]:
    """The same film or episode as several assets, each with its quality and size, and which is
    better."""
    by_work: dict[Any, list[_OnDisk]] = {}
    for one in files:
        for work in _works(one.file):
            by_work.setdefault(work, []).append(one)
    told: set[tuple[int, ...]] = set()
    for group in by_work.values():
        assets = tuple(sorted({one.file.asset_id for one in group}))
        if len(assets) < 2 or assets in told or len({one.path for one in group}) < 2:
            continue
        told.add(assets)
        qualities = {one.file.asset_id: one.file for one in reversed(group)}
        best = max(qualities.values(), key=lambda f: (f.lines, f.size_bytes or 0, -f.asset_id))
        yield _finding(
            "same_work",
            group,
            quality={str(n): f.quality for n, f in sorted(qualities.items())},
            size_bytes={str(n): f.size_bytes for n, f in sorted(qualities.items())},
            better=best.asset_id,
        )


def _works(file: Placed) -> Iterator[tuple[Any, ...]]:
    if file.kind == "movie":
        if file.year is not None:
            yield "movie", folded(file.title), file.year, folded(file.edition or "")
        yield from (("id", guid, folded(file.edition or "")) for guid in _ids(file))
    elif file.kind == "episode" and file.series and file.episode is not None:
        yield "episode", folded(file.series), file.season, file.episode


def _ids(file: Placed) -> list[str]:
    try:
        guids = json.loads(file.guids)
    except ValueError:
        return []
    known = ("imdb://", "tmdb://", "tvdb://")
    return [guid for guid in guids if isinstance(guid, str) and guid.startswith(known)]


def _conflicts(same: Sequence[Sequence[_OnDisk]]) -> Iterator[Finding]:
    """What sources say otherwise of one file."""
    for group in same:
        files = [one.file for one in group]
        titles = {file.asset_id: file.title for file in files}
        if len({folded(title) for title in titles.values()}) > 1:
            yield _finding("conflict_title", group, title=_named(titles))
        years = {file.asset_id: file.year for file in files if file.year is not None}
        if len(set(years.values())) > 1:
            yield _finding("conflict_year", group, year=_named(years))
        ids = {file.asset_id: _ids(file) for file in files}
        if _contradict([own for own in ids.values() if own]):
            yield _finding("conflict_ids", group, ids=_named(ids))


def _contradict(several: Sequence[list[str]]) -> bool:
    """Whether two have another id of one kind."""
    found: dict[str, set[str]] = {}
    for own in several:
        for guid in own:
            found.setdefault(guid.partition("://")[0], set()).add(guid)
    return any(len(guids) > 1 for guids in found.values())


def _named(values: dict[int, Any]) -> dict[str, Any]:
    return {str(asset_id): value for asset_id, value in sorted(values.items())}

"""How the assets that an ingest changed read: item by item, as far as a screen goes, or all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from retrovue.catalogue.reconcile.changes import Changes, Item, items
from retrovue.ids import Ids
from retrovue.model import CHANGES, Change

SCREEN = 20  # lines
_FEWEST = 3  # lines of each word, however many share the screen

Connect = Callable[[], sqlite3.Connection]


class Changed(NamedTuple):
    """What changed in one collection; `first` are the first assets of each word of `CHANGES`, which
    were looked up beforehand."""

    changes: Changes
    first: Mapping[Change, Sequence[Item]] = {}

    def count(self, word: Change) -> int:
        return len(self.changes.ids.get(word, ()))

    def named(self, word: Change, connect: Connect) -> Iterator[Item]:
        """The assets that a word of `CHANGES` stands for, looked up while they are read."""
        first = self.first.get(word, ())
        yield from first
        if len(first) < self.count(word):
            rest = Ids.of(islice(self.changes.ids[word], len(first), None))
            yield from items(connect(), rest, self._places(word))

    def _places(self, word: Change) -> Mapping[int, str | None]:
        return self.changes.moved_from if word == "moved" else {}


def looked_up(changes: Changes, connection: sqlite3.Connection, most: int | None) -> Changed:
    """What changed, with so many assets of each word (None: all) as they are now."""
    kept = Changed(changes)
    first = {word: list(islice(kept.named(word, lambda: connection), most)) for word in CHANGES}
    return Changed(changes, first)


def numbered(changed: Changed, by: int) -> Changed:
    """A change of which the new assets have ids so much higher: those that a dry run gives to
    several collections one after another, and takes back each time."""
    added = [item._replace(id=item.id + by) for item in changed.first["added"]]
    return changed._replace(first={**changed.first, "added": added})


def data(changed: Changed, connect: Connect) -> dict[str, Any]:
    """All of it, as rows that are looked up while they are written where they are not known."""
    return {word: _rows(changed, word, connect) for word in CHANGES}


def _rows(changed: Changed, word: Change, connect: Connect) -> Any:
    rows = map(_item_data, changed.named(word, connect))
    return list(rows) if len(changed.first.get(word, ())) == changed.count(word) else rows


def _item_data(item: Item) -> dict[str, Any]:
    said = {"id": item.id, "title": item.title, "path": item.path}
    return said if item.moved_from is None else {**said, "from": item.moved_from}


def lines(changed: Changed, connect: Connect, most: int | None = SCREEN) -> list[str]:
    """A line for each asset that changed, what is missing first; of more than `most` some of each
    word, and how many more."""
    words = [word for word in reversed(CHANGES) if changed.count(word)]
    total = sum(map(changed.count, words))
    each = None if most is None or total <= most else max(_FEWEST, most // len(words))
    said: list[str] = []
    for word in words:
        said += [_line(word, item) for item in islice(changed.named(word, connect), each)]
        if each is not None and changed.count(word) > each:
            said.append(f"  {word:<8}  ... {changed.count(word) - each:,} more")
    return said


def whole(changed: Changed, most: int = SCREEN) -> bool:
    """Whether `lines` names every asset."""
    return sum(map(changed.count, CHANGES)) <= most


def _line(word: Change, item: Item) -> str:
    if item.kind is None:
        return f"  {word:<8}  asset {item.id} (no longer there)"
    place = item.path or "(no file)"
    was = f" (was {item.moved_from})" if item.moved_from else ""
    return f"  {word:<8}  {title(item._asdict())}: {place}{was}"


def title(asset: Mapping[str, Any]) -> str:
    """How an asset is called: an episode with its series and numbers, a track with its artist."""
    name = asset["title"]
    if asset["kind"] == "episode":
        season = "" if asset["season"] is None else f"S{asset['season']:02}"
        number = "" if asset["episode"] is None else f"E{asset['episode']:02}"
        return " - ".join(filter(None, (asset["series"], season + number, name)))
    return f"{asset['artist']} - {name}" if asset["artist"] else str(name)

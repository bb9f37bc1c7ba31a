"""Pages to a whole library, or an error: nothing is ever left out without a word.

A library can change while it is read, so that items slip from one page to another, and a server
or a proxy can be wrong about its size. A pass is believed only when every page named the same
total and as many items came; otherwise all pages are read once more. What has been handed out
already is not handed out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from retrovue import FoundAsset, ImporterError, Skipped
from retrovue_plex.items import number
from retrovue_plex.pages import Page, Row

MOST_TWINS = 1000
"""Items seen twice in a listing before it is given up."""


class Seen:
    """A set of rating keys that takes a bit for each: memory stays flat.

    Keys that are not numbers, or very large ones, are kept as they are.
    """

    LARGEST = 2**26

    def __init__(self) -> None:
        self._bits = bytearray()
        self._others: set[str] = set()

    def add(self, key: str) -> bool:
        """Whether the key is new."""
        if not (len(key) < 9 and key.isdecimal() and key.isascii() and key[0] != "0"):
            return self._add_other(key)
        value = int(key)
        if value >= self.LARGEST:
            return self._add_other(key)
        place, bit = value >> 3, 1 << (value & 7)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1024 - len(self._bits)))
        old = self._bits[place]
        self._bits[place] = old | bit
        return not old & bit

    def _add_other(self, key: str) -> bool:
        new = key not in self._others
        self._others.add(key)
        return new


def everything(
    read: Callable[[int], Page], seen: Seen | None = None
) -> Iterator[FoundAsset | Skipped]:
    """Each item of a listing, read page by page with `read(start)`, but those in `seen`.

    A rating key that a sound pass has twice comes twice. Raises ImporterError when two passes do
    not add up.
    """
    for again in (False, True):
        one_pass = _Pass()
        for row in one_pass.rows(read):
            new = (seen is None or seen.add(row.key)) if row.key else not again
            if new:
                yield row.found
        fault = one_pass.fault()
        if fault is None:
            yield from (row.found for row in one_pass.twins)
            return
        if seen is None:
            seen = one_pass.here
    raise ImporterError(
        f"the list does not add up, also when read again: {fault}; "
        "wait until Plex has finished scanning, then ingest again"
    )


class _Pass:
    """One reading of all pages, and what it counted."""

    def __init__(self) -> None:
        self.here = Seen()
        self.twins: list[Row] = []
        self.totals: list[str | None] = []
        self.count = 0
        self.first = 0
        self.extra = 0

    def rows(self, read: Callable[[int], Page]) -> Iterator[Row]:
        """Rows new to this pass; it ends with a page that has none.

        The page behind the last one is asked for as well: only an empty answer shows that the
        total was not too small. Servers that know no pages send the same rows again.
        """
        add = self.here.add
        while not self._broken():
            page = read(self.count)
            fresh = [row for row in page.rows if not row.key or add(row.key)]
            if not any(row.key for row in fresh):
                self._last(page)
                return
            self._take(page)
            if len(fresh) < len(page.rows):
                kept = set(map(id, fresh))
                self.twins += [row for row in page.rows if id(row) not in kept]
            yield from fresh

    def fault(self) -> str | None:
        """What does not add up, in words; None when all is well."""
        total = self.totals[0] if self.totals else None
        if len(set(self.totals)) > 1:
            return f"the total went from {_shown(total)} to {_shown(self.totals[-1])} meanwhile"
        if total is None and self.extra in (0, self.first) and self.count == self.first:
            return None
        if total is None:
            return "the server does not say how many items there are"
        if number(total) is None:
            return f"the server says that there are {_shown(total)} items"
        if self.count != int(total):
            return f"{self.count} items came of {int(total)}"
        if len(self.twins) > MOST_TWINS:
            return f"more than {MOST_TWINS} items came twice"
        return None

    def _broken(self) -> bool:
        """Whether reading on is pointless: a total that is none, or already exceeded."""
        if len(self.twins) > MOST_TWINS:
            return True
        total = self.totals[-1] if self.totals else None
        return total is not None and (number(total) is None or self.count > int(total))

    def _take(self, page: Page) -> None:
        self.count += len(page.rows)
        self.first = self.first or len(page.rows)
        self.totals.append(page.total)

    def _last(self, page: Page) -> None:
        self.extra = len(page.rows)
        if page.total is not None or not self.totals:
            self.totals.append(page.total)


def _shown(total: str | None) -> str:
    """Foreign text, cut to a length that fits a line."""
    return "no number" if total is None else repr(total[:20])

"""The checks that an importer has to pass; each breach raises AssertionError, which says what the
contract wants and shows the value."""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
import logging
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from retrovue.errors import TROUBLES, ImporterError, RetrovueError
from retrovue.found import FoundAsset, FoundFolder, Skipped, Unread
from retrovue.importers import faults
from retrovue.importers.api import Importer
from retrovue.operations import discover
from retrovue.testing import limits
from retrovue.testing.bench import Bench, Ingested, says

Change = Literal["changed", "added", "removed", "moved"]
Failure = Literal["500", "timeout", "cut", "count", "401", "garbage"]
KINDS = (None, "movie", "show", "music", "photo", "video")
FAILURES: tuple[Failure, ...] = ("500", "timeout", "cut", "count", "401", "garbage")
CHANGES: dict[Change, tuple[str, ...]] = {  # what an ingest may call it
    "changed": ("updated",),
    "added": ("added",),
    "moved": ("moved", "updated"),  # by another id, or the same
    "removed": ("missing",),
}
_PLACES = """
    SELECT f.asset_id, group_concat(f.relative_path, char(0))
      FROM (SELECT * FROM asset_files ORDER BY version, part) AS f
      JOIN assets AS a ON a.id = f.asset_id
     WHERE a.missing_since IS NULL
     GROUP BY f.asset_id"""
_ALWAYS = ("loads cleanly", "identity", "discovery", "scan", "two scans are equal",
           "prints nothing", "tells no secret")  # fmt: skip
_ROWS = "SELECT external_id, kind, title, fingerprint, missing_since FROM assets ORDER BY id"


class Checked(NamedTuple):
    """The names of the checks that were made, and of those for which an argument was missing."""

    made: tuple[str, ...]
    left_out: tuple[str, ...]


def check_importer(
    make: Callable[[], Importer],
    *,
    change: Callable[[Change], object] | None = None,
    fail: Callable[[Failure | None], object] | None = None,
    requests: Callable[[], int] | None = None,
) -> Checked:
    """Hold an importer against the contract.

    `make()` gives a fresh importer; `change(what)` changes one item of the source, adds or removes
    one, or moves one to another path; `fail(how)` lets the source fail in that way, and with None
    work again; `requests()` is how many requests it had so far. Raises AssertionError at the first
    breach.
    """
    run = _Run(make, requests)
    with _watched() as said:
        run.loads_cleanly()
        run.identity()
        run.discovery()
        run.scan()
        with Bench() as bench:
            run.two_scans(bench)
            if change is not None:
                for what in CHANGES:
                    run.change(bench, change, what)
            if fail is not None:
                for how in FAILURES:
                    run.failure(bench, fail, how)
                run.interrupted(bench, fail)
    run.tells_nobody(said)
    of_arguments = (
        (change, [f"change: {what}" for what in CHANGES]),
        (fail, [*(f"failure: {how}" for how in FAILURES), "Ctrl-C"]),
        (requests, ["requests before the first item"]),
    )
    made = [name for given, names in of_arguments if given is not None for name in names]
    left = [name for given, names in of_arguments if given is None for name in names]
    return Checked((*_ALWAYS, *made), tuple(left))


class _Said(NamedTuple):
    out: io.StringIO
    log: list[str]


@contextlib.contextmanager
def _watched() -> Iterator[_Said]:
    """Keep what is printed and logged meanwhile."""
    said = _Said(io.StringIO(), [])
    handler = logging.Handler()
    handler.emit = lambda record: said.log.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(said.out), contextlib.redirect_stderr(said.out):
            yield said
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class _Run:
    def __init__(self, make: Callable[[], Importer], requests: Callable[[], int] | None) -> None:
        self._make = make
        self._requests = requests or (lambda: 0)
        self._secrets: list[str] = []
        self._yielded: list[Any] = []

    def loads_cleanly(self) -> None:
        """An importer is whole, and to make one contacts nothing."""
        before = self._requests()
        importer = self._make()
        cls = type(importer)
        fault = faults.of_importer(cls)
        assert fault is None, f"the importer cannot be used: {fault}"
        assert self._requests() == before, "to make an importer contacts its source"
        secret = [option.name for option in cls.options if option.secret]
        given = [importer.config.get(name) for name in secret]
        self._secrets = [value for value in given if isinstance(value, str) and len(value) > 3]
        self._older(importer)

    @staticmethod
    def _older(importer: Importer) -> None:
        """Options that came later have a default, so that an older source still loads."""
        cls = type(importer)
        older = {
            option.name: importer.config.get(option.name) if option.required
            else () if option.multiple else option.default
            for option in cls.options
        }  # fmt: skip
        try:
            cls(older).identity()
        except ImporterError:
            pass
        except Exception as error:
            raise AssertionError(
                f"with no more than the required options it fails by {error!r}; an option that"
                " came later has a default, or None is taken for it"
            ) from error

    def identity(self) -> None:
        """It is the same each time, from the options alone, without a secret."""
        before = self._requests()
        first, second = self._make().identity(), self._make().identity()
        assert self._requests() == before, "identity() contacts the source"
        assert isinstance(first, str), f"identity() gives no text: {first!r}"
        assert first, "identity() gives an empty text"
        assert first == second, f"identity() differs: {first!r}, then {second!r}"
        for secret in self._secrets:
            assert secret not in first, "identity() holds a secret"

    def discovery(self) -> None:
        """It offers the same twice; ids are there once, kinds are known."""
        try:
            first, second = (discover.checked(self._make().discover()) for _ in range(2))
        except ImporterError as error:
            raise AssertionError(f"discover() breaks the contract: {error}") from error
        assert first, "discover() offers nothing"
        assert first == second, f"discover() differs: {first!r}, then {second!r}"
        for offer in first:
            assert offer.kind in KINDS, (
                f"{offer.name!r} has the kind {offer.kind!r}, not of {KINDS}"
            )
        self._yielded += first

    def scan(self) -> None:
        """It yields known types only, and asks for a page at most before the first item."""
        with Bench() as bench:
            bench.made_by(self._make)
            for collection in bench.discover():
                scan = functools.partial(self._make().scan, bench.given(collection))
                with contextlib.closing(limits.flat(scan)) as items:  # at once, not when collected
                    self._scan(collection.name, items)

    def _scan(self, name: str, items: Iterator[Any]) -> None:
        before = self._requests()
        first = next(items, None)
        asked = self._requests() - before
        assert asked <= 3, f"{asked} requests before the first item of {name!r}"
        folders: set[str] = set()
        for item in itertools.chain([first] if first is not None else [], items):
            self._look(name, item, folders)

    def _look(self, name: str, item: Any, folders: set[str]) -> None:
        kinds = (FoundAsset, FoundFolder, Unread, Skipped)
        assert isinstance(item, kinds), f"{name!r}: the scan yields {item!r}"
        if isinstance(item, FoundFolder):
            assert item.path not in folders, f"{name!r}: the folder {item.path!r} comes twice"
            folders.add(item.path)
            return
        if len(self._yielded) < 1000:
            self._yielded.append(item)

    def two_scans(self, bench: Bench) -> None:
        """Everything can be stored, and a second scan of the same writes and describes nothing."""
        bench.made_by(self._make)
        bench.discover()
        first = self._ingested(bench, "the first ingest")
        assert first.added, "the scan yields nothing: give the source an item at least"
        again = self._ingested(bench, "the second ingest")
        told = again._asdict()
        for word in ("added", "updated", "missing", "moved", "restored"):
            assert told[word] == 0, (
                f"of an unchanged source the second scan finds {told[word]} {word}: ids and"
                f" fingerprints must stay, as {_changed(again, word)}"
            )
        assert again.described == 0, f"{again.described} assets are described again"

    @staticmethod
    def _ingested(bench: Bench, what: str) -> Ingested:
        try:
            done = bench.ingest()
        except RetrovueError as error:
            raise AssertionError(f"{what} fails: {says(error)}") from error
        left = [line for result in done.results for line in (*result.unread, *result.skipped)]
        assert done.unread == 0, f"in {what} items break the contract or are not read: {left[:5]}"
        assert done.skipped == 0, f"in {what} items are left out: {left[:5]}"
        return done

    def change(self, bench: Bench, change: Callable[[Change], object], what: Change) -> None:
        """One item changed is exactly that."""
        before = dict(bench.rows(_PLACES))
        change(what)
        done = self._ingested(bench, f"the ingest after one was {what}")
        told = done._asdict()
        words = ("added", "updated", "missing", "moved", "restored")
        found = {word: told[word] for word in words if told[word]}
        fits = list(found.values()) == [1] and set(found) <= set(CHANGES[what])
        assert fits, f"one item was {what}, and the ingest finds {found}"
        if what == "moved":
            now = dict(bench.rows(_PLACES))
            other = [asset for asset in before if now.get(asset) != before[asset]]
            assert now.keys() == before.keys(), "one item was moved, and is another asset now"
            assert len(other) == 1, "one item was moved, and its path is what it was"
        assert done.described <= 1, f"one item was {what}, and {done.described} are described"

    def failure(self, bench: Bench, fail: Callable[[Failure | None], object], how: Failure) -> None:
        """A source that fails leaves the rows as they were, and is said in one line."""
        before = bench.rows(_ROWS)
        fail(how)
        try:
            self._fails(bench, how)
            done = bench.ingest(allow_missing=False)
        except RetrovueError:
            pass
        else:
            raise AssertionError(f"with {how!r} the ingest succeeds: {done._replace(results=())}")
        finally:
            fail(None)
        assert bench.rows(_ROWS) == before, f"with {how!r} rows changed"
        self._ingested(bench, f"the ingest after {how!r}")

    def interrupted(self, bench: Bench, fail: Callable[[Failure | None], object]) -> None:
        """Ctrl-C ends a scan that waits for its source."""
        fail("timeout")
        try:
            limits.interrupted(lambda: self._read(bench))
        finally:
            fail(None)

    def _read(self, bench: Bench) -> None:
        """Scan all of a collection."""
        for item in self._make().scan(bench.given(bench.collections()[0])):
            if isinstance(item, FoundFolder):
                list(item.assets())

    def _fails(self, bench: Bench, how: Failure) -> None:
        """Scanning a source that fails raises ImporterError, in one line and without a secret."""
        try:
            self._read(bench)
        except ImporterError as error:
            message, code = str(error), error.code
        except Exception as error:
            raise AssertionError(
                f"with {how!r} the scan raises something else than ImporterError: {error!r}"
            ) from error
        else:
            raise AssertionError(
                f"with {how!r} the scan ends as if it had seen everything: it has to raise"
                " ImporterError, or what it did not see would be taken for gone"
            )
        assert message.strip(), f"with {how!r} ImporterError says nothing"
        assert len(message.splitlines()) == 1, f"with {how!r} the message has lines: {message!r}"
        assert code in (None, *TROUBLES), f"with {how!r} the code {code!r} is none of {TROUBLES}"
        for secret in self._secrets:
            assert secret not in message, f"with {how!r} the message holds a secret"

    def tells_nobody(self, said: _Said) -> None:
        """Nothing is printed, and no secret stands in what is yielded, logged or shown."""
        printed = said.out.getvalue()
        assert not printed, f"the importer prints: {printed[:200]!r}"
        texts = [*said.log, repr(self._make()), *map(repr, self._yielded)]
        for secret in self._secrets:
            told = next((text for text in texts if secret in text), None)
            assert told is None, f"a secret is told: {(told or '').replace(secret, '***')[:200]}"


def _changed(done: Ingested, word: str) -> str:
    ids = [id_ for result in done.results for id_ in list(result.changes.get(word, ()))[:3]]  # type: ignore[call-overload]
    return f"those of the assets {', '.join(map(str, ids))}"

"""Probing files that are there: outside the write lock, in parallel, kept as it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from retrovue.catalogue import probed
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.filters import Filter
from retrovue.catalogue.probed import Answer, Due
from retrovue.errors import Interrupted, RetrovueError
from retrovue.importers import settings
from retrovue.importers.loader import Plugins
from retrovue.model import Collection, IngestResult, Probing, Source
from retrovue.operations.ingest_run import Options, Run
from retrovue.redact import scrub

if TYPE_CHECKING:
    from retrovue.importers.probe_pool import Outcome

_OPERATION: Final = "Asset probe"
_SAMPLE = 1000  # reasons that are kept
_LINE = 1000  # characters of a path, and of a reason
_FILES, _SECONDS = 200, 1.5  # after which what was probed is written

Progress = Callable[[int, int], None]  # how many files there are, and how many are done


def require_probes(plugins: Plugins) -> tuple[str, ...]:
    """What probes, as entry points name it. Raises RetrovueError where nothing is installed that
    does."""
    found = plugins.probes()
    if not found:
        raise RetrovueError("Nothing that probes files is installed: pip install 'retrovue[probe]'")
    return found


def probe(
    catalogue: Catalogue,
    probes: Sequence[str],
    assets: Filter,
    *,
    again: bool = False,
    progress: Progress = lambda files, done: None,
) -> Probing:
    """Probe the files of these assets that are new or changed, with `again` all of them.

    A file that cannot be probed is left with its reason until it changes. What was probed is
    written every second or two; Ctrl-C raises Interrupted, and the next time goes on. A dry run
    only counts.
    """
    connection = catalogue.writer(_OPERATION)
    files = probed.list_due(connection, assets, again=again)
    if not files or catalogue.dry_run:
        return Probing(due=files)
    from retrovue.importers.probe_pool import Job, Pool  # most ingests open nothing

    work = _Work(catalogue, files, progress)
    jobs: Iterator[Job[Due]] = (Job(due, due.path) for due in probed.due(connection))
    try:
        with Pool[Due](probes) as pool:
            for done in pool.answers(jobs):
                if done is not None:
                    work.take(*done)
                work.write_in_time()
            work.write()
    except KeyboardInterrupt:
        work.write()
        raise _interrupted(work.result) from None
    return work.result


def _interrupted(done: Probing) -> Interrupted:
    left = done.due - done.probed - done.skipped - done.absent
    return Interrupted(
        "Probing was interrupted",
        [f"What {done.probed + done.skipped:,} files said is kept; {left:,} are left."],
        hint="Run the same command again to go on.",
    )


class _Work:
    """What was probed so far, and what of it waits to be written."""

    def __init__(self, catalogue: Catalogue, files: int, progress: Progress) -> None:
        self._catalogue = catalogue
        self._progress = progress
        self._waiting: list[Answer] = []
        self._written = time.monotonic()
        self.result = Probing(due=files)

    def take(self, due: Due, outcome: Outcome) -> None:
        done = self.result
        if outcome.facts is not None:
            self.result = done._replace(probed=done.probed + 1)
            self._waiting.append(Answer(due, _own(due, outcome.facts)))
        elif outcome.error is not None:
            reason = f"{scrub(due.path)[:_LINE]}: {outcome.error[:_LINE]}"
            kept = (*done.reasons, reason) if len(done.reasons) < _SAMPLE else done.reasons
            self.result = done._replace(skipped=done.skipped + 1, reasons=kept)
            if outcome.lasting:
                self._waiting.append(Answer(due, None, outcome.error[:_LINE]))
        else:
            self.result = done._replace(absent=done.absent + 1)
        done = self.result
        self._progress(done.due, done.probed + done.skipped + done.absent)

    def write_in_time(self) -> None:
        if len(self._waiting) >= _FILES or time.monotonic() - self._written > _SECONDS:
            self.write()

    def write(self) -> None:
        if self._waiting:
            with self._catalogue.write(_OPERATION) as tx:
                probed.store(tx, self._waiting)
            self._waiting.clear()
        self._written = time.monotonic()


def _own(due: Due, facts: dict[str, object]) -> dict[str, object]:
    """The facts that are of use for what the asset is: films are tagged with anything."""
    tags = due.kind == "track"
    return {
        name: value
        for name, value in facts.items()
        if (name != "tags" or tags) and (name != "taken_on" or due.kind == "photo")
    }


def wanted(plugins: Plugins, source: Source, options: Options) -> tuple[str, ...] | None:
    """What probes after this ingest, None where that is off. Raises RetrovueError
    where nothing is installed that does."""
    asked = options.probe
    if asked if asked is not None else source.config.get(settings.PROBE) is True:
        return require_probes(plugins)
    return None


def after_ingest(run: Run, target: Collection, result: IngestResult) -> IngestResult:
    """The result of an ingest that was committed, with what the files of its collection said,
    where that was asked for. What keeps it from being written is a warning: the ingest stands."""
    if run.probes is None:
        return result
    own = Filter(collection_id=target.id)

    def progress(files: int, done: int) -> None:
        run.options.probing(target, files, done)

    try:
        done = probe(run.catalogue, run.probes, own, progress=progress)
    except Interrupted:
        raise
    except RetrovueError as error:
        says = f"The files of collection '{target.name}' were not all probed: {error.message}"
        return result._replace(warnings=(*result.warnings, says))
    return result._replace(probed=done)

"""`retrovue watch`: what is new in the folders of collections is ingested as it comes."""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from retrovue.catalogue import collections, sources
from retrovue.cli import base, options, settings_file
from retrovue.cli.app import App
from retrovue.cli.output import Result, echo_err, plural, printable
from retrovue.cli.progress import Progress
from retrovue.errors import Interrupted, Locked, RetrovueError
from retrovue.model import CHANGES, Collection

if TYPE_CHECKING:
    from retrovue.operations.watch import Ended


@click.command("watch", cls=base.Command)
@click.argument("selectors", metavar="[SOURCE]...", nargs=-1)
@click.option("--settle", type=click.FloatRange(min=0.1), default=10.0, metavar="SECONDS",
              show_default=True, help="How long a complete file stays as it is.")  # fmt: skip
@click.option("--every", type=click.FloatRange(min=0.01), default=60.0, metavar="MINUTES",
              show_default=True, help="Look at all of it so often, whatever was seen.")  # fmt: skip
@click.option("--poll", is_flag=True, help="Watch nothing, and look so often alone.")
@options.dry_run
@options.json_output
@click.pass_obj
def command(app: App, *, selectors: tuple[str, ...], settle: float, every: float,
            poll: bool) -> Result:  # fmt: skip
    """Follow the folders of sync-enabled collections, of these sources or of all, and ingest what
    is new as soon as it is complete. Ctrl-C ends it, and so does SIGTERM.

    What was deleted or moved is found by a quick ingest. Of a folder that cannot be watched, as on
    a network, all is looked at every so often. It comes with: pip install 'retrovue[watch]'.
    """
    from retrovue.operations import watch, watch_events

    if not poll:
        watch_events.require_library()
    connection = app.catalogue.reader()
    chosen = {sources.get(connection, selector).id for selector in selectors} or None
    if isinstance(app.progress, Progress):  # a line for each ingest is enough for people
        app.progress = Progress(quiet=True)
    told = _Told(app)
    wanted = watch.Settings(settle, every * 60, poll)
    watching = watch.Watch(app.catalogue, chosen, wanted, told.ingest, told.trouble, told.good_news)
    if sys.stderr.isatty() and not app.quiet:
        echo_err("Following the folders of sync-enabled collections; Ctrl-C ends it.")
    ended = _Termination()
    try:
        with ended:
            watching.run()
    except (KeyboardInterrupt, Interrupted):
        if ended.terminated:
            return Result(told.data())
        raise _interrupted(told) from None
    return Result(told.data())


class _Termination:
    """While it lasts, SIGTERM is a Ctrl-C that is no failure."""

    def __init__(self) -> None:
        self.terminated = False
        self._before: Any = None

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGTERM, self._take)

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGTERM, self._before)

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        if not self.terminated:
            self.terminated = True
            raise KeyboardInterrupt


class _Told:
    """Ingests for a watch: a line for each that changed something, and every trouble once."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._ingests = 0
        self._failed = 0
        self._totals: Counter[str] = Counter(dict.fromkeys(CHANGES, 0))
        self._last: dict[str, list[str]] = {}  # what was said of each collection

    def data(self) -> dict[str, Any]:
        """What it did in all."""
        return {"ingests": self._ingests, "failed": self._failed, "totals": dict(self._totals)}

    @staticmethod
    def trouble(text: str) -> None:
        """Say what did not succeed."""
        echo_err(f"{_now()}  {text}")

    def good_news(self, text: str) -> None:
        """Say what is well again."""
        if not self._app.quiet:
            self.trouble(text)

    def _say_once(self, name: str, troubles: list[str], *, of_all: bool) -> None:
        """Say the troubles of a collection that it had not the last time that all of it was looked
        at, nor since then."""
        before = self._last.get(name, [])
        new = [text for text in troubles if text not in before]
        for text in new:
            self.trouble(text)
        self._last[name] = troubles if of_all else [*before, *new]

    def ingest(self, collection: Collection, folder: str | None, touched: tuple[str, ...]) -> Ended:
        """Ingest a folder of a collection, or all of it quickly; says how it ended."""
        from retrovue.cli import ingest_report
        from retrovue.operations.ingest_run import Options

        asked = Options(quick=folder is None, folder=folder, touched=touched)
        name, error, warnings, found = collection.name, None, [], False
        self._read_hooks()
        try:
            name = collections.selector(self._app.catalogue.reader(), collection)
            result = ingest_report.of_collection(self._app, collection, asked)
            self._report(name, folder, result)
            error, warnings = result.error, [*self._app.warnings, *result.warnings]
            found = bool(result.data["totals"]["discovered"])
        except Interrupted:
            raise
        except RetrovueError as raised:
            error = raised
        finally:
            self._app.warnings.clear()
            self._app.catalogue.committed.clear()
            self._app.catalogue.close()
        self._ingests += 1
        troubles = [f"Warning: {name}: {text}" for text in warnings]
        if error is not None:
            self._failed += 1
            troubles.insert(0, "; ".join([f"{name}: {error.message}", *error.reasons]))
        self._say_once(name, troubles, of_all=folder is None)
        if error is not None:
            return "locked" if isinstance(error, Locked) else "failed"
        return "done" if found else "nothing"

    def _read_hooks(self) -> None:
        """Heed the hooks of now: a watch goes on for months."""
        now = settings_file.read()
        if now.fault is None:
            self._app.settings = now

    def _report(self, name: str, folder: str | None, result: Result) -> None:
        stats = Counter({word: result.data["totals"][word] for word in CHANGES})
        self._totals.update(stats)
        changed = [f"{count:,} {word}" for word, count in stats.items() if count]
        if changed and not (self._app.quiet or self._app.as_json):
            where = f" ({folder})" if folder is not None else ""
            sys.stdout.write(printable(f"{_now()}  {name}: {', '.join(changed)}{where}") + "\n")
            sys.stdout.flush()


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")


def _interrupted(told: _Told) -> Interrupted:
    data = told.data()
    error = Interrupted(
        "Watch interrupted",
        [f"{plural(data['ingests'], 'ingest')} ended before; what was open was rolled back."],
    )
    error.data = data  # type: ignore[attr-defined]
    return error

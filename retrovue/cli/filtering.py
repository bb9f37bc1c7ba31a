"""Which assets a command is about, and how they are listed: flags that commands share."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import click

from retrovue.catalogue import collections, sources
from retrovue.catalogue.filters import Filter, days_ago
from retrovue.cli.app import App
from retrovue.cli.output import Result
from retrovue.errors import UsageError
from retrovue.found import ASSET_KINDS

DAY = 86_400  # seconds
FORMATS = ("table", "json", "jsonl", "csv", "m3u", "paths")
Command = TypeVar("Command", bound=Callable[..., Any])

_FILTERS = (
    click.option("--source", metavar="SOURCE", help="Of this source."),
    click.option("--collection", metavar="COLLECTION", help="Of this collection."),
    click.option("--kind", type=click.Choice(ASSET_KINDS), help="Of this kind."),
    click.option("--search", metavar="TEXT", help="The words of this text, as WORDS."),
    click.option("--year", metavar="YEARS", help="1979, 1950..1960, 1990.. or ..1960."),
    click.option("--since", metavar="WHEN",
                 help="Added since a day (2026-01-31) or in the last 7d."),
    click.option("--missing", is_flag=True, help="Only what the last scan did not see."),
    click.option("--present", is_flag=True, help="Only what the last scan saw."),
)  # fmt: skip
_LISTING = (
    click.option("--sort", metavar="FIELDS",
                 help="By these, such as year,-title (- is downwards)."),
    click.option("--limit", type=click.IntRange(1, 2**63 - 1),
                 help="The first N: assets in a table, else files."),
    click.option("--count", is_flag=True, help="Only say how many assets there are."),
    click.option("--fields", metavar="FIELDS", help="These columns of the view media alone."),
    click.option("--versions", type=click.Choice(("all", "best")), help="m3u: best; else all."),
    click.option("--relative-to", metavar="DIR", help="Paths as seen from this folder."),
    click.option("-0", "nul_ended", is_flag=True, help="End paths with NUL, for xargs -0."),
    click.option("--format", "format_", type=click.Choice(FORMATS), help="Default: table."),
    click.option("--json", "as_json", is_flag=True, help="The same as --format json."),
)  # fmt: skip


class Chosen(NamedTuple):
    """Which assets, as it is typed."""

    words: tuple[str, ...] = ()
    source: str | None = None
    collection: str | None = None
    kind: str | None = None
    year: str | None = None
    since: str | None = None
    missing: bool = False
    present: bool = False


def filters(command: Command) -> Command:
    """The flags that say which assets."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def listing(command: Command) -> Command:
    """The flags that say how they are listed."""
    for option in reversed(_LISTING):
        command = option(command)
    return command


def taken(words: Sequence[str], given: dict[str, Any]) -> Chosen:
    """What words and the values of `filters` choose; these are taken out of what is given."""
    more = (given.pop("search") or "").split()
    return Chosen((*words, *more), **{name: given.pop(name) for name in Chosen._fields[1:]})


def filter_of(connection: sqlite3.Connection, chosen: Chosen) -> Filter:
    """What was typed, as a filter. Raises UsageError for what says nothing, NotFound for a source
    or collection that is not there."""
    if chosen.missing and chosen.present:
        raise UsageError("--missing and --present contradict each other")
    source, collection = chosen.source, chosen.collection
    return Filter(
        sources.get(connection, source).id if source is not None else None,
        collections.get(connection, collection).id if collection is not None else None,
        chosen.kind,
        chosen.words,
        _years(chosen.year),
        _since(chosen.since),
        chosen.missing or (False if chosen.present else None),
    )


def listed(app: App, wanted: Filter, usual: str, *, format_: str | None, as_json: bool,
           count: bool, limit: int | None, fields: str | None, versions: str | None,
           sort: str | None, relative_to: str | None, nul_ended: bool) -> Result:  # fmt: skip
    """Assets as the values of `listing` ask for them, in the usual format where none is named."""
    from retrovue.cli import listing

    format_ = "json" if as_json else format_ or usual

    if wanted.words:
        from retrovue.operations import searching

        searching.catch_up(app.catalogue)
    asked = listing.Asked(
        wanted,
        format_,
        limit,
        _order(sort),
        (versions or ("best" if format_ == "m3u" else "all")) == "best",
        _fields(fields),
        relative_to,
        nul_ended,
    )
    show = listing.counted if count else listing.listed
    return show(app.catalogue.reader(), asked)


def _years(text: str | None) -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    found = re.fullmatch(r"(\d{1,4})?(\.\.)?(\d{1,4})?", text.strip())
    if found is None or not (found[1] or found[3]):
        raise UsageError(f"--year {text} is no year and no range such as 1950..1960")
    first, last = (int(part) if part else None for part in (found[1], found[3]))
    return (first, last) if found[2] else (first, first)


def _since(text: str | None) -> str | None:
    """A time in UTC: the beginning of a day, or so many days ago."""
    if text is None:
        return None
    ago = days_ago(text)
    if ago is not None:
        at = time.gmtime(time.time() - ago * DAY)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", at)
    try:
        day = time.strptime(text.strip(), "%Y-%m-%d")
    except ValueError:
        raise UsageError(f"--since {text} is no day such as 2026-01-31, and no time such as 7d"
                         ) from None  # fmt: skip
    return time.strftime("%Y-%m-%dT00:00:00Z", day)


def _order(text: str | None) -> Any:
    from retrovue.catalogue.listing import FIELDS, Order, Term

    words = [word.strip() for word in (text or "").split(",") if word.strip()]
    named = [(word.removeprefix("-").replace("-", "_"), word.startswith("-")) for word in words]
    _require_fields([name for name, _ in named], FIELDS, "--sort")
    return Order(tuple(Term(*each) for each in named))


def _fields(text: str | None) -> tuple[str, ...] | None:
    from retrovue.catalogue.listing import FIELDS

    if text is None:
        return None
    names = [name.strip() for name in text.split(",") if name.strip()]
    _require_fields(names, FIELDS, "--fields")
    if not names:
        raise UsageError("--fields names no field")
    return tuple(dict.fromkeys(names))


def _require_fields(names: list[str], known: tuple[str, ...], flag: str) -> None:
    wrong = [name for name in names if name not in known]
    if wrong:
        raise UsageError(f"{flag} {wrong[0]} is no field", [f"There are: {', '.join(known)}"])

"""`retrovue asset`."""

from __future__ import annotations

import re
import time
from typing import Any

import click

from retrovue.catalogue import collections, sources
from retrovue.catalogue.filters import Filter
from retrovue.cli import options
from retrovue.cli.app import App
from retrovue.cli.output import Result
from retrovue.errors import UsageError
from retrovue.found import ASSET_KINDS

DAY = 86_400  # seconds
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


@click.group("asset")
def command() -> None:
    """What is in the catalogue: movies, episodes, tracks, with their files."""


@command.command("list")
@click.argument("words", nargs=-1)
@click.option("--source", metavar="SOURCE", help="Of this source.")
@click.option("--collection", metavar="COLLECTION", help="Of this collection.")
@click.option("--kind", type=click.Choice(ASSET_KINDS), help="Of this kind.")
@click.option("--search", metavar="TEXT", help="The words of this text, as WORDS.")
@click.option("--year", metavar="YEARS", help="1979, 1950..1960, 1990.. or ..1960.")
@click.option("--since", metavar="WHEN", help="Added since a day (2026-01-31) or in the last 7d.")
@click.option("--missing", is_flag=True, help="Only what the last scan did not see.")
@click.option("--present", is_flag=True, help="Only what the last scan saw.")
@click.option("--sort", metavar="FIELDS", help="By these, such as year,-title (- is downwards).")
@click.option("--limit", type=click.IntRange(1, 2**63 - 1), help="The first N: assets in a table,"
              " else files.")  # fmt: skip
@click.option("--count", is_flag=True, help="Only say how many assets there are.")
@click.option("--fields", metavar="FIELDS", help="These columns of the view media alone.")
@click.option("--versions", type=click.Choice(("all", "best")), help="m3u: best; else all.")
@click.option("--relative-to", metavar="DIR", help="Paths as seen from this folder.")
@click.option("-0", "nul_ended", is_flag=True, help="End paths with NUL, for xargs -0.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("table", "json", "jsonl", "csv", "m3u", "paths")),
    default="table",
    show_default=True,
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_obj
def list_(app: App, /, *, words: tuple[str, ...], search: str | None, limit: int | None,
          count: bool, fields: str | None, versions: str | None, sort: str | None,
          relative_to: str | None, nul_ended: bool, format_: str, as_json: bool,
          **filters: Any) -> Result:  # fmt: skip
    """List assets with their files and local paths; all of them, or those that WORDS fit.

    Every word is looked for in title, series, artist, album, edition, version label, year and ids,
    without regard to case and accents: it matches the beginning of a word, and "several words" in
    quotes match these in a row. An asset without a file shows once. What you marked is found by
    tag:lent, rating:>7, seen:no and note:TEXT.
    """
    from retrovue.cli import listing

    wanted = _filter(app, (*words, *(search or "").split()), **filters)
    if wanted.words:
        from retrovue.operations import searching

        searching.catch_up(app.catalogue)
    format_ = "json" if as_json else format_
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
    listed = listing.counted if count else listing.listed
    return listed(app.catalogue.reader(), asked)


def _filter(app: App, words: tuple[str, ...], *, source: str | None = None,
            collection: str | None = None, kind: str | None = None, year: str | None = None,
            since: str | None = None, missing: bool = False,
            present: bool = False) -> Filter:  # fmt: skip
    if missing and present:
        raise UsageError("--missing and --present contradict each other")
    connection = app.catalogue.reader()
    return Filter(
        sources.get(connection, source).id if source is not None else None,
        collections.get(connection, collection).id if collection is not None else None,
        kind,
        words,
        _years(year),
        _since(since),
        missing or (False if present else None),
    )


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
    ago = re.fullmatch(r"(\d{1,5})([dwmy])", text.strip())
    if ago is not None:
        at = time.gmtime(time.time() - int(ago[1]) * _DAYS[ago[2]] * DAY)
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


@command.command("show")
@click.argument("words", nargs=-1, required=True, metavar="ASSET")
@options.json_output
@click.pass_obj
def show(app: App, words: tuple[str, ...]) -> Result:
    """Show an asset with its files, by id, external id, or words that fit no other one."""
    from retrovue.cli import works

    asset = works.found(app, words)
    return works.shown(app.catalogue.reader(), asset)


@command.command("open")
@click.argument("words", nargs=-1, required=True, metavar="ASSET")
@options.json_output
@click.pass_obj
def open_(app: App, words: tuple[str, ...]) -> Result:
    """Open the first file of an asset with RETROVUE_PLAYER, or what the system opens it with."""
    from retrovue.cli import works

    return works.opened(works.found(app, words))


@command.command("tree")
@click.argument("words", nargs=-1)
@click.option("--source", metavar="SOURCE", help="Of this source.")
@click.option("--collection", metavar="COLLECTION", help="Of this collection.")
@options.json_output
@click.pass_obj
def tree(app: App, /, words: tuple[str, ...], **filters: Any) -> Result:
    """Show shows by season with the episodes that lack, and artists by album and disc."""
    from retrovue.cli import works
    from retrovue.operations import searching

    wanted = _filter(app, words, **filters)
    if words:
        searching.catch_up(app.catalogue)
    return works.tree(app.catalogue.reader(), wanted)


@command.command("mark")
@click.argument("words", nargs=-1, required=True, metavar="ASSET")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Add a tag; may be repeated.")
@click.option("--untag", "untags", multiple=True, metavar="TAG", help="Take a tag away.")
@click.option("--rating", type=click.IntRange(0, 10), help="From 0 to 10.")
@click.option("--no-rating", is_flag=True, help="Take the rating away.")
@click.option("--note", metavar="TEXT", help="A note; it replaces the one before.")
@click.option("--no-note", is_flag=True, help="Take the note away.")
@click.option("--seen/--unseen", default=None, help="Whether you have seen or heard it.")
@options.dry_run
@options.json_output
@click.pass_obj
def mark(app: App, /, *, words: tuple[str, ...], **said: Any) -> Result:
    """Say something of a work: tags, a rating, a note, seen or not.

    It hangs on the work, not on the file: it stays through moves, upgrades, purge, delete and
    adding again, and shows wherever the work is. `asset list tag:lent` finds it again.
    """
    from retrovue.cli import marking

    return marking.mark(app, words, **said)


@command.command("edit")
@click.argument("words", nargs=-1, required=True, metavar="ASSET")
@options.editable
@click.option("--unset", multiple=True, metavar="FIELD", help="Give a field back to its source.")
@options.dry_run
@options.json_output
@click.pass_obj
def edit(app: App, /, *, words: tuple[str, ...], unset: tuple[str, ...], **values: Any) -> Result:
    """Set fields of a work, which ingests then leave alone.

    An empty value is none: --edition "". What was set stays with the work as its marks do, until
    --unset gives the field back to what its source says.
    """
    from retrovue.cli import marking

    return marking.edit(app, words, unset, values)


@command.command("marks")
@click.option("--waiting", is_flag=True, help="Only what fits no asset at present.")
@options.json_output
@click.pass_obj
def marks(app: App, /, *, waiting: bool) -> Result:
    """List what was marked and edited, with the assets that it is on."""
    from retrovue.cli import marking

    return marking.listed(app, waiting=waiting)


@command.command("purge")
@click.option("--source", metavar="SOURCE", help="Of this source.")
@click.option("--collection", metavar="COLLECTION", help="Of this collection.")
@click.option(
    "--older-than",
    type=click.IntRange(0, 36_500),
    default=0,
    metavar="DAYS",
    help="Only what has been missing for more than so many days.",
)
@options.force
@options.no_backup
@options.dry_run
@options.json_output
@click.pass_obj
def purge(app: App, /, *, older_than: int, force: bool, no_backup: bool,
          **filters: Any) -> Result:  # fmt: skip
    """Delete assets that are missing."""
    from retrovue.cli import removals

    wanted = _filter(app, (), **filters)
    # a time is compared with `<`, so without days the second that has begun counts as well
    at = time.gmtime(time.time() - older_than * DAY + (1 if older_than == 0 else 0))
    before = time.strftime("%Y-%m-%dT%H:%M:%SZ", at)
    return removals.purge(app, wanted, before, forced=force, no_backup=no_backup)

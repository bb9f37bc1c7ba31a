"""`retrovue asset`."""

from __future__ import annotations

import time
from typing import Any

import click

from retrovue.cli import base, filtering, options
from retrovue.cli.app import App
from retrovue.cli.filtering import DAY
from retrovue.cli.output import Result


@click.group("asset", cls=base.Group)
def command() -> None:
    """What is in the catalogue: movies, episodes, tracks, with their files."""


@command.command("list")
@click.argument("words", nargs=-1)
@filtering.filters
@filtering.listing
@click.pass_obj
def list_(app: App, /, *, words: tuple[str, ...], **given: Any) -> Result:
    """List assets with their files and local paths; all of them, or those that WORDS fit.

    Every word is looked for in title, series, artist, album, edition, version label, year and ids,
    without regard to case and accents: it matches the beginning of a word, and "several words" in
    quotes match these in a row. An asset without a file shows once. What you marked is found by
    tag:lent, rating:>7, seen:no and note:TEXT.
    """
    wanted = filtering.filter_of(app.catalogue.reader(), filtering.taken(words, given))
    return filtering.listed(app, wanted, "table", **given)


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

    connection = app.catalogue.reader()
    wanted = filtering.filter_of(connection, filtering.Chosen(words, **filters))
    if words:
        searching.catch_up(app.catalogue)
    return works.tree(app.catalogue.reader(), wanted)


@command.command("probe")
@click.argument("words", nargs=-1)
@click.option("--source", metavar="SOURCE", help="Of this source.")
@click.option("--collection", metavar="COLLECTION", help="Of this collection.")
@click.option("--again", is_flag=True, help="Also those that are known, or failed.")
@options.progress
@options.dry_run
@options.json_output
@click.pass_obj
def probe(app: App, /, *, words: tuple[str, ...], again: bool, **filters: Any) -> Result:
    """Open files and keep what they say: length, size, streams, tags of music.

    All that are new or changed, or those of the assets that WORDS fit. Needs
    pip install 'retrovue[probe]'.
    """
    from retrovue.cli import probing

    chosen = filtering.Chosen(words, **filters)
    return probing.probed(app, chosen, again=again)


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

    connection = app.catalogue.reader()
    wanted = filtering.filter_of(connection, filtering.Chosen(**filters))
    # a time is compared with `<`, so without days the second that has begun counts as well
    at = time.gmtime(time.time() - older_than * DAY + (1 if older_than == 0 else 0))
    before = time.strftime("%Y-%m-%dT%H:%M:%SZ", at)
    return removals.purge(app, wanted, before, forced=force, no_backup=no_backup)

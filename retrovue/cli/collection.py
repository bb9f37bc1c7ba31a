"""`retrovue collection`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from retrovue.catalogue import collections, sources
from retrovue.cli import base, options, views
from retrovue.cli.app import App
from retrovue.cli.output import Result
from retrovue.commands import Command, Hint, Line, help_of
from retrovue.errors import NotFound, UsageError
from retrovue.selectors import source_selector

if TYPE_CHECKING:
    from retrovue.operations.collections import Updated


@click.group("collection", cls=base.Group)
def command() -> None:
    """What sources offer: Plex libraries, top folders."""


@command.command("list")
@click.option("--source", metavar="SOURCE", help="Of this source alone.")
@options.json_output
@click.pass_obj
def list_(app: App, source: str | None) -> Result:
    """List the collections."""
    connection = app.catalogue.reader()
    if source is None:
        found = collections.all_of(connection)
    else:
        found = collections.of_source(connection, sources.get(connection, source).id)
    lines = views.collection_table(found) if found else ["No collections yet."]
    return Result({"collections": [views.collection_data(c) for c in found]}, lines)


@command.command("show")
@click.argument("selector", metavar="COLLECTION")
@options.json_output
@click.pass_obj
def show(app: App, selector: str) -> Result:
    """Show a collection with its path mappings."""
    found = collections.get(app.catalogue.reader(), selector)
    return Result(views.collection_data(found), views.collection_facts(found))


@command.command("update")
@click.argument("selector", metavar="COLLECTION")
@click.option("--enable/--disable", "enabled", default=None, help="Whether it may be ingested.")
@click.option("--sync-enable", "sync", flag_value="on", help="Ingest it with its source.")
@click.option("--sync-disable", "sync", flag_value="off", help="Do not ingest it with its source.")
@options.maps
@click.option("--map-same", is_flag=True, help="Map each location that exists here to itself.")
@click.option("--unmap", multiple=True, metavar="EXTERNAL", help="Forget where a location is.")
@click.option("--exclude", multiple=True, metavar="EXTERNAL",
              help="Leave a location out, or a path below one.")  # fmt: skip
@click.option(
    "--include", multiple=True, metavar="EXTERNAL", help="Take what was left out in again."
)
@options.allow_missing
@options.dry_run
@options.json_output
@click.pass_obj
def update(app: App, *, selector: str, enabled: bool | None, sync: str | None,
           maps: Sequence[tuple[str, str]], map_same: bool, unmap: tuple[str, ...],
           exclude: tuple[str, ...], include: tuple[str, ...],
           allow_missing: bool) -> Result:  # fmt: skip
    """Change the flags and path mappings of a collection, all of it or nothing; or of all that a
    shell-style pattern means, such as 'Disk/*'."""
    from retrovue.operations.collections import CollectionUpdate, update_collections

    if enabled is None and sync is None and not (maps or map_same or unmap or exclude or include):
        raise UsageError(
            "Nothing to update", hint=Hint("What can be", help_of("collection update"))
        )
    if enabled is False and sync == "on":
        raise UsageError("--disable and --sync-enable contradict each other")
    wanted = CollectionUpdate(
        enabled,
        None if sync is None else sync == "on",
        options.rewrites(maps),
        map_same,
        unmap,
        exclude,
        include,
        allow_missing,
    )
    connection = app.catalogue.reader()
    try:
        found, pattern = [collections.get(connection, selector)], False
    except NotFound:
        found, pattern = collections.matching(connection, selector), True
        if not found:
            raise
    done = update_collections(app.catalogue, lambda: app.plugins, found, wanted)
    return _of_pattern(app, done) if pattern else _of_one(app, done[0])


def _of_one(app: App, done: Updated) -> Result:
    data = {**views.collection_data(done.after), "changed": done.changed}
    if not done.changed:
        return Result(data, [_unchanged(done)])
    facts = views.collection_facts(done.after)
    return Result(data, [_updated(app, done), "", *facts, *_following(app, [done])])


def _of_pattern(app: App, done: Sequence[Updated]) -> Result:
    rows = [{**views.collection_data(each.after), "changed": each.changed} for each in done]
    data = {"collections": rows, "changed": any(each.changed for each in done)}
    lines: list[Line] = [_updated(app, each) if each.changed else _unchanged(each) for each in done]
    table = views.collection_table([each.after for each in done])
    return Result(data, [*lines, "", *table, *_following(app, done)])


def _updated(app: App, done: Updated) -> str:
    return f"{app.did('update')} collection '{done.after.name}'"


def _unchanged(done: Updated) -> str:
    return f"Nothing changed: collection '{done.after.name}' is already up to date."


def _following(app: App, done: Sequence[Updated]) -> list[Line]:
    """The ingest of the sources of which something is newly sync-enabled."""
    if app.dry_run:
        return []
    new = [each.after for each in done if each.after.sync_enabled and not each.before.sync_enabled]
    names = dict.fromkeys(source_selector(each.source_id, each.source_name) for each in new)
    hints = [Hint("Next", Command("source ingest", (name,))) for name in names]
    return ["", *hints] if hints else []


@command.command("ingest")
@click.argument("selector", metavar="COLLECTION")
@click.option("--path", metavar="DIR", help="Only what lies in this folder, or that of this file.")
@click.option("--title", help="Only what has this title, or is of the series with it.")
@click.option("--season", type=click.IntRange(min=0), help="Only this season.")
@click.option("--episode", type=click.IntRange(min=0), help="Only this episode.")
@options.probe
@options.quick
@options.allow_missing
@options.progress
@options.dry_run
@options.json_output
@click.pass_obj
def ingest(app: App, *, selector: str, path: str | None, title: str | None, season: int | None,
           episode: int | None, probe: bool | None, quick: bool,
           allow_missing: bool) -> Result:  # fmt: skip
    """Ingest one collection, or what is asked for of it. It must be enabled and ingestible.

    With --path a folder of this machine is read and no other: nothing is marked missing, and a file
    that was moved there keeps its asset. It is what a downloader calls when it is done.
    """
    from retrovue.cli import ingest_report
    from retrovue.operations.ingest_run import Options
    from retrovue.operations.item_filter import ItemFilter

    only = ItemFilter(title, season, episode)
    if path is not None and quick:
        raise UsageError("--path and --quick contradict each other: all of the folder is read")
    collection = collections.get(app.catalogue.reader(), selector)
    asked = Options(
        allow_missing=allow_missing,
        quick=quick,
        only=only if only != ItemFilter() else None,
        probe=probe,
        folder=path,
    )
    return ingest_report.of_collection(app, collection, asked)


@command.command("map-check")
@click.argument("selector", metavar="COLLECTION")
@options.under
@options.json_output
@click.pass_obj
def map_check(app: App, *, selector: str, under: tuple[str, ...]) -> Result:
    """Look whether the files of a collection are where its path mappings say. Writes nothing.

    With --under, folders of this machine are searched for them, and the mappings that would be
    right are printed as a command.
    """
    from retrovue.cli.map_check import checked

    collection = collections.get(app.catalogue.reader(), selector)
    source = sources.by_id(app.catalogue.reader(), collection.source_id)
    return checked(app, source, [collection], under)


@command.command("wipe")
@click.argument("selector", metavar="COLLECTION")
@options.force
@options.no_backup
@options.dry_run
@options.json_output
@click.pass_obj
def wipe(app: App, *, selector: str, force: bool, no_backup: bool) -> Result:
    """Delete the assets of a collection; its flags and mappings stay."""
    from retrovue.cli import removals

    collection = collections.get(app.catalogue.reader(), selector)
    forced = force or app.dry_run
    return removals.wipe(app, collection, forced=forced, no_backup=no_backup)


@command.command("delete")
@click.argument("selector", metavar="COLLECTION")
@options.force
@options.no_backup
@options.dry_run
@options.json_output
@click.pass_obj
def delete(app: App, *, selector: str, force: bool, no_backup: bool) -> Result:
    """Delete a collection that its source no longer offers, with all that belongs to it."""
    from retrovue.cli import removals

    collection = collections.get(app.catalogue.reader(), selector)
    forced = force or app.dry_run
    return removals.delete_collection(app, collection, forced=forced, no_backup=no_backup)

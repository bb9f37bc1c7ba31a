"""`retrovue source`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import click

from retrovue.catalogue import sources
from retrovue.cli import base, options
from retrovue.cli.app import App
from retrovue.cli.importer_flags import Add, Update
from retrovue.cli.output import Result, facts, plural, table
from retrovue.cli.source_check import check
from retrovue.commands import Command, Hint, Line, help_of
from retrovue.errors import UsageError


@click.group("source", cls=base.Group)
def command() -> None:
    """Where media lives: a Plex server, a folder tree."""


@command.command("list-types")
@options.json_output
@click.pass_obj
def list_types(app: App) -> Result:
    """List the types that `source add --type` takes."""
    found: list[dict[str, Any]] = []
    for type_ in app.plugins.types():
        importer = app.plugins.importer(type_)
        found.append(
            {
                "type": type_,
                "description": importer.description,
                "options": [
                    {"flag": o.flag, "help": o.help, "required": o.required, "secret": o.secret}
                    for o in importer.options
                ],
            }
        )
    rows = [(t["type"], t["description"], " ".join(o["flag"] for o in t["options"])) for t in found]
    return Result({"types": found}, table(("TYPE", "WHAT", "OPTIONS"), rows))


@command.command("add", cls=Add)
@click.option("--type", "type_", metavar="TYPE", help="The kind of source; see Types below.")
@click.option("--name", help="What to call it.")
@click.option("--discover", is_flag=True, help="Write its collections in the same transaction.")
@options.set_probe
@options.dry_run
@options.json_output
@click.pass_obj
def add(app: App, /, *, type_: str | None, name: str | None, discover: bool, probe: bool | None,
        **parameters: Any) -> Result:  # fmt: skip
    """Add a source. Without --discover nothing is contacted."""
    from retrovue.cli import adding, ingest_report
    from retrovue.operations.sources import add_source

    if not type_:
        raise UsageError(
            f"Missing option --type. Available types: {', '.join(app.plugins.types())}"
        )
    if name is None:
        raise UsageError("Missing option --name", hint="Give it a name, such as --name Media.")
    given = _ask_for_secrets(app, type_, options.values(parameters))
    with app.trial() as catalogue:
        added = add_source(
            catalogue, app.plugins, type_, name, given, with_discovery=discover, probe=probe
        )
    app.notify("source_added", source=added.source)
    app.notify_discovered((), added.collections or ())
    result = adding.added(app, added.source, added.settings, added.collections)
    if added.collections and not app.dry_run:
        from retrovue.operations import overlaps

        also = overlaps.told(app.catalogue.reader(), added.collections)
        result = result._replace(warnings=[*result.warnings, *also])
    return ingest_report.with_overlooked(result, [] if app.dry_run else added.overlooked)


def _ask_for_secrets(app: App, type_: str, given: dict[str, Any]) -> dict[str, Any]:
    """Ask for required secrets that were not given, where somebody can answer."""
    import sys

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return given
    for option in app.plugins.importer(type_).options:
        from_environment = option.envvar and os.environ.get(option.envvar)
        if option.secret and option.required and not given[option.name] and not from_environment:
            given[option.name] = click.prompt(option.name.capitalize(), hide_input=True, err=True)
    return given


@command.command("list")
@options.json_output
@click.pass_obj
def list_(app: App) -> Result:
    """List the sources."""
    rows = sources.overview(app.catalogue.reader())
    names = ("id", "external_id", "name", "type", "collections", "sync_enabled_collections")
    data = [dict(zip(names, row, strict=True)) for row in rows]
    heads = ("ID", "EXTERNAL ID", "NAME", "TYPE", "COLLECTIONS", "SYNC ENABLED")
    none = Hint("No sources yet. Add one", help_of("source add"))
    return Result({"sources": data}, table(heads, rows) if rows else [none])


@command.command("show")
@click.argument("selector", metavar="SOURCE")
@options.json_output
@click.pass_obj
def show(app: App, selector: str) -> Result:
    """Show a source with its collections."""
    from retrovue.catalogue import collections
    from retrovue.cli import views
    from retrovue.importers.settings import Settings, masked

    connection = app.catalogue.reader()
    source = sources.get(connection, selector)
    secrets = sources.secrets(connection, source.id)
    settings = Settings(dict(source.config), secrets)
    found = collections.of_source(connection, source.id)
    data = views.source_data(source, masked(settings, mask_references=True))
    data["identity"], data["remote_identity"] = source.identity, source.remote_identity
    data["created_at"], data["updated_at"] = source.created_at, source.updated_at
    data["collections"] = [views.collection_data(collection) for collection in found]
    lines: list[Line] = [
        *facts(
            (
                ("Source", source.name),
                ("Id", source.id),
                ("External id", source.external_id),
                ("Type", source.type),
                *masked(settings).items(),
                ("Created", source.created_at),
                ("Updated", source.updated_at),
            )
        )
    ]
    if found:
        lines += ["", *views.collection_table(found)]
    else:
        from retrovue.operations import next_steps

        lines += ["", Hint("No collections yet", next_steps.discover(source))]
    return Result(data, lines)


@command.command("update", cls=Update)
@click.argument("selector", metavar="SOURCE")
@click.option("--name", help="Call it this from now on.")
@click.option("--unset", multiple=True, metavar="NAME", help="Clear an importer's option.")
@click.option("--rebind", is_flag=True, help="It is another server now, or set up anew: take it.")
@click.option(
    "--accept",
    multiple=True,
    type=click.IntRange(1),
    metavar="N",
    help="Of what is ambiguous with --rebind, choice N.",
)
@options.maps
@options.set_probe
@options.allow_missing
@options.no_backup
@options.progress
@options.dry_run
@options.json_output
@click.pass_obj
def update(app: App, /, *, selector: str, name: str | None, unset: tuple[str, ...], rebind: bool,
           accept: tuple[int, ...], maps: Sequence[tuple[str, str]], probe: bool | None,
           allow_missing: bool, no_backup: bool, **parameters: Any) -> Result:  # fmt: skip
    """Change a source: its name, its importer's options, where its files are.

    New options are tried first: what the source offers with them must still hold what is known.
    With --rebind collections are matched anew, by identity, name and kind, location and items, and
    known assets with the items of now, by ids elsewhere, paths and sizes; they stay what they are.
    Locations that moved keep their folder here. Look at it with --dry-run first.
    """
    from retrovue.cli import updating
    from retrovue.operations.source_update import SourceUpdate

    given = options.values(parameters)
    source = sources.get(app.catalogue.reader(), selector)
    if accept and not rebind:
        raise UsageError("--accept needs --rebind")
    wanted = SourceUpdate(
        name, given, unset, options.rewrites(maps), rebind, accept, allow_missing, no_backup,
        probe=probe,
    )  # fmt: skip
    if name is None and probe is None and not maps and not wanted.asks_source:
        raise UsageError(
            "Nothing to update",
            hint=Hint(
                "What can be", Command("source update", (sources.selector(source),), ("--help",))
            ),
        )
    return updating.update(app, source, wanted)


@command.command("discover")
@click.argument("selector", metavar="SOURCE")
@options.allow_missing
@options.dry_run
@options.json_output
@click.pass_obj
def discover(app: App, *, selector: str, allow_missing: bool) -> Result:
    """Ask a source what it offers, and bring its collections to that. Turns no flag on."""
    from retrovue.catalogue import collections
    from retrovue.cli import ingest_report, views
    from retrovue.operations import discover as discovery
    from retrovue.operations import failures, overlooked
    from retrovue.operations.sources import importer_of

    source = sources.get(app.catalogue.reader(), selector)
    with failures.recorded(app.catalogue, "Source discover", source.name):
        sources.require_valid(app.catalogue.reader(), source)
        importer = importer_of(app.catalogue, app.plugins, source)
    known = collections.of_source(app.catalogue.reader(), source.id)
    done = discovery.discover(app.catalogue, source, importer, allow_missing=allow_missing)
    app.notify_discovered(known, done.collections)
    changes = {word: list(names) for word, names in done.changes._asdict().items()}
    data = {
        "source": {"id": source.id, "external_id": source.external_id, "name": source.name},
        "changes": changes,
        "collections": [views.collection_data(collection) for collection in done.collections],
    }
    nothing = f"Nothing changed: {plural(len(done.collections), 'collection')} known."
    lines: list[Line] = [*(views.changes(app, changes) or [nothing])]
    lines += ["", *views.collection_table(done.collections)]
    beside = overlooked.hints(importer, source, done.collections)
    result = Result(data, lines, views.gone(known, done.collections))
    return ingest_report.with_overlooked(result, beside)


@command.command("ingest")
@click.argument("selector", metavar="[SOURCE]", required=False)
@click.option("--all", "every", is_flag=True, help="Of every source; implies --keep-going.")
@click.option("--keep-going", is_flag=True, help="Ingest the others when one cannot be.")
@click.option("--plan", metavar="FILE", help="Write down what it would do, and do nothing.")
@click.option("--force", is_flag=True, help="Write the plan in the place of another file.")
@options.probe
@options.quick
@options.allow_missing
@options.progress
@options.dry_run
@options.json_output
@click.pass_obj
def ingest(app: App, *, selector: str | None, every: bool, keep_going: bool, plan: str | None,
           force: bool, probe: bool | None, quick: bool,
           allow_missing: bool) -> Result:  # fmt: skip
    """Ingest every sync-enabled collection of a source, or of all sources.

    With --all a source that is away stops none of the others: exit 0 where all succeeded, 2 where
    some did, 1 where none did.
    """
    from retrovue.cli import ingest_all, ingest_report
    from retrovue.operations.ingest_run import Options

    asked = Options(allow_missing=allow_missing, keep_going=keep_going, quick=quick, probe=probe)
    if every and selector is not None:
        raise UsageError("--all and a SOURCE contradict each other")
    if every and plan is not None:
        raise UsageError("--plan is of one source, and not of --all")
    if plan is not None and app.dry_run:
        raise UsageError("--plan writes the plan alone: leave out --dry-run")
    if every:
        return ingest_all.of_all(app, asked)
    if selector is None:
        every_source = Hint("For all of them", Command("source ingest", (), ("--all",)))
        raise UsageError("Missing argument 'SOURCE'", hint=every_source)
    source = sources.get(app.catalogue.reader(), selector)
    if plan is None:
        return ingest_report.of_source(app, source, asked)
    return ingest_report.planned(app, source, asked, plan, force=force)


command.add_command(check)


@command.command("map-check")
@click.argument("selector", metavar="SOURCE")
@options.under
@options.json_output
@click.pass_obj
def map_check(app: App, *, selector: str, under: tuple[str, ...]) -> Result:
    """Look whether the files of a source are where its path mappings say. Writes nothing.

    With --under, folders of this machine are searched for them, and the mappings that would be
    right are printed as a command.
    """
    from retrovue.catalogue import collections
    from retrovue.cli.map_check import checked

    connection = app.catalogue.reader()
    source = sources.get(connection, selector)
    return checked(app, source, collections.still_offered(connection, source.id), under)


@command.command("delete")
@click.argument("pattern", metavar="SOURCE")
@options.force
@options.no_backup
@options.dry_run
@options.json_output
@click.pass_obj
def delete(app: App, *, pattern: str, force: bool, no_backup: bool) -> Result:
    """Delete a source, or those a shell-style pattern means, with all that belongs to them."""
    from retrovue.cli import removals

    found = sources.matching(app.catalogue.reader(), pattern)
    forced = force or app.dry_run
    return removals.delete_sources(app, found, forced=forced, no_backup=no_backup)

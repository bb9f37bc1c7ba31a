"""`retrovue quickstart`: one step from a folder to a catalogue."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Sequence
from typing import Any

import click

from retrovue.catalogue import collections, history, sources
from retrovue.cli import base, ingest_report, json_text, options, shell, views
from retrovue.cli.app import App
from retrovue.cli.output import Result
from retrovue.commands import Command, Hint, Line, Table
from retrovue.errors import NotIngestible, RetrovueError, UsageError
from retrovue.importers.api import Option
from retrovue.model import Collection, Source
from retrovue.operations.ingest_run import Options
from retrovue.selectors import folded

_SAMPLE = (
    "Movies/The Long Reel (1964)/The Long Reel (1964) - 1080p.mkv",
    "Movies/The Long Reel (1964)/The Long Reel (1964) - 480p.avi",
    "Movies/The Long Reel (1964)/The Long Reel (1964)-trailer.mp4",
    "Movies/Harbour Lights (1951) {edition-Restored}/Harbour Lights (1951) {edition-Restored}.mkv",
    "Movies/Two Tickets (1972)/Two Tickets (1972) - cd1.avi",
    "Movies/Two Tickets (1972)/Two Tickets (1972) - cd2.avi",
    "TV Shows/Night Signal (2003)/Season 01/Night Signal - S01E01 - Carrier Wave.mkv",
    "TV Shows/Night Signal (2003)/Season 01/Night Signal - S01E02-E03 - Static.mkv",
    "TV Shows/Night Signal (2003)/Specials/Night Signal - S00E01 - Pilot.mkv",
    "Music/The Test Cards/Colour Bars (1979)/01 - Ident.flac",
    "Music/The Test Cards/Colour Bars (1979)/02 - Closedown.flac",
)


@click.command("quickstart", cls=base.Command)
@click.argument("folder", metavar="[DIR]", required=False)
@options.progress
@options.dry_run
@options.json_output
@click.pass_obj
def command(app: App, folder: str | None) -> Result:
    """Add a folder as a source, discover, map, enable and ingest it, in one step.

    The only command that turns flags on by itself. Without DIR it makes a small sample tree and a
    catalogue of its own in a temporary folder.
    """
    if folder is None:
        return _on_sample(app)
    if not os.path.isdir(folder):
        raise UsageError(f"{folder} is not a folder")
    return _on(app, os.path.realpath(folder))


def _on_sample(app: App) -> Result:
    home = tempfile.mkdtemp(prefix="retrovue-sample-")
    media = os.path.join(home, "Media")
    for path in _SAMPLE:
        target = os.path.join(media, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as file:
            file.write(f"Not really media: a stand-in for {os.path.basename(path)}.\n")
    own = app.at(os.path.join(home, "retrovue.db"))
    try:
        result = _settled(_on(own, media), own.path)
    finally:
        own.close()
    lines = [
        f"A sample tree was made at {media}; your own files and catalogue were not touched.",
        "",
        *result.lines,
    ]
    data = {**result.data, "sample": media}
    return result._replace(data=data, lines=lines, warnings=[*own.warnings, *result.warnings])


def _on(app: App, folder: str) -> Result:
    if not app.dry_run:
        return _do(app, folder)
    with tempfile.TemporaryDirectory(prefix="retrovue-") as home:
        copy = os.path.join(home, "retrovue.db")
        if app.catalogue.exists():
            from pathlib import Path

            from retrovue.catalogue.backups import backup

            app.catalogue.reader()
            backup.make(Path(app.path), Path(copy))
        trial = app.at(copy)
        trial.told_path = app.told_path
        trial.dry_run = False  # the copy goes
        try:
            result = _settled(_without_ids(_do(trial, folder)), app.shown_path)
        finally:
            trial.close()
    lines = ["Dry run, on a temporary copy: nothing was written.", "", *result.lines]
    return result._replace(lines=lines)


def _settled(result: Result, db: str | None) -> Result:
    """A result that can be printed when its catalogue is closed; commands in it name `db`."""
    lines = [line if isinstance(line, Table) else shell.text(line, db) for line in result.lines]
    return result._replace(data=json_text.settled(dict(result.data)), lines=lines)


def _without_ids(result: Result) -> Result:
    """A result of a trial without the commands that name lines of its history."""
    return result._replace(lines=[line for line in result.lines if not _names_history(line)])


def _names_history(line: Line) -> bool:
    return isinstance(line, Hint) and line.command.verb == "history show"


def _do(app: App, folder: str) -> Result:
    from retrovue.operations import discover, overlaps
    from retrovue.operations.sources import importer_of

    source, known = _source(app, folder)
    importer = importer_of(app.catalogue, app.plugins, source)
    before = collections.of_source(app.catalogue.reader(), source.id) if known else []
    found = discover.discover(app.catalogue, source, importer).collections
    app.notify_discovered(before, found)
    if not known:
        app.warnings += overlaps.told(app.catalogue.reader(), found)
    if not found:
        raise RetrovueError(
            f"Quickstart failed: {folder} holds no folder of media",
            ["Is a disk not mounted?"],
        )
    left = _enable_untouched(app, source, found)
    result = _ingested(app, source, folder, left)
    return _told(app, source, result, told_how=not known and result.error is None)


def _enable_untouched(
    app: App, source: Source, found: Sequence[Collection]
) -> list[tuple[Collection, RetrovueError]]:
    """Map and enable what nobody has said anything of yet; returns what could not be, and why."""
    left: list[tuple[Collection, RetrovueError]] = []
    by_hand = _updated_by_hand(app, source)
    for collection in found:
        if _is_untouched(collection) and collection.name not in by_hand:
            try:
                _enable(app, collection)
            except (NotIngestible, UsageError) as error:
                left.append((collection, error))
    return left


def _is_untouched(collection: Collection) -> bool:
    said = collection.enabled or any(m.excluded or m.local_path for m in collection.mappings)
    return collection.missing_since is None and not said


def _updated_by_hand(app: App, source: Source) -> set[str | None]:
    """The names of collections that were updated since the source was added, by whomever: what an
    earlier run left is taken up, and what was turned off stays so."""
    lines = history.listed(app.catalogue.reader(), source.name)
    last: dict[str | None, str] = {}
    for line in itertools.takewhile(lambda line: line.operation != "Source add", lines):
        if line.operation in ("Collection update", "Collection delete"):
            last.setdefault(line.collection, line.operation)
    return {name for name, operation in last.items() if operation == "Collection update"}


def _ingested(
    app: App, source: Source, folder: str, left: Sequence[tuple[Collection, RetrovueError]]
) -> Result:
    """Ingest all that can be, and say what was left and how to go on. Raises the reason where
    everything was left."""
    now = collections.of_source(app.catalogue.reader(), source.id)
    if left and not any(collection.sync_enabled for collection in now):
        raise _nothing_taken_in(folder, left)
    result = ingest_report.of_source(app, source, Options(keep_going=True))
    if not left:
        return result
    rows = [
        {"id": c.id, "name": c.name, "reasons": [error.message, *error.reasons]}
        for c, error in left
    ]
    lines: list[Line] = [*result.lines, "", "Not taken in:"]
    connection = app.catalogue.reader()
    for collection, _ in left:
        again = ("--map-same", "--sync-enable")
        lines.append(
            Hint(
                f"  {collection.name}, once it can be read",
                Command(
                    "collection update", (collections.selector(connection, collection),), again
                ),
            )
        )
    warnings = [": ".join([error.message, *error.reasons]) for _, error in left]
    return result._replace(
        data={**result.data, "left": rows},
        lines=lines,
        warnings=[*result.warnings, *warnings],
        status="partial",
    )


def _nothing_taken_in(
    folder: str, left: Sequence[tuple[Collection, RetrovueError]]
) -> RetrovueError:
    first, *others = [error for _, error in left]
    detail = [*first.detail]
    for error in others:
        detail += [f"Error: {error.message}", *error.detail]
    again = Hint("To go on once it can be read", Command("quickstart", (folder,)))
    return NotIngestible(first.message, detail, hint=again)


def _source(app: App, folder: str) -> tuple[Source, bool]:
    """The source of the folder, added where there is none; and whether it was there."""
    from retrovue.operations.sources import add_source, identity_of

    type_, values = app.plugins.for_folder(folder)
    if app.catalogue.exists():
        identity = identity_of(app.plugins, type_, values)
        for source in sources.all_of(app.catalogue.reader()):
            if (source.type, source.identity) == (type_, identity):
                return source, True
    name = _free_name(app, os.path.basename(folder) or "Media")
    source = add_source(
        app.catalogue,
        app.plugins,
        type_,
        name,
        values,
        with_discovery=True,
        may_be_empty=False,
    ).source
    app.notify("source_added", source=source)
    return source, False


def _free_name(app: App, name: str) -> str:
    name = "".join(letter for letter in name if letter.isprintable()).strip() or "Media"
    taken = set()
    if app.catalogue.exists():
        taken = {folded(source.name) for source in sources.all_of(app.catalogue.reader())}
    names = [name, *(f"{name} {number}" for number in range(2, len(taken) + 3))]
    return next(candidate for candidate in names if folded(candidate) not in taken)


def _enable(app: App, collection: Collection) -> None:
    from retrovue.operations.collections import CollectionUpdate, update_collection

    wanted = CollectionUpdate(sync_enabled=True, map_same=True)
    update_collection(app.catalogue, lambda: app.plugins, collection, wanted)


def _told(app: App, source: Source, result: Result, *, told_how: bool) -> Result:
    found = collections.of_source(app.catalogue.reader(), source.id)
    commands = _commands(app, source, found)
    lines = [*result.lines, ""]
    if told_how:
        lines += [
            "This mapped each location to itself and enabled every collection. The same by hand:",
            *(f"  {line}" for line in commands),
            "",
        ]
    lines += [
        f"The catalogue is {app.told_path}. Look into it:",
        f"  {shell.command(Command('asset list'), app.shown_path)}",
    ]
    data: dict[str, Any] = {
        **result.data,
        "db": app.told_path,
        "commands": commands,
        "collections_known": [views.collection_data(collection) for collection in found],
    }
    return result._replace(data=data, lines=lines)


def _commands(app: App, source: Source, found: Sequence[Collection]) -> list[str]:
    connection = app.catalogue.reader()
    name = sources.selector(source)
    options = app.plugins.importer(source.type).options
    given = [w for o in options if o.name in source.config for w in _flag(o, source.config[o.name])]
    add = ("--type", source.type, "--name", source.name, *given, "--discover")
    commands = [Command("source add", (), add)]
    commands += [
        Command(
            "collection update",
            (collections.selector(connection, c),),
            ("--map-same", "--sync-enable"),
        )
        for c in found
        if c.sync_enabled and c.missing_since is None
    ]
    commands.append(Command("source ingest", (name,)))
    return [shell.command(command, app.shown_path) for command in commands]


def _flag(option: Option, value: Any) -> tuple[str, ...]:
    """An option as it is given on a command line."""
    if option.type is bool:
        return (option.flag,) if value else ()
    return (option.flag, str(value))

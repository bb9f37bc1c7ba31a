"""`source update`: doing it, and reporting what became of the source and its collections."""

from __future__ import annotations

import os

import click

from retrovue.catalogue import sources
from retrovue.cli import rebinding, views
from retrovue.cli.app import App
from retrovue.cli.output import Result
from retrovue.cli.removals import undo
from retrovue.commands import Command, Hint, Line
from retrovue.importers.settings import masked
from retrovue.model import Collection, Source
from retrovue.operations import next_steps
from retrovue.operations.source_update import SourceUpdate, Updated, update_source
from retrovue.operations.sources import options_of, stored_settings


def update(app: App, given: Source, wanted: SourceUpdate) -> Result:
    """Update a source; a secret that its importer newly requires is asked for at a terminal."""
    if wanted.asks_source:
        wanted = _with_secrets(app, given, wanted)
    wanted = wanted._replace(
        progress=lambda offer, count: app.progress(offer.name, offer.size or 0, count)
    )
    done = update_source(app.catalogue, app.plugins, given, wanted)
    app.progress.close()
    app.notify_discovered(done.known, done.collections)
    data = views.source_data(done.after, masked(done.settings, mask_references=True))
    data["changed"] = done.changed
    data["collections"] = [views.collection_data(collection) for collection in done.remapped]
    if done.changes is not None:
        data["changes"] = {word: list(names) for word, names in done.changes._asdict().items()}
    warnings = [
        f"Option {name} of source '{done.after.name}' is dropped: its importer no longer has it"
        for name in done.dropped
    ]
    hints = [] if app.dry_run else [*_following(app, done), *rebinding.emptied(app, done)]
    lines = _lines(app, done)
    if done.rebinding is not None:
        data |= rebinding.data(done.rebinding)
        lines += rebinding.lines(app, done)
        warnings += [f"Not read: {line}" for line in done.rebinding.unread[:10]]
    if done.backup is not None:
        data["backup"] = str(done.backup.absolute())
        hints.append(undo(done.backup))
    return Result(data, [*lines, "", *hints] if hints else lines, warnings)


def _with_secrets(app: App, source: Source, wanted: SourceUpdate) -> SourceUpdate:
    import sys

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return wanted
    values = dict(wanted.values)
    stored = stored_settings(app.catalogue, source)
    for option in options_of(app.plugins, source):
        known = option.name in stored.secrets or option.name in stored.config
        if option.secret and option.required and not known and not values.get(option.name):
            values[option.name] = click.prompt(option.name.capitalize(), hide_input=True, err=True)
    return wanted._replace(values=values)


def _lines(app: App, done: Updated) -> list[Line]:
    if not done.changed:
        return [f"Nothing changed: source '{done.before.name}' is already up to date."]
    lines: list[Line] = [f"{app.did('update')} source '{done.after.name}'"]
    lines += views.changes(app, done.changes._asdict() if done.changes else {})
    for collection in done.remapped:
        lines += ["", f"Collection '{collection.name}':", *views.mapping_table(collection)]
    return lines


def _following(app: App, done: Updated) -> list[Hint]:
    """What makes the collections ready whose mappings changed: one line where one says it all."""
    hints = [hint for c in done.remapped if (hint := _next(app, c)) is not None]
    unmapped = [m for c in done.remapped for m in c.mappings if next_steps.is_unmapped(m)]
    if len(unmapped) > 1 and all(map(next_steps.is_here, unmapped)):
        top = os.path.commonpath([mapping.external_path for mapping in unmapped])
        name = sources.selector(done.after)
        return [Hint("Next", Command("source update", (name,), ("--map", top, top)))]
    return hints


def _next(app: App, collection: Collection) -> Hint | None:
    """What makes a collection ready whose mappings changed."""
    unmapped = [mapping for mapping in collection.mappings if next_steps.is_unmapped(mapping)]
    if collection.missing_since is not None or (collection.sync_enabled and not unmapped):
        return None
    if unmapped and not all(map(next_steps.is_here, unmapped)):
        return None
    return Hint("Next", next_steps.enable(app.catalogue.reader(), collection))

"""What `source add` says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retrovue.cli.app import App
from retrovue.cli.output import Result, plural, table
from retrovue.commands import Hint, Line
from retrovue.model import Collection, Source
from retrovue.paths import ANY

if TYPE_CHECKING:
    from retrovue.importers.settings import Settings


def added(
    app: App, source: Source, settings: Settings, made: Sequence[Collection] | None
) -> Result:
    """A source that was added, with the collections that were made, and what to type next."""
    from retrovue.cli import views
    from retrovue.importers.settings import masked
    from retrovue.operations import next_steps

    data = views.source_data(source, masked(settings, mask_references=True))
    data["importer"] = source.type
    lines: list[Line] = [f"{app.did('add')} source '{source.name}' ({source.external_id})"]
    again = next_steps.discover(source)
    if made is None:
        lines += [] if app.dry_run else [Hint("Next", again)]
    else:
        data["collections_discovered"] = len(made)
        data["collections"] = [views.collection_data(collection) for collection in made]
        if not made:
            nothing = "It offers nothing yet. Is a disk not mounted?"
            lines += [nothing] if app.dry_run else [nothing, Hint("Next", again)]
            return Result(data, lines)
        lines.append(f"Discovered {plural(len(made), 'collection')}, each disabled and unmapped:")
        lines += ["", *_offered(made)]
        if not app.dry_run:
            connection = app.catalogue.reader()
            lines += ["", *next_steps.enable_each(connection, made, "Next")]
    return Result(data, lines)


def _offered(made: Sequence[Collection]) -> list[Line]:
    rows = [
        (c.id, c.name, c.kind, ", ".join(m.external_path or ANY for m in c.mappings)) for c in made
    ]
    return table(("ID", "COLLECTION", "KIND", "LOCATIONS"), rows)

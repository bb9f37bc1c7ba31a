"""What a rebinding found, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from retrovue.catalogue import collections, sources
from retrovue.catalogue.rebinding.evidence import Known, Offered
from retrovue.cli.app import App
from retrovue.cli.output import plural, table
from retrovue.commands import Command, Hint, Line
from retrovue.operations.rebind import Choice, Rebinding
from retrovue.operations.source_update import Updated

MOST = 20  # of what is lost, on a screen
SCREEN = 60  # choices


def data(found: Rebinding) -> dict[str, Any]:
    """The totals, every choice that is left, and every asset that nothing fits."""
    return {
        "totals": found.totals,
        "ambiguous": [_choice_data(choice) for choice in found.choices],
        "lost": [_asset_data(known) for known in found.lost],
    }


def _choice_data(choice: Choice) -> dict[str, Any]:
    pair = choice.pair
    item = {
        "collection": pair.offered.collection,
        "external_id": pair.offered.external_id,
        "title": pair.offered.facts.title,
        "path": pair.offered.paths[0][2],
    }
    return {
        "number": choice.number,
        "asset": _asset_data(pair.known),
        "item": item,
        "why": list(pair.why),
    }


def _asset_data(known: Known) -> dict[str, Any]:
    return {"id": known.asset_id, "title": known.facts.title, "path": known.path}


def lines(app: App, done: Updated) -> list[Line]:
    """How many known assets were found, the choices that are left, and what was not found."""
    found = done.rebinding
    if found is None or not any(found.totals.values()):
        return []
    counts = ", ".join(f"{count:,} {word}" for word, count in found.totals.items())
    said: list[Line] = ["", f"Of {plural(sum(found.totals.values()), 'known asset')}: {counts}"]
    if found.choices:
        said += _choices(app, done, found.choices)
    if found.lost:
        said += ["", "Not found, and missing from the next ingest on:"]
        said += [f"  {_called(known)}" for known in found.lost[:MOST]]
        more = len(found.lost) - MOST
        said += [f"  ... {more:,} more (all with --json)"] if more > 0 else []
    return said


def emptied(app: App, done: Updated) -> list[Hint]:
    """What to do with collections whose assets all are in others now."""
    had = {collection.id for collection in done.known if collection.asset_count}
    return [
        Hint(
            "Nothing is left in it",
            Command("collection delete", (collections.selector(app.catalogue.reader(), each),)),
        )
        for each in done.collections
        if each.missing_since is not None and not each.asset_count and each.id in had
    ]


def _choices(app: App, done: Updated, choices: Sequence[Choice]) -> list[Line]:
    rows = [
        (c.number, _called(c.pair.known), _item(c.pair.offered), ", ".join(c.pair.why))
        for c in choices[:SCREEN]
    ]
    more = len(choices) - len(rows)
    name = sources.selector(done.before if app.dry_run else done.after)
    words = ("--rebind", "--accept", str(choices[0].number))
    return [
        "",
        "Several fit equally well, and none was taken:",
        *table(("N", "ASSET", "MAY BE", "IN COMMON"), rows),
        *([f"... {more:,} more (all with --json)"] if more else []),
        Hint("Take one, here the first", Command("source update", (name,), words)),
    ]


def _called(known: Known) -> str:
    return f"{known.facts.title} (asset {known.asset_id}): {known.path or '(no file)'}"


def _item(offered: Offered) -> str:
    return f"{offered.facts.title} ({offered.external_id}): {offered.paths[0][2]}"

"""What lies in a source and in none of its collections, with the command that takes it in."""

from __future__ import annotations

from collections.abc import Sequence

from retrovue import tracebacks
from retrovue.catalogue import sources
from retrovue.commands import Command, Hint
from retrovue.errors import ImporterError
from retrovue.found import Overlooked
from retrovue.importers.api import Importer
from retrovue.model import Collection, Source
from retrovue.redact import scrub


def hints(importer: Importer, source: Source, known: Sequence[Collection]) -> list[Hint]:
    """A line for each thing that the importer overlooks. Whatever it fails by, an ingest or a
    discovery has more to say of."""
    there = frozenset(c.external_id for c in known if c.missing_since is None)
    try:
        return [_hint(found, source) for found in importer.overlooked(there)]
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything
        tracebacks.note(error)
        return []


def _hint(found: Overlooked, source: Source) -> Hint:
    if type(found) is not Overlooked:
        raise ImporterError(f"{type(found).__name__} where Overlooked is due")
    verb = "source update" if found.options else "source discover"
    return Hint(
        scrub(found.says),
        Command(verb, (sources.selector(source),), tuple(found.options)),
    )

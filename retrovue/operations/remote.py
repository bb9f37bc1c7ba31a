"""Whether the server of a source still is the same one (G-2), asked without anything secret."""

from __future__ import annotations

from retrovue.catalogue import sources
from retrovue.catalogue.core import Catalogue
from retrovue.commands import Command, Hint
from retrovue.errors import AnotherServer, ImporterError
from retrovue.importers.api import Importer
from retrovue.model import Operation, Source
from retrovue.redact import describe_exception, tells

LONGEST = 1000  # characters of what a server calls itself


def ask(importer: Importer) -> str | None:
    """What the server says that it is, None where that is not known. Raises ImporterError where it
    cannot be asked, whatever the plugin raises."""
    method = getattr(importer, "remote_identity", None)  # an importer need not derive from ours
    try:
        said = method() if callable(method) else None
    except (ImporterError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise ImporterError(describe_exception(error)) from error
    if said is None:
        return None
    if not isinstance(said, str) or "\0" in said or len(said) > LONGEST or not _is_utf8(said):
        raise ImporterError("the importer gives a remote identity that is not a string")
    if tells(said):
        raise ImporterError("the importer gives a secret for its remote identity")
    return said.strip() or None


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def require_same(source: Source, importer: Importer) -> str | None:
    """What the server says that it is. Raises AnotherServer where the source had another one, and
    ImporterError where it cannot be asked; what is not known on either side says nothing."""
    said = ask(importer)
    if None not in (said, source.remote_identity) and said != source.remote_identity:
        raise AnotherServer(
            f"Source '{source.name}' is another server now",
            [f"It was {source.remote_identity}, and is {said}. Nothing secret was sent to it."],
            hint=Hint(
                "If it was replaced or set up anew",
                Command("source update", (sources.selector(source),), ("--rebind",)),
            ),
        )
    return said


def remember(catalogue: Catalogue, operation: Operation, source: Source, said: str | None) -> None:
    """Keep what the server of a source said where nothing was known of it."""
    if said is not None and source.remote_identity is None:
        with catalogue.write(operation) as tx:
            sources.set_remote_identity(tx, source.id, said)

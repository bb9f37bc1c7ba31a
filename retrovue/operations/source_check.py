"""Whether a source can be ingested, and in one word each what is wrong; nothing is written.

Asked as an ingest asks: first, without anything secret, which server it is; the rest only of the
server that it was.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from retrovue import tracebacks
from retrovue.catalogue import collections, sources
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.matching import Match, match
from retrovue.commands import Command, Hint, Line
from retrovue.errors import (
    TROUBLES,
    AnotherServer,
    CheckFailed,
    ImporterError,
    SecretNotSet,
    Trouble,
)
from retrovue.found import FoundCollection
from retrovue.importers.api import Importer, Option
from retrovue.importers.calls import Call, LeftBehind
from retrovue.importers.loader import Plugins
from retrovue.model import Collection, Source
from retrovue.operations import discover, folder_check, ingestibility, next_steps, remote
from retrovue.operations.folder_check import Folder
from retrovue.operations.sources import importer_of, options_of
from retrovue.operations.troubles import word_of
from retrovue.redact import describe_exception, lines

LONGEST = 200  # characters of what a source says that it is


class Problem(NamedTuple):
    """What is wrong, in one word and in a line; `collection` is None for the source itself. Where
    it was `replaced`, another one stands in its place."""

    code: Trouble
    message: str
    collection: Collection | None = None
    replaced: bool = False


class Checked(NamedTuple):
    """What was looked at: `answered` says whether the source answered, `about` what it is;
    `enabled` are its enabled collections, `folders` is the number of their folders."""

    options: Sequence[Option]
    problems: tuple[Problem, ...]
    answered: bool
    about: str | None
    enabled: tuple[Collection, ...]
    folders: int


class Answer(NamedTuple):
    """What a source offers, what it is, and its obstacles by the ids of the collections."""

    offered: Sequence[FoundCollection]
    about: str | None
    obstacles: Mapping[int, Sequence[str]]


def check(
    catalogue: Catalogue,
    plugins: Plugins,
    source: Source,
    seconds: float,
    progress: Callable[[int, int], None],
) -> Checked:
    """Ask a source, and look into the folders of its enabled collections, for so many seconds.

    `progress` is told how many there are of these, and how many were looked at. Raises
    ImporterFailed where the importer cannot be had.
    """
    end = time.monotonic() + seconds
    connection = catalogue.reader()
    importer = _importer(catalogue, plugins, source)
    known = collections.of_source(connection, source.id)
    enabled = tuple(collection for collection in known if collection.enabled)
    folders = folder_check.of(connection, enabled)
    steps = 1 + len(folders)
    progress(steps, 0)
    look = folder_check.Look(folders)
    if isinstance(importer, Problem):
        answer, problems = None, [importer]
    else:
        answer, problems = _asked(source, importer, enabled, seconds)
    progress(steps, 1)
    if answer is not None:
        problems += _of_libraries(enabled, match(known, answer.offered), answer)
    problems += _of_folders(folders, look.faults(end - time.monotonic()), seconds)
    progress(steps, steps)
    problems.sort(key=lambda problem: TROUBLES.index(problem.code))
    about = answer.about if answer is not None else None
    own = options_of(plugins, source)
    return Checked(own, tuple(problems), answer is not None, about, enabled, len(folders))


def _importer(catalogue: Catalogue, plugins: Plugins, source: Source) -> Importer | Problem:
    """The importer of a source; a problem where it has no secret to show."""
    try:
        return importer_of(catalogue, plugins, source)
    except SecretNotSet as error:
        return Problem("wrong_token", error.message)


def _asked(
    source: Source, importer: Importer, enabled: Sequence[Collection], seconds: float
) -> tuple[Answer | None, list[Problem]]:
    try:
        return Call(lambda: _answer(source, importer, enabled)).answer(seconds), []
    except KeyboardInterrupt:
        raise
    except AnotherServer as error:
        says = " ".join([f"{error.message}.", *error.reasons])
        return None, [Problem("another_server", says, replaced=True)]
    except BaseException as error:  # a plugin may raise anything
        tracebacks.note(error)
        return None, [Problem(word_of(error), _says(source, error, seconds))]


def _answer(source: Source, importer: Importer, enabled: Iterable[Collection]) -> Answer:
    remote.require_same(source, importer)
    offered = _offered(importer)
    obstacles = {
        collection.id: ingestibility.obstacles(importer, collection) for collection in enabled
    }
    return Answer(offered, _about(importer), obstacles)


def _offered(importer: Importer) -> list[FoundCollection]:
    found = list(importer.discover())
    try:
        return discover.checked(found)
    except Exception as error:
        says = str(error) if isinstance(error, ImporterError) else describe_exception(error)
        raise ImporterError(says, code="not_this_service") from error


def _about(importer: Importer) -> str | None:
    method = getattr(importer, "about", None)  # an importer need not derive from ours
    try:
        said = method() if callable(method) else None
    except Exception as error:
        tracebacks.note(error)
        return None
    return " ".join(lines(said))[:LONGEST] or None if isinstance(said, str) else None


def _says(source: Source, error: BaseException, seconds: float) -> str:
    if isinstance(error, LeftBehind):
        return f"source '{source.name}' did not answer within {seconds:g} s"
    if isinstance(error, ImporterError):
        return " ".join(lines(str(error))) or "no reason given"
    return f"its importer failed ({describe_exception(error)})"


def _of_libraries(enabled: Iterable[Collection], found: Match, answer: Answer) -> Iterator[Problem]:
    pairs = {pair.known.id: pair.offer for pair in found.pairs}
    replaced = {pair.known.id: pair for pair in found.replaced}
    for collection in enabled:
        offer = pairs.get(collection.id)
        if collection.id in replaced:
            says = discover.becomes(replaced[collection.id])
            yield Problem("library_gone", says, collection, replaced=True)
        elif offer is None:
            says = f"{discover.described(collection)} is no longer offered"
            nothing = "" if answer.offered else "; nothing is: is a disk not mounted?"
            yield Problem("library_gone", says + nothing, collection)
        elif collection.missing_since is not None:
            says = f"{discover.described(collection)} was no longer offered, and is again"
            yield Problem("library_gone", says, collection)
        elif offer.external_id != collection.external_id:
            says = f"{discover.described(collection)} has the external id {offer.external_id} now"
            yield Problem("library_gone", says, collection)
        else:
            for obstacle in answer.obstacles.get(collection.id, ()):
                yield Problem("library_gone", f"{collection.name}: {obstacle}", collection)


def _of_folders(
    folders: Sequence[Folder], faults: Sequence[str | None], seconds: float
) -> Iterator[Problem]:
    for folder, fault in zip(folders, faults, strict=False):
        if fault is not None:
            says = f"{folder.collection.name}: {fault}"
            yield Problem("mapping_gone", says, folder.collection)
    for folder in folders[len(faults) :]:
        local = folder.mapping.local_path
        says = f"{folder.collection.name}: {local} was not read within {seconds:g} s"
        yield Problem("timeout", says, folder.collection)


def failure(connection: sqlite3.Connection, source: Source, checked: Checked) -> CheckFailed | None:
    """The error for what is wrong: a line for each problem, which begins with its word, and then
    what to do about them; None where nothing is."""
    problems = checked.problems
    if not problems:
        return None
    several = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    detail: list[Line] = [f"{problem.code}: {problem.message}" for problem in problems]
    for problem in problems:
        ways_out = _ways_out(connection, source, checked.options, problem)
        detail += [way for way in ways_out if way not in detail]
    message = f"Source check failed: {several} with source '{source.name}'"
    return CheckFailed(message, detail, problems[0].code)


def _ways_out(
    connection: sqlite3.Connection, source: Source, own: Sequence[Option], problem: Problem
) -> list[Line]:
    selector = sources.selector(source)
    if problem.replaced:
        rebind = Command("source update", (selector,), ("--rebind", "--dry-run"))
        return [Hint("If it was replaced or set up anew, see what is found again", rebind)]
    if problem.code == "library_gone":
        return [Hint("Ask the source again", next_steps.discover(source))]
    if problem.collection is not None:
        name = collections.selector(connection, problem.collection)
        return [Hint("See where it is mapped", Command("collection show", (name,)))]
    if problem.code in ("timeout", "server_error"):
        return [Hint("Look again", Command("source check", (selector,)))]
    if problem.code == "wrong_token":
        stored = sources.secrets(connection, source.id)
        secret = [option for option in own if option.secret]
        return [_another_secret(selector, option, stored.get(option.name, "")) for option in secret]
    return [
        Hint("See how it is reached", Command("source show", (selector,))),
        Hint("What can be changed", Command("source update", (selector,), ("--help",))),
    ]


def _another_secret(selector: str, option: Option, stored: str) -> Line:
    """How to give another secret: by the environment, since a shell remembers what is typed."""
    if stored.startswith("env:"):
        return f"It is read from {stored[4:]}; set that to a valid one: export {stored[4:]}=..."
    if option.envvar is None:
        return Hint("What can be changed", Command("source update", (selector,), ("--help",)))
    reads = Command("source update", (selector,), (option.flag, f"env:{option.envvar}"))
    return Hint(f"Read another one from {option.envvar} at each use", reads)

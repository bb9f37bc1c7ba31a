"""`retrovue list`."""

from __future__ import annotations

import shlex
from typing import Any

import click

from retrovue.catalogue import collections, lists, sources
from retrovue.catalogue.lists import SavedList
from retrovue.cli import base, filtering, options
from retrovue.cli.app import App
from retrovue.cli.filtering import Chosen
from retrovue.cli.output import Result
from retrovue.commands import Command, Hint, Line, Table
from retrovue.errors import NotFound, UsageError

_NAME_MOST = 200  # characters


@click.group("list", cls=base.Group)
def command() -> None:
    """Lists that stay right: saved filters of `asset list`."""


@command.command("save")
@click.argument("name")
@click.argument("words", nargs=-1)
@filtering.filters
@click.option("--force", is_flag=True, help="Replace a list of this name.")
@options.dry_run
@options.json_output
@click.pass_obj
def save(app: App, /, *, name: str, words: tuple[str, ...], force: bool, **given: Any) -> Result:
    """Save the filters of `asset list` under a name, also as a view for scripts.

    It is what fits at the moment when somebody looks. The view of NAME is called list_NAME, with _
    for what is neither letter nor digit.
    """
    if not name.strip() or not name.isprintable() or len(name) > _NAME_MOST:
        raise UsageError(f"A name is text of at most {_NAME_MOST} characters, on one line")
    chosen = filtering.taken(words, given)
    if chosen == Chosen():
        raise UsageError("A list of everything is `asset list`", hint="Say which assets.")
    connection = app.catalogue.reader()
    wanted = filtering.filter_of(connection, chosen)
    kept = {n: value for n, value in chosen._asdict().items() if value not in (None, (), False)}
    if chosen.source is not None:
        source = sources.get(connection, chosen.source)
        kept |= {"source": source.name, "source_id": source.id}
    if chosen.collection is not None:
        collection = collections.get(connection, chosen.collection)
        path = collections.selector(connection, collection)
        kept |= {"collection": path, "collection_id": collection.id}
    from retrovue.operations import saved_lists  # whoever only looks does without

    saved = saved_lists.save(app.catalogue, name, kept, wanted, replace=force)
    lines: list[Line] = [
        f"{app.did('save')} list '{saved.name}': {in_words(saved)}",
        f"Scripts find it as the view {saved.view}.",
        Hint("See it", Command("list show", (saved.name,))),
    ]
    return Result({"list": as_json(saved)}, lines)


@command.command("show")
@click.argument("name", metavar="[LIST]", required=False)
@filtering.listing
@click.pass_obj
def show(app: App, /, *, name: str | None, **how: Any) -> Result:
    """Show the assets of a list; without a name, the lists that there are."""
    app.as_json = app.as_json or how["as_json"]
    if name is None:
        return _all(app)
    return _listed(app, name, "table", **how)


@command.command("export")
@click.argument("name", metavar="LIST")
@filtering.listing
@click.pass_obj
def export(app: App, /, *, name: str, **how: Any) -> Result:
    """Write a list as a playlist, m3u unless another format is asked for."""
    return _listed(app, name, "m3u", **how)


@command.command("remove")
@click.argument("name", metavar="LIST")
@options.dry_run
@options.json_output
@click.pass_obj
def remove(app: App, name: str) -> Result:
    """Remove a list and its view; the assets stay."""
    from retrovue.operations import saved_lists

    saved = saved_lists.remove(app.catalogue, name)
    again = Command("list save", (saved.name, *_words(saved)), _flags(saved))
    lines: list[Line] = [f"{app.did('remove')} list '{saved.name}'", Hint("Undo", again)]
    return Result({"list": as_json(saved)}, lines)


def _listed(app: App, name: str, usual: str, **how: Any) -> Result:
    connection = app.catalogue.reader()
    wanted = filtering.filter_of(connection, _chosen(app, lists.get(connection, name)))
    return filtering.listed(app, wanted, usual, **how)


def _chosen(app: App, saved: SavedList) -> Chosen:
    """What was saved, with the source and the collection by their ids where these are still there.
    A script may have changed it."""
    said = dict(saved.filters)
    words = said.get("words")
    said["words"] = tuple(map(str, words)) if isinstance(words, list) else ()
    connection = app.catalogue.reader()
    for noun, by_id in (("source", sources.by_id), ("collection", collections.by_id)):
        id_ = said.get(f"{noun}_id")
        if type(id_) is int and _is_there(by_id, connection, id_):
            said[noun] = str(id_)
    return Chosen(**{name: said[name] for name in Chosen._fields if name in said})


def _is_there(by_id: Any, connection: Any, id_: int) -> bool:
    try:
        return by_id(connection, id_) is not None
    except NotFound:
        return False


def _all(app: App) -> Result:
    found = lists.every(app.catalogue.reader())
    if not found:
        make = Hint("Save one", Command("list save", ("NAME", "WORDS")))
        return Result({"lists": []}, ["No list.", make])
    rows = tuple((each.name, each.view, in_words(each)) for each in found)
    return Result({"lists": list(map(as_json, found))}, [Table(("NAME", "VIEW", "FILTERS"), rows)])


def in_words(saved: SavedList) -> str:
    """The filters of a list as they are typed."""
    return " ".join([*map(shlex.quote, _words(saved)), *map(shlex.quote, _flags(saved))])


def _words(saved: SavedList) -> tuple[str, ...]:
    words = saved.filters.get("words")
    return tuple(map(str, words)) if isinstance(words, list) else ()


def _flags(saved: SavedList) -> tuple[str, ...]:
    found: list[str] = []
    for name in Chosen._fields[1:]:
        value = saved.filters.get(name)
        if value is True:
            found.append(f"--{name}")
        elif value not in (None, False):
            found += [f"--{name}", str(value)]
    return tuple(found)


def as_json(saved: SavedList) -> dict[str, Any]:
    """A list as an object."""
    return {**saved._asdict(), "filters": dict(saved.filters)}

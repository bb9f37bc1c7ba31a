"""What fits an argument or an option while a shell completes it, as its metavar says what it is:
names from the file, and types and options without loading a plugin."""

from __future__ import annotations

import copy
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from retrovue.catalogue import glance
from retrovue.cli import places, settings_file
from retrovue.cli.app import chosen_plugins, file_meant
from retrovue.selectors import caseless, folded, source_selector

if TYPE_CHECKING:
    from retrovue.importers.api import Option

Items = Iterable[tuple[str, str | None]]
"""Values, each with what is said of it."""


def offering(param: click.Parameter) -> click.Parameter:
    """The parameter as it is while a shell completes it: with a type that knows what fits."""
    what = _meant(param)
    if isinstance(param.type, click.Choice) or what not in (*_OFFERS, *_PATHS):
        return param
    offered = copy.copy(param)
    offered.type = _Offering(what)
    return offered


def _meant(param: click.Parameter) -> str:
    """What a value is: as the metavar says, of an argument without one as its name does."""
    own = param.name if isinstance(param, click.Argument) else None
    return (param.metavar or own or "").strip("[].").upper()


class _Offering(click.ParamType[Any]):
    """Any text; what fits is looked up."""

    name = "text"

    def __init__(self, what: str) -> None:
        self._what = what

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        offers = _OFFERS.get(self._what)
        items = [
            CompletionItem(value, help=help_)
            for value, help_ in (offers(ctx) if offers else ())
            if caseless(value).startswith(caseless(incomplete)) and value.isprintable()
        ]
        if self._what in _PATHS and not items:
            items.append(CompletionItem(incomplete, type=_PATHS[self._what]))
        return items


def _file(ctx: click.Context) -> str:
    """The catalogue that the line is about; what the shell has not expanded yet, is."""
    given = ctx.find_root().params.get("db")
    usual = settings_file.read().db or places.default_catalogue()
    return file_meant(given and os.path.expanduser(os.path.expandvars(given)), usual)


def _sources(ctx: click.Context) -> Items:
    rows = glance.sources(_file(ctx))
    times = Counter(folded(name) for _, _, name, _ in rows)
    for id_, external_id, name, type_ in rows:
        alone = times[folded(name)] == 1 and _is_typable(name)
        yield source_selector(id_, name) if alone else str(id_), f"{type_}, {external_id}"


def _is_typable(name: str) -> bool:
    return name.isprintable() and not name.startswith("-")


def _collections(ctx: click.Context) -> Items:
    rows = glance.collections(_file(ctx))
    bare = Counter(folded(name) for _, _, name, _ in rows)
    whole = Counter(folded(f"{source}/{name}") for _, _, name, source in rows)
    for _, external_id, name, source in rows:
        if bare[folded(name)] == 1 and _is_typable(name) and not name.strip().isdigit():
            yield name, f"{source}, {external_id}"
    for id_, external_id, name, source in rows:
        path = f"{source}/{name}"
        alone = whole[folded(path)] == 1 and _is_typable(path)
        yield path if alone else str(id_), external_id


def _collections_and_sources(ctx: click.Context) -> Items:
    yield from _collections(ctx)
    yield from _sources(ctx)


def _locations(ctx: click.Context) -> Items:
    from retrovue.paths import ANY

    return ((external or ANY, name) for external, name in glance.locations(_file(ctx)))


def _history(ctx: click.Context) -> Items:
    return ((str(i), f"{at} {what}: {how}") for i, at, what, how in glance.history(_file(ctx)))


def _types(ctx: click.Context) -> Items:
    from retrovue.cli import bundled
    from retrovue.importers import choice

    own = [(point.name, None) for point in _plugins(ctx) if choice.is_foreign(point)]
    known = [(type_, None) for _, _, _, type_ in glance.sources(_file(ctx))]
    return dict([*((type_, None) for type_ in bundled.OPTIONS), *own, *known]).items()


def _plugins(ctx: click.Context) -> Iterator[Any]:
    """The entry points of plugins that are not left out."""
    from retrovue.importers import choice, entry_points

    chosen = chosen_plugins(ctx.find_root().params.get("no_plugins") or ())
    return (p for p in entry_points.find(choice.OURS) if not chosen.leaves_out(p))


def _commands(ctx: click.Context) -> Items:
    """The words that go on the command which the words before name."""
    from retrovue.cli.commands import COMMANDS

    root = ctx.find_root()
    given = [ctx.params.get(p.name) or () for p in ctx.command.params if _meant(p) == "COMMAND"]
    called: click.Command | None = root.command
    for word in (word for words in given for word in words):
        called = called.get_command(root, word) if isinstance(called, click.Group) else None
    if called is root.command:
        return list(COMMANDS.items())
    if not isinstance(called, click.Group):
        return ()
    return [(name, own.get_short_help_str()) for name, own in called.commands.items()]


def _fields(ctx: click.Context) -> Items:
    from retrovue.found import EDITABLE

    return ((name, None) for name in EDITABLE)


def _named(rows: Callable[[str], glance.Rows]) -> Callable[[click.Context], Items]:
    return lambda ctx: ((str(row[0]), row[1] if row[1:] else None) for row in rows(_file(ctx)))


_OFFERS: dict[str, Callable[[click.Context], Items]] = {
    "SOURCE": _sources,
    "COLLECTION": _collections,
    "COLLECTION|SOURCE": _collections_and_sources,
    "EXTERNAL": _locations,
    "EXTERNAL LOCAL": _locations,
    "LIST": _named(glance.lists),
    "TAG": _named(glance.tags),
    "ID": _history,
    "TYPE": _types,
    "PLUGIN": lambda ctx: ((point.name, point.distribution) for point in _plugins(ctx)),
    "FIELD": _fields,
    "COMMAND": _commands,
}
_PATHS = {"PATH": "file", "FILE": "file", "DIR": "dir", "EXTERNAL LOCAL": "dir"}


def options_of_type(ctx: click.Context, type_: str) -> tuple[Option, ...]:
    """The options of a bundled importer; of another one, those that a source in the file has."""
    from retrovue.cli import bundled

    return bundled.OPTIONS.get(type_) or tuple(_remembered(ctx, type_))


def options_of_all(ctx: click.Context) -> tuple[Option, ...]:
    """The options of every type that is known here."""
    types = dict.fromkeys(type_ for type_, _ in _types(ctx))
    return tuple(option for type_ in types for option in options_of_type(ctx, type_))


def options_of_source(ctx: click.Context, selector: str) -> tuple[Option, ...]:
    """The options of a source's type, none where the file has no such source."""
    for id_, external_id, name, type_ in glance.sources(_file(ctx)):
        if selector in (str(id_), external_id) or folded(name) == folded(selector):
            return options_of_type(ctx, type_)
    return ()


def _remembered(ctx: click.Context, type_: str) -> Iterator[Option]:
    from retrovue.importers.api import Option

    for of, name, is_flag in glance.options(_file(ctx)):
        if of == type_ and re.fullmatch(r"[a-z][a-z0-9_]*", name):  # the file may be anybody's
            yield Option(name, type=bool if is_flag else str)

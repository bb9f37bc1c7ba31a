"""Defaults of options from the settings file, for click: `[source.ingest] keep_going = true`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import click

EACH_TIME = ("allow_missing", "dry_run", "force", "help", "json", "version")
"""Options that are said each time: a default would be believed, or destroy, unseen."""
OF_WRITING = ("every", "keep_going", "poll", "probe", "progress", "quick", "settle")
"""Of commands that write, the options that a default can be set of: how, and never what."""
TOP = ("db", "hook")
"""Keys that are no option's default; `db` is that of `--db`."""
_SECRET = ("token", "password", "secret", "api_key", "apikey")


class Known(NamedTuple):
    """A default that the file sets: as it is written (`source.ingest.keep_going`), its value, and
    the name that click has for it."""

    key: str
    value: Any
    parameter: str


class Found(NamedTuple):
    """The defaults of a command and of those below it, and a line for each key that is none."""

    known: Sequence[Known] = ()
    faults: Sequence[str] = ()


def of_root(
    root: click.Command, values: Mapping[str, Any], is_command: Callable[[str], bool]
) -> Found:
    """The defaults of the options that stand before the noun."""
    own = {
        key: value
        for key, value in values.items()
        if key not in TOP and not (isinstance(value, Mapping) and is_command(key))
    }
    found = _of_options(root, "", own)
    if isinstance(values.get("db"), Mapping):  # of the command there is nothing that can be set
        return found._replace(faults=[*found.faults, "db: must be the path of the catalogue"])
    return found


def of_command(
    ctx: click.Context, command: click.Command, path: str, values: Any, only: str | None = None
) -> tuple[dict[str, Any], Found]:
    """The defaults of a command, as click takes them in `default_map`, and what was found of them:
    of a group those of its command `only`, of all of them where that is None."""
    if not isinstance(values, Mapping):
        return {}, Found((), [f"{path}: must be a table, as [{path}]"])
    if not isinstance(command, click.Group):
        found = _of_options(command, f"{path}.", values)
        return {each.parameter: each.value for each in found.known}, found
    defaults: dict[str, Any] = {}
    known: list[Known] = []
    faults: list[str] = []
    names = command.list_commands(ctx)
    for key, value in values.items():
        if key not in names:
            faults.append(f"{path}.{key}: there is no such {_noun(value)}")
        elif only in (None, key):
            below = command.get_command(ctx, key)
            assert below is not None
            defaults[key], found = of_command(ctx, below, f"{path}.{key}", value)
            known += found.known
            faults += found.faults
    return defaults, Found(known, faults)


def _noun(value: Any) -> str:
    return "command" if isinstance(value, Mapping) else "option"


def _of_options(command: click.Command, prefix: str, values: Mapping[str, Any]) -> Found:
    taken = dict(_keys(command))
    writes = "dry_run" in taken
    known: list[Known] = []
    faults: list[str] = []
    for key, value in values.items():
        word = key.replace("-", "_")
        if any(secret in word.lower() for secret in _SECRET):
            faults.append(f"{prefix}{key}: a secret does not belong here; take it out")
        elif word in EACH_TIME or (word, value) == ("format", "json"):
            faults.append(f"{prefix}{key}: must be said each time")
        elif word not in taken:
            faults.append(f"{prefix}{key}: there is no such {_noun(value)}")
        elif writes and word not in OF_WRITING:
            faults.append(f"{prefix}{key}: must be said each time")
        elif not _is_plain(value, taken[word]):
            faults.append(f"{prefix}{key}: must be a text, a number, true or false")
        else:
            known.append(Known(f"{prefix}{key}", value, taken[word].name or ""))
    return Found(known, faults)


def _is_plain(value: Any, option: click.Option) -> bool:
    """Whether click can take it: one value, or a list of such where an option may be repeated."""
    each = value if isinstance(value, list) and option.multiple else [value]
    return all(type(one) in (str, int, float, bool) for one in each)


def _keys(command: click.Command) -> Iterator[tuple[str, click.Option]]:
    """The options of which a default can be set, by their keys in the file."""
    for option in command.params:
        if not isinstance(option, click.Option) or option.name is None:
            continue
        if option.is_flag and not isinstance(option.type, click.types.BoolParamType):
            continue  # one of several flags for one thing
        for flag in option.opts:
            if flag.startswith("--"):
                yield flag[2:].replace("-", "_"), option

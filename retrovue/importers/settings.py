"""From what an operator gives for an importer's options to what is stored and what is used."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from retrovue.commands import Command, Hint
from retrovue.errors import ImporterFailed, SecretNotSet, UsageError
from retrovue.importers.api import Option
from retrovue.redact import MASK, has_credentials, remember

PROBE = "probe"
"""What a source is set to beside its importer's options: whether its files are probed."""


class Settings(NamedTuple):
    """What is stored of a source: its configuration, and apart from it its secrets, each a value
    or `env:NAME`."""

    config: dict[str, Any]
    secrets: dict[str, str]


def from_input(options: Sequence[Option], values: Mapping[str, Any]) -> Settings:
    """What to store of the values given (those that are None were not).

    An option's environment variable stands in for a value not given; of a secret the reference is
    stored, not the value. Raises UsageError for a required option without a value, a value of a
    wrong type, and credentials inside a URL.
    """
    settings = Settings({}, {})
    for option in options:
        value = values.get(option.name)
        if value is None and option.envvar and os.environ.get(option.envvar):
            value = f"env:{option.envvar}" if option.secret else os.environ[option.envvar]
        _put(settings, option, value)
    _require(options, settings)
    return settings


def with_probe(settings: Settings, *, probe: bool | None) -> Settings:
    """The settings with probing on or off, as it is where that is None; off is what is not said."""
    if probe is None:
        return settings
    config = {name: value for name, value in settings.config.items() if name != PROBE}
    return settings._replace(config=config | {PROBE: True} if probe else config)


_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _put(settings: Settings, option: Option, value: Any) -> None:
    """Store the value of an option where it belongs; None was not given and changes nothing."""
    if value is None:
        return
    if option.secret:
        settings.secrets[option.name] = _secret(option, str(value))
    else:
        settings.config[option.name] = coerce(option, value)


def _secret(option: Option, value: str) -> str:
    if not value.removeprefix("env:").strip():
        raise UsageError(f"{option.flag} is empty")
    if not value.startswith("env:"):
        _hide(option, value)
    elif not _VARIABLE.fullmatch(value.removeprefix("env:")):
        raise UsageError(
            f"{option.flag} must name an environment variable after env:, with ASCII letters,"
            " digits and underscores"
        )
    return value


def _hide(option: Option, value: Any) -> None:
    """Keep the value out of foreign text, but not the option's own name, which examples have in its
    place and messages need."""
    if value is not None and value != option.name:
        remember([str(value)])


def _require(options: Sequence[Option], settings: Settings) -> None:
    there = settings.config.keys() | settings.secrets.keys()
    missing = [o for o in options if o.required and o.default is None and o.name not in there]
    if missing:
        flags = ", ".join(option.flag for option in missing)
        raise UsageError(
            f"Missing option{'s' if len(missing) > 1 else ''} {flags}",
            [f"{option.flag}: {option.help}" for option in missing if option.help],
        )


def coerce(option: Option, value: Any) -> Any:
    """The value as the option's type, a list of such for one of several. Raises UsageError when it
    is none of it."""
    if not option.multiple:
        return _coerced(option, value)
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple):
        raise UsageError(f"{option.flag} is {value!r}, which is no list")
    return [_coerced(option, each) for each in given]


def _coerced(option: Option, value: Any) -> Any:
    if isinstance(value, str) and has_credentials(value):
        raise UsageError(
            f"{option.flag} holds credentials inside a URL",
            hint="Give the URL without them; secrets have options of their own.",
        )
    if isinstance(option.type, tuple):
        if value not in option.type:
            words = ", ".join(option.type)
            raise UsageError(f"{option.flag} is {value!r}; it must be one of {words}")
        return value
    if option.type is bool:
        return _boolean(option, value)
    if option.type is Path:
        if not str(value):
            raise UsageError(f"{option.flag} is empty")
        return os.path.abspath(os.path.expanduser(value))
    try:
        return option.type(value)
    except (TypeError, ValueError):
        what = "a whole number" if option.type is int else "a number"
        raise UsageError(f"{option.flag} is {value!r}, which is not {what}") from None


def _boolean(option: Option, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    try:
        return words[str(value).lower()]
    except KeyError:
        raise UsageError(f"{option.flag} is {value!r}; it must be yes or no") from None


def merge(
    options: Sequence[Option],
    old: Settings,
    values: Mapping[str, Any],
    unset: Sequence[str] = (),
) -> Settings:
    """Settings with the values given in place of the old ones, without those in `unset` and without
    what the importer no longer has; the same errors as `given`.

    They fit the importer's options (G-2): what became a secret is one from now on, and what was one
    stays apart.
    """
    settings = Settings({PROBE: True} if old.config.get(PROBE) is True else {}, {})
    for option in options:
        name, value = option.name, values.get(option.name)
        kept = value is None and name not in unset
        if kept and name in old.secrets:
            settings.secrets[name] = old.secrets[name]
        else:
            _put(settings, option, old.config.get(name) if kept else value)
    _require(options, settings)
    return settings


def unknown(options: Sequence[Option], settings: Settings) -> list[str]:
    """The names of what is stored for options that the importer does not have, or no longer."""
    names = {option.name for option in options} | {PROBE}
    return sorted((settings.config.keys() | settings.secrets.keys()) - names)


def resolve(options: Sequence[Option], settings: Settings, source: str) -> dict[str, Any]:
    """What an importer is given: every option with its value, its default, or None; references to
    the environment read now.

    Raises ImporterFailed where a variable is not set, and, with the flag, where an upgrade of the
    importer requires an option that is not stored or has another type for it.
    """
    values = {option.name: _value(option, settings, source) for option in options}
    for option in options:
        if option.secret:
            _hide(option, values[option.name])
    return values


def _value(option: Option, settings: Settings, source: str) -> Any:
    if option.name in settings.secrets:
        return _read(option.name, settings.secrets[option.name], source)
    value = settings.config.get(option.name)
    if value is None and option.default is None and option.required:
        raise _unfit(option, source, f"Missing option {option.flag} of source '{source}'")
    if value is None and option.multiple:
        return ()
    if value is None and option.type is Path and option.default is not None:
        return coerce(option, os.fspath(option.default))
    if value is None or option.secret:
        return option.default if value is None else value
    try:
        fitting = coerce(option, value)
        return tuple(fitting) if option.multiple else fitting
    except UsageError as error:
        raise _unfit(option, source, f"{error.message} (source '{source}')") from None


def _unfit(option: Option, source: str, message: str) -> ImporterFailed:
    purpose = [f"{option.flag}: {option.help}"] if option.help else []
    hint = Hint("What it takes", Command("source update", (source,), ("--help",)))
    return ImporterFailed(message, purpose, hint=hint)


def _read(name: str, value: str, source: str) -> str:
    if not value.startswith("env:"):
        return value
    variable = value.removeprefix("env:")
    found = os.environ.get(variable)
    if not found:
        raise SecretNotSet(
            f"The {name} of source '{source}' is read from the environment variable"
            f" {variable}, which is not set",
            hint=f"Set it: export {variable}=..." if _VARIABLE.fullmatch(variable) else None,
        )
    return found


def masked(settings: Settings, *, mask_references: bool = False) -> dict[str, Any]:
    """The configuration for output: a secret as `***`, and so is, where asked for, the reference
    to the environment that stands for one."""
    masked = {
        name: value if value.startswith("env:") and not mask_references else MASK
        for name, value in settings.secrets.items()
    }
    return {**settings.config, **masked}

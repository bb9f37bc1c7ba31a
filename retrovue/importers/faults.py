"""What is wrong with a plugin, before any of it is used."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from retrovue import API_VERSION
from retrovue.errors import ImporterError
from retrovue.importers import hookspecs
from retrovue.importers.api import Importer, Option

SPEC, IMPLEMENTED = "retrovue_spec", "retrovue_impl"  # how pluggy marks functions
_BOUND = re.compile(r"(>=|<=|==|!=|<|>)\s*(\d+)")
_RANGE = re.compile(rf"\s*{_BOUND.pattern}\s*(?:,\s*{_BOUND.pattern}\s*)*")
_SIGNS: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne, "<": operator.lt,
    ">": operator.gt,
}  # fmt: skip
_METHODS = ("identity", "discover", "obstacles", "scan", "describe")


def require_api(module: Any) -> None:
    """Raise ImporterError for a plugin that says that it needs another interface."""
    needs = getattr(module, "RETROVUE_API", None)
    if needs is None:
        return
    if not isinstance(needs, str) or not _RANGE.fullmatch(needs):
        raise ImporterError(f"its RETROVUE_API {needs!r} is no range such as '>=1,<2'")
    for sign, number in _BOUND.findall(needs):
        if not _SIGNS[sign](API_VERSION, int(number)):
            which = "a newer retrovue" if ">" in sign or sign == "==" else "a newer version of it"
            raise ImporterError(
                f"it needs interface {needs} of retrovue, which has {API_VERSION}; {which} may fit"
            )


def require_marks(module: Any) -> None:
    """Raise ImporterError for a function that bears the name of a hook and is not marked as one:
    nobody would call it."""
    for name in (name for name in vars(hookspecs) if hasattr(getattr(hookspecs, name), SPEC)):
        function = getattr(module, name, None)
        if callable(function) and not hasattr(function, IMPLEMENTED):
            raise ImporterError(f"its {name} lacks @hookimpl")


def of_importer(cls: Any) -> str | None:
    """Why an importer class cannot be used."""
    if not isinstance(cls, type):
        return "it is not a class"
    word = getattr(cls, "type", None)
    if not isinstance(word, str) or not word.strip():
        return "it has no type"
    if word.split() != [word] or not word.isprintable():
        return f"its type {word!r} must be one word"
    if not isinstance(getattr(cls, "description", ""), str):
        return "its description must be a string"
    for method in _METHODS:
        if not callable(getattr(cls, method, None)):
            return f"it lacks the method {method}"
    for method in ("identity", "discover", "scan"):
        if getattr(cls, method) is getattr(Importer, method):
            return f"it lacks the method {method}"
    options = getattr(cls, "options", ())
    if not isinstance(options, tuple | list) or not all(isinstance(o, Option) for o in options):
        return "its options must be a tuple of Option"
    return _option_fault(options)


def _option_fault(options: Any) -> str | None:
    names = [option.name for option in options]
    for name in names:
        if not isinstance(name, str) or not name.isidentifier():
            return f"its option {name!r} must be a Python name"
        if names.count(name) > 1:
            return f"its option {name} is there twice"
        if name in RESERVED:
            return f"its option {name} is one of retrovue's own"
    return next((fault for option in options if (fault := _types_fault(option))), None)


def _types_fault(option: Option) -> str | None:
    """What is wrong with the values of an option, if its name is right."""
    words = option.type if isinstance(option.type, tuple) else ()
    if option.type not in (str, int, float, bool, Path) and not words:
        known = "str, int, float, bool, Path and words"
        return f"the type of its option {option.name} is none of {known}"
    if not all(isinstance(text, str) for text in (*words, option.help, option.envvar or "")):
        return f"a text of its option {option.name} is none"
    if option.default is not None and not _fits(option, option.default):
        return f"the default of its option {option.name} is not of its type"
    if option.multiple and (option.secret or option.type is bool or option.default is not None):
        return f"its option {option.name} of several values can be no secret, no flag, no default"
    return None


def _fits(option: Option, default: Any) -> bool:
    if isinstance(option.type, tuple):
        return default in option.type
    if isinstance(default, bool) or option.type is bool:
        return option.type is bool and isinstance(default, bool)
    kinds: dict[Any, Any] = {Path: str | Path, float: int | float}
    return isinstance(default, kinds.get(option.type, option.type))


RESERVED = frozenset(
    ("type", "name", "discover", "json", "dry_run", "help", "map", "allow_missing", "force",
     "unset", "rebind", "accept", "no_backup", "probe", "no_probe", "progress")
)  # fmt: skip

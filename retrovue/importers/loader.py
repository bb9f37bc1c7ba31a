"""Finding and loading plugins, each by itself, so that a broken one takes nothing else down."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pluggy

from retrovue import tracebacks
from retrovue.commands import Command, Hint
from retrovue.errors import ImporterError, ImporterFailed, UnknownSourceType
from retrovue.importers import calls, choice, entry_points, faults, hookspecs
from retrovue.importers.api import Importer
from retrovue.importers.choice import Choice, is_foreign
from retrovue.redact import describe_exception, scrub, tells


class Plugin(NamedTuple):
    """An installed plugin: the words of its importers, and why it failed, if it did."""

    name: str
    distribution: str
    version: str
    importers: tuple[str, ...]
    failures: tuple[str, ...]


class Plugins:
    """All plugins that are installed, loaded once."""

    def __init__(self, chosen: Choice = choice.EVERYTHING) -> None:
        """Load those that are chosen."""
        self._manager = pluggy.PluginManager("retrovue")
        self._manager.add_hookspecs(hookspecs)
        self._classes: dict[str, type[Importer]] = {}
        self._broken: dict[str, str] = {}
        self._loaded: dict[str, Any] = {}
        self._offers: dict[str, list[tuple[str, Any]]] = {}
        self._failures: dict[str, list[str]] = {}
        self._hanging: set[str] = set()
        found, commands = entry_points.find_all(choice.OURS, entry_points.COMMANDS)
        self._unknown = chosen.unknown([*found, *commands])
        self._left_out = [point for point in found if chosen.leaves_out(point)]
        self._points = [point for point in found if point not in self._left_out]
        self._names_taken = choice.taken_names(filter(is_foreign, self._points))
        with _same_folder():
            for point in sorted(self._points, key=is_foreign):  # ours first, whatever others name
                self._load(point)
        self._choose()

    def _load(self, point: entry_points.EntryPoint) -> None:
        key = f"{point.distribution}:{point.name}"
        self._failures[key] = []
        try:
            self._require_own_name(point)
            module = entry_points.load(point)
            faults.require_api(module)
            faults.require_marks(module)
            self._take_in(key, module)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._fail(key, error)
            self._loaded.pop(key, None)
            if self._manager.has_plugin(key):  # also one that was refused when half of it was in
                self._manager.unregister(name=key)
            return
        self._note_offers(key)

    def _require_own_name(self, point: entry_points.EntryPoint) -> None:
        taken = self._names_taken.get(point.name)
        if taken and is_foreign(point):
            raise ImporterError(
                f"the name '{point.name}' is taken twice, by {choice.owners(taken)};"
                " neither is used"
            )

    def add(self, module: Any, name: str) -> None:
        """Take in a plugin that is installed nowhere: a module, or whatever has its hooks. Raises
        ImporterError where it is none, and what registering it raises."""
        key = f"{name}:{name}"
        faults.require_api(module)
        faults.require_marks(module)
        value = getattr(module, "__name__", name)
        self._points.append(entry_points.EntryPoint(name, value, name, "0"))
        self._failures[key] = []
        self._take_in(key, module)
        self._note_offers(key)
        self._choose()

    def _take_in(self, key: str, module: Any) -> None:
        try:
            self._manager.register(module, key)
        except pluggy.PluginValidationError as error:  # some lines, the last of which says why
            raise ImporterError("; ".join(str(error).splitlines())) from error
        self._loaded[key] = module
        self._require_known_hooks(module)

    def _note_offers(self, key: str) -> None:
        found: list[Any] = []
        try:
            self._caller("register_importers", key)(register=found.append)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._fail(key, error)
        for cls in found:
            self._offers.setdefault(_word(cls), []).append((key, cls))

    def _require_known_hooks(self, module: Any) -> None:
        for caller in self._manager.get_hookcallers(module) or []:
            if not caller.has_spec():
                raise ImporterError(f"it implements unknown hook {caller.name}")

    def _caller(self, hook: str, key: str) -> Callable[..., Any]:
        others = [plugin for name, plugin in self._loaded.items() if name != key]
        return self._manager.subset_hook_caller(hook, others)

    def _fail(self, key: str, error: BaseException) -> None:
        tracebacks.note(error)
        text = scrub(str(error)) if isinstance(error, ImporterError) else describe_exception(error)
        self._failures[key].append(text)

    def _choose(self) -> None:
        """Of the importers offered, use those that are whole and alone in their word."""
        self._refuse_bundled_types()
        for word, offers in sorted(self._offers.items()):
            if len(offers) > 1:
                owners = " and ".join(sorted(key for key, _ in offers))
                self._broken[word] = f"offered twice, by {owners}; neither is used"
            else:
                fault = faults.of_importer(offers[0][1])
                if fault is None:
                    self._classes[word] = offers[0][1]
                    continue
                self._broken[word] = fault
            for key, _ in offers:
                fault = f"importer '{word}': {self._broken[word]}"
                if fault not in self._failures[key]:
                    self._failures[key].append(fault)

    def _refuse_bundled_types(self) -> None:
        """Take nothing of others for a type that is ours."""
        ours = {f"{point.distribution}:{point.name}" for point in self._points
                if not is_foreign(point)}  # fmt: skip
        bundled = {point.name for point in self._points if not is_foreign(point)}
        for word in [word for word in self._offers if word.casefold() in bundled]:
            for key, _ in self._offers[word]:
                if key not in ours:
                    fault = f"importer '{word}': the type is retrovue's own; this one is not used"
                    self._failures[key].append(fault)
            own = [offer for offer in self._offers.pop(word) if offer[0] in ours]
            if own:
                self._offers[word] = own

    def types(self) -> list[str]:
        """The words that `--type` takes."""
        return sorted(self._classes)

    def listed(self) -> list[Plugin]:
        """Every plugin, by distribution and name."""
        return [
            Plugin(
                point.name,
                point.distribution,
                point.version,
                tuple(
                    sorted(
                        word
                        for word, cls in self._classes.items()
                        if self._offers[word][0][0] == f"{point.distribution}:{point.name}"
                    )
                ),
                tuple(self._failures[f"{point.distribution}:{point.name}"]),
            )
            for point in sorted(self._points, key=lambda p: (p.distribution, p.name))
        ]

    def warnings(self) -> list[str]:
        """One line for each plugin that failed to load, and for each name that none has."""
        failed = [
            f"Plugin '{plugin.name}' ({plugin.distribution} {plugin.version}): {failure}"
            for plugin in self.listed()
            for failure in plugin.failures
        ]
        return [*(f"No plugin is called '{name}'" for name in self._unknown), *failed]

    def hooks(self, plugin: Plugin) -> list[str]:
        """The hooks that a plugin implements."""
        module = self._loaded.get(f"{plugin.distribution}:{plugin.name}")
        callers = self._manager.get_hookcallers(module) if module is not None else None
        return sorted(caller.name for caller in callers or [])

    def importer(self, type_: str) -> type[Importer]:
        """The importer class of a word. Raises ImporterFailed for one that is installed but
        broken, UnknownSourceType otherwise."""
        if type_ in self._classes:
            return self._classes[type_]
        if type_ in self._broken:
            raise ImporterFailed(
                f"Importer '{type_}' cannot be used: {self._broken[type_]}",
                hint=Hint("What is installed", Command("plugins", needs_file=False)),
            )
        if self._left_out:
            names = ", ".join(sorted(point.name for point in self._left_out))
            raise ImporterFailed(
                f"Importer '{type_}' is left out",
                [f"Left out by --no-plugin or RETROVUE_PLUGINS: {names}"],
            )
        raise UnknownSourceType(
            f"Unknown source type '{type_}'. Available types: {', '.join(self.types())}",
            self.warnings(),
        )

    def for_folder(self, folder: str) -> tuple[str, dict[str, Any]]:
        """The type of source that a folder is, and its options: what an importer says that takes
        it, a bundled one where no other does. Raises ImporterFailed where several do, or none."""
        found: dict[bool, dict[str, dict[str, Any]]] = {False: {}, True: {}}
        for word in self.types():
            try:
                given = self._classes[word].options_for_folder(folder)
                values = None if given is None else dict(given)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # a plugin may raise anything, and takes nothing then
                tracebacks.note(error)
                continue
            if values is not None:
                bundled = self._offers[word][0][0] == f"{choice.OURS}:{word}"
                found[bundled][word] = values
        taking = found[False] or found[True]
        if len(taking) != 1:
            words = ", ".join(taking) or "none"
            raise ImporterFailed(
                f"{folder} is a source of several types: {words}" if taking
                else f"No importer takes {folder}",
                hint="Add it with source add --type TYPE, or leave plugins out with --no-plugin.",
            )  # fmt: skip
        return next(iter(taking.items()))

    def make(self, type_: str, config: Mapping[str, Any]) -> Importer:
        """An importer with this configuration. Raises ImporterFailed when it refuses it."""
        cls = self.importer(type_)
        try:
            return cls(config)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin may raise anything
            raise _failed(type_, error) from error

    def identity(self, importer: Importer) -> str:
        """What the importer says makes its source the same; the same errors as `make`."""
        try:
            identity = importer.identity()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin may raise anything
            raise _failed(importer.type, error) from error
        if not isinstance(identity, str) or not identity:
            raise ImporterFailed(f"Importer '{importer.type}' gives no identity")
        if tells(identity):
            raise ImporterFailed(f"Importer '{importer.type}' gives a secret for its identity")
        return identity

    def probes(self) -> tuple[str, ...]:
        """The plugins that probe files, as entry points name them, in the order of loading."""
        keys = {f"{point.distribution}:{point.name}": point.value for point in self._points}
        heard = {implementation.plugin_name for implementation in _probing(self._manager)}
        return tuple(keys[key] for key in self._loaded if key in heard)

    def hears(self, hook: str) -> bool:
        """Whether some plugin implements a hook."""
        return bool(getattr(self._manager.hook, hook).get_hookimpls())

    def notify(self, hook: str, seconds: float = calls.SECONDS, **arguments: Any) -> list[str]:
        """Tell every plugin; returns a warning for each that raised, or that was not done after so
        many seconds: that one is told nothing more."""
        warnings = []
        for key in self._loaded:
            caller: Any = self._caller(hook, key)
            if key in self._hanging or not caller.get_hookimpls():
                continue
            error = calls.fault(caller, seconds, arguments)
            if error is None:
                continue
            if isinstance(error, calls.LeftBehind):
                self._hanging.add(key)
                warnings.append(f"Plugin '{key}' hangs in {hook}: {error}")
                continue
            tracebacks.note(error)
            warnings.append(f"Plugin '{key}' failed in {hook}: {describe_exception(error)}")
        return warnings


def _probing(manager: pluggy.PluginManager) -> list[pluggy.HookImpl]:
    found: list[pluggy.HookImpl] = manager.hook.probe.get_hookimpls()
    return found


def _failed(type_: str, error: BaseException) -> ImporterFailed:
    if isinstance(error, ImporterError):
        return ImporterFailed(f"Importer '{type_}' refuses: {scrub(str(error))}")
    return ImporterFailed(f"Importer '{type_}' failed: {describe_exception(error)}")


@contextlib.contextmanager
def _same_folder() -> Iterator[None]:
    """Go back to the folder that the command was given in, from which relative paths are read."""
    try:
        here = os.getcwd()
    except OSError:  # it was deleted
        yield
        return
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.chdir(here)


def _word(cls: Any) -> str:
    word = getattr(cls, "type", None)
    return word if isinstance(word, str) and word else getattr(cls, "__name__", repr(cls))

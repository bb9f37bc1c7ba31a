"""What every command is given: the catalogue, the plugins, and how to speak."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from retrovue import tracebacks
from retrovue.cli import places, settings_file
from retrovue.cli.progress import shown_as
from retrovue.cli.settings_file import Settings

if TYPE_CHECKING:
    from retrovue.catalogue.core import Catalogue
    from retrovue.importers.choice import Choice
    from retrovue.importers.loader import Plugins
    from retrovue.model import Collection, Event


class App:
    """What every command needs: the file, the plugins, and how to speak."""

    given_plugins: ClassVar[Plugins | None] = None
    """Those of every command in this process, where somebody else loaded them: a test."""

    def __init__(
        self,
        path: str | None,
        *,
        debug: bool,
        verbose: int,
        quiet: bool,
        no_plugins: Sequence[str] = (),
        settings: Settings | None = None,
        form_of_progress: str = "auto",
    ) -> None:
        self.settings = settings or settings_file.Settings(places.settings_file())
        self._usual = self.settings.db or places.default_catalogue()
        self.path = file_meant(path, self._usual)  # before a plugin can change the folder
        self.told_path = self.path  # what people are told that it is; of a trial that of the real
        self.debug = debug
        self.verbose = verbose
        self.quiet = quiet
        self._no_plugins = tuple(no_plugins)
        self._catalogue: Catalogue | None = None
        self._plugins = self.given_plugins
        self.progress = shown_as(form_of_progress, quiet=quiet)
        self.warnings: list[str] = []
        self.writes = False  # whether the command is one that writes
        self.dry_run = False
        self.as_json = False
        self.hanging_hooks: set[int] = set()  # numbers of those that did not end
        tracebacks.keep(wanted=debug)

    def at(self, path: str) -> App:
        """The same for another file."""
        other = App(
            path,
            debug=self.debug,
            verbose=self.verbose,
            quiet=self.quiet,
            no_plugins=self._no_plugins,
            settings=self.settings.without_hooks(),  # nobody is told of a trial
        )
        other.dry_run = self.dry_run
        other.progress = self.progress
        return other

    @property
    def shown_path(self) -> str | None:
        """The absolute path of the catalogue for commands that are shown, None for the default."""
        return None if self.told_path == self._usual else self.told_path

    @property
    def catalogue(self) -> Catalogue:
        if self._catalogue is None:
            from retrovue.catalogue.core import Catalogue

            self._catalogue = Catalogue(self.path, dry_run=self.dry_run)
        return self._catalogue

    @property
    def plugins(self) -> Plugins:
        if self._plugins is None:
            from retrovue.cli import plugin_logs
            from retrovue.importers.loader import Plugins

            plugin_logs.show(2 if self.debug else self.verbose)
            self._plugins = Plugins(chosen_plugins(self._no_plugins))
            if not self.quiet:  # a source that needs one fails by itself
                self.warnings += self._plugins.warnings()
        return self._plugins

    @property
    def used(self) -> bool:
        """Whether the catalogue was needed so far."""
        return self._catalogue is not None

    @contextlib.contextmanager
    def trial(self) -> Iterator[Catalogue]:
        """The catalogue; for a dry run where there is no file yet, one in a temporary folder."""
        if not self.dry_run or self.catalogue.exists():
            yield self.catalogue
            return
        import tempfile

        from retrovue.catalogue.core import Catalogue

        with tempfile.TemporaryDirectory(prefix="retrovue-") as folder:
            catalogue = Catalogue(os.path.join(folder, "retrovue.db"), dry_run=True)
            try:
                yield catalogue
            finally:
                catalogue.close()

    def begin_dry_run(self) -> None:
        """From now on whatever is written is rolled back."""
        self.dry_run = True
        if self._catalogue is not None:
            self._catalogue.dry_run = True

    def did(self, verb: str) -> str:
        """`Deleted`, or `Would delete` in a dry run."""
        if self.dry_run:
            return f"Would {verb}"
        return f"{verb}d".capitalize() if verb.endswith("e") else f"{verb}ed".capitalize()

    def hears(self, event: Event) -> bool:
        """Whether a plugin or a hook of the settings is told of it."""
        return self.plugins.hears(event) or self._has_hook(event)

    def notify(self, event: Event, **arguments: Any) -> None:
        """Tell the plugins and the hooks of the settings what was committed; in a dry run nothing
        was."""
        if not self.dry_run:
            self.warnings += self.plugins.notify(event, **arguments)
            self._run_hooks(event, arguments)

    def _run_hooks(self, event: Event, arguments: dict[str, Any]) -> None:
        if self._has_hook(event):
            from retrovue.cli import hook_runs

            self.warnings += hook_runs.run_each(self, event, arguments)

    def _has_hook(self, event: Event) -> bool:
        return any(hook is not None and hook.event == event for hook in self.settings.hooks)

    def notify_discovered(self, before: Sequence[Collection], after: Sequence[Collection]) -> None:
        """Tell the plugins of each collection that a discovery added."""
        known = {collection.id for collection in before}
        for collection in after:
            if collection.id not in known:
                self.notify("collection_discovered", collection=collection)

    def close(self) -> None:
        self.progress.close()
        if self._catalogue is not None:
            self._catalogue.close()


def chosen_plugins(left_out: Sequence[str]) -> Choice:
    """Which plugins are loaded: those of RETROVUE_PLUGINS, all where it is not set, but for those
    that are left out."""
    from retrovue.importers.choice import Choice

    named = os.environ.get("RETROVUE_PLUGINS")
    only = None if named is None else tuple(name for name in named.split(",") if name.strip())
    return Choice(tuple(left_out), only)


def file_meant(given: str | None, usual: str) -> str:
    """The absolute path of the catalogue: as given, else that of RETROVUE_DB, else the usual."""
    return os.path.abspath(given or os.environ.get("RETROVUE_DB") or usual)

"""What an importer is: a class with options declared as data and a handful of methods."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from retrovue.found import (
    FoundAsset,
    FoundCollection,
    FoundFolder,
    Overlooked,
    ScanCollection,
    Skipped,
    Unread,
)

if TYPE_CHECKING:
    import logging


class Option(NamedTuple):
    """One setting of an importer; `Option("base_url")` is the flag `--base-url` and arrives as
    `self.config["base_url"]`.

    `type` is `str`, `int`, `float`, `bool` (a flag), `pathlib.Path` (text that is made an absolute
    path) or a tuple of words to choose from. A
    `secret` is kept apart from the configuration, may be given as `env:NAME`, and is never shown.
    `envvar` names an environment variable that stands in when the flag is not given. One of
    `multiple` values is given by its flag several times and arrives as a tuple, empty without any.
    """

    name: str
    help: str = ""
    type: type | tuple[str, ...] = str
    required: bool = False
    default: Any = None
    envvar: str | None = None
    secret: bool = False
    multiple: bool = False

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")


class Importer:
    """The base of every importer.

    `type` is the word after `--type`. An instance is made for one command from `config`, which
    has a value for every option (the default where none was given) and cannot be changed; nothing
    is called when the command ends, so that what is opened is closed where it was opened. Any
    method may raise `ImporterError` with one line for a person.
    """

    type: ClassVar[str]
    description: ClassVar[str] = ""
    options: ClassVar[tuple[Option, ...]] = ()

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.config: Mapping[str, Any] = MappingProxyType(dict(config))

    @property
    def log(self) -> logging.Logger:
        """Where an importer tells what it does: warnings are always shown, what informs with `-v`,
        the rest with `-vv`, secrets taken out."""
        import logging

        return logging.getLogger(f"retrovue.plugins.{self.type}")

    def identity(self) -> str:
        """What makes this source the same source, from the options alone; contacts nothing.

        Called whenever a source is added, updated or used; the same options give the same text,
        which is stored and holds no secret. A second source with it is refused.
        """
        raise NotImplementedError

    @classmethod
    def options_for_folder(cls, folder: str) -> Mapping[str, Any] | None:
        """The options with which a folder of this machine is a source of this type, None where it
        is none; asked by `quickstart`, and contacts nothing."""
        return None

    def remote_identity(self) -> str | None:
        """What the server says that it is, asked without anything secret; None where nothing is
        known. Raises `ImporterError` where it cannot be asked.

        Called once before each discovery, update and ingest, and before every other question to
        the source: one that answers otherwise than last time is asked nothing more.
        """
        return None

    def discover(self) -> Iterable[FoundCollection]:
        """The collections that the source offers now.

        Called once by each discovery and by an update of the source's options, outside of any
        transaction. To end means that these are all: what is known and not among them is missing
        from then on. Raises `ImporterError` where that cannot be said.
        """
        raise NotImplementedError

    def about(self) -> str | None:
        """What answered, as people know it (`Tape Service 'Den' 2.1`); None where nothing is known.
        Asked after a discovery, by `source check` alone; contacts nothing."""
        return None

    def obstacles(self, collection: ScanCollection) -> Iterable[str]:
        """Why the collection cannot be ingested now, one line each; nothing when it can.

        Called before each ingest of the collection and when its flags or mappings change; it may
        contact the source, but ought to be quick.
        """
        return ()

    def overlooked(self, known: Collection[str]) -> Iterable[Overlooked]:
        """What the source holds beside the collections whose ids are `known`; asked after every
        ingest and discovery. It may ask the source what it offers, which a discovery did just now;
        what it raises is left out."""
        return ()

    def scan(
        self, collection: ScanCollection
    ) -> Iterable[FoundAsset | FoundFolder | Unread | Skipped]:
        """Everything in the collection, cheaply: ids, fingerprints and files.

        Called once by each ingest, outside of any transaction, and once more where somebody else
        changed the collection meanwhile. Ending the iteration means that all of it was seen: what
        is known and was not seen is marked missing. A scan that cannot say so raises
        `ImporterError`, and the collection stays as it was.

        `Unread` is what could not be read: what is known below it stays, the ingest is partial.
        `Skipped` is what was left out for good: it is counted and told, and marks nothing. A folder
        in which something was skipped, and not `on_purpose`, is read again at each ingest, so that
        it is told again. The title may be left out for `describe` to fill in.
        """
        raise NotImplementedError

    def describe(self, asset: FoundAsset) -> FoundAsset:
        """The asset with all that is expensive to find out.

        Called once for each asset of a scan that is new or whose fingerprint is another one, while
        the scan goes on, and for every asset of a narrowed ingest. The id must stay; the
        fingerprint is that of the scan, whatever is given. `Skipped` leaves the asset out (one that
        is known stays as it was), anything else counts as not read.
        """
        return asset

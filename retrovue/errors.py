"""Everything that can go wrong, as one tree; each class knows its stable code and its exit code.

    RetrovueError
    ├── UsageError                  usage
    ├── NotFound                    not_found
    ├── AlreadyExists               already_exists
    ├── Ambiguous                   ambiguous
    ├── UnknownSourceType           unknown_source_type
    ├── ImporterFailed              importer_failed
    │   └── SecretNotSet            importer_failed
    ├── DiscoveryFailed             discovery_failed
    ├── NotIngestible               not_ingestible
    ├── InvalidState                invalid_state
    ├── WouldLoseCollections        would_lose_collections
    ├── AnotherLibrary              another_library
    ├── AnotherServer               another_server
    ├── CheckFailed                 one of TROUBLES
    ├── IngestFailed                ingest_failed
    │   ├── WouldLoseAssets         would_lose_assets
    │   └── NoSyncEnabledCollections  no_sync_enabled_collections
    ├── Interrupted                 interrupted
    ├── OutputFailed                output
    ├── SettingsUnreadable          settings_unreadable
    └── DatabaseFailure             database
        ├── Locked                  locked
        ├── NewerFile               newer_file
        ├── NotACatalogue           not_a_catalogue
        └── GuaranteeViolated       guarantee_violated

`ImporterError` stands apart: it is what an importer raises; the verbs turn it into one of these.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args

from retrovue.commands import Line

Trouble = Literal[
    "refused",
    "unreachable",
    "name_not_found",
    "tls",
    "timeout",
    "wrong_token",
    "server_error",
    "redirected",
    "not_this_service",
    "another_server",
    "library_gone",
    "mapping_gone",
]
TROUBLES: tuple[Trouble, ...] = get_args(Trouble)
"""What can be wrong with a source, in one word each; of several the first here is the code."""


class RetrovueError(Exception):
    """A failure with a message for a person.

    `message` is one line without the word "Error"; `detail` are the lines below it (reasons,
    candidates); `hint` is what to type next. Commands in them are values, never text.
    """

    code = "error"
    exit_code = 1

    def __init__(self, message: str, detail: Iterable[Line] = (), hint: Line | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.detail: list[Line] = list(detail)
        self.hint = hint

    @property
    def reasons(self) -> list[str]:
        """The lines of `detail` that say why, without what to type."""
        return [line for line in self.detail if isinstance(line, str)]

    @property
    def to_type(self) -> list[Line]:
        """What to type next: the commands of `detail`, and the hint."""
        commands = [line for line in self.detail if not isinstance(line, str)]
        return [*commands, *([self.hint] if self.hint else [])]

    @property
    def lines(self) -> list[Line]:
        """All that stands below the message: `detail` and the hint."""
        return [*self.detail, *([self.hint] if self.hint else [])]

    def to_dict(self) -> dict[str, Any]:
        """Code, message and reasons, as the history keeps them."""
        return {"code": self.code, "message": self.message, "detail": self.reasons}


class UsageError(RetrovueError):
    code = "usage"


class NotFound(RetrovueError):
    code = "not_found"


class AlreadyExists(RetrovueError):
    code = "already_exists"


class Ambiguous(RetrovueError):
    code = "ambiguous"


class UnknownSourceType(RetrovueError):
    code = "unknown_source_type"


class ImporterFailed(RetrovueError):
    code = "importer_failed"


class SecretNotSet(ImporterFailed):
    """A secret is read from an environment variable that is not set."""


class DiscoveryFailed(RetrovueError):
    code = "discovery_failed"


class NotIngestible(RetrovueError):
    code = "not_ingestible"


class InvalidState(RetrovueError):
    code = "invalid_state"


class WouldLoseCollections(RetrovueError):
    code = "would_lose_collections"


class AnotherLibrary(RetrovueError):
    code = "another_library"


class AnotherServer(RetrovueError):
    code = "another_server"


class CheckFailed(RetrovueError):
    """What is wrong with a source; `code` is the first word of it."""

    def __init__(self, message: str, detail: Iterable[Line], code: Trouble) -> None:
        super().__init__(message, detail)
        self.code = code


class IngestFailed(RetrovueError):
    code = "ingest_failed"


class WouldLoseAssets(IngestFailed):
    code = "would_lose_assets"


class PlanRefused(RetrovueError):
    code = "plan_refused"


class NoSyncEnabledCollections(IngestFailed):
    code = "no_sync_enabled_collections"


class Interrupted(RetrovueError):
    code = "interrupted"
    exit_code = 130


class OutputFailed(RetrovueError):
    code = "output"


class SettingsUnreadable(RetrovueError):
    code = "settings_unreadable"


class DatabaseFailure(RetrovueError):
    code = "database"


class Locked(DatabaseFailure):
    code = "locked"


class NewerFile(DatabaseFailure):
    code = "newer_file"


class NotACatalogue(DatabaseFailure):
    code = "not_a_catalogue"


class GuaranteeViolated(DatabaseFailure):
    code = "guarantee_violated"


class ImporterError(Exception):
    """Raised by an importer: the configuration, the discovery or the scan cannot go on.

    The first argument is one line for a person; it is shown and stored after known secrets have
    been taken out of it. `code` says what is wrong in one word, for `source check`: `refused`,
    `unreachable`, `name_not_found`, `tls`, `timeout`, `wrong_token`, `server_error`, `redirected`,
    `not_this_service` or `library_gone`; without one, and with any other, an exception of Python's
    own that it was raised from tells, else it is `unreachable`.
    """

    code: str | None = None

    def __init__(self, *message: object, code: str | None = None) -> None:
        super().__init__(*message)
        if code is not None:
            self.code = code

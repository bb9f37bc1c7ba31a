"""What plugins log, on standard error, without secrets."""

from __future__ import annotations

import logging

from retrovue.redact import scrub

LOGGER = "retrovue.plugins"
_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        from retrovue.cli.output import echo_err

        name = record.name.removeprefix(f"{LOGGER}.")
        try:
            said = scrub(record.getMessage())
        except Exception:  # arguments that do not fit, or whose text cannot be had
            said = f"a message that cannot be shown ({type(record.msg).__name__})"
        for line in said.splitlines():
            echo_err(f"{record.levelname.capitalize()}: {name}: {line}")


def show(verbose: int) -> None:
    """From now on show what is logged below `retrovue.plugins`: warnings always, what informs with
    one `-v`, all of it with two."""
    logger = logging.getLogger(LOGGER)
    logger.setLevel(_LEVELS[min(verbose, 2)])
    logger.propagate = False
    logger.handlers = [_Handler()]

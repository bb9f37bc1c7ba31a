"""Tracebacks of exceptions that became a line of text, for `--debug`.

A plugin's exception ends as a reason in a result. Where its traceback is wanted, it is taken down
here, scrubbed, until it is shown.
"""

from __future__ import annotations

_MOST = 50  # a scan can fail in as many ways as there are items

_texts: list[str] | None = None


def keep(*, wanted: bool) -> None:
    """Whether to take down what `note` is given from now on."""
    global _texts
    _texts = (_texts or []) if wanted else None


def note(error: BaseException) -> None:
    """Take down where an exception comes from, its causes with it; nothing unless it is wanted."""
    if _texts is None or len(_texts) >= _MOST:
        return
    import traceback

    from retrovue.redact import scrub

    _texts.append(scrub("".join(traceback.format_exception(error))))


def taken() -> list[str]:
    """What was taken down since the last look, oldest first."""
    if _texts is None:
        return []
    found = list(_texts)
    _texts.clear()
    return found

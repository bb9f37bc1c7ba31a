"""Standard output and standard error of the process, also where they are closed or full."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from typing import Any, TextIO

from retrovue.errors import OutputFailed

_DESCRIPTORS = (("stdin", os.O_RDONLY), ("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY))


_ESCAPED = "retrovue-escaped"


def _escape(error: UnicodeError) -> tuple[str, int]:
    """What the encoding of a stream does not have, as JSON spells it."""
    import json

    assert isinstance(error, UnicodeEncodeError)
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error(_ESCAPED, _escape)


class _Stdout(io.TextIOWrapper):
    """Standard output whose failures are OutputFailed, but for a reader that went away."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError as error:
            raise _failure(error) from error

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            raise _failure(error) from error


def _failure(error: OSError) -> Exception:
    if isinstance(error, BrokenPipeError):
        return error
    return OutputFailed(f"Standard output cannot be written ({error.strerror or error})")


class _Stderr(io.TextIOWrapper):
    """Standard error that nothing fails by: where it cannot be written, nobody can be told so."""

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            super().flush()


def reopen() -> None:
    """Put something in the place of descriptors that were closed, lest a file of ours gets their
    number. What is written to a closed standard output fails as it should."""
    for number, (name, mode) in enumerate(_DESCRIPTORS):
        if getattr(sys, name) is not None:
            continue
        opened = os.open(os.devnull, mode)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        how = "r" if name == "stdin" else "w"
        stream = open(number, how, encoding="utf-8", closefd=False)  # noqa: SIM115  for good
        setattr(sys, name, stream)


def stdout() -> TextIO:
    """Standard output, with failures that have a name."""
    return _wrapped(_Stdout, sys.stdout)


def stderr() -> TextIO:
    """Standard error, without failures."""
    return _wrapped(_Stderr, sys.stderr)


def _wrapped(kind: type[io.TextIOWrapper], stream: Any) -> TextIO:
    if not hasattr(stream, "buffer"):  # what somebody put there has no descriptor
        return stream  # type: ignore[no-any-return]
    stream.flush()
    return kind(
        stream.buffer,
        encoding=stream.encoding,
        errors=_ESCAPED,
        line_buffering=stream.isatty() or kind is _Stderr,
    )


def reserve_stdout() -> TextIO:
    """Standard output for the one object alone: what else is written to its descriptor, by a plugin
    or a process that it starts, goes to stderr."""
    try:
        if sys.stdout.fileno() != 1:
            return stdout()
        own = os.dup(1)
        os.dup2(2, 1)
    except (OSError, ValueError):  # no real file, or no stderr
        return stdout()
    return _Stdout(open(own, "wb"), encoding=sys.stdout.encoding, errors=_ESCAPED)


def release(stream: Any, before: Any) -> None:
    """Let go of a stream made here; what still waits and cannot be written is dropped."""
    if stream is before:
        return
    try:
        stream.flush()
        stream.buffer.flush()
    except (OSError, OutputFailed):
        _drop(stream)
    if stream.buffer is getattr(before, "buffer", None):
        stream.detach()


def _drop(stream: Any) -> None:
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    with contextlib.suppress(OSError, OutputFailed):
        stream.flush()

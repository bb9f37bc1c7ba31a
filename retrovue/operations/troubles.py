"""What is wrong with a source, in one word, told by what its importer raised."""

from __future__ import annotations

from collections.abc import Iterator

from retrovue.errors import TROUBLES, Trouble


def word_of(error: BaseException) -> Trouble:
    """The word that an importer gave, else what an exception of Python's own says that it was
    raised from, else `unreachable`."""
    for one in _chain(error):
        code = getattr(one, "code", None)  # a number where HTTP answered with it (urllib)
        for word in TROUBLES:
            if word == code:
                return word
        told = _of_status(code) if isinstance(code, int) else _of_python(one)
        if told is not None:
            return told
    return "unreachable"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception, and those that it came from."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _of_status(code: int) -> Trouble | None:
    """https://www.rfc-editor.org/rfc/rfc9110#name-status-codes"""
    if code in (401, 403):
        return "wrong_token"
    if code == 429 or 500 <= code < 600:
        return "server_error"
    if 400 <= code < 500:
        return "not_this_service"
    return "redirected" if 300 <= code < 400 else None


def _of_python(error: BaseException) -> Trouble | None:
    if not isinstance(error, OSError):
        return None
    import socket
    import ssl

    kinds: tuple[tuple[type[OSError], Trouble], ...] = (
        (ConnectionRefusedError, "refused"),
        (socket.gaierror, "name_not_found"),
        (TimeoutError, "timeout"),
        (ssl.SSLError, "tls"),
    )
    return next((word for kind, word in kinds if isinstance(error, kind)), None)

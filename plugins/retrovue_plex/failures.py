"""Everything that can go wrong between us and a server, each as one line that says what to do.

plexapi lets four families of exceptions through (its own, those of requests, ElementTree's
ParseError, TypeError and AttributeError on an empty answer), and their texts quote whole answers
and addresses. Here they all become one, made of our own words.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.client import BadStatusLine, RemoteDisconnected
from typing import TypeVar
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, LocationParseError, ReadTimeoutError

from retrovue import ImporterError

Result = TypeVar("Result")

LONGEST_WAIT = 10
"""Seconds; a server that asks for more patience than this is not asked again."""

_NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN)

_STATUS = {
    401: "{url} refused the token (401 Unauthorized): give a valid one with --token",
    403: "{url} does not allow this token in (403 Forbidden): use the token of the server's owner",
    404: "{url} does not know what was asked (404 Not Found): check --base-url, or discover again",
    429: "{url} wants fewer requests (429 Too Many Requests): try again later",
    503: "{url} is busy or starting up (503 Service Unavailable): try again later",
}


class PlexFailure(ImporterError):
    """A failure in words; `again` is after how many seconds it is worth one more try, else None;
    `status` the HTTP status where that is what failed; `code` as `ImporterError` has it."""

    def __init__(
        self, message: str, again: float | None = None, status: int = 0, code: str | None = None
    ) -> None:
        super().__init__(message, code=code or _word(status))
        self.again = again
        self.status = status


def translate_errors(url: str, work: Callable[[], Result]) -> Result:
    """Do the work; whatever it raises becomes a `PlexFailure` about the server at `url`.

    It is raised outside of the `except`, so that no traceback holds the foreign exception.
    """
    try:
        return work()
    except ImporterError as error:
        failure = error
    except Exception as error:
        failure = explained(url, error)
    raise failure.with_traceback(None)


def explained(url: str, error: Exception) -> PlexFailure:
    """The failure that an exception of requests, plexapi or the XML parser stands for."""
    if isinstance(error, requests.RequestException | HTTPError):
        return _network(url, list(_exception_chain(error)))
    return not_plex(url, "its answer is not the XML that Plex sends")


def not_plex(url: str, why: str) -> PlexFailure:
    return PlexFailure(
        f"{url} does not answer like a Plex server ({why}): check --base-url",
        code="not_this_service",
    )


def closed(url: str, code: int) -> PlexFailure:
    return PlexFailure(
        f"{url} does not say without a token which server it is ({code}{_phrase(code)}): "
        "is there a proxy before it? Nothing secret was sent",
        status=code,
    )


def another_library(url: str, section: str) -> PlexFailure:
    return PlexFailure(
        f"{url} has another library under the number {section} now: discover the source again",
        code="library_gone",
    )


def late(url: str, seconds: float) -> PlexFailure:
    return PlexFailure(
        f"{url} took longer than {seconds:g} s for one answer: "
        "try again when it is less busy, or give a longer --timeout",
        code="timeout",
    )


def too_big(url: str, limit: int) -> PlexFailure:
    return PlexFailure(
        f"{url} sent more than {limit // 2**20} MB in one answer: is it Plex?",
        code="not_this_service",
    )


def broken_page(url: str, why: str) -> PlexFailure:
    return PlexFailure(
        f"{url} sent a page that cannot be read ({why}): "
        "try again, and look at the Plex server's log if it stays so",
        again=0,
        code="server_error",
    )


def status(url: str, response: requests.Response) -> PlexFailure:
    """The failure that a status other than 200 stands for; the body is never quoted."""
    code = response.status_code
    if 300 <= code < 400:
        return PlexFailure(_redirect(url, response), status=code)
    text = _STATUS.get(code)
    if text is None:
        text = f"{{url}} failed with {code}{_phrase(code)}: look at the Plex server's log"
    again = _patience(response) if code in (429, 503) else None
    return PlexFailure(text.format(url=url), again, code)


def _word(status: int) -> str | None:
    """What a status means, in one word; None where none is what failed."""
    if status in (401, 403):
        return "wrong_token"
    if status == 429 or status >= 500:
        return "server_error"
    if 300 <= status < 400:
        return "redirected"
    return "not_this_service" if status else None


def _phrase(code: int) -> str:
    try:
        return f" {HTTPStatus(code).phrase}"
    except ValueError:
        return ""


def _redirect(url: str, response: requests.Response) -> str:
    """Names the address it points to by scheme, host and port alone: the rest is foreign text."""
    try:
        target = urlsplit(response.headers.get("Location", ""))
        port = f":{target.port}" if target.port else ""
        host = target.hostname or ""
    except ValueError:
        host = ""
    token = str(response.request.headers.get("X-Plex-Token", "")).lower()
    known = host and token not in host
    where = f"{target.scheme}://{host}{port}" if known else "another page"
    return (
        f"{url} redirects to {where} ({response.status_code}), where the token is not sent: "
        "give the address of the Plex server itself as --base-url"
    )


def _patience(response: requests.Response) -> float | None:
    """Retry-After in seconds (RFC 9110, 10.2.3) if it is short."""
    text = response.headers.get("Retry-After", "")
    if text.isascii() and text.isdecimal() and len(text) < 9 and int(text) <= LONGEST_WAIT:
        return float(text)
    return None


def _exception_chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and those it wraps: requests and urllib3 put them into `args` and `reason`."""
    waiting, known = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if id(one) in known:
            continue
        known.add(id(one))
        yield one
        wrapped = (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
        waiting.extend(other for other in wrapped if isinstance(other, BaseException))


def _network(url: str, family: list[BaseException]) -> PlexFailure:
    def among(*kinds: type[BaseException]) -> BaseException | None:
        return next((one for one in family if isinstance(one, kinds)), None)

    if among(requests.exceptions.SSLError, ssl.SSLError):
        return _tls(url, among(ssl.SSLCertVerificationError))
    if among(socket.gaierror, LocationParseError):
        host = urlsplit(url).hostname
        return PlexFailure(
            f"the host name {host} is not known: check --base-url", code="name_not_found"
        )
    if among(ConnectionRefusedError):
        return PlexFailure(
            f"{url} refused the connection: is Plex running there, on that port (usually 32400)?",
            code="refused",
        )
    if among(requests.Timeout, ReadTimeoutError, TimeoutError):
        return PlexFailure(
            f"{url} did not answer in time: is it up? Give a longer --timeout if it is slow",
            code="timeout",
        )
    no_way = next((one for one in family if getattr(one, "errno", None) in _NO_WAY), None)
    if isinstance(no_way, OSError):
        return PlexFailure(
            f"{url} cannot be reached ({no_way.strerror}): is the network up, and its host on?",
            code="unreachable",
        )
    return _broken(url, family[0], among(BadStatusLine))


def _broken(url: str, error: BaseException, no_http: BaseException | None) -> PlexFailure:
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return not_plex(url, "its answer cannot be unpacked")
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        code = "unreachable" if isinstance(error, requests.ConnectionError) else "server_error"
        if no_http is not None and not isinstance(no_http, RemoteDisconnected):
            code = "not_this_service"
        return PlexFailure(
            f"{url} broke off the connection: does it want https:// or another port?",
            again=0,
            code=code,
        )
    return PlexFailure(
        f"{url} cannot be asked ({type(error).__name__}): check --base-url", code="unreachable"
    )


def _tls(url: str, refused: BaseException | None) -> PlexFailure:
    if not isinstance(refused, ssl.SSLCertVerificationError):
        return PlexFailure(
            f"{url} does not speak TLS as expected: try http:// in --base-url", code="tls"
        )
    return PlexFailure(
        f"the certificate of {url} was not accepted ({refused.verify_message.rstrip('.')}): use "
        "the server's plex.direct address, name your CA's file in REQUESTS_CA_BUNDLE, or give "
        "--insecure",
        code="tls",
    )

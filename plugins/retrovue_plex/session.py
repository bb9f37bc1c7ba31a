"""The only door to the network: one host, no redirect, a deadline and a size limit for each answer.

A time limit of requests counts from one byte to the next, so that a server that sends one now and
then holds it for ever; it also reads whatever is sent. Here an answer as a whole has a deadline,
name look-up, handshake and headers included, and a limit on its unpacked size.
"""

from __future__ import annotations

import os
import queue
import threading
import warnings
from collections.abc import Callable
from typing import Any

import requests
from urllib3.exceptions import InsecureRequestWarning

from retrovue_plex import failures
from retrovue_plex.settings import Settings

DEADLINE = 4
"""A whole answer may take this many times the time limit of one read."""

LARGEST = 32 * 2**20
"""Bytes of one answer, unpacked; a page of 1000 items has two or three million."""

WHO = {
    "X-Plex-Product": "RetroVue",
    "X-Plex-Device-Name": "RetroVue",
    "X-Plex-Client-Identifier": "retrovue",
    "Accept": "application/xml",
}

_CHUNK = 2**16
_PACKINGS = ("", "identity", "gzip", "deflate")


class PlexSession(requests.Session):
    """A session that talks to one server and hands out whole answers with status 200."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.url = settings.base_url
        self.limit = settings.timeout
        self.trust_env = False  # no proxy and no .netrc: the token is for this server alone
        self.max_redirects = 0
        self.verify = _verify(settings)
        self.headers["Accept-Encoding"] = "gzip, deflate"

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: requests would read the whole body of a redirect and carry the token along."""

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """The answer, read to its end; raises `PlexFailure` for everything else."""
        kwargs |= {"stream": True, "allow_redirects": False, "timeout": self.limit}
        return failures.translate_errors(self.url, lambda: self._in_time(request, kwargs))

    def _in_time(
        self, request: requests.PreparedRequest, kwargs: dict[str, Any]
    ) -> requests.Response:
        """Let a thread wait for the server, and wait for the thread no longer than the deadline."""
        opened: list[requests.Response] = []

        def work() -> requests.Response:
            opened.append(super(PlexSession, self).send(request, **kwargs))
            return self._whole(opened[0])

        deadline = self.limit * DEADLINE
        try:
            return _run_with_deadline(work, deadline)
        except queue.Empty:
            _abort_read(opened)
        raise failures.late(self.url, deadline)

    def _whole(self, response: requests.Response) -> requests.Response:
        """The response with its body in memory; its text is UTF-8 whatever a proxy says."""
        with response:
            if response.status_code != 200:
                raise failures.status(self.url, response)
            if response.headers.get("Content-Encoding", "").lower() not in _PACKINGS:
                raise failures.not_plex(self.url, "its answer is packed in a way not asked for")
            body = self._body(response)
        if b"<!DOCTYPE" in body:  # a web page, or the entities of an XML bomb
            raise failures.not_plex(self.url, "its answer has a document type, as web pages do")
        response._content = body
        response.encoding = "utf-8"
        return response

    def _body(self, response: requests.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > LARGEST:
                raise failures.too_big(self.url, LARGEST)
        return bytes(body)


def _abort_read(opened: list[requests.Response]) -> None:
    """End the wait of the thread that reads; closing would wait for it (needs urllib3 2.3)."""
    for response in opened:
        try:
            response.raw.shutdown()
        except (AttributeError, ValueError, OSError):
            pass


def _run_with_deadline(work: Callable[[], requests.Response], seconds: float) -> requests.Response:
    """What the work returns or raises; `queue.Empty` when it is not done in time.

    The thread is a daemon: one that hangs in a system call never holds up the end of the program.
    """
    done: queue.SimpleQueue[requests.Response | BaseException] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put(work())
        except BaseException as error:
            done.put(error)

    threading.Thread(target=run, daemon=True).start()
    outcome = done.get(timeout=seconds)
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def _verify(settings: Settings) -> bool | str:
    """What the certificate is checked against: the usual authorities, or a file named for it.

    The variables are those of requests, which reads them only together with proxies and .netrc.
    """
    if settings.insecure:
        warnings.filterwarnings("ignore", category=InsecureRequestWarning)
        return False
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True

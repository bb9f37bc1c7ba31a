"""The only door to the server: one host, no redirect, a deadline and a size limit for each answer.

The API is described at https://api.jellyfin.org/.
"""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Generator, Iterator
from types import TracebackType
from typing import Any

import httpx

from retrovue import ImporterError
from retrovue_jellyfin.settings import Settings

PAGE = 500
"""Items of one page."""
LARGEST = 64 * 2**20
"""Bytes of one answer; a page of 500 films with all their streams has four million."""
DEADLINE = 4
"""A whole answer may take this many times the time limit of one read."""

Json = dict[str, Any]

_STATUS = {
    401: "refused the API key (401 Unauthorized): give a valid one with --api-key",
    403: "does not allow this API key in (403 Forbidden): give one made in the dashboard",
    404: "does not know what was asked (404 Not Found): check --base-url, or discover again",
    503: "is busy or starting up (503 Service Unavailable): try again later",
}


class Client:
    """A connection to one server, closed at the end of its `with`. Every method raises
    ImporterError, with one line for a person and without the key, for whatever goes wrong."""

    def __init__(self, settings: Settings, *, with_key: bool = True) -> None:
        self.url = settings.base_url
        self._limit = settings.timeout * DEADLINE
        self._answers = False
        who = 'MediaBrowser Client="RetroVue", Device="RetroVue", DeviceId="retrovue", Version="1"'
        key = f', Token="{settings.api_key}"' if with_key else ""
        self._http = httpx.Client(
            timeout=settings.timeout,
            verify=not settings.insecure,
            trust_env=False,  # no proxy and no .netrc: the key is for this server alone
            follow_redirects=False,
            headers={"Authorization": who + key, "Accept": "application/json"},
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def server(self) -> tuple[str, str]:
        """The id of the server, and its name and version; it tells them to anybody."""
        answer = self._get("/System/Info/Public")
        found = answer.get("Id") if isinstance(answer, dict) else None
        if not isinstance(found, str) or not found:
            raise self._odd("it does not say which server it is")
        named = f"'{answer.get('ServerName') or ''}'"
        words = (answer.get("ProductName") or "Jellyfin Server", named, answer.get("Version"))
        return found, " ".join(str(word) for word in words if word and word != "''")

    def libraries(self) -> list[Json]:
        """The libraries, as the server describes them."""
        return self._objects(self._get("/Library/VirtualFolders"))

    def extras(self, item_id: str) -> list[Json]:
        """The special features of an item, and its trailers."""
        found = []
        for kind in ("SpecialFeatures", "LocalTrailers"):
            fields = {"fields": "Path,MediaSources"}
            found += self._objects(self._get(f"/Items/{item_id}/{kind}", fields))
        return found

    def parts(self, item_id: str) -> list[Json]:
        """The parts of a film after its first."""
        answer = self._get(f"/Videos/{item_id}/AdditionalParts")
        return self._objects(answer.get("Items") if isinstance(answer, dict) else None)

    def items(self, query: dict[str, str]) -> Iterator[Json]:
        """Every item that a query finds, page by page, each once.

        A library can change while it is read, so that items slip from one page to another: a
        reading counts only when each page named the same total and so many came. Otherwise all
        pages are read once more; what was handed out is not handed out again.
        """
        seen: set[str] = set()
        for _ in range(2):
            fault = yield from self._one_pass(query, seen)
            if fault is None:
                return
        raise ImporterError(
            f"the list of {self.url} does not add up, also when read again ({fault}):"
            " wait until Jellyfin has finished scanning, then ingest again"
        )

    def _one_pass(self, query: dict[str, str], seen: set[str]) -> Generator[Json, None, str | None]:
        """The items not `seen` yet; returns what does not add up."""
        ids: set[str] = set()
        start, total = 0, None
        while total is None or start < total:
            page, said = self._page(query, start)
            if total not in (None, said):
                return f"{said} items, after {total}"
            total = said
            for item in page:
                item_id = str(item.get("Id"))
                ids.add(item_id)
                if item_id not in seen:
                    seen.add(item_id)
                    yield item
            start += len(page)
            if not page:
                break
        return None if len(ids) == total else f"{len(ids)} of {total} items came"

    def _page(self, query: dict[str, str], start: int) -> tuple[list[Json], int]:
        window = {"startIndex": str(start), "limit": str(PAGE), "enableTotalRecordCount": "true"}
        answer = self._get("/Items", {**query, **window})
        total = answer.get("TotalRecordCount") if isinstance(answer, dict) else None
        if type(total) is not int or total < 0:
            raise self._odd("a page does not say how many items there are")
        return self._objects(answer.get("Items")), total

    def _objects(self, found: Any) -> list[Json]:
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self._odd("an answer is no list of items")
        return found

    def _get(self, path: str, query: dict[str, str] | None = None) -> Any:
        try:
            body = self._body(path, query)
        except httpx.HTTPError as error:
            failure = self._failure(error)
        else:
            try:
                return json.loads(body)
            except (ValueError, RecursionError):
                failure = self._odd("its answer is not JSON")
        raise failure  # outside of the except: no traceback holds the foreign exception

    def _body(self, path: str, query: dict[str, str] | None) -> bytes:
        end = time.monotonic() + self._limit
        body = bytearray()
        with self._http.stream("GET", self.url + path, params=query) as response:
            if response.status_code != 200:
                raise self._status(response)
            self._answers = True
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    says = f"{self.url} sent more than {LARGEST >> 20} MB at once"
                    raise ImporterError(says, code="not_this_service")
                if time.monotonic() > end:
                    raise self._late(self._limit)
        return bytes(body)

    def _status(self, response: httpx.Response) -> ImporterError:
        status = response.status_code
        if 300 <= status < 400:
            return ImporterError(
                f"{self.url} points to another address ({status}), which gets no key:"
                " give the address itself with --base-url",
                code="redirected",
            )
        says = _STATUS.get(status, f"failed with {status}: look at the Jellyfin server's log")
        code = "server_error" if status == 429 or status >= 500 else "not_this_service"
        if status in (401, 403):
            code = "wrong_token"
        return ImporterError(f"{self.url} {says}", code=code)

    def _failure(self, error: httpx.HTTPError) -> ImporterError:
        if isinstance(error, httpx.TimeoutException):
            return self._late(self._limit / DEADLINE)
        if isinstance(error, httpx.ConnectError):
            code, why = _why(error)
            return ImporterError(
                f"{self.url} cannot be reached{why}: is it up, and is --base-url right?", code=code
            )
        return ImporterError(
            f"{self.url} broke off its answer ({type(error).__name__}): try again",
            code=self._broken(error),
        )

    def _broken(self, error: httpx.HTTPError) -> str:
        """What an answer that ends too early means: half of one, none, or none of HTTP."""
        if self._answers:
            return "server_error"
        if _wants_tls(httpx.URL(self.url)):
            return "tls"
        return "not_this_service" if isinstance(error, httpx.RemoteProtocolError) else "unreachable"

    def _late(self, seconds: float) -> ImporterError:
        return ImporterError(
            f"{self.url} did not answer within {seconds:g} s: give a longer --timeout if it is"
            " slow",
            code="timeout",
        )

    def _odd(self, why: str) -> ImporterError:
        return ImporterError(
            f"{self.url} does not answer like a Jellyfin server ({why}): check --base-url",
            code="not_this_service",
        )


def _why(error: BaseException) -> tuple[str, str]:
    """What kept a connection from being made, in one word and in a few."""
    one: BaseException | None = error
    while one is not None and not isinstance(one, OSError):
        one = one.__cause__ or one.__context__
    if isinstance(one, ssl.SSLCertVerificationError):
        return "tls", f" ({one.verify_message.rstrip('.')})"
    if isinstance(one, ssl.SSLError):
        return "tls", " (it does not speak TLS)"
    if isinstance(one, socket.gaierror):
        return "name_not_found", " (its name is not known)"
    why = f" ({one.strerror})" if one is not None and one.strerror else ""
    return "refused" if isinstance(one, ConnectionRefusedError) else "unreachable", why


def _wants_tls(url: httpx.URL) -> bool:
    """Whether an address of http:// is one of https://, told by a handshake; nothing else is
    sent."""
    if url.scheme != "http":
        return False
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        place = url.host, url.port or 80
        with socket.create_connection(place, 5) as plain, context.wrap_socket(plain):
            return True
    except (OSError, UnicodeError):
        return False

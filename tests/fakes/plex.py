"""A Plex server on loopback for the tests: real-shaped XML, paging, a token, and faults on demand.

    with FakePlex(token="...") as plex:
        plex.add_section("1", "Movies", "movie", ["/data/Movies"], [movie(1), movie(2)])
        plex.fault("/library/sections/1/all", start=1000, status=500)
        ...
        assert plex.pages("1") == 2

It holds no catalogue of what a server should do beyond what RetroVue asks: `/`, `/identity`,
`/library`, `/library/sections` and `/library/sections/KEY/all?type=N`. Everything else is 404.
"""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from fakes.plex_rows import (
    Many,
    clip,
    element,
    episode,
    home_video,
    media,
    movie,
    part,
    photo,
    row,
    track,
)

__all__ = [
    "FakePlex",
    "Many",
    "Request",
    "Section",
    "clip",
    "element",
    "episode",
    "home_video",
    "media",
    "movie",
    "part",
    "photo",
    "row",
    "track",
    "uuid",
]

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
TYPES = {"movie": "1", "show": "4", "artist": "10", "photo": "13"}
CLIPS = "12"
AGENTS = {"movie": "tv.plex.agents.movie", "show": "tv.plex.agents.series"}


def uuid(key: object) -> str:
    """That of a section of which nothing else is said."""
    return f"00000000-0000-4000-8000-{key or 0:>012}"


@dataclass
class Section:
    """A library. `items` can be changed at any time, also between two pages.

    `cap` is the most items a page may have whatever was asked; `total` is what `totalSize` says:
    a function of the true number, None to leave it out; `uuid` is what stays when it gets another
    key (None: one made of the key), and pages tell it unless `pages_say_uuid` is False.
    """

    key: str | None
    title: str | None
    type: str
    locations: Sequence[str]
    items: Sequence[str]
    clips: Sequence[str] = ()
    agent: str | None = None
    scanner: str | None = None
    uuid: str | None = None
    pages_say_uuid: bool = True
    cap: int = 10**9
    total: Callable[[int], object] = int

    def xml(self) -> str:
        attributes: dict[str, object] = {
            "allowSync": 1,
            "filters": 1,
            "refreshing": 0,
            "key": self.key,
            "type": self.type,
            "title": self.title,
            "agent": self.agent or AGENTS.get(self.type, "tv.plex.agents.music"),
            "scanner": self.scanner or "Plex Scanner",
            "language": "en",
            "uuid": self.shown_uuid,
        }
        places = [
            element("Location", {"id": number, "path": path})
            for number, path in enumerate(self.locations, 1)
        ]
        return element("Directory", attributes, *places)

    @property
    def shown_uuid(self) -> str:
        return uuid(self.key) if self.uuid is None else self.uuid

    def rows(self, number: str) -> Sequence[str]:
        if number == CLIPS:
            return self.clips
        return self.items if number == TYPES.get(self.type) else ()


@dataclass
class Request:
    """What a client sent; header names in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    line: str

    @property
    def start(self) -> int:
        return int(self.headers.get("x-plex-container-start", 0))


@dataclass
class Fault:
    """What goes wrong with requests for `path`, `times` times (None: always).

    `start` limits it to the page that starts there. `status`, `headers` and `body` replace the
    answer; `edit` changes its body; `cut` closes the connection after so many bytes of it; `drip`
    sends it byte by byte with so many seconds between; `hang` never answers. A `body` without a
    `status` has 200.
    """

    path: str
    start: int | None = None
    times: int | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    edit: Callable[[bytes], bytes] = bytes
    cut: int | None = None
    drip: float | None = None
    hang: bool = False

    def meets(self, request: Request) -> bool:
        if self.times == 0 or request.path != self.path:
            return False
        return self.start is None or self.start == request.start


class FakePlex:
    """A server that lives as long as its `with` block; see the module for an example."""

    def __init__(
        self,
        token: str = "fake-token-0123456789",
        *,
        tls: tuple[str, str] | None = None,
        prefix: str = "",
        latency: float = 0.0,
        compress: bool = False,
        content_type: str = "text/xml;charset=utf-8",
    ) -> None:
        """`tls` are the files of a certificate and its key; `latency` in seconds."""
        self.token, self.prefix, self.latency = token, prefix, latency
        self.compress, self.content_type = compress, content_type
        self.machine: str | None = "f" * 40
        self.sections: list[Section] = []
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.before_page: Callable[[Request], None] = lambda request: None
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.plex = self
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}{prefix}"

    def __enter__(self) -> FakePlex:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def add_section(
        self,
        key: str | None,
        title: str | None,
        type: str = "movie",
        locations: Sequence[str] = ("/data/Movies",),
        items: Sequence[str] = (),
        **more: object,
    ) -> Section:
        """A library; `more` are fields of `Section`."""
        section = Section(key, title, type, locations, items, **more)  # type: ignore[arg-type]
        self.sections.append(section)
        return section

    def fault(self, path: str, **how: object) -> Fault:
        """Let requests for `path` go wrong; the fields of `Fault` say how."""
        fault = Fault(path, **how)  # type: ignore[arg-type]
        self.faults.append(fault)
        return fault

    def paths(self) -> list[str]:
        """The paths asked for so far, in order."""
        return [request.path for request in self.requests]

    def trusted(self) -> list[str]:
        """The paths of the requests so far that carried a token, in a header or in the address."""
        return [
            request.path
            for request in self.requests
            if "x-plex-token" in request.headers or "token" in request.line.lower()
        ]

    def pages(self, key: str) -> int:
        """How many pages of a section were asked for so far."""
        return self.paths().count(f"/library/sections/{key}/all")

    def answer(self, request: Request) -> tuple[int, bytes]:
        """The status and body that a healthy server would send."""
        if request.path == "/identity":
            return 200, _container({"size": 0, "machineIdentifier": self.machine})
        if request.headers.get("x-plex-token") != self.token:
            return 401, b"<html><body><h1>401 Unauthorized</h1></body></html>"
        if request.path == "/":
            return 200, _container({"size": 0, "friendlyName": "Fake", "version": "1.41.2.9200"})
        if request.path == "/library":
            return 200, _container({"size": 0, "title1": "Plex Library"})
        if request.path.rstrip("/") == "/library/sections":
            rows = [section.xml() for section in self.sections]
            return 200, _container({"size": len(rows), "title1": "Plex Library"}, *rows)
        for section in self.sections:
            if request.path == f"/library/sections/{section.key}/all":
                self.before_page(request)
                return 200, _page(section, request)
        return 404, b"<html><body><h1>404 Not Found</h1></body></html>"


def _page(section: Section, request: Request) -> bytes:
    rows = section.rows(request.query.get("type", ""))
    size = min(int(request.headers.get("x-plex-container-size", len(rows))), section.cap)
    some = rows[request.start : request.start + size]
    attributes: dict[str, object] = {
        "size": len(some),
        "totalSize": section.total(len(rows)),
        "offset": request.start,
        "allowSync": 1,
        "librarySectionTitle": section.title,
        "librarySectionUUID": section.shown_uuid if section.pages_say_uuid else None,
    }
    return _container(attributes, *some)


def _container(attributes: dict[str, object], *rows: str) -> bytes:
    return (HEAD + element("MediaContainer", attributes, *rows)).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    plex: FakePlex

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away in the middle are what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits 40 ms until its headers are acknowledged
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""

    def do_GET(self) -> None:
        plex = self.server.plex
        url = urlsplit(self.path)
        request = Request(
            self.command,
            url.path.removeprefix(plex.prefix) or "/",
            {name: values[-1] for name, values in parse_qs(url.query).items()},
            {name.lower(): value for name, value in self.headers.items()},
            self.requestline,
        )
        plex.requests.append(request)
        time.sleep(plex.latency)
        fault = next((one for one in plex.faults if one.meets(request)), Fault(""))
        if fault.times:
            fault.times -= 1
        if fault.hang:
            plex.closing.wait()
            self.close_connection = True
            return
        status, body = plex.answer(request) if fault.body is None else (200, fault.body)
        body = fault.edit(body)
        self._send(fault.status or status, body, fault)

    def _send(self, status: int, body: bytes, fault: Fault) -> None:
        plex = self.server.plex
        headers = {"Content-Type": plex.content_type, **fault.headers}
        if plex.compress and "gzip" in self.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self._write(body, fault)

    def _write(self, body: bytes, fault: Fault) -> None:
        if fault.drip is not None:
            for byte in body:
                if self.server.plex.closing.wait(fault.drip):
                    break
                self.wfile.write(bytes([byte]))
        else:
            self.wfile.write(body[: fault.cut])
        if fault.drip is not None or fault.cut is not None:
            self.close_connection = True

"""A Jellyfin server on loopback for the tests: its answers, paging, a key, and faults on demand."""

from __future__ import annotations

import json
import ssl
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]


class FakeJellyfin:
    """`with FakeJellyfin(key) as server:` serves `libraries` and `items`, a list for each library.

    `extras` and `parts` are lists by the id of what they belong to. `failing` is None, a status, or
    one of timeout, drip, cut, count, garbage, redirect, and `failing_at` the path that fails;
    `requests` has each path that was asked, `keys` what stood in `Authorization`.
    """

    def __init__(self, key: str, tls: ssl.SSLContext | None = None) -> None:
        self.key = key
        self.tls = tls
        self.libraries: list[Json] = []
        self.items: dict[str, list[Json]] = {}
        self.extras: dict[str, list[Json]] = {}
        self.parts: dict[str, list[Json]] = {}
        self.failing: str | int | None = None
        self.failing_at = "/Items"
        self.elsewhere = ""
        self.requests: list[str] = []
        self.keys: list[str] = []
        self.id = "58f180d8d2b34927bcfd73eee400ffad"
        self._ended = threading.Event()

    def __enter__(self) -> FakeJellyfin:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with suppress(ConnectionError):
                    fake._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
            self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        scheme = "http" if self.tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    def library(self, id_: str, name: str, type_: str | None, *places: str) -> list[Json]:
        """Add a library, and give the list of its items."""
        told = {"Name": name, "Locations": list(places), "ItemId": id_}
        self.libraries.append(told if type_ is None else {**told, "CollectionType": type_})
        return self.items.setdefault(id_, [])

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        self.requests.append(handler.path)
        said = handler.headers.get("Authorization", "")
        self.keys.append(said)
        if parts.path != "/System/Info/Public" and f'Token="{self.key}"' not in said:
            return self._send(handler, b"", 401)
        if self.failing is not None and parts.path == self.failing_at:
            return self._fail(handler, parse_qs(parts.query))
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        answer = self._found(parts.path, query)
        return self._send(handler, json.dumps(answer).encode(), 200 if answer is not None else 404)

    def _found(self, path: str, query: dict[str, str]) -> Any:
        if path == "/System/Info/Public":
            told = {"ServerName": "Den", "ProductName": "Jellyfin Server", "Version": "10.10.3"}
            return {"Id": self.id, **told}
        if path == "/Library/VirtualFolders":
            return self.libraries
        if path == "/Items":
            return self._page(query)
        noun, item_id, what = [*path.strip("/").split("/"), "", ""][:3]
        if (noun, what) == ("Videos", "AdditionalParts"):
            found = self.parts.get(item_id, [])
            return {"Items": found, "TotalRecordCount": len(found), "StartIndex": 0}
        if what == "SpecialFeatures":
            return self.extras.get(item_id, [])
        return [] if what == "LocalTrailers" else None

    def _page(self, query: dict[str, str]) -> Json:
        wanted = query["includeItemTypes"].split(",")
        found = [item for item in self.items.get(query["parentId"], []) if item["Type"] in wanted]
        start, most = int(query["startIndex"]), int(query["limit"])
        return {
            "Items": found[start : start + most],
            "TotalRecordCount": len(found),
            "StartIndex": start,
        }

    def _fail(self, handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
        if isinstance(self.failing, int):
            return self._send(handler, b"<html>no</html>", self.failing)
        if self.failing == "timeout":
            self._ended.wait(30)
            return None
        if self.failing == "garbage":
            return self._send(handler, b"<html>a page for people</html>", 200)
        if self.failing == "redirect":
            return self._send(handler, b"", 302, {"Location": self.elsewhere})
        if self.failing == "drip":
            return self._drip(handler)
        asked = {name: values[0] for name, values in query.items()}
        page = self._found(urlsplit(handler.path).path, asked)
        if self.failing == "count":
            page["TotalRecordCount"] += 1
        body = json.dumps(page).encode()
        if self.failing == "cut":
            self._send(handler, body[: len(body) // 2], 200, {"Content-Length": str(len(body))})
            handler.close_connection = True
            return None
        return self._send(handler, body, 200)

    def _drip(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not self._ended.is_set():
            handler.wfile.write(b" ")
            time.sleep(0.05)

    @staticmethod
    def _send(
        handler: BaseHTTPRequestHandler,
        body: bytes,
        status: int,
        headers: dict[str, str] | None = None,
    ) -> None:
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


def movie(n: int, **more: Any) -> Json:
    """A film as the server describes it."""
    path = f"/media/movies/Film {n} ({1950 + n})/Film {n}.mkv"
    return {
        "Id": f"{n:032x}",
        "Type": "Movie",
        "Name": f"Film {n}",
        "Etag": f"etag{n}",
        "ProductionYear": 1950 + n % 70,
        "PremiereDate": f"{1950 + n % 70}-05-25T00:00:00.0000000Z",
        "RunTimeTicks": 66_000_000_000,
        "ProviderIds": {"Imdb": f"tt{n:07}", "Tmdb": str(n)},
        "Path": path,
        "LocationType": "FileSystem",
        "MediaSources": [source(path, 1000 + n)],
    } | more


def source(path: str, size: int, **more: Any) -> Json:
    """A file of an item."""
    return {
        "Path": path,
        "Protocol": "File",
        "Type": "Default",
        "IsRemote": False,
        "Container": path.rpartition(".")[2],
        "Size": size,
        "RunTimeTicks": 66_000_000_000,
        "MediaStreams": [
            {"Type": "Video", "Codec": "hevc", "Width": 3840, "Height": 1604},
            {"Type": "Audio", "Codec": "truehd"},
        ],
    } | more


def episode(show: str, season: int | None, number: int | None, **more: Any) -> Json:
    """An episode as the server describes it."""
    path = f"/media/shows/{show}/S{season or 0:02}E{number or 0:02}.mkv"
    own = {
        "Id": f"{zhash(path):032x}",
        "Type": "Episode",
        "Name": f"Part {number}",
        "SeriesName": show,
        "ParentIndexNumber": season,
        "IndexNumber": number,
        "Path": path,
        "MediaSources": [source(path, 500)],
    }
    return movie(1, **own) | {"ProviderIds": {}} | more


def zhash(text: str) -> int:
    """A number of a text, the same in each run."""
    return int.from_bytes(text.encode()[-16:], "big")

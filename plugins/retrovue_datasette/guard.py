"""What keeps secrets from SQL, and strangers from the pages."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

_PAGES = ("sqlite_dbpage", "dbstat")
"""Where SQLite shows the bytes of a file."""


def authorize(
    action: int, first: str | None, second: str | None, schema: str | None, by: str | None
) -> int:
    """The value of a secret reads as NULL, the bytes of the file and other files not at all.
    (The file itself is open for reading alone.) https://www.sqlite.org/c3ref/set_authorizer.html"""
    table = (first or "").lower()
    if action == sqlite3.SQLITE_READ and table == "source_secrets" and second != "source_id":
        return sqlite3.SQLITE_OK if not second or second == "name" else sqlite3.SQLITE_IGNORE
    if action == sqlite3.SQLITE_READ and table in _PAGES:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK


class TokenGuard:
    """An ASGI application that lets pass who has the token: in the address once, then in a cookie.
    Without a token (under plain `datasette`) everybody passes."""

    def __init__(self, app: Any, datasette: Any) -> None:
        self._app = app
        self._datasette = datasette

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        token = getattr(self._datasette, "retrovue_token", None)
        if scope["type"] != "http" or token is None or _has_cookie(scope, token):
            await self._app(scope, receive, send)
            return
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        given = dict(query).get("token", "")
        if secrets.compare_digest(given.encode(), token.encode()):
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
            where = f"/{path.lstrip('/')}{'?' + rest if rest else ''}"  # one slash: no other host
            cookie = f"{_name(token)}={token}; HttpOnly; SameSite=Lax; Path=/"
            await _answer(send, 303, b"", [(b"location", where.encode()),
                                           (b"set-cookie", cookie.encode())])  # fmt: skip
            return
        text = b"This needs the address with its token, which `retrovue browse` printed.\n"
        await _answer(send, 403, text, [])


def _name(token: str) -> str:
    """The cookie's name; two catalogues on two ports of one host share their cookies."""
    return "retrovue_" + hashlib.sha256(token.encode()).hexdigest()[:8]


def _has_cookie(scope: dict[str, Any], token: str) -> bool:
    cookies: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            cookies.load(value.decode("latin-1"))
    found = cookies.get(_name(token))
    return found is not None and secrets.compare_digest(found.value.encode(), token.encode())


async def _answer(send: Any, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"),
             (b"referrer-policy", b"no-referrer")]  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": [*plain, *headers]})
    await send({"type": "http.response.body", "body": body})

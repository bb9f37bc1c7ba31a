"""A catalogue of retrovue in Datasette: pages to look at it, and its secrets out of reach.

It works under `retrovue browse`, which asks for a token, and under `datasette FILE` by hand.
https://docs.datasette.io/en/stable/plugin_hooks.html
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from datasette import hookimpl

from retrovue_datasette import described, guard, pages


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """No SQL reads a secret, whatever page it comes from."""
    conn.set_authorizer(guard.authorize)


@hookimpl
def permission_allowed(action: str) -> bool | None:
    """Nobody downloads a file that holds secrets."""
    return False if action == "view-database-download" else None


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """With a token, every address needs it."""
    return lambda app: guard.TokenGuard(app, datasette)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Our pages; the home page is ours where there is a catalogue."""
    return pages.ROUTES


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """Of our pages, and where strangers are kept out, one page of words and nothing of what was in
    memory; elsewhere Datasette's own."""
    ours = request.path.startswith("/catalogue") or hasattr(datasette, "retrovue_token")
    return pages.error(datasette, request, exception) if ours else None


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """The way home from every page of Datasette."""
    return [{"href": datasette.urls.path("/"), "label": "The catalogue"}]


@hookimpl
def get_metadata(datasette: Any) -> dict[str, Any]:
    """What tables and columns hold, in the words of the documentation."""
    return described.metadata(list(datasette.databases.values()))


@hookimpl
def canned_queries(datasette: Any, database: str) -> dict[str, Any]:
    """Queries to begin with, those of the documentation."""
    found = datasette.databases[database]
    return described.queries() if described.is_ours(found.path) else {}

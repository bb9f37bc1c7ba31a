"""`retrovue browse`: the catalogue in the browser, on this machine alone."""

from __future__ import annotations

import contextlib
import secrets
import signal
import socket
import threading
from collections.abc import Iterator
from typing import Any

import click

from retrovue.cli import base, json_text, options
from retrovue.cli.app import App
from retrovue.cli.commands import STDOUT
from retrovue.errors import RetrovueError

_HOST = "127.0.0.1"
_GOODBYE = 2  # seconds that an open page has when it ends


@click.command("browse", cls=base.Command)
@click.option("--port", type=click.IntRange(0, 65_535), default=0, metavar="N",
              help="Listen there; 0 takes any that is free.")  # fmt: skip
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@options.json_output
@click.pass_context
def command(ctx: click.Context, *, port: int, no_open: bool) -> None:
    """Look at the catalogue in the browser. Ctrl-C ends it.

    It listens on this machine alone, reads only, and needs the token of the address that is
    printed. It comes with: pip install 'retrovue[web]'.
    """
    from retrovue.operations import searching

    app: App = ctx.obj
    app.catalogue.reader()  # there is one, of today's schema
    searching.catch_up(app.catalogue)
    path = app.catalogue.path
    app.catalogue.close()
    listening = _listening(port)
    token = secrets.token_urlsafe(24)
    address = f"http://{_HOST}:{listening.getsockname()[1]}/?token={token}"
    server = _server(path, token)
    stdout = ctx.find_root().meta[STDOUT]
    said = {"status": "success", "address": address}
    stdout.write(f"{json_text.text(said) if app.as_json else address}\n")
    stdout.flush()
    if not no_open:
        threading.Thread(target=click.launch, args=(address,), daemon=True).start()
    server.run(sockets=[listening])


def _listening(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_HOST, port))
        listening.listen()  # who has the address may come before the server is ready
    except OSError as error:
        listening.close()
        raise RetrovueError(
            f"Browse failed: port {port} cannot be used ({error.strerror})",
            hint="Give another one with --port, or none for any that is free.",
        ) from None
    return listening


def _server(path: str, token: str) -> Any:
    """A server of Datasette's pages and ours. Raises RetrovueError where they are not installed."""
    import asyncio

    try:
        import uvicorn
        from datasette import handle_exception
        from datasette.app import Datasette
    except ImportError:
        raise RetrovueError(
            "Browse failed: it needs Datasette, which is not installed",
            hint="Install it: pip install 'retrovue[web]'",
        ) from None
    handle_exception.rich = None  # it would print what is in memory, the token with it
    settings = {
        "allow_download": False,
        "sql_time_limit_ms": 3000,
        "default_cache_ttl": 0,
        "suggest_facets": False,  # a query for each column of each page
    }
    datasette = Datasette([path], settings=settings)
    datasette.retrovue_token = token
    asyncio.run(datasette.invoke_startup())

    class Server(uvicorn.Server):
        """Ctrl-C and SIGTERM end it, and are no failure."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            numbers = (signal.SIGINT, signal.SIGTERM)
            before = {number: signal.signal(number, self.handle_exit) for number in numbers}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    config = uvicorn.Config(
        datasette.app(), log_level="critical", lifespan="on", timeout_graceful_shutdown=_GOODBYE
    )
    return Server(config)

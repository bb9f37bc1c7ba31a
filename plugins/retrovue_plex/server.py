"""A connection to one server: plexapi connects, authenticates and lists the sections.

Pages are read through the same session as bytes and never as plexapi's item objects, which ask
the server again for each attribute that is missing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

from retrovue_plex import failures
from retrovue_plex.pages import Make, Page, PageError, read_page
from retrovue_plex.session import WHO, PlexSession
from retrovue_plex.settings import Settings


@contextmanager
def _no_configuration() -> Iterator[None]:
    """Keep plexapi's own configuration out while it is imported.

    It reads ~/.config/plexapi/config.ini and the environment then, opens log files they name, and
    would put the token into addresses if they say so.
    """
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PLEXAPI_")}
    os.environ["PLEXAPI_CONFIG_PATH"] = os.devnull
    try:
        yield
    finally:
        del os.environ["PLEXAPI_CONFIG_PATH"]
        os.environ.update(kept)


with _no_configuration():
    from plexapi.server import PlexServer

PAGE = 1000
"""Items of one page."""


class _Server(PlexServer):
    """plexapi's server without what it tells others: the machine's name and MAC address, and a
    token in the address."""

    def url(self, key: str, includeToken: bool | None = None) -> str:  # noqa: FBT001 - as in plexapi
        return f"{self._baseurl}{key}"

    def _headers(self, **kwargs: str) -> dict[str, str]:
        return {**WHO, "X-Plex-Token": self._token, **kwargs}


class Connection:
    """An authenticated connection; close it after use. Every method raises `PlexFailure`."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.base_url
        self._session = PlexSession(settings)
        self._server = failures.translate_errors(self.url, lambda: self._connect(settings))

    def _connect(self, settings: Settings) -> Any:
        connect: Any = _Server  # plexapi has no types
        server = connect(self.url, settings.token, self._session, settings.timeout)
        self._container(server._data)
        return server

    def close(self) -> None:
        self._session.close()

    def about(self) -> str:
        """What it says that it is."""
        name, version = self._server.friendlyName, self._server.version
        named = f"'{name}'" if name else None
        return " ".join(str(word) for word in ("Plex Media Server", named, version) if word)

    def sections(self) -> list[Element]:
        """The `Directory` elements of all sections, as they come.

        plexapi's own list breaks when one has no title and drops one of two with the same key.
        """

        def read() -> list[Element]:
            # Shared accounts may be refused /library itself, but not this.
            container = self._container(self._server.query("/library/sections"))
            return container.findall("Directory")

        return failures.translate_errors(self.url, read)

    def require_library(self, section: str, uuid: str, said: str | None) -> None:
        """Raise `PlexFailure` where the section is another library than the one with this uuid;
        the list of sections is asked where its page did not say."""
        if said is None:
            keys = {one.get("key"): one.get("uuid") for one in self.sections()}
            said = keys.get(section)
        if said and said != uuid:
            raise failures.another_library(self.url, section)

    def page(self, section: str, number: int, start: int, make: Make) -> Page:
        """Up to `PAGE` items of the type with this number, from the `start`-th on, each by `make`.

        An answer that is cut off or cannot be read, and a server that asks for a short wait, get
        one more try.
        """
        try:
            return self._page(section, number, start, make)
        except failures.PlexFailure as failure:
            if failure.again is None:
                raise
            wait = failure.again
        time.sleep(wait)
        return self._page(section, number, start, make)

    def _page(self, section: str, number: int, start: int, make: Make) -> Page:
        key = f"/library/sections/{quote(section, safe='')}/all?type={number}&includeGuids=1"
        window = {
            "X-Plex-Container-Start": str(start),
            "X-Plex-Container-Size": str(PAGE),
        }
        headers = self._server._headers(**window)
        body = self._session.get(self._server.url(key), headers=headers).content
        try:
            return read_page(body, make)
        except PageError as error:
            failure = failures.broken_page(self.url, str(error))
        raise failure

    def _container(self, root: Element | None) -> Element:
        if root is None or root.tag != "MediaContainer":
            raise failures.not_plex(self.url, "its answer is not the XML that Plex sends")
        return root

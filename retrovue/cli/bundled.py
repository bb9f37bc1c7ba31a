"""The options of the bundled importers, for a shell that completes them without loading a plugin;
a test holds that they are those of the importers."""

from __future__ import annotations

from pathlib import Path

from retrovue.importers.api import Option

OPTIONS: dict[str, tuple[Option, ...]] = {
    "filesystem": (
        Option("base_path", help="the folder that holds the media", type=Path, required=True),
        Option(
            "collections",
            help="what is a collection: each top folder, the root, or (auto) each top folder if"
            " one bears a usual library name such as Movies or Music",
            type=("auto", "root", "folders"),
            default="auto",
        ),
        Option(
            "kind",
            help="what all of it holds; without it the folders' names say",
            type=("movie", "show", "music", "photo", "video", "mixed"),
        ),
        Option(
            "ignore",
            help="leave out what this pattern names, as in .gitignore: without a slash at any"
            " depth, with one from the collection's folder on",
            multiple=True,
        ),
    ),
    "plex": (
        Option("base_url", help="Address of the server, e.g. http://plex:32400.", required=True),
        Option(
            "token",
            help="Plex token (X-Plex-Token) of the server's owner.",
            required=True,
            envvar="PLEX_TOKEN",
            secret=True,
        ),
        Option(
            "timeout",
            help="Seconds to wait for the server each time; a whole page may take four times as"
            " long.",
            type=float,
            default=30.0,
        ),
        Option("insecure", help="Do not check the server's certificate.", type=bool, default=False),
    ),
}

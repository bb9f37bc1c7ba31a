"""The bundled probe: what media files say of themselves, by FFmpeg's libraries and Pillow, where
the extra `retrovue[probe]` is installed."""

from __future__ import annotations

from importlib.util import find_spec

from retrovue import Probed, hookimpl

if find_spec("av") is not None and find_spec("PIL") is not None:

    @hookimpl(trylast=True)
    def probe(path: str) -> Probed | None:
        from retrovue_probe import media, pictures

        return pictures.probed(path) if pictures.is_picture(path) else media.probed(path)

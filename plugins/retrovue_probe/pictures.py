"""Pictures, by Pillow: how large they are, and when they were taken."""

from __future__ import annotations

import re

from PIL import Image, UnidentifiedImageError

from retrovue import ImporterError, Probed, Stream

_ENDINGS = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif",
    ".heic", ".heif",
)  # fmt: skip
_CODECS = {"JPEG": "mjpeg", "MPO": "mjpeg", "AVIF": "av1"}
_EXIF_IFD = 0x8769
_ORIENTATION, _CHANGED = 0x0112, 0x0132
_TAKEN, _DIGITISED = 0x9003, 0x9004
_TURNED = (5, 6, 7, 8)  # orientations in which width and height are the other way round
_DAY = re.compile(r"\s*([0-9]{4})[:-]([0-9]{2})[:-]([0-9]{2})")

Image.MAX_IMAGE_PIXELS = None  # nothing is decoded, so that no picture is too large


def is_picture(path: str) -> bool:
    """Whether a file is named as pictures are."""
    return path.lower().endswith(_ENDINGS)


def probed(path: str) -> Probed | None:
    """Size and date of a picture; None for a kind that Pillow does not know. Raises ImporterError
    for one that is broken."""
    try:
        with Image.open(path) as image:
            width, height = image.size
            orientation, taken_on = _exif(image)
            codec = _CODECS.get(image.format or "", (image.format or "").lower())
    except UnidentifiedImageError:
        if path.lower().endswith((".heic", ".heif")):
            return None
        raise ImporterError("it is no picture that can be read") from None
    except (SyntaxError, ValueError, EOFError) as error:  # Pillow says SyntaxError of broken files
        raise ImporterError(f"it is no picture that can be read ({error})") from error
    if orientation in _TURNED:
        width, height = height, width
    stream = Stream("picture", codec or None)
    container = (image.format or "").lower() or None
    return Probed(None, container, width, height, (stream,), {}, taken_on)


def _exif(image: Image.Image) -> tuple[int | None, str | None]:
    """The orientation, and the day on which the picture was taken."""
    try:
        exif = image.getexif()
        inner = exif.get_ifd(_EXIF_IFD)
        dates = (inner.get(_TAKEN), inner.get(_DIGITISED), exif.get(_CHANGED))
        orientation = exif.get(_ORIENTATION)
    except Exception:  # whatever cameras and programs write there
        return None, None
    days = (_DAY.match(text) for text in dates if isinstance(text, str))
    day = next((found for found in days if found and found[1] > "0000"), None)
    return orientation, "-".join(day.groups()) if day else None

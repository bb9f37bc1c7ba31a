"""Real media, a fraction of a second long, in many containers and codecs: made by PyAV."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import av.logging
from av.stream import Disposition

av.logging.set_level(None)
_SUBRIP = b"1\n00:00:00,000 --> 00:00:00,200\nHello\n\n"
PER_SECOND = 25  # pictures


class Video(NamedTuple):
    codec: str = "mpeg4"
    width: int = 64
    height: int = 48
    options: Mapping[str, str] = {}
    pix_fmt: str = "yuv420p"
    trc: int | None = None


class Audio(NamedTuple):
    codec: str = "mp2"
    language: str | None = None
    layout: str = "stereo"
    default: bool = False
    rate: int = 48_000


class Subtitle(NamedTuple):
    """SubRip, which FFmpeg cannot encode and so is copied from a text."""

    language: str | None = None
    forced: bool = False


def encode(
    path: Path,
    *streams: Video | Audio | Subtitle,
    tags: Mapping[str, str] | None = None,
    seconds: float = 0.3,
    format: str | None = None,
) -> Path:
    """A file with these streams; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format=format) as out:
        out.metadata.update(tags or {})
        made = [(one, _added(out, one)) for one in streams]
        out.start_encoding()
        for one, stream in made:
            if isinstance(one, Video):
                _pictures(out, stream, one, seconds)
            elif isinstance(one, Audio):
                _sound(out, stream, one, seconds)
            else:
                _text(out, stream)
    return path


def _added(out: Any, one: Video | Audio | Subtitle) -> Any:
    if isinstance(one, Subtitle):
        with av.open(io.BytesIO(_SUBRIP), format="srt") as text:
            stream = out.add_stream_from_template(text.streams[0])
        if one.forced:
            stream.disposition = Disposition.forced
    elif isinstance(one, Video):
        stream = out.add_stream(one.codec, rate=PER_SECOND, options=dict(one.options))
        stream.width, stream.height, stream.pix_fmt = one.width, one.height, one.pix_fmt
        if one.trc is not None:
            stream.codec_context.color_trc = one.trc
            stream.codec_context.color_primaries = 9
            stream.codec_context.colorspace = 9
    else:
        options = {"strict": "experimental"}  # Vorbis
        stream = out.add_stream(one.codec, rate=one.rate, layout=one.layout, options=options)
        stream.bit_rate = 128_000
        if one.default:
            stream.disposition = Disposition.default
    if getattr(one, "language", None):
        stream.metadata["language"] = one.language
    return stream


def _pictures(out: Any, stream: Any, one: Video, seconds: float) -> None:
    for number in range(max(1, round(seconds * PER_SECOND))):
        frame = av.VideoFrame(one.width, one.height, one.pix_fmt)
        for plane in frame.planes:
            plane.update(bytes([100 + number]) * plane.buffer_size)
        frame.pts, frame.time_base = number, Fraction(1, PER_SECOND)
        if one.trc is not None:
            frame.color_trc = one.trc
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


def _sound(out: Any, stream: Any, one: Audio, seconds: float) -> None:
    context = stream.codec_context
    size = context.frame_size or 1024
    for at in range(0, round(seconds * one.rate), size):
        frame = av.AudioFrame(context.format.name, one.layout, size)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts, frame.time_base = one.rate, at, Fraction(1, one.rate)
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


def _text(out: Any, stream: Any) -> None:
    with av.open(io.BytesIO(_SUBRIP), format="srt") as text:
        for packet in text.demux():
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)


def photo(path: Path, size: tuple[int, int] = (40, 30), exif: Mapping[int, Any] | None = None,
          inner: Mapping[int, Any] | None = None) -> Path:  # fmt: skip
    """A picture, with what EXIF says of it."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", size, "red")
    told = image.getexif()
    told.update(exif or {})
    told.get_ifd(0x8769).update(inner or {})
    image.save(path, exif=told)
    return path


FILM: Sequence[Video | Audio] = (Video(), Audio())

"""Films and music, by FFmpeg's libraries: what a container says of itself and its streams."""

from __future__ import annotations

import itertools
import os
from typing import Any

import av
import av.error
import av.logging
from av.sidedata.sidedata import Type
from av.stream import Disposition

from retrovue import ImporterError, Probed, Stream
from retrovue_probe import languages, tags

_CONTAINERS = {"mov,mp4,m4a,3gp,3g2,mj2": "mp4"}  # of others the first name counts
# What FFmpeg takes for media that is none: lists of other files, pictures, texts.
_NO_MEDIA = frozenset(
    (
        "concat", "concatf", "dash", "data", "ffmetadata", "hls", "image2", "image2pipe",
        "rawvideo", "sdp", "tty",
        "aqtitle", "ass", "jacosub", "lrc", "microdvd", "mpl2", "mpsub", "pjs", "realtext", "sami",
        "scc", "srt", "stl", "subviewer", "subviewer1", "vplayer", "webvtt",
    )
)  # fmt: skip
_OPTIONS = {"protocol_whitelist": "file"}  # a file may name others, and addresses
_PQ, _HLG = 16, 18  # transfer characteristics. https://www.itu.int/rec/T-REC-H.273
_WITH_HDR = ("hevc", "av1", "vp9")
_DOLBY_VISION = {Type.DOVI_RPU_BUFFER, Type.DOVI_METADATA}
_BLOCK = 65_536  # bytes
_PACKETS = 50  # that are read for the first picture
_KINDS = {"video": "video", "audio": "audio", "subtitle": "subtitle"}


def probed(path: str) -> Probed | None:
    """What a file says; None for one that is no media. Raises ImporterError for one that cannot be
    read as such."""
    av.logging.set_level(None)
    try:
        with av.open(path, metadata_errors="surrogateescape", container_options=_OPTIONS) as opened:
            return _probed(opened, path)
    except av.error.InvalidDataError:
        raise ImporterError("nothing in it can be read as media") from None
    except av.error.FFmpegError as error:
        if isinstance(error, OSError):
            _require_readable(
                path
            )  # of a file that ends too soon FFmpeg says the same as of a disk
        raise ImporterError(f"it cannot be read: {error.strerror}") from error


def _require_readable(path: str) -> None:
    """Raise OSError where the disk does not give the beginning and the end of a file."""
    with open(path, "rb") as file:
        file.read(_BLOCK)
        file.seek(-min(_BLOCK, file.seek(0, os.SEEK_END)), os.SEEK_END)
        file.read(_BLOCK)


def _probed(opened: Any, path: str) -> Probed | None:
    name = opened.format.name
    if name in _NO_MEDIA or name.endswith("_pipe"):
        return None
    streams = [stream for stream in opened.streams if stream.type in _KINDS]
    if not any(_tells(stream) for stream in streams):
        raise ImporterError("no stream in it can be read")
    video = _first_video(streams)
    duration, texts = _duration(opened), tags.of(*_metadata(opened, streams))
    told = [_stream(stream) for stream in streams]
    width = height = None
    if video is not None:
        width, height = video.codec_context.width, video.codec_context.height
        frame = _first_frame(opened, video) if _needs_frame(name, video) else None
        if frame is not None:
            at = streams.index(video)
            told[at] = told[at]._replace(hdr=_hdr_of(frame) or told[at].hdr)
            if abs(int(frame.rotation)) in (90, 270):  # it was taken upright
                width, height = height, width
    return Probed(duration, _container(name, path), width, height, tuple(told), texts)


def _metadata(opened: Any, streams: list[Any]) -> list[Any]:
    """The tags of a file; those of streams where they are one piece of music (Ogg)."""
    sounds = [stream for stream in streams if stream.type == "audio"]
    return [opened.metadata, *([sounds[0].metadata] if len(sounds) == 1 else [])]


def _tells(stream: Any) -> bool:
    """Whether enough of a stream was found to play it: noise is taken for sound at times."""
    context = stream.codec_context
    if context is None:
        return False
    if stream.type == "video":
        return bool(context.width and context.height)
    return bool(context.sample_rate) if stream.type == "audio" else True


def _container(name: str, path: str) -> str:
    """The one name of several that a file is called by, or that which is known best."""
    ending = path.rpartition(".")[2].lower()
    if ending in ("webm", "mov") and ending in name.split(","):
        return ending
    return _CONTAINERS.get(name, name.partition(",")[0])


def _duration(opened: Any) -> int | None:
    """In milliseconds: that of the container, or else of its longest stream."""
    if opened.duration:
        return round(float(opened.duration) * 1000 / av.time_base)
    told = [
        float(stream.duration * stream.time_base)
        for stream in opened.streams
        if stream.duration and stream.time_base
    ]
    return round(max(told) * 1000) if told else None


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _first_video(streams: list[Any]) -> Any:
    videos = [s for s in streams if s.type == "video" and not _is_cover(s)]
    return next(
        (s for s in videos if s.disposition & Disposition.default), next(iter(videos), None)
    )


def _needs_frame(container: str, stream: Any) -> bool:
    """Whether it takes a picture to know how it is turned (MP4), or what kind of HDR it is."""
    context = stream.codec_context
    wide = "10" in (context.pix_fmt or "") or "12" in (context.pix_fmt or "")
    return container.startswith("mov,") or (wide and context.codec.canonical_name in _WITH_HDR)


def _first_frame(opened: Any, stream: Any) -> Any:
    """The first picture that can be had without reading far."""
    try:
        stream.codec_context.thread_count = 1
        for packet in itertools.islice(opened.demux(stream), _PACKETS):
            for frame in packet.decode():
                return frame
    except av.error.FFmpegError:
        pass
    return None


def _hdr_of(frame: Any) -> str | None:
    kinds = {item.type for item in frame.side_data}
    if kinds & _DOLBY_VISION:
        return "Dolby Vision"
    return "HDR10+" if Type.DYNAMIC_HDR_PLUS in kinds else None


def _stream(stream: Any) -> Stream:
    context = stream.codec_context
    kind = "picture" if stream.type == "video" and _is_cover(stream) else _KINDS[stream.type]
    return Stream(
        kind,
        context.codec.canonical_name if context is not None else None,
        languages.bcp47(stream.metadata.get("language")),
        context.channels if kind == "audio" and context is not None else None,
        _hdr(context) if kind == "video" and context is not None else None,
        bool(stream.disposition & Disposition.default),
        bool(stream.disposition & Disposition.forced),
    )


def _hdr(context: Any) -> str | None:
    """By its tag, or by its transfer characteristics."""
    if context.codec_tag in ("dvh1", "dvhe", "dvav", "dva1", "dav1"):
        return "Dolby Vision"
    return {_PQ: "HDR10", _HLG: "HLG"}.get(int(context.color_trc or 0))

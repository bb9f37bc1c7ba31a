"""What a probe says of a file, brought to what the catalogue can hold: files say anything."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from retrovue.found import EDITABLE, NUMBERS, STREAM_KINDS, Probed, Stream

_MOST = 2**53 - 1  # of a number
_LONGEST = 1000  # characters of a text; what is longer is no name
_WORD = 100  # of what is one word
_STREAMS = 500
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def cleaned(probed: Any) -> dict[str, Any]:
    """The facts that a probe gives, as JSON can hold them, without those that are none. Raises
    TypeError for what is no Probed."""
    if not isinstance(probed, Probed):
        raise TypeError(f"it answers with a {type(probed).__name__} where Probed is due")
    given = probed.streams if isinstance(probed.streams, tuple | list) else ()
    streams = [_stream(one) for one in given[:_STREAMS] if _is_stream(one)]
    facts = {
        "duration_ms": _number(probed.duration_ms),
        "container": _word(probed.container),
        "width": _number(probed.width),
        "height": _number(probed.height),
        "video_codec": _codec(streams, "video"),
        "audio_codec": _codec(streams, "audio"),
        "taken_on": _day(probed.taken_on),
        "tags": _tags(probed.tags),
        "streams": streams,
    }
    return {name: value for name, value in facts.items() if value not in (None, {}, [])}


def _is_stream(value: Any) -> bool:
    return isinstance(value, Stream) and value.kind in STREAM_KINDS and value.path is None


def _stream(stream: Stream) -> dict[str, Any]:
    said = {
        "kind": stream.kind,
        "codec": _word(stream.codec),
        "language": _language(stream.language),
        "channels": _number(stream.channels),
        "hdr": _word(stream.hdr),
        "is_default": 1 if stream.is_default is True else None,
        "forced": 1 if stream.forced is True else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _codec(streams: Sequence[Mapping[str, Any]], kind: str) -> str | None:
    """That of the first default stream of a kind, or else of the first one."""
    own = [stream for stream in streams if stream["kind"] == kind]
    own.sort(key=lambda stream: "is_default" not in stream)
    return own[0].get("codec") if own else None


def _tags(tags: Any) -> dict[str, Any]:
    """Of what is tagged the fields that an asset has."""
    if not isinstance(tags, Mapping):
        return {}
    said = {name: _tag(name, tags.get(name)) for name in EDITABLE}
    return {name: value for name, value in said.items() if value is not None}


def _tag(name: str, value: Any) -> int | str | None:
    if name == "released_on":
        return _day(value)
    if name not in NUMBERS:
        return _text(value)
    return _number(value, 1 if name == "year" else 0, 9999 if name == "year" else _MOST)


def _number(value: Any, least: int = 0, most: int = _MOST) -> int | None:
    """A whole number in its bounds; True is none."""
    return value if type(value) is int and least <= value <= most else None


def _text(value: Any) -> str | None:
    """A text of one line, up to its first NUL; what is no UTF-8 in it as the sign for that."""
    if not isinstance(value, str):
        return None
    line = " ".join(value[: 4 * _LONGEST].partition("\0")[0].split())
    text = line.encode("utf-8", "replace").decode()
    return text if 0 < len(text) <= _LONGEST else None


def _word(value: Any) -> str | None:
    text = _text(value)
    return text if text is not None and len(text) <= _WORD else None


def _language(value: Any) -> str | None:
    text = _word(value)
    return text if text is not None and _LANGUAGE.fullmatch(text) else None


def _day(value: Any) -> str | None:
    """A date that there is, as in 2001-12-31."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None

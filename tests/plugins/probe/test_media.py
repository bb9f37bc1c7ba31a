"""The bundled probe on real media of many containers and codecs, and on what is none."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import pytest

from retrovue import ImporterError, Probed, Stream
from retrovue.importers.probe_answer import cleaned
from retrovue_probe import languages, media, pictures, probe
from support.cli import Cli
from support.encoded import Audio, Subtitle, Video, encode, photo

TAGS = {"title": "Thé", "artist": "Me", "album": "Al", "track": "3/9", "disc": "1/2",
        "date": "1999-05-01"}  # fmt: skip
TOLD = {"title": "Thé", "artist": "Me", "album": "Al", "track": 3, "disc": 1, "year": 1999}

FILMS: dict[str, tuple[str, Video, Audio]] = {
    "h264.mkv": ("matroska", Video("libx264"), Audio("aac")),
    "hevc.mkv": ("matroska", Video("libx265", options={"x265-params": "log-level=none"}),
                 Audio("ac3")),
    "vp9.webm": ("webm", Video("libvpx-vp9"), Audio("libopus")),
    "vp8.webm": ("webm", Video("libvpx"), Audio("libopus")),
    "h264.mp4": ("mp4", Video("libx264"), Audio("aac")),
    "prores.mov": ("mov", Video("prores_ks", pix_fmt="yuv422p10le"), Audio("pcm_s16le")),
    "mpeg4.avi": ("avi", Video("mpeg4"), Audio("libmp3lame")),
    "mpeg2.ts": ("mpegts", Video("mpeg2video"), Audio("mp2")),
    "mpeg1.mpg": ("mpeg", Video("mpeg1video"), Audio("mp2")),
    "wmv2.wmv": ("asf", Video("wmv2"), Audio("wmav2")),
    "flv1.flv": ("flv", Video("flv"), Audio("libmp3lame", rate=44_100)),
}  # fmt: skip
_NAMES = {"libx264": "h264", "libx265": "hevc", "libvpx-vp9": "vp9", "libvpx": "vp8",
          "libopus": "opus", "prores_ks": "prores", "libmp3lame": "mp3", "flv": "flv1"}  # fmt: skip


@pytest.mark.parametrize("name", FILMS)
def test_a_film(tmp_path: Path, name: str) -> None:
    container, video, audio = FILMS[name]
    facts = cleaned(probe(str(encode(tmp_path / name, video, audio))))
    assert facts["container"] == container
    assert facts["video_codec"] == _NAMES.get(video.codec, video.codec)
    assert facts["audio_codec"] == _NAMES.get(audio.codec, audio.codec)
    assert (facts["width"], facts["height"]) == (64, 48)
    assert 250 <= facts["duration_ms"] <= 500
    assert sorted(stream["kind"] for stream in facts["streams"]) == ["audio", "video"]


MUSIC = {
    "a.mp3": ("mp3", Audio("libmp3lame")),
    "a.flac": ("flac", Audio("flac")),
    "a.ogg": ("ogg", Audio("vorbis")),
    "a.opus": ("ogg", Audio("libopus")),
    "a.m4a": ("mp4", Audio("aac")),
    "a.wma": ("asf", Audio("wmav2")),
    "a.wv": ("wv", Audio("wavpack")),
    "a.mka": ("matroska", Audio("flac")),
}


@pytest.mark.parametrize("name", MUSIC)
def test_music_with_its_tags(tmp_path: Path, name: str) -> None:
    container, audio = MUSIC[name]
    found = probe(str(encode(tmp_path / name, audio, tags=TAGS)))
    assert found is not None
    assert (found.container, found.tags, found.width) == (container, TOLD, None)
    assert [(s.kind, s.channels) for s in found.streams] == [("audio", 2)]


def test_streams_with_what_they_are(tmp_path: Path) -> None:
    path = encode(
        tmp_path / "film.mkv",
        Video("libx264"),
        Audio("aac", "eng"),
        Audio("ac3", "fre", "5.1", default=True),
        Audio("aac", "und"),
        Subtitle("ger", forced=True),
        Subtitle("por"),
    )
    facts = cleaned(media.probed(str(path)))
    assert facts["audio_codec"] == "ac3"
    assert facts["streams"][1:] == [
        {"kind": "audio", "codec": "aac", "language": "en", "channels": 2},
        {"kind": "audio", "codec": "ac3", "language": "fr", "channels": 6, "is_default": 1},
        {"kind": "audio", "codec": "aac", "channels": 2},
        {"kind": "subtitle", "codec": "subrip", "language": "de", "forced": 1},
        {"kind": "subtitle", "codec": "subrip", "language": "pt"},
    ]


@pytest.mark.parametrize(("trc", "hdr"), [(16, "HDR10"), (18, "HLG"), (1, None)])
def test_hdr(tmp_path: Path, trc: int, hdr: str | None) -> None:
    options = {"x265-params": f"log-level=none:colorprim=9:transfer={trc}:colormatrix=9"}
    film = Video("libx265", pix_fmt="yuv420p10le", options=options, trc=trc)
    found = media.probed(str(encode(tmp_path / "film.mkv", film)))
    assert found is not None
    assert [stream.hdr for stream in found.streams] == [hdr]


def test_a_film_that_was_taken_upright(tmp_path: Path) -> None:
    flat = encode(tmp_path / "flat.mp4", Video("libx264"))
    turned = tmp_path / "turned.mp4"
    with av.open(str(flat)) as given, av.open(str(turned), "w") as out:
        stream = out.add_stream_from_template(given.streams.video[0])
        stream.set_display_rotation(90)
        for packet in given.demux():
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    found = media.probed(str(turned))
    assert found is not None
    assert (found.width, found.height) == (48, 64)


def test_a_picture_with_its_day(tmp_path: Path) -> None:
    taken = photo(tmp_path / "a.jpg", exif={0x0112: 6}, inner={0x9003: "2011:02:03 04:05:06"})
    found = probe(str(taken))
    assert found == Probed(None, "jpeg", 30, 40, (Stream("picture", "mjpeg"),), {}, "2011-02-03")


@pytest.mark.parametrize("said", ["0000:00:00 00:00:00", "yesterday", 5, "9999:99:99", b"\xff"])
def test_a_picture_with_no_day_that_there_is(tmp_path: Path, said: Any) -> None:
    found = probe(str(photo(tmp_path / "a.jpg", inner={0x9003: said})))
    assert "taken_on" not in cleaned(found)


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.gif", "a.tiff"])
def test_a_picture_without_exif(tmp_path: Path, name: str) -> None:
    found = probe(str(photo(tmp_path / name)))
    assert found is not None
    assert (found.width, found.height, found.taken_on) == (40, 30, None)


NOISE = random.Random(1).randbytes(100_000)
BROKEN = {
    "noise.mkv": NOISE,
    "noise.mp3": NOISE,
    "noise.jpg": NOISE,
    "empty.mp4": b"",
    "text.avi": b"a film",
    "list.mkv": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_says_why(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(BROKEN[name])
    with pytest.raises(ImporterError, match="read"):
        probe(str(path))


@pytest.mark.parametrize(("name", "text"), [
    ("a.txt", "hello\n" * 100),
    ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nHi\n\n"),
    ("a.heic", "ftypheic"),
])  # fmt: skip
def test_what_is_no_media_is_left_to_others(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert probe(str(path)) is None


def test_any_beginning_of_a_file_ends_well(tmp_path: Path) -> None:
    for name in ("a.mkv", "a.mp4", "a.avi", "a.ts"):
        whole = encode(tmp_path / name, Video("mpeg4"), Audio("aac")).read_bytes()
        for share in range(1, 10):
            cut = tmp_path / f"cut-{name}"
            cut.write_bytes(whole[: len(whole) * share // 10])
            try:
                found = media.probed(str(cut))
            except ImporterError:
                continue
            assert found is None or cleaned(found)


def test_old_tags_are_read_as_old_players_write_them(tmp_path: Path) -> None:
    song = encode(tmp_path / "a.mp3", Audio("libmp3lame"))
    old = b"TAG" + "Café".encode("latin-1").ljust(30, b"\0") + b"Me".ljust(30, b"\0") + bytes(65)
    whole = song.read_bytes()
    new = 10 + sum(byte << 7 * (9 - at) for at, byte in enumerate(whole[6:10], 6))  # bytes of ID3v2
    song.write_bytes(whole[new:] + old)
    found = media.probed(str(song))
    assert found is not None
    assert found.tags["title"] == "Café"


@pytest.mark.parametrize(("said", "tag"), [
    ("eng", "en"), ("ger", "de"), ("deu", "de"), ("por-br", "pt-BR"), ("zh_hant", "zh-Hant"),
    ("fil", "fil"), ("en", "en"), ("und", None), ("", None), (None, None), ("!!", None),
    ("mul", None),
])  # fmt: skip
def test_languages(said: str | None, tag: str | None) -> None:
    assert languages.bcp47(said) == tag


def test_endings_of_pictures_are_known_in_any_case() -> None:
    assert pictures.is_picture("/a/B.JPG")
    assert not pictures.is_picture("/a/jpg")


def test_the_plugin_needs_nothing_to_be_loaded() -> None:
    script = """
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if name in ("av", "PIL") else real(name, *a)
import retrovue_probe, sys
print(hasattr(retrovue_probe, "probe"), "av" in sys.modules, "PIL" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.decode().split() == ["False", "False", "False"]


def test_an_ingest_of_real_media(cli: Cli) -> None:
    base = cli.home / "media"
    encode(base / "Movies" / "Alien (1979).mkv", Video("libx264"), Audio("aac", "eng"))
    (base / "Movies" / "Bad (1980).mkv").write_bytes(NOISE)
    encode(base / "Music" / "Me" / "Al" / "01 - Song.mp3", Audio("libmp3lame"), tags=TAGS)
    photo(base / "Photos" / "a.jpg", inner={0x9003: "2011:02:03 04:05:06"})
    cli.ok("quickstart", base)
    run = cli.process("source", "ingest", "media", "--probe")
    assert run.code == 0
    assert run.err.count("\n") == 2  # of the one that is broken, and nothing of FFmpeg's
    shown = cli.ok("asset", "show", "alien").out
    assert "    audio · en · aac · 2 channels\n" in shown
    assert (
        "    not probed: nothing in it can be read as media\n" in cli.ok("asset", "show", "2").out
    )
    told = cli.rows(
        "SELECT json_extract(facts, '$.taken_on') FROM probes WHERE facts LIKE '%taken%'"
    )
    assert told == [("2011-02-03",)]
    assert cli.ok("db", "check").code == 0

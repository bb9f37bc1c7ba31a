"""The words that an anonymised copy keeps: of releases, formats and counting, none of a title."""

from __future__ import annotations

import re

from retrovue.names.kinds import MEDIA_TYPES
from retrovue.names.vocabulary import words

_RELEASE = words("""
    bluray blu bdrip brrip bdremux remux web webdl webrip hdtv pdtv dvdrip dvdr hdrip uhd
    hdr hdr10 hlg sdr dv xvid divx hevc avc av1 vc1 vp9 mpeg2 aac ac3 eac3 dts dtshd truehd
    atmos flac opus ddp dd5 dd2 ma
""")
MARKERS = words("""
    season staffel saison temporada stagione episode episodio folge ep part pt teil cd dvd
    disc disk vol volume chapter track
""")
"""They are kept where a number follows, and so is the number."""
SCHEMES = words("""
    imdb tmdb tvdb imdbid tmdbid tvdbid anidb plex youtube mbid musicbrainz local com agents
""")
"""They are kept before an id elsewhere, which is not."""
ENDINGS = frozenset(MEDIA_TYPES) | words("""
    nfo srt ass ssa sub idx sup vtt smi mka jpg jpeg png webp tbn gif db ignore plexignore
    txt xml json part
""")
LANGUAGES = words("""
    en de fr es it pt nl sv da no nb fi pl cs sk hu ro ru uk el tr ar he ja ko zh th vi eng
    ger deu fre fra spa ita por dut nld swe dan nor fin pol cze ces hun rum ron rus ukr gre
    ell tur ara heb jpn kor chi zho forced sdh cc hi
""")
_NUMBERED = re.compile(
    r"(?:s\d{1,4})?(?:ep?\d{1,4})+|s\d{1,4}|\d{1,2}x\d{1,4}|\d{3,4}[pi]|[48]k|[hx]26[3-6]|\d{1,2}bit"
    r"|(?:cd|dvd|disc|disk|part|pt|vol)\d{1,3}|\d{1,2}of\d{1,2}"
)
_KINDS = words("movie episode track video photo extra show music mixed audio subtitle picture")
_FORMATS = words("""
    mkv matroska mp4 m4v mov avi mpegts mpeg ts webm ogg mp3 m4a flac wav asf wmv flv iso
    jpeg png gif webp heif h264 h265 hevc avc av1 vp8 vp9 mpeg2video mpeg4 msmpeg4v3 vc1
    wmv3 theora mjpeg prores aac ac3 eac3 dts dca truehd mp2 opus vorbis pcm pcm_s16le
    pcm_s24le alac wmav2 subrip srt ass ssa webvtt mov_text hdmv_pgs_subtitle pgs
    dvd_subtitle vobsub hdr10 hdr10+ hlg sdr pq dv
""")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\d{3}))?")


_BY_ITSELF = _RELEASE | MARKERS | SCHEMES | ENDINGS | LANGUAGES


def may_be_kept(word: str) -> bool:
    """Whether a word is worth a look at what stands around it."""
    return not word.isalpha() or word.lower() in _BY_ITSELF


def is_kept(word: str) -> bool:
    """Whether a word, in lower case, is kept wherever it stands."""
    return word in _RELEASE or _NUMBERED.fullmatch(word) is not None


def is_release(word: str) -> bool:
    """Whether a word tells of a release; some are titles as well: Opus, Ma, Blu."""
    return word in _RELEASE


def is_year(word: str) -> bool:
    """Whether a number may be a year."""
    return len(word) == 4 and word[:2] in ("19", "20")


def is_kind(value: str) -> bool:
    """Whether a value is the kind of a collection, asset or stream."""
    return value in _KINDS


def is_format(value: str) -> bool:
    """Whether a value is a container, a codec or a dynamic range."""
    return value.lower() in _FORMATS or value == "Dolby Vision"


def is_language(value: str) -> bool:
    """Whether a value has the form of a language (BCP 47)."""
    return _LANGUAGE.fullmatch(value) is not None

"""Subtitles and sound beside a file, by name: `Film.en.forced.srt` is what Plex, Jellyfin and Kodi
read. https://support.plex.tv/articles/200471133-adding-local-subtitles-to-your-media/"""

from __future__ import annotations

import re

from retrovue import Stream

SUBTITLES = {
    "srt": "subrip", "ass": "ass", "ssa": "ass", "vtt": "webvtt", "sup": "hdmv_pgs_subtitle",
    "idx": "dvd_subtitle", "sub": "microdvd", "smi": "sami", "ttml": "ttml",
}  # fmt: skip
SOUND = {
    "ac3": "ac3",
    "eac3": "eac3",
    "dts": "dts",
    "mka": None,
    "thd": "truehd",
    "truehd": "truehd",
}
"""Codecs as FFmpeg names them, by ending."""

_LANGUAGES = """
en eng english | de ger deu german deutsch | fr fre fra french francais français | es spa spanish
espanol español castellano | it ita italian italiano | pt por portuguese português portugues | nl
dut nld dutch nederlands | sv swe swedish svenska | da dan danish dansk | no nor norwegian norsk |
nb nob | nn nno | fi fin finnish suomi | is ice isl icelandic | pl pol polish polski | cs cze ces
czech | sk slo slk slovak | hu hun hungarian magyar | ro rum ron romanian | bg bul bulgarian | hr
hrv croatian | sr srp serbian | sl slv slovenian | bs bos bosnian | mk mac mkd macedonian | sq alb
sqi albanian | el gre ell greek | tr tur turkish | ru rus russian | uk ukr ukrainian | be bel
belarusian | lt lit lithuanian | lv lav latvian | et est estonian | he heb hebrew | ar ara arabic
| fa per fas persian farsi | hi hin hindi | bn ben bengali | ta tam tamil | te tel telugu | ml mal
malayalam | ur urd urdu | th tha thai | vi vie vietnamese | id ind indonesian | ms may msa malay |
zh chi zho chinese | ja jpn japanese | ko kor korean | ca cat catalan | eu baq eus basque | gl glg
galician | ga gle irish | cy wel cym welsh | la lat latin | af afr afrikaans | sw swa swahili | ka
geo kat georgian | hy arm hye armenian
"""
"""BCP 47, then ISO 639-2 and names: https://www.loc.gov/standards/iso639-2/php/code_list.php"""
_BY_WORD = {word: words.split()[0] for words in _LANGUAGES.split("|") for word in words.split()}
_FLAGS = frozenset(("default", "forced", "foreign", "sdh", "cc", "hi", "full", "signs", "songs"))
_REGIONAL = re.compile(r"([a-z]{2,3})[-_]([a-z]{2}|[a-z]{4}|\d{3})", re.IGNORECASE)
_WORDS = re.compile(r"[\s.\[\](){},]+|(?<![A-Za-z]{2})_|_(?![A-Za-z]{2})| - ")


def language(word: str) -> str | None:
    """The language of a word such as `ger`, `German` or `pt-BR` as BCP 47 has it."""
    plain = _BY_WORD.get(word.casefold())
    regional = _REGIONAL.fullmatch(word)
    if plain is None and regional is not None and regional[1].lower() in _BY_WORD:
        region = regional[2]
        region = region.title() if len(region) == 4 else region.upper()
        return f"{_BY_WORD[regional[1].lower()]}-{region}"
    return plain


def plain(rest: str) -> bool:
    """Whether what stands behind the name of a file are languages and what players tell sidecars
    apart by, and nothing else."""
    return all(word.casefold() in _FLAGS or language(word) is not None for word in _words(rest))


def _words(rest: str) -> list[str]:
    words = (word.strip("-") for word in _WORDS.split(rest))
    return [word for word in words if word]


def stream(path: str, rest: str, ending: str) -> Stream:
    """The stream of a sidecar at `path`, whose name has `rest` behind that of its file."""
    words = _words(rest)
    lowered = {word.casefold() for word in words}
    told = next((found for word in words if (found := language(word)) is not None), None)
    subtitle = ending in SUBTITLES
    return Stream(
        "subtitle" if subtitle else "audio",
        SUBTITLES[ending] if subtitle else SOUND[ending],
        told,
        is_default="default" in lowered,
        forced=bool(lowered & {"forced", "foreign"}),
        path=path,
    )

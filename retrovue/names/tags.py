"""Words of a name that speak of the copy, not of the work: resolution, source, codec, edition.

The vocabulary is that of release names (the scene's standing rules) and of the guides of Plex and
Jellyfin. Certain tags end a title wherever they stand; uncertain ones (languages, LIMITED, REAL)
only directly before a certain one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .vocabulary import words

_JOINT = r"[\s._\-+,&~\[\](){}/]"
"""What stands before a tag. A pattern that begins with a set of characters is searched fast."""

_CERTAIN = r"""
    (?:240|360|480|540|576|720|900|1080|1440|2160|4320)[pi]\d?\d?
    \d{3,4}[x*]\d{3,4}  [48]k
    (?:1080|720)(?=[ ._-](?:x26|hi10|h26|all))  \d[ ._]?cds?  \d+(?:[ .]\d+)?[ ]?[mg]b
    (?:8|10|12)[ ._-]?bits?  uhd  ultra[ .]?hd  uhdtv  full[ .]?hd  fhd  netflixuhd
    blu[ ._-]?ray  bd[ ._-]?(?:rip|25|50|mux|remux|scr|iso)  br[ ._-]?rip
    dvd[ ._-]?(?:rip|scr|r|5|9|mux|remux|iso|screener)(?![a-z])  hd[ ._-]?dvd
    hd[ ._-]?tv(?:rip|x26[45])?  hd[ ._-]?rip  hd[ ._-]?(?:cam|ts|tc|light)  hdr(?:10)?(?:\+|plus)?
    pd[ ._-]?tv  ppv[ ._-]?rip  sdtv  dsr(?:ip)?  dvb[ ._-]?rip  tv[ ._-]?rip  vhs[ ._-]?rip
    sat[ ._-]?rip  cam[ ._-]?rip  vod[ ._-]?rip  ld[ ._-]?rip  wb?b[ ._-]?rip
    web[ ._-]?(?:dl|mux|cap|hd|rip|dl[ ._-]?rip)
    web(?=[ ._-](?:[xh][ .]?26[45]|\d{3,4}p|hevc|avc|av1))
    telesync  telecine  r5(?=[ ._-])  scr  dvdscr  bdscr
    x[ ._]?26[456]  h[ ._]?26[456]  hevc\d*  xvid  divx  vc-?1(?=[ ._-])  av1  mpe?g-?2  mpeg-?4
    hi10p?  ma10p  dolby[ ._]vision  do[ ._]?vi
    aac(?:[ ._-]?\d[ .]\d)?  ac-?3  eac-?3  e-ac-?3  dts(?:-?hd|-?es|-?x)?  dd[ ._]?[257][ .][01]
    ddp[ ._]?[257][ .][01]  truehd  truefrench  flac(?:[ ._]\d[ .]\d)?  atmos  remux  repack\d?
    rerip  nfo[ ._]?fix  read[ ._]?nfo  vostfr  vost  subfrench  nlsubs?  subs?  subbed
    esub(?:bed|s)?
    ensub(?:bed|s)?  dubbed  multi[ ._-]?subs?  legendado  ntsc  stv  amzn  by[ ._]kelf
    half[ ._-]?(?:sbs|ou|tab)  h[ ._-]?(?:sbs|ou|tab)  full[ ._-]?(?:sbs|ou|tab)
    3d[ ._-]?(?:sbs|ou|tab)  3d(?=[\])])  f(?:sbs|tab)  vr[ ._](?:180|360)
"""


def _by_letter(alternatives: str) -> str:
    """Join alternatives under their first letters, so that few are tried at each word."""
    groups: dict[str, list[str]] = {}
    for one in re.split(r"\s{2,}|\n", alternatives.strip()):
        letter = one[0] if one[0].isalpha() else ""
        groups.setdefault(letter, []).append(one[len(letter) :])
    return "|".join(
        f"{letter}(?:{'|'.join(ends)})" for letter, ends in sorted(groups.items(), reverse=True)
    )


CERTAIN = re.compile(
    rf"""{_JOINT}(?![ ._-])(?:(?:{_by_letter(_CERTAIN)})(?![a-z0-9])
    |(?<=[ ._-])(?:srt|nfo|rar|jpg|part)$)""".replace("\n", "").replace("    |", "|")
)

RESOLUTION = re.compile(
    r"""(?<![a-z0-9])(?:(?:240|360|480|540|576|720|900|1080|1440|2160|4320)[pi]|4k|8k)(?![a-z0-9])
    | (?<![a-z0-9])\d{3,4}x(\d{3,4})(?![a-z0-9])""",
    re.VERBOSE,
)
_RANGE = re.compile(r"(?<![a-z0-9])(?:hdr(?:10)?(?:\+|plus)?|dv|dolby vision|sdr)(?![a-z0-9])")

UNCERTAIN = words(
    """
    fr french german deutsch eng english ita italian spa spanish castellano latino rus russian hindi
    tamil telugu kannada malayalam jap jpn japanese kor korean chinese nordic norwegian swedish
    danish finnish dutch nl flemish pol polish pl portuguese por ger deu esp ukr turkish arabic
    hebrew greek czech hungarian catalan français francais español italiano vff vfq vf vo multi dual
    audio subs sub subtitles limited internal int proper real complete extended unrated uncut
    uncensored theatrical remastered restored convert hybrid final ws fs 3d sbs dc se bd dvd web hd
    sd tv cam ts tc r5 ld md line scr screener vhs dv nf hulu dsnp atvp hmax pcok dcu pbs cbs amc ip
    free read oar open matte imax criterion collection special edition pal ppv xxx hc rip hq mq fps
    despecialized rated colorized
    """
)

_PROSE_TOO = words(
    "4k 8k uhd hdr atmos flac remux subs av1 dubbed subbed ntsc scr 1080p 720p 2160p"
)
_PROSE = re.compile(r" [^\W\d_]+ [^\W\d_]+(?= |$)")

_LONGEST_UNCERTAIN = 20
"""Longer than any uncertain tag and the marks behind it are together, as a rule."""
LANGUAGES = words(
    """french truefrench german deutsch italian ita spanish castellano latino russian hindi
    tamil telugu japanese korean chinese swedish danish norwegian finnish nordic dutch flemish
    polish portuguese turkish czech hungarian multi"""
)
ARTICLES = words("the a an der die das le la les l el los las il lo i gli un une de het")
WORD = re.compile(r"[^\s._\-\[\](){}+,&/]+")

_LEADS = r"""extended|ultimate|director['’]?s|collector['’]?s?|theatrical|special|final|assembly
    |rogue|criterion|signature|imperial|diamond|remastered|restored|uncut|unrated|uncensored|imax|limited
    |despecialized|deluxe|anniversary|open[ ._]matte|fan[ ._-]?edit|workprint|international|complete
    |alternate|alternative|definitive|platinum|gold|black[ ._]and[ ._]chrome|40th|50th
    |\d{1,3}(?:st|nd|rd|th)(?=[ ._-]anniversary)"""
_NOUNS = r"cut|edition|version|edit|fan|collection|remastered|anniversary|rekall"
EDITION = re.compile(
    rf"""{_JOINT}(?:
      (?:{_LEADS})(?:[ ._]+(?:{_LEADS}|{_NOUNS}))*
    | edition[ ._](?:{_LEADS})
    )(?![a-z0-9])""",
    re.VERBOSE,
)
_NEEDS_NOUN = words(
    """special final fan ultimate collector collectors collector's director directors director's
    signature assembly rogue imperial diamond deluxe anniversary international complete alternate
    alternative definitive platinum gold 40th 50th"""
)
_PLAIN = words("special collector collectors collector's theatrical extended criterion")
_SPACES = re.compile(r"[\s._]+")


def lower(text: str) -> str:
    """Return text in lower case, every character at the place it had."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def cut(text: str, start: int = 1) -> int:
    """Return where the tags of a name begin: its length when it carries none."""
    low = lower(text)
    found = CERTAIN.search(low, start)
    while found and found[0][1:] in _PROSE_TOO and _in_prose(text, found.end()):
        found = CERTAIN.search(low, found.end())
    return len(text) if found is None else _back(low, found.start() + 1, start)


def _in_prose(text: str, end: int) -> bool:
    """Tell whether a sentence goes on behind a word that is a tag elsewhere: 'How 4K works'."""
    words = _PROSE.match(text, end)
    return words is not None and not any(
        word in UNCERTAIN or CERTAIN.match(f" {word}") for word in words[0].lower().split()
    )


def _back(low: str, end: int, start: int) -> int:
    """Step back over uncertain tags, but never to a title of nothing or a lone article."""
    bracket = max(low.rfind("(", 0, end), low.rfind("[", 0, end))
    if bracket > start and low.find(")", bracket, end) < 0 and low.find("]", bracket, end) < 0:
        end = bracket
    if end > _LONGEST_UNCERTAIN:
        last = WORD.findall(low, end - _LONGEST_UNCERTAIN, end)
        if last and last[-1] not in UNCERTAIN:
            return end
    found = list(WORD.finditer(low, 0, end))
    keep = len(found)
    while keep and found[keep - 1].group() in UNCERTAIN:
        keep -= 1
    if keep == len(found) or (start and _titleless(found[:keep])):
        return end
    return found[keep].start()


def _titleless(found: list[re.Match[str]]) -> bool:
    return not found or (len(found) == 1 and found[0].group() in ARTICLES)


@lru_cache(maxsize=2048)
def version(text: str) -> str | None:
    """Return the resolution and dynamic range a name is tagged with: '1080p', '2160p HDR'."""
    low = lower(text)
    found = RESOLUTION.search(low)
    if found is None:
        return None
    size = f"{found[1]}p" if found[1] else found[0].replace("k", "K")
    dynamic = _RANGE.search(low)
    return f"{size} {dynamic[0].upper()}" if dynamic else size


class Edition(NamedTuple):
    """Where in a name an edition is told, and its words."""

    start: int
    end: int
    text: str
    several: bool


def edition(text: str, start: int = 0) -> Edition | None:
    """Find the edition told in words: 'Extended', "Director's Cut", '50th Anniversary Edition'."""
    for found in EDITION.finditer(lower(text), start):
        told = _SPACES.split(text[found.start() + 1 : found.end()])
        if len(told) > 1 or told[0].lower() not in _NEEDS_NOUN:
            return Edition(found.start() + 1, found.end(), _named(told), len(told) > 1)
    return None


def _named(told: list[str]) -> str:
    """Spell an edition: scene capitals are put right, 'Special Edition' is the special one."""
    if len(told) == 2 and "edition" in (told[0].lower(), told[1].lower()):
        word = told[0] if told[1].lower() == "edition" else told[1]
        told = [word] if word.lower() in _PLAIN else told
    if told[-1].lower() == "collection":
        told = told[:-1]
    return " ".join(
        w if w.istitle() or w.isupper() else w[:1].upper() + w[1:].lower() for w in told
    )

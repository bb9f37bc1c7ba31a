"""Languages as BCP 47 has them, of what containers say: mostly codes of three letters."""

from __future__ import annotations

import re

# ISO 639-2, of both its kinds. https://www.loc.gov/standards/iso639-2/php/code_list.php
_CODES = """
    aar:aa abk:ab afr:af aka:ak amh:am ara:ar arg:an asm:as ava:av ave:ae aym:ay aze:az bak:ba
    bam:bm bel:be ben:bn bih:bh bis:bi bod:bo tib:bo bos:bs bre:br bul:bg cat:ca ces:cs cze:cs
    cha:ch che:ce chu:cu chv:cv cor:kw cos:co cre:cr cym:cy wel:cy dan:da deu:de ger:de div:dv
    dzo:dz ell:el gre:el eng:en epo:eo est:et eus:eu baq:eu ewe:ee fao:fo fas:fa per:fa fij:fj
    fin:fi fra:fr fre:fr fry:fy ful:ff kat:ka geo:ka gla:gd gle:ga glg:gl glv:gv grn:gn guj:gu
    hat:ht hau:ha hbs:sh heb:he her:hz hin:hi hmo:ho hrv:hr scr:hr hun:hu hye:hy arm:hy ibo:ig
    isl:is ice:is ido:io iii:ii iku:iu ile:ie ina:ia ind:id ipk:ik ita:it jav:jv jpn:ja kal:kl
    kan:kn kas:ks kau:kr kaz:kk khm:km kik:ki kin:rw kir:ky kom:kv kon:kg kor:ko kua:kj kur:ku
    lao:lo lat:la lav:lv lim:li lin:ln lit:lt ltz:lb lub:lu lug:lg mkd:mk mac:mk mah:mh mal:ml
    mri:mi mao:mi mar:mr msa:ms may:ms mlg:mg mlt:mt mon:mn mya:my bur:my nau:na nav:nv nbl:nr
    nde:nd ndo:ng nep:ne nld:nl dut:nl nno:nn nob:nb nor:no nya:ny oci:oc oji:oj ori:or orm:om
    oss:os pan:pa pli:pi pol:pl por:pt pus:ps que:qu roh:rm ron:ro rum:ro run:rn rus:ru sag:sg
    san:sa sin:si slk:sk slo:sk slv:sl sme:se smo:sm sna:sn snd:sd som:so sot:st spa:es sqi:sq
    alb:sq srd:sc srp:sr scc:sr ssw:ss sun:su swa:sw swe:sv tah:ty tam:ta tat:tt tel:te tgk:tg
    tgl:tl tha:th tir:ti ton:to tsn:tn tso:ts tuk:tk tur:tr twi:tw uig:ug ukr:uk urd:ur uzb:uz
    ven:ve vie:vi vol:vo wln:wa wol:wo xho:xh yid:yi yor:yo zha:za zho:zh chi:zh zul:zu
"""
_SHORT = dict(pair.split(":") for pair in _CODES.split())
_TAG = re.compile(r"([A-Za-z]{2,8})((?:-[A-Za-z0-9]{1,8})*)")
_NONE = ("und", "mul", "zxx", "mis", "unk", "qaa")


def bcp47(said: str | None) -> str | None:
    """`en` for `eng`, `pt-BR` for `por-br`; None for what says no one language."""
    match = _TAG.fullmatch((said or "").strip().replace("_", "-"))
    if match is None or match[1].lower() in _NONE:
        return None
    language = match[1].lower()
    parts = [_SHORT.get(language, language)]
    for part in match[2].split("-")[1:]:
        parts.append(_cased(part))
    return "-".join(parts)


def _cased(part: str) -> str:
    """A region in capitals, a script with one, the rest small."""
    if len(part) == 2:
        return part.upper()
    return part.title() if len(part) == 4 and part.isalpha() else part.lower()

"""What a file or a top folder holds, told from its extension or its usual name."""

from __future__ import annotations

import re
from functools import lru_cache

from .vocabulary import phrases, words

# Plex's scanners and Jellyfin's Emby.Naming.Common.NamingOptions agree on these but for rarities.
VIDEO_EXTENSIONS = words(
    """
    3g2 3gp amv asf asx avc avi avs bik bin bivx divx dv dvr-ms evo f4v fli flv h264 hevc img iso
    ivf m1v m2p m2t m2ts m2v m4v mj2 mjpeg mjpg mk3d mkv mov mp2v mp4 mpe mpeg mpg mpv mts mxf nrg
    nsv nuv ogm ogv ogx pva qt rec rm rmvb strm svq3 tod tp trp ts ty vdr viv vob vp3 vro webm wm
    wmv wtv xvid
"""
)
AUDIO_EXTENSIONS = words(
    """
    aac ac3 aif aifc aiff alac amr ape au dff dsd dsf dts eac3 flac m4a m4b m4p mka mp1 mp2 mp3 mpa
    mpc oga ogg opus ra shn spx tak tta wav wave wma wv
"""
)
LOSSLESS = words("aif aiff alac ape dff dsd dsf flac shn tak tta wav wave wv")
"""Audio of which nothing was left out."""
PHOTO_EXTENSIONS = words(
    """
    arw avif bmp cr2 cr3 crw dng gif heic heif jp2 jpe jpeg jpg jxl nef nrw orf pef png raf raw rw2
    sr2 srw tbn tif tiff webp
"""
)

MEDIA_TYPES: dict[str, str] = {
    **dict.fromkeys(VIDEO_EXTENSIONS, "video"),
    **dict.fromkeys(AUDIO_EXTENSIONS, "audio"),
    **dict.fromkeys(PHOTO_EXTENSIONS, "photo"),
}

LIBRARY_WORDS: dict[str, str] = {
    "movie": """
        movie|movies|film|films|feature films|family movies|kids movies|kids films
        |anime movies|anime films
        |documentary movies|movies 4k|4k movies|movies uhd|uhd movies|movies hd|hd movies|movies 3d
        |3d movies|cinema|kino|spielfilme|filme|kinofilme|peliculas|películas|pelis|cine|filmes
        |pellicole|elokuvat|filmer|filmy|filmek|фильмы|кино|фільми|ταινίες|filmler|映画|电影|電影
        |영화|סרטים|أفلام|phim
    """,
    "show": """
        tv|tv show|tv shows|tvshow|tvshows|tv series|tvseries|television|shows|series|kids tv
        |kids shows|kids tv shows|kids series|4k tv|tv 4k|uhd tv|tv hd|anime|animes|anime series
        |anime shows|anime tv|animated series|tv programmes|tv programs|documentary series
        |docuseries|cartoons|serien|fernsehserien|séries|séries tv|series tv|serie tv|serietv|serie
        |telenovelas|programas de tv|série|seriale|seriály|serialy|sorozatok|sarjat|tv-sarjat
        |tv-serier|serier|tv serien|сериалы|серіали|мультсериалы|аниме|σειρές|diziler|dizi|アニメ
        |ドラマ|电视剧|電視劇|剧集|动漫|動漫|드라마|סדרות|مسلسلات
    """,
    "music": """
        music|musics|songs|my music|audio|albums|flac|mp3|mp3s|lossless|itunes music|musik|musique
        |música|musica|músicas|muziek|muzyka|hudba|zene|musikk|musiikki|музыка|музика|μουσική|müzik
        |音楽|音乐|音樂|음악|מוזיקה|موسيقى
    """,
    "photo": """
        photo|photos|picture|pictures|images|my pictures|camera roll|photo library|fotos|foto|bilder
        |imagenes|imágenes|imagens|photographies|immagini|foto's|zdjęcia|obrázky|kuvat|фото
        |фотографии|φωτογραφίες|fotoğraflar|写真|照片|相片|사진|תמונות|صور
    """,
    "video": """
        home video|home videos|home movies|homevideos|homevideo|family videos
        |personal videos|camcorder|private videos|heimvideos|vidéos personnelles|vidéos de famille
        |vídeos caseros|vídeos caseiros|video personali|домашнее видео
    """,
}

_LIBRARIES = {name: kind for kind, names in LIBRARY_WORDS.items() for name in phrases(names)}
_JOINTS = re.compile(r"[\s._\-]+")
# Left behind by NAS firmware (Synology, QNAP), desktops and Plex's own "Plex Versions".
_IGNORED_FOLDERS = frozenset(
    phrases(
        """
    @eadir|#recycle|#snapshot|@recycle|@recently-snapshot|@sharebin|@tmp|$recycle.bin|recycler
    |recycled|lost+found|system volume information|__macosx|lost.dir|plex versions|subs|subtitles
    |network trash folder|temporary items|@__thumb|@download|extrafanart|extrathumbs|.actors
    """
    )
)
# What chkdsk and downloaders make, and Jellyfin's pictures for seeking.
_IGNORED_FOLDER = re.compile(r"found\.\d{3}|_unpack_.*|_failed_.*|.*\.trickplay", re.IGNORECASE)


def media_type(name: str) -> str | None:
    """Return 'video', 'audio' or 'photo' by the extension of a file's name, else None."""
    return MEDIA_TYPES.get(name.rpartition(".")[2].lower()) if "." in name else None


@lru_cache(maxsize=256)
def library_kind(name: str) -> str | None:
    """Return what a top folder with this usual name holds ('TV Shows': 'show'), else None."""
    return _LIBRARIES.get(_JOINTS.sub(" ", name).strip().lower()) or _LIBRARIES.get(name.lower())


def is_utf8(name: str) -> bool:
    """Say whether a name from a disk is text, which alone can be kept."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_hidden(name: str) -> bool:
    """Say whether a file or folder is a hidden one; '...And Justice for All' is none."""
    return name.startswith(".") and not name.startswith("..")


def is_ignored_folder(name: str) -> bool:
    """Say whether nothing below a folder of this name is anybody's media."""
    return is_hidden(name) or is_left_behind(name)


@lru_cache(maxsize=256)
def is_left_behind(name: str) -> bool:
    """Say whether a system, a server or a downloader made a folder of this name for itself."""
    return name.lower() in _IGNORED_FOLDERS or _IGNORED_FOLDER.fullmatch(name) is not None

"""What file and folder names mean: the naming habits of media libraries, read from text alone.

`folder` works out once what a directory says; `read` reads each file's name in it. Nothing here
touches a disk or knows of the rest of the importer.
"""

from .folders import Folder, folder, is_disc_folder
from .kinds import is_ignored_folder, library_kind, media_type
from .reader import read, read_path
from .reading import Reading

__all__ = [
    "Folder",
    "Reading",
    "folder",
    "is_disc_folder",
    "is_ignored_folder",
    "library_kind",
    "media_type",
    "read",
    "read_path",
]

"""The fields of what importers find, as columns of `assets` and `asset_files`.

A field has the name of its column, and the type and form that `columns.py` states. `files` of an
asset are rows of their own; the `path` of a file is a mapping and a path below it.
"""

from __future__ import annotations

from retrovue.catalogue.columns import TABLES, Column
from retrovue.found import FoundAsset, FoundFile, Stream


def _columns(table: str, fields: tuple[str, ...], *apart: str) -> tuple[Column, ...]:
    by_name = {column.name: column for column in TABLES[table].columns}
    return tuple(by_name[name] for name in fields if name not in apart)


ASSET_FIELDS = _columns("assets", FoundAsset._fields, "files")
FILE_FIELDS = _columns("asset_files", FoundFile._fields, "path", "streams")
STREAM_FIELDS = _columns("asset_streams", Stream._fields)

ASSET_COLUMNS = tuple(column.name for column in ASSET_FIELDS)
FILE_COLUMNS = ("path_mapping_id", "relative_path", *(column.name for column in FILE_FIELDS))
STREAM_COLUMNS = tuple(column.name for column in STREAM_FIELDS)

_FILES, _GUIDS = FoundAsset._fields.index("files"), FoundAsset._fields.index("guids")
assert FoundAsset._fields.index("metadata") == _GUIDS + 1
_STREAMS = FoundFile._fields.index("streams")
assert len(FoundFile._fields) - 1 == _STREAMS


def asset_row(asset: FoundAsset, texts: tuple[str, str]) -> tuple[object, ...]:
    """The values of `ASSET_COLUMNS`; `texts` are guids and metadata as JSON."""
    return (*asset[:_FILES], *asset[_FILES + 1 : _GUIDS], *texts, *asset[_GUIDS + 2 :])


def file_row(mapping_id: int, relative_path: str, file: FoundFile) -> tuple[object, ...]:
    """The values of `FILE_COLUMNS`."""
    return (mapping_id, relative_path, *file[1:_STREAMS])


def types_of(field: Column) -> tuple[type, ...]:
    """The Python types that a value of the field may have. A title may be unknown until the asset
    is described."""
    if field.name == "guids":
        return (tuple, list)
    if field.name == "metadata":
        return (dict,)
    plain = int if field.type == "integer" else str
    return (plain,) if field.required and field.name != "title" else (plain, type(None))

"""What a scan leaves as it is: all that is known at or below places that are excluded, or that the
scan could not read.

The places lie in two TEMP tables by mapping and path, each path with a slash at its end so that it
is a prefix of what lies below. None lies below another, so the greatest that is not above a file's
path is the one that holds the file, if any does.
"""

from __future__ import annotations

from collections.abc import Iterator

from retrovue import paths
from retrovue.catalogue.sqlite_errors import TranslatingConnection
from retrovue.model import PathMapping

EXCLUDED, UNREAD = "excluded_places", "unread_places"
_BATCH = 1000
_Place = tuple[int, str]  # the id of a mapping, and a path below it with a slash at its end

_TABLES = "".join(
    f"""
    DROP TABLE IF EXISTS temp.{table};
    CREATE TEMP TABLE {table} (
      mapping_id INTEGER, path TEXT, PRIMARY KEY (mapping_id, path)) WITHOUT ROWID;"""
    for table in (EXCLUDED, UNREAD)
)


class ProtectedPlaces:
    """The places of one scan of a collection with these mappings; `settle` ends the noting."""

    def __init__(
        self, connection: TranslatingConnection, mappings: tuple[PathMapping, ...]
    ) -> None:
        self._connection = connection
        self._mappings = mappings
        self._folds = any(paths.is_windows(mapping.external_path) for mapping in mappings)
        self._waiting: list[_Place] = []
        self._used: set[str] = set()
        connection.executescript(_TABLES)
        if self._folds:  # Windows tells no case apart
            connection.create_function("folded", str.casefold)
        excluded = [mapping.external_path for mapping in mappings if mapping.excluded]
        self._insert(EXCLUDED, [place for where in excluded for place in self._within(where)])

    def note(self, where: str) -> bool:
        """Note a place that could not be read, as the source spells it; returns whether it lies at
        or below a location, so that it is known what it leaves untold."""
        if not any(_lies_in(where, mapping) for mapping in self._mappings):
            return False
        self._waiting += self._within(where)
        self._waiting += self._beneath(where)
        if len(self._waiting) >= _BATCH:
            self._flush()
        return True

    def _within(self, where: str) -> Iterator[_Place]:
        """A place as a part of each location that it lies in."""
        for mapping in self._mappings:
            inner = paths.below(where, mapping.external_path)
            if inner is not None and _storable(inner):
                yield mapping.id, self._folded(f"{inner}/" if inner else "")

    def _beneath(self, where: str) -> Iterator[_Place]:
        """All of each location that lies below a place."""
        for mapping in self._mappings:
            if mapping.external_path and paths.below(mapping.external_path, where):
                yield mapping.id, ""

    def _folded(self, path: str) -> str:
        return path.casefold() if self._folds else path

    def _flush(self) -> None:
        self._insert(UNREAD, self._waiting)
        self._waiting.clear()

    def _insert(self, table: str, places: list[_Place]) -> None:
        if places:
            self._used.add(table)
            self._connection.executemany(
                f"INSERT OR IGNORE INTO temp.{table} VALUES (?, ?)", places
            )

    def settle(self) -> None:
        """Leave of the places only those that lie below no other."""
        self._flush()
        for table in self._used:
            self._connection.execute("DROP TABLE IF EXISTS temp.all_places")
            self._connection.execute(
                f"CREATE TEMP TABLE all_places AS SELECT mapping_id, path FROM temp.{table}"
            )
            self._connection.execute(f"DELETE FROM temp.{table}")
            rows = self._connection.execute(
                "SELECT mapping_id, path FROM temp.all_places ORDER BY mapping_id, path"
            )
            self._connection.executemany(f"INSERT INTO temp.{table} VALUES (?, ?)", _topmost(rows))

    def has(self, table: str) -> bool:
        """Whether there is any place of that sort."""
        return table in self._used

    @property
    def any(self) -> bool:
        """Whether there is any such place."""
        return bool(self._used)

    def holds_file(self, table: str, file: str) -> str:
        """An SQL test of whether a row of files lies at or below a place."""
        if table not in self._used:
            return "0"
        path = f"{file}.relative_path || '/'"
        path = f"folded({path})" if self._folds else path
        return f"""
            coalesce((SELECT substr({path}, 1, length(place.path)) = place.path
                        FROM temp.{table} AS place
                       WHERE place.mapping_id = {file}.path_mapping_id AND place.path <= {path}
                       ORDER BY place.path DESC
                       LIMIT 1), 0)"""

    def holds(self, asset: str, *tables: str) -> str:
        """An SQL test of whether a file of a row of assets lies at or below a place; of any sort
        where none is named."""
        used = sorted(self._used.intersection(tables or self._used))
        if not used:
            return "0"
        tests = " OR ".join(self.holds_file(table, "f") for table in used)
        return f"""
            EXISTS (SELECT 1 FROM asset_files AS f WHERE f.asset_id = {asset}.id AND ({tests}))"""


def _lies_in(where: str, mapping: PathMapping) -> bool:
    """Whether a place lies at or below a location; what is no path lies nowhere."""
    if not mapping.external_path and not paths.is_absolute(where):
        return False
    return paths.below(where, mapping.external_path) is not None


def _storable(path: str) -> bool:
    """Whether SQLite can store it; below another path nothing can be known."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _topmost(places: Iterator[_Place]) -> Iterator[_Place]:
    """Of places in order those that do not lie below the one before."""
    above: _Place | None = None
    for place in places:
        if above is None or place[0] != above[0] or not place[1].startswith(above[1]):
            above = place
            yield place

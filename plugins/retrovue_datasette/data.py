"""What the pages show, read from the catalogue by SQL alone."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

FILMS = 120  # posters of one page
NEW = 60
FOUND = 200


class Catalogue:
    """The first database of a Datasette that is a catalogue of retrovue."""

    def __init__(self, database: Any) -> None:
        self.name: str = database.name
        self._database = database

    async def rows(self, sql: str, **parameters: Any) -> list[Row]:
        """The rows of a query."""
        found = await self._database.execute(sql, parameters, page_size=10**6, truncate=False)
        return [dict(row) for row in found.rows]

    async def row(self, sql: str, **parameters: Any) -> Row | None:
        """The first row of a query."""
        found = await self.rows(sql, **parameters)
        return found[0] if found else None

    async def number(self, sql: str, **parameters: Any) -> int:
        """The one number of a query."""
        row = await self.row(sql, **parameters)
        return int(next(iter(row.values())) or 0) if row else 0

    async def libraries(self) -> list[Row]:
        """The collections with what they hold."""
        return await self.rows("SELECT * FROM collection_status ORDER BY source, collection")

    async def counts(self) -> dict[str, int]:
        """How many works of each kind are there."""
        rows = await self.rows("""
            SELECT kind, count(*) AS n FROM assets WHERE missing_since IS NULL
             GROUP BY kind ORDER BY n DESC""")
        return {row["kind"]: row["n"] for row in rows}

    async def newest(self, most: int) -> list[Row]:
        """The works that came last."""
        return await self.rows(
            """
            SELECT id AS asset_id, kind, title, series, season, episode, artist, album, year,
                   edition, coalesce(added_at, created_at) AS added_at, missing_since
              FROM assets
             WHERE missing_since IS NULL AND kind <> 'extra'
             ORDER BY coalesce(added_at, created_at) DESC, id DESC
             LIMIT :most""",
            most=most,
        )

    async def films(self, collection: int | None, start: int) -> tuple[list[Row], int]:
        """A page of films by title, and how many there are."""
        condition = "kind = 'movie' AND (:collection IS NULL OR collection_id = :collection)"
        total = await self.number(
            f"SELECT count(*) FROM assets WHERE {condition}", collection=collection
        )
        rows = await self.rows(
            f"""
            SELECT id AS asset_id, kind, title, year, edition, missing_since
              FROM assets
             WHERE {condition}
             ORDER BY lower(title), year, id
             LIMIT :most OFFSET :start""",
            collection=collection,
            most=FILMS,
            start=start,
        )
        return rows, total

    async def shows(self, collection: int | None) -> list[Row]:
        """Shows, with how much of them there is."""
        return await self.rows(
            """
            SELECT collection_id, series, count(*) AS episodes, count(DISTINCT season) AS seasons,
                   sum(missing_since IS NOT NULL) AS missing
              FROM assets
             WHERE kind = 'episode' AND series IS NOT NULL
               AND (:collection IS NULL OR collection_id = :collection)
             GROUP BY collection_id, series
             ORDER BY lower(series)""",
            collection=collection,
        )

    async def episodes(self, collection: int, series: str) -> list[Row]:
        """The episodes of a show, also those that are missing."""
        return await self.rows(
            """
            SELECT id AS asset_id, season, episode, episode_end, title, missing_since
              FROM assets
             WHERE kind = 'episode' AND collection_id = :collection AND series = :series
             ORDER BY season, episode, title""",
            collection=collection,
            series=series,
        )

    async def albums(self, collection: int | None, artist: str | None = None) -> list[Row]:
        """Albums by artist."""
        return await self.rows(
            """
            SELECT collection_id, coalesce(artist, '') AS artist, coalesce(album, '') AS album,
                   max(year) AS year, count(*) AS tracks
              FROM assets
             WHERE kind = 'track' AND (:collection IS NULL OR collection_id = :collection)
               AND (:artist IS NULL OR artist = :artist)
             GROUP BY collection_id, artist, album
             ORDER BY lower(artist), year, lower(album)""",
            collection=collection,
            artist=artist,
        )

    async def tracks(self, collection: int, artist: str, album: str) -> list[Row]:
        """The tracks of an album, disc by disc."""
        return await self.rows(
            """
            SELECT id AS asset_id, disc, track, title, duration_ms, missing_since
              FROM assets
             WHERE kind = 'track' AND collection_id = :collection
               AND coalesce(artist, '') = :artist AND coalesce(album, '') = :album
             ORDER BY disc, track, title""",
            collection=collection,
            artist=artist,
            album=album,
        )

    async def missing(self) -> list[Row]:
        """What the last scans did not see, newest first."""
        return await self.rows("""
            SELECT asset_id, kind, title, series, season, episode, artist, year, edition,
                   source, collection, missing_since, relative_path
              FROM media
             WHERE missing_since IS NOT NULL
             ORDER BY missing_since DESC, lower(title)
             LIMIT 1000""")

    async def search(self, match: str) -> list[Row]:
        """Works that fit, the closest first."""
        return await self.rows(
            """
            SELECT a.id AS asset_id, a.kind, a.title, a.series, a.season, a.episode, a.artist,
                   a.album, a.year, a.edition, a.missing_since
              FROM asset_search AS s
              JOIN assets AS a ON a.id = s.rowid
             WHERE asset_search MATCH :match
             ORDER BY s.rank, lower(a.title), a.id
             LIMIT :most""",
            match=match,
            most=FOUND,
        )

    async def asset(self, asset_id: int) -> Row | None:
        """All of an asset, with the names of where it is from."""
        return await self.row(
            """
            SELECT a.*, s.name AS source, c.name AS collection
              FROM assets AS a
              JOIN collections AS c ON c.id = a.collection_id
              JOIN sources AS s ON s.id = c.source_id
             WHERE a.id = :id""",
            id=asset_id,
        )

    async def files(self, asset_id: int) -> list[Row]:
        """The files of an asset, the best version first."""
        return await self.rows(
            """
            SELECT f.*, m.local_path AS folder,
                   rtrim(m.local_path, '/') || '/' || f.relative_path AS local_path
              FROM asset_files AS f
              JOIN path_mappings AS m ON m.id = f.path_mapping_id
             WHERE f.asset_id = :id
             ORDER BY f.version, f.part, f.id""",
            id=asset_id,
        )

    async def extras(self, asset_id: int) -> list[Row]:
        """The extras of a film."""
        return await self.rows(
            "SELECT id AS asset_id, kind, title, year, edition, series, season, episode, artist,"
            " missing_since FROM assets WHERE extra_of = :id ORDER BY lower(title)",
            id=asset_id,
        )

    async def charts(self) -> dict[str, dict[str, int]]:
        """Numbers to draw: what there is by kind, decade and quality, and bytes by collection."""
        found = {}
        for title, sql in _CHARTS.items():
            rows = await self.rows(sql)
            found[title] = {str(row["word"]): int(row["n"] or 0) for row in rows}
        return found


_CHARTS = {
    "Works by kind": """
        SELECT kind AS word, count(*) AS n FROM assets
         WHERE missing_since IS NULL GROUP BY 1 ORDER BY 2 DESC""",
    "Films by decade": """
        SELECT (year / 10 * 10) || 's' AS word, count(*) AS n FROM assets
         WHERE kind = 'movie' AND year IS NOT NULL AND missing_since IS NULL
         GROUP BY 1 ORDER BY 1""",
    "Versions by quality": """
        SELECT CASE
                 WHEN f.height > 1080 OR f.version_label LIKE '%2160p%' THEN '2160p'
                 WHEN f.height > 720 OR f.version_label LIKE '%1080p%' THEN '1080p'
                 WHEN f.height > 576 OR f.version_label LIKE '%720p%' THEN '720p'
                 WHEN f.height > 0 OR f.version_label LIKE '%480p%' THEN 'lower'
                 ELSE 'unknown' END AS word, count(*) AS n
          FROM asset_files AS f JOIN assets AS a ON a.id = f.asset_id
         WHERE a.kind IN ('movie', 'episode', 'video') AND f.part = 1
         GROUP BY 1 ORDER BY 2 DESC""",
    "Works by library": """
        SELECT source || '/' || collection AS word, assets AS n
          FROM collection_status ORDER BY 2 DESC LIMIT 20""",
}

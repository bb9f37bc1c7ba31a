"""Which film an extra belongs to, by what its importer says of it in `metadata.extra_of`.

That is an object with the `external_id` of the film, or with the `folder` that the film lies in, as
`FoundFolder.path` spells it, and its `title` and `year`, which tell it from others there.
"""

from __future__ import annotations

from retrovue.catalogue.connection import Tx
from retrovue.catalogue.works.told import source_value

_SAYS = "json_extract(e.metadata, '$.extra_of.{}')"
_IN_FOLDER = f"""
      FROM folders AS d
      JOIN assets AS film ON film.folder_id = d.id AND film.kind <> 'extra'
     WHERE d.collection_id = e.collection_id
       AND d.path = {_SAYS.format("folder")}"""
_NAMED = f"""
    SELECT film.id {_IN_FOLDER}
       AND lower({source_value("film", "title")}) = lower({_SAYS.format("title")})
       AND {source_value("film", "year")} IS {_SAYS.format("year")}
     ORDER BY film.missing_since IS NOT NULL, film.id
     LIMIT 1"""
_ONLY = f"SELECT CASE count(*) WHEN 1 THEN max(film.id) END {_IN_FOLDER}"


def link(tx: Tx, collection_id: int) -> None:
    """Say of the extras of a collection that were written now, and of those that belong to nothing
    yet, which film they belong to: the one with the title and year that the extra gives, or the
    only one in the folder."""
    tx.execute(
        f"""
        UPDATE assets
           SET extra_of = found.film
          FROM (SELECT e.id,
                       coalesce((SELECT film.id FROM assets AS film
                                  WHERE film.collection_id = e.collection_id
                                    AND film.external_id = {_SAYS.format("external_id")}
                                    AND film.id <> e.id),
                                ({_NAMED}),
                                ({_ONLY})) AS film
                  FROM assets AS e
                 WHERE e.collection_id = :collection
                   AND e.kind = 'extra'
                   AND json_type(e.metadata, '$.extra_of') = 'object'
                   AND (e.extra_of IS NULL OR e.updated_at = :now)) AS found
         WHERE assets.id = found.id AND assets.extra_of IS NOT found.film""",
        {"collection": collection_id, "now": tx.now},
    )

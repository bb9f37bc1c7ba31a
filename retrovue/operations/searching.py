"""Before somebody searches: bring the index up to date with what scripts wrote."""

from __future__ import annotations

from retrovue.catalogue import search
from retrovue.catalogue.core import Catalogue
from retrovue.errors import DatabaseFailure


def catch_up(catalogue: Catalogue) -> None:
    """Bring the search index up to date where it is behind and nobody writes just now; else the
    search itself looks at what changed."""
    if not search.is_behind(catalogue.reader()):
        return
    other = Catalogue(catalogue.path, patience=0.0)
    try:
        with other.write("Asset search"):
            pass
    except DatabaseFailure:
        pass
    finally:
        other.close()

"""Lists that are saved and deleted, each in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from retrovue.catalogue import filters, lists, search
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.filters import Filter
from retrovue.catalogue.lists import SavedList


def save(
    catalogue: Catalogue, name: str, chosen: Mapping[str, Any], wanted: Filter, *, replace: bool
) -> SavedList:
    """Save what was chosen as a list. Raises UsageError for a name that is taken."""
    with catalogue.write("List save") as tx:
        search.catch_up(tx)  # the view looks into the index alone
        plain = wanted._replace(source_id=None, collection_id=None, since=None)
        return lists.save(tx, name, chosen, filters.where(tx.connection, plain), replace=replace)


def remove(catalogue: Catalogue, name: str) -> SavedList:
    """Remove a list; no asset is touched. Raises NotFound."""
    with catalogue.write("List remove") as tx:
        saved = lists.get(tx.connection, name)
        lists.delete(tx, saved)
        return saved

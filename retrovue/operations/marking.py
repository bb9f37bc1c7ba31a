"""What people say of assets: marks and edits, each in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.works import marks
from retrovue.catalogue.works.marks import Change, Said


def mark(catalogue: Catalogue, asset_id: int, change: Change) -> Said:
    """Say something of the work of an asset; returns all that is said of it now."""
    with catalogue.write("Asset mark") as tx:
        return marks.mark(tx, asset_id, change)


def edit(
    catalogue: Catalogue, asset_id: int, values: Mapping[str, Any], unset: Sequence[str]
) -> Said:
    """Set fields of the work of an asset, or give them back to its source; returns all that is said
    of it now."""
    with catalogue.write("Asset edit") as tx:
        return marks.edit(tx, asset_id, values, unset)

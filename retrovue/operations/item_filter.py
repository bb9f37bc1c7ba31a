"""What a narrowed ingest asks for."""

from __future__ import annotations

from typing import NamedTuple

from retrovue.found import FoundAsset


class ItemFilter(NamedTuple):
    """What a narrowed ingest asks for; the title may be that of the item or of its series."""

    title: str | None = None
    season: int | None = None
    episode: int | None = None

    def fits(self, asset: FoundAsset) -> bool:
        """Whether an asset is one of those that were asked for."""
        if self.title is not None:
            folded = self.title.casefold()
            names = (asset.title, asset.series, asset.artist, asset.album)
            if folded not in (name.casefold() for name in names if name):
                return False
        if self.season is not None and asset.season != self.season:
            return False
        if self.episode is None:
            return True
        first = asset.episode
        return first is not None and first <= self.episode <= (asset.episode_end or first)

"""What an ingest tells of itself: in its result, and in its line of history."""

from __future__ import annotations

from typing import Any

from retrovue.catalogue.reconcile.changes import Changes
from retrovue.model import IngestResult
from retrovue.operations.scan import Scan


def completed(
    result: IngestResult, scan: Scan, changes: Changes, skipped_before: set[str]
) -> IngestResult:
    """A result with what changed and what was left out."""
    return result._replace(
        left_out=tuple(scan.left_out),
        left_out_count=scan.left_out_count,
        unread_count=max(scan.unread_count, len(result.unread)),
        new_skips=tuple(line for line in result.skipped if line not in skipped_before),
        changes=changes.ids,
    )


def detail(result: IngestResult, changes: Changes) -> dict[str, Any]:
    """What the history keeps of an ingest: counts, which assets changed, what was left out."""
    said: dict[str, Any] = {"stats": dict(result.stats)}
    changed = changes.as_json()
    if changed:
        said["changes"] = changed
    skipped = result.stats["skipped"] - result.left_out_count
    return said | {
        **_lines("skipped", result.skipped, skipped),
        **_lines("left_out", result.left_out, result.left_out_count),
        **_lines("unread", result.unread, result.unread_count),
    }


def _lines(word: str, lines: tuple[str, ...], count: int) -> dict[str, Any]:
    """Lines, and how many more there were."""
    said: dict[str, Any] = {word: list(lines)} if lines else {}
    if count > len(lines):
        said[f"{word}_more"] = count - len(lines)
    return said

"""How the ingest of a collection ended: as a result, and as a line of history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from retrovue import tracebacks
from retrovue.catalogue.reconcile.changes import Changes
from retrovue.catalogue.reconcile.compare import Comparison
from retrovue.catalogue.reconcile.staging import Staging
from retrovue.errors import ImporterError, IngestFailed, RetrovueError
from retrovue.model import STATS, Collection, IngestResult, Status
from retrovue.operations.scan import Scan
from retrovue.redact import lines


def without_scan(target: Collection, status: Status, error: RetrovueError) -> IngestResult:
    """The result of a collection that was not ingested."""
    stats = dict.fromkeys(STATS, 0)
    return IngestResult(target.id, target.external_id, target.name, status, stats, error)


def importer_failed(target: Collection, error: ImporterError) -> IngestResult:
    """The result where an importer says that it cannot go on."""
    tracebacks.note(error)
    first, *others = lines(str(error)) or ["no reason given"]
    return without_scan(target, "failed", IngestFailed(first, others))


def of_scan(
    target: Collection,
    scan: Scan,
    staging: Staging,
    comparison: Comparison,
    emptied: Sequence[str],
    *,
    complete: bool,
) -> IngestResult:
    """The result of a scan that can be applied; `emptied` are lines on locations that yield nothing
    any more, `complete` says whether what was not seen can be marked missing."""
    unread = (*scan.unread, *emptied)
    return IngestResult(
        target.id,
        target.external_id,
        target.name,
        "partial" if unread or scan.repeated else "success",
        _stats(staging, scan, comparison),
        skipped=tuple(scan.reasons),
        unread=unread,
        unread_count=max(scan.unread_count, len(unread)),
        left_out=tuple(scan.left_out),
        left_out_count=scan.left_out_count,
        judged=complete,
    )


def _stats(staging: Staging, scan: Scan, comparison: Comparison) -> dict[str, int]:
    unchanged = scan.unchanged + staging.assets_in_unchanged_folders + comparison.withheld
    counts = {
        "added": comparison.added,
        "updated": comparison.updated,
        "unchanged": unchanged,
        "moved": comparison.moved,
        "restored": comparison.restored,
    }
    others = {"missing": comparison.missing, "skipped": scan.skipped}
    every = counts | others | {"discovered": sum(counts.values())}
    return {word: every[word] for word in STATS}


def with_changes(result: IngestResult, changes: Changes, skipped_before: set[str]) -> IngestResult:
    """A result with the assets that changed, how many of them show what somebody edited, and what
    was skipped for the first time."""
    new_skips = tuple(line for line in result.skipped if line not in skipped_before)
    return result._replace(new_skips=new_skips, changes=changes.ids, edits_kept=changes.edited)


def history_detail(result: IngestResult, changes: Changes) -> dict[str, Any]:
    """What the history keeps of an ingest: counts, which assets changed, what was left out."""
    detail: dict[str, Any] = {"stats": dict(result.stats)}
    changed = changes.as_json()
    if changed:
        detail["changes"] = changed
    skipped = result.stats["skipped"] - result.left_out_count
    return detail | {
        **_lines("skipped", result.skipped, skipped),
        **_lines("left_out", result.left_out, result.left_out_count),
        **_lines("unread", result.unread, result.unread_count),
    }


def _lines(word: str, kept: tuple[str, ...], count: int) -> dict[str, Any]:
    """Lines, and how many more there were."""
    detail: dict[str, Any] = {word: list(kept)} if kept else {}
    if count > len(kept):
        detail[f"{word}_more"] = count - len(kept)
    return detail

"""How collections, sources and results read, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from retrovue.cli import shell
from retrovue.cli.app import App
from retrovue.cli.output import error_body, facts, plural, table
from retrovue.commands import Line
from retrovue.model import STATS, SUCCEEDED, Collection, IngestResult, PathMapping, Probing, Source
from retrovue.paths import ANY


def source_data(source: Source, config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": source.id,
        "external_id": source.external_id,
        "name": source.name,
        "type": source.type,
        "config": dict(config),
    }


def mapping_data(mapping: PathMapping) -> dict[str, Any]:
    return {
        "id": mapping.id,
        "external_path": mapping.external_path,
        "local_path": mapping.local_path,
        "excluded": mapping.excluded,
        "missing_since": mapping.missing_since,
    }


def collection_data(collection: Collection) -> dict[str, Any]:
    return {
        "id": collection.id,
        "external_id": collection.external_id,
        "source": collection.source_name,
        "name": collection.name,
        "kind": collection.kind,
        "identity": collection.identity,
        "enabled": collection.enabled,
        "sync_enabled": collection.sync_enabled,
        "ingestible": collection.ingestible,
        "not_ingestible_reason": collection.not_ingestible_reason,
        "missing_since": collection.missing_since,
        "last_ingested_at": collection.last_ingested_at,
        "assets": collection.asset_count,
        "missing_assets": collection.missing_count,
        "path_mappings": [mapping_data(mapping) for mapping in collection.mappings],
    }


def collection_table(collections: Sequence[Collection]) -> list[Line]:
    rows = [
        (c.id, f"{c.source_name}/{c.name}", c.kind, c.enabled, c.sync_enabled,
         "no longer offered" if c.missing_since else c.ingestible,
         _mapped(c), c.asset_count, c.missing_count, c.last_ingested_at)
        for c in collections
    ]  # fmt: skip
    heads = ("ID", "COLLECTION", "KIND", "ENABLED", "SYNC", "INGESTIBLE", "MAPPED", "ASSETS",
             "MISSING", "LAST INGEST")  # fmt: skip
    return table(heads, rows)


def _mapped(collection: Collection) -> str:
    active = [mapping for mapping in collection.mappings if mapping.active]
    return f"{sum(m.local_path is not None for m in active)}/{len(active)}"


def collection_facts(collection: Collection) -> list[Line]:
    state = "yes" if collection.ingestible else f"no ({collection.not_ingestible_reason})"
    lines = facts(
        (
            ("Collection", collection.name),
            ("Source", collection.source_name),
            ("Id", collection.id),
            ("External id", collection.external_id),
            ("Kind", collection.kind),
            ("Enabled", collection.enabled),
            ("Sync enabled", collection.sync_enabled),
            ("Ingestible", state),
            ("Assets", f"{collection.asset_count:,} ({collection.missing_count:,} missing)"),
            ("Last ingest", collection.last_ingested_at),
            *((("Missing since", collection.missing_since),) if collection.missing_since else ()),
        )
    )
    return [*lines, "", *mapping_table(collection)]


def mapping_table(collection: Collection) -> list[Line]:
    rows = [
        (m.external_path or ANY, m.local_path or "(not mapped)", _mapping_state(m))
        for m in collection.mappings
    ]
    return table(("LOCATION", "LOCAL FOLDER", "STATE"), rows)


def _mapping_state(mapping: PathMapping) -> str:
    if mapping.excluded:
        return "excluded"
    if mapping.missing_since:
        return f"no longer offered since {mapping.missing_since}"
    return "mapped" if mapping.local_path is not None else "unresolved"


def gone(before: Sequence[Collection], after: Sequence[Collection]) -> list[str]:
    """What a source offered before and offers no longer: collections, and locations of others."""
    lines = []
    known = {collection.id: collection for collection in before}
    for now in after:
        then = known.get(now.id)
        if then is None or then.missing_since:
            continue
        if now.missing_since:
            lines.append(f"Collection '{now.name}' is no longer offered by its source")
            continue
        offered = {mapping.id for mapping in then.mappings if not mapping.missing_since}
        lines += [
            f"Location {mapping.external_path} of collection '{now.name}' is no longer offered"
            for mapping in now.mappings
            if mapping.missing_since and mapping.id in offered
        ]
    return lines


def ingest_data(result: IngestResult, db: str | None) -> dict[str, Any]:
    """The result for JSON; `db` is the path of the catalogue for commands in it, None for the
    default one."""
    data = {
        "id": result.id,
        "external_id": result.external_id,
        "name": result.name,
        "status": result.status,
        "stats": dict(result.stats),
        "error": None if result.error is None else error_body(result.error, db),
    }
    if result.skipped:
        data["skipped"] = list(result.skipped)
    if result.left_out:
        data["left_out"] = list(result.left_out)
    if result.unread:
        data["unread"] = list(result.unread)
    data["files_checked"] = result.files_checked
    data["files_found"] = result.files_found
    if result.warnings:
        data["warnings"] = list(result.warnings)
    if result.edits_kept:
        data["edits_kept"] = result.edits_kept
    if result.probed is not None:
        data["probed"] = probing_data(result.probed)
    return data


def probing_data(done: Probing) -> dict[str, Any]:
    return {"probed": done.probed, "skipped": done.skipped, "absent": done.absent,
            "reasons": list(done.reasons)}  # fmt: skip


def probing_line(done: Probing, name: str | None = None) -> str:
    of = f" of collection '{name}'" if name is not None else ""
    counts = {"skipped": done.skipped, "not there": done.absent}
    rest = "".join(f", {count:,} {word}" for word, count in counts.items() if count)
    return f"{plural(done.probed, 'file')}{of} probed{rest}"


def probing_warnings(done: Probing, name: str | None = None, *, verbose: bool) -> list[str]:
    """Files that could not be probed, each told once: it is not asked again until it changes."""
    if not done.skipped:
        return []
    of = f" of collection '{name}'" if name is not None else ""
    head = f"{plural(done.skipped, 'file')}{of} could not be probed"
    return [head, *_sample(done.reasons, done.skipped, "not probed", verbose=verbose)]


def totals(results: Sequence[IngestResult]) -> dict[str, int]:
    return {word: sum(result.stats[word] for result in results) for word in STATS}


def ingest_lines(results: Sequence[IngestResult], db: str | None) -> list[Line]:
    """Which collections were ingested and which were not, and below it the counts."""
    done = [r for r in results if r.status in SUCCEEDED]
    lines: list[Line] = []
    if done:
        lines.append(f"Success: Collections {', '.join(_quoted(r) for r in done)} ingested")
    for result in results:
        if result not in done:
            lines.append(f"Failed: Collection {_quoted(result)} failed ingestion")
            assert result.error is not None
            reasons = [result.error.message, *result.error.lines]
            lines += [f"  {shell.text(line, db)}" for line in reasons]
    if done:
        rows = [(r.name, *(f"{r.stats[word]:,}" for word in STATS)) for r in done]
        lines += ["", *table(("COLLECTION", *(word.upper() for word in STATS)), rows)]
    told = [probing_line(r.probed, r.name) for r in done if r.probed is not None and r.probed.due]
    lines += ["", *told] if told else []
    return lines


def _quoted(result: IngestResult) -> str:
    return f"'{result.name}'"


def ingest_warnings(
    results: Sequence[IngestResult], *, verbose: bool, only_new: bool = False
) -> list[str]:
    """What was not read or not taken. With `only_new` a skipped item is told of once, when it is
    new; what was not read always is."""
    warnings = []
    for result in results:
        if result.unread:
            stays = "what is known there stays as it is"
            says = stays if result.judged else "nothing in it was marked missing"
            warnings.append(f"Collection '{result.name}' was ingested only in part; {says}")
            warnings += _sample(result.unread, result.unread_count, "not read", verbose=verbose)
        elif result.status == "partial":
            warnings.append(
                f"Collection '{result.name}' was ingested only in part: ids came twice; nothing in"
                " it was marked missing"
            )
        skipped, count = result.skipped, result.stats["skipped"] - result.left_out_count
        if only_new and result.status == "success":
            skipped, count = result.new_skips, len(result.new_skips)
        if count:
            number = plural(count, "item")
            warnings.append(f"{number} of collection '{result.name}' skipped")
            warnings += _sample(skipped, count, "skipped", verbose=verbose)
        warnings += result.warnings
        if result.probed is not None:
            warnings += probing_warnings(result.probed, result.name, verbose=verbose)
    return warnings


def _sample(lines: Sequence[str], count: int, word: str, *, verbose: bool) -> list[str]:
    shown = lines if verbose else lines[:3]
    if len(shown) == count:
        more = []
    elif len(shown) == len(lines):
        more = [f"  ... {count - len(shown):,} more"]
    else:
        more = [f"  ... {count - len(shown):,} more; -v shows them"]
    return [*(f"  {word}: {line}" for line in shown), *more]


def changes(app: App, found: Mapping[str, Sequence[str]]) -> list[str]:
    """What a discovery added, updated, found missing or restored, a line for each."""
    would = "Would be " if app.dry_run else ""
    named = [f"{would}{word}: {', '.join(names)}" for word, names in found.items() if names]
    return [line[0].upper() + line[1:] for line in named]


def left_out_lines(results: Sequence[IngestResult]) -> list[str]:
    """What was left out on purpose."""
    lines = []
    for result in results:
        lines += [f"  left out: {line}" for line in result.left_out]
        more = result.left_out_count - len(result.left_out)
        lines += [f"  ... {more:,} more of collection '{result.name}' left out"] if more > 0 else []
    return lines


def history_summary(detail: Mapping[str, Any]) -> str:
    """One line of a history entry's detail."""
    if "error" in detail:
        error = detail["error"]
        return str(error.get("message", error) if isinstance(error, dict) else error)
    stats = detail.get("stats")
    if isinstance(stats, dict):
        counts = {word: count for word, count in stats.items() if type(count) is int and count}
        unread, more = detail.get("unread"), detail.get("unread_more", 0)
        if isinstance(unread, list) and type(more) is int:
            counts["not read"] = len(unread) + more
        parts = [f"{count:,} {word}" for word, count in counts.items()]
        where = f" in {detail['path']}" if isinstance(detail.get("path"), str) else ""
        return (", ".join(parts) or "nothing found") + where
    return ", ".join(f"{name} {_brief(value)}" for name, value in detail.items())


def _brief(value: Any) -> str:
    if isinstance(value, list):
        parts = (" -> ".join(map(str, v)) if isinstance(v, list) else str(v) for v in value[:5])
        return ", ".join(parts) + (" ..." if len(value) > 5 else "")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_brief(item)}" for key, item in list(value.items())[:5])
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)

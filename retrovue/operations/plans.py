"""Plans: an ingest that is written down first, and done later exactly so, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from retrovue.catalogue import collections, history, new_file, sample, sources
from retrovue.catalogue.connection import Tx
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.reconcile import apply, bulk, changes, plan_file
from retrovue.catalogue.reconcile.plan_file import Plan, Planned, PlanWriter
from retrovue.catalogue.reconcile.staging import Staging
from retrovue.errors import NotFound, PlanRefused
from retrovue.importers.loader import Plugins
from retrovue.model import Collection, IngestResult, Source
from retrovue.operations import failures, ingest_targets, mapping_check, probing, refusals, results
from retrovue.operations.ingest import Ingested
from retrovue.operations.ingest_run import Options, Run
from retrovue.operations.sources import importer_of

_FREE = ("ingestible", "not_ingestible_reason", "last_ingested_at", "source_name", "size")


@contextmanager
def written(
    catalogue: Catalogue, path: str, source: Source, *, force: bool
) -> Iterator[PlanWriter]:
    """A plan that what is done inside is added to; it gets its name at the end, and nothing is left
    of it where that is an exception. Raises UsageError where the name is taken."""
    new_file.require_free(Path(catalogue.path), Path(path), force=force)
    writer = plan_file.begin(catalogue.writer("Source ingest"), path, source, force=force)
    try:
        yield writer
        writer.finish(catalogue.writer("Source ingest"))
    finally:
        writer.discard()


def source_of(catalogue: Catalogue, path: str) -> tuple[Source, str]:
    """The source that a plan is of, as it is now, and when the plan was made. Raises NotFound, and
    PlanRefused where it is none of this catalogue or the source is another by now."""
    with plan_file.attached(catalogue.writer("Source ingest"), path) as plan:
        plan_file.require_own(catalogue.writer("Source ingest"), plan)
        return _same_source(catalogue, plan), plan.made_at


def _same_source(catalogue: Catalogue, plan: Plan) -> Source:
    try:
        now = sources.by_id(catalogue.reader(), plan.source.id)
    except NotFound:
        now = None
    was = plan.source
    if now is None or now.external_id != was.external_id:
        raise _refused(plan, [f"source '{was.name}' is no longer there"])
    told = now if was.remote_identity is not None else now._replace(remote_identity=None)
    if told != was:
        raise _refused(plan, [f"source '{was.name}' was changed"])
    return now


def _refused(plan: Plan, reasons: Sequence[str]) -> PlanRefused:
    return PlanRefused(
        f"The plan of {plan.made_at} no longer fits", reasons, hint="Make another one."
    )


def apply_plan(catalogue: Catalogue, plugins: Plugins, path: str, options: Options) -> Ingested:
    """Do what a plan says, in one transaction. Raises PlanRefused where the source, a collection or
    an asset that it touches is another by now, or where it is of another catalogue."""
    connection = catalogue.writer("Source ingest")
    with plan_file.attached(connection, path) as plan:
        plan_file.require_own(connection, plan)
        source = _same_source(catalogue, plan)
        with failures.recorded(catalogue, "Source ingest", source.name):
            importer = importer_of(catalogue, plugins, source)
            probes = probing.wanted(plugins, source, options)
            run = Run(catalogue, source, importer, options, "Source ingest", probes)
            targets = [_unchanged(run, plan, planned) for planned in plan.collections]
            rejected = ingest_targets.rejected(run, targets, contacts=False)
            if rejected:
                found = list(rejected.values())
                return Ingested(found, [], refusals.refused(run.connection, found))
            return Ingested(_apply(run, plan), [])


def _unchanged(run: Run, plan: Plan, planned: Planned) -> Collection:
    """The collection as it is now. Raises PlanRefused where it is another than that of the plan."""
    was = planned.collection
    now = collections.by_id(run.connection, was.id)
    if now is None:
        raise _refused(plan, [f"collection '{was.name}' is no longer there"])
    if now.mappings != was.mappings:
        raise _refused(plan, [f"the path mappings of collection '{now.name}' were changed"])
    if not now.sync_enabled:
        raise _refused(plan, [f"collection '{now.name}' is no longer sync-enabled"])
    if now.revision == was.revision and _bare(now) != _bare(was):
        raise _refused(plan, [f"collection '{now.name}' was changed"])
    return now


def _bare(collection: Collection) -> dict[str, object]:
    return {name: v for name, v in collection._asdict().items() if name not in _FREE}


def _apply(run: Run, plan: Plan) -> list[IngestResult]:
    if not plan.collections:
        return []
    connection = run.catalogue.writer(run.operation)
    staging = Staging(connection, plan.collections[0].collection)
    staging.end_reading()
    bulk.prepare(max(planned.comparison.added for planned in plan.collections))
    found, samples = [], []
    with run.catalogue.write(run.operation) as tx:
        first: list[int] = []
        for planned in plan.collections:
            found.append(_apply_one(run, plan, planned, staging, tx))
            samples.append(sample.files(tx.connection, planned.collection))
            first += [tx.new_assets] if tx.new_assets is not None else []
        if first:
            tx.new_assets = min(first)
    done = []
    for planned, result, files in zip(plan.collections, found, samples, strict=True):
        line = None if run.catalogue.dry_run else result.line
        done.append(mapping_check.checked(result._replace(line=line), planned.collection, files))
        if not run.catalogue.dry_run:
            run.options.ingested(planned.collection, done[-1])
            done[-1] = probing.after_ingest(run, planned.collection, done[-1])
    return done


def _apply_one(run: Run, plan: Plan, planned: Planned, staging: Staging, tx: Tx) -> IngestResult:
    now = collections.by_id(tx.connection, planned.collection.id)
    plan_file.load(tx, planned.collection.id)
    if now is None or now.revision != planned.collection.revision:
        touched = plan_file.changed_since(tx, plan.made_at)
        raise _refused(plan, [f"the assets of collection '{planned.collection.name}' were changed",
                              *touched])  # fmt: skip
    staging.collection = now
    staged = changes.staged(staging.connection)
    apply.apply(tx, staging, planned.comparison)
    collections.set_ingested(tx, now.id)
    placed = staged.placed(tx.new_assets)
    known = history.skipped_before(tx.connection, run.source.name, now.name)
    result = results.with_changes(planned.result, placed, known)
    detail = results.history_detail(result, placed) | {"plan": plan.made_at}
    line = history.record(tx, run.operation, result.status, run.source.name, now.name, detail)
    run.options.changed(now, placed, tx.connection)
    return result._replace(line=line)

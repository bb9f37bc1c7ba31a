"""The verbs: gather from importers and the disk, then write to the catalogue.

No plugin code runs and nothing is contacted while the write lock is held. This room alone starts
write transactions.

    sources.py source_update.py      add and update a source
    discover.py remote.py            ask it what it offers, and whether its server is the same one
    collections.py conflicts.py      update a collection; retry where another process was quicker
    ingest.py                        the two verbs of an ingest
      ingest_run.py                  what an ingest carries along, and how to ingest
      ingest_targets.py              which collections it takes; ingestibility.py: whether it can
      collection_ingest.py           one collection: scan, compare, apply
      scan.py item_checks.py         drive an importer's scan; check what it yields
      secrecy.py                     keep secrets out of that
      mapping_check.py overlooked.py whether files are where mappings say; what is in no collection
      results.py refusals.py         how it ended; why it could not begin
    removals.py                      delete, wipe, purge, prune
    database.py repair.py            info and check of the file; its repair
    failures.py next_steps.py        write down why something failed; what to type next
"""

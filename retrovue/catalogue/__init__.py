"""The catalogue: one SQLite file, and the only room that knows SQL.

core.py connection.py files.py   open, migrate, write; connections; where a file is
sqlite_errors.py texts.py        errors and texts of SQLite as ours
migrate.py migrations/           the schema, step by step; versions.py: which one a file has
columns.py                       every column: its type and form, stated once
rules.py guarantees.py           the clauses of G-1 to G-6; what breaks one
sources.py collections.py mappings.py assets.py history.py    the nouns
offered.py matching.py           bring collections to what a source offers
sample.py                        a few files of a collection
works/                           marks and edits, and which assets are which work
reconcile/                       a scan against what is known
health/                          check and repair
backups/                         copies, automatic and by hand; restore
"""

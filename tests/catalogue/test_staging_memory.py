"""Staging one collection after another costs no more memory than staging one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MOST = 5.0  # MB; the tables of the first collection are some 20

SCRIPT = """
import resource, sys
from retrovue import FoundAsset, FoundCollection
from retrovue.catalogue import collections, offered, sources
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.matching import match
from retrovue.catalogue.reconcile.staging import Staging

catalogue = Catalogue(sys.argv[1])
with catalogue.write("Test") as tx:
    source = sources.add(tx, "toys", "toys", "Toys", {}, {})
    offered.apply(tx, source.id, match((), [FoundCollection("a", "A")]))
(collection,) = collections.of_source(catalogue.reader(), source.id)
connection = catalogue.writer("Test")
staging = Staging(connection, collection)
for batch in range(40):
    for n in range(1000):
        asset = FoundAsset(f"{batch}/{n}", "movie", "A title " * 40, ())
        staging.put(None, None, "added", asset, ("[]", "{}"), [])
    staging.flush()
staging.end_reading()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
Staging(connection, collection)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) / (2**20 if sys.platform == "darwin" else 2**10))
"""


def test_tables_of_the_collection_before_are_dropped_in_little_memory(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SCRIPT, tmp_path / "retrovue.db"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert float(done.stdout) < MOST

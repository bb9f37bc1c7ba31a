"""Whether files are where the path mappings of their collection say."""

from __future__ import annotations

import os
from collections.abc import Sequence

from retrovue import paths
from retrovue.catalogue.sample import Sampled
from retrovue.model import Collection, IngestResult


def checked(
    result: IngestResult, collection: Collection, samples: Sequence[Sampled]
) -> IngestResult:
    """The result of an ingest with what a look for some of its files found; a warning for each
    mapping where fewer than half are there."""
    checked = found = 0
    warnings = []
    for sample in samples:
        there = [is_there(sample, relative) for relative in sample.relative_paths]
        told = [found_it for found_it in there if found_it is not None]
        checked += len(told)
        found += sum(told)
        if sum(told) * 2 < len(told):
            warnings.append(_warning(collection, sample, told, there.index(False)))
    return result._replace(files_checked=checked, files_found=found, warnings=tuple(warnings))


def is_there(sample: Sampled, relative: str) -> bool | None:
    """Whether there is such a file; None where nobody may look."""
    try:
        os.stat(paths.join(sample.local_path, relative))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return None
    return True


def _warning(collection: Collection, sample: Sampled, told: Sequence[bool], first_lost: int) -> str:
    lost = paths.join(sample.local_path, sample.relative_paths[first_lost])
    place = sample.external_path or paths.ANY
    files = "file is" if len(told) == 1 else "files are"
    return (
        f"Collection '{collection.name}': {sum(told)} of {len(told)} {files} where the mapping"
        f" says, e.g. {lost} ({place} is mapped to {sample.local_path})"
    )

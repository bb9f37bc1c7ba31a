"""`asset probe`."""

from __future__ import annotations

from retrovue.cli import filtering, views
from retrovue.cli.app import App
from retrovue.cli.output import Result, plural
from retrovue.operations import probing, searching


def probed(app: App, chosen: filtering.Chosen, *, again: bool) -> Result:
    """Probe the files of the assets that were chosen."""
    wanted = filtering.filter_of(app.catalogue.reader(), chosen)
    if wanted.words:
        searching.catch_up(app.catalogue)
    probes = probing.require_probes(app.plugins)

    def progress(files: int, done: int) -> None:
        app.progress("Probing", files, done)

    done = probing.probe(app.catalogue, probes, wanted, again=again, progress=progress)
    app.progress.close()
    data = views.probing_data(done)
    if app.dry_run:
        return Result(data | {"due": done.due}, [f"Would probe {plural(done.due, 'file')}."])
    if not done.due:
        return Result(data, ["Nothing to probe: no file is new or changed."])
    warnings = views.probing_warnings(done, verbose=app.verbose > 0)
    return Result(data, [f"{views.probing_line(done)}."], warnings)

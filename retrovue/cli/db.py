"""`retrovue db`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from retrovue.cli import base, options
from retrovue.cli.app import App
from retrovue.cli.output import Result, facts, plural, table
from retrovue.commands import Command, Hint, Line
from retrovue.errors import UsageError

if TYPE_CHECKING:
    from retrovue.catalogue.backups.automatic import Backup
    from retrovue.catalogue.health.foreign_objects import Foreign


@click.group("db", cls=base.Group)
def command() -> None:
    """The file: where it is, what is in it, whether it is sound."""


@command.command("path")
@options.json_output
@click.pass_obj
def path(app: App) -> Result:
    """Print where the file is, whether it is there or not."""
    return Result({"path": app.path, "exists": app.catalogue.exists()}, [app.path])


@command.command("info")
@options.json_output
@click.pass_obj
def info(app: App) -> Result:
    """Show what the file is and how much is in it."""
    from retrovue.operations import database

    found = database.info(app.catalogue)
    rows = found.pop("rows")
    lines = facts((*found.items(), *((f"rows in {name}", count) for name, count in rows.items())))
    return Result({**found, "rows": rows}, lines)


@command.command("check")
@click.option("--repair", is_flag=True, help="Mend what can be mended, after a backup.")
@options.no_backup
@options.dry_run
@options.json_output
@click.pass_obj
def check(app: App, *, repair: bool, no_backup: bool) -> Result:
    """Look for damage and for every breach of a guarantee."""
    from retrovue.cli.removals import undo
    from retrovue.errors import GuaranteeViolated
    from retrovue.operations import database

    app.writes = repair
    done: list[str] = []
    if repair:
        from retrovue.operations import repair as repairing

        done, saved, findings = repairing.repair(app.catalogue, no_backup=no_backup)
    else:
        findings = database.check(app.catalogue)
    others = database.others(app.catalogue)
    data: dict[str, Any] = {
        "findings": [finding._asdict() for finding in findings],
        "repaired": done,
        "others": _as_data(others),
    }
    lines: list[Line] = [f"{app.did('repair')}: {line}" for line in done]
    if repair and not done:
        lines.append("Nothing to repair.")
    if repair and done and saved is not None:
        data["backup"] = str(saved.absolute())
        lines.append(undo(saved))
    lines += _in_words(others)
    if not findings:
        return Result(data, [*lines, "No damage; every guarantee holds."])
    mend = Hint("Mend what can be mended", Command("db check", options=("--repair",)))
    hint = None if repair else mend
    error = GuaranteeViolated(
        f"Database check failed: {plural(len(findings), 'finding')}", hint=hint
    )
    return Result(data, [*lines, *map(str, findings)], error=error)


def _as_data(others: list[Foreign]) -> list[dict[str, Any]]:
    return [
        {"type": each.type, "name": each.name, "table": each.table, "wrong": each.wrong}
        for each in others
    ]


def _in_words(others: list[Foreign]) -> list[str]:
    return [
        f"Not ours: {each}" + (f", which {each.wrong}" if each.wrong else "") for each in others
    ]


@command.command("backup")
@click.argument("target", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--without-secrets", is_flag=True, help="Leave the tokens out, to publish it.")
@click.option("--list", "listed", is_flag=True, help="List the backups beside the file.")
@click.option("--force", is_flag=True, help="Replace FILE where there is one.")
@options.json_output
@click.pass_obj
def backup(
    app: App, *, target: Path | None, without_secrets: bool, listed: bool, force: bool
) -> Result:
    """Copy the file to FILE while others may write to it, and verify the copy.

    Without FILE the copy lies beside the file and is named by the time. Only its owner can read it.
    """
    from retrovue.catalogue.backups import automatic
    from retrovue.catalogue.backups import backup as backups

    if listed:
        if target or without_secrets or force:
            raise UsageError("--list makes no backup: it takes no FILE and no other flag")
        return _listed(app, automatic.list_backups(Path(app.path)))
    app.writes = True
    app.catalogue.reader()
    path = Path(app.path)
    if target is None:
        copy = automatic.create_by_hand(path.absolute(), without_secrets=without_secrets)
    else:
        copy = backups.make(path, target, without_secrets=without_secrets, force=force)
    data = {"path": str(copy.path), "bytes": copy.bytes, "rows": copy.rows}
    rows = plural(sum(copy.rows.values()), "row")
    warnings = [f"{name} is not set here, so its value was not looked for" for name in copy.unset]
    line = f"Backed up to {copy.path}: {copy.bytes:,} bytes, {rows}, verified"
    return Result(data, [line], warnings)


def _listed(app: App, found: Sequence[Backup]) -> Result:
    if not found and not app.catalogue.exists():
        app.catalogue.reader()  # says that there is none
    rows = [one._asdict() | {"path": str(one.path.absolute())} for one in found]
    data = {"path": app.path, "backups": rows}
    if not found:
        return Result(data, [f"No backups beside {app.path}."])
    cells = [(one.made_at, one.purpose, f"{one.bytes:,}", one.path.absolute()) for one in found]
    newest = Command("db restore", (str(found[0].path.absolute()),))
    lines: list[Line] = [*table(("made", "for", "bytes", "file"), cells)]
    return Result(data, [*lines, Hint("Bring back the newest", newest)])


@command.command("restore")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@options.force
@options.dry_run
@options.json_output
@click.pass_obj
def restore(app: App, *, file: Path, force: bool) -> Result:
    """Put a backup in the place of the file, which is backed up first."""
    from retrovue.catalogue.backups import restore
    from retrovue.cli.confirm import CANCELLED, confirm
    from retrovue.cli.removals import undo
    from retrovue.operations import database

    forced = force or app.dry_run or not app.catalogue.exists()
    if not confirm([f"This replaces {app.path}; a copy is kept."], forced=forced):
        return CANCELLED
    app.catalogue.close()
    copy, before = restore.restore(Path(app.path), file, dry_run=app.dry_run)
    others = database.others_of(file)
    data: dict[str, Any] = {
        "others": _as_data(others),
        "path": str(copy.path),
        "rows": copy.rows,
        "backup": str(before.absolute()) if before else None,
    }
    rows = plural(sum(copy.rows.values()), "row")
    lines: list[Line] = [
        f"{app.did('restore')} {copy.path} from {file}: {rows}",
        *_in_words(others),
    ]
    if before is not None and before.suffix == ".damaged":
        lines.append(f"The damaged file as it was: {before}")
    elif before is not None:
        lines.append(undo(before))
    return Result(data, lines)

"""`retrovue db`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from retrovue.cli import App, options
from retrovue.cli.output import Result, facts, plural


@click.group("db")
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
    from retrovue.catalogue import inspect

    found = inspect.info(app.catalogue)
    rows = found.pop("rows")
    lines = facts((*found.items(), *((f"rows in {name}", count) for name, count in rows.items())))
    return Result({**found, "rows": rows}, lines)


@command.command("check")
@click.option("--repair", is_flag=True, help="Mend what can be mended, after a backup.")
@options.no_backup
@options.dry_run
@options.json_output
@click.pass_obj
def check(app: App, repair: bool, no_backup: bool, dry_run: bool) -> Result:
    """Look for damage and for every breach of a guarantee."""
    from retrovue.catalogue import inspect
    from retrovue.errors import GuaranteeViolated

    done: list[str] = []
    if repair:
        from retrovue.catalogue import repair as repairing

        done, saved, findings = repairing.repair(app.catalogue, no_backup, dry_run)
    else:
        findings = inspect.check(app.catalogue)
    data: dict[str, Any] = {
        "findings": [finding._asdict() for finding in findings],
        "repaired": done,
    }
    lines = [f"{'Would repair' if dry_run else 'Repaired'}: {line}" for line in done]
    if repair and not done:
        lines.append("Nothing to repair.")
    if repair and done and saved is not None:
        data["backup"] = str(saved)
        lines.append(f'Undo: retrovue db restore "{saved}"')
    if dry_run:
        data["dry_run"] = True
    if not findings:
        return Result(data, [*lines, "No damage; every guarantee holds."])
    hint = None if repair else "`retrovue db check --repair` mends what can be mended."
    error = GuaranteeViolated(
        f"Database check failed: {plural(len(findings), 'finding')}", hint=hint
    )
    return Result(data, [*lines, *map(str, findings)], error=error)


@command.command("backup")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--without-secrets", is_flag=True, help="Leave the tokens out, to publish it.")
@options.force
@options.json_output
@click.pass_obj
def backup(app: App, target: Path, without_secrets: bool, force: bool) -> Result:
    """Copy the file to FILE while others may write to it, and verify the copy."""
    from retrovue.catalogue import backup as backups

    app.catalogue.reading()
    copy = backups.make(Path(app.path), target, without_secrets, force)
    data = {"path": str(copy.path), "bytes": copy.bytes, "rows": copy.rows}
    rows = plural(sum(copy.rows.values()), "row")
    return Result(data, [f"Backed up to {copy.path}: {copy.bytes:,} bytes, {rows}, verified"])


@command.command("restore")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@options.force
@options.dry_run
@options.json_output
@click.pass_obj
def restore(app: App, file: Path, force: bool, dry_run: bool) -> Result:
    """Put a backup in the place of the file, which is backed up first."""
    from retrovue.catalogue import restoring
    from retrovue.cli.destroying import CANCELLED

    forced = force or dry_run or not app.catalogue.exists()
    if not options.confirm([f"This replaces {app.path}; a copy is kept."], forced):
        return CANCELLED
    app.catalogue.close()
    copy, before = restoring.restore(Path(app.path), file, dry_run)
    data: dict[str, Any] = {
        "path": str(copy.path),
        "rows": copy.rows,
        "backup": str(before) if before else None,
    }
    would = "Would restore" if dry_run else "Restored"
    lines = [f"{would} {copy.path} from {file}: {plural(sum(copy.rows.values()), 'row')}"]
    if dry_run:
        data["dry_run"] = True
    if before is not None and before.suffix == ".damaged":
        lines.append(f"The damaged file as it was: {before}")
    elif before is not None:
        lines.append(f'Undo: retrovue db restore "{before}"')
    return Result(data, lines)

"""The triggers that hold the forms of columns, as SQL; `PYTHONPATH=tests python -m support.forms`
prints them, to go into a migration when columns come or change."""

from __future__ import annotations

from textwrap import indent

from retrovue.catalogue.columns import ID_MOST, TABLES, Column

SAYS_OF_ID = f"G-5: id is a number from 1 to {ID_MOST:,}"


def triggers() -> dict[str, str]:
    """The SQL of each trigger by its name."""
    found = {}
    for table in TABLES:
        found[f"{table}_forms"] = _on_insert(table)
        found[f"{table}_forms_update"] = _on_update(table)
    return found


def says(table: str, column: Column) -> str:
    """The sentence that people see."""
    return f"G-5: {column.says}"


def _on_insert(table: str) -> str:
    cases = []
    if TABLES[table].has_id:
        cases.append(f"WHEN NEW.id > {ID_MOST}\n  THEN RAISE(ABORT, '{SAYS_OF_ID}')")
    for column in TABLES[table].formed:
        cases.append(_case(table, column, _when_new(column)))
    return _trigger(f"{table}_forms BEFORE INSERT ON {table}", cases)


def _when_new(column: Column) -> str:
    """What need not be looked at is told apart first, since every new row pays for it."""
    if column.name == "updated_at":
        return "NEW.updated_at IS NOT NEW.created_at AND NEW.updated_at IS NOT NULL\n AND "
    return "" if column.required else f"NEW.{column.name} IS NOT NULL AND "


def _on_update(table: str) -> str:
    """A value that stays as it is was looked at before, or is older than the forms."""
    columns = TABLES[table].formed
    cases = [
        _case(table, column, f"NEW.{column.name} IS NOT OLD.{column.name}\n AND ")
        for column in columns
    ]
    names = ", ".join(column.name for column in columns)
    return _trigger(f"{table}_forms_update BEFORE UPDATE OF {names} ON {table}", cases)


def _case(table: str, column: Column, before: str) -> str:
    test = indent(column.test("NEW"), "  ").strip()
    return f"WHEN {before}NOT ({test})\n  THEN RAISE(ABORT, '{says(table, column)}')"


def _trigger(head: str, cases: list[str]) -> str:
    body = indent("\n".join(cases), "    ")
    return f"CREATE TRIGGER {head} BEGIN\n  SELECT CASE\n{body}\n  END;\nEND"


if __name__ == "__main__":
    print("\n\n".join(f"{sql};" for sql in triggers().values()))

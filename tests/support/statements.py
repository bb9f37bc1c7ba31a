"""Writing single INSERT, UPDATE and DELETE statements against the schema, as anybody might."""

from __future__ import annotations

from random import Random

IDS = ("1", "2", "3", "4", "5", "6", "11", "12", "21", "22", "31", "51", "99")
TEXTS = ("'x'", "'y'", "'1'", "'2'", "'101'", "'102'", "'My Plex'", "'MY PLEX'", "'Disk'", "'.'")
ODD = (
    "NULL", "0", "-1", "-2", "1.0", "1.5", "1e300", "''", "' '", "x''", "x'00ff'", "'abc'", "'1.0'",
    "9223372036854775807", "-9223372036854775808", "char(0)", "'a' || char(0)", "'{}'", "'[]'",
    "'{'", "'[1]'", "'null'", "'{\"a\": 1}'", "9e18", "'é'", "'É'", "CAST(1 AS TEXT)",
    "'{}' || char(0) || 'x'", "'[1]' || char(0)", "random() % 4", "last_insert_rowid()",
    "(SELECT max(id) FROM assets)", "(SELECT min(id) FROM sources)", "(SELECT id FROM collections)",
    "'{oops}'", "'[oops]'", "'{\"a\": 1e999}'", "'[603]'", "9007199254740992", "'soon'",
    "'2024-02-30'",
    "'2024-01-01T00:00:00'", "'x' || char(0)", "2147483648", "hex(zeroblob(20000))", "'now'",
    "'{\"a\":' || replace(hex(zeroblob(75)), '0', '[') || replace(hex(zeroblob(75)), '0', ']')"
    " || '}'",
    "zeroblob(3)", "hex(1)", "'0'", "'true'", "TRUE", "1 = 1", "-0.0", "'2024-01-01T00:00:00Z'",
)  # fmt: skip
_FLAG = ("0", "1")
_TIME = ("NULL", "'2024-01-01T00:00:00Z'")
_OWNER = ("1", "2", "3", "4", "5")
# by table and column: values that fit; the first column is what rows are named by
TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    "sources": {
        "id": ("NULL", "1", "2", "3", "7", "8"),
        "external_id": ("'plex-00000001'", "'n-1'", "'n-2'"),
        "type": ("'plex'", "'filesystem'"),
        "identity": ("'http://plex:32400'", "'/media'", "'i-1'", "'i-2'"),
        "name": ("'My Plex'", "'my plex'", "'DISK'", "'N 1'", "'N 2'"),
        "config": ("'{}'", "'{\"a\": [1]}'"),
        "created_at": ("'2024-01-01T00:00:00Z'",),
    },
    "source_secrets": {
        "source_id": ("1", "2", "3"),
        "name": ("'token'", "'other'", "'n'"),
        "value": ("'v'", "'env:V'"),
    },
    "collections": {
        "id": ("NULL", "1", "2", "3", "4", "5", "7", "8"),
        "source_id": ("1", "2", "3"),
        "external_id": ("'1'", "'2'", "'.'", "'n-1'", "'n-2'"),
        "name": ("'Movies'", "'N'"),
        "kind": ("NULL", "'movie'"),
        "enabled": _FLAG,
        "sync_enabled": _FLAG,
        "ingestible": _FLAG,
        "not_ingestible_reason": ("NULL", "'why'"),
        "missing_since": _TIME,
        "last_ingested_at": _TIME,
        "revision": ("0", "1", "revision", "revision + 1"),
    },
    "path_mappings": {
        "id": ("NULL", "11", "12", "13", "21", "31", "51", "77", "78"),
        "collection_id": _OWNER,
        "external_path": ("''", "'/data/movies'", "'/data/tv'", "'/n-1'", "'/media/Gone'"),
        "local_path": ("NULL", "'/mnt/x'", "'/mnt/movies'"),
        "excluded": _FLAG,
        "missing_since": _TIME,
        "updated_at": ("'2024-01-01T00:00:00.5Z'",),
    },
    "folders": {
        "id": ("NULL", "1", "2", "3", "7"),
        "collection_id": _OWNER,
        "path": ("''", "'A'", "'B'", "'N'"),
        "fingerprint": ("NULL", "'f1'"),
        "assets": ("0", "1"),
    },
    "assets": {
        "id": ("NULL", "1", "2", "3", "4", "5", "6", "77"),
        "collection_id": _OWNER,
        "folder_id": ("NULL", "1", "2", "3"),
        "external_id": ("'101'", "'102'", "'201'", "'One.mkv'", "'n-1'", "'n-2'"),
        "kind": ("'movie'", "'episode'", "'extra'"),
        "title": ("'T'", "'One'"),
        "season": ("NULL", "0", "1"),
        "guids": ("'[]'", "'[\"imdb://tt1\"]'"),
        "metadata": ("'{}'", "'{\"a\": null}'"),
        "fingerprint": ("NULL", "'a'"),
        "missing_since": _TIME,
        "released_on": ("NULL", "'1999-12-31'"),
        "year": ("NULL", "1999"),
    },
    "asset_files": {
        "id": ("NULL", "11", "12", "21", "31", "41", "77"),
        "asset_id": ("1", "2", "3", "4", "5", "6"),
        "path_mapping_id": ("11", "12", "13", "21", "22", "31", "51"),
        "relative_path": ("'a.mkv'", "'b/c.mkv'"),
        "version": ("1", "2"),
        "part": ("1", "2"),
        "size_bytes": ("NULL", "1"),
        "modified_at": _TIME,
        "duration_ms": ("NULL", "0"),
    },
    "history": {
        "id": ("NULL", "1", "2", "7"),
        "at": ("'2024-01-01T00:00:00Z'",),
        "operation": ("'Source add'",),
        "source": ("NULL", "'My Plex'"),
        "status": ("'success'", "'failed'"),
        "detail": ("'{}'", "'{\"a\": 1}'"),
    },
}  # fmt: skip
ROWID_NAMES = ("id", "rowid", "_rowid_", "oid")
OFTEN = {  # what the promises hang on
    "collections": ("ingestible", "missing_since", "enabled", "sync_enabled", "ingestible"),
    "path_mappings": ("local_path", "excluded", "missing_since", "external_path"),
    "assets": ("missing_since", "folder_id", "external_id", "fingerprint"),
    "asset_files": ("path_mapping_id", "asset_id"),
}
CONFLICT = ("", "", "OR REPLACE", "OR IGNORE", "OR FAIL", "OR ABORT", "OR ROLLBACK")


class Writer:
    """Writes statements as `random` decides; about half of them make sense."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.odd = random.choice((0, 0, 1, 3))  # of ten values

    def statement(self) -> str:
        table = self._one(*TABLES, *OFTEN, "collections", "path_mappings")
        write = self.random.choice(
            (self._insert, self._insert, self._select, self._update, self._update, self._update,
             self._delete)
        )  # fmt: skip
        return write(table)

    def _one(self, *choices: str) -> str:
        return self.random.choice(choices)

    def _value(self, table: str, column: str) -> str:
        if self.random.randrange(10) < self.odd:
            return self._one(*ODD, *IDS, *TEXTS)
        return self._one(*TABLES[table][column])

    def _columns(self, table: str) -> list[str]:
        """The columns a statement names: mostly all, now and then some, or the rowid by another
        name."""
        columns = [c for c in TABLES[table] if self.random.randrange(8)]
        if "id" in columns and not self.random.randrange(3):
            columns[columns.index("id")] = self._one(*ROWID_NAMES)
        return columns or list(TABLES[table])

    def _cell(self, table: str, column: str) -> str:
        name = "id" if column in ROWID_NAMES else column
        if name == "id" and self.random.randrange(2):
            return "NULL"
        value = self._value(table, name)
        if value.startswith("revision"):  # no column to speak of in VALUES
            return "0"
        if name in ("enabled", "sync_enabled", "ingestible") and self.random.randrange(3):
            return "0"
        return value

    def _insert(self, table: str) -> str:
        if not self.random.randrange(30):
            return f"INSERT {self._one(*CONFLICT)} INTO {table} DEFAULT VALUES"
        columns = self._columns(table)
        rows = [
            "(" + ", ".join(self._cell(table, c) for c in columns) + ")"
            for _ in range(self.random.choice((1, 1, 2, 3)))
        ]
        return (
            f"{self._verb()} INTO {table} ({', '.join(columns)}) VALUES {', '.join(rows)}"
            f"{self._upsert(table)}{self._returning()}"
        )

    def _verb(self) -> str:
        return self._one("REPLACE", *(f"INSERT {policy}" for policy in CONFLICT))

    def _select(self, table: str) -> str:
        """Insert from the same table."""
        columns = self._columns(table)
        values = [
            self._one(c, c, c, self._cell(table, c), f"{c} || 'n'", f"{c} + 100", f"-{c}")
            for c in columns
        ]
        where = self._where(table) or " WHERE 1"
        return (
            f"{self._verb()} INTO {table} ({', '.join(columns)})"
            f" SELECT {', '.join(values)} FROM {table}{where}{self._upsert(table)}"
            f"{self._returning()}"
        )

    def _upsert(self, table: str) -> str:
        if self.random.randrange(4):
            return ""
        target = (
            self._one("", f"({next(iter(TABLES[table]))})") if table != "source_secrets" else ""
        )
        if self._one("n", "u") == "n":
            return f" ON CONFLICT {target} DO NOTHING"
        return f" ON CONFLICT {target} DO UPDATE SET {self._set(table)}"

    def _set(self, table: str) -> str:
        columns = OFTEN.get(table, ()) if self.random.randrange(2) else ()
        columns = columns or tuple(TABLES[table])
        number = self.random.choice((1, 1, 2, 3))
        chosen = dict.fromkeys(self._one(*columns) for _ in range(number))
        return ", ".join(f"{self._target(c)} = {self._new(table, c)}" for c in chosen)

    def _target(self, column: str) -> str:
        return self._one(*ROWID_NAMES) if column == "id" else column

    def _new(self, table: str, column: str) -> str:
        other = self._one(*TABLES[table])
        value = self._value(table, column)
        return self._one(
            value, value, value, f"{table}.{column}", f"{table}.{other}", f"{table}.{column} + 1",
            f"{table}.{column} || ' '", f"upper({table}.{column})", f"-{table}.{column}",
            f"CASE WHEN {table}.{other} = {self._value(table, other)} THEN {value}"
            f" ELSE {table}.{column} END",
        )  # fmt: skip

    def _update(self, table: str) -> str:
        start = f"UPDATE {self._one(*CONFLICT)} {table} SET {self._set(table)}"
        if not self.random.randrange(6):
            other = self._one(*TABLES)
            column = self._one(*TABLES[other])
            same = next(iter(TABLES[table]))
            return f"{start} FROM {other} AS o WHERE o.{column} = {table}.{same}{self._returning()}"
        if not self.random.randrange(8):
            return f"{start}{self._where(table)} LIMIT {self._one('0', '1', '2', '-1')}"
        return f"{start}{self._where(table)}{self._returning()}"

    def _delete(self, table: str) -> str:
        start = f"DELETE FROM {table}{self._where(table)}"
        if not self.random.randrange(5):
            order = self._one("", f" ORDER BY {self._one(*TABLES[table])} DESC")
            return f"{start}{order} LIMIT {self._one('1', '2', '3')}"
        return f"{start}{self._returning()}"

    def _where(self, table: str) -> str:
        column = self._one(*TABLES[table])
        value = self._one(*TABLES[table][column])
        value = "1" if value.startswith("revision") else value
        return self._one(
            "", f" WHERE {table}.{column} = {value}", f" WHERE {table}.{column} IS NOT {value}",
            f" WHERE {table}.{column} > {value}", f" WHERE {table}.{column} IN (1, 2, 11, '1')",
            f" WHERE {table}.{next(iter(TABLES[table]))} = {self._one(*IDS)}",
        )  # fmt: skip

    def _returning(self) -> str:
        return self._one("", "", "", " RETURNING *")

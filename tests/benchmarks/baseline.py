"""The plain programs that retrovue is measured against; each is run as a process of its own.

python baseline.py walk DIR | executemany DIR DB | refuse DB | like DB TABLE TEXT
"""

import os
import sqlite3
import sys
import time


def files(folder):
    """(path, size, mtime) of every file below a folder: bare os.scandir and stat."""
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    status = entry.stat()
                    yield entry.path, status.st_size, status.st_mtime_ns


def walk(folder):
    print(sum(1 for _ in files(folder)))


def executemany(folder, db):
    """Walk, then write one row a file into one table in one transaction."""
    connection = sqlite3.connect(db, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER)"
    )
    rows = list(files(folder))
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO files VALUES (?, ?, ?)", rows)
    connection.execute("COMMIT")
    connection.close()
    print(len(rows))


def refuse(db):
    """Try to take the write lock all the time until stdin ends; then print the longest stretch,
    and all of them together, in which it was refused, in milliseconds."""
    import threading

    connection = sqlite3.connect(db, isolation_level=None, timeout=0)
    done = []
    threading.Thread(target=lambda: done.append(sys.stdin.read()), daemon=True).start()
    print("ready", flush=True)
    longest = together = 0.0
    since = None
    while not done:
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            since = time.perf_counter() if since is None else since
        else:
            if since is not None:
                stretch = time.perf_counter() - since
                longest, together, since = max(longest, stretch), together + stretch, None
        time.sleep(0.0001)
    print(longest * 1000, together * 1000)


def like(db, table, text):
    """Scan one text column."""
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    sql = f"SELECT count(*) FROM {table} WHERE title LIKE ?"
    print(connection.execute(sql, (f"%{text}%",)).fetchone()[0])


if __name__ == "__main__":
    program = {"walk": walk, "executemany": executemany, "refuse": refuse, "like": like}
    program[sys.argv[1]](*sys.argv[2:])

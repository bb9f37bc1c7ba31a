"""The console script, and `python -m retrovue`: Ctrl-C is answered while much is still imported."""

from __future__ import annotations

import contextlib
import sys
from typing import NoReturn


def main() -> NoReturn:
    try:
        from retrovue.cli.main import main as run

        run()
    except KeyboardInterrupt:
        _say()
    sys.exit(130)


def _say() -> None:
    """Tell of Ctrl-C, where it can be told."""
    with contextlib.suppress(OSError, AttributeError):
        _write()


def _write() -> None:
    says, detail = "Interrupted", "Nothing was changed."
    if "--json" in sys.argv:
        import json

        error = {"code": "interrupted", "message": says, "detail": [detail]}
        sys.stdout.write(json.dumps({"status": "error", "error": error}, indent=2) + "\n")
    else:
        sys.stderr.write(f"Error: {says}\n  {detail}\n")


if __name__ == "__main__":
    main()

"""`retrovue why`, which stands beside `account`."""

from __future__ import annotations

from retrovue.cli.account import why

command = why

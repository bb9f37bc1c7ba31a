"""Examples of every command, for the end of its help; tests/cli/test_examples.py runs each."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "": (
        "retrovue quickstart /mnt/media",
        "retrovue asset list alien",
        "retrovue --db /tmp/other.db db path",
    ),
    "quickstart": ("retrovue quickstart", "retrovue quickstart /mnt/media"),
    "source": (
        "retrovue source add --type filesystem --name Media --base-path /mnt/media --discover",
        'retrovue source ingest "My Plex"',
    ),
    "source list-types": ("retrovue source list-types",),
    "source add": (
        "retrovue source add --type filesystem --help",
        "retrovue source add --type plex --help",
    ),
    "source add --type filesystem": (
        "retrovue source add --type filesystem --name Media --base-path /mnt/media --discover",
        "retrovue source add --type filesystem --name Films --base-path /mnt/media/Movies \\\n"
        "    --collections root --kind movie --ignore '*.iso' --discover",
    ),
    "source add --type plex": (
        'retrovue source add --type plex --name "My Plex" --base-url http://plex:32400 \\\n'
        "    --token env:PLEX_TOKEN --discover",
    ),
    "source list": ("retrovue source list", "retrovue source list --json"),
    "source show": ('retrovue source show "My Plex"',),
    "source update": (
        'retrovue source update "My Plex" --map /data /mnt/nas',
        'retrovue source update "My Plex" --name Plex',
        'retrovue source update "My Plex" --base-url http://plex:32400 --rebind --dry-run',
    ),
    "source discover": ('retrovue source discover "My Plex"',),
    "source ingest": (
        'retrovue source ingest "My Plex"',
        "retrovue source ingest --all",
        "retrovue source ingest Media --plan new.plan",
    ),
    "source check": (
        'retrovue source check "My Plex"',
        "retrovue source check Media --within 20 --json",
    ),
    "source map-check": ('retrovue source map-check "My Plex" --under /mnt/nas',),
    "source delete": (
        'retrovue source delete "My Plex" --dry-run',
        "retrovue source delete 'My*' --force",
    ),
    "collection": (
        "retrovue collection list",
        'retrovue collection update "My Plex/Films" --map /data /mnt/nas --sync-enable',
    ),
    "collection list": ('retrovue collection list --source "My Plex"',),
    "collection show": (
        "retrovue collection show Movies",
        'retrovue collection show "My Plex/Films"',
    ),
    "collection update": (
        'retrovue collection update "My Plex/Films" --map /data /mnt/nas --sync-enable',
        "retrovue collection update Movies --map-same --sync-enable",
        "retrovue collection update Movies --exclude /mnt/media/Movies/Old",
        "retrovue collection update 'Media/*' --map-same --sync-enable",
    ),
    "collection ingest": (
        "retrovue collection ingest Movies",
        'retrovue collection ingest Movies --path "/mnt/media/Movies/Alien (1979)"',
        'retrovue collection ingest "TV Shows" --title Lost --season 1',
    ),
    "collection map-check": ('retrovue collection map-check "My Plex/Films" --under /mnt/nas',),
    "collection wipe": (
        "retrovue collection wipe Movies --dry-run",
        "retrovue collection wipe Movies --force",
    ),
    "collection delete": ("retrovue collection delete Old --dry-run",),
    "watch": ("retrovue watch", "retrovue watch Media --settle 30 --every 15"),
    "plan": (
        "retrovue source ingest Media --plan new.plan",
        "retrovue plan apply tonight.plan",
    ),
    "plan show": ("retrovue plan show tonight.plan",),
    "plan apply": ("retrovue plan apply tonight.plan",),
    "asset": ("retrovue asset list alien", "retrovue asset mark alien --seen --rating 9"),
    "asset list": (
        "retrovue asset list alien",
        "retrovue asset list --kind movie --year 1970..1979 --sort year,title",
        "retrovue asset list tag:lent seen:no",
        "retrovue asset list --missing --format csv > missing.csv",
    ),
    "asset show": ("retrovue asset show alien", "retrovue asset show 1"),
    "asset open": ("retrovue asset open alien",),
    "asset tree": ("retrovue asset tree lost", 'retrovue asset tree --collection "TV Shows"'),
    "asset probe": ("retrovue asset probe", "retrovue asset probe alien --again"),
    "asset mark": (
        "retrovue asset mark alien --tag lent --note 'to a friend'",
        "retrovue asset mark alien --seen --rating 9",
    ),
    "asset edit": (
        'retrovue asset edit alien --edition "Director\'s Cut"',
        "retrovue asset edit alien --unset edition",
    ),
    "asset marks": ("retrovue asset marks", "retrovue asset marks --waiting"),
    "asset purge": (
        "retrovue asset purge --older-than 30 --dry-run",
        "retrovue asset purge --collection Movies --force",
    ),
    "list": (
        'retrovue list save "New films" --kind movie --since 30d',
        "retrovue list export Seventies > seventies.m3u",
    ),
    "list save": (
        'retrovue list save "New films" --kind movie --since 30d',
        'retrovue list save Lent tag:lent --collection "My Plex/Films"',
    ),
    "list show": ("retrovue list show", "retrovue list show Seventies --sort year"),
    "list export": (
        "retrovue list export Seventies > seventies.m3u",
        "retrovue list export Seventies --format csv --fields title,year,local_path",
    ),
    "list remove": ("retrovue list remove Seventies",),
    "stats": ("retrovue stats", "retrovue stats --json"),
    "browse": ("retrovue browse --port 8001 --no-open",),
    "account": ("retrovue account Movies", "retrovue account Media --json"),
    "why": ('retrovue why "/mnt/media/Movies/Alien (1979)/Alien (1979).mkv"',),
    "reconcile": ("retrovue reconcile", "retrovue reconcile --fail-on not_on_disk"),
    "history": ("retrovue history --failed", "retrovue history --source Media --limit 5"),
    "history show": ("retrovue history show 1",),
    "history prune": ("retrovue history prune --older-than 365 --dry-run",),
    "db": ("retrovue db info", "retrovue db backup"),
    "db path": ("retrovue db path",),
    "db info": ("retrovue db info",),
    "db check": ("retrovue db check", "retrovue db check --repair --dry-run"),
    "db backup": (
        "retrovue db backup",
        "retrovue db backup --without-secrets public.db",
        "retrovue db backup --anonymise bug.db",
        "retrovue db backup --list",
    ),
    "db restore": ("retrovue db restore copy.db --dry-run", "retrovue db restore copy.db --force"),
    "plugins": ("retrovue plugins", "retrovue --no-plugin plex plugins"),
    "plugins new": ("retrovue plugins new shelf",),
    "schema": (
        "retrovue schema",
        "retrovue schema source ingest > ingest.schema.json",
    ),
    "config": ("retrovue config",),
    "config path": ("retrovue config path",),
    "hook": (
        "retrovue hook add collection_ingested -- sh -c 'cat >> ingested.jsonl'",
        "retrovue hook list",
    ),
    "hook add": (
        "retrovue hook add collection_ingested -- sh -c 'cat >> ingested.jsonl'",
        "retrovue hook add ingest_failed -- sh -c 'date >> failed.txt'",
    ),
    "hook list": ("retrovue hook list",),
    "hook remove": ("retrovue hook remove 1 --dry-run",),
    "completion": (
        "retrovue completion",
        'eval "$(retrovue completion bash)"',
    ),
}
"""By the words of the command, and of a type (`source add --type plex`); a line that ends in a
backslash goes on in the next."""

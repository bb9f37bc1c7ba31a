"""The man pages, made from the same help as `--help`: one for `retrovue`, one for each command.

https://man7.org/linux/man-pages/man7/groff_man.7.html
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
MAN = ROOT / "docs" / "man"
EXIT = (
    ("0", "Success."),
    ("1", "Failure, a usage error included; nothing was changed, or what was is said."),
    ("2", "Success in part: some of what was asked for succeeded, and other of it not."),
    ("130", "Interrupted with Ctrl-C; what was open was rolled back."),
)
ENVIRONMENT = (
    ("RETROVUE_DB", "The catalogue file, where --db names none."),
    ("RETROVUE_PLUGINS", "The plugins to load beside the bundled ones, with commas; empty: none."),
    ("RETROVUE_BUSY_TIMEOUT", "Seconds that a write waits for another process (10)."),
    ("RETROVUE_PROBE_TIMEOUT", "Seconds that a file may take to be probed (30)."),
    ("RETROVUE_HOOK_TIMEOUT", "Seconds that a hook may take (30)."),
    ("RETROVUE_PLAYER", "The program with which asset open opens a file."),
    ("PLEX_TOKEN", "The token of a Plex server, where --token gives none."),
    ("NO_COLOR", "Where it is set, nothing is coloured."),
    ("COLUMNS", "How wide tables are."),
)
FILES = (
    ("~/.local/share/retrovue/retrovue.db", "The catalogue, where none is named; below"
     " XDG_DATA_HOME where that is set. retrovue db path prints where it is."),
    ("~/.config/retrovue/config.toml", "The settings. retrovue config path prints where they are."),
)  # fmt: skip
_SIGNS = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", '"': "\\(dq", "^": "\\(ha",
          "~": "\\(ti"}  # fmt: skip


def pages() -> dict[str, str]:
    """The text of each page by the name of its file."""
    from retrovue.cli.commands import COMMANDS, root

    context = click.Context(root, info_name="retrovue", **root.context_settings)
    found = {"retrovue.1": _of_root(context)}
    for noun in COMMANDS:
        command = root.get_command(context, noun)
        assert command is not None
        own = click.Context(command, parent=context, info_name=noun)
        found[f"retrovue-{noun}.1"] = _of_command(own)
    return found


def escaped(text: str) -> str:
    """Text as roff takes it for itself: signs that it would change or obey, and a dot or an
    apostrophe at the beginning of a line."""
    lines = []
    for line in text.splitlines():
        signs = "".join(_SIGNS.get(c) or (c if c.isascii() else f"\\[u{ord(c):04X}]") for c in line)
        lines.append(f"\\&{signs}" if line[:1] in (".", "'") else signs)
    return "\n".join(lines)


def _of_root(context: click.Context) -> str:
    from retrovue.cli.commands import COMMANDS

    summary, *more = _paragraphs(context.command.help)
    entries = [(f"retrovue {name}", says) for name, says in COMMANDS.items()]
    return _page(
        "retrovue",
        summary,
        [
            _section("SYNOPSIS", _bold("retrovue [OPTIONS] COMMAND [ARGS]...")),
            _section("DESCRIPTION", _paragraphed([summary, *more])),
            _section("OPTIONS", _options(context, context.command.get_params(context))),
            _section("COMMANDS", _listed(entries)),
            _section("EXAMPLES", _examples("")),
        ],
        [f"retrovue-{name}" for name in COMMANDS],
    )


def _of_command(context: click.Context) -> str:
    from retrovue.cli.commands import COMMANDS

    command, noun = context.command, context.info_name or ""
    below = [*_below(context)]
    usages = [] if isinstance(command, click.Group) and below else [context]
    usages += below
    if isinstance(command, click.Group) and command.invoke_without_command:
        usages = [context, *below]
    synopsis = "\n.br\n".join(_bold(_usage(each)) for each in usages)
    parts = [
        _section("SYNOPSIS", synopsis),
        _section("DESCRIPTION", _description(command)),
        _section("OPTIONS", _options(context, command.get_params(context))),
        *(f".SH COMMANDS\n{''.join(map(_subsection, below))}" for _ in below[:1]),
        _section("EXAMPLES", _examples(noun)),
    ]
    return _page(f"retrovue-{noun}", COMMANDS[noun], parts, ["retrovue"])


def _below(context: click.Context) -> Iterator[click.Context]:
    command = context.command
    if isinstance(command, click.Group):
        for name, own in command.commands.items():
            yield click.Context(own, parent=context, info_name=name)


def _subsection(context: click.Context) -> str:
    """A command of a group: how it is called, what it does, its options and examples."""
    words = context.command_path.removeprefix("retrovue ")
    parts = [
        f".SS {escaped(_usage(context))}",
        _description(context.command),
        _options(context, context.command.get_params(context)),
        _below_options(words),
    ]
    if words == "source add":
        parts += [_of_type(context, type_) for type_ in ("filesystem", "plex")]
    return "\n".join(part for part in parts if part) + "\n"


def _of_type(context: click.Context, type_: str) -> str:
    from retrovue.cli import bundled, options

    own = options.of_importer(bundled.OPTIONS[type_])
    words = f"source add --type {type_}"
    parts = [f".SS {escaped(f'retrovue {words} [OPTIONS]')}", _options(context, own)]
    parts.append(_below_options(words))
    return "\n".join(parts)


def _page(name: str, summary: str, parts: list[str], see: Iterable[str]) -> str:
    import retrovue

    version = f"retrovue {retrovue.__version__}"
    head = (
        f'.\\" made by tests/pages.py from --help\n'
        f'.TH {escaped(name.upper())} 1 "{_released()}" "{version}" "RetroVue"\n'
        f".SH NAME\n{escaped(name)} \\- {escaped(summary.rstrip('.'))}\n"
    )
    told = [
        _section("EXIT STATUS", _listed(EXIT)),
        _section("ENVIRONMENT", _listed(ENVIRONMENT)),
        _section("FILES", _listed(FILES)),
        _section("SEE ALSO", ",\n".join(f".BR {escaped(other)} (1)" for other in see)),
    ]
    return head + "".join(part for part in [*parts, *told] if part)


def _released() -> str:
    """The day of the newest release, as the changelog has it."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(r"^## .*(\d{4}-\d{2}-\d{2})", text, re.MULTILINE)
    return found[1] if found else ""


def _section(name: str, body: str) -> str:
    return f".SH {name}\n{body}\n" if body else ""


def _bold(text: str) -> str:
    return f".B {escaped(text)}"


def _usage(context: click.Context) -> str:
    return " ".join([context.command_path, *context.command.collect_usage_pieces(context)])


def _paragraphs(text: str | None) -> list[str]:
    parts = re.split(r"\n\s*\n", (text or "").strip())
    return [" ".join(part.split()) for part in parts]


def _paragraphed(texts: Iterable[str]) -> str:
    return "\n.PP\n".join(map(_filled, texts))


def _filled(text: str) -> str:
    """Text in lines of a usual length, which roff fills anew."""
    return escaped(textwrap.fill(text, 72, break_long_words=False, break_on_hyphens=False))


def _description(command: click.Command) -> str:
    return _paragraphed([*_paragraphs(command.help), *filter(None, [command.epilog])])


def _options(context: click.Context, params: Iterable[click.Parameter]) -> str:
    told = (param for param in params if isinstance(param, click.Option))
    records = (param.get_help_record(context) for param in told)
    return _listed(record for record in records if record)


def _listed(entries: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f".TP\n{_bold(name)}\n{_filled(says)}" for name, says in entries)


def _below_options(words: str) -> str:
    return f".PP\n{_examples(words)}" if _examples(words) else ""


def _examples(words: str) -> str:
    from retrovue.cli.examples import EXAMPLES

    lines = "\n".join(EXAMPLES.get(words, ()))
    return f".nf\n.RS\n{escaped(lines)}\n.RE\n.fi" if lines else ""

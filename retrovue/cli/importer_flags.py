"""Commands of `retrovue source` whose flags depend on an importer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from retrovue.catalogue import sources
from retrovue.cli import options, shell
from retrovue.cli.app import App
from retrovue.commands import Command, Hint
from retrovue.errors import ImporterFailed
from retrovue.model import Source


class WithImporterOptions(click.Command):
    """A command whose further flags are the options of one importer, known only once the other
    arguments are read."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        importer = self.importer_type(ctx, list(args))
        if importer is None:
            return super().parse_args(ctx, args)
        own = options.of_importer(_app(ctx).plugins.importer(importer).options)
        return self.parse_with(ctx, args, own)

    def parse_with(
        self, ctx: click.Context, args: list[str], own: Sequence[click.Option]
    ) -> list[str]:
        common = self.params
        try:
            self.params = [*common, *own]
            return super().parse_args(ctx, args)
        finally:
            self.params = common

    def importer_type(self, ctx: click.Context, args: list[str]) -> str | None:
        raise NotImplementedError

    def peek(self, ctx: click.Context, args: list[str], extra: Sequence[click.Option]) -> Any:
        """Parse the arguments leniently, to learn what they say so far."""
        command = click.Command(self.name, params=[*self.params, *extra], add_help_option=False)
        lenient = click.Context(command, resilient_parsing=True, ignore_unknown_options=True)
        lenient.allow_extra_args = True
        parser = command.make_parser(lenient)
        parser.ignore_unknown_options = True
        return parser.parse_args(args)[0]


class Add(WithImporterOptions):
    def importer_type(self, ctx: click.Context, args: list[str]) -> str | None:
        given = self.peek(ctx, args, []).get("type_")
        return given if isinstance(given, str) and given else None

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Types"):
            plugins = _app(ctx).plugins
            formatter.write_dl(
                [(type_, plugins.importer(type_).description) for type_ in plugins.types()]
            )
        formatter.write_paragraph()
        own = Command("source add", (), ("--type", "TYPE", "--help"), needs_file=False)
        formatter.write_text(shell.text(Hint("The options of a type", own), None))


class Update(WithImporterOptions):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What needs no importer goes on where its plugin is missing or broken."""
        from retrovue.operations.sources import options_of

        source = self.source(ctx, list(args))
        if source is None:
            return super().parse_args(ctx, args)
        try:
            own = options_of(_app(ctx).plugins, source)
        except ImporterFailed as failure:
            try:
                return self.parse_with(ctx, args, [])
            except click.NoSuchOption:
                raise failure from None
        return self.parse_with(ctx, args, options.of_importer(own))

    def importer_type(self, ctx: click.Context, args: list[str]) -> str | None:
        return None

    def source(self, ctx: click.Context, args: list[str]) -> Source | None:
        """The source that is named; the flags of every importer are known meanwhile, so that a
        flag's value is not taken for the name."""
        app = _app(ctx)
        flags = {
            flag.name: flag
            for type_ in app.plugins.types()
            for flag in options.of_importer(app.plugins.importer(type_).options)
        }
        words = [word for word in args if word not in ("-h", "--help")]
        selector = self.peek(ctx, words, list(flags.values())).get("selector")
        if not isinstance(selector, str) or selector.startswith("-"):
            return None
        if not app.catalogue.exists():
            return None
        return sources.get(app.catalogue.reader(), selector)


def _app(ctx: click.Context) -> App:
    app = ctx.find_object(App)
    assert app is not None
    return app

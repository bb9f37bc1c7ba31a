"""Commands of `retrovue source` whose flags depend on an importer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from retrovue.catalogue import sources
from retrovue.cli import base, options, shell
from retrovue.cli.app import App
from retrovue.commands import Command, Hint
from retrovue.errors import ImporterFailed
from retrovue.model import Source

if TYPE_CHECKING:
    from retrovue.importers.api import Option


_OWN = "retrovue.cli.importer_flags"  # where a context keeps the importer's options
_TYPE = "retrovue.cli.importer_flags.type"


class WithImporterOptions(base.Command):
    """A command whose further flags are the options of one importer, known only once the other
    arguments are read."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:  # a shell asks: no plugin is loaded for that
            flags = {flag for param in self.params for flag in (*param.opts, *param.secondary_opts)}
            own = self.offered(ctx, list(args))
            return self.parse_with(ctx, args, [o for o in own if o.flag not in flags])
        return self.parse_fully(ctx, args)

    def parse_fully(self, ctx: click.Context, args: list[str]) -> list[str]:
        raise NotImplementedError

    def offered(self, ctx: click.Context, args: list[str]) -> Sequence[Option]:
        raise NotImplementedError

    def parse_with(self, ctx: click.Context, args: list[str], own: Sequence[Option]) -> list[str]:
        ctx.meta[_OWN] = options.of_importer(own)
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        common, own = self.params, ctx.meta.get(_OWN, [])
        try:
            self.params = [*common, *own]
            return super().get_params(ctx)
        finally:
            self.params = common

    def peek(self, ctx: click.Context, args: list[str], extra: Sequence[click.Option]) -> Any:
        """Parse the arguments leniently, to learn what they say so far."""
        command = click.Command(self.name, params=[*self.params, *extra], add_help_option=False)
        lenient = click.Context(command, resilient_parsing=True, ignore_unknown_options=True)
        lenient.allow_extra_args = True
        parser = command.make_parser(lenient)
        parser.ignore_unknown_options = True
        return parser.parse_args(args)[0]


class Add(WithImporterOptions):
    def parse_fully(self, ctx: click.Context, args: list[str]) -> list[str]:
        type_ = self.type_given(ctx, list(args))
        if type_ is None:
            return self.parse_with(ctx, args, ())
        return self.parse_with(ctx, args, _app(ctx).plugins.importer(type_).options)

    def offered(self, ctx: click.Context, args: list[str]) -> Sequence[Option]:
        from retrovue.cli import values

        type_ = self.type_given(ctx, args)
        return () if type_ is None else values.options_of_type(ctx, type_)

    def type_given(self, ctx: click.Context, args: list[str]) -> str | None:
        given = self.peek(ctx, args, []).get("type_")
        if not isinstance(given, str) or not given:
            return None
        ctx.meta[_TYPE] = given
        return given

    def example_key(self, ctx: click.Context) -> str:
        type_ = ctx.meta.get(_TYPE)
        return super().example_key(ctx) + (f" --type {type_}" if type_ else "")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Types"):
            plugins = _app(ctx).plugins
            formatter.write_dl(
                [(type_, plugins.importer(type_).description) for type_ in plugins.types()]
            )
        formatter.write_paragraph()
        own = Command("source add", (), ("--type", "TYPE", "--help"), needs_file=False)
        formatter.write_text(shell.text(Hint("The options of a type", own), None))
        super().format_epilog(ctx, formatter)


class Update(WithImporterOptions):
    def parse_fully(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What needs no importer goes on where its plugin is missing or broken."""
        from retrovue.operations.sources import options_of

        source = self.source(ctx, list(args))
        if source is None:
            return self.parse_with(ctx, args, ())
        try:
            own = options_of(_app(ctx).plugins, source)
        except ImporterFailed as failure:
            try:
                return self.parse_with(ctx, args, ())
            except click.NoSuchOption:
                raise failure from None
        return self.parse_with(ctx, args, own)

    def offered(self, ctx: click.Context, args: list[str]) -> Sequence[Option]:
        from retrovue.cli import values

        known = {option.name: option for option in values.options_of_all(ctx)}
        flags = options.of_importer(list(known.values()))
        for words in (args, args[:-1]):  # the last one may be a flag that waits for its value
            selector = self.peek(ctx, list(words), flags).get("selector")
            if isinstance(selector, str):
                return values.options_of_source(ctx, selector)
        return ()

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
        if not isinstance(selector, str) or (selector.startswith("-") and "--" not in args):
            return None
        if not app.catalogue.exists():
            return None
        return sources.get(app.catalogue.reader(), selector)


def _app(ctx: click.Context) -> App:
    app = ctx.find_object(App)
    assert app is not None
    return app

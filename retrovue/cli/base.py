"""What every command of ours is: its help ends in examples, and it tells a shell what fits."""

from __future__ import annotations

import click


class Command(click.Command):
    """A command with examples, whose arguments and options are completed by what their metavar
    says that they are."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        params = super().get_params(ctx)
        if not ctx.resilient_parsing:
            return params
        from retrovue.cli import values  # a shell asks

        return [values.offering(param) for param in params]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from retrovue.cli.examples import EXAMPLES

        super().format_epilog(ctx, formatter)
        examples = EXAMPLES.get(self.example_key(ctx), ())
        if not examples:
            return
        with formatter.section("Examples"):
            for line in "\n".join(examples).splitlines():  # as it is: it is there to be pasted
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")

    def example_key(self, ctx: click.Context) -> str:
        """The command as `EXAMPLES` names it: its words without the program's."""
        return ctx.command_path.partition(" ")[2]


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command

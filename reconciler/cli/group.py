"""The group of commands; each is imported when it is called."""

from __future__ import annotations

import gc
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler import __version__
from reconciler.cli.commands import COMMANDS
from reconciler.cli.errors import exit_code
from reconciler.cli.terraform import instead_of, refuse, translated

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class LazyGroup(click.Group):
    """Knows the commands by name and one line each; imports one to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"reconciler.cli.{cmd_name}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands and options that begin so, without importing a command."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - a shell asks seldom

        commands = [
            CompletionItem(name, help=line)
            for name, line in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, without importing a command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command to run; a mistyped one is an error with the near names."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from reconciler.model.suggestion import did_you_mean  # noqa: PLC0415 - a mistake only

            hint = instead_of(args[0]) or did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"there is no command `{args[0]}`; {hint}".rstrip("; "), ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s", prog_name="reconciler")
@click.option(
    "-C", "--chdir", type=click.Path(path_type=Path), help="The folder that holds reconciler.yaml."
)
@click.pass_context
def group(ctx: click.Context, chdir: Path | None) -> None:
    """Access as code for contact centers: YAML in Git, kept equal to live tenants.

    \b
    reconciler demo                      see the whole story on a sandbox
    reconciler validate                  check the manifests; no credentials
    reconciler plan --out access.plan    see what would change, and keep it
    reconciler apply access.plan         do exactly that
    """
    ctx.obj = chdir


def run(arguments: list[str]) -> int:
    """Run one command line; answers with the exit code, never with a traceback."""
    # what a command makes it keeps until its end: looking for garbage as often as by default
    # costs a third of the time at 10,000 objects
    gc.set_threshold(200_000, 50, 100)

    ours = translated(arguments)

    def command() -> object:
        refuse(arguments)
        return group.main(args=ours, prog_name="reconciler", standalone_mode=False)

    return exit_code(command, ours)

"""`reconciler completion`: the script that makes a shell complete our commands."""

from __future__ import annotations

import click

from reconciler.cli.streams import echo

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_RECONCILER_COMPLETE"
"""What click looks at; the script sets it."""


@click.command(name="completion")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> int:
    """Print the script that makes SHELL complete commands, options, tenants and addresses.

    \b
    bash   echo 'eval "$(reconciler completion bash)"' >> ~/.bashrc
    zsh    echo 'eval "$(reconciler completion zsh)"' >> ~/.zshrc
    fish   reconciler completion fish > ~/.config/fish/completions/reconciler.fish
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - seldom needed

    from reconciler.cli.group import group  # noqa: PLC0415 - it imports this module

    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - click knows these three
    echo(found(group, {}, "reconciler", VARIABLE).source())
    return 0

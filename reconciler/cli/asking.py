"""The one question that is asked before something is done: only `yes` is an answer."""

from __future__ import annotations

import click


def yes(question: str) -> bool:
    """Whether the person at the terminal types `yes`."""
    click.echo(f"\n{question}\n  Only 'yes' will be accepted.\n")
    if click.prompt("  Enter a value", default="", show_default=False) != "yes":
        return False
    click.echo("")
    return True

"""The one question that is asked before something is done: only `yes` is an answer."""

from __future__ import annotations

import click

from reconciler.cli.streams import echo


def yes(question: str) -> bool:
    """Whether the person at the terminal types `yes`; the end of the input is a no."""
    echo(f"\n{question}\n  Only 'yes' will be accepted.\n")
    try:
        answer = click.prompt("  Enter a value", default="", show_default=False)
    except click.Abort:
        echo("")
        return False
    if answer != "yes":
        return False
    echo("")
    return True

"""`reconciler version`: as `--version`, and as JSON for machines."""

from __future__ import annotations

import json

import click

from reconciler import __version__
from reconciler.cli.streams import echo


@click.command(name="version")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="For people or for machines.",
)  # fmt: skip
def command(format_: str) -> int:
    """Print the version."""
    if format_ == "json":
        echo(json.dumps({"reconciler_version": __version__}, indent=2))
    else:
        echo(f"reconciler {__version__}")
    return 0

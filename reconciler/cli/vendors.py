"""`reconciler vendors`: what each system offers, and why it does not offer the rest."""

from __future__ import annotations

import shutil

import click

from reconciler.cli import completing
from reconciler.cli.options import Common, common
from reconciler.cli.streams import echo
from reconciler.contract.discover import discover
from reconciler.errors import UsageError
from reconciler.model.report import FORMAT_VERSION
from reconciler.model.suggestion import did_you_mean
from reconciler.reporting import json, vendors


@click.command(name="vendors")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completing.vendors)
@common
def command(chosen: Common, names: tuple[str, ...]) -> int:
    """What each installed system offers, and why it does not offer the rest.

    A hook that a system does not offer is a check that plans of its tenants cannot make: they say
    so where it matters. With NAME, of these systems alone.
    """
    installed = discover()
    for name in names:
        if name not in installed:
            raise UsageError(
                "RUN108",
                f"there is no system `{name}`",
                hint=did_you_mean(
                    name, installed, otherwise="installed are " + ", ".join(installed)
                ),
            )
    found = [installed[name] for name in names or installed]
    if chosen.json:
        echo(
            json.document({"format_version": FORMAT_VERSION, "vendors": vendors.document(found)}),
            nl=False,
        )
    else:
        echo(vendors.table(found, chosen.paint, min(shutil.get_terminal_size().columns, 100)))
    return 0

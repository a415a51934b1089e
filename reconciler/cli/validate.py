"""`reconciler validate`: no network, no credentials."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler import pipeline
from reconciler.cli.options import Common, common, work
from reconciler.manifests.files import find_paths
from reconciler.manifests.load import load
from reconciler.model.diagnostic import Diagnostic, has_errors, open_and_suppressed
from reconciler.planning.item import TenantInput
from reconciler.reporting import diagnostics, json
from reconciler.vendor import discover

LOCAL = "local"


@click.command(name="validate")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@common
def command(chosen: Common, paths: tuple[Path, ...]) -> int:
    """Check the manifests of all tenants, or the files at PATH without a project.

    Exits with 1 where anything is an error.
    """
    found = _of_files(paths) if paths else _of_project(chosen)
    if chosen.json:
        click.echo(json.document(json.validation(found)), nl=False)
    else:
        _print(found, chosen)
    return 1 if has_errors(found) else 0


def _of_project(chosen: Common) -> tuple[Diagnostic, ...]:
    with work(chosen) as what:
        tenants = what.tenants if chosen.tenants else tuple(what.project.tenants.values())
        return pipeline.validate(what, tenants)


def _of_files(paths: tuple[Path, ...]) -> tuple[Diagnostic, ...]:
    vendors = discover()
    loaded = load(Path(), LOCAL, find_paths(paths), vendors)
    given = (
        TenantInput(
            LOCAL, vendor, tuple(r for r in loaded.resources if r.address.group == vendor.name)
        )
        for vendor in vendors.values()
    )
    return pipeline.check(tuple(given), loaded)


def _print(found: tuple[Diagnostic, ...], chosen: Common) -> None:
    counted, _ = open_and_suppressed(found)
    for each in counted:
        click.echo(diagnostics.diagnostic(each, chosen.paint) + "\n")
    if has_errors(found):
        click.echo(f"The manifests are not valid: {diagnostics.summary(found)}.")
    else:
        note = f" ({diagnostics.summary(found)})" if found else ""
        click.echo(f"{chosen.paint('Success!', 'bold green')} The manifests are valid.{note}")

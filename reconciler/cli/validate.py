"""`reconciler validate`: no network, no credentials."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reconciler import pipeline
from reconciler.cli.options import Common, common, work
from reconciler.manifests.files import find_paths
from reconciler.manifests.load import load
from reconciler.manifests.parse import STDIN
from reconciler.manifests.text import MOST_BYTES
from reconciler.model.diagnostic import Diagnostic, has_errors
from reconciler.reporting import diagnostics, json
from reconciler.vendor import discover

LOCAL = "local"


@click.command(name="validate")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@common
def command(chosen: Common, paths: tuple[Path, ...]) -> int:
    """Check the manifests of all tenants, or those at PATH without a project.

    PATH is a file, a folder, a glob, or `-` for standard input.

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
    files = find_paths(paths)
    given = {STDIN: sys.stdin.buffer.read(MOST_BYTES + 1)} if STDIN in files else {}
    loaded = load(Path(), LOCAL, files, vendors, given=given)
    return pipeline.check(vendors, LOCAL, loaded)


def _print(found: tuple[Diagnostic, ...], chosen: Common) -> None:
    for each in found:
        click.echo(diagnostics.diagnostic(each, chosen.paint) + "\n")
    if has_errors(found):
        click.echo(f"The manifests are not valid: {diagnostics.summary(found)}.")
    else:
        note = f" ({diagnostics.summary(found)})" if found else ""
        click.echo(f"{chosen.paint('Success!', 'bold green')} The manifests are valid.{note}")

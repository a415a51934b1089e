"""`reconciler import`: what the tenant has and Git lacks becomes manifests."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from reconciler import pipeline
from reconciler.cli import completing
from reconciler.cli.interrupts import NOTHING_WRITTEN, meaning, run
from reconciler.cli.options import Common, common, lock_timeout, work
from reconciler.cli.streams import echo
from reconciler.cli.terminal import paint_for
from reconciler.errors import UsageError
from reconciler.model.diagnostic import has_errors
from reconciler.reporting import diagnostics
from reconciler.reporting.text import Style

if TYPE_CHECKING:
    from reconciler.engine.importing import Found
    from reconciler.engine.prepare import Work
    from reconciler.manifests.project import Tenant

_HALF_WAY = "what was written stays; the same command again completes it"


@click.command(name="import")
@click.argument("address", required=False, shell_complete=completing.addresses)
@click.argument("object_id", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help="All that no manifest means yet.")
@click.option("--dry-run", is_flag=True, help="Show what it would be, and write nothing.")
@lock_timeout
@common
def command(
    chosen: Common, address: str | None, object_id: str | None, everything: bool, dry_run: bool
) -> int:
    """Write manifests for what the tenant has and Git lacks, and own it from then on.

    With --all everything that no manifest means; else the one object with this ID (the vendor's
    id, or its name there) as ADDRESS, such as `UserProfile/billing`. A plan then changes nothing.
    Tenants are only read.
    """
    if everything == (address is not None) or (address is None) != (object_id is None):
        raise UsageError(
            "RUN100",
            "import takes either --all, or the address and the id of one object",
            hint="`reconciler import --all`, or `reconciler import UserProfile/billing ID`",
        )
    with work(chosen) as what:
        if address is not None and object_id is not None:
            done = [_one(what, chosen, address, object_id, dry=dry_run)]
        else:
            done = [_all(what, chosen, tenant, dry=dry_run) for tenant in what.tenants]
    if chosen.json:
        from reconciler.reporting import importing, json  # noqa: PLC0415 - SQL comes with it

        echo(json.document(importing.result(done, dry=dry_run)), nl=False)
    return 0


def _all(what: Work, chosen: Common, tenant: Tenant, *, dry: bool) -> Found:
    started = time.monotonic()
    with meaning(NOTHING_WRITTEN):
        found = run(pipeline.to_import(what, tenant))
    if not dry:
        _keep(what, tenant, found)
    if not chosen.json:
        from reconciler.reporting import importing  # noqa: PLC0415 - SQL comes with it

        style = Style(chosen.paint, whole=chosen.verbose, seconds=time.monotonic() - started)
        _show(importing.imported(found, style, dry=dry), found, chosen)
    return found


def _one(what: Work, chosen: Common, address: str, object_id: str, *, dry: bool) -> Found:
    started = time.monotonic()
    with meaning(NOTHING_WRITTEN):
        tenant, found = run(pipeline.to_import_one(what, address, object_id))
    if not dry:
        _keep(what, tenant, found)
    if not chosen.json:
        from reconciler.reporting import importing  # noqa: PLC0415 - SQL comes with it

        style = Style(chosen.paint, whole=chosen.verbose, seconds=time.monotonic() - started)
        _show(importing.bound(found, style, dry=dry), found, chosen)
    return found


def _keep(what: Work, tenant: Tenant, found: Found) -> None:
    with meaning(_HALF_WAY):
        pipeline.keep_imported(what, tenant, found)


def _show(shown: str, found: Found, chosen: Common) -> None:
    echo(shown, nl=False)
    paint = paint_for(sys.stderr, no_color=chosen.no_color)
    for note in diagnostics.listed(found.findings, paint, whole=chosen.verbose):
        chosen.say(f"\n{note.rstrip()}")
    if has_errors(found.findings):
        chosen.say("\n`validate` refuses these manifests until the errors above are corrected.")

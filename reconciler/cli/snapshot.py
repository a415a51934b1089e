"""`reconciler snapshot`: export a tenant to a file, or compare two exports."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler import pipeline
from reconciler.cli.interrupts import NOTHING_WRITTEN, meaning, run
from reconciler.cli.options import Common, common, work
from reconciler.cli.streams import echo
from reconciler.contract.discover import discover
from reconciler.engine import snapshots
from reconciler.errors import UsageError
from reconciler.groups import Groups
from reconciler.model.snapshot import dump
from reconciler.planning.compare_snapshots import between
from reconciler.reporting import json
from reconciler.reporting import snapshot as reporting
from reconciler.reporting.counting import number
from reconciler.reporting.text import Style

DIFFERENCES = 2

_File = click.Path(path_type=Path, dir_okay=False)


@click.group(name="snapshot", invoke_without_command=True)
@click.option("--out", type=_File, help="The file to write; by default it is printed.")
@click.pass_context
@common
def command(chosen: Common, ctx: click.Context, out: Path | None) -> int:
    """The whole tenant as one JSON file: what manifests may say of it, and nothing else.

    E-mails stay, as the keys of people; other personal data is left out. The same tenant gives
    the same bytes. `validate`, `plan` and `snapshot diff` read it without credentials.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    with meaning(NOTHING_WRITTEN), work(chosen) as what:
        found = run(pipeline.snapshot(what))
        (tenant,) = what.tenants
    document = dump(tenant.groups, found)
    if out is None:
        echo(document, nl=False)
    else:
        snapshots.kept(document, out)
        held = number(found.size, "object")
        chosen.say(f"Wrote {held} of {tenant.name} to {out}. The file holds e-mails.")
    if found.partial:
        chosen.say(
            f"Warning: {len(found.partial)} kinds and types were seen in part only: what is not "
            "in the snapshot may be there."
        )
    return 0


@command.command(name="diff")
@click.argument("before", type=_File)
@click.argument("after", type=_File)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where anything differs.")
@common
def diff(chosen: Common, before: Path, after: Path, detailed_exitcode: bool) -> int:
    """How the tenant in AFTER differs from BEFORE, attribute by attribute; no project needed."""
    old, new = snapshots.opened(before), snapshots.opened(after)
    vendors = discover()
    for vendor in old.groups:
        if vendor not in vendors:
            raise UsageError("RUN172", f"{before} is of vendor `{vendor}`, which is not installed")
    same = (set(old.groups), old.snapshot.organization) == (
        set(new.groups),
        new.snapshot.organization,
    )
    if not same:
        raise UsageError(
            "RUN172",
            f"{before} and {after} are of two tenants",
            hint="compare two snapshots of one organization",
        )
    found = between(old.snapshot, new.snapshot, Groups(tuple(vendors[each] for each in old.groups)))
    if chosen.json:
        echo(json.document(reporting.as_json(found)), nl=False)
    else:
        echo(reporting.between(found, Style(chosen.paint, whole=chosen.verbose)), nl=False)
    return DIFFERENCES if detailed_exitcode and found else 0

"""`reconciler plan`: what apply would do; it holds a client that cannot write."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import click

from reconciler import pipeline
from reconciler.cli.interrupts import NOTHING_WRITTEN, meaning, run
from reconciler.cli.options import (
    Common,
    allow,
    base,
    common,
    runbook,
    snapshot,
    targets,
    work,
    work_on_snapshot,
)
from reconciler.cli.output import save, show_unless_bare, write_runbook
from reconciler.cli.plan_files import Out, out_file, refuse_without_key
from reconciler.errors import UsageError

DIFFERENCES = 2


@click.command(name="plan")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Save the plan for `apply`."
)
@runbook
@base
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where anything differs.")
@snapshot
@targets
@allow
@common
def command(  # noqa: PLR0913, PLR0917 - the options of a command
    chosen: Common,
    out: Path | None,
    runbook: Path | None,
    base: str | None,
    detailed_exitcode: bool,
    snapshot: Path | None,
    targets: tuple[str, ...],
) -> int:
    """Read the tenants and show what it takes to make them equal to Git.

    A plan that a guard blocks is shown and saved like any other, and exits with 1. One that is made
    of a snapshot is for reading alone.
    """
    with out_file(out, chosen) as file:
        return _plan(chosen, file, runbook, base, snapshot, targets, detailed_exitcode)


def _plan(  # noqa: PLR0913, PLR0917 - the options of a command
    chosen: Common,
    file: Out,
    runbook: Path | None,
    against: str | None,
    snapshot: Path | None,
    targets: tuple[str, ...],
    detailed_exitcode: bool,
) -> int:
    if snapshot is not None and file.path is not None:
        raise UsageError(
            "RUN173",
            "a plan of a snapshot cannot be saved: what it was made from is not a tenant",
            hint="leave out --snapshot to make a plan that can be applied",
        )
    started = time.monotonic()
    given = chosen.allow
    if file.path is None:
        chosen = replace(chosen, allow=given.without_bare)
    opened = work_on_snapshot(chosen, snapshot, targets) if snapshot else work(chosen, targets)
    with meaning(NOTHING_WRITTEN), opened as what:
        if file.path is not None:
            refuse_without_key(what)
        made = run(pipeline.plan(replace(what, against=against)))
    show_unless_bare(made, chosen, given, seconds=time.monotonic() - started)
    if made.errored:
        file.unwritten = "the plan has errors"
        return 1
    if runbook is not None:
        write_runbook(made, runbook, chosen)
    if snapshot is not None:
        chosen.say(f"\nMade from the snapshot {snapshot}; the tenant was not asked.")
    elif file.path is not None:
        save(made, file, chosen)
    elif made.differs:
        chosen.say(
            "\nNote: you did not use --out, so this plan is not saved; "
            "`reconciler apply` will make a new one."
        )
    if made.blocked:
        return 1
    return DIFFERENCES if detailed_exitcode and made.differs else 0

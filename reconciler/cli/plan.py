"""`reconciler plan`: what apply would do; it holds a client that cannot write."""

from __future__ import annotations

import time
from pathlib import Path

import click

from reconciler import pipeline
from reconciler.cli.interrupts import NOTHING_WRITTEN, meaning, run
from reconciler.cli.options import Common, common, targets, work
from reconciler.cli.output import save, show_plan

DIFFERENCES = 2


@click.command(name="plan")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Save the plan for `apply`."
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where anything differs.")
@targets
@common
def command(
    chosen: Common, out: Path | None, detailed_exitcode: bool, targets: tuple[str, ...]
) -> int:
    """Read the tenants and show what it takes to make them equal to Git.

    A plan that a guard blocks is shown and saved like any other, and exits with 1.
    """
    started = time.monotonic()
    with meaning(NOTHING_WRITTEN), work(chosen, targets) as what:
        made = run(pipeline.plan(what))
    show_plan(made, chosen, seconds=time.monotonic() - started)
    if made.errored:
        return 1
    if out is not None:
        save(made, out, chosen)
    elif made.differs:
        chosen.say("\nThe plan was not saved (--out FILE): `reconciler apply` would make it anew.")
    if made.blocked:
        return 1
    return DIFFERENCES if detailed_exitcode and made.differs else 0

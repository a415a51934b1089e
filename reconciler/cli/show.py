"""`reconciler show`: a saved plan, as it was shown when it was made."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.options import Common, common, runbook
from reconciler.cli.output import refuse_contradictions, saved, show_plan, write_runbook
from reconciler.cli.plan_files import KEY, key


@click.command(name="show")
@click.argument("plan", type=click.Path(path_type=Path))
@runbook
@common
def command(chosen: Common, plan: Path, runbook: Path | None) -> int:
    """Show the plan that `plan --out` saved."""
    made = saved(plan)
    refuse_contradictions(made, plan)
    if made.signature and key() is None:
        chosen.say(f"The signature of {plan} is not checked: {KEY} is not set.\n")
    show_plan(made, chosen)
    if runbook is not None:
        write_runbook(made, runbook, chosen)
    return 0

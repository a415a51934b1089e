"""`reconciler show`: a saved plan, as it was shown when it was made."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.options import Common, common
from reconciler.cli.output import saved, show_plan


@click.command(name="show")
@click.argument("plan", type=click.Path(path_type=Path))
@common
def command(chosen: Common, plan: Path) -> int:
    """Show the plan that `plan --out` saved."""
    show_plan(saved(plan), chosen)
    return 0

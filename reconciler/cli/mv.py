"""`reconciler mv`: a manifest renamed in Git and in the state; no tenant is asked or touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler import pipeline
from reconciler.cli import completing
from reconciler.cli.interrupts import NOTHING_WRITTEN, meaning
from reconciler.cli.options import Common, common, lock_timeout, work
from reconciler.cli.streams import echo
from reconciler.model.report import FORMAT_VERSION
from reconciler.reporting import json

if TYPE_CHECKING:
    from reconciler.engine.renaming import Renaming


@click.command(name="mv")
@click.argument("old", shell_complete=completing.addresses)
@click.argument("new")
@click.option("--no-state", is_flag=True, help="Leave the state to the next apply.")
@click.option("--dry-run", is_flag=True, help="Show what it would be, and write nothing.")
@lock_timeout
@common
def command(chosen: Common, old: str, new: str, no_state: bool, dry_run: bool) -> int:
    """Rename the manifest OLD to NEW: `reconciler mv UserProfile/lead team-lead`.

    References, patches and the project file follow, and so does what is owned under the old name.
    The object keeps the name that it has in the tenant. With --no-state the manifest notes its old
    name (`previousNames`) instead, so that others can go on with the old one until this is merged.
    """
    with meaning(NOTHING_WRITTEN), work(chosen) as what:
        made = pipeline.to_rename(what, old, new, with_state=not no_state)
        if not dry_run:
            pipeline.keep_renamed(what, made)
    if chosen.json:
        echo(json.document(_result(made, dry=dry_run)), nl=False)
    else:
        echo(_text(made, chosen, dry=dry_run), nl=False)
    return 0


def _text(made: Renaming, chosen: Common, *, dry: bool) -> str:
    from reconciler.reporting.unified import unified  # noqa: PLC0415 - with it comes difflib

    lines = [unified(made.before, made.files, chosen.paint), ""]
    word = "Would rename" if dry else "Renamed"
    for old, new in made.moves.items():
        owned = old.tenant in made.owned
        lines.append(f"{word}: {old} -> {new.name}{' (state as well)' if owned else ''}")
    return "\n".join(lines) + "\n"


def _result(made: Renaming, *, dry: bool) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "dry_run": dry,
        "moves": [{"from": str(old), "to": str(new)} for old, new in made.moves.items()],
        "files": sorted(made.files),
        "state": sorted(made.owned),
    }

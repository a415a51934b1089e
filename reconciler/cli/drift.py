"""`reconciler drift`: what was changed behind Git's back; it never writes to a tenant."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from reconciler import pipeline
from reconciler.cli.interrupts import NOTHING_WRITTEN, meaning, run
from reconciler.cli.options import Common, common, work
from reconciler.cli.output import save, show_plan
from reconciler.cli.streams import echo
from reconciler.cli.terminal import paint_for
from reconciler.errors import UsageError
from reconciler.reporting import diagnostics, drift, json
from reconciler.reporting.text import Style

DRIFTED = 2


@click.command(name="drift")
@click.argument("addresses", nargs=-1)
@click.option("--revert", is_flag=True, help="Plan to take the drift back.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Save that plan for `apply`."
)
@click.option("--target", "more", multiple=True, hidden=True)
@click.option("--detailed-exitcode", is_flag=True, hidden=True, expose_value=False)
@common
def command(
    chosen: Common,
    addresses: tuple[str, ...],
    revert: bool,
    out: Path | None,
    more: tuple[str, ...],
) -> int:
    """Compare the tenants with what was last applied; without a state, with Git.

    Exits with 2 on drift. What Git wants next is pending, and no drift.
    """
    if out is not None and not revert:
        raise UsageError("RUN100", "--out saves the plan of --revert, which is not there")
    started = time.monotonic()
    with meaning(NOTHING_WRITTEN), work(chosen, (*addresses, *more)) as what:
        found = run(pipeline.drift(what))
    seconds = time.monotonic() - started
    if chosen.json and not revert:
        echo(_document(found), nl=False)
    elif not chosen.json:
        echo(_text(found, Style(chosen.paint, whole=chosen.verbose, seconds=seconds)), nl=False)
    if not chosen.json:
        paint = paint_for(sys.stderr, no_color=chosen.no_color)
        for note in diagnostics.listed(found.notes, paint, whole=chosen.verbose):
            chosen.say(note)
    if revert:
        _revert(found, chosen, out)
    elif found.drifted:
        _say_what_to_do(found, chosen)
    return DRIFTED if found.drifted else 0


def _document(found: pipeline.Drift) -> str:
    result = json.drift(
        found.differences,
        found.notes,
        drifted=found.drifted,
        suppressed=found.suppressed,
        settled=found.settled,
    )
    return json.document(result)


def _text(found: pipeline.Drift, style: Style) -> str:
    return drift.drift(
        found.tenants,
        found.differences,
        found.beyond,
        style,
        suppressed=found.suppressed,
        settled=found.settled,
    )


def _say_what_to_do(found: pipeline.Drift, chosen: Common) -> None:
    chosen.say("To keep it: write it into the manifests; `reconciler plan` is empty then.")
    if found.revert is not None:
        chosen.say("To take it back:   reconciler drift --revert --out revert.plan")


def _revert(found: pipeline.Drift, chosen: Common, out: Path | None) -> None:
    if found.revert is None:
        if chosen.json:
            echo(_document(found), nl=False)
        chosen.say("There is nothing to take back.")
        return
    if not chosen.json:
        echo("\nTo take it back:\n")
    show_plan(found.revert, chosen)
    if found.revert.errored:
        return
    if out is not None:
        save(found.revert, out, chosen)
    else:
        chosen.say("\nThe plan was not saved: `--out FILE` keeps it for `reconciler apply FILE`.")

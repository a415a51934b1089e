"""`reconciler drift`: what was changed behind Git's back; it never writes to a tenant."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler import pipeline
from reconciler.cli import completing
from reconciler.cli.asking import yes
from reconciler.cli.interrupts import NOTHING_WRITTEN, meaning, run
from reconciler.cli.options import Common, allow, common, lock_timeout, work
from reconciler.cli.output import save, show_unless_bare
from reconciler.cli.plan_files import Out, out_file, refuse_without_key
from reconciler.cli.streams import echo
from reconciler.cli.terminal import paint_for, room
from reconciler.errors import CancelledError, UsageError
from reconciler.model.diagnostic import Diagnostic, has_errors
from reconciler.model.guard import Allowance
from reconciler.reporting import diagnostics, drift, json
from reconciler.reporting.counting import number
from reconciler.reporting.text import Style
from reconciler.reporting.wrapping import wrapped

if TYPE_CHECKING:
    from reconciler.engine.prepare import Work

DRIFTED = 2
FAILED = 1


@click.command(name="drift")
@click.argument("addresses", nargs=-1, shell_complete=completing.addresses)
@click.option("--revert", is_flag=True, help="Plan to take the drift back.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Save that plan for `apply`."
)
@click.option(
    "--full", is_flag=True, help="Re-read every object, even those whose version has not changed."
)
@click.option("--accept", is_flag=True, help="Write what drifted into the manifests.")
@click.option("--auto-approve", is_flag=True, help="Write it without asking.")
@click.option("--dry-run", is_flag=True, help="Show what --accept would write, and write nothing.")
@click.option("--target", "more", multiple=True, hidden=True)
@click.option("--detailed-exitcode", is_flag=True, hidden=True, expose_value=False)
@allow
@lock_timeout
@common
def command(  # noqa: PLR0913, PLR0917 - the options of a command
    chosen: Common,
    addresses: tuple[str, ...],
    revert: bool,
    out: Path | None,
    full: bool,
    accept: bool,
    auto_approve: bool,
    dry_run: bool,
    more: tuple[str, ...],
) -> int:
    """Compare the tenants with what was last applied; without a state, with Git.

    Exits with 2 on drift. What Git wants next is pending, and no drift. --accept writes what
    drifted, or what drifted of the ADDRESSES, into the manifests; --revert plans to take it back.
    """
    accepting = Accepting(accept, auto_approve, dry_run)
    _refuse_what_does_not_fit(chosen, revert, out, accepting)
    given = chosen.allow
    if out is None:
        chosen = replace(chosen, allow=given.without_bare)
    with out_file(out, chosen) as file:
        started = time.monotonic()
        with meaning(NOTHING_WRITTEN), work(chosen, (*addresses, *more)) as what:
            if out is not None:
                refuse_without_key(what)
            found = run(pipeline.drift(what, full=full))
            seconds = time.monotonic() - started
            is_refused = has_errors(found.notes)
            _show(found, chosen, seconds, whole=is_refused or not (revert or accept))
            if is_refused:
                file.unwritten = "the drift check has errors"
                return FAILED
            if accept:
                return _accept(what, found, chosen, accepting)
        if revert:
            _revert(found, chosen, file, given)
        elif found.drifted:
            _say_what_to_do(found, chosen)
        return DRIFTED if found.drifted else 0


@dataclass(frozen=True, slots=True)
class Accepting:
    """Whether drift is to be accepted, and whether without asking, or not really."""

    wanted: bool
    unasked: bool
    dry: bool


def _refuse_what_does_not_fit(
    chosen: Common, revert: bool, out: Path | None, accepting: Accepting
) -> None:
    if out is not None and not revert:
        raise UsageError("RUN100", "--out saves the plan of --revert, which is not there")
    if revert and accepting.wanted:
        raise UsageError("RUN100", "drift is either accepted or taken back, not both")
    if not accepting.wanted and (accepting.unasked or accepting.dry):
        raise UsageError("RUN100", "--auto-approve and --dry-run go with --accept")
    if accepting.wanted and not (accepting.unasked or accepting.dry or chosen.asks):
        raise UsageError(
            "RUN102",
            "nobody is there to approve what is written",
            hint="see it with --dry-run first, then pass --auto-approve",
        )


def _show(found: pipeline.Drift, chosen: Common, seconds: float, *, whole: bool) -> None:
    if chosen.json:
        if whole:
            echo(json.document(_result(found)), nl=False)
        return
    shown = _text(found, Style(chosen.paint, whole=chosen.verbose, seconds=seconds))
    echo(wrapped(shown, room(sys.stdout)), nl=False)
    _say(found.notes, chosen)
    reused = sum(each.snapshot.reused for each in found.looks)
    if chosen.verbose and reused:
        requests = sum(each.read.requests for each in found.looks)
        chosen.say(
            f"{number(requests, 'request')}; {number(reused, 'object')} "
            f"{'was' if reused == 1 else 'were'} not read again, as nothing has changed in what "
            "the lists say (--full reads all)."
        )


def _say(notes: Iterable[Diagnostic], chosen: Common) -> None:
    paint = paint_for(sys.stderr, no_color=chosen.no_color)
    for note in diagnostics.listed(tuple(notes), paint, whole=chosen.verbose, cut=False):
        chosen.say(wrapped(note, room(sys.stderr)))


def _accept(what: Work, found: pipeline.Drift, chosen: Common, how: Accepting) -> int:
    """Write what drifted into the manifests, once somebody said yes."""
    from reconciler.reporting import accepting  # noqa: PLC0415 - SQL comes with it

    accepted = pipeline.to_accept(what, found)
    nothing = all(each.nothing for each in accepted)
    if not chosen.json:
        echo(f"\n{accepting.accepted(accepted, chosen.paint)}", nl=False)
        _say((d for each in accepted for d in each.findings), chosen)
    writes = not nothing and not how.dry
    if writes:
        if not how.unasked and not yes("Do you want to write these files?"):
            raise CancelledError("RUN106", "cancelled; nothing was written")
        pipeline.keep_accepted(what, accepted)
    if chosen.json:
        told = accepting.as_json(accepted, written=writes)
        echo(json.document({**_result(found), "accept": told}), nl=False)
    elif writes:
        echo(accepting.written(accepted))
    left = any(each.not_accepted for each in accepted)
    return DRIFTED if left or (how.dry and found.drifted) else 0


def _result(found: pipeline.Drift) -> dict[str, Any]:
    return json.drift(
        found.differences,
        found.notes,
        drifted=found.drifted,
        suppressed=found.suppressed,
        settled=found.settled,
        reads=((each.read, each.snapshot.reused) for each in found.looks),
        set_aside=found.set_aside,
    )


def _text(found: pipeline.Drift, style: Style) -> str:
    return drift.drift(
        found.tenants,
        found.differences,
        found.beyond,
        style,
        suppressed=found.suppressed,
        settled=found.settled,
        set_aside=found.set_aside,
    )


def _say_what_to_do(found: pipeline.Drift, chosen: Common) -> None:
    drifted = [each for each in found.differences if each.state == "drifted"]
    if not all(each.called or each.replaces for each in drifted):
        chosen.say("To keep it:        reconciler drift --accept")
    if found.revert is not None:
        chosen.say("To take it back:   reconciler drift --revert --out revert.plan")


def _revert(found: pipeline.Drift, chosen: Common, file: Out, given: Allowance) -> None:
    if found.revert is None:
        file.unwritten = "there is nothing to take back"
        if chosen.json:
            echo(json.document(_result(found)), nl=False)
        chosen.say("There is nothing to take back.")
        return
    if not chosen.json:
        echo("\nTo take it back:\n")
    show_unless_bare(found.revert, chosen, given)
    if found.revert.errored:
        file.unwritten = "the plan has errors"
        return
    if file.path is not None:
        save(found.revert, file, chosen)
    else:
        chosen.say("\nThe plan was not saved: `--out FILE` keeps it for `reconciler apply FILE`.")

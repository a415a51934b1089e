"""`reconciler apply`: plans, shows, asks, and does exactly that."""

from __future__ import annotations

import asyncio
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler import pipeline
from reconciler.cli.asking import yes
from reconciler.cli.interrupts import NOTHING_WRITTEN, SignalledError, meaning, run
from reconciler.cli.options import Common, common, targets, work
from reconciler.cli.output import going_on, print_on, saved, show_plan
from reconciler.cli.streams import echo
from reconciler.engine.events import Event, Ledger
from reconciler.engine.prepare import Work
from reconciler.errors import CancelledError, ReconcilerError, UsageError
from reconciler.model.plan import Plan, load
from reconciler.planning.guards import refuse_if_blocked
from reconciler.reporting import applying, json


@click.command(name="apply")
@click.argument("plan", type=click.Path(path_type=Path), required=False)
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--resume", is_flag=True, help="Finish the apply that was interrupted.")
@click.option("--keep-going", is_flag=True, help="Go on to the next tenant after a failure.")
@targets
@common
def command(  # noqa: PLR0913, PLR0917 - one for each option
    chosen: Common,
    plan: Path | None,
    auto_approve: bool,
    resume: bool,
    keep_going: bool,
    targets: tuple[str, ...],
) -> int:
    """Carry out the saved PLAN without asking, or make one, show it and ask.

    Ctrl-C or SIGTERM once lets what was sent already end, in a minute at most, and sends nothing
    more; twice stops at once. With --resume the same plan is carried on, without asking again.

    Exits with 1 where anything was refused or is left to do. A saved plan that a guard blocks
    runs with the leave that was given when it was made, or with --allow now.
    """
    if resume and (plan is not None or targets):
        raise UsageError("RUN100", "--resume has the plan and the targets of the run it resumes")
    how = How(auto_approve, resume, keep_going)
    try:
        return _apply(chosen, plan, targets, how)
    except ReconcilerError as error:
        if not chosen.json:
            raise
        print_on(json.refused(error))
        return error.exit_code


@dataclass(frozen=True, slots=True)
class How:
    """How an apply is wanted."""

    auto_approve: bool
    resume: bool
    keep_going: bool


def _apply(chosen: Common, plan: Path | None, targets: tuple[str, ...], how: How) -> int:
    if plan is not None and (targets or chosen.tenants):
        raise UsageError("RUN100", "a saved plan has its own tenants and targets")
    with work(chosen, targets) as what:
        if how.resume:
            return _resume(what, chosen, how)
        with meaning(NOTHING_WRITTEN):
            made = saved(plan) if plan is not None else _made(what, chosen, how)
        if made.errored:
            if chosen.json:
                echo(json.not_applicable(made))
            return 1
        refuse_if_blocked(made, chosen.allow)
        if plan is None and made.differs and not how.auto_approve:
            with meaning(NOTHING_WRITTEN):
                _approved(chosen)
        if plan is None and how.auto_approve and not chosen.json:
            print_on("")
        return _carry_out(made, what, chosen, how, is_saved=plan is not None)


def _resume(what: Work, chosen: Common, how: How) -> int:
    found = pipeline.resumable(what)
    if found is None:
        if chosen.json:
            echo(json.nothing_to_resume())
        else:
            echo("Nothing to resume: the last apply left nothing to do.")
        return 0
    chosen.say(f"Resuming {found.run} of tenant {found.tenant}.")
    return _carry_out(load(found.plan), what, chosen, how, is_saved=True)


def _made(what: Work, chosen: Common, how: How) -> Plan:
    started = time.monotonic()
    made = run(pipeline.plan(what))
    if not chosen.json:
        # who is asked has to see what is asked
        with going_on() if how.auto_approve else nullcontext():
            show_plan(made, chosen, seconds=time.monotonic() - started)
    return made


def _approved(chosen: Common) -> None:
    if not chosen.asks:
        raise UsageError(
            "RUN102",
            "nobody is there to approve the plan",
            hint="review a saved plan and apply that, or pass --auto-approve",
        )
    if not yes("Do you want to perform these actions?"):
        raise CancelledError("RUN106", "apply cancelled; nothing was written")


def _carry_out(made: Plan, what: Work, chosen: Common, how: How, *, is_saved: bool) -> int:
    from reconciler.engine.stopping import Stop  # noqa: PLC0415 - with it comes asyncio

    several = len(made.tenants) > 1
    stop = Stop(lambda text: echo(text, err=True))

    def report(told: Event) -> None:
        line = json.event(told) if chosen.json else applying.event(told, chosen.paint, several)
        if line is not None and not (chosen.quiet and not chosen.json):
            print_on(line)

    doing = pipeline.apply(
        what, made, saved=is_saved, report=report, stop=stop, keep_going=how.keep_going
    )
    try:
        ledgers = asyncio.run(doing)
    except (asyncio.CancelledError, KeyboardInterrupt):
        if stop.signal is None:
            raise
        if stop.gave_up:
            raise SignalledError(stop.signal, NOTHING_WRITTEN) from None
        print_on(json.stopped(made) if chosen.json else "\n" + applying.STOPPED)
        return stop.exit_code
    if stop.signal is not None and not ledgers:
        raise SignalledError(stop.signal, NOTHING_WRITTEN)
    if chosen.json:
        print_on(json.applied(made, ledgers))
    else:
        done = all(each.already_applied for each in ledgers)
        print_on(("" if done else "\n") + applying.ledger(ledgers, made, chosen.paint))
    return stop.exit_code or (0 if _all_done(ledgers) else 1)


def _all_done(ledgers: tuple[Ledger, ...]) -> bool:
    return all(each.outcome == "done" for each in ledgers)

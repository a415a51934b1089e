"""`reconciler apply`: plans, shows, asks, and does exactly that."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import click

from reconciler import pipeline
from reconciler.cli.allow import refuse_bare
from reconciler.cli.asking import yes
from reconciler.cli.interrupts import NOTHING_WRITTEN, SignalledError, meaning, run
from reconciler.cli.options import Common, allow, base, common, lock_timeout, targets, work
from reconciler.cli.output import going_on, print_on, saved, show_plan
from reconciler.cli.plan_files import refuse_without_key
from reconciler.cli.streams import echo
from reconciler.cli.terminal import StatusLine
from reconciler.engine.events import Event, Ledger
from reconciler.engine.prepare import Work
from reconciler.errors import CancelledError, ReconcilerError, UsageError
from reconciler.model.guard import Allowance
from reconciler.model.plan import Plan, load
from reconciler.planning.guards import refuse_if_blocked, wanted
from reconciler.reporting import applying, json, ledger


@click.command(name="apply")
@click.argument("plan", type=click.Path(path_type=Path), required=False)
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--resume", is_flag=True, help="Finish the apply that was interrupted.")
@click.option("--keep-going", is_flag=True, help="Go on to the next tenant after a failure.")
@targets
@base
@allow
@lock_timeout
@common
def command(  # noqa: PLR0913, PLR0917 - one for each option
    chosen: Common,
    plan: Path | None,
    auto_approve: bool,
    resume: bool,
    keep_going: bool,
    targets: tuple[str, ...],
    base: str | None,
) -> int:
    """Carry out the saved PLAN without asking, or make one, show it and ask.

    Ctrl-C or SIGTERM once lets what was sent already end, in a minute at most, and sends nothing
    more; twice stops at once. With --resume the same plan is carried on, without asking again.

    Exits with 1 where anything was refused or is left to do. A saved plan that a guard blocks
    runs with the overrides that it was made with, or with --allow now.
    """
    if resume and (plan is not None or targets):
        raise UsageError("RUN100", "--resume has the plan and the targets of the run it resumes")
    if resume and base is not None:
        raise UsageError("RUN100", "--base compares a plan before it is applied, not with --resume")
    how = How(auto_approve, resume, keep_going, base)
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
    base: str | None = None


def _apply(chosen: Common, plan: Path | None, targets: tuple[str, ...], how: How) -> int:
    if plan is not None and (targets or chosen.tenants):
        raise UsageError("RUN100", "a saved plan has its own tenants and targets")
    given = chosen.allow
    if plan is not None or how.resume or how.auto_approve or not chosen.asks:
        # nobody sees the plan that a bare number would let pass
        chosen = replace(chosen, allow=given.without_bare)
    with work(chosen, targets) as opened:
        what = replace(opened, against=how.base) if how.base is not None else opened
        if how.resume:
            return _resume(what, chosen, how, given)
        with meaning(NOTHING_WRITTEN):
            made = _saved(plan, what) if plan is not None else _made(what, chosen, how)
            if plan is not None:
                pipeline.refuse_loosening(what, made)
        if made.errored:
            if chosen.json:
                echo(json.not_applicable(made))
            return 1
        if chosen.allow != given:
            refuse_bare(made, given)
        refuse_if_blocked(made, chosen.allow)
        if plan is None and made.differs and not how.auto_approve:
            with meaning(NOTHING_WRITTEN):
                _approved(chosen)
        if plan is None and how.auto_approve and not (chosen.json or chosen.quiet):
            print_on("")
        return _carry_out(made, what, chosen, how, is_saved=plan is not None)


def _saved(plan: Path, what: Work) -> Plan:
    """The saved plan, which has no errors; raises UsageError."""
    refuse_without_key(what)
    made = saved(plan)
    if made.errored:
        raise UsageError(
            "RUN101",
            "the plan has errors and cannot be applied",
            hint="correct them and make a new plan with `reconciler plan --out FILE`",
        )
    return made


def _resume(what: Work, chosen: Common, how: How, given: Allowance) -> int:
    found = pipeline.resumable(what)
    if found is None:
        if chosen.json:
            echo(json.nothing_to_resume())
        else:
            echo("Nothing to resume: the last apply left nothing to do.")
        return 0
    chosen.say(f"Resuming {found.run} of tenant {found.tenant}.")
    made = load(found.plan)
    refuse_bare(made, given)
    return _carry_out(made, what, chosen, how, is_saved=True)


def _made(what: Work, chosen: Common, how: How) -> Plan:
    started = time.monotonic()
    made = run(pipeline.plan(what))
    unseen = chosen.quiet and how.auto_approve and not made.errored
    if not (chosen.json or unseen):
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

    screen = Screen(made, what, chosen)
    stop = Stop(screen.say)
    doing = pipeline.apply(
        what,
        made,
        saved=is_saved,
        report=screen.report,
        stop=stop,
        keep_going=how.keep_going,
        over=screen.ledgers.append,
    )
    try:
        asyncio.run(screen.watched(doing))
    except (asyncio.CancelledError, KeyboardInterrupt):
        if stop.signal is None:
            raise
        if stop.gave_up and not screen.ledgers:
            raise SignalledError(stop.signal, NOTHING_WRITTEN) from None
        screen.account()
        return stop.exit_code
    except ReconcilerError as error:
        if not screen.ledgers:
            raise
        screen.account(error)
        if chosen.json:
            return error.exit_code
        raise
    except Exception:
        if screen.ledgers:  # a bug of ours: what was done is told all the same
            screen.account()
        raise
    if stop.signal is not None and not screen.ledgers:
        raise SignalledError(stop.signal, NOTHING_WRITTEN)
    screen.account()
    return stop.exit_code or (0 if _all_done(tuple(screen.ledgers)) else 1)


class Screen:
    """What is seen of an apply: its lines, how far it has come, and the account at the end."""

    def __init__(self, made: Plan, what: Work, chosen: Common) -> None:
        self.ledgers: list[Ledger] = []
        self._made, self._work, self._chosen = made, what, chosen
        self._several = len(made.tenants) > 1
        self._progress = applying.Progress(made)
        self._status = StatusLine(wanted=not (chosen.quiet or chosen.json))

    async def watched(self, doing: Awaitable[object]) -> None:
        """Wait for the apply, and draw the progress while it works or waits."""
        drawing = asyncio.create_task(self._draw())
        try:
            await doing
        finally:
            drawing.cancel()
            self._status.clear()

    async def _draw(self) -> None:
        while True:
            self._show()
            await asyncio.sleep(1.0)

    def _show(self) -> None:
        if not self._status.due:
            return
        if line := self._progress.line(self._status.columns, self._work.around.held()):
            self._status.show(line)

    def report(self, told: Event) -> None:
        """One moment of the apply."""
        chosen = self._chosen
        self._progress.take(told)
        if chosen.json:
            print_on(json.event(told))
            return
        line = applying.event(told, chosen.paint, several=self._several, whole=chosen.verbose)
        if line is not None and not chosen.quiet:
            self._status.clear()
            print_on(line)
        self._show()

    def say(self, text: str) -> None:
        """A word beside the output, on stderr."""
        self._status.clear()
        echo(text, err=True)

    def account(self, error: ReconcilerError | None = None) -> None:
        """The ledger of the tenants that were reached; `error` stopped the apply after them."""
        chosen, ledgers = self._chosen, tuple(self.ledgers)
        if chosen.json:
            print_on(json.applied(self._made, ledgers, error))
            return
        already = error is None and ledgers and all(each.already_applied for each in ledgers)
        style = ledger.Style(chosen.paint, whole=chosen.verbose)
        told = ledger.ledger(ledgers, self._made, style, resume=self._resume(ledgers))
        print_on(told if already or chosen.quiet else f"\n{told}")

    def _resume(self, ledgers: tuple[Ledger, ...]) -> str:
        """The command that carries the plan on; empty where the plan is stale or is done."""
        if any(each.is_stale for each in ledgers):
            return ""
        names = [each.name for each in self._made.tenants]
        tenants = self._work.project.chosen(names) if names else ()
        try:
            found = pipeline.resumable(replace(self._work, tenants=tenants))
        except ReconcilerError:  # of the state, which the ledger tells of
            return ""
        if found is None or found.run not in {each.run for each in ledgers}:
            return ""
        here = {each.name for each in self._work.project.chosen(())}
        tenant = "" if found.tenant in here else f" --tenant {found.tenant}"
        leave = f" --allow {wanted(self._made)}" if self._made.outcome == "blocked" else ""
        return f"reconciler apply --resume{tenant}{leave}"


def _all_done(ledgers: tuple[Ledger, ...]) -> bool:
    return all(each.outcome == "done" for each in ledgers)

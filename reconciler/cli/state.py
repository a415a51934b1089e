"""`reconciler state`: what is owned and since when, past runs, the lock; giving them up."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from reconciler.cli import completing
from reconciler.cli.asking import yes
from reconciler.cli.options import Common, common, lock_timeout, work
from reconciler.cli.streams import echo
from reconciler.cli.terminal import room
from reconciler.engine.prepare import Work
from reconciler.errors import CancelledError, StateError, UsageError
from reconciler.model.address import Address
from reconciler.model.journal import Owned, Run
from reconciler.model.suggestion import did_you_mean
from reconciler.planning.targets import target
from reconciler.reporting import json, state

if TYPE_CHECKING:
    from reconciler.state.sql import SqlState


@dataclass(frozen=True, slots=True)
class Opened:
    """The state of the project, and the tenants that a command is about."""

    state: SqlState
    tenants: tuple[str, ...]
    others: tuple[str, ...]
    warn: Callable[[str], None]

    @property
    def several(self) -> bool:
        """Whether an address has to say whose it is."""
        return len(self.tenants) > 1


@click.group(name="state")
def command() -> None:
    """What is owned since when, past runs and the lock. None of it writes to a tenant."""


@command.command(name="list", short_help="The addresses of what is owned.")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...", shell_complete=completing.addresses)
@common
def list_(chosen: Common, addresses: tuple[str, ...]) -> int:
    """What is owned: of all objects, or of those whose address has ADDRESS in it.

    ADDRESS is any whole part of an address, such as `UserProfile` or `UserProfile/billing`.
    """
    with _opened(chosen) as opened:
        rows = opened.state.owned(opened.tenants)
        found = _filtered(rows, addresses)
    if chosen.json:
        echo(json.document(json.owned(found)), nl=False)
    elif found:
        echo(state.owned(found, several=opened.several, room=room(sys.stdout)))
    else:
        chosen.say(f"Nothing is owned in {', '.join(opened.tenants)}.")
    _say_others(chosen, opened)
    return 0


@command.command(name="show", short_help="One owned object in full.")
@click.argument("address", shell_complete=completing.addresses)
@common
def show(chosen: Common, address: str) -> int:
    """What the state has of ADDRESS: the vendor's id, what was applied, when and by which run.

    Any unambiguous end of an address will do.
    """
    with _opened(chosen) as opened:
        (found,) = _named(opened, (address,))
    if chosen.json:
        echo(json.document(json.owned_in_full(found)), nl=False)
    else:
        echo(state.owned_in_full(found, whole=chosen.verbose))
    return 0


@command.command(name="rm", short_help="Give up ownership; the tenant is not touched.")
@click.argument(
    "addresses",
    nargs=-1,
    required=True,
    metavar="ADDRESS...",
    shell_complete=completing.addresses,
)
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@lock_timeout
@common
def rm(chosen: Common, addresses: tuple[str, ...], auto_approve: bool) -> int:
    """Forget that the objects of these addresses are ours.

    Nothing is written to the tenant and nothing is deleted. The next plan finds an object that a
    manifest still names by its name and adopts it; any other stays in the tenant, unmanaged.
    """
    with _opened(chosen) as opened:
        found = _named(opened, addresses)
        if not chosen.json:
            echo(state.forgetting(found, several=opened.several))
        if not auto_approve:
            _approved(chosen)
        runs = {
            tenant: _forget(opened, tenant, addresses_, chosen.lock_timeout)
            for tenant, addresses_ in _by_tenant(found).items()
        }
    if chosen.json:
        echo(json.document(json.forgotten(found, runs)), nl=False)
    else:
        echo(state.forgotten(found, runs))
    return 0


@command.command(name="history", short_help="Past runs; the operations of one.")
@click.argument("run", required=False)
@common
def history(chosen: Common, run: str | None) -> int:
    """The runs and the drift checks, the newest first.

    Of a RUN its operations as the journal has them; of a drift check (`drift-17`) what it found.
    Checks that found the same, one after the other, are one entry.
    """
    with _opened(chosen) as opened:
        if run is None:
            runs = opened.state.runs(opened.tenants)
            looks = opened.state.looks(opened.tenants)
        elif run.startswith("drift-"):
            return _look(opened, chosen, run)
        else:
            runs = (_run(opened, run),)
            entries = opened.state.entries(runs[0].id)
    if run is not None:
        if chosen.json:
            echo(json.document(json.run_in_full(runs[0], entries)), nl=False)
        else:
            echo(state.run_in_full(runs[0], entries, whole=chosen.verbose))
        return 0
    if chosen.json:
        echo(json.document(json.runs(runs, looks)), nl=False)
    elif runs or looks:
        echo(state.runs(runs, looks, whole=chosen.verbose, room=room(sys.stdout)))
    else:
        chosen.say(f"Nothing was ever applied to {', '.join(opened.tenants)}.")
    _say_others(chosen, opened)
    return 0


@command.command(name="unlock", short_help="Take away a lock whose holder is dead.")
@click.argument("tenant")
@click.option("--force", is_flag=True, help="Though its holder lives; that sends nothing more.")
@common
def unlock(chosen: Common, tenant: str, force: bool) -> int:
    """Take the lock of TENANT away where its holder is dead, and say who that was.

    The next apply does so by itself; --force is for a holder that cannot be asked to end.
    """
    with _opened(replace(chosen, tenants=(tenant,))) as opened:
        holder = opened.state.unlock(tenant, opened.warn, force=force)
    if chosen.json:
        echo(json.document(json.unlocked(tenant, holder)), nl=False)
    else:
        echo(state.unlocked(tenant, holder, datetime.now(UTC)))
    return 0


@contextmanager
def _opened(chosen: Common) -> Iterator[Opened]:
    """The state that is there; raises StateError where none is."""
    from reconciler.state.sql import open_state  # noqa: PLC0415 - help does without SQL

    # the state may know tenants that the project does not have any more
    with work(replace(chosen, tenants=())) as what:
        opened = open_state(what.project.state, what.project.root)
        if opened is None:
            raise StateError(
                "RUN127",
                "there is no state yet: nothing is owned, nothing was applied",
                hint="`reconciler apply` begins one",
            )
        try:
            known = opened.tenants()
            tenants = _tenants(chosen, what, known)
            others = tuple(sorted(known.difference(tenants)))
            yield Opened(opened, tenants, others, what.around.warn)
        finally:
            opened.close()


def _tenants(chosen: Common, what: Work, known: frozenset[str]) -> tuple[str, ...]:
    for name in chosen.tenants:
        if name not in known | what.project.tenants.keys():
            raise UsageError(
                "PRJ103",
                f"neither the project nor the state has a tenant `{name}`",
                hint=did_you_mean(name, sorted(known | what.project.tenants.keys())),
            )
    return tuple(dict.fromkeys(chosen.tenants)) or tuple(each.name for each in what.tenants)


def _say_others(chosen: Common, opened: Opened) -> None:
    if opened.others and not chosen.tenants:
        names = ", ".join(opened.others)
        chosen.say(f"The state knows of other tenants too (--tenant): {names}")


def _filtered(rows: tuple[Owned, ...], wanted: tuple[str, ...]) -> list[Owned]:
    """The rows that any of these parts of addresses is in; each has to be in one."""
    found: dict[str, Owned] = {} if wanted else {each.row.address: each for each in rows}
    for part in wanted:
        within = [each for each in rows if f"/{part.strip('/')}/" in f"/{each.row.address}/"]
        if not within:
            known = sorted({word for each in rows for word in each.row.address.split("/")})
            raise UsageError(
                "REF130",
                f"`{part}` is in no address of the state",
                hint=did_you_mean(
                    part.rpartition("/")[2], known, otherwise="see `reconciler state list`"
                ),
            )
        found.update((each.row.address, each) for each in within)
    return [found[address] for address in sorted(found)]


def _addresses(rows: Iterable[Owned]) -> Iterator[Address]:
    return (Address.parse(each.row.address) for each in rows)


def _named(opened: Opened, wanted: tuple[str, ...]) -> tuple[Owned, ...]:
    """The rows that these ends of addresses name; raises UsageError for none or several."""
    rows = {each.row.address: each for each in opened.state.owned(opened.tenants)}
    known = tuple(_addresses(rows.values()))
    return tuple(rows[each] for each in dict.fromkeys(str(target(w, known)) for w in wanted))


def _by_tenant(found: Iterable[Owned]) -> dict[str, list[str]]:
    tenants: dict[str, list[str]] = {}
    for each in found:
        address = each.row.address
        tenants.setdefault(Address.parse(address).tenant, []).append(address)
    return tenants


def _approved(chosen: Common) -> None:
    if not chosen.asks:
        raise UsageError("RUN102", "nobody is there to approve this", hint="pass --auto-approve")
    if not yes("Do you want to forget them?"):
        raise CancelledError("RUN106", "cancelled; nothing was forgotten")


def _forget(opened: Opened, tenant: str, addresses: list[str], patience: float) -> str:
    state = opened.state
    with state.lock(tenant, "state rm", opened.warn, patience=patience) as lease:
        run = state.start_run(tenant, "state rm", lease=lease)
        state.forget(run, addresses)
        state.finish_run(run, "done")
    return run


def _look(opened: Opened, chosen: Common, wanted: str) -> int:
    """One drift check, and what it found, in the words of `drift`."""
    from reconciler.planning.drift import kept_differences  # noqa: PLC0415 - with it comes planning
    from reconciler.reporting import drift  # noqa: PLC0415
    from reconciler.reporting.text import Style  # noqa: PLC0415

    looks = {each.id: each for each in opened.state.looks((*opened.tenants, *opened.others))}
    if wanted not in looks:
        raise UsageError(
            "RUN128",
            f"the state knows no look `{wanted}`",
            hint=did_you_mean(wanted, looks, otherwise="see `reconciler state history`"),
        )
    look = looks[wanted]
    found = opened.state.found(look.number)
    if chosen.json:
        echo(json.document(json.look_in_full(look, found)), nl=False)
        return 0
    differences = kept_differences(found["differences"])
    told = drift.drift(
        (),
        differences,
        tuple(map(Address.parse, found["beyond"])),
        Style(chosen.paint, whole=chosen.verbose),
        suppressed=kept_differences(found["suppressed"]),
        settled=found["settled"],
    )
    echo(f"{state.look_in_full(look)}\n\n{told}", nl=False)
    return 0


def _run(opened: Opened, wanted: str) -> Run:
    everywhere = opened.state.runs((*opened.tenants, *opened.others))
    found = {each.id: each for each in everywhere}
    if wanted not in found:
        raise UsageError(
            "RUN128",
            f"the state knows no run `{wanted}`",
            hint=did_you_mean(wanted, found, otherwise="see `reconciler state history`"),
        )
    return found[wanted]

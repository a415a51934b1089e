"""`reconciler rules`: every documented rule with its source, and one of them explained."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from reconciler.cli import completing
from reconciler.cli.codes import entries, register
from reconciler.cli.options import Common, common, snapshot, work_on_snapshot
from reconciler.cli.streams import echo
from reconciler.errors import UsageError
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.suggestion import did_you_mean
from reconciler.planning.merge_plans import finding
from reconciler.reporting import diagnostics, json, rules

_LISTED = ("code", "system", "severity", "where", "rule", "source", "status")


@click.group(name="rules")
def command() -> None:
    """The documented rules: all of them, or one of them explained."""


@command.command(name="list", short_help="Every documented rule.")
@click.option("--system", metavar="NAME", help="Only the rules of this system.")
@snapshot
@common
def list_(chosen: Common, system: str | None, snapshot: Path | None) -> int:
    """Every documented rule, those too that nothing checks yet (planned).

    With a snapshot of a tenant, how often each finds something in the project and that tenant.
    """
    every = entries()
    systems = sorted({each.system for each in every})
    if system is not None and system not in systems:
        raise UsageError(
            "RUN108",
            f"there are no rules of a system `{system}`",
            hint=did_you_mean(system, systems, otherwise="there are " + ", ".join(systems)),
        )
    every = tuple(each for each in every if system in (None, each.system))
    counts = None if snapshot is None else Counter(each.code for each in _judged(chosen, snapshot))
    if chosen.json:
        rows = [{key: value for key, value in asdict(e).items() if key in _LISTED} for e in every]
        if counts is not None:
            rows = [{**row, "findings": counts[row["code"]]} for row in rows]
        echo(json.document(rows), nl=False)
    else:
        echo(rules.listed(every, chosen.paint, _width(), counts))
    return 0


def _judged(chosen: Common, path: Path) -> tuple[Diagnostic, ...]:
    """What the rules find in the project and in the tenant as the snapshot has it."""
    # the list of rules needs no planner
    from reconciler import pipeline  # noqa: PLC0415
    from reconciler.cli.interrupts import NOTHING_WRITTEN, meaning, run  # noqa: PLC0415

    with meaning(NOTHING_WRITTEN), work_on_snapshot(chosen, path) as what:
        return run(pipeline.judged(what))


@command.command(name="explain", short_help="One rule: reason, source, examples.")
@click.argument("code", shell_complete=completing.codes)
@snapshot
@common
def explain(chosen: Common, code: str, snapshot: Path | None) -> int:
    """What CODE says, where it comes from, and what it refuses; codes of other errors too.

    With a snapshot of a tenant, what it finds in the project and that tenant.
    """
    wanted = code.upper()
    entry = {each.code: each for each in entries()}.get(wanted)
    if entry is None:
        return _explain_ours(chosen, wanted)
    found = None
    if snapshot is not None:
        found = tuple(each for each in _judged(chosen, snapshot) if each.code == wanted)
    if chosen.json:
        told = {} if found is None else {"findings": [asdict(finding(each)) for each in found]}
        echo(json.document({**asdict(entry), **told}), nl=False)
        return 0
    echo(rules.explained(entry, chosen.paint, _width(), whole=chosen.verbose))
    if found is not None:
        _show(found, chosen)
    return 0


def _show(found: tuple[Diagnostic, ...], chosen: Common) -> None:
    """What one rule finds, as `validate` shows it."""
    if not found:
        echo("\nIt finds nothing in this project and the tenant of the snapshot.")
        return
    echo(f"\nIt finds {len(found)} in this project and the tenant of the snapshot:\n")
    for each in diagnostics.listed(found, chosen.paint, whole=chosen.verbose):
        echo(each)


def _explain_ours(chosen: Common, code: str) -> int:
    """A code of the tool itself, from the register of codes."""
    known_ = register()
    if code not in known_:
        known = sorted({*known_, *(each.code for each in entries())})
        raise UsageError(
            "RUN108",
            f"there is no code `{code}`",
            hint=did_you_mean(code, known, otherwise="see `reconciler rules list`"),
        )
    if chosen.json:
        echo(json.document({"code": code, "rule": known_[code]}), nl=False)
    else:
        echo(f"{chosen.paint(code, 'bold')}  {known_[code]}")
    return 0


def _width() -> int:
    return min(shutil.get_terminal_size().columns, 100)

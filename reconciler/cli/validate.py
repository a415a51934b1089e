"""`reconciler validate`: no network, no credentials."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reconciler import checking
from reconciler.cli.options import Common, reporting, snapshot, work, work_on_snapshot
from reconciler.cli.streams import echo
from reconciler.cli.terminal import room
from reconciler.contract.discover import discover
from reconciler.errors import ReconcilerError, UsageError
from reconciler.groups import Groups
from reconciler.manifests.files import FILE, find_paths
from reconciler.manifests.load import load
from reconciler.manifests.parse import STDIN
from reconciler.manifests.text import MOST_BYTES
from reconciler.model.counts import NOTHING_JUDGED, Counts
from reconciler.model.diagnostic import Diagnostic, InvalidInputError, Severity, has_errors
from reconciler.model.resource import Resource
from reconciler.planning.planned_object import TenantInput
from reconciler.reporting import diagnostics
from reconciler.reporting.judged import judged_line
from reconciler.reporting.paint import Paint, plain
from reconciler.reporting.places import Places
from reconciler.reporting.wrapping import wrapped

LOCAL = "local"
FOR_OTHERS = ("sarif", "junit", "github")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, in which files; not `finished` where something stopped the check.

    `counts` is how much was judged.
    """

    found: tuple[Diagnostic, ...]
    files: tuple[str, ...]
    places: Places
    finished: bool = True
    counts: Counts = NOTHING_JUDGED


@click.command(name="validate")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@snapshot
@reporting
def command(chosen: Common, paths: tuple[Path, ...], snapshot: Path | None) -> int:
    """Check the manifests of all tenants, or those at PATH without a project.

    PATH is a file, a folder, a glob, or `-` for standard input. With a snapshot of a tenant, its
    manifests are also checked against what is there.

    Exits with 1 where anything is an error.
    """
    if paths and snapshot is not None:
        raise UsageError("RUN173", "--snapshot is for a project; files alone have no tenant")
    try:
        checked = _checked(chosen, paths, snapshot)
    except ReconcilerError as error:
        if chosen.format in FOR_OTHERS:
            _report_stopped(error, chosen)
        raise
    if chosen.format == "text":
        for each in diagnostics.listed(
            checked.found, chosen.paint, whole=chosen.verbose, room=room(sys.stdout)
        ):
            echo(wrapped(each, room(sys.stdout)))
        echo(_verdict(checked.found, chosen.paint))
        echo(judged_line(checked.counts, asked=snapshot is not None))
    else:
        echo(_report(checked, chosen.format), nl=False)
    if chosen.format in FOR_OTHERS:
        chosen.say(_verdict(checked.found, plain))
    if chosen.format == "github":
        _summarize(checked)
    return 1 if has_errors(checked.found) else 0


def _checked(chosen: Common, paths: tuple[Path, ...], snapshot: Path | None) -> Checked:
    if snapshot is not None:
        return _of_snapshot(chosen, snapshot)
    return _of_files(paths) if paths else _of_project(chosen)


def _of_snapshot(chosen: Common, path: Path) -> Checked:
    # a check of manifests alone starts without a planner and an event loop
    from reconciler import pipeline  # noqa: PLC0415
    from reconciler.cli.interrupts import NOTHING_WRITTEN, meaning, run  # noqa: PLC0415

    with meaning(NOTHING_WRITTEN), work_on_snapshot(chosen, path) as what:
        judged = run(pipeline.judge_all(what))
        return Checked(
            judged.found,
            checking.files(what, what.tenants) if chosen.format == "junit" else (),
            Places(_from_here(chosen.chdir), FILE),
            counts=judged.counts,
        )


def _of_project(chosen: Common) -> Checked:
    with work(chosen) as what:
        tenants = what.tenants if chosen.tenants else tuple(what.project.tenants.values())
        judged = checking.judge_project(what, tenants)
        return Checked(
            judged.found,
            # the one report that tells of files without a finding
            checking.files(what, tenants) if chosen.format == "junit" else (),
            Places(_from_here(chosen.chdir), FILE),
            counts=judged.counts,
        )


def _of_files(paths: tuple[Path, ...]) -> Checked:
    vendors = discover()
    files = find_paths(paths)
    given = {STDIN: sys.stdin.buffer.read(MOST_BYTES + 1)} if STDIN in files else {}
    loaded = load(Path(), LOCAL, files, vendors, given=given)
    by_group: dict[str, list[Resource[Any]]] = {}
    for each in loaded.resources:
        by_group.setdefault(each.address.group, []).append(each)
    parts = [
        TenantInput(LOCAL, Groups((vendors[group],)), tuple(resources))
        for group, resources in sorted(by_group.items())
    ] or [TenantInput(LOCAL, Groups(()), ())]
    judged = checking.judge(parts, loaded)
    return Checked(judged.found, files, Places("", files[0]), counts=judged.counts)


def _report_stopped(error: ReconcilerError, chosen: Common) -> None:
    """The document of a check that was stopped: other tools wait for one all the same."""
    if isinstance(error, InvalidInputError):
        found = error.diagnostics
    else:
        told = error.told
        found = (Diagnostic(Severity.ERROR, told.code, told.summary, told.detail, told.hint),)
    checked = Checked(found, (), Places(_from_here(chosen.chdir), FILE), finished=False)
    echo(_report(checked, chosen.format), nl=False)
    if chosen.format == "github":
        _summarize(checked)


def _from_here(folder: Path) -> str:
    """The folder from the present one; one that lies elsewhere keeps its whole name."""
    whole, here = folder.resolve(), Path.cwd()
    return (whole.relative_to(here) if whole.is_relative_to(here) else whole).as_posix()


def _report(checked: Checked, form: str) -> str:
    """The one document for a machine; each form is imported where it is wanted."""
    from reconciler.reporting import json  # noqa: PLC0415

    if form == "sarif":
        from reconciler.reporting import sarif  # noqa: PLC0415

        # a check that was stopped got to no rule, and a vendor may be what stopped it
        vendors = discover().values() if checked.finished else ()
        rules = {rule.code: rule for vendor in vendors for rule in vendor.rules}
        log = sarif.log(checked.found, rules, checked.places, finished=checked.finished)
        return json.document(log)
    if form == "junit":
        from reconciler.reporting import junit  # noqa: PLC0415

        return junit.document(checked.found, checked.files, checked.places)
    if form == "github":
        from reconciler.reporting import github  # noqa: PLC0415

        return github.commands(checked.found, checked.places)
    return json.document(json.validation(checked.found, checked.counts))


def _summarize(checked: Checked) -> None:
    """Add the table of findings to the page of the workflow run, where there is one."""
    if not (page := os.environ.get("GITHUB_STEP_SUMMARY")):
        return
    from reconciler.reporting import github  # noqa: PLC0415 - in a workflow only

    try:
        with Path(page).open("a", encoding="utf-8", errors="replace") as file:
            file.write(github.summary(checked.found, checked.places))
    except OSError as error:
        echo(f"The summary was not written to {page}: {error.strerror}", err=True)


def _verdict(found: tuple[Diagnostic, ...], paint: Paint) -> str:
    if has_errors(found):
        return f"The manifests are not valid: {diagnostics.summary(found)}."
    note = f" ({diagnostics.summary(found)})" if found else ""
    return f"{paint('Success!', 'bold green')} The manifests are valid.{note}"

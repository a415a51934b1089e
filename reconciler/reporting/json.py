"""JSON outputs: versioned, additive, one document on stdout (apply: one line an event)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from reconciler.engine.events import Event, Ledger
from reconciler.errors import ReconcilerError, TenantError
from reconciler.model.address import Address
from reconciler.model.counts import Counts
from reconciler.model.diagnostic import (
    Diagnostic,
    InvalidInputError,
    Severity,
    open_and_suppressed,
)
from reconciler.model.drift import Difference
from reconciler.model.journal import Entry, Holder, Look, Owned, Run
from reconciler.model.plan import BlockedError, Finding, Plan, TenantRead
from reconciler.model.report import FORMAT_VERSION
from reconciler.model.set_aside import SetAside
from reconciler.model.value import Json
from reconciler.planning.merge_plans import finding


def document(data: Any) -> str:
    """One indented JSON document; control characters are escaped by JSON itself."""
    return json.dumps(data, indent=2, ensure_ascii=True) + "\n"


def validation(found: Iterable[Diagnostic], counts: Counts | None = None) -> dict[str, Any]:
    """The result of `validate`; `judged` counts what was judged."""
    counted, suppressed = open_and_suppressed(found)
    findings = [finding(each) for each in counted]
    result = {
        "format_version": FORMAT_VERSION,
        "valid": not _count(findings, Severity.ERROR),
        "error_count": _count(findings, Severity.ERROR),
        "warning_count": _count(findings, Severity.WARNING),
        "diagnostics": [asdict(each) for each in findings],
        "suppressed": [asdict(finding(each)) for each in suppressed],
    }
    if counts is not None:
        result["judged"] = {
            "tenants": counts.tenants,
            "manifests": counts.manifests,
            "files": len(counts.files),
            "references": counts.references,
            "references_left_to_the_tenant": counts.left_to_the_tenant,
        }
    return result


def drift(  # noqa: PLR0913 - what a look found, part by part
    differences: tuple[Difference, ...],
    notes: Iterable[Diagnostic] = (),
    *,
    drifted: bool,
    suppressed: tuple[Difference, ...] = (),
    settled: int = 0,
    reads: Iterable[tuple[TenantRead, int]] = (),
    set_aside: Iterable[SetAside] = (),
) -> dict[str, Any]:
    """The result of `drift`; `suppressed`, `settled`, `diagnostics` and `set_aside` only where
    there is any.

    `reads` are the tenants, each with how many of its objects were not read again (`reused`).
    """
    result: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "drifted": drifted,
        "differences": [asdict(each) for each in differences],
    }
    if read := [_tenant_read(each, reused) for each, reused in reads]:
        result["tenants"] = read
    if suppressed:
        result["suppressed"] = [asdict(each) for each in suppressed]
    if settled:
        result["settled"] = settled
    if noted := [asdict(finding(each)) for each in notes]:
        result["diagnostics"] = noted
    if aside := [asdict(each) for each in set_aside]:
        result["set_aside"] = aside
    return result


def _tenant_read(each: TenantRead, reused: int) -> dict[str, Any]:
    return {
        "name": each.name,
        "objects": each.objects,
        "requests": each.requests,
        "reused": reused,
        "identity": each.identity,
        "partial": dict(each.partial),
    }


def event(told: Event) -> str:
    """One event of an apply as one line."""
    return json.dumps(asdict(told))


def applied(plan: Plan, ledgers: Sequence[Ledger], stopped: ReconcilerError | None = None) -> str:
    """The last line of an apply: the summary with its outcome; `stopped` where something refused a
    later tenant.
    """
    more: dict[str, Any] = {}
    if by_hand := sum(len(each.by_hand) for each in ledgers):
        more["by_hand"] = by_hand
    if unknown := sum(len(each.unknown) for each in ledgers):
        more["unknown"] = unknown
    if word := next((each.interrupted for each in ledgers if each.interrupted), ""):
        more["interrupted"] = word
    if unrecorded := [asdict(each.unrecorded) for each in ledgers if each.unrecorded]:
        more["unrecorded"] = unrecorded
    if elsewhere := [address for each in ledgers for address in each.elsewhere]:
        more["elsewhere"] = elsewhere
    reached = {each.tenant for each in ledgers}
    if missed := [each.name for each in plan.tenants if each.name not in reached]:
        more["not_reached"] = missed
    if stopped is not None:
        more["diagnostics"] = error(stopped)["diagnostics"]
    return _summary(
        "partial" if stopped is not None else _outcome(plan, ledgers),
        summary=asdict(plan.summary),
        done=sum(len(each.done) for each in ledgers),
        failed=sum(len(each.failed) for each in ledgers),
        not_started=sum(len(each.not_started) for each in ledgers),
        earlier=sum(each.earlier for each in ledgers),
        recorded=sum(len(each.recorded) for each in ledgers),
        runs={each.tenant: each.run for each in ledgers},
        **more,
    )


def _outcome(plan: Plan, ledgers: Sequence[Ledger]) -> str:
    if ledgers and all(each.already_applied for each in ledgers):
        return "already_applied"
    outcomes = {each.outcome for each in ledgers}
    if outcomes <= {"done"} and len(ledgers) == len(plan.tenants):
        return "done"
    return "interrupted" if outcomes <= {"done", "interrupted"} else "partial"


def interrupted() -> str:
    """The last and only line of a command that was ended by a signal before it wrote anything."""
    return _summary("interrupted")


def nothing_to_resume() -> str:
    """The only line where no apply left anything to do."""
    return _summary("nothing_to_resume")


def _summary(outcome: str, **more: Any) -> str:
    told = {"format_version": FORMAT_VERSION, "type": "summary", "outcome": outcome, **more}
    return json.dumps(told)


def owned(rows: Iterable[Owned]) -> dict[str, Any]:
    """The result of `state list`: `resources` with address, kind, id, name and two flags."""
    return {"format_version": FORMAT_VERSION, "resources": [_owned(each) for each in rows]}


def owned_in_full(each: Owned) -> dict[str, Any]:
    """The result of `state show`: the same keys, `applied`, and the `run` that `recorded` it."""
    return {
        "format_version": FORMAT_VERSION,
        **_owned(each),
        "applied": each.row.applied,
        "run": each.run,
        "recorded": each.recorded,
    }


def forgotten(rows: Iterable[Owned], runs: Mapping[str, str]) -> dict[str, Any]:
    """The result of `state rm`: the addresses that were `forgotten`, and the run of each tenant."""
    return {
        "format_version": FORMAT_VERSION,
        "forgotten": [each.row.address for each in rows],
        "runs": dict(runs),
    }


def runs(found: Iterable[Run], looks: Iterable[Look] = ()) -> dict[str, Any]:
    """The result of `state history`: `runs` and `looks` at drift, the newest first."""
    return {
        "format_version": FORMAT_VERSION,
        "runs": [asdict(each) for each in found],
        "looks": [{"id": each.id, **asdict(each)} for each in looks],
    }


def look_in_full(each: Look, found: Json) -> dict[str, Any]:
    """The result of `state history drift-N`: the look with what it `found`."""
    return {"format_version": FORMAT_VERSION, "id": each.id, **asdict(each), "found": found}


def run_in_full(run: Run, entries: Iterable[Entry]) -> dict[str, Any]:
    """The result of `state history RUN`: the run with its `operations`."""
    return {
        "format_version": FORMAT_VERSION,
        **asdict(run),
        "operations": [asdict(each) for each in entries],
    }


def unlocked(tenant: str, holder: Holder | None) -> dict[str, Any]:
    """The result of `state unlock`: whether anybody had the lock, and who."""
    return {
        "format_version": FORMAT_VERSION,
        "tenant": tenant,
        "unlocked": holder is not None,
        "holder": asdict(holder) if holder else None,
    }


def refused(stopped: ReconcilerError) -> str:
    """The last and only line of an apply that was stopped before its first operation.

    `partial` is said of an apply that wrote something; this one only read in part.
    """
    told = error(stopped)
    if told["outcome"] == "partial":
        told["outcome"] = "error"
    return json.dumps({"type": "summary", **told})


def not_applicable(plan: Plan) -> str:
    """The last and only line of an apply whose plan has errors."""
    return json.dumps(
        {
            "type": "summary",
            "format_version": FORMAT_VERSION,
            "errored": True,
            "outcome": plan.outcome,
            "diagnostics": [asdict(each) for each in plan.findings],
        }
    )


def error(stopped: ReconcilerError) -> dict[str, Any]:
    """A command that was stopped, as its one document."""
    if isinstance(stopped, InvalidInputError):
        findings = [finding(each) for each in stopped.diagnostics]
    elif isinstance(stopped, BlockedError):
        findings = list(stopped.findings)
    else:
        told = stopped.told
        findings = [
            Finding(Severity.ERROR, told.code, told.summary, told.detail, told.hint, told.address)
        ]
    document: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "errored": True,
        "outcome": stopped.outcome,
        "diagnostics": [asdict(each) for each in findings],
    }
    if isinstance(stopped, TenantError) and stopped.tracking_id:
        document["tracking_id"] = stopped.tracking_id
    return document


def _owned(each: Owned) -> dict[str, Any]:
    address = Address.parse(each.row.address)
    return {
        "address": each.row.address,
        "tenant": address.tenant,
        "kind": address.kind,
        "id": each.row.object_id,
        "name": each.row.name,
        "adopted": each.row.adopted,
        "protected": each.row.prevent_destroy,
    }


def _count(findings: list[Finding], severity: Severity) -> int:
    return sum(1 for each in findings if each.severity == severity)

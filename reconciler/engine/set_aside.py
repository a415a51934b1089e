"""The checks that a project sets aside for the tenants of a command, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from reconciler.engine.prepare import Prepared, Work
from reconciler.manifests.contents import content
from reconciler.manifests.drift_block import EVERY
from reconciler.manifests.files import FILE
from reconciler.manifests.positions import Places
from reconciler.model.address import Address
from reconciler.model.diagnostic import Path, Severity
from reconciler.model.guard import UNASKED
from reconciler.model.ownership import Row
from reconciler.model.resource import Resource, Spec
from reconciler.model.set_aside import SetAside, What
from reconciler.model.state_url import DEFAULT_STATE

_WEIGHTS = (Severity.INFO, Severity.WARNING, Severity.ERROR)
_PASSWORD = re.compile(r"(?<=://)[^/@]*(?=@)")


def set_aside(work: Work, prepared: Iterable[Prepared]) -> tuple[SetAside, ...]:
    """Everything that is not checked, stops less than by default, or may go unseen."""
    return tuple(_Listing(work, tuple(prepared)).all())


@dataclass(frozen=True, slots=True)
class _Listing:
    work: Work
    prepared: tuple[Prepared, ...]

    def all(self) -> Iterator[SetAside]:
        """Of the project, then of tenant after tenant."""
        places = Places(self._project_file)
        yield from self._thresholds(places)
        yield from self._rules(places)
        yield from self._suppressions(places)
        yield from self._drift(places)
        for each in self.prepared:
            yield from self._tenant(each, places)
            yield from _of_manifests(each)
        yield from self._state(places)

    def _project_file(self, _name: str) -> bytes:
        data = content(self.work.project.root, FILE)
        return data if isinstance(data, bytes) else b""

    def _thresholds(self, places: Places) -> Iterator[SetAside]:
        for each in fields(UNASKED):
            value = getattr(self.work.project.thresholds, each.name)
            default = getattr(UNASKED, each.name)
            if value != default:
                yield _of_project(
                    "threshold",
                    f"thresholds.{each.name} is {value} (default {default})",
                    ("thresholds", each.name),
                    places,
                )

    def _rules(self, places: Places) -> Iterator[SetAside]:
        vendors = {vendor.name: vendor for each in self.prepared for vendor in each.groups}
        own = {r.code: r.severity for vendor in vendors.values() for r in vendor.rules}
        for code, severity in self.work.project.policy.severities.items():
            if code in own and _weight(severity) < _weight(own[code]):
                yield _of_project(
                    "rule",
                    f"rule {code} is {severity or 'off'} (by default {own[code]})",
                    ("rules", code),
                    places,
                )

    def _suppressions(self, places: Places) -> Iterator[SetAside]:
        policy = self.work.project.policy
        for each in policy.suppressions:
            if each.until >= policy.today:
                yield _of_project(
                    "suppression",
                    f"{each.code} is suppressed for {each.address}",
                    ("rules", each.code, "suppress", each.number, "address"),
                    places,
                    reason=each.reason,
                    until=str(each.until),
                )

    def _drift(self, places: Places) -> Iterator[SetAside]:
        names = {each.tenant.name for each in self.prepared}
        for each in self.work.project.ignores.valid:
            if each.tenant and each.tenant not in names:
                continue
            what = ", ".join(each.attributes) or "everything"
            yield _of_project(
                "drift",
                f"drift of {each.address} is suppressed: {what}",
                (*each.place, "address"),
                places,
                tenant=each.tenant,
                reason=each.reason,
                until=str(each.until or ""),
            )

    def _tenant(self, each: Prepared, places: Places) -> Iterator[SetAside]:
        name = each.tenant.name
        at: Path = ("tenants", name)
        if each.pruned:
            kinds = ", ".join(sorted(kind.name for kind in each.pruned))
            summary = f"objects that are not in Git are deleted (unmanaged: prune): {kinds}"
            yield _of_project("unmanaged", summary, (*at, "unmanaged"), places, tenant=name)
        if each.tenant.assumed:
            every = (call for calls in each.tenant.assumed.values() for call in calls)
            calls = ", ".join(sorted(every))
            summary = f"endpoints that the vendor has not published are used (assumed): {calls}"
            yield _of_project("assumed", summary, (*at, "assumed"), places, tenant=name)
        if each.tenant.full_every > EVERY:
            summary = (
                f"drift checks read every object only each {each.tenant.full_every} times "
                f"(default {EVERY})"
            )
            yield _of_project("drift", summary, (*at, "drift", "fullEvery"), places, tenant=name)

    def _state(self, places: Places) -> Iterator[SetAside]:
        project = self.work.project
        if project.state_variable:
            # its value may hold a password, and differs from machine to machine
            summary = f"the state is where the variable {project.state_variable} says"
            yield _of_project("state", summary, ("state",), places)
        elif project.state != DEFAULT_STATE:
            summary = f"the state is {_PASSWORD.sub('***', project.state)}"
            yield _of_project("state", summary, ("state",), places)


def _of_manifests(each: Prepared) -> Iterator[SetAside]:
    """Attributes that manifests leave alone, and protection of the state that ends."""
    chosen = [r for r in each.loaded.resources if each.targets is None or r.address in each.targets]
    for resource in chosen:
        if ignored := resource.lifecycle.ignore_changes:
            yield _of_manifest(resource, "ignore_changes", f"ignoreChanges: {', '.join(ignored)}")
    yield from _unprotected(each)


def _unprotected(each: Prepared) -> Iterator[SetAside]:
    protected = sorted((r for r in each.rows.values() if r.prevent_destroy), key=_address)
    if not protected:
        return
    name = each.tenant.name
    current = {former: r for r in each.loaded.resources for former in _addresses(r)}
    for row in protected:
        if each.targets is not None and Address.parse(row.address) not in each.targets:
            continue
        found = current.get(row.address)
        if found is None:
            summary = "preventDestroy ends: the manifest is gone"
            yield SetAside("protection", summary, tenant=name, address=row.address)
        elif not found.lifecycle.prevent_destroy:
            yield _of_manifest(found, "protection", "preventDestroy ends")


def _address(row: Row) -> str:
    return row.address


def _addresses(resource: Resource[Spec]) -> Iterator[str]:
    address = resource.address
    yield str(address)
    for name in resource.previous_names:
        yield str(Address(address.tenant, address.group, address.kind, name))


def _of_manifest(resource: Resource[Spec], what: What, summary: str) -> SetAside:
    origin = resource.origin
    return SetAside(
        what,
        summary,
        tenant=resource.address.tenant,
        address=str(resource.address),
        file=origin.file,
        line=origin.line,
    )


def _of_project(  # noqa: PLR0913 - the fields of one entry
    what: What,
    summary: str,
    at: Path,
    places: Places,
    *,
    tenant: str = "",
    reason: str = "",
    until: str = "",
) -> SetAside:
    place = places.of(FILE, 0, at, on_key=True)
    return SetAside(
        what,
        summary,
        tenant=tenant,
        reason=reason,
        until=until,
        file=FILE,
        line=place.line if place else None,
    )


def _weight(severity: Severity | None) -> int:
    return -1 if severity is None else _WEIGHTS.index(severity)

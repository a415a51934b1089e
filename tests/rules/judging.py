"""One manifest judged by our rules: alone, or against what a tenant has of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.groups import Groups
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Origin, dotted
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.resource import Resource
from reconciler.planning import planner
from reconciler.planning.check import check
from reconciler.planning.planned_object import TenantInput
from reconciler.rules.world import Known
from reconciler.vendors.webexcc import wire
from reconciler.vendors.webexcc.facts import WebexFacts
from reconciler.vendors.webexcc.group import group_kind
from reconciler.vendors.webexcc.vendor import VENDOR

Spec = Mapping[str, Any]
Said = list[tuple[str, str, str]]
"""Code, severity and place of each finding."""


def resource(kind: str, name: str, spec: Spec) -> Resource[Any]:
    return Resource(
        Address("t", "webexcc", kind, name),
        VENDOR.kind(kind).shape.spec.model_validate(dict(spec)),
        Origin("a.yaml", 0, 1),
    )


def profile(kind: str, levels: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """The spec of a profile that reaches all resources, unless told otherwise."""
    return {"profileType": kind, "permissions": dict(levels), "resources": "all"} | more


def diagnostics(
    *resources: Resource[Any], facts: Spec | None = None, live: Snapshot | None = None
) -> list[Diagnostic]:
    """All that is found about the manifests, without a tenant or (in a plan) with it."""
    known = Known({"webexcc": WebexFacts.model_validate(dict(facts or {}))})
    given = TenantInput("t", Groups((VENDOR,)), resources, known=known)
    return list(planner.plan(given, live).diagnostics if live else check(given))


def said(found: list[Diagnostic]) -> Said:
    return sorted((each.code, str(each.severity), dotted(each.path)) for each in found)


def judged(spec: Spec, facts: Spec | None = None, before: LiveObject | None = None) -> Said:
    """What is said of one profile, `some-name`; `before` is what the tenant has of it."""
    live = Snapshot("org", {group_kind("UserProfile"): (before,)}, {}) if before else None
    return said(diagnostics(resource("UserProfile", "some-name", spec), facts=facts, live=live))


def tenants(kind: str, levels: Mapping[str, str], **more: Any) -> LiveObject:
    """A profile as the API answers it."""
    rows = [{"name": name, "access": level.upper()} for name, level in levels.items()]
    body = {
        "id": "p1",
        "name": "some-name",
        "profileType": kind,
        "permissionAccessLevel": "SPECIFIC",
        "resourceAccessLevel": "ALL",
        "permissions": rows,
    }
    return wire.profile(body | more)

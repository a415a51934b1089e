"""Full access instead of single permissions."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.diagnostic import Severity
from reconciler.model.resource import Resource
from reconciler.rules.rule import Finding, Where, rule
from reconciler.rules.world import World
from reconciler.vendors.webexcc.models import UserProfile
from reconciler.vendors.webexcc.permissions import CUSTOM_ONLY
from reconciler.vendors.webexcc.rules import examples
from reconciler.vendors.webexcc.rules.documents import API, D1

PATH = ("spec", "fullAccess")
_SILENT = ("supervisor", "premium-agent")
"""The types of which the document does not say whether they may have full access."""


def _type(profile: Resource[UserProfile], world: World) -> object:
    return world.of(profile.address).values.get("profileType")


@rule(
    "WCC103",
    on=UserProfile,
    where=(Where.MANIFEST, Where.ACCESS),
    source=D1 / "Licensed administrator user profile",
    severity=Severity.WARNING,
    good=examples.profile("permissions: {user: edit}", kind="licensed-administrator"),
    bad=examples.profile("fullAccess: true", kind="licensed-administrator"),
)
def full_access_is_told(profile: Resource[UserProfile], world: World) -> Iterator[Finding]:
    """Full access is edit on every permission of today and of the future: what grants it says so.
    Types that cannot have it, or of which nobody knows, have rules of their own.
    """
    told = _type(profile, world) in (*CUSTOM_ONLY, *_SILENT)
    if profile.spec.full_access and profile.spec.permissions is None and not told:
        yield Finding(
            PATH,
            "full access: edit on everything, also on what the vendor adds later",
            hint="where less is enough, list it under `permissions`",
            on_key=True,
        )


@rule(
    "WCC147",
    on=UserProfile,
    where=(Where.MANIFEST,),
    source=D1 / "Licensed administrator user profile",
    severity=Severity.WARNING,
    good=examples.profile("permissions: {queue: edit}"),
    bad=examples.profile("fullAccess: true"),
)
def full_access_is_for_licensed_administrators(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """The document offers full access to licensed administrators and does not say whether
    supervisors and premium agents may have it. Tenant settings stay out of a supervisor's reach.
    """
    kind = _type(profile, world)
    if profile.spec.full_access and kind in _SILENT:
        yield Finding(
            PATH,
            f"full access on a profile of type {kind}: edit on everything, also on what the "
            "vendor adds later; it is documented for licensed administrators only",
            hint="list what its users need under `permissions`",
            on_key=True,
        )


@rule(
    "WCC211",
    on=UserProfile,
    where=(Where.MANIFEST,),
    source=API / "UserProfileGranularAccessDTO, permissions",
    good=examples.profile("permissions: {queue: edit}", kind="licensed-administrator"),
    bad=examples.profile(
        "permissions: {queue: edit}\nfullAccess: true", kind="licensed-administrator"
    ),
    schema={"not": {"required": ["fullAccess", "permissions"]}},
)
def access_is_full_or_listed(profile: Resource[UserProfile], _: World) -> Iterator[Finding]:
    """The API takes permissions where access is not full: a list beside full access would be
    ignored.
    """
    if profile.spec.full_access and profile.spec.permissions is not None:
        yield Finding(
            PATH,
            "full access and a list of permissions exclude each other",
            hint="keep the list, or keep `fullAccess: true`",
            on_key=True,
        )

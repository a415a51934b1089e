"""Which permissions there are for which type of profile."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.diagnostic import Severity
from reconciler.model.resource import Resource
from reconciler.rules.rule import Finding, Where, rule
from reconciler.rules.world import World
from reconciler.vendors.webexcc.facts import facts_of
from reconciler.vendors.webexcc.models import UserProfile
from reconciler.vendors.webexcc.permissions import (
    AGENTS,
    DOUBTFUL,
    NOT_OF_PROFILES,
    REFUSED,
    UNTOLD,
)
from reconciler.vendors.webexcc.rules import examples, fragments
from reconciler.vendors.webexcc.rules.documents import API, D1
from reconciler.vendors.webexcc.rules.granted import at, granted


def names_of_the_tenant(world: World) -> frozenset[str]:
    """The permissions that the tenant is seen to have, or that its facts declare."""
    declared = frozenset(facts_of(world).permissions or ())
    return declared | world.keys_in_tenant("UserProfile", "permissions")


@rule(
    "WCC104",
    on=UserProfile,
    where=(Where.MANIFEST,),
    source=D1 / "Configuration access for licensed admins",
    good=examples.profile("permissions: {flow: view}", kind="licensed-administrator"),
    bad=examples.profile("permissions: {surveys: view}", kind="licensed-administrator"),
    schema=fragments.permissions({"properties": dict.fromkeys(sorted(NOT_OF_PROFILES), False)}),
)
def permission_is_governed_by_profiles(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """Surveys, AI agents, Topic Analytics and Digital are not governed by user profiles and
    cannot be declared. A name that the tenant has by now is a warning.
    """
    for name in profile.spec.permissions or {}:
        if name in NOT_OF_PROFILES:
            known = name in names_of_the_tenant(world)
            yield Finding(
                at(name),
                f"`{name}` is not governed by user profiles",
                hint="the tenant has it all the same: make sure that it has an effect"
                if known
                else "remove the line: access to it is given in its own product; a tenant that "
                "has the permission by now declares it under `facts.permissions`",
                severity=Severity.WARNING if known else None,
                on_key=True,
            )


@rule(
    "WCC105",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Unlicensed administrator user profile",
    good=examples.profile(
        "permissions: {queue: edit, tenant-setting: view, threshold-rule: edit}",
        kind="unlicensed-administrator",
    ),
    bad=examples.profile("permissions: {analyzer: view}", kind="unlicensed-administrator"),
    schema=fragments.of_type(
        "unlicensed-administrator", fragments.none_of(REFUSED["unlicensed-administrator"])
    ),
)
def unlicensed_administrator_configures(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """An unlicensed administrator holds configuration permissions, except campaign manager, and
    threshold rules: no analytics, nothing else of supervision. What is newer than the document is
    a warning.
    """
    users = granted(profile, world)
    if users.kind != "unlicensed-administrator":
        return
    for name in users.one_by_one(users.levels):
        if name in REFUSED[users.kind]:
            yield Finding(
                at(name),
                f"an unlicensed administrator cannot hold {name}",
                hint="remove the line, or use a licensed administrator's profile",
            )
        elif name in DOUBTFUL[users.kind]:
            yield Finding(
                at(name),
                f"no document gives {name} to an unlicensed administrator",
                hint="try it on one profile: the tenant may refuse it",
                severity=Severity.WARNING,
            )


@rule(
    "WCC108",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Standard agent user profile",
    good=examples.profile(
        "permissions: {multimedia: enabled, basic-digital: enabled}", kind="standard-agent"
    ),
    bad=examples.profile(
        "permissions: {multimedia: enabled, social-channel: enabled}", kind="standard-agent"
    ),
    schema=fragments.of_type("standard-agent", fragments.none_of(REFUSED["standard-agent"])),
)
def standard_agent_takes_no_social_channels(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """A standard agent's multimedia is basic digital only; social channels are for premium
    agents, licensed administrators and supervisors.
    """
    users = granted(profile, world)
    if users.kind == "standard-agent":
        for name in users.one_by_one(REFUSED[users.kind]):
            yield Finding(
                at(name),
                f"a standard agent cannot hold {name}",
                hint="remove the line, or use a premium agent's profile",
            )


@rule(
    "WCC159",
    on=UserProfile,
    where=(Where.MANIFEST,),
    source=API / "profileType",
    severity=Severity.WARNING,
    good=examples.profile("permissions: {multimedia: enabled}", kind="premium-agent"),
    bad=examples.profile("permissions: {queue: view}", kind="premium-agent"),
)
def agent_reaches_desktop_and_multimedia(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """An agent's profile reaches the desktop and multimedia alone: permissions of configuration,
    analytics and supervision on it are reported.
    """
    users = granted(profile, world)
    if users.kind in AGENTS:
        for name in users.one_by_one(users.levels):
            if name in DOUBTFUL[users.kind]:
                yield Finding(
                    at(name),
                    f"{name} is beyond what an agent's profile reaches",
                    hint="remove the line: it has no effect for agents",
                )


@rule(
    "WCC210",
    on=UserProfile,
    where=(Where.MANIFEST,),
    source=API / "UserProfileGranularAccessDTO",
    severity=Severity.INFO,
    good=examples.profile("permissions: {threshold-rule: edit}"),
    bad=examples.profile("permissions: {coaching-insights: view}"),
)
def permission_is_documented(profile: Resource[UserProfile], world: World) -> Iterator[Finding]:
    """Some permissions of the API are newer than the vendor's document, which does not say what
    types of profile may hold them.
    """
    users = granted(profile, world)
    kind = users.kind or ""
    for name in users.one_by_one(users.levels):
        if name in UNTOLD.get(kind, ()):
            yield Finding(
                at(name),
                f"no document says whether a {kind.replace('-', ' ')} may hold {name}",
                hint="try it on one profile: the tenant may refuse it",
            )

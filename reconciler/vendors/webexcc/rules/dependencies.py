"""Permissions that exist only with another one, and two that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.diagnostic import Severity
from reconciler.model.resource import Resource
from reconciler.rules.rule import Finding, Where, rule
from reconciler.rules.world import World
from reconciler.vendors.webexcc.models import UserProfile
from reconciler.vendors.webexcc.permissions import (
    DIGITAL_CHANNELS,
    DOUBTFUL,
    MONITORING_ACTIONS,
    MONITORING_SCOPE,
    PARENTS,
    SUPERVISORY_FUNCTIONS,
)
from reconciler.vendors.webexcc.rules import examples, fragments
from reconciler.vendors.webexcc.rules.documents import API, D1
from reconciler.vendors.webexcc.rules.granted import at, granted


def _without_parent(
    profile: Resource[UserProfile], world: World, children: Iterable[str]
) -> Iterator[Finding]:
    users = granted(profile, world)
    for name in users.one_by_one(children):
        parent = PARENTS[name]
        if users.level(parent.name) not in parent.levels:
            wanted = " or ".join(f"`{each}`" for each in parent.levels)
            yield Finding(
                at(name),
                f"{name} exists only with {parent.name} at {wanted}, here "
                f"`{users.level(parent.name)}`",
                hint=f"write `{parent.name}: {parent.levels[-1]}`, or remove the line",
            )


def _for_supervisors_only(
    profile: Resource[UserProfile], world: World, names: Iterable[str]
) -> Iterator[Finding]:
    users = granted(profile, world)
    if users.kind != "licensed-administrator":
        return
    for name in users.one_by_one(names):
        if name in DOUBTFUL[users.kind]:
            yield Finding(
                at(name),
                f"the vendor documents {name} for supervisors only",
                hint="remove it, or use a supervisor's profile: here it may have no effect",
                severity=Severity.WARNING,
            )


@rule(
    "WCC109",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Analytics access for licensed administrators",
    good=examples.profile("permissions: {audio-recording-transcript: view, tag: edit}"),
    bad=examples.profile("permissions: {tag: view}"),
    schema=fragments.with_their_parents(("tag",)),
)
def tags_need_recordings(profile: Resource[UserProfile], world: World) -> Iterator[Finding]:
    """Tags can be granted only together with view on audio recordings."""
    yield from _without_parent(profile, world, ("tag",))


@rule(
    "WCC110",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Supervisory and desktop access",
    good=examples.profile("permissions: {call-monitoring: view, restricted-monitor-only: enabled}"),
    bad=examples.profile("permissions: {restricted-monitor-only: enabled}"),
    schema=fragments.with_their_parents(MONITORING_SCOPE),
)
def monitoring_scope_needs_monitoring(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """Whose monitoring requests are seen (one's own only, or all) exists only with call
    monitoring at view or edit.
    """
    yield from _without_parent(profile, world, MONITORING_SCOPE)


@rule(
    "WCC111",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Supervisory and desktop access",
    good=examples.profile("permissions: {call-monitoring: edit, whisper-coach: enabled}"),
    bad=examples.profile("permissions: {call-monitoring: view, whisper-coach: enabled}"),
    schema=fragments.with_their_parents(MONITORING_ACTIONS),
)
def joining_a_call_needs_edit_on_monitoring(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """Barge-in, whisper coach and, for supervisors, mid-call monitor exist only with call
    monitoring at edit. Mid-call monitor on a licensed administrator is a warning.
    """
    yield from _without_parent(profile, world, MONITORING_ACTIONS)
    yield from _for_supervisors_only(profile, world, ("mid-call-monitor",))


@rule(
    "WCC112",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Supervisory and desktop permissions for supervisors",
    good=examples.profile(
        "permissions: {call-monitoring: edit, mid-call-monitor: enabled, barge-in: enabled}"
    ),
    bad=examples.profile("permissions: {call-monitoring: edit, barge-in: enabled}"),
    schema=fragments.of_type(
        "supervisor",
        fragments.permissions(
            {
                "if": fragments.granted("barge-in"),
                "then": fragments.granted("mid-call-monitor"),
            }
        ),
    ),
)
def supervisor_barges_in_with_mid_call_monitor_only(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """A supervisor who may barge in needs mid-call monitor as well."""
    users = granted(profile, world)
    barges = users.kind == "supervisor" and users.grants("barge-in")
    if barges and not users.grants("mid-call-monitor"):
        yield Finding(
            at("barge-in"),
            "a supervisor can barge in only with mid-call-monitor",
            hint="write `mid-call-monitor: enabled`, or remove the line",
        )


@rule(
    "WCC113",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Supervisory and desktop permissions for supervisors",
    good=examples.profile("permissions: {additional-supervisory: edit, send-message: enabled}"),
    bad=examples.profile("permissions: {additional-supervisory: view, send-message: enabled}"),
    schema=fragments.with_their_parents(SUPERVISORY_FUNCTIONS),
)
def supervisory_functions_need_additional_supervisory(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """The single supervisory functions exist only with additional supervisory at edit. On a
    licensed administrator all of them are a warning: the document knows none there.
    """
    yield from _without_parent(profile, world, SUPERVISORY_FUNCTIONS)
    yield from _for_supervisors_only(
        profile, world, ("additional-supervisory", *SUPERVISORY_FUNCTIONS)
    )


@rule(
    "WCC151",
    on=UserProfile,
    where=(Where.MANIFEST, Where.ACCESS),
    source=D1 / "Supervisory and desktop access",
    severity=Severity.WARNING,
    good=examples.profile("permissions: {call-monitoring: view, restricted-monitor-only: enabled}"),
    bad=examples.profile(
        "permissions:\n"
        "  call-monitoring: view\n"
        "  restricted-monitor-only: enabled\n"
        "  view-blind-monitor-request: enabled"
    ),
)
def monitoring_scope_is_one_of_two(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """To see one's own monitoring requests only, and to see all of them, contradict each other.
    Either way nothing is seen beyond the user's collections.
    """
    both = tuple(granted(profile, world).one_by_one(MONITORING_SCOPE))
    if both == MONITORING_SCOPE:
        yield Finding(
            at(both[0]),
            f"{both[0]} and {both[1]} contradict each other",
            hint="keep one: only the requests of one's own, or all of them",
        )


@rule(
    "WCC209",
    on=UserProfile,
    where=(Where.MANIFEST,),
    source=API / "UserProfileGranularAccessDTO",
    severity=Severity.WARNING,
    good=examples.profile(
        "permissions: {multimedia: enabled, basic-digital: enabled}", kind="premium-agent"
    ),
    bad=examples.profile("permissions: {basic-digital: enabled}", kind="premium-agent"),
)
def digital_channels_need_multimedia(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """Basic digital and social channels are parts of multimedia, as the API's modules have it:
    without it they have no effect. The document is silent, so this is a warning.
    """
    yield from _without_parent(profile, world, DIGITAL_CHANNELS)

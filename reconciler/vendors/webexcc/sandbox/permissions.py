"""Checks of a profile's permissions: names, levels, and what goes with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.catalogue import (
    ADD_ONS,
    GRADED,
    ONLY_WITH,
    SWITCHED,
    WITHHELD,
)
from reconciler.vendors.webexcc.sandbox.checks import objects, one_of, refuse_unless
from reconciler.vendors.webexcc.sandbox.data import Settings

Levels = Mapping[str, str]
_OFF = ("NONE", "DISABLED")


def permissions(body: Body, kind: str, tenant: Settings) -> list[Body]:
    """The full matrix of a profile: what the body leaves out is not granted.

    The tenant's settings name the permissions that it has beyond the published ones, and the
    add-ons without which some are not offered.
    """
    granted: dict[str, str] = {}
    also = tenant.permissions
    for row in objects(body.get("permissions"), "userProfilePermissions"):
        name = one_of(row.get("name"), "permissions[].name", (*GRADED, *SWITCHED, *also))
        allowed = ("ENABLED", "DISABLED") if name in SWITCHED else ("NONE", "VIEW", "EDIT")
        granted[name] = one_of(row.get("access"), f"access of {name}", allowed)
    for check in _CHECKS:
        check(kind, granted)
    for name in ADD_ONS:
        refuse_unless(
            not _on(granted, name) or name in tenant.add_ons, f"the add-on {name} is not enabled"
        )
    nothing = dict.fromkeys((*GRADED, *also), "NONE") | dict.fromkeys(SWITCHED, "DISABLED")
    return [{"name": name, "access": level} for name, level in (nothing | granted).items()]


def _on(levels: Levels, name: str) -> bool:
    return levels.get(name, "NONE") not in _OFF


def _of_the_type(kind: str, levels: Levels) -> None:
    for name in WITHHELD.get(kind, ()):
        refuse_unless(not _on(levels, name), f"a profile of type {kind} cannot have {name}")


def _with_what_they_need(_kind: str, levels: Levels) -> None:
    for needed, at, names in ONLY_WITH:
        for name in names:
            refuse_unless(
                not _on(levels, name) or levels.get(needed) in at,
                f"{name} is available only with {needed} at {' or '.join(at)}",
            )


def _barge_in(kind: str, levels: Levels) -> None:
    refuse_unless(
        kind != "SUPERVISOR" or not _on(levels, "barge-in") or _on(levels, "mid-call-monitor"),
        "a supervisor needs mid-call-monitor to barge in",
    )


_CHECKS: tuple[Callable[[str, Levels], None], ...] = (
    _of_the_type,
    _with_what_they_need,
    _barge_in,
)

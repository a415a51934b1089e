"""Promise 1: whoever applies, a plan without errors is never refused by the tenant.

Random tenants, random changes that are often not possible, by people of random reach. Where the
plan has no error, every write is taken; but for what the plan itself named `not checked`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from reconciler.errors import TenantError
from reconciler.model.guard import Allowance
from reconciler.model.plan import Plan
from tests.agreement.native import WEBEX_GRADED, WEBEX_SWITCHED
from tests.examples import examples
from tests.property import worlds
from tests.property.test_promises import AS_FOUND, Edit, edit, workshop
from tests.workshop import Call, Workshop

names = st.sampled_from
ROOT, DELEGATE, DESK, BOT = (f"{each}@x.example" for each in ("root", "dee", "desk", "bot"))
LEAVE = Allowance(lockout=True, transient=True)
MANAGED = ("user", "user-profile", "resource-collection", "tenant-setting")
NAMED = (
    "queue", "site", "team", "channel", "flow", "skill-profile", "desktop-profile",
    "multimedia-profile",
)  # fmt: skip
TYPES = ("supervisor", "licensed-administrator", "premium-agent", "standard-agent")
UNCHECKED = {
    "user-profile": {409: {"WCC155"}, 403: {"WCC138"}},
    "user": {400: {"WCC148", "WCC149"}},
}
"""Which refusals of which writes a plan may have announced, and by which code."""


@st.composite
def reach(draw: st.DrawFn) -> dict[str, str]:
    """Permissions of somebody who looks after a part: mostly enough, often not."""
    managed = {name: draw(names(("edit", "edit", "view", "none"))) for name in MANAGED}
    return managed | {name: draw(names(("view", "view", "edit", "none"))) for name in NAMED}


@st.composite
def tenants(draw: st.DrawFn) -> str:
    """A tenant with administrators of every kind, each of whom can have the tool."""
    seed = json.loads(draw(worlds.tenants()))
    if not seed["collections"]:
        seed["collections"] = [{"name": "alpha", "resources": draw(worlds.resources)}]
    mine = draw(worlds.some(tuple(each["name"] for each in seed["collections"])))
    limited = {"collections": mine, "default": mine[0]}
    for name, email, resources in (("Delegate", DELEGATE, limited), ("Desk", DESK, "all")):
        granted = draw(reach())
        seed["profiles"].append(
            {"name": name, "type": "licensed-administrator", "permissions": granted}
            | {"resources": resources}
        )
        seed["users"].append({"email": email, "profile": name})
    seed["identities"] += [{"email": email, "token": email} for email in (DELEGATE, DESK)] + [
        {"email": BOT, "token": BOT, "machine": True}
    ]
    return json.dumps(seed)


@st.composite
def bolder(draw: st.DrawFn) -> str:
    """Manifests as people write them: some of what they ask for breaks a documented rule."""
    documents = [json.loads(each) for each in draw(worlds.manifests()).split("---\n") if each]
    for document in documents:
        if draw(st.integers(0, 2)):
            continue
        spec = document["spec"]
        if document["kind"] == "UserProfile":
            _change_profile(draw, spec)
        elif document["kind"] == "ResourceCollection":
            kind = draw(names(("team", "site", "queue", "flow", "desktop-profile")))
            spec["resources"][kind] = draw(names(("all", "none", ["Red"], ["North"], [])))
    return "\n".join(f"---\n{json.dumps(each)}" for each in documents)


def _change_profile(draw: st.DrawFn, spec: dict[str, Any]) -> None:
    what = draw(names(("type", "levels", "collections", "full")))
    if what == "type":
        spec["profileType"] = draw(names(TYPES))
    elif what == "levels" and "permissions" in spec:
        spec["permissions"] |= draw(
            st.dictionaries(names(WEBEX_GRADED), names(("view", "edit")), max_size=3)
        )
        spec["permissions"] |= draw(
            st.dictionaries(names(WEBEX_SWITCHED), st.just("enabled"), max_size=2)
        )
    elif what == "collections":
        chosen = draw(st.lists(names(worlds.COLLECTIONS), unique=True))
        spec["resources"] = {"collections": chosen, "default": draw(names(worlds.COLLECTIONS))}
    elif what == "full":
        spec.pop("permissions", None)
        spec["fullAccess"] = True


def as_who(here: Workshop, email: str, *, prunes: bool = False) -> None:
    """From now on this person has the tool, beside the leave of all guards."""
    project = worlds.PROJECT.replace("seed: seed.yaml}", f"seed: seed.yaml, as: {email}}}")
    project = project.replace("facts: {", "facts: {addOns: [], ")
    if prunes:
        project = project.replace("    sandbox:", "    unmanaged: prune\n    sandbox:")
    here.write("reconciler.yaml", project)


def refused(calls: list[Call]) -> Iterator[tuple[str, int]]:
    """The writes that the tenant did not take: the kind, and the status."""
    for call in calls:
        if call.method != "GET" and 400 <= call.status < 500 and call.status not in (401, 429):
            parts = call.path.split("/")
            yield next(each for each in parts if each in UNCHECKED or each in MANAGED), call.status


def announced(plan: Plan, kind: str, status: int) -> bool:
    """Whether the plan itself said that it could not check this."""
    told = {each.code for each in plan.findings if "not checked" in each.summary}
    return bool(UNCHECKED.get(kind, {}).get(status, set()) & told)


def planned(here: Workshop) -> Plan | None:
    """The plan; None where who asks may not even read what they would change."""
    try:
        return here.plan(allow=LEAVE)
    except TenantError as error:
        assert error.told.code in {"TEN103", "WCC155"}, error  # noqa: PT017
        return None


@examples(60, phases=AS_FOUND)
@given(
    seed=tenants(),
    wanted=st.lists(bolder(), min_size=1, max_size=3),
    people=st.lists(names((ROOT, DELEGATE, DESK, BOT)), min_size=3, max_size=3),
    edits=st.lists(worlds.edits, max_size=2),
    prunes=st.booleans(),
)
def test_a_clean_plan_is_never_refused(
    seed: str, wanted: list[str], people: list[str], edits: list[Edit], prunes: bool
) -> None:
    with workshop(seed, wanted[0]) as here:
        for manifests, who in zip(wanted, people, strict=False):
            as_who(here, who, prunes=prunes)
            here.manifests(manifests)
            plan = planned(here)
            event(f"{who}: {plan.outcome if plan else 'nothing to see'}")
            if plan is None or plan.errored or plan.blocked:
                continue
            here.calls.clear()
            ledgers = here.apply(plan, allow=LEAVE)
            said = list(refused(here.calls))
            assert all(announced(plan, *each) for each in said), (who, said, ledgers)
            if not said:
                assert [each.outcome for each in ledgers] == ["done"], ledgers
            as_who(here, ROOT)
            edit(here, edits)

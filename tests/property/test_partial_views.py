"""A delegated administrator's plan and drift never read what is hidden as absent."""

from __future__ import annotations

import asyncio
import json

from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.engine.read import read
from reconciler.model.change import Action, AttributeChange
from reconciler.model.live import Snapshot
from reconciler.model.plan import Plan
from reconciler.vendors.webexcc.group import group_kind
from tests.property import worlds
from tests.property.test_promises import Edit, edit, promise, workshop
from tests.workshop import Workshop

Told = tuple[str, str, str, str]
DELEGATE = "dee@x.example"
EVERY_TYPE = (
    "queue", "site", "team", "channel", "flow", "skill-profile", "desktop-profile",
    "multimedia-profile",
)  # fmt: skip
LEVELS = {
    **dict.fromkeys(("user", "user-profile", "resource-collection"), "edit"),
    **dict.fromkeys(EVERY_TYPE, "view"),
}


@st.composite
def tenants(draw: st.DrawFn) -> str:
    """A tenant with somebody who administers some of its collections, and not every type."""
    seed = json.loads(draw(worlds.tenants()))
    there = {each["name"] for each in seed["collections"]}
    seed["collections"] += [
        {"name": name, "resources": draw(worlds.resources)}
        for name in worlds.COLLECTIONS
        if name not in there
    ]
    chosen = draw(
        st.lists(st.sampled_from(worlds.COLLECTIONS), min_size=1, max_size=2, unique=True)
    )
    unseen = draw(st.sets(st.sampled_from(EVERY_TYPE[4:]), max_size=2))
    seed["profiles"].append(
        {
            "name": "Delegate",
            "type": "licensed-administrator",
            "permissions": {k: v for k, v in LEVELS.items() if k not in unseen},
            "resources": {"collections": chosen, "default": chosen[0]},
        }
    )
    seed["users"].append({"email": DELEGATE, "profile": "Delegate"})
    seed["identities"].append({"email": DELEGATE, "token": "d"})
    return json.dumps(seed)


def as_delegate(here: Workshop) -> None:
    """From now on the delegated administrator asks, with the same manifests and state."""
    project = worlds.PROJECT.replace("seed: seed.yaml}", f"seed: seed.yaml, as: {DELEGATE}}}")
    here.write("reconciler.yaml", project)


def snapshot(here: Workshop) -> Snapshot:
    work = here.work()
    (tenant,) = work.tenants
    return asyncio.run(read(tenant, work.groups(tenant), (), work.around))


def attributes(plan: Plan) -> dict[str, set[Told]]:
    return {each.address: set(map(_told, each.attributes)) for each in plan.changes}


def _told(each: AttributeChange) -> Told:
    return (each.path, each.op, json.dumps(each.before), json.dumps(each.after))


def visible(attribute: Told, seen: set[str]) -> bool:
    """Whether an attribute names nothing that is hidden."""
    _, _, before, after = attribute
    keys = [each.get("id") for each in map(json.loads, (before, after)) if isinstance(each, dict)]
    return all(key is None or key in seen for key in keys)


@promise
@given(seed=tenants(), manifests=worlds.manifests(), edits=st.lists(worlds.edits, max_size=3))
def test_what_is_hidden_is_never_absent(seed: str, manifests: str, edits: list[Edit]) -> None:
    with workshop(seed, manifests) as here:
        plan = here.plan()
        assume(not plan.errored)
        here.apply(plan, allow=worlds.LEAVE)
        as_delegate(here)
        again = here.plan()
        assert not again.errored, again.findings
        assert not again.changes, [str(each) for each in again.changes]
        assert not again.records
        found = here.drift()
        assert not found.differences, found.differences
        view = snapshot(here)
        assert view.partial
        assert {row["id"] for row in here.bodies()["user-profile"]} >= {
            each.id for each in view.objects[group_kind("UserProfile")]
        }

        here.write("reconciler.yaml", worlds.PROJECT)
        edit(here, edits)
        whole = here.plan()
        full, mine = attributes(whole), {each.address: each.object_id for each in whole.changes}
        as_delegate(here)
        theirs = here.plan()
        assert {each.action for each in theirs.changes} <= {Action.UPDATE}
        view = snapshot(here)
        ids = {each.id for rows in view.objects.values() for each in rows}
        ids |= {each.id for rows in view.inventory.values() for each in rows}
        assert {each.object_id for each in theirs.changes} <= ids
        for address, told in attributes(theirs).items():
            assert {each for each in told if '"hidden"' not in each[2]} <= full[address]
        for address, told in full.items():
            if mine.get(address) in ids:
                wanted = {each for each in told if visible(each, ids)}
                assert wanted <= attributes(theirs).get(address, set())

"""Promises 2 and 3 where the project prunes, recounted over the sandbox's raw bodies."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.change import Action
from reconciler.model.plan import Plan
from reconciler.state.sql import create_state
from tests.property import worlds
from tests.property.test_promises import Edit, edit, expected_calls, promise, workshop
from tests.workshop import Workshop

Bodies = dict[str, list[dict[str, Any]]]
KINDS = {"UserProfile": "user-profile", "ResourceCollection": "resource-collection"}

pruned = st.sampled_from(
    [("UserProfile", "ResourceCollection"), ("UserProfile",), ("ResourceCollection",)]
)


def prune(here: Workshop, kinds: tuple[str, ...]) -> None:
    said = ", ".join(f"{kind}: prune" for kind in kinds)
    project = worlds.PROJECT.replace("    sandbox:", f"    unmanaged: {{{said}}}\n    sandbox:")
    here.write("reconciler.yaml", project)


def ids(bodies: Bodies) -> dict[str, set[str]]:
    return {kind: {row["id"] for row in rows} for kind, rows in bodies.items()}


def referred_to(bodies: Bodies) -> set[str]:
    """Every profile that somebody holds, every collection that a profile has."""
    profiles = {row["userProfileId"] for row in bodies["user"]}
    return profiles | {
        each["id"] if isinstance(each, dict) else each
        for row in bodies["user-profile"]
        for each in row["resourceCollections"]
    }


def pruned_by(plan: Plan) -> set[str]:
    return {str(c.object_id) for c in plan.changes if c.reason == "not in Git"}


@promise
@given(
    seed=worlds.tenants(),
    wanted=st.lists(worlds.manifests(), min_size=1, max_size=3),
    edits=st.lists(worlds.edits, max_size=3),
    kinds=pruned,
)
def test_what_is_pruned_is_what_nobody_has_or_needs(
    seed: str, wanted: list[str], edits: list[Edit], kinds: tuple[str, ...]
) -> None:
    with workshop(seed, wanted[0]) as here:
        owned: set[str] = set()
        for manifests in wanted:
            here.manifests(manifests)
            prune(here, kinds)
            edit(here, edits)
            plan = here.plan()
            before = here.bodies()
            going = pruned_by(plan)
            assert not going & owned
            assert {c.kind for c in plan.changes if str(c.object_id) in going} <= set(kinds)
            assert not [r for rows in before.values() for r in rows
                        if r["id"] in going and r.get("systemDefault")]  # fmt: skip
            here.writes()
            if plan.errored:
                continue
            (ledger,) = here.apply(plan, allow=worlds.LEAVE)
            assert ledger.outcome == "done", ledger
            assert sorted(here.writes()) == sorted(expected_calls(plan, here))
            after = here.bodies()
            deleted = {str(c.object_id) for c in plan.changes if c.action is Action.DELETE}
            assert set().union(*ids(before).values()) - set().union(*ids(after).values()) == deleted
            assert ids(before)["user"] == ids(after)["user"]
            assert not referred_to(after) & deleted
            owned = _owned(here)
            _nothing_is_left(after, owned, kinds, plan)
            again = here.plan()
            assert again.outcome == "no_changes", [str(each) for each in again.changes]
            assert not here.drift().differences


def _owned(here: Workshop) -> set[str]:
    """The ids that the state has a row of."""
    work = here.work()
    state = create_state(work.project.state, here.root)
    try:
        return {row.object_id for row in state.rows("test").values()}
    finally:
        state.close()


def _nothing_is_left(after: Bodies, owned: set[str], kinds: tuple[str, ...], plan: Plan) -> None:
    """What only the tenant has by now is needed or not to be pruned."""
    needed = referred_to(after)
    silent = {f.summary.partition("kind ")[2].partition(",")[0]
              for f in plan.findings if f.code == "PLN161"}  # fmt: skip
    for kind in set(kinds) - silent:
        for row in after[KINDS[kind]]:
            assert row["id"] in owned | needed or row.get("systemDefault"), row["name"]

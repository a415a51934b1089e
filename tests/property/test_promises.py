"""The promises 2, 3 and 7 of the design, for random tenants, manifests and console edits."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from reconciler.errors import StalePlanError
from reconciler.model.change import Action
from reconciler.model.diagnostic import InvalidInputError
from reconciler.model.plan import Plan, dump, load
from reconciler.sandbox.errors import SandboxError
from tests.examples import examples
from tests.property import worlds
from tests.workshop import Workshop

Edit = tuple[str, dict[str, str]]
AS_FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failure is told as it was found: to make it smaller takes many minutes."""
promise = examples(40, phases=AS_FOUND)


@contextlib.contextmanager
def workshop(seed: str, manifests: str) -> Iterator[Workshop]:
    with tempfile.TemporaryDirectory() as folder:
        made = Workshop(Path(folder))
        made.write("seed.yaml", seed)
        made.write("reconciler.yaml", worlds.PROJECT)
        made.manifests(manifests)
        made.act("edit-profile", profile="Base")  # a tenant that is there from the start
        yield made


def edit(here: Workshop, edits: list[Edit]) -> None:
    for action, arguments in edits:
        # what the console refuses, or does not find, simply does not happen
        with contextlib.suppress(SandboxError):
            here.act(action, **arguments)


def expected_calls(plan: Plan, here: Workshop) -> list[tuple[str, str]]:
    organization = worlds.ORGANIZATION
    calls = {op.batch or op.id: op.request for op in plan.operations()}
    return [(each.method, each.path.replace("{orgid}", organization)) for each in calls.values()]


def kept(before: dict[str, list[dict[str, Any]]], after: dict[str, Any], owned: set[str]) -> None:
    """Nothing is gone that is not ours, and no person ever."""
    for kind, rows in before.items():
        there = {row["id"] for row in after[kind]}
        gone = {row["id"] for row in rows} - there
        assert gone <= owned
        assert kind != "user" or not gone


@promise
@given(
    seed=worlds.tenants(),
    wanted=st.lists(worlds.manifests(), min_size=1, max_size=3),
    edits=st.lists(worlds.edits, max_size=3),
)
def test_after_an_apply_nothing_is_left_to_do(
    seed: str, wanted: list[str], edits: list[Edit]
) -> None:
    """Promise 2: plan, apply, plan again is no change; apply does what the plan lists."""
    with workshop(seed, wanted[0]) as here:
        for manifests in wanted:
            here.manifests(manifests)
            edit(here, edits)
            plan = here.plan()
            assert not here.writes()
            before = here.bodies()
            if plan.errored:
                assert not plan.steps
                continue
            (ledger,) = here.apply(plan, allow=worlds.LEAVE)
            assert ledger.outcome == "done"
            assert sorted(here.writes()) == sorted(expected_calls(plan, here))
            if not plan.steps:
                assert here.bodies() == before
            again = here.plan()
            assert again.outcome == "no_changes", [str(c) for c in again.changes]
            assert not again.records
            assert not here.drift().drifted


@promise
@given(
    seed=worlds.tenants(),
    first=worlds.manifests(),
    then=worlds.manifests(),
    loses_state=st.booleans(),
)
def test_only_what_we_own_is_deleted(seed: str, first: str, then: str, loses_state: bool) -> None:
    """Promise 3: deletion needs a row of ours; without a state there is no deletion at all."""
    with workshop(seed, first) as here:
        plan = here.plan()
        before = here.bodies()
        if not plan.errored:
            here.apply(plan, allow=worlds.LEAVE)
        kept(before, here.bodies(), set())
        owned = set() if plan.errored else {c.name for c in plan.changes}
        if loses_state:
            here.lose_the_state()
            owned = set()
        here.manifests(then)
        second = here.plan()
        deletes = [c for c in second.changes if c.action is Action.DELETE]
        assert {c.name for c in deletes} <= owned
        assert not [c for c in deletes if c.kind == "User"]
        before = here.bodies()
        if not second.errored:
            here.apply(second, allow=worlds.LEAVE)
        kept(before, here.bodies(), {str(c.object_id) for c in deletes})


@promise
@given(
    seed=worlds.tenants(),
    manifests=worlds.manifests(),
    edits=st.lists(worlds.edits, min_size=1, max_size=3),
)
def test_a_saved_plan_runs_on_what_it_was_made_from_or_not_at_all(
    seed: str, manifests: str, edits: list[Edit]
) -> None:
    """Promise 7: where anything that the plan touches was changed, nothing is written."""
    with workshop(seed, manifests) as here:
        plan = load(dump(here.plan()))
        if plan.errored:
            return
        before = here.bodies()
        edit(here, edits)
        changed = {
            row["id"]
            for kind, rows in here.bodies().items()
            for row, was in zip(rows, before[kind], strict=True)
            if {**row, "version": 0, "lastUpdatedTime": 0}
            != {**was, "version": 0, "lastUpdatedTime": 0}
        }
        here.writes()
        touched = {c.object_id for c in plan.changes if c.object_id}
        if changed & touched:
            with pytest.raises(StalePlanError):
                here.apply(plan, allow=worlds.LEAVE)
            assert not here.writes()
        else:
            with contextlib.suppress(StalePlanError):  # something that it refers to has changed
                (ledger,) = here.apply(plan, allow=worlds.LEAVE)
                assert ledger.outcome == "done"
                assert sorted(here.writes()) == sorted(expected_calls(plan, here))


@promise
@given(seed=worlds.tenants(), manifests=worlds.manifests(), edits=st.lists(worlds.edits))
def test_planning_and_drift_only_read(seed: str, manifests: str, edits: list[Edit]) -> None:
    """Promise 7: plan and drift hold a client that cannot write; the tenant stays as it is."""
    with workshop(seed, manifests) as here:
        plan = here.plan()
        if not plan.errored:
            here.apply(plan, allow=worlds.LEAVE)
        edit(here, edits)
        here.writes()
        before = here.bodies()
        here.plan()
        with contextlib.suppress(InvalidInputError):  # no manifest at all
            here.drift()
        assert {call.method for call in here.calls} <= {"GET"}
        assert here.bodies() == before


@promise
@given(seed=worlds.tenants(), manifests=worlds.manifests(), edits=st.lists(worlds.edits))
def test_drift_is_found_and_taken_back(seed: str, manifests: str, edits: list[Edit]) -> None:
    """Each console edit of a managed attribute is found; the revert puts all of it back."""
    with workshop(seed, manifests) as here:
        plan = here.plan()
        if plan.errored:
            return
        here.apply(plan, allow=worlds.LEAVE)
        edit(here, edits)
        found = here.drift()
        needed = here.plan()
        if not needed.errored:
            assert found.drifted == bool(needed.changes)
        if found.revert is not None and not found.revert.errored:
            here.apply(found.revert, allow=worlds.LEAVE)
            assert not here.drift().drifted


@promise
@given(seed=worlds.tenants(), manifests=worlds.manifests())
def test_a_plan_survives_its_file(seed: str, manifests: str) -> None:
    """The plan's JSON is the plan: nothing is lost on the way to disk and back."""
    with workshop(seed, manifests) as here:
        plan = here.plan()
        assert load(dump(plan)) == plan
        assert dump(load(dump(plan))) == dump(plan)


@promise
@given(seed=worlds.tenants(), manifests=worlds.manifests(), order=st.randoms())
def test_the_order_of_documents_does_not_matter(seed: str, manifests: str, order: Any) -> None:
    with workshop(seed, manifests) as here:
        plan = here.plan()
        documents = manifests.split("---\n")[1:]
        order.shuffle(documents)
        here.manifests("".join(f"---\n{each.rstrip()}\n" for each in documents))
        again = here.plan()
        assert [(c.address, c.action, c.attributes) for c in again.changes] == [
            (c.address, c.action, c.attributes) for c in plan.changes
        ]
        assert [s.number for s in again.steps] == [s.number for s in plan.steps]

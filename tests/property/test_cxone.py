"""Random CXone tenants and manifests: what a plan allows no tenant refuses, in whatever order."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hypothesis import assume, event, given
from hypothesis import strategies as st

from reconciler import pipeline
from reconciler.errors import StalePlanError
from reconciler.model.change import Action
from reconciler.model.guard import Allowance
from reconciler.model.plan import Plan
from reconciler.sandbox.errors import SandboxError
from tests.examples import examples
from tests.property.test_promises import AS_FOUND
from tests.workshop import Workshop

promise = examples(60, phases=AS_FOUND)

ROLES = ("Alpha", "Beta", "Gamma")
PEOPLE = ("ann@x.example", "bob@x.example", "cyd@x.example")
ROOT = "root@x.example"
LEAVE = Allowance(destroy=100, people=100, lockout=True)
STATUSES = ("active", "active", "inactive", "draft")
ACTIONS = ("view", "edit", "create")

names = st.sampled_from
permissions = st.dictionaries(
    names(["qm", "wfm"]),
    st.dictionaries(
        names(["forms", "plans"]),
        st.lists(names(ACTIONS), min_size=1, unique=True)
        | st.dictionaries(
            names(["one", "two"]), st.lists(names(ACTIONS), min_size=1, unique=True), min_size=1
        ),
        min_size=1,
    ),
    max_size=2,
)


@st.composite
def seeds(draw: st.DrawFn) -> dict[str, Any]:
    """A tenant that could be: active people on active roles."""
    roles = [
        {"name": name, "status": draw(names(STATUSES)), "permissions": draw(permissions)}
        for name in draw(st.lists(names(ROLES), unique=True))
    ]
    active = ["Agent", *(each["name"] for each in roles if each["status"] == "active")]
    every = ["Agent", *(each["name"] for each in roles)]
    people = []
    for email in PEOPLE:
        is_on = draw(st.booleans())
        some = active if is_on else every
        primary = draw(names(some))
        secondary = draw(st.lists(names(some), unique=True, max_size=2))
        people.append(
            {"email": email, "active": is_on, "primaryRole": primary,
             "secondaryRoles": [each for each in secondary if each != primary]}
        )  # fmt: skip
    admin = {"admin": {"role-management": ["view", "edit", "create"]}}
    return {
        "organization": {"id": "0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30"},
        "roles": [
            {"name": "Agent", "permissions": {"acd": {"agent": ["view"]}}},
            {"name": "Root", "permissions": admin},
            *roles,
        ],
        "employees": [{"email": ROOT, "primaryRole": "Root"}, *people],
        "identities": [{"email": ROOT}],
    }


@st.composite
def manifests(draw: st.DrawFn) -> str:
    documents = []
    roles = draw(st.lists(names(ROLES), unique=True))
    for name in roles:
        spec: dict[str, Any] = {"status": draw(names(STATUSES))}
        if draw(st.booleans()):
            spec["copyFrom"] = draw(names(("Agent", *roles)))
        if "copyFrom" not in spec or draw(st.booleans()):
            spec["permissions"] = draw(permissions)
        spec |= draw(st.fixed_dictionaries({}, optional={"description": names(["one", "two"])}))
        documents.append(("Role", name.lower(), {"name": name, **spec}))
    for email in draw(st.lists(names(PEOPLE), unique=True)):
        some = ["Agent", *roles]
        person: dict[str, Any] = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "active": st.booleans(),
                    "primaryRole": names(some),
                    "secondaryRoles": st.lists(names(some), unique=True, max_size=2),
                },
            )
        )
        documents.append(("Employee", email, person))
    assume(documents)
    return "".join(
        "---\n"
        + json.dumps(
            {"apiVersion": "cxone/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
        )
        + "\n"
        for kind, name, spec in documents
    )


@contextmanager
def workshop(seed: dict[str, Any], *, assumed: bool) -> Iterator[Workshop]:
    calls = ["A1", "A2"] if assumed else []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "seed.yaml").write_text(json.dumps({**seed, "assumed": calls}), "utf-8")
        project = {
            "apiVersion": "reconciler/v1",
            "kind": "Project",
            "tenants": {
                "test": {
                    "vendor": "cxone",
                    "manifests": ["access/*.yaml"],
                    "sandbox": {"seed": "seed.yaml"},
                    "assumed": calls,
                    "facts": {"acdApplications": [], "digitalApplications": []},
                }
            },
        }
        (root / "reconciler.yaml").write_text(json.dumps(project), "utf-8")
        yield Workshop(root)


def settled(here: Workshop) -> None:
    plan = here.plan()
    assert not plan.changes, plan.changes
    assert not here.drift().drifted


@promise
@given(seed=seeds(), texts=st.lists(manifests(), min_size=1, max_size=3))
def test_what_a_plan_allows_is_done_and_then_nothing_is_left(
    seed: dict[str, Any], texts: list[str]
) -> None:
    """Each change of Git after the other: adopted, changed, deactivated, reactivated."""
    with workshop(seed, assumed=True) as here:
        for text in texts:
            here.manifests(text)
            plan = here.plan(allow=LEAVE)
            event(f"errored: {plan.errored}")
            if plan.errored:
                assert not plan.steps
                continue
            (ledger,) = here.apply(plan, allow=LEAVE)
            assert ledger.outcome == "done", ledger.failed
            assert not ledger.by_hand
            settled(here)


def waits_for_a_call(plan: Plan, address: str) -> bool:
    """Whether the write of this address is, or comes after, a call."""
    operations = {each.id: each for each in plan.operations()}
    due = [each for each in operations.values() if address in each.addresses]
    while due:
        each = due.pop()
        if each.by == "api":
            return True
        due += [operations[before] for before in each.after]
    return False


@promise
@given(seed=seeds(), text=manifests())
def test_without_the_calls_a_person_is_told_what_they_would_do(
    seed: dict[str, Any], text: str
) -> None:
    """The same steps, by hand; all that needs none of them is done."""
    with workshop(seed, assumed=True) as calls, workshop(seed, assumed=False) as hands:
        for here in (calls, hands):
            here.manifests(text)
        whole, partly = calls.plan(allow=LEAVE), hands.plan(allow=LEAVE)
        assert [c.address for c in whole.changes] == [c.address for c in partly.changes]
        assume(not whole.errored)
        writes = {c.address for c in whole.changes if c.kind == "Role" and c.writes}
        assert {each.address for each in partly.runbook} == writes
        (ledger,) = hands.apply(partly, allow=LEAVE)
        assert ledger.outcome == "done", ledger.failed
        assert {each.address for each in ledger.by_hand if each.address in writes} == writes
        # a step may wait for a call that itself waits for an earlier step
        assert all(
            waits_for_a_call(partly, each.address) for each in ledger.by_hand if each.message
        )
        assert not hands.drift().drifted
        left = hands.plan(allow=LEAVE)
        assert {each.address for each in left.runbook} == writes


def wrote(here: Workshop) -> list[tuple[str, str]]:
    """The calls since the last look that changed something, or could have."""
    return [(method, path) for method, path in here.writes() if not path.endswith("/search")]


@promise
@given(seed=seeds(), text=manifests(), assumed=st.booleans())
def test_looking_writes_nothing_and_without_its_state_nothing_is_switched_off(
    seed: dict[str, Any], text: str, assumed: bool
) -> None:
    with workshop(seed, assumed=assumed) as here:
        here.manifests(text)
        plan = here.plan(allow=LEAVE)
        assert wrote(here) == []
        assume(not plan.errored)
        here.drift()
        assert wrote(here) == []
        here.apply(plan, allow=LEAVE)
        here.lose_the_state()
        here.manifests(_ONLY_ROOT)
        here.writes()
        (change,) = here.plan(allow=LEAVE).changes
        assert change.action is Action.ADOPT
        assert wrote(here) == []


_ONLY_ROOT = """\
---
apiVersion: cxone/v1
kind: Role
metadata: {name: root}
spec: {name: Root}
"""

EDITS = (
    ("edit-role", {"role": "Alpha", "description": "by hand"}),
    ("edit-role", {"role": "Beta", "grant": "wfm/forms/view"}),
    ("create-role", {"role": "Gamma"}),
    ("edit-role", {"role": "Agent", "description": "by hand"}),
    ("edit-employee", {"employee": "ann@x.example", "secondary": ""}),
    ("deactivate-employee", {"employee": "bob@x.example"}),
    ("assign-role", {"role": "Agent", "employees": "cyd@x.example"}),
)


@promise
@given(seed=seeds(), text=manifests(), edit=names(EDITS))
def test_a_plan_is_applied_to_what_it_was_made_from_and_to_nothing_else(
    seed: dict[str, Any], text: str, edit: tuple[str, dict[str, str]]
) -> None:
    """Stale, and nothing is written; or it does what it says, whatever somebody did elsewhere."""
    with workshop(seed, assumed=True) as here:
        here.manifests(text)
        plan = here.plan(allow=LEAVE)
        assume(plan.steps and not plan.errored)
        before = (here.rows("role"), here.rows("user"))
        with suppress(SandboxError):
            here.act(edit[0], **edit[1])
        edited = (here.rows("role"), here.rows("user"))
        here.writes()
        try:
            (ledger,) = here.apply(plan, allow=LEAVE)
        except StalePlanError:
            event("stale")
            assert before != edited
            assert wrote(here) == []
            assert (here.rows("role"), here.rows("user")) == edited
            return
        event("applied")
        assert ledger.outcome == "done", ledger.failed
        again = here.plan(allow=LEAVE)
        done = {change.address for change in plan.changes}
        assert not [change for change in again.changes if change.address in done]


@promise
@given(seed=seeds(), text=manifests())
def test_import_declares_what_is_there(seed: dict[str, Any], text: str) -> None:
    with workshop(seed, assumed=True) as here:
        here.manifests(text)
        plan = here.plan(allow=LEAVE)
        assume(not plan.errored)
        here.apply(plan, allow=LEAVE)
        here.lose_the_state()
        (here.root / "access" / "all.yaml").unlink()
        work = here.work()
        found = asyncio.run(pipeline.to_import(work, work.tenants[0]))
        pipeline.keep_imported(work, work.tenants[0], found)
        assert not found.left_out
        settled(here)

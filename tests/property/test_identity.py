"""Objects and people that are renamed, deleted and recreated in the console between two applies.

Nothing ends as an object that is there and unmanaged, and nobody ends with another person's access,
without the plan having said so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import pipeline
from reconciler.engine.connect import sandbox_database
from reconciler.model.plan import Plan
from reconciler.sandbox.store import Store
from reconciler.state.sql import create_state
from tests.examples import examples
from tests.property.test_promises import AS_FOUND
from tests.workshop import COLLECTION, PROFILE, SEED, USER, Workshop

KIM = USER.replace("sam@", "kim@")
NAMES = {
    "resource-collection": "Billing",
    "user-profile": "Billing lead",
    "queue": "Billing EN",
    "team": "Billing Berlin",
    "site": "Berlin",
}
OWNED = {"resource-collection": "ResourceCollection/billing", "user-profile": "UserProfile/lead"}
PAT = "  - {email: pat@northwind.example, profile: Supervisor Profile, site: Berlin}\n"
SAM, KIM_EMAIL = "sam@northwind.example", "kim@northwind.example"


@contextmanager
def console(here: Workshop) -> Iterator[Store]:
    """The tenant's own database, as the vendor's side changes it."""
    (tenant,) = here.work().tenants
    store = Store(sandbox_database(tenant, here.root))
    try:
        yield store
    finally:
        store.close()


def rename(store: Store, kind: str, name: str, to: str) -> str:
    body = store.named(kind, name)
    if body is None:
        return ""
    store.put(kind, body | {"name": to}, to)
    return str(body["id"])


def recreate(store: Store, kind: str, name: str, *, followed: bool) -> str:
    """Delete and create again; what referred to it refers to the new one where it is `followed`.

    The vendor deletes no profile or collection that is in use.
    """
    followed = followed or kind in OWNED
    body = store.named(kind, name)
    if body is None:
        return ""
    old, new = str(body["id"]), str(uuid5(NAMESPACE_OID, str(body["id"])))
    store.remove(kind, old)
    store.put(kind, body | {"id": new}, name)
    for other in ("user", "user-profile", "resource-collection") if followed else ():
        for row in store.rows(other):
            changed = _with(row, old, new)
            if changed != row:
                store.put(other, changed, str(changed.get("email", changed.get("name"))))
    return new


def _with(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {key: _with(each, old, new) for key, each in value.items()}
    if isinstance(value, list):
        return [_with(each, old, new) for each in value]
    return new if value == old else value


def give_email(store: Store, email: str, to: str) -> None:
    body = next((row for row in store.rows("user") if row["email"] == email), None)
    if body is not None:
        store.put("user", body | {"email": to}, to)


def leave(store: Store, email: str) -> None:
    body = next((row for row in store.rows("user") if row["email"] == email), None)
    if body is not None:
        store.remove("user", str(body["id"]))


def spoken_of(plan: Plan) -> str:
    """All that a plan says: findings, changes with their reasons and ids."""
    findings = (f"{f.address} {f.summary} {f.hint}" for f in plan.findings)
    changes = (f"{c.address} {c.action} {c.reason} {c.object_id}" for c in plan.changes)
    return "\n".join([*findings, *changes])


def applied(here: Workshop) -> None:
    here.write("reconciler.yaml", PROJECT)
    here.write("seed.yaml", SEED + PAT)
    here.manifests(COLLECTION, PROFILE, USER, KIM)
    here.planned_and_applied()


PROJECT = """\
apiVersion: reconciler/v1
kind: Project
thresholds: {people: 100%, destroy: 100}
tenants:
  test:
    vendor: webexcc
    manifests: ["access/*.yaml"]
    sandbox: {seed: seed.yaml}
"""

things = st.sampled_from(sorted(NAMES))
managed = st.sampled_from(sorted(OWNED))
people = st.sampled_from([SAM, KIM_EMAIL])
events = st.one_of(
    st.tuples(st.just("rename"), things, st.booleans()),
    st.tuples(st.just("recreate"), things, st.booleans()),
    st.tuples(st.just("leave"), people, st.just(False)),
    st.tuples(st.just("new-email"), people, st.booleans()),
)


def happen(store: Store, what: str, of: str, *, more: bool) -> None:
    """One thing that a person does in the console."""
    if what == "rename":
        rename(store, of, NAMES[of], f"{NAMES[of]} II")
    elif what == "recreate":
        recreate(store, of, NAMES[of], followed=more)
    elif what == "leave":
        leave(store, of)
    else:
        give_email(store, of, "jo@northwind.example")
        if more:
            give_email(store, "pat@northwind.example", of)


@examples(25, phases=AS_FOUND)
@given(happened=st.lists(events, min_size=1, max_size=3), stateless=st.booleans())
def test_nothing_changes_its_identity_unsaid(
    happened: list[tuple[str, str, bool]], stateless: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Workshop(Path(folder))
        applied(here)
        with console(here) as store:
            for what, of, more in happened:
                happen(store, what, of, more=more)
            accounts = {str(row["id"]): row for row in store.rows("user")}
        if stateless:
            here.lose_the_state()
        plan = here.plan()
        drifted = here.drift().differences
        if not plan.errored and not plan.blocked:
            here.apply(plan)
            nobody_has_the_access_of_another(here, accounts)
        nothing_is_lost_unsaid(here, spoken_of(plan), {d.address for d in drifted})


def nobody_has_the_access_of_another(here: Workshop, accounts: dict[str, dict[str, Any]]) -> None:
    """Those alone were written to whom a manifest means by the e-mail that they have."""
    with console(here) as store:
        for row in store.rows("user"):
            if row["userProfileId"] != accounts[str(row["id"])]["userProfileId"]:
                assert row["email"] in (SAM, KIM_EMAIL)


def nothing_is_lost_unsaid(here: Workshop, said: str, drifted: set[str]) -> None:
    with console(here) as store:
        live = {str(r["id"]) for kind in (*OWNED, "user") for r in store.rows(kind)}
        found = [store.named(kind, NAMES[kind]) for kind in OWNED]
    owned = owned_rows(here)
    for body in filter(None, found):
        assert str(body["id"]) in owned.values() or str(body["id"]) in said
    for address, object_id in owned.items():
        if object_id not in live:
            assert address in said
            assert address in drifted


def owned_rows(here: Workshop) -> dict[str, str]:
    project = here.work().project
    state = create_state(project.state, here.root)
    try:
        return {address: row.object_id for address, row in state.rows("test").items()}
    finally:
        state.close()


def owned_ids(here: Workshop) -> set[str]:
    return set(owned_rows(here).values())


@pytest.mark.parametrize("kind", OWNED)
def test_a_recreated_object_is_adopted_and_owned_from_then_on(
    workshop: Workshop, kind: str
) -> None:
    applied(workshop)
    with console(workshop) as store:
        new = recreate(store, kind, NAMES[kind], followed=True)
    (drifted,) = (d for d in workshop.drift().differences if d.address.endswith(OWNED[kind]))
    assert (drifted.state, drifted.object_id) == ("drifted", new)
    assert drifted.replaces in owned_ids(workshop)
    plan = workshop.plan()
    change = next(c for c in plan.changes if c.address.endswith(OWNED[kind]))
    assert (change.action, change.reason, change.object_id) == (
        "adopt",
        "recreated in the tenant",
        new,
    )
    workshop.apply(plan)
    assert new in owned_ids(workshop)
    assert not workshop.plan().differs
    assert not workshop.drift().drifted


@pytest.mark.parametrize("kind", ["queue", "team", "site"])
def test_what_a_manifest_names_was_renamed(workshop: Workshop, kind: str) -> None:
    applied(workshop)
    with console(workshop) as store:
        rename(store, kind, NAMES[kind], "Another name")
    plan = workshop.plan()
    (finding,) = (f for f in plan.findings if f.severity == "error")
    assert finding.code == "REF144"
    assert f"`{NAMES[kind]}` is called `Another name` now" in finding.summary
    assert finding.hint == "write `Another name`"
    assert not plan.changes
    drift = workshop.drift()
    assert drift.drifted
    assert [a.note for d in drift.differences for a in d.attributes] == ["renamed in the tenant"]


@pytest.mark.parametrize("kind", ["queue", "team", "site"])
def test_what_a_manifest_names_was_recreated(workshop: Workshop, kind: str) -> None:
    applied(workshop)
    with console(workshop) as store:
        new = recreate(store, kind, NAMES[kind], followed=False)
    plan = workshop.plan()
    (finding,) = (f for f in plan.findings if f.code == "REF145")
    assert f"`{NAMES[kind]}` was recreated: id {new}" in finding.summary
    assert all(c.reason != "changed in Git" for c in plan.changes)
    drift = workshop.drift()
    assert drift.drifted
    assert not drift.settled


def test_a_name_that_another_object_took_is_said(workshop: Workshop) -> None:
    applied(workshop)
    with console(workshop) as store:
        rename(store, "queue", "Billing EN", "Billing English")
        rename(store, "queue", "Sales EN", "Billing EN")
    plan = workshop.plan()
    (finding,) = (f for f in plan.findings if f.code == "REF145")
    assert "is called `Billing English`" in finding.summary
    (change,) = plan.changes
    assert change.reason == "the names mean other objects than at the last apply"


def test_an_object_and_its_name_on_two_objects_is_an_error(workshop: Workshop) -> None:
    applied(workshop)
    with console(workshop) as store:
        body = store.named("resource-collection", "Billing")
        assert body is not None
        rename(store, "resource-collection", "Billing", "Billing old")
        store.put("resource-collection", body | {"id": "by-hand"}, "Billing")
    plan = workshop.plan()
    (finding,) = (f for f in plan.findings if f.severity == "error")
    assert finding.code == "REF143"
    assert "`Billing old`" in finding.summary
    assert "id by-hand" in finding.summary


def test_a_rename_in_git_follows_what_was_recreated(workshop: Workshop) -> None:
    applied(workshop)
    with console(workshop) as store:
        new = recreate(store, "resource-collection", "Billing", followed=True)
    workshop.manifests(
        COLLECTION.replace("name: Billing\n", "name: Billing EMEA\n"), PROFILE, USER, KIM
    )
    change = next(c for c in workshop.plan().changes if c.kind == "ResourceCollection")
    assert (change.action, change.object_id) == ("adopt", new)
    workshop.planned_and_applied()
    with console(workshop) as store:
        names = [row["name"] for row in store.rows("resource-collection")]
    assert names == ["Billing EMEA"]


def test_protection_follows_what_was_recreated(workshop: Workshop) -> None:
    workshop.write(
        "reconciler.yaml", PROJECT.replace("    sandbox", "    unmanaged: prune\n    sandbox")
    )
    other = COLLECTION.replace("name: billing}", "name: sales}").replace(
        "name: Billing\n", "name: Sales\n"
    )
    kept = COLLECTION.replace("name: billing}", "name: billing, lifecycle: {preventDestroy: true}}")
    workshop.manifests(kept, other)
    workshop.planned_and_applied()
    with console(workshop) as store:
        recreate(store, "resource-collection", "Billing", followed=True)
    workshop.manifests(other)
    plan = workshop.plan()
    assert [f.code for f in plan.findings if f.severity == "error"] == ["PLN110"]
    assert not plan.steps


def test_what_left_git_and_was_recreated_is_said_to_stay(workshop: Workshop) -> None:
    applied(workshop)
    with console(workshop) as store:
        recreate(store, "resource-collection", "Billing", followed=False)
    workshop.manifests(USER.replace("lead", "Supervisor Profile"))
    plan = workshop.plan()
    assert "PLN177" in [f.code for f in plan.findings]


class TestPeople:
    def test_a_new_email_is_said_and_nothing_is_planned(self, workshop: Workshop) -> None:
        applied(workshop)
        with console(workshop) as store:
            give_email(store, SAM, "sam.smith@northwind.example")
        plan = workshop.plan()
        (finding,) = (f for f in plan.findings if f.code == "REF141")
        assert (finding.severity, "sam.smith@" in finding.summary) == ("warning", True)
        assert "previousNames" in finding.hint
        assert not plan.changes
        (difference,) = workshop.drift().differences
        assert difference.called == "sam.smith@northwind.example"

    def test_an_email_that_somebody_else_has_now_is_an_error(self, workshop: Workshop) -> None:
        applied(workshop)
        with console(workshop) as store:
            give_email(store, SAM, "sam.smith@northwind.example")
            give_email(store, "pat@northwind.example", SAM)
        plan = workshop.plan()
        (finding,) = (f for f in plan.findings if f.severity == "error")
        assert finding.code == "REF140"
        assert "previousNames" in finding.hint
        assert not plan.steps

    def test_a_recreated_account_is_adopted(self, workshop: Workshop) -> None:
        applied(workshop)
        with console(workshop) as store:
            body = next(row for row in store.rows("user") if row["email"] == SAM)
            store.remove("user", str(body["id"]))
            store.put("user", body | {"id": "recreated"}, SAM)
        plan = workshop.plan()
        (change,) = plan.changes
        assert (change.action, change.object_id) == ("adopt", "recreated")
        assert workshop.drift().drifted

    def test_one_who_left_is_set_aside_and_the_rest_is_applied(self, workshop: Workshop) -> None:
        applied(workshop)
        with console(workshop) as store:
            leave(store, SAM)
        workshop.manifests(
            COLLECTION.replace("[Billing EN]", "[Billing EN, Billing DE]"), PROFILE, USER, KIM
        )
        plan = workshop.planned_and_applied()
        (finding,) = (f for f in plan.findings if f.code == "PLN176")
        assert finding.severity == "warning"
        assert "left?" in finding.hint
        (gone,) = workshop.drift().differences
        assert (gone.change, gone.is_recreated) == ("removed", False)

    def test_one_who_is_yet_to_come_is_set_aside(self, workshop: Workshop) -> None:
        workshop.write("reconciler.yaml", PROJECT)
        workshop.manifests(COLLECTION, PROFILE, USER.replace("sam@", "new@"), KIM)
        plan = workshop.planned_and_applied()
        assert "PLN175" in [f.code for f in plan.findings]
        assert workshop.plan().differs is False

    def test_as_a_target_one_who_is_not_there_is_an_error(self, workshop: Workshop) -> None:
        workshop.write("reconciler.yaml", PROJECT)
        workshop.manifests(COLLECTION, PROFILE, USER.replace("sam@", "new@"))
        plan = workshop.plan(("User/new@northwind.example",))
        assert [f.code for f in plan.findings if f.severity == "error"] == ["PLN120"]


@pytest.mark.parametrize("written", ["Bill ", " Bill", "Bill"])
def test_names_are_compared_trimmed(workshop: Workshop, written: str) -> None:
    workshop.manifests(COLLECTION.replace("name: Billing\n", "name: Bill\n"))
    workshop.planned_and_applied()
    workshop.manifests(COLLECTION.replace("name: Billing\n", f'name: "{written}"\n'))
    assert not workshop.plan().changes
    with console(workshop) as store:
        rename(store, "resource-collection", "Bill", "Bill ")
    assert not workshop.plan().changes
    assert not workshop.drift().drifted


def test_a_list_that_lacks_most_stops_a_drift_check(workshop: Workshop) -> None:
    people = [f"agent-{n}@northwind.example" for n in range(8)]
    rows = (f"  - {{email: {each}, profile: Supervisor Profile}}\n" for each in people)
    workshop.write("reconciler.yaml", PROJECT)
    workshop.write("seed.yaml", SEED + "".join(rows))
    users = [USER.replace("sam@northwind.example", each) for each in people]
    workshop.manifests(COLLECTION, PROFILE, *users)
    workshop.write("reconciler.yaml", PROJECT.replace("destroy: 100", "destroy: 5"))
    workshop.planned_and_applied()
    with console(workshop) as store:
        for email in people:
            leave(store, email)
    drift = workshop.drift()
    assert [n.code for n in drift.notes if n.severity == "error"] == ["PLN142"]
    assert not [d for d in drift.differences if d.change == "removed"]
    assert "destroy" in workshop.plan().blocked


@pytest.mark.parametrize("kind", ["queue", "team", "site"])
def test_a_new_name_is_accepted_into_the_manifest(workshop: Workshop, kind: str) -> None:
    applied(workshop)
    with console(workshop) as store:
        rename(store, kind, NAMES[kind], "Another name")
    work = workshop.work()
    pipeline.keep_accepted(work, pipeline.to_accept(work, workshop.drift()))
    assert "Another name" in (workshop.root / "access" / "all.yaml").read_text("utf-8")
    assert not workshop.plan().differs
    assert not workshop.drift().drifted

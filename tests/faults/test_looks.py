"""Looks at drift on a schedule: what they cost, remember and write down, and what disturbs none."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler import pipeline
from reconciler.engine.connect import sandbox_database
from reconciler.model.journal import Look
from reconciler.sandbox.store import Store
from reconciler.state import database
from reconciler.state.sql import open_state
from reconciler.vendors.webexcc.client import KINDS
from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER, Terminal, Workshop

ME = 2
"""Requests that tell who asks: the person, and their user."""


@pytest.fixture
def here(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path)
    made.manifests(COLLECTION, PROFILE, USER)
    made.planned_and_applied()
    made.calls.clear()
    return made


def look(here: Workshop, *, full: bool = False) -> pipeline.Drift:
    here.calls.clear()
    return asyncio.run(pipeline.drift(here.work(), full=full))


def looks(here: Workshop) -> tuple[Look, ...]:
    state = open_state(here.work().project.state, here.root)
    assert state is not None
    try:
        return state.looks(["test"])
    finally:
        state.close()


def items(here: Workshop) -> Counter[str]:
    """The requests for single objects, by what they are of."""
    parts = [each.path.split("/") for each in here.calls]
    return Counter(p[-2] for p in parts if len(p[-1]) == 36 and "by-ci-user-id" not in p)


def silently(here: Workshop, kind: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """A change of which no version tells."""
    (tenant,) = here.work().tenants
    store = Store(sandbox_database(tenant, here.root))
    try:
        row = next(each for each in store.rows(kind) if each["name"] in ("Billing lead", "Billing"))
        store.put(kind, row | change(row), row["name"])
    finally:
        store.close()


def test_a_look_that_finds_nothing_costs_its_lists(here: Workshop) -> None:
    first = look(here)
    assert not first.drifted
    # every profile, collection and team has more than its list tells
    assert items(here) == {"user-profile": 3, "resource-collection": 1, "team": 2}
    second = look(here)
    assert not second.drifted
    assert not items(here)
    assert len(here.calls) == len(KINDS) + ME
    assert second.looks[0].snapshot.reused == 6
    assert second.looks[0].snapshot.objects == first.looks[0].snapshot.objects


def test_many_objects_cost_their_pages(tmp_path: Path) -> None:
    made = Workshop(tmp_path)
    profiles = "".join(
        f"  - {{name: Profile {number}, type: supervisor, permissions: {{queue: view}}, "
        "resources: all}\n"
        for number in range(230)
    )
    made.write("seed.yaml", SEED.replace("profiles:\n", f"profiles:\n{profiles}", 1))
    made.manifests(COLLECTION, PROFILE, USER)
    made.planned_and_applied()
    look(made)
    assert items(made)["user-profile"] == 233
    assert not look(made).drifted
    assert not items(made)
    assert len(made.calls) == len(KINDS) + 2 + ME  # profiles have three pages


def test_what_changed_is_read_and_nothing_else(here: Workshop) -> None:
    look(here)
    here.act("edit-profile", profile="Billing lead", queue="view")
    found = look(here)
    assert [each.address for each in found.differences] == ["test/webexcc/UserProfile/lead"]
    assert items(here) == {"user-profile": 1}
    look(here)
    assert not items(here)


def test_who_moves_to_another_team_is_found(here: Workshop) -> None:
    here.manifests(COLLECTION, PROFILE, USER.replace("lead}", "lead, teams: [Billing Berlin]}"))
    here.planned_and_applied()
    look(here)
    here.act("move-user", user="sam@northwind.example", teams="Sales Lisbon")
    found = look(here)
    assert items(here) == {"team": 2}
    (told,) = found.differences
    assert [(each.op, each.path) for each in told.attributes] == [
        ("add", "teams"),
        ("remove", "teams"),
    ]


@pytest.mark.parametrize("every", [1, 2, 3])
def test_every_so_often_all_is_read(here: Workshop, every: int) -> None:
    """The guard against a version that does not move with every change."""
    here.write("reconciler.yaml", f"{PROJECT}drift: {{fullEvery: {every}}}\n")
    look(here)
    silently(here, "user-profile", lambda _: {"name": "By nobody"})
    for _ in range(every - 1):
        assert not look(here).drifted
    assert look(here).drifted
    assert items(here)["user-profile"] == 3


def test_a_tenant_may_read_all_more_often(here: Workshop) -> None:
    once = PROJECT.replace("    sandbox", "    drift: {fullEvery: 1}\n    sandbox")
    here.write("reconciler.yaml", f"{once}drift: {{fullEvery: 5}}\n")
    look(here)
    look(here)
    assert items(here)["user-profile"] == 3


def test_all_is_read_where_somebody_says_so(here: Workshop, terminal: Terminal) -> None:
    look(here)
    silently(here, "user-profile", lambda _: {"name": "By nobody"})
    assert terminal("drift").code == 0
    said = terminal("drift", "-v")
    assert "6 objects were not read again" in said.err
    said = terminal("drift", "--full", "--format", "json")
    assert said.code == 2
    (read,) = said.json["tenants"]
    assert (read["name"], read["reused"]) == ("test", 0)
    # and the next one goes by that
    assert terminal("drift").code == 2
    (read,) = terminal("drift", "--format", "json").json["tenants"]
    assert (read["reused"], read["requests"]) == (6, len(KINDS) + ME)


def test_plan_and_apply_read_all(here: Workshop) -> None:
    look(here)
    here.calls.clear()
    here.plan()
    assert items(here)["user-profile"] == 3


BOSS = "boss@northwind.example"


def test_somebody_else_reads_all(tmp_path: Path) -> None:
    """What one identity was shown says nothing of what another one is, nor of other rights."""
    made = Workshop(tmp_path)
    boss = "  - {name: Boss, type: licensed-administrator, permissions: all, resources: all}\n"
    seed = (
        SEED.replace("profiles:\n", f"profiles:\n{boss}", 1)
        + f"  - {{email: {BOSS}, profile: Boss}}\n"
    )
    made.write(
        "seed.yaml", seed.replace("identities: [", f"identities: [{{email: {BOSS}, token: b}}, ")
    )
    made.manifests(COLLECTION, PROFILE, USER)
    made.write(
        "reconciler.yaml", PROJECT.replace("seed.yaml}", "seed.yaml, as: root@northwind.example}")
    )
    made.planned_and_applied()
    look(made)
    look(made)
    assert not items(made)
    made.write("reconciler.yaml", PROJECT.replace("seed.yaml}", f"seed.yaml, as: {BOSS}}}"))
    look(made)
    assert items(made)["user-profile"] == 4
    look(made)
    assert not items(made)
    made.act("edit-profile", profile="Boss", description="rights may differ now")
    look(made)
    assert items(made)["user-profile"] == 4


def test_nothing_is_kept_of_persons(here: Workshop) -> None:
    look(here)
    connection = sqlite3.connect(here.root / ".reconciler" / "state.db")
    try:
        (kept,) = connection.execute("SELECT remembered FROM memory").fetchone()
        text = zlib.decompress(kept).decode()
    finally:
        connection.close()
    for user in here.bodies()["user"]:
        for field in ("firstName", "lastName", "email", "mobile", "workPhone"):
            if value := user.get(field):
                assert str(value) not in text, field


# --- what is new


def unmanaged(here: Workshop, what: str) -> None:
    here.write(
        "reconciler.yaml", PROJECT.replace("    sandbox", f"    unmanaged: {what}\n    sandbox")
    )


def make(here: Workshop, name: str) -> None:
    here.act("create-profile", name=name, type="supervisor", collections="Billing",
             default="Billing", queue="view")  # fmt: skip


def added(found: pipeline.Drift) -> set[str]:
    return {each.name for each in found.differences if each.change == "added"}


def test_what_came_since_the_first_look_is_told_until_somebody_acts(here: Workshop) -> None:
    unmanaged(here, "report")
    make(here, "Before")
    first = look(here)
    assert not added(first)
    assert "Before" in next(n.summary for n in first.notes if "UserProfile" in n.summary)
    make(here, "After")
    for _ in range(3):
        assert added(look(here)) == {"After"}
    work = here.work()
    found = look(here)
    pipeline.keep_accepted(work, pipeline.to_accept(work, found))
    assert not look(here).drifted


def test_what_is_to_be_pruned_is_told_however_old_it_is(here: Workshop) -> None:
    unmanaged(here, "{UserProfile: prune}")
    make(here, "Before")
    assert "Before" in added(look(here))
    assert "Before" in added(look(here))


# --- what is written down


def test_looks_that_find_the_same_are_one_entry(here: Workshop, terminal: Terminal) -> None:
    for _ in range(3):
        look(here)
    here.act("edit-profile", profile="Billing lead", queue="view")
    for _ in range(2):
        look(here)
    here.act("edit-profile", profile="Billing lead", queue="edit")
    look(here)
    assert [(each.looks, each.drifted) for each in looks(here)] == [(1, 0), (2, 1), (3, 0)]
    said = terminal("state", "history")
    assert "drift of 1 object (2 looks)" in said.out
    assert "no drift (3 looks)" in said.out
    said = terminal("state", "history", "drift-2")
    assert "~ queue : edit -> view" in said.out
    assert "Drift: 1 object, 1 attribute" in said.out
    shown = terminal("state", "history", "drift-2", "--format", "json").json
    assert shown["found"]["differences"][0]["address"] == "test/webexcc/UserProfile/lead"
    assert len(terminal("state", "history", "--format", "json").json["looks"]) == 3
    assert "error[RUN128]" in terminal("state", "history", "drift-9").err


def test_a_look_at_one_object_is_not_written_down(here: Workshop, terminal: Terminal) -> None:
    assert terminal("drift", "UserProfile/lead").code == 0
    assert not looks(here)


def test_old_looks_go(here: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.state.looks.MOST_LOOKS", 3)
    for number in range(5):
        here.act("edit-profile", profile="Billing lead", queue=("view", "none")[number % 2])
        look(here)
    assert [each.number for each in looks(here)] == [5, 4, 3]


def test_no_state_is_begun_for_a_look(here: Workshop) -> None:
    here.lose_the_state()
    look(here)
    assert not (here.root / ".reconciler" / "state.db").exists()


def test_a_look_that_cannot_be_written_down_is_as_good(
    here: Workshop, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    here.act("edit-profile", profile="Billing lead", queue="view")
    other = sqlite3.connect(here.root / ".reconciler" / "state.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        said = terminal("drift")
    finally:
        other.close()
    assert said.code == 2
    assert "~ queue : edit -> view" in said.out
    assert "warning[RUN180]: this drift check could not be recorded" in said.err
    assert not looks(here)


# --- beside an apply


@pytest.fixture
def elsewhere() -> Callable[[Callable[[], Any]], Any]:
    """Does something in a thread of its own, as another process would beside this one."""

    def run(what: Callable[[], Any]) -> Any:
        done: list[Any] = []
        thread = threading.Thread(target=lambda: done.append(what()))
        thread.start()
        thread.join()
        assert done, "it failed"
        return done[0]

    return run


def beside(here: Workshop) -> Workshop:
    """The same project, looked at by another process."""
    return Workshop(here.root)


def waiting(here: Workshop) -> None:
    """A change that Git wants: the profile, and whom it is for."""
    here.manifests(COLLECTION, PROFILE.replace("queue: edit", "queue: view"), USER)


def test_what_an_apply_is_about_is_no_drift(
    here: Workshop, elsewhere: Callable[[Callable[[], Any]], Any]
) -> None:
    """A look at each request of an apply: before, amid and after its write."""
    waiting(here)
    seen: list[pipeline.Drift] = []
    other = beside(here)

    def watch(_method: str, _path: str) -> None:
        seen.append(elsewhere(lambda: look(other)))

    plan = here.plan()
    here.before = watch
    here.apply(plan)
    here.before = lambda _method, _path: None
    assert len(seen) > 3
    for found in seen:
        assert not [e for e in found.differences if e.state == "drifted"], found.differences
    assert any(n.code == "RUN181" for found in seen for n in found.notes)
    assert not look(other).drifted


def test_an_apply_amid_a_look_is_no_drift(
    here: Workshop, elsewhere: Callable[[Callable[[], Any]], Any]
) -> None:
    """A whole apply before each request of a look, there and back."""
    texts = [PROFILE.replace("queue: edit", f"queue: {level}") for level in ("view", "edit")]
    other = beside(here)
    numbers = iter(range(len(KINDS) + ME + 10))
    amid = next(numbers)
    while True:
        count = iter(range(1000))
        happened: list[int] = []

        def break_in(_method: str, _path: str) -> None:
            if next(count) == amid:  # noqa: B023 - used before the next turn
                happened.append(1)  # noqa: B023
                other.manifests(COLLECTION, texts[amid % 2], USER)  # noqa: B023
                elsewhere(other.planned_and_applied)

        here.before = break_in
        found = look(here, full=True)
        here.before = lambda _method, _path: None
        if not happened:
            break
        assert not [e for e in found.differences if e.state == "drifted"], (amid, found.differences)
        assert [n.code for n in found.notes if n.code == "RUN181"] == ["RUN181"]
        amid = next(numbers)
    assert amid > 20

"""A partial view: what is hidden is left alone, by the plan, its apply and the state."""

from __future__ import annotations

import pytest

from reconciler.engine.connect import sandbox_database
from reconciler.errors import StalePlanError
from reconciler.model.change import Action
from reconciler.model.guard import Allowance
from reconciler.model.plan import Plan, dump, load
from reconciler.model.value import HIDDEN, Ref, Unseen, Values
from reconciler.planning.visibility import completed, out_of_reach, sendable
from reconciler.reporting import drift
from reconciler.reporting.paint import plain
from reconciler.reporting.text import Style
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from reconciler.sandbox.store import Store
from tests.workshop import ORGANIZATION, PROJECT, Workshop

DEE = "dee@x.example"
SEED = f"""\
organization: {{id: {ORGANIZATION}}}
identities:
  - {{email: root@x.example, token: r}}
  - {{email: {DEE}, token: d}}
  - {{email: bot@x.example, token: m}}
sites: [Berlin, Lisbon]
teams: [{{name: Red, site: Berlin}}, {{name: Blue, site: Lisbon}}]
queues: [North EN, North DE, South EN]
inventory: {{skill-profile: [Calls]}}
collections:
  - {{name: North, resources: {{site: [Berlin], team: [Red], queue: [North EN, North DE], \
channel: all}}}}
  - {{name: South, resources: {{site: [Lisbon], team: [Blue], queue: [South EN], channel: all}}}}
profiles:
  - {{name: Root, type: licensed-administrator, permissions: all, resources: all}}
  - name: Delegate
    type: licensed-administrator
    permissions: {{resource-collection: edit, user-profile: edit, user: edit, queue: view, \
site: view, team: view, channel: view}}
    resources: {{collections: [North], default: North}}
  - {{name: Both, type: supervisor, permissions: {{queue: view}}, \
resources: {{collections: [North, South], default: South}}}}
  - {{name: Far, type: supervisor, permissions: {{queue: view}}, \
resources: {{collections: [South], default: South}}}}
users:
  - {{email: root@x.example, profile: Root}}
  - {{email: {DEE}, profile: Delegate}}
  - {{email: ann@x.example, profile: Far, site: Lisbon, teams: [Red, Blue]}}
  - {{email: bob@x.example, profile: Far, site: Lisbon, teams: [Blue]}}
"""


def document(kind: str, name: str, spec: str) -> str:
    head = f"---\napiVersion: webexcc/v1\nkind: {kind}\nmetadata: {{name: {name}}}\n"
    return f"{head}spec: {spec}\n"


BOTH = document(
    "UserProfile",
    "both",
    "{name: Both, profileType: supervisor, permissions: {queue: view}, "
    "resources: {collections: [north, south], default: south}}",
)
FAR = document(
    "UserProfile",
    "far",
    "{name: Far, profileType: supervisor, permissions: {queue: view}, "
    "resources: {collections: [south], default: south}}",
)
NORTH, SOUTH = (
    document(
        "ResourceCollection",
        name.lower(),
        f"{{name: {name}, resources: {{site: [{site}], team: [{team}], queue: [{queues}], "
        "channel: all}}",
    )
    for name, site, team, queues in (
        ("North", "Berlin", "Red", "North EN, North DE"),
        ("South", "Lisbon", "Blue", "South EN"),
    )
)
ANN = document("User", "ann@x.example", "{userProfile: far, site: Lisbon, teams: [Red, Blue]}")
BOB = document("User", "bob@x.example", "{userProfile: far, site: Lisbon, teams: [Blue]}")
ALL = (NORTH, SOUTH, BOTH, FAR, ANN, BOB)


@pytest.fixture
def shared(workshop: Workshop) -> Workshop:
    """Everything applied by the full administrator; from now on Dee asks."""
    workshop.write("seed.yaml", SEED)
    workshop.manifests(*ALL)
    workshop.planned_and_applied()
    asks(workshop, DEE)
    return workshop


def asks(workshop: Workshop, who: str) -> None:
    project = PROJECT.replace("seed: seed.yaml}", f"seed: seed.yaml, as: {who}}}")
    workshop.write("reconciler.yaml", project)


def codes(plan: Plan) -> list[str]:
    return [each.code for each in plan.findings]


def test_nothing_is_left_to_do_for_who_sees_a_part(shared: Workshop) -> None:
    plan = shared.plan()
    assert (plan.outcome, plan.records) == ("no_changes", ())
    (read,) = plan.tenants
    assert read.identity == DEE
    assert {"UserProfile", "User", "queue", "team"} <= read.partial.keys()
    assert "channel" not in read.partial  # one of their collections has all
    assert [code for code in codes(plan) if code.startswith("PLN15")] == [
        *["PLN150"] * 3,
        "PLN154",
    ]
    assert not shared.drift().differences


@pytest.mark.parametrize("answer", [403, 404])
def test_who_may_not_be_asked_may_see_a_part(shared: Workshop, answer: int) -> None:
    """A token without the scope for `/people/me` can be a delegated administrator's."""
    shared.manifests(*(each for each in ALL if each != BOB))
    shared.around = lambda app: faulty(app, [fault(f"{answer} on='GET */people/me'")])
    plan = shared.plan()
    (read,) = plan.tenants
    assert {"UserProfile", "ResourceCollection", "User", "queue"} <= read.partial.keys()
    assert not plan.changes, [str(each) for each in plan.changes]
    assert codes(plan).count("PLN151") == 1


def test_what_the_plan_takes_out_of_sight_cannot_be_assigned(workshop: Workshop) -> None:
    """Whatever the project makes of the rule: the tenant would refuse it."""
    ann = "ann@x.example, profile: "
    workshop.write("seed.yaml", SEED.replace(f"{ann}Far", f"{ann}Both"))
    asks(workshop, DEE)
    project = (workshop.root / "reconciler.yaml").read_text()
    workshop.write("reconciler.yaml", f"{project}rules: {{WCC138: off}}\n")
    fresh = document(
        "UserProfile",
        "fresh",
        "{profileType: supervisor, permissions: {queue: view}, resources: all}",
    )
    workshop.manifests(fresh, document("User", "ann@x.example", "{userProfile: fresh}"))
    told = {each.summary for each in workshop.plan().findings if each.code == "WCC138"}
    assert told == {
        f"{DEE} would no longer see `fresh`, so cannot assign it: webexcc/User/ann@x.example"
    }


def test_what_left_git_and_is_hidden_stays_ours(shared: Workshop) -> None:
    shared.manifests(*(each for each in ALL if each != BOB))
    plan = shared.plan()
    assert not plan.changes
    assert codes(plan).count("PLN151") == 1
    asks(shared, "root@x.example")
    assert [(c.action, c.name) for c in shared.plan().changes] == [(Action.FORGET, "bob@x.example")]


def test_a_change_is_written_and_the_hidden_part_stays(shared: Workshop) -> None:
    shared.manifests(
        NORTH,
        SOUTH,
        BOTH.replace("{queue: view}", "{queue: edit}").replace("default: south", "default: north"),
        FAR,
        ANN.replace("site: Lisbon, teams: [Red, Blue]", "site: Berlin, teams: [Blue, Red]"),
        BOB,
    )
    plan = shared.planned_and_applied()
    attributes = {each.path: each for change in plan.changes for each in change.attributes}
    assert set(attributes) == {"permissions.queue", "resources.default", "site"}
    for path in ("resources.default", "site"):
        assert attributes[path].before == {"hidden": True}
        assert attributes[path].note == "what is replaced is unknown"
    held = {
        kind: {row.get("name") or row["email"]: row for row in rows}
        for kind, rows in shared.bodies().items()
    }
    assert len(held["user-profile"]["Both"]["resourceCollections"]) == 2
    assert len(held["user"]["ann@x.example"]["teamIds"]) == 2
    asks(shared, "root@x.example")
    plan = shared.plan()
    assert (plan.outcome, plan.records) == ("no_changes", ())


def test_whether_a_move_from_a_hidden_profile_is_taken_is_not_checked(shared: Workshop) -> None:
    shared.manifests(*ALL[:4], ANN.replace("far", "both"), BOB)
    plan = shared.plan()
    assert not plan.errored
    (told,) = [each.summary for each in plan.findings if each.code == "WCC203"]
    assert told.startswith("not checked")
    asks(shared, "root@x.example")
    assert "WCC203" not in codes(shared.plan())


def test_a_hidden_member_that_git_adds_is_left_for_who_sees_it(shared: Workshop) -> None:
    """Whether it is there is unknown, so it is neither added nor an error."""
    asks(shared, "root@x.example")
    shared.act("move-user", user="ann@x.example", profile="Far", teams="Red")
    assert shared.plan().changes
    asks(shared, DEE)
    assert not shared.plan().changes


def test_what_is_hidden_cannot_be_assigned(shared: Workshop) -> None:
    new = document(
        "UserProfile",
        "new",
        "{profileType: supervisor, permissions: {queue: view}, "
        "resources: {collections: [north, south], default: north}}",
    )
    shared.manifests(*ALL, new)
    plan = shared.plan()
    assert "PLN152" in codes(plan)
    assert not plan.steps


def test_drift_of_what_is_seen_is_found_and_taken_back(shared: Workshop) -> None:
    asks(shared, "root@x.example")
    shared.act("edit-profile", profile="Both", queue="edit")
    shared.act("edit-profile", profile="Far", queue="edit")
    asks(shared, DEE)
    found = shared.drift()
    assert [each.address.rpartition("/")[2] for each in found.differences] == ["both"]
    assert found.revert is not None
    assert not found.revert.errored, [f for f in found.revert.findings if f.severity == "error"]
    shared.apply(found.revert)
    assert not shared.drift().differences


def test_a_name_that_may_be_hidden_is_no_name_that_is_missing(shared: Workshop) -> None:
    shared.manifests(*ALL[:4], ANN.replace("site: Lisbon", "site: Oslo"), BOB)
    (error,) = [f for f in shared.plan().findings if f.severity == "error"]
    assert error.code == "REF127"
    assert DEE in error.summary


def test_without_a_state_people_who_are_not_seen_are_no_error(shared: Workshop) -> None:
    shared.lose_the_state()
    shared.manifests(document("User", "bob@x.example", "{site: Berlin}"), NORTH)
    plan = shared.plan()
    assert not plan.errored
    assert {c.action for c in plan.changes} == {Action.ADOPT}
    assert "PLN150" in codes(plan)


def drifted(here: Workshop) -> tuple[list[str], dict[str, str]]:
    """The attributes that drifted, and what is said to be unknown."""
    found = here.drift()
    paths = [a.path for each in found.differences for a in each.attributes]
    return paths, {each.code: each.summary for each in found.notes}


def test_drift_says_what_it_cannot_know(shared: Workshop) -> None:
    paths, notes = drifted(shared)
    assert not paths
    assert notes.keys() == {"PLN154", "PLN155", "PLN156"}
    assert "`South` in resources.collections of webexcc/UserProfile/both" in notes["PLN156"]
    assert "What is seen of the tenant is as it was last applied." in text(shared)
    asks(shared, "root@x.example")
    assert drifted(shared) == ([], {})
    assert "The tenant is as it was last applied." in text(shared)


def text(here: Workshop) -> str:
    found = here.drift()
    return drift.drift(found.tenants, found.differences, found.beyond, Style(plain))


EXTRA = document(
    "ResourceCollection",
    "extra",
    "{name: Extra, resources: {site: all, team: [Red], queue: [North EN], channel: [Voice, Chat]}}",
)


@pytest.mark.parametrize("told", [True, False])
def test_a_member_that_is_gone_is_told_where_something_tells_its_type(
    workshop: Workshop, told: bool
) -> None:
    """No manifest names the attribute any more, but Dee sees all channels: one in its place tells
    that it has channels. Where there is none, the drift says that nobody knows.
    """
    seed = SEED.replace("collections:\n", "channels: [Voice, Chat]\ncollections:\n", 1).replace(
        "collections: [North], default", "collections: [North, Extra], default"
    )
    extra = "  - {name: Extra, resources: {site: all, team: all, queue: all, channel: all}}\n"
    workshop.write("seed.yaml", seed.replace("profiles:\n", f"{extra}profiles:\n"))
    workshop.manifests(NORTH, EXTRA if told else EXTRA.replace("[Voice, Chat]", "[Chat]"))
    workshop.planned_and_applied()
    workshop.manifests(NORTH, document("ResourceCollection", "extra", "{name: Extra}"))
    _delete_the_channel(workshop, "Chat")
    asks(workshop, DEE)
    paths, notes = drifted(workshop)
    assert paths == (["resources.channel"] if told else [])
    assert ("`Chat` in resources.channel" in notes.get("PLN156", "")) is not told


def _delete_the_channel(here: Workshop, name: str) -> None:
    """It is gone from the tenant, and from the collections that had it."""
    (tenant,) = here.work().tenants
    store = Store(sandbox_database(tenant, here.root))
    (channel,) = [row for row in store.rows("channel") if row["name"] == name]
    store.remove("channel", channel["id"])
    for body in store.rows("resource-collection"):
        for row in body["resources"]:
            row["ids"] = [each for each in row.get("ids") or () if each != channel["id"]]
        store.put("resource-collection", body, body["name"])
    store.close()


TO_ALL = BOTH.replace("{collections: [north, south], default: south}", "all")


def test_all_resources_never_take_hidden_collections_away(shared: Workshop) -> None:
    """The tenant would refuse it: the default collection, and our state, tell that there is one."""
    shared.manifests(NORTH, SOUTH, TO_ALL, FAR, ANN, BOB)
    plan = shared.plan()
    (error,) = [f for f in plan.findings if (f.code, f.severity) == ("WCC138", "error")]
    assert error.summary.startswith(f"{DEE} does not see all the resource collections")
    assert "UserProfile/both" in error.summary
    assert not plan.steps
    asks(shared, "root@x.example")
    shared.planned_and_applied()


@pytest.mark.parametrize("hidden", [True, False])
def test_all_resources_where_nothing_tells_of_hidden_collections(
    shared: Workshop, hidden: bool
) -> None:
    """Nobody can tell beforehand, so the plan says that nobody did."""
    chosen = "[North, South]" if hidden else "[North]"
    shared.write(
        "seed.yaml", SEED.replace("[North, South], default: South", f"{chosen}, default: North")
    )
    shared.manifests(NORTH, TO_ALL)
    shared.lose_the_state()
    for file in (shared.root / ".reconciler" / "sandbox").glob("*"):
        file.unlink()
    plan = shared.plan(allow=Allowance(lockout=True))  # Dee will not see the profile any more
    assert not plan.errored
    told = [f.summary for f in plan.findings if f.code == "WCC138"]
    assert told == [
        f"not checked: whether `Both` has resource collections that {DEE} does not see; then the "
        "tenant refuses to give it all resources"
    ]
    (ledger,) = shared.apply(plan)
    assert [each.code for each in ledger.failed] == (["TEN103"] if hidden else [])
    asks(shared, "root@x.example")
    assert shared.plan().outcome == ("changes" if hidden else "no_changes")


def test_who_may_not_view_teams_changes_users_all_the_same(workshop: Workshop) -> None:
    """Their lists tell of no team and the user alone does: compared is what both tell."""
    profile = "site: view, team: view, channel: view}\n    resources: {collections: [North]"
    blind = SEED.replace(f"{profile}, default: North}}", "site: view}\n    resources: all")
    assert blind != SEED
    workshop.write("seed.yaml", blind)
    asks(workshop, DEE)
    workshop.manifests(document("User", "ann@x.example", "{userProfile: Far, site: Berlin}"))
    plan = load(dump(workshop.plan()))
    assert "team" in plan.tenants[0].partial
    (ledger,) = workshop.apply(plan)
    assert (ledger.outcome, len(ledger.done)) == ("done", 1)
    assert workshop.plan().outcome == "no_changes"
    (ann,) = [row for row in workshop.bodies()["user"] if row["email"] == "ann@x.example"]
    assert len(ann["teamIds"]) == 2

    workshop.manifests(document("User", "ann@x.example", "{userProfile: Far, site: Lisbon}"))
    plan = workshop.plan()
    workshop.act("move-user", user="ann@x.example", profile="Both", by="root@x.example")
    with pytest.raises(StalePlanError):
        workshop.apply(plan, saved=False)


def test_a_machine_account_sees_all_and_nothing_tells_its_rights(shared: Workshop) -> None:
    asks(shared, "bot@x.example")
    plan = shared.plan()
    assert plan.outcome == "no_changes"
    (read,) = plan.tenants
    assert (read.identity, read.partial) == ("bot@x.example", {})


H, SEEN = Unseen("h"), Ref("v")


def test_what_is_wanted_and_not_seen_is_taken_to_be_there() -> None:
    live: Values = {"teams": frozenset({SEEN}), "in": {"one": HIDDEN, "two": HIDDEN, "three": SEEN}}
    wanted: Values = {"teams": frozenset({H}), "in": {"one": H, "two": SEEN, "three": H}}
    assert completed(live, wanted) == {
        "teams": frozenset({SEEN, H}),
        "in": {"one": H, "two": HIDDEN, "three": SEEN},
    }
    assert list(out_of_reach(completed(live, wanted), wanted)) == [(("in", "three"), H)]


def test_what_is_not_seen_is_not_sent() -> None:
    assert sendable({"teams": frozenset({SEEN, H}), "in": {"one": H, "two": SEEN}}) == {
        "teams": frozenset({SEEN}),
        "in": {"one": HIDDEN, "two": SEEN},
    }

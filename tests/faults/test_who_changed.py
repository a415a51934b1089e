"""Who changed it, from the console to what drift and a stale plan say; a mute log stops nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler import pipeline
from reconciler.contract.connection import AsgiApp
from reconciler.engine.connect import sandbox_database
from reconciler.errors import StalePlanError
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.drift import Difference
from reconciler.sandbox.asgi import Receive, Scope, Send, give, json_answer
from reconciler.sandbox.store import Store
from tests.served import serving
from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER, Terminal, Workshop

ROOT, DORA, SAM = "root@northwind.example", "dora@northwind.example", "sam@northwind.example"
EVENTS = "/v1/adminAudit/events"
ADMIN = "profile: Administrator Profile}"
TWO = SEED.replace(
    "token: root-token}]",
    f"token: root-token}}, {{email: {DORA}, token: d}}, {{email: {SAM}, token: s}}]",
).replace(ADMIN + "\n", f"{ADMIN}\n  - {{email: {DORA}, firstName: Dora, lastName: Nox, {ADMIN}\n")
AUDITED = PROJECT + "    audit: {}\n"


@pytest.fixture
def here(workshop: Workshop) -> Workshop:
    workshop.write("seed.yaml", TWO)
    workshop.write("reconciler.yaml", AUDITED)
    workshop.manifests(COLLECTION, PROFILE, USER)
    workshop.planned_and_applied()
    return workshop


def quirks(here: Workshop, section: str) -> None:
    here.write("seed.yaml", f"{TWO}quirks: {{{section}}}\n")


def by_kind(found: pipeline.Drift) -> dict[str, Difference]:
    return {each.kind: each for each in found.differences}


def notes(found: pipeline.Drift) -> list[Diagnostic]:
    return [each for each in found.notes if each.code in ("PRJ153", "TEN140")]


def test_each_change_is_its_authors(here: Workshop) -> None:
    here.act("edit-profile", by=DORA, profile="Billing lead", team="view")
    here.act("move-user", by=ROOT, user=SAM, profile="Supervisor Profile")
    here.act("edit-collection", by=DORA, collection="Billing", site="Berlin,Lisbon")
    found = here.drift()
    told = by_kind(found)
    assert (told["UserProfile"].by, told["UserProfile"].confidence) == (DORA, "certain")
    assert (told["User"].by, told["User"].confidence) == (ROOT, "certain")
    assert told["UserProfile"].origin == told["User"].origin == "person"
    collection = told["ResourceCollection"]
    assert (collection.origin, collection.by, collection.rule) == ("unknown", "", "WCC156")
    assert not notes(found)
    assert "Nox" not in repr(found)


def test_no_drift_asks_nobody(here: Workshop) -> None:
    here.calls.clear()
    assert not here.drift().drifted
    assert EVENTS not in {each.path for each in here.calls}


def test_one_reading_of_the_log_is_enough_for_all(here: Workshop) -> None:
    here.act("edit-profile", by=DORA, profile="Billing lead", team="view")
    here.act("move-user", by=ROOT, user=SAM, profile="Supervisor Profile")
    here.calls.clear()
    here.drift()
    assert [each.path for each in here.calls].count(EVENTS) == 2  # a page, and its end


def test_several_are_all_named(here: Workshop) -> None:
    here.act("edit-profile", by=ROOT, profile="Billing lead", team="edit")
    here.act("edit-profile", by=DORA, profile="Billing lead", team="view")
    found = by_kind(here.drift())["UserProfile"]
    assert (found.by, found.others, found.confidence) == (DORA, (ROOT,), "likely")


@pytest.mark.parametrize(
    ("section", "by", "confidence"),
    [
        ("auditTargets: plain", DORA, "certain"),
        ("auditTargets: webex", DORA, "certain"),
        ("auditTargets: name", DORA, "likely"),
        ("auditTargets: organization", DORA, "possible"),
        ("auditOrder: oldest", DORA, "certain"),
        ("auditArrivals: 3, auditPageCap: 20", DORA, "certain"),
        ("auditLag: 3600", "", ""),
    ],
)
def test_whatever_the_log_is_like_nobody_else_is_named(
    here: Workshop, section: str, by: str, confidence: str
) -> None:
    quirks(here, section)
    here.act("edit-profile", by=DORA, profile="Billing lead", team="view")
    (found,) = here.drift().differences
    assert (found.by, found.confidence) == (by, confidence)
    assert found.why.startswith("the audit log")


OWN = ["", "auditTargets: name", "auditTargets: organization", "auditTracksRequests: true"]


@pytest.mark.parametrize("section", OWN)
def test_what_we_applied_ourselves_is_nobodys_doing(here: Workshop, section: str) -> None:
    quirks(here, section)
    here.manifests(COLLECTION, PROFILE.replace("queue: edit", "queue: view"), USER)
    here.planned_and_applied()
    (tenant,) = here.work().tenants
    store = Store(sandbox_database(tenant, here.root))
    (lead,) = store.all_named("user-profile", "Billing lead")
    rows = lead["permissions"]
    view = [row | {"access": "VIEW"} if row["name"] == "team" else row for row in rows]
    # of the moment of our own write, and without an event of its own
    store.put("user-profile", lead | {"permissions": view}, "Billing lead")
    store.close()
    (found,) = here.drift().differences
    assert (found.origin, found.by) == ("unknown", "")


def test_the_same_credentials_by_hand_are_somebodys(here: Workshop) -> None:
    here.act("edit-profile", by=ROOT, profile="Billing lead", team="view")
    (found,) = here.drift().differences
    assert (found.by, found.confidence) == (ROOT, "certain")


def test_a_collection_is_somebodys_once_the_vendor_has_a_trail(here: Workshop) -> None:
    quirks(here, "auditCollections: true")
    here.act("edit-collection", by=DORA, collection="Billing", site="Berlin,Lisbon")
    (found,) = here.drift().differences
    assert (found.origin, found.by, found.rule) == ("person", DORA, "")


def test_without_a_way_into_the_log_one_note_says_how(here: Workshop) -> None:
    here.write("reconciler.yaml", PROJECT)
    assert not here.drift().notes
    here.act("edit-collection", collection="Billing", site="Berlin,Lisbon")
    assert not notes(here.drift())  # of which nobody can tell
    here.act("edit-profile", profile="Billing lead", team="view")
    found = here.drift()
    (note,) = notes(found)
    assert (note.code, note.severity, note.tenant) == ("PRJ153", "info", "test")
    assert "audit: {}" in note.hint
    assert by_kind(found)["UserProfile"].origin == "unknown"


def refusing(status: int) -> Any:
    def around(app: AsgiApp) -> AsgiApp:
        async def asked(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"] == EVENTS:
                body = {"message": "out of order", "trackingId": "SBX_from-the-log"}
                await give(json_answer(status, body), send)
            else:
                await app(scope, receive, send)

        return asked

    return around


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_log_that_cannot_be_read_stops_no_drift(here: Workshop, status: int) -> None:
    here.act("edit-profile", by=DORA, profile="Billing lead", team="view")
    here.around = refusing(status)
    found = here.drift()
    (note,) = notes(found)
    assert (note.code, note.severity) == ("TEN140", "warning")
    assert str(status) in note.detail
    assert "SBX_from-the-log" in note.detail
    (difference,) = found.differences
    assert (difference.origin, difference.by) == ("unknown", "")
    assert found.drifted


def test_an_identity_that_may_not_read_it_is_told_what_it_takes(here: Workshop) -> None:
    here.write("reconciler.yaml", f"{PROJECT}    audit: {{as: {SAM}}}\n")
    here.act("edit-profile", by=DORA, profile="Billing lead", team="view")
    (note,) = notes(here.drift())
    assert "403" in note.detail
    assert "audit:events_read" in note.hint
    here.write("reconciler.yaml", f"{PROJECT}    audit: {{as: nobody@x.example}}\n")
    (note,) = notes(here.drift())
    assert "no identity `nobody@x.example`" in note.detail


def changed_meanwhile(here: Workshop, *, saved: bool) -> str:
    """What a plan is refused with that became stale between plan and apply."""
    here.manifests(COLLECTION, PROFILE.replace("queue: edit", "queue: view"), USER)
    plan = here.plan()
    here.act("edit-profile", by=DORA, profile="Billing lead", team="view")
    here.writes()
    with pytest.raises(StalePlanError) as caught:
        here.apply(plan, saved=saved)
    assert not here.writes()
    return caught.value.told.detail


MOVED = "webexcc/UserProfile/lead was changed in the tenant: permissions.team none -> view"


@pytest.mark.parametrize("saved", [True, False])
def test_a_stale_plan_tells_who_made_it_so(here: Workshop, saved: bool) -> None:
    told = changed_meanwhile(here, saved=saved)
    assert told.startswith(f"{MOVED} (by {DORA} on 20")
    assert told.endswith(" UTC)")


@pytest.mark.parametrize("saved", [True, False])
def test_where_the_log_is_mute_a_stale_plan_says_no_more_than_before(
    here: Workshop, saved: bool
) -> None:
    here.around = refusing(403)
    assert changed_meanwhile(here, saved=saved) == MOVED


def test_a_served_sandbox_is_asked_with_credentials_of_the_logs_own(
    here: Workshop, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.act("edit-profile", by=DORA, profile="Billing lead", team="view")
    (at,) = (each["organizationId"] for each in here.bodies()["user"][:1])
    with serving(here.root) as served:
        here.write(
            "reconciler.yaml",
            "apiVersion: reconciler/v1\nkind: Project\ntenants:\n  test:\n    vendor: webexcc\n"
            f"    manifests: ['access/*.yaml']\n    organization: {at}\n"
            f"    sandbox: {{url: '{served.url}'}}\n    credentials: {{env: TOKEN}}\n"
            "    audit: {credentials: {env: AUDIT_TOKEN}}\n",
        )
        monkeypatch.setenv("TOKEN", "root-token")
        unset = terminal("drift", "--format", "json")
        monkeypatch.setenv("AUDIT_TOKEN", "d")
        told = terminal("drift", "--format", "json")
    assert (unset.code, told.code) == (2, 2)
    assert [each["by"] for each in told.json["differences"]] == [DORA]
    (note,) = unset.json["diagnostics"]
    assert note["code"] == "TEN140"
    assert "takes its audit token from AUDIT_TOKEN, which is not set" in note["detail"]
    assert "root-token" not in json.dumps(unset.json) + unset.err + told.err

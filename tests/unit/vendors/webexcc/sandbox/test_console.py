"""What people do in the console, with their own rights, and what the vendor does then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.errors import SandboxError
from tests.unit.vendors.webexcc.sandbox.asking import (
    MACHINE,
    NORTH,
    ROOT,
    SEED,
    VIEWER,
    Tenant,
    parsed,
)


def row(tenant: Tenant, kind: str, collection: str = "North") -> dict[str, Any]:
    """What a collection holds of a type."""
    resources = tenant.body("resource-collection", collection)["resources"]
    found: dict[str, Any] = next(each for each in resources if each["name"] == kind)
    return found


def test_what_a_delegated_administrator_makes_is_in_the_default_collection(tenant: Tenant) -> None:
    assert tenant.act(NORTH, "create-queue", name="New") == f"{NORTH}: created queue `New`"
    assert row(tenant, "queue")["ids"][1:] == [tenant.id("queue", "New")]
    assert "New" in tenant.names(NORTH, "v2/contact-service-queue")
    assert tenant.body("resource-collection", "North")["resourceCount"] == 4


def test_a_type_at_none_turns_to_selected(tenant: Tenant) -> None:
    assert row(tenant, "skill-profile")["accessLevel"] == "NONE"
    tenant.act(NORTH, "create-resource", type="skill-profile", name="Languages")
    assert row(tenant, "skill-profile") == {
        "name": "skill-profile",
        "accessLevel": "SPECIFIC",
        "ids": [tenant.id("skill-profile", "Languages")],
    }


def test_a_type_at_all_stays(tenant: Tenant) -> None:
    tenant.act(ROOT, "edit-collection", collection="North", queue="all")
    tenant.act(NORTH, "create-queue", name="New")
    assert row(tenant, "queue") == {"name": "queue", "accessLevel": "ALL"}


@pytest.mark.parametrize("who", [ROOT, MACHINE])
def test_what_is_made_with_all_resources_enters_no_collection(tenant: Tenant, who: str) -> None:
    before = tenant.store.rows("resource-collection")
    tenant.act(who, "create-team", name="New", site="Berlin")
    assert tenant.store.rows("resource-collection") == before
    assert "New" not in tenant.names(NORTH, "v2/team")
    assert "New" in tenant.names(ROOT, "v2/team")


@pytest.mark.parametrize(
    ("who", "action", "arguments", "why"),
    [
        (VIEWER, "create-queue", {"name": "New"}, "EDIT on queue is needed"),
        (NORTH, "create-resource", {"type": "channel", "name": "New"}, "EDIT on channel is needed"),
        (NORTH, "create-resource", {"type": "hat", "name": "New"}, "type is 'hat'"),
        (NORTH, "create-team", {"name": "New", "site": "Lisbon"}, "has no site `Lisbon`"),
        (NORTH, "create-queue", {"name": "North EN"}, "is already there"),
        (NORTH, "create-queue", {"name": "New", "hat": "red"}, "knows no `hat`"),
        (NORTH, "create-queue", {}, "create-queue needs name="),
        (NORTH, "delete-resource", {"type": "queue", "name": "North EN"}, "access to all resour"),
        (NORTH, "deactivate-resource", {"type": "team", "name": "Red"}, "access to all resources"),
        (ROOT, "delete-resource", {"type": "queue", "name": "North EN"}, "resource-collection"),
        (ROOT, "deactivate-resource", {"type": "queue", "name": "North EN"}, "is referred to by"),
        (VIEWER, "edit-profile", {"profile": "Both", "queue": "none"}, "EDIT on user-profile"),
        (NORTH, "edit-profile", {"profile": "South only"}, "has no user-profile `South only`"),
        (NORTH, "edit-collection", {"collection": "South"}, "has no resource-collection `South`"),
        (VIEWER, "edit-collection", {"collection": "South"}, "EDIT on resource-collection"),
        (VIEWER, "move-user", {"user": "red@x.example", "site": "Berlin"}, "EDIT on user"),
        (NORTH, "move-user", {"user": "blue@x.example", "site": "Berlin"}, "has no user"),
        (NORTH, "create-collection", {"name": "New"}, "only with access to all resources"),
        (ROOT, "create-collection", {"name": "New"}, "cannot be NONE"),
        (VIEWER, "create-folder", {"path": "New"}, "EDIT on analyzer is needed"),
        (ROOT, "create-folder", {"path": "No/New"}, "there is no folder `No`"),
        (ROOT, "create-folder", {"path": "Sales"}, "there is a folder `Sales`"),
        (ROOT, "create-profile", {"name": "New", "type": "hat"}, "type is 'hat'"),
        (ROOT, "create-profile", {"name": "N", "type": "supervisor", "permissions": "no"}, "by it"),
    ],
)
def test_the_console_refuses_and_nothing_happens(
    tenant: Tenant, who: str, action: str, arguments: dict[str, str], why: str
) -> None:
    before = everything(tenant)
    with pytest.raises(SandboxError, match=why) as refused:
        tenant.sandbox.act(action, arguments, who)
    assert refused.value.told.code == "PRJ127"
    assert everything(tenant) == before


def everything(tenant: Tenant) -> list[list[dict[str, Any]]]:
    kinds = ("user-profile", "resource-collection", "user", "queue", "team", "analyzer-folder")
    return [tenant.store.rows(kind) for kind in (*kinds, "console")]


def test_what_no_collection_holds_can_be_deactivated_and_deleted(tenant: Tenant) -> None:
    tenant.act(ROOT, "create-queue", name="New")
    tenant.act(ROOT, "deactivate-resource", type="queue", name="New")
    assert tenant.body("queue", "New")["active"] is False
    tenant.act(ROOT, "delete-resource", type="queue", name="New")
    assert tenant.store.named("queue", "New") is None


def test_collections_and_profiles_are_made(tenant: Tenant) -> None:
    every = {"site": "all", "team": "all", "queue": "North EN,South EN", "channel": "all"}
    tenant.act(ROOT, "create-collection", name="New", **every)
    tenant.act(
        ROOT, "create-profile", name="Lead", type="supervisor", collections="New", queue="view"
    )
    tenant.act(NORTH, "create-profile", name="Wide", type="supervisor")
    made = tenant.body("user-profile", "Lead")
    assert made["resourceCollections"] == [tenant.id("resource-collection", "New")]
    assert {"name": "queue", "access": "VIEW"} in made["permissions"]
    assert "Wide" in tenant.names(ROOT, "v3/user-profile")
    assert "Wide" not in tenant.names(NORTH, "v3/user-profile")
    told = [(line["by"], line["what"]) for line in tenant.store.rows("console")]
    assert told == [
        (ROOT, "created resource collection `New`"),
        (ROOT, "created user profile `Lead`"),
        (NORTH, "created user profile `Wide`"),
    ]


def test_a_delegated_administrator_s_edit_keeps_what_is_hidden(tenant: Tenant) -> None:
    south = tenant.id("resource-collection", "South")
    tenant.act(NORTH, "edit-profile", profile="Both", queue="none", collections="North")
    both = tenant.body("user-profile", "Both")
    assert both["resourceCollections"] == [south, tenant.id("resource-collection", "North")]
    tenant.act(NORTH, "move-user", user="red@x.example", teams="")
    assert tenant.body("user", "red@x.example")["teamIds"] == [tenant.id("team", "Blue")]


@pytest.mark.parametrize(
    ("codes", "refused"),
    [("none", True), ("[Break]", True), ("[Lunch]", False), ("all", False)],
)
def test_desktop_profiles_need_the_default_codes(tmp_path: Path, codes: str, refused: bool) -> None:
    text = SEED.replace("permissions: {queue: edit", "permissions: {desktop-profile: edit")
    text = text.replace("channel: all}}", f"channel: all, idle-wrapup-code: {codes}}}}}", 1)
    seed = parsed(text)
    seed["inventory"] = {"idle-wrapup-code": ["Break", {"name": "Lunch", "defaultCode": True}]}
    tenant = Tenant(tmp_path, seed)
    new = {"type": "desktop-profile", "name": "Desk"}
    if refused:
        with pytest.raises(SandboxError, match="need the default idle and wrap-up codes"):
            tenant.act(NORTH, "create-resource", **new)
    else:
        tenant.act(NORTH, "create-resource", **new)
    tenant.act(ROOT, "create-resource", **{**new, "name": "Other"})
    there = [each["name"] for each in tenant.store.rows("desktop-profile")]
    assert there == (["Other"] if refused else ["Desk", "Other"])
    tenant.close()


def test_every_action_is_told_of(tenant: Tenant) -> None:
    with pytest.raises(SandboxError, match="unknown action `fly`") as refused:
        tenant.sandbox.act("fly", {}, ROOT)
    assert [line.partition(" ")[0] for line in refused.value.told.hint.splitlines()] == [
        "edit-profile", "edit-collection", "move-user", "create-profile", "create-collection",
        "create-queue", "create-team", "create-resource", "create-folder", "deactivate-resource",
        "delete-resource", "create-user", "delete-user",
    ]  # fmt: skip

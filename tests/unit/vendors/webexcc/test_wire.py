from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.value import Values
from reconciler.vendors.webexcc import wire


def body(*rows: tuple[str, str], **more: Any) -> dict[str, Any]:
    """A profile as a tenant answers it."""
    return {
        "id": "p1",
        "name": "Lead",
        "active": True,
        "version": 3,
        "profileType": "SUPERVISOR",
        "permissionAccessLevel": "SPECIFIC",
        "resourceAccessLevel": "ALL",
        "permissions": [
            {"id": f"row-{name}", "name": name, "access": access, "createdTime": 1}
            for name, access in rows
        ],
    } | more


def written(current: dict[str, Any], **levels: str) -> dict[str, dict[str, Any]]:
    declared = {name.replace("_", "-"): level for name, level in levels.items()}
    values: Values = {"fullAccess": False, "permissions": declared}
    rows = wire.profile_body(values, current, {})["permissions"]
    return {row["name"]: row for row in rows}


@pytest.mark.parametrize(
    ("shown", "level", "access"),
    [
        ("ENABLED", "disabled", "DISABLED"),
        ("DISABLED", "enabled", "ENABLED"),
        ("NONE", "enabled", "EDIT"),
        ("EDIT", "disabled", "NONE"),
    ],
)
def test_a_switch_is_written_in_the_words_that_the_tenant_showed(
    shown: str, level: str, access: str
) -> None:
    found = written(body(("barge-in", shown)), barge_in=level)
    assert found["barge-in"] == {"id": "row-barge-in", "name": "barge-in", "access": access}


def test_both_alphabets_read_the_same() -> None:
    for on, off in (("EDIT", "NONE"), ("ENABLED", "DISABLED")):
        live = wire.profile(body(("barge-in", on), ("send-message", off), ("queue", on)))
        assert live.values["permissions"] == {
            "barge-in": "enabled",
            "send-message": "disabled",
            "queue": "edit",
        }


def test_a_permission_that_nobody_knows_keeps_the_tenant_s_words() -> None:
    current = body(("ai-notes", "ENABLED"), ("ai-tags", "EDIT"))
    assert wire.profile(current).values["permissions"] == {"ai-notes": "enabled", "ai-tags": "edit"}
    found = written(current, queue="view")
    assert {name: row["access"] for name, row in found.items()} == {
        "ai-notes": "ENABLED",
        "ai-tags": "EDIT",
        "queue": "VIEW",
    }


def test_full_access_of_a_supervisor_reads_without_tenant_settings() -> None:
    full = body(permissionAccessLevel="ALL")
    del full["permissions"]
    levels = wire.profile(full).values["permissions"]
    assert isinstance(levels, dict)
    assert (levels["queue"], levels["tenant-setting"]) == ("edit", "none")


def test_folders_are_sets_of_numbers() -> None:
    one = wire.profile(body(editableFolderIds=[2, 1], viewableFolderIds=None))
    other = wire.profile(body(editableFolderIds=[1, 2], nonViewableFolderIds=[]))
    assert one.values["analyzerFolders"] == other.values["analyzerFolders"]
    assert one.digest == other.digest
    folders = {"editable": frozenset({"10", "9"}), "viewable": frozenset(), "hidden": frozenset()}
    sent = wire.profile_body({"analyzerFolders": folders}, body(nonViewableFolderIds=[5]), {})
    assert (sent["editableFolderIds"], sent["nonViewableFolderIds"]) == ([9, 10], [])
    kept = wire.profile_body({"description": "x"}, body(nonViewableFolderIds=[5]), {})
    assert kept["nonViewableFolderIds"] == [5]

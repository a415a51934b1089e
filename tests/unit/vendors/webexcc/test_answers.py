from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import TenantError
from reconciler.vendors.webex.answers import documented
from reconciler.vendors.webexcc import wire

PROFILE: dict[str, Any] = {
    "id": "p-1",
    "name": "Lead",
    "profileType": "SUPERVISOR",
    "permissionAccessLevel": "SPECIFIC",
    "resourceAccessLevel": "SPECIFIC",
    "permissions": [{"name": "queue", "access": "EDIT"}],
    "resourceCollections": [{"id": "c-1", "name": "Billing"}],
}
COLLECTION: dict[str, Any] = {
    "id": "c-1",
    "name": "Billing",
    "resources": [{"name": "queue", "accessLevel": "SPECIFIC", "ids": ["q-1"]}],
}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("permissionAccessLevel", "SOME", "permissionAccessLevel is 'SOME', which is not known"),
        ("resourceAccessLevel", None, "resourceAccessLevel is None"),
        ("profileType", "ROBOT", "profileType is 'ROBOT'"),
        ("permissions", "odd", "permissions is not a list of objects"),
        ("permissions", [{"name": "queue", "access": "SOME"}], "access is 'SOME'"),
        ("permissions", [{"access": "VIEW"}], "`name` is missing"),
        ("resourceCollections", ["c-1"], "resourceCollections is not a list of objects"),
        ("editableFolderIds", "12", "editableFolderIds is not a list of numbers"),
        ("defaultResourceCollectionId", {"id": "c-1"}, "a reference is not an id"),
    ],
)
def test_a_profile_of_another_shape_is_refused(field: str, value: object, said: str) -> None:
    assert wire.profile(PROFILE).name == "Lead"
    with pytest.raises(TenantError) as caught, documented("GET it", "t-1"):
        wire.profile(PROFILE | {field: value})
    assert (caught.value.told.code, caught.value.tracking_id) == ("TEN113", "t-1")
    assert said in caught.value.told.summary


@pytest.mark.parametrize(
    "resources",
    [
        "odd",
        [{"name": "queue"}],
        [{"name": "queue", "accessLevel": "SOME"}],
        [{"name": "queue", "accessLevel": "SPECIFIC", "ids": "q-1"}],
        [{"name": "queue", "accessLevel": "SPECIFIC", "ids": [5]}],
    ],
)
def test_a_collection_of_another_shape_is_refused(resources: object) -> None:
    assert wire.collection(COLLECTION).name == "Billing"
    with pytest.raises(TenantError, match="TEN113"), documented("GET it"):
        wire.collection(COLLECTION | {"resources": resources})


@pytest.mark.parametrize("kind", ["ANALYZER_ADMINISTRATOR", "ANALYZER_SUPERVISOR", "ANALYZER_USER"])
def test_types_that_are_documented_and_not_managed_are_read(kind: str) -> None:
    values = wire.profile(PROFILE | {"profileType": kind, "permissionAccessLevel": "ALL"}).values
    assert values["profileType"] == kind.lower()

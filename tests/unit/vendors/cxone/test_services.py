"""Each service of the sandbox: what it answers, and what it refuses."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.unit.vendors.cxone.services import JANE, NEW, OMAR, ROOT, SEED, Services

USERS, SEARCH = "/user-management/v1/users", "/user-management/v2/users/search"
ROLES, TEAMS = "/authorization/v1/roles", "/user-management/v3/teams"
ACD, SCIM = "/inContactAPI/services/v34.0", "/scim/v2/Users"
KIM = {"firstName": "Kim", "lastName": "Lee", "emailAddress": "kim@x.example", "role": "Agent"}


def names(tenant: Services, body: dict[str, Any]) -> list[str]:
    return [each["displayName"] for each in tenant("POST", f"{ROLES}/search", body)["roles"]]


def test_roles_are_searched(tenant: Services) -> None:
    by_name = {"orderBy": {"displayName": "DESC"}}
    assert names(tenant, by_name) == ["Spare", "Root", "Retired", "Agent"]
    page = {"page": {"pageSize": 2, "pageNo": 1}, "orderBy": {"displayName": "ASC"}}
    assert names(tenant, page) == ["Root", "Spare"]
    first = {"page": {"pageSize": 2, "pageNo": 0}, "orderBy": {"displayName": "ASC"}}
    assert names(tenant, first) == ["Agent", "Retired"]
    assert names(tenant, {"filter": {"status": ["INACTIVE"]}}) == ["Retired"]
    like = {"filter": {"displayName": ["AR"]}, "operations": {"displayName": "LIKE"}}
    assert names(tenant, like) == ["Spare"]
    other = {"filter": {"status": ["ACTIVE"]}, "operations": {"status": "NOT"}}
    assert names(tenant, other) == ["Retired"]
    between = {"filter": {"displayName": ["A", "B"]}, "operations": {"displayName": "BETWEEN"}}
    assert names(tenant, between) == ["Agent"]
    columns = {"metrices": {"columns": ["roleId"]}}
    every = tenant("POST", f"{ROLES}/search", columns)["roles"]
    assert all(each.keys() == {"roleId"} for each in every)


@pytest.mark.parametrize(
    "body",
    [
        {"page": {"pageNo": -1}},
        {"page": {"pageSize": -1}},
        {"page": {"pageSize": "many"}},
        {"filter": ["status"]},
        {"filter": {"status": ["ACTIVE"]}, "operations": {"status": "NEARLY"}},
    ],
)
def test_what_is_no_search_is_refused(tenant: Services, body: dict[str, Any]) -> None:
    told = tenant("POST", f"{ROLES}/search", body, 400)
    assert told.keys() == {"code", "details", "hostname", "entityType", "errors"}


def test_a_permission_brings_view(tenant: Services) -> None:
    tree = [{"applicationId": "qm", "privileges": [{"privilegeId": "p", "actions": ["edit"]}]}]
    body = {"displayName": "Made", "status": "DRAFT", "applications": tree}
    tenant("POST", ROLES, body, 201)
    (application,) = tenant.role("Made")["applications"]
    assert application["privileges"] == [{"privilegeId": "p", "actions": ["edit", "view"]}]


def test_the_filter_keys_of_roles_are_lists(tenant: Services) -> None:
    agent, retired = tenant.role("Agent"), tenant.role("Retired")
    for key, values, found in (
        ("roleId", [agent["roleId"], retired["roleId"]], ["Agent", "Retired"]),
        ("roleName", ["Agent"], ["Agent"]),
        ("status", ["INACTIVE", "DRAFT"], ["Retired"]),
        ("internal", [0], ["Agent", "Root", "Retired", "Spare"]),
        ("internal", [1], []),
    ):
        assert names(tenant, {"filter": {key: values}}) == found


def test_roles_have_internal_names_ids_of_version_1_and_flat_permissions(
    tmp_path: Path,
) -> None:
    agent = {"name": "Agent", "internal": True, "permissions": {"quality-mgmt": {"a b": ["view"]}}}
    lead = {"name": "Lead", "roleName": "lead_v1"}
    tenant = Services(tmp_path, {**SEED, "roles": [*SEED["roles"][1:], agent, lead]})
    try:
        found = tenant.role("Agent")
        assert (found["roleName"], found["internal"]) == ("Employee", 1)
        assert uuid.UUID(found["roleId"]).version == 1
        assert found["permissions"] == [{"permission": "qualityMgmt:aB:view"}]
        assert tenant.role("Lead")["roleName"] == "lead_v1"
        assert tenant.role("Root")["roleName"] == "Root"
        # what is shown may change, the internal name does not
        path = f"{ROLES}/{found['roleId']}"
        renamed = {**found, "displayName": "Advisor", "roleName": "Advisor"}
        changed = tenant("PUT", path, renamed)
        assert (changed["displayName"], changed["roleName"]) == ("Advisor", "Employee")
        assert tenant.user(JANE)["role"] == "Employee"
        # nobody else can be called as a role is internally
        assert tenant("POST", ROLES, {"displayName": "EMPLOYEE"}, 400)["code"] == "ROLE_NAME_EXISTS"
    finally:
        tenant.sandbox.close()


@pytest.mark.parametrize(
    ("quirk", "takes"),
    [("name", {"internal"}), ("nameOrId", {"internal", "id"}), ("displayName", {"shown"})],
)
def test_a_write_names_the_primary_role_as_the_tenant_wants_it(
    tmp_path: Path, quirk: str, takes: set[str]
) -> None:
    agent = {"name": "Agent", "internal": True}
    quirks = {"writtenRole": quirk}
    tenant = Services(tmp_path, {**SEED, "roles": [agent, *SEED["roles"][1:]], "quirks": quirks})
    try:
        role, jane = tenant.role("Agent"), tenant.user(JANE)
        given = {"internal": "Employee", "shown": "Agent", "id": role["roleId"]}
        for form, value in given.items():
            heard = tenant.heard("PUT", USERS, {**jane, "role": value})
            assert (heard.status == 200) == (form in takes), form
            assert tenant.user(JANE)["roleUUID"] == role["roleId"]
        # an id beside it is ignored: `roleUUID` is in answers alone
        other = tenant.role("Root")["roleId"]
        name = given[next(iter(takes & {"internal", "shown"}))]
        tenant("PUT", USERS, {**jane, "role": name, "roleUUID": other})
        assert tenant.user(JANE)["roleUUID"] == role["roleId"]
    finally:
        tenant.sandbox.close()


def test_permissions_are_listed(tenant: Services) -> None:
    told = tenant("GET", "/authorization/v1/permissions")["applications"]
    assert [each["applicationId"] for each in told] == ["acd", "admin", "qm", "wfm"]


def test_a_role_has_a_history(tenant: Services) -> None:
    spare = tenant.role("Spare")
    tenant.later(hours=1)
    changed = {**spare, "displayName": "Kept", "status": "DRAFT"}
    assert tenant.heard("PUT", f"{ROLES}/{spare['roleId']}", changed).status == 400
    jane = tenant.user(JANE)
    tenant("PUT", USERS, {**jane, "secondaryRoleIds": []})
    tenant("PUT", f"{ROLES}/{spare['roleId']}", changed)
    path = f"{ROLES}/{spare['roleId']}/history/search"
    told = tenant("POST", path, {"from": "2026-11-25T09:30:00+00:00"})
    assert told["totalRecords"] == 2
    assert [(e["attribute"], e["previousValue"], e["changedValue"]) for e in told["changes"]] == [
        ("status", "ACTIVE", "DRAFT"), ("displayName", "Spare", "Kept")
    ]  # fmt: skip
    assert {each["modifiedBy"] for each in told["changes"]} == {ROOT}
    early = tenant("POST", path, {"to": "2026-11-25T09:30:00+00:00"})["changes"]
    assert "Kept" not in str(early)
    assert len(tenant("POST", path, {"skip": 1, "top": 1})["changes"]) == 1
    said = tenant.sandbox.act("role-history", {"role": "Kept", "text": "draft"}, ROOT)
    assert "status `ACTIVE` -> `DRAFT`" in said
    assert ";" not in said


def test_users_are_searched_and_listed(tenant: Services) -> None:
    told = tenant("POST", SEARCH, {"fields": ["userName"], "skip": 1, "top": 2})
    assert told == {
        "totalRecords": 4, "skip": 1, "top": 2, "users": [{"userName": NEW}, {"userName": OMAR}]
    }  # fmt: skip
    active = tenant(
        "POST", SEARCH, {"filter": {"status": ["ACTIVE"]}, "orderBy": {"userName": "DESC"}}
    )
    assert [each["userName"] for each in active["users"]] == [ROOT, JANE]
    assert OMAR not in {each["userName"] for each in tenant("GET", USERS)["users"]}
    assert tenant.user(OMAR)["status"] == "DELETED"
    some = tenant("GET", f"{USERS}?fullNameContains=JANE")["users"]
    assert [each["userName"] for each in some] == [JANE]
    first = tenant("GET", "/user-management/v2/users/identities?top=3")
    assert first["totalRecords"] == 4
    assert first["_links"]["previous"] is None
    rest = tenant("GET", first["_links"]["next"])
    assert len(rest["users"]) == 1
    assert rest["_links"]["next"] is None
    jane = tenant.user(JANE)
    assert tenant("GET", f"{USERS}/{jane['id']}")["user"] == jane
    identity = tenant("GET", f"{USERS}/{jane['id']}/identities")
    assert identity == {"user": {"id": jane["id"], "fullName": jane["fullName"]}}
    tenant("GET", "/user-management/v3/users/nobody", None, 404)


def test_a_user_is_made_and_signs_in(tenant: Services) -> None:
    made = tenant("POST", USERS, KIM)
    kim = tenant.user("kim@x.example")
    assert (kim["id"], kim["status"]) == (made["uuid"], "PENDING")
    assert kim["roleUUID"] == tenant.role("Agent")["roleId"]
    renamed = {**kim, "userName": "kim.lee@x.example"}
    assert tenant("PUT", USERS, renamed, 400)["code"] == "USER_PENDING"
    tenant.sandbox.act("sign-in", {"employee": "kim@x.example"}, ROOT)
    tenant("PUT", USERS, renamed)
    assert tenant.user("kim.lee@x.example")["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"firstName": ""}, "BAD_REQUEST"),
        ({"role": "Nobody's"}, "ROLE_NOT_FOUND"),
        ({"role": "Retired"}, "ROLE_NOT_ACTIVE"),
        ({"emailAddress": JANE}, "USER_ALREADY_EXISTS"),
        ({"emailAddress": JANE.upper()}, "USER_ALREADY_EXISTS"),
        ({"emailAddress": "kim"}, "USER_NAME_INVALID"),
        ({"status": "ASLEEP"}, "BAD_REQUEST"),
        ({"secondaryRoleIds": [str(n) for n in range(11)]}, "ROLE_NOT_FOUND"),
    ],
)
def test_a_user_that_cannot_be(tenant: Services, change: dict[str, Any], code: str) -> None:
    told = tenant("POST", USERS, KIM | change, 400)
    assert code in (told["code"], told["details"])


def test_a_whole_user_is_replaced_and_what_is_missing_is_lost(tenant: Services) -> None:
    jane = tenant.user(JANE)
    told = tenant("PUT", USERS, {"id": jane["id"]}, 400)
    assert "userName" in told["details"]
    kept = {key: jane[key] for key in jane if key not in ("customAttributes", "secondaryRoleIds")}
    tenant("PUT", USERS, kept)
    assert "customAttributes" not in tenant.user(JANE)
    assert tenant.user(JANE)["secondaryRoleIds"] == []


def test_invitations_and_ways_to_sign_in(tenant: Services) -> None:
    new = tenant.user(NEW)
    by_id = "/user-management/v2/users/inviteById"
    assert tenant("POST", by_id, {"inviteUserIds": [new["id"]]}) == {"success": True}
    tenant("POST", by_id, {"inviteUserIds": ["nobody"]}, 404)
    by_mail = "/user-management/v2/users/inviteByEmail"
    assert tenant("POST", by_mail, {"emailAddressesList": [NEW]}) == {"success": True}
    tenant("POST", by_mail, {"emailAddressesList": ["x@y"]}, 400)
    path = f"{USERS}/{new['id']}/login-authenticator"
    tenant("PUT", path, {"authenticatorId": "sso"})
    assert tenant.user(NEW)["loginAuthenticatorId"] == "sso"
    tenant("PUT", path, {}, 400)


def test_teams(tenant: Services) -> None:
    (north,) = tenant("POST", "/user-management/v4/teams/search", {})["teams"]
    assert tenant("GET", f"{TEAMS}/{north['id']}")["team"]["name"] == "North"
    tenant("POST", TEAMS, {"name": "South", "status": "ACTIVE"})
    tenant("PUT", TEAMS, {"id": north["id"], "name": "Up", "status": "INACTIVE"})
    asked = {"filter": {"name": ["Up"]}, "operations": {"name": "IN"}}
    found = tenant("POST", "/user-management/v4/teams/search", asked)
    assert (found["totalRecords"], found["teams"][0]["status"]) == (1, "INACTIVE")
    for wrong in ({"name": "South", "status": "ACTIVE"}, {"name": "East"}, {"status": "ACTIVE"}):
        tenant("POST", TEAMS, wrong, 400)
    tenant("GET", f"{TEAMS}/nothing", None, 404)


def test_security_profiles_are_the_roles(tenant: Services) -> None:
    told = tenant("GET", f"{ACD}/security-profiles")["profiles"]
    agent = next(each for each in told if each["securityProfileName"] == "Agent")
    assert agent["roleId"] == tenant.role("Agent")["roleId"]
    assert agent["permissions"] == [{"permissionKey": "acd/agent", "optionKeys": ["edit", "view"]}]
    old = tenant("GET", f"{ACD}/security-profiles/{agent['securityProfileId']}")["profile"]
    assert (old["profileName"], len(old["assignedAgents"])) == ("Agent", 2)
    tenant("GET", f"{ACD}/security-profiles/99", None, 404)


def test_agents_are_the_users(tenant: Services) -> None:
    told = tenant("GET", f"{ACD.lower()}/agents?top=3&isActive=true")
    assert (told["totalRecords"], len(told["agents"])) == (3, 3)
    jane = next(each for each in told["agents"] if each["userName"] == JANE)
    allowed = tenant("GET", f"{ACD}/permissions?agentId={jane['agentId']}")["permissions"]
    assert tenant("GET", f"{ACD}/permissions/{jane['agentId']}")["permissions"] == allowed
    tenant("GET", f"{ACD}/permissions/99", None, 404)
    assert {"BusinessUnitId": 1, "Key": "acd/agent", "Value": "View"} in allowed
    assert "qm" not in str(allowed)
    retired, spare = tenant.role("Retired"), tenant.role("Spare")
    number = jane["agentId"]
    changes = [
        {"agentId": number, "roleId": spare["roleId"]},
        {"agentId": number, "roleId": retired["roleId"]},
        {"agentId": 99, "profileId": 1},
    ]
    results = tenant("PUT", f"{ACD}/agents", {"agents": changes})
    assert results["errorCount"] == 2
    assert [each["success"] for each in results["agentResults"]] == [True, False, False]
    assert tenant.user(JANE)["roleUUID"] == spare["roleId"]
    assert tenant("POST", f"{ACD}/agents", {"agents": [{}]})["errorCount"] == 1


def test_nobody_changes_their_own_role_anywhere(tenant: Services) -> None:
    spare, root = tenant.role("Spare")["roleId"], tenant.user(ROOT)
    told = tenant("PUT", USERS, {**root, "role": "Spare"}, 400)
    assert told["code"] == "OWN_ROLE"
    agents = tenant("GET", f"{ACD}/agents?searchString=root")["agents"]
    change = {"agents": [{"agentId": agents[0]["agentId"], "roleId": spare}]}
    assert tenant("PUT", f"{ACD}/agents", change)["errorCount"] == 1
    tenant("PUT", f"{SCIM}/{root['id']}", {"roles": [{"value": spare}]}, 400)
    assert tenant.user(ROOT) == root


def test_acd_refuses_in_words_of_its_own(tenant: Services) -> None:
    for path, status in (("nothing", 404), ("groups/9", 404), ("agents?skip=x", 400)):
        heard = tenant.heard("GET", f"{ACD}/{path}")
        assert heard.status == status
        assert heard.json.keys() == {"error", "error_description"}
        assert (b"icStatusDescription", heard.json["error_description"].encode()) in heard.headers
    assert tenant.heard("GET", f"{ACD}/agents", token="x").json["error"] == "invalid_token"  # noqa: S106


def test_groups(tenant: Services) -> None:
    (made,) = tenant("POST", f"{ACD}/groups", {"groups": [{"groupName": "Night"}]}, 201)["groups"]
    path = f"{ACD}/groups/{made['groupId']}"
    tenant("PUT", path, {"notes": "late"})
    assert tenant("GET", path)["notes"] == "late"
    assert tenant("GET", f"{ACD}/groups")["totalRecords"] == 1
    (agent,) = tenant("GET", f"{ACD}/agents?searchString=jane")["agents"]
    members = {"agents": [{"agentId": agent["agentId"]}]}
    tenant("POST", f"{path}/agents", members)
    assert tenant("GET", f"{path}/agents") == members
    tenant("DELETE", f"{path}/agents", members)
    assert tenant("GET", f"{path}/agents") == {"agents": []}
    tenant("POST", f"{ACD}/groups", {"groups": [{}]}, 400)


def test_scim_knows_the_primary_role_alone(tenant: Services) -> None:
    (jane,) = tenant("GET", f'{SCIM}?filter=userName eq "{JANE}"')["Resources"]
    assert [each["display"] for each in jane["roles"]] == ["Agent"]
    made = tenant(
        "POST",
        "/basic-auth/scim/v2/Users",
        {
            "userName": "kim@x.example",
            "name": {"givenName": "Kim", "familyName": "Lee"},
            "emails": [{"type": "work", "value": "kim@x.example"}],
        },
        201,
    )
    assert made["roles"][0]["display"] == "Agent"
    path = f"{SCIM}/{made['id']}"
    change = {"Operations": [{"path": "roles", "value": [{"display": "Spare"}]}]}
    assert tenant("PATCH", path, change)["roles"][0]["display"] == "Spare"
    assert tenant("PUT", path, {"active": False})["active"] is False
    assert tenant("GET", path)["active"] is False
    retired = {"roles": [{"display": "Retired"}], "active": True}
    tenant("PUT", path, retired, 400)
    assert tenant.heard("DELETE", path).status == 405
    tenant("GET", f"{SCIM}?filter=title pr", None, 400)
    assert tenant("GET", "/scim/v2/Schemas")["totalResults"] == 2


SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


@pytest.mark.parametrize(
    ("call", "status", "kind"),
    [
        (("GET", "/scim/v2/Users/nobody", None), 404, None),
        (("GET", "/basic-auth/scim/v2/Users/nobody", None), 404, None),
        (("GET", "/scim/v2/Nonsense", None), 404, None),
        (("GET", "/scim/v2/Users/a/b/c", None), 404, None),
        (("DELETE", "/scim/v2/Users/{jane}", None), 405, None),
        (("GET", "/scim/v2/Users?filter=title pr", None), 400, "invalidFilter"),
        (("GET", "/scim/v2/Users?startIndex=x", None), 400, "invalidValue"),
        (("POST", "/scim/v2/Users", {}), 400, "invalidValue"),
        (("POST", "/scim/v2/Users", []), 400, "invalidSyntax"),
        (("POST", "/scim/v2/Users", {"nonsense": 1}), 400, "invalidValue"),
        (("PUT", "/scim/v2/Users/{jane}", {"active": "perhaps"}), 400, "invalidValue"),
        (("PATCH", "/scim/v2/Users/{jane}", {}), 400, "invalidSyntax"),
    ],
)
def test_scim_refuses_in_its_own_shape(
    tenant: Services, call: tuple[str, str, Any], status: int, kind: str | None
) -> None:
    method, path, body = call
    jane = tenant.user(JANE)
    heard = tenant.heard(method, path.format(jane=jane["id"]), body)
    assert heard.status == status
    assert heard.json["schemas"] == [SCIM_ERROR]
    assert heard.json["status"] == str(status)
    assert heard.json["detail"]
    assert heard.json.get("scimType") == kind
    assert tenant.user(JANE) == jane


def test_scim_refuses_a_bad_token_in_its_own_shape(tenant: Services) -> None:
    heard = tenant.heard("GET", SCIM, token="x")  # noqa: S106
    assert (heard.status, heard.json["schemas"], heard.json["status"]) == (401, [SCIM_ERROR], "401")


NOTHING = (
    "nonsense", "name.nonsense", "emails.nonsense", "active.x", "userName[type eq 1]", "urn:x:y",
    "roles[", "", "a b", "urn:ietf:params:scim:schemas:extension:nice:2.0:User:x",
)  # fmt: skip


@pytest.mark.parametrize("path", NOTHING)
@pytest.mark.parametrize("operation", ["add", "replace", "Remove"])
def test_scim_refuses_a_path_that_names_nothing(
    tenant: Services, operation: str, path: str
) -> None:
    jane = tenant.user(JANE)
    change = {"Operations": [{"op": operation, "path": path, "value": "v"}]}
    told = tenant("PATCH", f"{SCIM}/{jane['id']}", change, 400)
    assert told["scimType"] == "invalidPath"
    assert tenant.user(JANE) == jane


@pytest.mark.parametrize(
    ("operation", "field", "value"),
    [
        ({"op": "Replace", "path": "userName", "value": "j@x.example"}, "userName", "j@x.example"),
        ({"path": "NAME.FAMILYNAME", "value": "Doe"}, "lastName", "Doe"),
        ({"op": "add", "value": {"name": {"givenName": "Jo"}}}, "firstName", "Jo"),
        ({"path": 'emails[type eq "work"].value', "value": "j@y"}, "emailAddress", "j@y"),
        ({"path": "active", "value": "False"}, "status", "DELETED"),
        (
            {"path": "urn:ietf:params:scim:schemas:core:2.0:User:displayName", "value": "J"},
            "displayName", "J",
        ),
    ],
)  # fmt: skip
def test_scim_patches_what_a_path_names(
    tenant: Services, operation: dict[str, Any], field: str, value: str
) -> None:
    jane = tenant.user(JANE)
    tenant("PATCH", f"{SCIM}/{jane['id']}", {"Operations": [operation]})
    after = tenant("GET", f"{USERS}/{jane['id']}")["user"]
    assert after[field] == value


def test_scim_finds_a_user_whatever_the_case_of_the_name(tenant: Services) -> None:
    for name in (JANE, JANE.upper(), JANE.title()):
        found = tenant("GET", f'{SCIM}?filter=USERNAME EQ "{name}"')
        assert [each["userName"] for each in found["Resources"]] == [JANE]
    assert tenant("GET", f'{SCIM}?filter=userName eq "nobody@x.example"')["totalResults"] == 0


@pytest.mark.parametrize("name", [JANE, JANE.upper()])
def test_scim_makes_nobody_twice(tenant: Services, name: str) -> None:
    body = {"userName": name, "name": {"givenName": "J", "familyName": "D"}}
    told = tenant("POST", SCIM, body, 409)
    assert (told["scimType"], told["detail"]) == ("uniqueness", "USER_ALREADY_EXISTS")
    new = tenant.user(OMAR)
    assert tenant("PUT", f"{SCIM}/{new['id']}", {"userName": name}, 409)["status"] == "409"


def test_scim_needs_the_role_agent(tenant: Services) -> None:
    agent = tenant.role("Agent")
    tenant("PUT", f"{ROLES}/{agent['roleId']}", {**agent, "displayName": "Advisor"})
    body = {"userName": "kim@x.example", "name": {"givenName": "K", "familyName": "L"}}
    assert "Agent" in tenant("POST", SCIM, body, 400)["detail"]

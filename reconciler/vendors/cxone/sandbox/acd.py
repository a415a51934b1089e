"""ACD's view of the same tenant: security profiles, which are the roles, agents and groups.

Paths are lower case here; the front makes them so. Numbers stand for ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.cxone.sandbox import query
from reconciler.vendors.cxone.sandbox.data import GROUP, ROLE, USER, Data, held, is_active
from reconciler.vendors.cxone.sandbox.trees import flat
from reconciler.vendors.cxone.sandbox.users import Users, linked

BASE = "/incontactapi/services/{version}"
TOP, MOST = 50, 100
_NAMES = {"ACTIVE": "Active", "INACTIVE": "Inactive", "DRAFT": "Draft"}


class Acd:
    """The Admin API."""

    def __init__(self, data: Data, users: Users) -> None:
        self._data, self._users = data, users

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation."""
        yield Endpoint("GET", f"{BASE}/security-profiles", self.profiles)
        yield Endpoint("GET", f"{BASE}/security-profiles/{{profileid}}", self.profile)
        yield Endpoint("GET", f"{BASE}/permissions", self.permissions)
        yield Endpoint("GET", f"{BASE}/permissions/{{agentid}}", self.permissions)
        yield Endpoint("GET", f"{BASE}/agents", self.agents)
        yield Endpoint("POST", f"{BASE}/agents", self.no_new_agents)
        yield Endpoint("PUT", f"{BASE}/agents", self.change_agents)
        yield Endpoint("GET", f"{BASE}/groups", self.groups)
        yield Endpoint("POST", f"{BASE}/groups", self.create_group)
        yield Endpoint("GET", f"{BASE}/groups/{{groupid}}", self.group)
        yield Endpoint("PUT", f"{BASE}/groups/{{groupid}}", self.change_group)
        for method in ("GET", "POST", "DELETE"):
            yield Endpoint(method, f"{BASE}/groups/{{groupid}}/agents", self.members(method))

    # --- roles, as ACD sees them

    def profiles(self, call: Call) -> Answer:
        """Every role as a security profile; how they are chosen is not documented."""
        rows = [self._profile(each) for each in self._data.store.rows(ROLE)]
        skip, top = _part(call.query)
        links = linked(_path(call, "security-profiles"), skip, top, len(rows))
        return Answer(200, {"_links": links, "profiles": rows[skip : skip + top]})

    def profile(self, call: Call) -> Answer:
        """One of them in the old shape, with who holds it."""
        number = call.path["profileid"]
        role = self._data.store.get(ROLE, self._data.numbered("profile", number) or "")
        if role is None:
            raise Refusal(404, f"there is no security profile {number}")
        holders = [self._data.number("agent", u["id"]) for u in self._data.holders(role["id"])]
        told = {
            "profileId": int(number),
            "profileName": role["displayName"],
            "description": role["description"],
            "isActive": role["status"] == "ACTIVE",
            "isExternal": False,
            "assignedAgents": holders,
        }
        return Answer(200, {"profile": told})

    def _profile(self, role: Body) -> Body:
        keys: dict[str, list[str]] = {}
        for each in sorted(flat(role["applications"])):
            place, _, action = each.rpartition("/")
            keys.setdefault(place, []).append(action)
        return {
            "roleId": role["roleId"],
            "securityProfileId": self._data.number("profile", role["id"]),
            "securityProfileName": role["displayName"],
            "description": role["description"],
            "securityProfileStatusName": _NAMES[role["status"]],
            "isInternal": bool(role["internal"]),
            "permissions": [{"permissionKey": k, "optionKeys": o} for k, o in keys.items()],
            "dataRestrictions": [],
        }

    def permissions(self, call: Call) -> Answer:
        """The ACD permissions of an agent's primary role: secondary roles do not count here."""
        asked = call.query.get("agentid") or call.query.get("agentId")
        user = self._agent(call.path.get("agentid") or asked)
        allowed = flat(self._data.role(user["roleUUID"])["applications"])
        rows = [
            {"BusinessUnitId": 1, "Key": place, "Value": action.capitalize()}
            for place, _, action in (each.rpartition("/") for each in sorted(allowed))
        ]
        return Answer(200, {"permissions": rows})

    # --- agents

    def agents(self, call: Call) -> Answer:
        """A part of the users, as agents."""
        asked = call.query
        rows = [self._shown(each) for each in self._data.store.rows(USER)]
        if asked.get("isActive") in ("true", "false"):
            rows = [row for row in rows if row["isActive"] == (asked["isActive"] == "true")]
        if wanted := asked.get("searchString", "").casefold():
            rows = [row for row in rows if wanted in str(row["userName"]).casefold()]
        skip, top = _part(asked)
        fields = asked["fields"].split(",") if asked.get("fields") else None
        return Answer(
            200,
            {
                "businessUnitId": 1,
                "_links": linked(_path(call, "agents"), skip, top, len(rows)),
                "lastPollTime": self._data.clock().isoformat(),
                "totalRecords": len(rows),
                "hiddenAgents": 0,
                "agents": [query.only(row, fields) for row in rows[skip : skip + top]],
            },
        )

    def no_new_agents(self, call: Call) -> Answer:
        """Refused one by one: an employee is made in UserHub, and is an agent then."""
        rows = _list(call.body, "agents")
        told = [{"agentId": 0, "success": False, "error": "create the employee first"}] * len(rows)
        return Answer(200, {"errorCount": len(rows), "agentResults": told})

    def change_agents(self, call: Call) -> Answer:
        """Primary roles of agents, each by itself: a refused one is reported in its row."""
        results = [self._changed(each, call.identity) for each in _list(call.body, "agents")]
        failed = sum(not each["success"] for each in results)
        return Answer(200, {"errorCount": failed, "agentResults": results})

    def _changed(self, given: Mapping[str, Any], by: str) -> Body:
        number = given.get("agentId")
        try:
            with self._data.store.transaction():
                user = self._agent(number)
                role = given.get("roleId") or self._data.numbered("profile", given.get("profileId"))
                whole = {**user, "roleUUID": self._data.role_meant(role)["id"]} if role else user
                self._users.change(user, whole, by)
        except Refusal as refusal:
            return {"agentId": number, "success": False, "error": refusal.reason}
        return {"agentId": number, "success": True, "error": ""}

    def _shown(self, user: Body) -> Body:
        role = self._data.role(user["roleUUID"])
        return {
            "agentId": self._data.number("agent", user["id"]),
            "userID": user["id"],
            "userName": user["userName"],
            "firstName": user.get("firstName", ""),
            "lastName": user.get("lastName", ""),
            "isActive": is_active(user),
            "teamUuId": user.get("teamId", ""),
            "profileId": self._data.number("profile", role["id"]),
            "profileName": role["displayName"],
            "roleCount": len(held(user)),
        }

    def _agent(self, number: Any) -> Body:
        user = self._data.store.get(USER, self._data.numbered("agent", number) or "")
        if user is None:
            raise Refusal(404, f"there is no agent {number}")
        return user

    # --- groups

    def groups(self, call: Call) -> Answer:
        """A part of the groups."""
        rows = [_group(each) for each in self._data.store.rows(GROUP)]
        skip, top = _part(call.query)
        links = linked(_path(call, "groups"), skip, top, len(rows))
        part = rows[skip : skip + top]
        return Answer(200, {"totalRecords": len(rows), "_links": links, "groups": part})

    def create_group(self, call: Call) -> Answer:
        """New groups; answers with each by itself."""
        made = [self._keep(each, None) for each in _list(call.body, "groups")]
        return Answer(201, {"groups": [_group(each) for each in made]})

    def group(self, call: Call) -> Answer:
        """One group."""
        return Answer(200, _group(self._group(call)))

    def change_group(self, call: Call) -> Answer:
        """A group with other fields."""
        given = call.body if isinstance(call.body, dict) else {}
        return Answer(200, _group(self._keep(given, self._group(call))))

    def _keep(self, given: Mapping[str, Any], current: Body | None) -> Body:
        whole = {"notes": "", "isActive": True, "agents": [], **(current or {}), **given}
        if not whole.get("groupName"):
            raise Refusal(400, "groupName is missing")
        number = current["groupId"] if current else self._data.store.next("group")
        kept = {**whole, "groupId": number, "lastUpdated": self._data.clock().isoformat()}
        self._data.store.put(GROUP, {**kept, "id": str(number)}, str(whole["groupName"]))
        return kept

    def _group(self, call: Call) -> Body:
        found = self._data.store.get(GROUP, call.path["groupid"])
        if found is None:
            raise Refusal(404, f"there is no group {call.path['groupid']}")
        return found

    def members(self, method: str) -> Any:
        """Members of a group: read, add, remove."""

        def answer(call: Call) -> Answer:
            group = self._group(call)
            inside = list(group["agents"])
            if method != "GET":
                for each in _list(call.body, "agents"):
                    number = self._data.number("agent", self._agent(each.get("agentId"))["id"])
                    inside = [n for n in inside if n != number]
                    inside += [number] if method == "POST" else []
                self._keep({"agents": inside}, group)
            return Answer(200, {"agents": [{"agentId": each} for each in inside]})

        return answer


def _group(group: Mapping[str, Any]) -> Body:
    return {k: group[k] for k in ("groupId", "groupName", "notes", "isActive", "lastUpdated")}


def _list(body: Any, key: str) -> list[dict[str, Any]]:
    rows = body.get(key) if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise Refusal(400, f"{key} is missing")
    return rows


def _part(asked: Mapping[str, str]) -> tuple[int, int]:
    return query.whole(asked.get("skip"), 0), min(query.whole(asked.get("top"), TOP), MOST)


def _path(call: Call, what: str) -> str:
    return f"/inContactAPI/services/{call.path['version']}/{what}"

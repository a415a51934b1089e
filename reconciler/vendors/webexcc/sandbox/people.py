"""People: the caller as a Webex person, and a user found by their Webex id."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.data import (
    PERSON,
    PROFILE,
    USER,
    Data,
    machine_id,
    public,
    time_text,
    webex_id,
)
from reconciler.vendors.webexcc.sandbox.profiles import Profiles

_ACCESS_OF_TYPES = ("EntryPoints", "Sites", "Queues", "Teams")


class People:
    """`/people/me`, and the answers that carry a user together with their profile."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._profiles = Profiles(data)

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation on them."""
        by_ci = "user/by-ci-user-id/{id}"
        yield Endpoint("GET", "/v1/people/me", self.me)
        yield Endpoint("GET", f"/organization/{{orgid}}/{by_ci}", self.by_ci)
        yield Endpoint("GET", f"/organization/{{orgid}}/v2/{by_ci}", self.by_ci_granular)
        with_profile = "/organization/{orgid}/user/with-user-profile/{id}"
        yield Endpoint("GET", with_profile, self.with_profile)

    def me(self, call: Call) -> Answer:
        """The owner of the token: a user of the tenant, or a machine account."""
        user = Access.of(self._data, call.identity).user
        return Answer(200, self._person(user) if user else self._machine(call.identity))

    def by_ci(self, call: Call) -> Answer:
        """A user by their Webex id; with their profile in its older shape where that is wanted."""
        access = Access.of(self._data, call.identity)
        user = self._found(call, access)
        profile = self._profile(user, access) if _wants_profile(call) else None
        more = {"userProfileData": _legacy(profile)} if profile else {}
        return Answer(200, public(access.shown(USER, user)) | more)

    def by_ci_granular(self, call: Call) -> Answer:
        """The same with the profile as its own answer shows it."""
        access = Access.of(self._data, call.identity)
        user = self._found(call, access)
        if not _wants_profile(call):
            return Answer(200, public(access.shown(USER, user)))
        return Answer(200, self._with_granular(user, access))

    def with_profile(self, call: Call) -> Answer:
        """A user by their id, with their profile."""
        access = Access.of(self._data, call.identity)
        return Answer(200, self._with_granular(access.one(USER, call.path["id"]), access))

    def _with_granular(self, user: Body, access: Access) -> Body:
        shown, profile = public(access.shown(USER, user)), self._profile(user, access)
        if profile is None:
            return shown
        whole = self._profiles.whole(access.shown(PROFILE, profile))
        return shown | {"userProfileGranularAccessData": whole}

    def _profile(self, user: Body, access: Access) -> Body | None:
        """The user's profile: one's own always, another's with the permission to see profiles."""
        oneself = access.user is not None and access.user["id"] == user["id"]
        profile = user["userProfileId"]
        if not oneself and not (access.may(PROFILE, "VIEW") and access.sees(PROFILE, profile)):
            return None
        return self._data.one(PROFILE, profile)

    def _found(self, call: Call, access: Access) -> Body:
        number = call.path["id"]
        users = self._data.store.referrers(PERSON, number, USER)
        if not users:
            raise Refusal(404, f"there is no user with the Webex id {number}", {"entity": USER})
        return access.one(USER, users[0])

    def _person(self, user: Body) -> Body:
        return {
            "id": webex_id("PEOPLE", user["ciUserId"]),
            "emails": [user["email"]],
            "displayName": f"{user['firstName']} {user['lastName']}".strip(),
            "firstName": user["firstName"],
            "lastName": user["lastName"],
            "orgId": webex_id("ORGANIZATION", self._data.organization),
            "roles": [],
            "licenses": [],
            "created": time_text(user["createdTime"]),
            "lastModified": time_text(user["lastUpdatedTime"]),
            "invitePending": "false",
            "loginEnabled": "true" if user["active"] else "false",
            "type": "person",
        }

    def _machine(self, identity: str) -> Body:
        return {
            "id": webex_id("PEOPLE", machine_id(self._data.organization, identity)),
            "emails": [identity],
            "displayName": identity,
            "orgId": webex_id("ORGANIZATION", self._data.organization),
            "type": "bot",
        }


def _wants_profile(call: Call) -> bool:
    return call.query.get("includeUserProfile") == "true"


def _legacy(profile: Body) -> Body:
    """The shape of profiles before granular access, as far as it can say the same."""
    resources = profile["resourceAccessLevel"]
    kept = ("organizationId", "id", "version", "name", "description", "profileType", "active",
            "systemDefault", "createdTime", "lastUpdatedTime")  # fmt: skip
    return {
        **{key: profile[key] for key in kept},
        "accessAllModules": profile["permissionAccessLevel"],
        **{f"accessAll{name}": resources for name in _ACCESS_OF_TYPES},
    }

"""Users: listed, read and patched; made and removed by Control Hub alone."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox import audit, licences, user_fields
from reconciler.vendors.webexcc.sandbox.access import RESTRICTED, Access
from reconciler.vendors.webexcc.sandbox.checks import mapping, refuse_unless
from reconciler.vendors.webexcc.sandbox.data import PROFILE, USER, Data, public
from reconciler.vendors.webexcc.sandbox.keeping import kept
from reconciler.vendors.webexcc.sandbox.query import Listing
from reconciler.vendors.webexcc.sandbox.resource_types import COMMON

PATH = "user"
LISTING = Listing(
    PATH,
    frozenset(
        (*COMMON, *user_fields.REQUIRED, *user_fields.CLEARED, "broadCloudUserId", "xspVersion",
         "subscriptionId", "imiUserCreated", "dbId", "systemDefault")
    ) - {"name"},
    left_out=("teamIds",),
    searched=("firstName", "lastName", "email"),
    unfiltered=("xspVersion",),
    single=True,
)  # fmt: skip


class Users:
    """The service's users."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation on them."""
        item = f"/organization/{{orgid}}/{PATH}/{{id}}"
        yield Endpoint("GET", f"/organization/{{orgid}}/v2/{PATH}", self.list)
        yield Endpoint("GET", item, self.get)
        yield Endpoint("PATCH", item, self.patch)
        yield Endpoint("PUT", item, self.put)

    def list(self, call: Call) -> Answer:
        """A page of users, without their teams."""
        access = Access.of(self._data, call.identity)
        return LISTING.page(self._data.organization, access.rows(USER), call.query)

    def get(self, call: Call) -> Answer:
        """One user, whole."""
        access = Access.of(self._data, call.identity)
        user = access.one(USER, call.path["id"])
        shown = public(access.shown(USER, user))
        if call.query.get("includeUserProfileType") == "true":
            profile = self._data.one(PROFILE, user["userProfileId"])
            is_seen = access.sees(PROFILE, profile["id"])
            shown["userProfileType"] = profile["profileType"] if is_seen else RESTRICTED
        return Answer(200, shown)

    def patch(self, call: Call) -> Answer:
        """A user's profile, site and teams; what Control Hub owns is silently left as it is."""
        with self._data.store.transaction():
            access = Access.of(self._data, call.identity)
            current = access.one(USER, call.path["id"])
            body = kept(access, USER, mapping(call.body), current, partial=True)
            return self._changed(call, access, self.change(current, body))

    def put(self, call: Call) -> Answer:
        """A user replaced whole; what Control Hub owns is silently left as it is."""
        with self._data.store.transaction():
            access = Access.of(self._data, call.identity)
            current, body = access.one(USER, call.path["id"]), mapping(call.body)
            missing = [each for each in user_fields.REQUIRED if body.get(each) is None]
            refuse_unless(not missing, f"{', '.join(missing)}: missing")
            refuse_unless(body.get("id") in (None, current["id"]), "id differs from the path's")
            whole = {**user_fields.CLEARED, **kept(access, USER, body, current)}
            return self._changed(call, access, self.change(current, whole))

    def _changed(self, call: Call, access: Access, user: Body) -> Answer:
        audit.record(self._data, call.identity, "edited", USER, user, call.tracking_id)
        return Answer(200, public(access.shown(USER, user)))

    def change(self, current: Body, body: Body, *, in_control_hub: bool = False) -> Body:
        """Check and store what a user becomes; Control Hub gives the licence that goes with it."""
        changed = current | user_fields.checked(self._data, body)
        if "userProfileId" in body:
            wanted = body["userProfileId"]
            if in_control_hub:
                self._license(current, wanted)
            changed["userProfileId"] = self._profile(current, wanted, any_type=in_control_hub)
        return self._data.change(USER, changed)

    def _license(self, current: Body, wanted: object) -> None:
        """The licence of a profile of another type, where a user moves to one."""
        profile = self._data.store.get(PROFILE, str(wanted))
        had = self._data.one(PROFILE, current["userProfileId"])
        if profile is not None and profile["profileType"] != had["profileType"]:
            licences.give(self._data, current["id"], profile["profileType"], None)

    def _profile(self, current: Body, wanted: object, *, any_type: bool) -> str:
        profile = self._data.store.get(PROFILE, str(wanted))
        if profile is None:
            refuse_unless(False, f"there is no user profile {wanted}")
            raise AssertionError
        licences.refuse_unfit(self._data, current["id"], profile["profileType"])
        had = self._data.one(PROFILE, current["userProfileId"])
        refuse_unless(
            any_type or profile["profileType"] == had["profileType"],
            f"the profile type of a user ({had['profileType']}) is changed in Control Hub only",
        )
        return str(profile["id"])

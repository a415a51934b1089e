"""Users: listed, read and patched; made and removed by Control Hub alone."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox import query
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.checks import mapping, refuse_unless, texts
from reconciler.vendors.webexcc.sandbox.data import (
    PROFILE,
    SITE,
    TEAM,
    USER,
    Data,
    listed_rows,
    public,
)
from reconciler.vendors.webexcc.sandbox.keeping import kept

PATH = "user"


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

    def list(self, call: Call) -> Answer:
        """A page of users, without their teams."""
        rows = listed_rows(Access.of(self._data, call.identity).rows(USER), "teamIds")
        return query.page(self._data.organization, PATH, rows, call.query)

    def get(self, call: Call) -> Answer:
        """One user, whole."""
        access = Access.of(self._data, call.identity)
        return Answer(200, public(access.shown(USER, access.one(USER, call.path["id"]))))

    def patch(self, call: Call) -> Answer:
        """A user's profile, site and teams; what Control Hub owns is silently left as it is."""
        with self._data.store.transaction():
            access = Access.of(self._data, call.identity)
            current = access.one(USER, call.path["id"])
            body = kept(access, USER, mapping(call.body), current, partial=True)
            return Answer(200, public(access.shown(USER, self.change(current, body))))

    def change(self, current: Body, body: Body) -> Body:
        """Check and store what a user becomes."""
        changed = dict(current)
        if "userProfileId" in body:
            changed["userProfileId"] = self._profile(current, body["userProfileId"])
        if "siteId" in body:
            site = body["siteId"]
            refuse_unless(site is None or self._data.store.get(SITE, str(site)), "no such site")
            changed["siteId"] = site
        if "teamIds" in body:
            changed["teamIds"] = texts(body["teamIds"], "teamIds")
            for each in changed["teamIds"]:
                refuse_unless(self._data.store.get(TEAM, each), f"there is no team {each}")
        return self._data.change(USER, changed)

    def _profile(self, current: Body, wanted: object) -> str:
        profile = self._data.store.get(PROFILE, str(wanted))
        if profile is None:
            refuse_unless(False, f"there is no user profile {wanted}")
            raise AssertionError
        had = self._data.one(PROFILE, current["userProfileId"])
        refuse_unless(
            profile["profileType"] == had["profileType"],
            f"the profile type of a user ({had['profileType']}) is changed in Control Hub only",
        )
        return str(profile["id"])

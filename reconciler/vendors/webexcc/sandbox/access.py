"""Rights of the identity behind a token, and what of the tenant it sees.

Three kinds of identity: who has all resources sees everything; a delegated administrator (a
profile limited to collections) sees those collections, what is in them, the profiles and the
users that they reach; a machine account (no user of the tenant) may do everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.sandbox.tenant import IDENTITY
from reconciler.vendors.webexcc.sandbox.catalogue import RESOURCE_TYPES, WITHHELD
from reconciler.vendors.webexcc.sandbox.data import (
    COLLECTION,
    LINKS,
    PROFILE,
    TEAM,
    USER,
    Data,
)
from reconciler.vendors.webexcc.sandbox.resource_types import CODE, DESKTOP_PROFILE

RESTRICTED = "restricted"
"""What a field with one value reads where the value is hidden."""

SCOPES = ("cjp:config_read", "cjp:config_write", "audit:events_read")
"""What a token may do where its seed does not say."""

_ALSO: Mapping[str, Mapping[str, str]] = {
    PROFILE: {"defaultResourceCollectionId": COLLECTION},
    TEAM: {"userIds": USER},
}
"""Links that answers show beside those of the store."""

_LEVELS = ("NONE", "VIEW", "EDIT")


@dataclass(frozen=True, slots=True)
class Access:
    """One identity's rights; `of` looks them up.

    `user` and `profile` are None for a machine account. `own` are the collections of a delegated
    administrator, None where there is no limit to any.
    """

    data: Data
    identity: str
    scopes: frozenset[str]
    user: Body | None
    profile: Body | None
    own: tuple[Body, ...] | None

    @classmethod
    def of(cls, data: Data, identity: str) -> Access:
        """The rights of the identity of that e-mail."""
        return data.store.kept("access", identity, lambda: cls._of(data, identity))

    @classmethod
    def _of(cls, data: Data, identity: str) -> Access:
        seeded = data.store.get(IDENTITY, identity) or {}
        scopes = frozenset(SCOPES if seeded.get("scopes") is None else seeded["scopes"])
        user = None if seeded.get("machine") else data.store.named(USER, identity)
        if user is None:
            return cls(data, identity, scopes, None, None, None)
        profile = data.one(PROFILE, user["userProfileId"])
        own = None
        if profile["resourceAccessLevel"] != "ALL":
            own = tuple(data.one(COLLECTION, each) for each in profile["resourceCollections"])
        return cls(data, identity, scopes, user, profile, own)

    @property
    def default(self) -> Body | None:
        """The collection that takes what a delegated administrator creates."""
        if self.own is None or self.profile is None:
            return None
        return self.data.store.get(COLLECTION, self.profile["defaultResourceCollectionId"])

    @property
    def is_full(self) -> bool:
        """Return whether it is a full administrator; a machine account was authorized by one."""
        return self.profile is None or (
            self.profile["profileType"],
            self.profile["permissionAccessLevel"],
            self.profile["resourceAccessLevel"],
        ) == ("ADMINISTRATOR", "ALL", "ALL")

    def level(self, permission: str) -> str:
        """NONE, VIEW or EDIT."""
        if self.profile is None:
            return "EDIT"
        if permission in WITHHELD.get(self.profile["profileType"], ()):
            return "NONE"
        if self.profile["permissionAccessLevel"] == "ALL":
            return "EDIT"
        rows: Iterable[Body] = self.profile["permissions"]
        return next((row["access"] for row in rows if row["name"] == permission), "NONE")

    def may(self, permission: str, level: str) -> bool:
        """Return whether the identity has that level of a permission."""
        return _LEVELS.index(self.level(permission)) >= _LEVELS.index(level)

    def demand(self, permission: str, level: str) -> None:
        """Refuses with 403 where the permission is below the level, or is not enough by itself."""
        if not self.may(permission, level):
            raise Refusal(403, f"{level} on {permission} is needed, and this user has less")
        if permission == DESKTOP_PROFILE and level == "EDIT":
            self._demand_default_codes()

    def demand_all_resources(self, what: str) -> None:
        """Refuses a delegated administrator with 403."""
        if self.own is not None:
            raise Refusal(403, f"{what}: only with access to all resources")

    def sees(self, kind: str, object_id: str) -> bool:
        """Return whether the identity sees the thing, if there is one."""
        if self.own is None or kind == COLLECTION:
            return self.own is None or any(each["id"] == object_id for each in self.own)
        if kind in (PROFILE, USER):
            found = self.data.store.get(kind, object_id)
            return found is not None and self._sees_body(kind, found)
        reached = self._reached(kind)
        return reached is None or object_id in reached

    def rows(self, kind: str) -> Sequence[Body]:
        """The rows of a list: every body that is seen, without what is hidden in it."""
        if self.own is None:
            return self.data.store.listing(kind)
        rows = self.data.store.rows(kind)
        return [self.shown(kind, row) for row in rows if self._sees_body(kind, row)]

    def one(self, kind: str, object_id: str) -> Body:
        """The body of that id as it is stored; refuses with 404 where it is hidden."""
        found = self.data.one(kind, object_id)
        if not self._sees_body(kind, found):
            raise Refusal(404, f"there is no {kind} {object_id}", {"entity": kind})
        return found

    def shown(self, kind: str, body: Body) -> Body:
        """The body as this identity reads it."""
        if self.own is None:
            return body
        for path, target in references(kind).items():
            body = self._veiled(body, path.split("."), target)
        return body

    def _veiled(self, body: Body, path: list[str], target: str) -> Body:
        """A body without what is hidden at a path; a row that names something hidden goes."""
        field, *rest = path
        value = body.get(field)
        if isinstance(value, list):
            return body | {field: list(self._seen(value, rest, target))}
        if value is None or self.sees(target, value):
            return body
        return body | {field: RESTRICTED}

    def _seen(self, members: list[Any], rest: list[str], target: str) -> Iterator[Any]:
        for each in members:
            if len(rest) > 1:
                yield self._veiled(each, rest, target)
            else:
                named = each.get(rest[0]) if rest else each
                if named is None or self.sees(target, str(named)):
                    yield each

    def _demand_default_codes(self) -> None:
        """Refuses to write desktop profiles without the default idle and wrap-up codes."""
        reached = self._reached(CODE)
        if reached is None:
            return
        rows = self.data.store.rows(CODE)
        needed = {row["id"] for row in rows if row.get("defaultCode")} or {r["id"] for r in rows}
        if not reached or not needed <= reached:
            raise Refusal(
                403, "desktop profiles need the default idle and wrap-up codes in the collections"
            )

    def _sees_body(self, kind: str, body: Body) -> bool:
        if self.own is None:
            return True
        if kind == PROFILE:
            return any(self.sees(COLLECTION, each) for each in body["resourceCollections"])
        if kind == USER:
            oneself = self.user is not None and body["id"] == self.user["id"]
            teams = self._reached(TEAM)
            return oneself or teams is None or not teams.isdisjoint(body["teamIds"])
        return self.sees(kind, body["id"])

    def _reached(self, kind: str) -> frozenset[str] | None:
        """The ids of a type in the own collections; None where all of the type are."""
        if self.own is None or kind not in RESOURCE_TYPES:
            return None
        rows = [row for each in self.own for row in each["resources"] if row["name"] == kind]
        if any(row["accessLevel"] == "ALL" for row in rows):
            return None
        return frozenset(each for row in rows for each in row.get("ids", ()))


def references(kind: str) -> dict[str, str]:
    """Where answers of a kind refer to others: dotted path of the field -> their kind."""
    return {**LINKS.get(kind, {}), **_ALSO.get(kind, {})}

"""What the identity behind a token may do, and what of the tenant it sees.

Three kinds of identity: who has all resources sees everything; a delegated administrator (a
profile limited to collections) sees those collections, what is in them, the profiles and the
users that they reach; a machine account (no user of the tenant) may do everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.catalogue import RESOURCE_TYPES, WITHHELD
from reconciler.vendors.webexcc.sandbox.checks import refuse_unless
from reconciler.vendors.webexcc.sandbox.data import (
    CHANNEL,
    COLLECTION,
    IDENTITY,
    PROFILE,
    QUEUE,
    SITE,
    TEAM,
    USER,
    Data,
)

RESTRICTED = "restricted"
"""What a field with one value reads where the value is hidden."""

SCOPES = ("cjp:config_read", "cjp:config_write")
"""What a token may do where its seed does not say."""

CODE = "idle-wrapup-code"

ONE: Mapping[str, str] = {
    "userProfileId": PROFILE,
    "defaultResourceCollectionId": COLLECTION,
    "siteId": SITE,
    "preferredSupervisorTeamId": TEAM,
    "skillProfileId": "skill-profile",
    "agentProfileId": "desktop-profile",
    "multimediaProfileId": "multimedia-profile",
    "multiMediaProfileId": "multimedia-profile",
    "desktopLayoutId": "desktop-layout",
    "holidaysId": "holiday-list",
    "overridesId": "override",
    "flowId": "flow",
    "entryPointId": CHANNEL,
    "outdialEntryPointId": CHANNEL,
    "outdialQueueId": QUEUE,
    "outdialANIId": "outdial-ani",
    "addressBookId": "address-book",
    "defaultMusicInQueueMediaFileId": "audio-prompt",
    "musicOnHoldId": "audio-prompt",
}
"""Fields that hold the id of one thing, and its kind; a field means the same in every body."""

MANY: Mapping[str, str] = {
    "resourceCollections": COLLECTION,
    "teamIds": TEAM,
    "userIds": USER,
    "buddyTeams": TEAM,
    "queues": QUEUE,
    "entryPoints": CHANNEL,
    "wrapUpCodes": CODE,
    "idleCodes": CODE,
}
"""Fields that hold several: ids, or objects with an id."""

_NAMES = {"siteId": "siteName"}
"""A name that an answer has beside the id."""

_LEVELS = ("NONE", "VIEW", "EDIT")


@dataclass(frozen=True, slots=True)
class Access:
    """One identity's rights; `of` looks them up.

    `user` and `profile` are None for a machine account. `own` are the collections of a delegated
    administrator, None where there is no limit to any.
    """

    data: Data
    scopes: frozenset[str]
    user: Body | None
    profile: Body | None
    own: tuple[Body, ...] | None

    @classmethod
    def of(cls, data: Data, identity: str) -> Access:
        """The rights of the identity of that e-mail."""
        seeded = data.store.get(IDENTITY, identity) or {}
        scopes = frozenset(SCOPES if seeded.get("scopes") is None else seeded["scopes"])
        user = None if seeded.get("machine") else data.store.named(USER, identity)
        if user is None:
            return cls(data, scopes, None, None, None)
        profile = data.one(PROFILE, user["userProfileId"])
        own = None
        if profile["resourceAccessLevel"] != "ALL":
            own = tuple(data.one(COLLECTION, each) for each in profile["resourceCollections"])
        return cls(data, scopes, user, profile, own)

    @property
    def default(self) -> Body | None:
        """The collection that takes what a delegated administrator creates."""
        if self.own is None or self.profile is None:
            return None
        return self.data.store.get(COLLECTION, self.profile["defaultResourceCollectionId"])

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
        """Whether the identity has that level of a permission."""
        return _LEVELS.index(self.level(permission)) >= _LEVELS.index(level)

    def demand(self, permission: str, level: str) -> None:
        """Refuses with 403 where the permission is below the level."""
        if not self.may(permission, level):
            raise Refusal(403, f"{level} on {permission} is needed, and this user has less")

    def demand_all_resources(self, what: str) -> None:
        """Refuses a delegated administrator with 403."""
        if self.own is not None:
            raise Refusal(403, f"{what}: only with access to all resources")

    def demand_default_codes(self) -> None:
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

    def sees(self, kind: str, object_id: str) -> bool:
        """Whether the identity sees the thing, if there is one."""
        if self.own is None or kind == COLLECTION:
            return self.own is None or any(each["id"] == object_id for each in self.own)
        if kind in (PROFILE, USER):
            found = self.data.store.get(kind, object_id)
            return found is not None and self._sees_body(kind, found)
        reached = self._reached(kind)
        return reached is None or object_id in reached

    def rows(self, kind: str) -> list[Body]:
        """What a list shows: every body that is seen, without what is hidden in it."""
        rows = self.data.store.rows(kind)
        return [self.shown(row) for row in rows if self._sees_body(kind, row)]

    def one(self, kind: str, object_id: str) -> Body:
        """The body of that id as it is stored; refuses with 404 where it is hidden."""
        found = self.data.one(kind, object_id)
        if not self._sees_body(kind, found):
            raise Refusal(404, f"there is no {kind} {object_id}", {"entity": kind})
        return found

    def shown(self, body: Body) -> Body:
        """The body as this identity reads it."""
        if self.own is None:
            return body
        shown = dict(body)
        for field, kind in ONE.items():
            if body.get(field) and not self.sees(kind, body[field]):
                shown[field] = RESTRICTED
                if _NAMES.get(field) in body:
                    shown[_NAMES[field]] = RESTRICTED
        for field, kind in MANY.items():
            if isinstance(body.get(field), list):
                shown[field] = [each for each in body[field] if self.sees(kind, _id(each))]
        return shown

    def written(self, body: Body, current: Body | None = None, *, partial: bool = False) -> Body:
        """A body as it is to be stored: what this identity does not see stays as it is.

        `partial`: what the body leaves out stays anyway. Refuses with 400 what newly names
        something hidden, as it refuses what does not exist.
        """
        if self.own is None:
            return body
        was = current or {}
        whole = dict(body)
        for field, kind in ONE.items():
            if field in body or (field in was and not partial):
                whole[field] = self._single(field, kind, body.get(field), was.get(field))
        for field, kind in MANY.items():
            if field in body or (was.get(field) and not partial):
                whole[field] = self._several(field, kind, body.get(field), was.get(field) or [])
        self._refuse_hidden_resources(body)
        self._refuse_to_drop_hidden(body, was)
        return whole

    def _single(self, field: str, kind: str, sent: Any, had: str | None) -> Any:
        hidden = had is not None and not self.sees(kind, had)
        if sent == RESTRICTED or (sent is None and hidden):
            refuse_unless(had is not None, f"{field}: {RESTRICTED} is no id")
            return had
        if isinstance(sent, str) and sent != had:
            refuse_unless(self.sees(kind, sent), f"{field}: there is no {kind} {sent}")
        return sent

    def _several(self, field: str, kind: str, sent: Any, had: list[Any]) -> Any:
        sent = [] if sent is None else sent
        if not isinstance(sent, list):
            return sent
        given, there = {_id(each): each for each in sent}, {_id(each): each for each in had}
        for each in given:
            fine = each in there or self.sees(kind, each)
            refuse_unless(fine, f"{field}: there is no {kind} {each}")
        kept = [
            given.get(key, each if field != "resourceCollections" else _reference(key))
            for key, each in there.items()
            if key in given or not self.sees(kind, key)
        ]
        return [*kept, *(each for key, each in given.items() if key not in there)]

    def _refuse_hidden_resources(self, body: Body) -> None:
        rows = body.get("resources")
        for row in rows if isinstance(rows, list) else ():
            ids = row.get("ids") if isinstance(row, dict) else None
            for each in ids if isinstance(ids, list) else ():
                kind = str(row.get("name"))
                fine = self.sees(kind, str(each))
                refuse_unless(fine, f"{kind}.ids: there is no {kind} {each}")

    def _refuse_to_drop_hidden(self, body: Body, was: Body) -> None:
        """All resources instead of collections that are not seen would take these away."""
        mapped = was.get("resourceCollections") or ()
        if body.get("resourceAccessLevel") == "ALL" and not all(
            self.sees(COLLECTION, each) for each in mapped
        ):
            raise Refusal(403, "the profile has resource collections that this user cannot change")

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


def _id(member: Any) -> str:
    return str(member.get("id")) if isinstance(member, dict) else str(member)


def _reference(object_id: str) -> Body:
    return {"id": object_id, "name": RESTRICTED}

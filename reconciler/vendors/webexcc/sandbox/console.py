"""What a person does in the console: found by name, checked as the service checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.sandbox.errors import Refusal, SandboxError
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.catalogue import RESOURCE_TYPES
from reconciler.vendors.webexcc.sandbox.collections import Collections
from reconciler.vendors.webexcc.sandbox.data import (
    COLLECTION,
    FOLDER,
    PROFILE,
    SITE,
    TEAM,
    USER,
    Data,
)
from reconciler.vendors.webexcc.sandbox.profiles import Profiles
from reconciler.vendors.webexcc.sandbox.users import Users

ACTIONS: Mapping[str, str] = {
    "edit-profile": "profile=NAME [name= description= PERMISSION=LEVEL collections=A,B default=A "
    "editable=A,B viewable=A,B hidden=A,B]",
    "edit-collection": "collection=NAME [name= description= TYPE=all|none|A,B]",
    "move-user": "user=E-MAIL [profile=NAME site=NAME teams=A,B]",
}

_FOLDER_LISTS = {
    "editable": "editableFolderIds",
    "viewable": "viewableFolderIds",
    "hidden": "nonViewableFolderIds",
}


class Console:
    """The console's forms, filled in from KEY=VALUE pairs."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._profiles = Profiles(data)
        self._collections = Collections(data)
        self._users = Users(data)

    def act(self, action: str, arguments: Mapping[str, str], identity: str) -> str:
        """Do one action; raises SandboxError where the console would refuse."""
        forms: Mapping[str, Callable[[dict[str, str]], str]] = {
            "edit-profile": self._edit_profile,
            "edit-collection": self._edit_collection,
            "move-user": self._move_user,
        }
        if action not in forms:
            raise SandboxError("PRJ127", f"there is no action `{action}`", hint="\n".join(_forms()))
        try:
            with self._data.store.transaction():
                done = forms[action](dict(arguments))
                self._data.log(identity, done)
        except Refusal as refusal:
            raise SandboxError("PRJ127", f"the console refuses: {refusal.reason}") from refusal
        return f"{identity}: {done}"

    def _edit_profile(self, arguments: dict[str, str]) -> str:
        current = self._found(PROFILE, arguments, "profile", "edit-profile")
        body = dict(current)
        body["resourceCollections"] = [
            {"id": each, "name": "unchanged"} for each in current["resourceCollections"]
        ]
        levels = {row["name"]: row["access"] for row in current["permissions"]}
        for key, value in arguments.items():
            if key in ("name", "description"):
                body[key] = value
            elif key == "collections":
                body |= self._limited_to(value, current)
            elif key == "default":
                body["defaultResourceCollectionId"] = self._named(COLLECTION, value)["id"]
            elif key in _FOLDER_LISTS:
                paths = filter(None, value.split(","))
                body[_FOLDER_LISTS[key]] = [self._named(FOLDER, path)["id"] for path in paths]
            elif key in levels:
                levels[key] = value.upper()
            else:
                raise self._unknown(key, "edit-profile")
        body["permissions"] = [{"name": n, "access": level} for n, level in levels.items()]
        self._profiles.replace(current, body)
        return f"edited user profile `{current['name']}`"

    def _limited_to(self, names: str, current: Body) -> Body:
        if names == "all":
            return {"resourceAccessLevel": "ALL"}
        found = [self._named(COLLECTION, name) for name in names.split(",")]
        ids = [each["id"] for each in found]
        default = current["defaultResourceCollectionId"]
        return {
            "resourceAccessLevel": "SPECIFIC",
            "resourceCollections": [{"id": each["id"], "name": each["name"]} for each in found],
            "defaultResourceCollectionId": default if default in ids else ids[0],
        }

    def _edit_collection(self, arguments: dict[str, str]) -> str:
        current = self._found(COLLECTION, arguments, "collection", "edit-collection")
        body = dict(current)
        rows = {row["name"]: row for row in current["resources"]}
        for key, value in arguments.items():
            if key in ("name", "description"):
                body[key] = value
            elif key not in RESOURCE_TYPES:
                raise self._unknown(key, "edit-collection")
            elif value in ("all", "none"):
                rows[key] = {"name": key, "accessLevel": value.upper()}
            else:
                ids = [self._named(key, name)["id"] for name in value.split(",")]
                rows[key] = {"name": key, "accessLevel": "SPECIFIC", "ids": ids}
        body["resources"] = list(rows.values())
        self._collections.replace(current, body)
        return f"edited resource collection `{current['name']}`"

    def _move_user(self, arguments: dict[str, str]) -> str:
        current = self._found(USER, arguments, "user", "move-user")
        body: Body = {}
        for key, value in arguments.items():
            if key == "profile":
                body["userProfileId"] = self._named(PROFILE, value)["id"]
            elif key == "site":
                body["siteId"] = self._named(SITE, value)["id"]
            elif key == "teams":
                body["teamIds"] = [self._named(TEAM, name)["id"] for name in value.split(",")]
            else:
                raise self._unknown(key, "move-user")
        self._users.change(current, body)
        return f"moved user {current['email']}"

    def _found(self, kind: str, arguments: dict[str, str], key: str, action: str) -> Body:
        if key not in arguments:
            raise SandboxError(
                "PRJ127", f"{action} needs {key}=…", hint=f"{action} {_form(action)}"
            )
        return self._named(kind, arguments.pop(key))

    def _named(self, kind: str, name: str) -> Body:
        found = self._data.store.named(kind, name.strip())
        if found is None:
            raise SandboxError("PRJ127", f"the tenant has no {kind} `{name}`")
        return found

    @staticmethod
    def _unknown(key: str, action: str) -> SandboxError:
        return SandboxError(
            "PRJ127", f"{action} knows no `{key}`", hint=f"{action} {_form(action)}"
        )


def _form(action: str) -> str:
    return ACTIONS[action]


def _forms() -> list[str]:
    return [f"{action} {form}" for action, form in ACTIONS.items()]

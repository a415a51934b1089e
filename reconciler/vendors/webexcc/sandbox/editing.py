"""Forms of the console that change, move and remove what is there."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox import resources
from reconciler.vendors.webexcc.sandbox.analyzer import FOLDER_LISTS, LISTS, level_of
from reconciler.vendors.webexcc.sandbox.catalogue import RESOURCE_TYPES
from reconciler.vendors.webexcc.sandbox.checks import one_of
from reconciler.vendors.webexcc.sandbox.collections import Collections
from reconciler.vendors.webexcc.sandbox.data import (
    COLLECTION,
    FOLDER,
    PROFILE,
    SITE,
    TEAM,
    USER,
)
from reconciler.vendors.webexcc.sandbox.form import Form
from reconciler.vendors.webexcc.sandbox.keeping import kept
from reconciler.vendors.webexcc.sandbox.profiles import Profiles
from reconciler.vendors.webexcc.sandbox.resource_types import TYPES
from reconciler.vendors.webexcc.sandbox.users import Users


def profile(form: Form) -> str:
    """A profile as the form leaves it."""
    access = form.access
    access.demand("user-profile", "EDIT")
    current = form.named(PROFILE, form.take("profile"))
    body = current | {
        "resourceCollections": [
            {"id": each, "name": "unchanged"} for each in current["resourceCollections"]
        ]
    }
    levels = {row["name"]: row["access"] for row in current["permissions"]}
    filled_in(form, body, levels)
    chosen = {field: body[field] for name, field in FOLDER_LISTS.items() if name in form.fields}
    turns = {level_of(current), levels.get("analyzer")} == {"VIEW", "EDIT"}
    if turns:
        for field in LISTS:
            del body[field]
    changed = Profiles(access.data).replace(current, kept(access, PROFILE, body, current))
    if turns and chosen:
        # a person changes the levels of folders after these have turned
        body |= _among(chosen, changed)
        Profiles(access.data).replace(changed, kept(access, PROFILE, body, changed))
    form.record("edited", PROFILE, changed)
    return f"edited user profile `{current['name']}`"


def _among(chosen: Mapping[str, list[int]], turned: Body) -> Body:
    """The lists of folders with the chosen ones in place: these are in no other list any more."""
    moved = {number for numbers in chosen.values() for number in numbers}
    rest = {field: [each for each in turned[field] if each not in moved] for field in LISTS}
    return rest | dict(chosen)


def filled_in(form: Form, body: Body, levels: dict[str, str]) -> None:
    """Put the fields of a profile's form into its body; `levels` are the permissions it knows."""
    for key, value in form.rest():
        if key in ("name", "description"):
            body[key] = value
        elif key == "collections":
            body |= _limited_to(form, value, body.get("defaultResourceCollectionId"))
        elif key in FOLDER_LISTS:
            body[FOLDER_LISTS[key]] = form.ids(FOLDER, value)
        elif key in levels:
            levels[key] = value.upper()
        elif key != "default":
            raise form.unknown(key)
    if "default" in form.fields:
        body["defaultResourceCollectionId"] = form.named(COLLECTION, form.fields["default"])["id"]
    body["permissions"] = [{"name": name, "access": level} for name, level in levels.items()]


def _limited_to(form: Form, names: str, default: object) -> Body:
    if names == "all":
        return {"resourceAccessLevel": "ALL"}
    found = [form.named(COLLECTION, name) for name in names.split(",")]
    ids = [each["id"] for each in found]
    return {
        "resourceAccessLevel": "SPECIFIC",
        "resourceCollections": [{"id": each["id"], "name": each["name"]} for each in found],
        "defaultResourceCollectionId": default if default in ids else ids[0],
    }


def collection(form: Form) -> str:
    """A collection as the form leaves it."""
    access = form.access
    access.demand("resource-collection", "EDIT")
    current = form.named(COLLECTION, form.take("collection"))
    body = dict(current)
    rows = {row["name"]: row for row in current["resources"]}
    chosen(form, body, rows)
    changed = Collections(access.data).replace(current, kept(access, COLLECTION, body, current))
    form.record("edited", COLLECTION, changed)
    return f"edited resource collection `{current['name']}`"


def chosen(form: Form, body: Body, rows: dict[str, Body]) -> None:
    """Put the fields of a collection's form into its body; `rows` are its resources by type."""
    for key, value in form.rest():
        if key in ("name", "description"):
            body[key] = value
        elif key not in RESOURCE_TYPES:
            raise form.unknown(key)
        elif value in ("all", "none"):
            rows[key] = {"name": key, "accessLevel": value.upper()}
        else:
            rows[key] = {"name": key, "accessLevel": "SPECIFIC", "ids": form.ids(key, value)}
    body["resources"] = list(rows.values())


def user(form: Form) -> str:
    """A user with another profile, site or teams; a profile of another type by Control Hub."""
    access = form.access
    access.demand("user", "EDIT")
    current = form.named(USER, form.take("user"))
    body: Body = {}
    for key, value in form.rest():
        if key == "profile":
            body["userProfileId"] = form.named(PROFILE, value)["id"]
        elif key == "site":
            body["siteId"] = form.named(SITE, value)["id"]
        elif key == "teams":
            body["teamIds"] = form.ids(TEAM, value)
        else:
            raise form.unknown(key)
    body = kept(access, USER, body, current, partial=True)
    changed = Users(access.data).change(current, body, in_control_hub=True)
    form.record("edited", USER, changed)
    return f"moved user {current['email']}"


def deactivated(form: Form) -> str:
    """A resource switched off."""
    kind, found = _resource(form)
    resources.deactivate(form.access, kind, found)
    form.record("deactivated", kind, found)
    return f"deactivated {kind} `{found['name']}`"


def deleted(form: Form) -> str:
    """A resource gone."""
    kind, found = _resource(form)
    resources.delete(form.access, kind, found)
    form.record("deleted", kind, found)
    return f"deleted {kind} `{found['name']}`"


def _resource(form: Form) -> tuple[str, Body]:
    kind = one_of(form.take("type"), "type", tuple(TYPES))
    return kind, form.named(kind, form.take("name"))

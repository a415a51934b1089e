"""Forms of the console that make something new."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox import resources
from reconciler.vendors.webexcc.sandbox.analyzer import Folders
from reconciler.vendors.webexcc.sandbox.catalogue import (
    GRADED,
    PROFILE_TYPES,
    RESOURCE_TYPES,
    SWITCHED,
    TYPE_NAMES,
)
from reconciler.vendors.webexcc.sandbox.checks import one_of
from reconciler.vendors.webexcc.sandbox.collections import Collections
from reconciler.vendors.webexcc.sandbox.data import COLLECTION, FOLDER, PROFILE, QUEUE, TEAM
from reconciler.vendors.webexcc.sandbox.editing import chosen, filled_in
from reconciler.vendors.webexcc.sandbox.form import Form
from reconciler.vendors.webexcc.sandbox.keeping import kept
from reconciler.vendors.webexcc.sandbox.profiles import Profiles
from reconciler.vendors.webexcc.sandbox.resource_types import TYPES


def profile(form: Form) -> str:
    """A new profile: with all resources and no permission, but for what the form says."""
    access = form.access
    access.demand("user-profile", "EDIT")
    kind = form.take("type")
    full = form.fields.pop("permissions", None)
    if full not in (None, "all"):
        raise Refusal(400, "permissions=all, or each permission by itself")
    also = access.data.settings.permissions
    levels = dict.fromkeys((*GRADED, *also), "NONE") | dict.fromkeys(SWITCHED, "DISABLED")
    body: Body = {
        "name": form.take("name"),
        "profileType": one_of(TYPE_NAMES.get(kind, kind), "type", PROFILE_TYPES),
        "active": True,
        "permissionAccessLevel": "ALL" if full else "SPECIFIC",
        "resourceAccessLevel": "ALL",
    }
    filled_in(form, body, levels)
    made = Profiles(access.data).add(kept(access, PROFILE, body))
    form.record("created", PROFILE, made)
    return f"created user profile `{made['name']}`"


def collection(form: Form) -> str:
    """A new collection: nothing but what the form says is in it."""
    access = form.access
    access.demand("resource-collection", "EDIT")
    access.demand_all_resources("creating a resource collection")
    body: Body = {"name": form.take("name")}
    chosen(form, body, {each: {"name": each, "accessLevel": "NONE"} for each in RESOURCE_TYPES})
    made = Collections(access.data).add(kept(access, COLLECTION, body))
    form.record("created", COLLECTION, made)
    return f"created resource collection `{made['name']}`"


def queue(form: Form) -> str:
    """A new queue."""
    return _made(form, QUEUE)


def team(form: Form) -> str:
    """A new team."""
    return _made(form, TEAM)


def resource(form: Form) -> str:
    """A new resource of any type."""
    return _made(form, one_of(form.take("type"), "type", tuple(TYPES)))


def _made(form: Form, kind: str) -> str:
    row: dict[str, Any] = {"name": form.take("name")}
    for key, value in form.rest():
        row[key] = _value(form, kind, key, value)
    made = resources.create(form.access, kind, row)
    form.record("created", kind, made)
    return f"created {kind} `{made['name']}`"


def _value(form: Form, kind: str, key: str, value: str) -> object:
    """A field as the body has it: names of what is seen, a truth, a number or a text."""
    of = TYPES[kind]
    if key in of.short:
        names = value.split(",")
        for each in names:
            form.named(of.links[of.short[key]], each)
        return names
    if key not in of.defaults:
        raise form.unknown(key)
    default = of.defaults[key]
    if isinstance(default, bool):
        return one_of(value, key, ("true", "false")) == "true"
    if isinstance(default, int) and value.isdigit():
        return int(value)
    return value


def folder(form: Form) -> str:
    """A new folder of Analyzer."""
    form.access.demand("analyzer", "EDIT")
    path, number = form.take("path"), form.fields.pop("id", None)
    stock = one_of(form.fields.pop("stock", "false"), "stock", ("true", "false")) == "true"
    for key, _ in form.rest():
        raise form.unknown(key)
    if number is not None and not number.isdigit():
        raise Refusal(400, f"id {number!r} is no whole number")
    Folders(form.access.data).create(path, None if number is None else int(number), stock=stock)
    form.record("created", FOLDER, form.named(FOLDER, path) | {"name": path})
    return f"created folder `{path}`"

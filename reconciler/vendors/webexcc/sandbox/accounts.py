"""Accounts of people: Control Hub makes and deletes them, and the contact center follows."""

from __future__ import annotations

import uuid
from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.sandbox.tenant import IDENTITY
from reconciler.vendors.webexcc.sandbox import licences
from reconciler.vendors.webexcc.sandbox.data import PROFILE, USER, Data
from reconciler.vendors.webexcc.sandbox.form import Form
from reconciler.vendors.webexcc.sandbox.seed import add_user

_FIELDS = {"site": "site", "licence": "licence", "first-name": "firstName", "last-name": "lastName"}


def create(form: Form) -> str:
    """A new person with a user of the contact center, never with the ids of a former one."""
    form.access.demand("user", "EDIT")
    data = form.access.data
    email = form.take("user")
    if any(_folded(row) == email.casefold() for row in data.store.rows(USER)):
        raise Refusal(409, f"{email} is already there")
    profile = _profile(form, data)
    number = data.store.next(f"person/{email.casefold()}")
    row: dict[str, Any] = {
        "email": email,
        "profile": profile["name"],
        "person": str(uuid.uuid5(uuid.UUID(data.organization), f"person/{email}/{number}")),
    }
    for key, value in form.rest():
        if key == "teams":
            row["teams"] = [each for each in value.split(",") if each]
        elif key in _FIELDS:
            row[_FIELDS[key]] = value
        else:
            raise form.unknown(key)
    made = add_user(data, row, {profile["name"]: profile})
    form.record("created", USER, made)
    return f"created user {email} with the profile `{profile['name']}`"


def _profile(form: Form, data: Data) -> Body:
    """The profile that the form names; else the vendor's own for agents, which a licence brings."""
    name = form.fields.pop("profile", None)
    if name is not None:
        return form.named(PROFILE, name)
    rows = data.store.rows(PROFILE)
    own = [row for row in rows if row.get("systemDefault")] or rows
    order = ("PREMIUM_AGENT", "STANDARD_AGENT", "SUPERVISOR")
    fitting = [row for kind in order for row in own if row["profileType"] == kind]
    if not fitting:
        raise Refusal(400, "no profile of the tenant is an agent's: name one with profile=NAME")
    return fitting[0]


def delete(form: Form) -> str:
    """A person and their user, gone for good; their name is free."""
    form.access.demand("user", "EDIT")
    data = form.access.data
    user = form.named(USER, form.take("user"))
    for key, _ in form.rest():
        raise form.unknown(key)
    if user["email"] == form.access.identity:
        raise Refusal(400, "nobody can delete themselves")
    data.store.remove(USER, user["id"])
    data.store.remove(licences.KIND, user["id"])
    data.store.remove(IDENTITY, user["email"])
    form.record("deleted", USER, user)
    return f"deleted user {user['email']}"


def _folded(user: Body) -> str:
    return str(user["email"]).casefold()

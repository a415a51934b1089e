"""Actions of a person in CXone itself, with the side effects of the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.sandbox.console import Arguments
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.sandbox.tenant import IDENTITY
from reconciler.vendors.cxone.sandbox.data import (
    ACTIVE,
    DEFAULT_ROLE,
    DELETED,
    ROLE,
    Data,
)
from reconciler.vendors.cxone.sandbox.tokens import KEY
from reconciler.vendors.cxone.sandbox.trees import flat, grown
from reconciler.vendors.cxone.sandbox.users import Users

_ROLE_FIELDS = "[new= description= status=active|inactive|draft grant=APP/PRIV/ACTION,… revoke=…]"


def carry_out(data: Data, action: str, arguments: Arguments, identity: str) -> str:
    """Do one action as an identity; raises Refusal where the console would refuse."""
    return _FORMS[action][0](data, arguments, identity)


def _create_role(data: Data, given: Arguments, by: str) -> str:
    body: Body = {"displayName": given["role"], "status": "DRAFT"}
    source = given.get("copy")
    if source:
        body["applications"] = _role(data, source)["applications"]
    made = data.add_role(
        body | _changed({**body, "applications": body.get("applications", [])}, given), by
    )
    return f"created role `{made['displayName']}`"


def _edit_role(data: Data, given: Arguments, by: str) -> str:
    current = _role(data, given["role"])
    made = data.change_role(current, {**current, **_changed(current, given)}, by)
    return f"edited role `{made['displayName']}`"


def _changed(current: Body, given: Arguments) -> Body:
    body: Body = {}
    if "new" in given:
        body["displayName"] = given["new"]
    if "description" in given:
        body["description"] = given["description"]
    if "status" in given:
        body["status"] = given["status"].upper()
    held = flat(current.get("applications") or ())
    held |= {each for each in given.get("grant", "").split(",") if each}
    held -= set(given.get("revoke", "").split(","))
    if "grant" in given or "revoke" in given:
        body["applications"] = grown(held)
    return body


def _edit_employee(data: Data, given: Arguments, by: str) -> str:
    user = _user(data, given["employee"])
    if "primary" in given:
        user = {**user, "roleUUID": _role(data, given["primary"])["id"]}
    if "secondary" in given:
        names = [each for each in given["secondary"].split(",") if each]
        user = {**user, "secondaryRoleIds": [_role(data, each)["id"] for each in names]}
    data.refuse_own(_user(data, given["employee"]), user, by)
    data.put_user(user, by)
    return f"edited employee {user['userName']}"


def _assign(data: Data, given: Arguments, by: str) -> str:
    """From the role's side: it takes the place of the primary role (CXR115)."""
    role = _role(data, given["role"])
    emails = given["employees"].split(",")
    for email in emails:
        user = _user(data, email)
        changed = {**user, "roleUUID": role["id"]}
        data.refuse_own(user, changed, by)
        data.put_user(changed, by)
    return f"assigned `{role['displayName']}` to {', '.join(emails)}"


def _deactivate(data: Data, given: Arguments, by: str) -> str:
    user = _user(data, given["employee"])
    data.put_user({**user, "status": DELETED}, by)
    return f"deactivated {user['userName']}"


def _reactivate(data: Data, given: Arguments, by: str) -> str:
    user = _user(data, given["employee"])
    data.put_user({**user, "status": ACTIVE}, by)
    return f"reactivated {user['userName']}"


def _create_user(data: Data, given: Arguments, by: str) -> str:
    email = _email(given)
    role = _role(data, given["primary"]) if "primary" in given else data.role_meant(DEFAULT_ROLE)
    names = [each for each in given.get("secondary", "").split(",") if each]
    body: Body = {
        "emailAddress": email,
        "firstName": given.get("first-name") or email.partition(".")[0].partition("@")[0].title(),
        "lastName": given.get("last-name") or "Example",
        "secondaryRoleIds": [_role(data, each)["id"] for each in names],
        "status": ACTIVE,
    }
    made = Users(data).add(body, by, role)
    return f"created employee {made['userName']} with the role `{role['displayName']}`"


def _delete_user(data: Data, given: Arguments, by: str) -> str:
    """For good, as after a request to be forgotten; the pages only deactivate."""
    user = _user(data, _email(given))
    if user["userName"] == by:
        raise Refusal(400, "nobody can delete themselves")
    for key in data.store.rows(KEY):
        if key["userId"] == user["id"]:
            data.store.remove(KEY, key["id"])
    data.store.remove(IDENTITY, user["userName"])
    data.remove_user(user)
    return f"deleted employee {user['userName']}"


def _email(given: Arguments) -> str:
    """Whom an action is about: `user`, or `employee` as other actions say it."""
    return given["user"] if "user" in given else given["employee"]


def _sign_in(data: Data, given: Arguments, by: str) -> str:
    """For the first time, which activates the account."""
    user = _user(data, given["employee"])
    if user["status"] not in ("PENDING", "UNREGISTERED"):
        raise Refusal(400, f"{user['userName']} has signed in before, or cannot")
    data.put_user({**user, "status": ACTIVE}, by)
    return f"{user['userName']} signed in for the first time"


def _history(data: Data, given: Arguments, _by: str) -> str:
    """The tab "Change History" of a role."""
    role = _role(data, given["role"])
    lines = [
        f"{each['modifiedTime']} {each['modifiedBy']}: {each['attribute']} "
        f"`{each['previousValue']}` -> `{each['changedValue']}`"
        for each in data.history(f"role/{role['id']}", given.get("from"), given.get("to"))
        if given.get("text", "").casefold() in str(each).casefold()
    ]
    return f"the history of role `{role['displayName']}`: {'; '.join(lines) or 'nothing'}"


def _role(data: Data, name: str) -> Body:
    found = next((r for r in data.store.rows(ROLE) if r["displayName"] == name), None)
    if found is None:
        raise Refusal(404, f"there is no role `{name}`")
    return found


def _user(data: Data, email: str) -> Body:
    found = data.user_named(email)
    if found is None:
        raise Refusal(404, f"there is no employee {email}")
    return found


_FORMS: Mapping[str, tuple[Callable[[Data, Arguments, str], str], str]] = {
    "create-role": (_create_role, f"role=NAME [copy=NAME] {_ROLE_FIELDS}"),
    "edit-role": (_edit_role, f"role=NAME {_ROLE_FIELDS}"),
    "edit-employee": (_edit_employee, "employee=E-MAIL [primary=NAME secondary=A,B]"),
    "assign-role": (_assign, "role=NAME employees=E-MAIL,…"),
    "deactivate-employee": (_deactivate, "employee=E-MAIL"),
    "reactivate-employee": (_reactivate, "employee=E-MAIL"),
    "create-user": (
        _create_user,
        "user=E-MAIL [primary=NAME secondary=A,B first-name= last-name=]",
    ),
    "delete-user": (_delete_user, "user=E-MAIL"),
    "sign-in": (_sign_in, "employee=E-MAIL"),
    "role-history": (_history, "role=NAME [text=WORDS from=TIME to=TIME]"),
}
ACTIONS: Mapping[str, str] = {name: usage for name, (_, usage) in _FORMS.items()}

"""PATCH of SCIM (RFC 7644, 3.5.2) as fields of a user: paths, operations, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body

NICE = "urn:ietf:params:scim:schemas:extension:nice:2.0:User"
USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"

_OPERATIONS = ("add", "replace", "remove")
_PART = re.compile(r"(?P<name>[A-Za-z][\w$-]*)(?P<filter>\[[^\]]*\])?(?:\.(?P<sub>[A-Za-z]\w*))?")

_NAMES = {"givenname": "firstName", "middlename": "middleName", "familyname": "lastName"}
_SIMPLE = {
    "username": "userName",
    "displayname": "displayName",
    "usertype": "userType",
    "timezone": "timeZone",
    "externalid": "externalIdentity",
}


def fields(body: Mapping[str, Any]) -> Body:
    """What a resource says of a user, by the names that the service has for it.

    Attributes are named in any case. What the service does not know of a user is left out: identity
    providers send more.
    """
    found: Body = {}
    for key, value in body.items():
        try:
            read = _reader(key)
        except Refusal:
            continue
        found |= read(value)
    return found


def patched(body: Mapping[str, Any]) -> Body:
    """What the operations of a PATCH say of a user; refuses with 400 a path that names nothing."""
    found: Body = {}
    for each in _operations(body):
        operation = str(each.get("op", "replace")).lower()
        if operation not in _OPERATIONS:
            raise refusal(f"`{each.get('op')}` is no operation", "invalidSyntax")
        path, value = each.get("path"), each.get("value")
        if operation == "remove":
            if path is None:
                raise refusal("an operation that removes names a path", "noTarget")
            _reader(str(path))
            raise refusal(f"`{path}` of a user cannot be removed", "mutability")
        if path is None:
            if not isinstance(value, dict):
                raise refusal("an operation without a path has an object", "invalidValue")
            for key, inner in value.items():
                found |= _attribute(key, inner)
        else:
            found |= _attribute(str(path), value)
    return found


def refusal(detail: str, scim_type: str) -> Refusal:
    """400 with a type of SCIM's."""
    return Refusal(400, detail, {"scimType": scim_type})


def _operations(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    given = body.get("Operations")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise refusal("`Operations` is a list of objects", "invalidSyntax")
    yield from given


def _no_target(path: str) -> Refusal:
    return refusal(f"a user has nothing at the path `{path}`", "invalidPath")


def _attribute(path: str, value: Any) -> Body:
    return _reader(path)(value)


def _reader(path: str) -> Callable[[Any], Body]:
    """What turns the value at a path into fields; refuses with 400 a path that names nothing."""
    if path.lower() == NICE.lower():
        return _extension
    if path.lower().startswith(f"{NICE.lower()}:"):
        return _of_extension(path[len(NICE) + 1 :], path)
    core = f"{USER_SCHEMA.lower()}:"
    matched = _PART.fullmatch(path[len(core) :] if path.lower().startswith(core) else path)
    if matched is None:
        raise _no_target(path)
    name, sub = matched["name"].lower(), (matched["sub"] or "").lower()
    if name in _LISTS and sub in _LISTS[name][1]:
        what, _, field = _LISTS[name]
        return lambda value: _listed(what, field, value, path)
    if matched["filter"]:
        raise _no_target(path)
    return _of_one_value(name, sub, path)


_LISTS = {
    "emails": ("emails", ("", "value"), "emailAddress"),
    "roles": ("roles", ("", "value", "display"), "role"),
    "phonenumbers": ("phoneNumbers", ("", "value"), "mobileNumber"),
}


def _of_one_value(name: str, sub: str, path: str) -> Callable[[Any], Body]:
    if name == "active" and not sub:
        return _active
    if name in _SIMPLE and not sub:
        return lambda value: {_SIMPLE[name]: _text(value, path)}
    if name == "name" and (not sub or sub in (*_NAMES, "formatted")):
        return lambda value: _name({sub: value} if sub else value, path)
    raise _no_target(path)


def _active(value: Any) -> Body:
    # identity providers send the text, too
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return {"active": value.lower() == "true"}
    if not isinstance(value, bool):
        raise refusal(f"`active` is true or false, not {value!r}", "invalidValue")
    return {"active": value}


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise refusal(f"`{path}` is a text", "invalidValue")
    return value


def _name(value: Any, path: str) -> Body:
    if not isinstance(value, dict):
        raise refusal(f"`{path}` is an object", "invalidValue")
    for key in value:
        if key.lower() not in (*_NAMES, "formatted"):
            raise _no_target(f"name.{key}")
    return {_NAMES[k.lower()]: _text(v, path) for k, v in value.items() if k.lower() in _NAMES}


def _listed(what: str, field: str, value: Any, path: str) -> Body:
    """The first value of a list, which has one here; a text stands for it."""
    rows = value if isinstance(value, list) else [value]
    for each in rows:
        found = each.get("value") or each.get("display") if isinstance(each, dict) else each
        if isinstance(found, str) and found:
            return {field: found}
    if rows:
        raise refusal(f"`{path}` has no value among its {what}", "invalidValue")
    return {}


def _extension(value: Any) -> Body:
    if not isinstance(value, dict):
        raise refusal("the extension is an object", "invalidValue")
    found: Body = {}
    for key, each in value.items():
        found |= _of_extension(key, f"{NICE}:{key}")(each)
    return found


def _of_extension(name: str, path: str) -> Callable[[Any], Body]:
    field = {"team": "teamId", "loginauthenticator": "loginAuthenticatorId"}.get(
        name.lower().removesuffix(".value")
    )
    if field is None:
        raise _no_target(path)
    return lambda value: {
        field: _text(value.get("value") if isinstance(value, dict) else value, path)
    }

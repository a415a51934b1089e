"""Permissions as the service keeps them, a tree, and as one text each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.sandbox.store import Body


def flat(applications: Iterable[Mapping[str, Any]]) -> set[str]:
    """The permissions of a tree: application, feature where there is one, privilege, action."""
    found: set[str] = set()
    for application in applications:
        head = application["applicationId"]
        for each in application.get("privileges") or ():
            found |= {f"{head}/{each['privilegeId']}/{a}" for a in each.get("actions") or ()}
        for feature in application.get("features") or ():
            for each in feature.get("privileges") or ():
                place = f"{head}/{feature['featureId']}/{each['privilegeId']}"
                found |= {f"{place}/{a}" for a in each.get("actions") or ()}
    return found


def strings(permissions: Iterable[str]) -> list[Body]:
    """Permissions in the flat form of answers, `area:thing:action` in lower camel case.

    How it relates to the tree is not documented; here it says the same.
    """
    flat_form = (":".join(map(_camel, each.split("/"))) for each in permissions)
    return [{"permission": each} for each in sorted(set(flat_form))]


def _camel(word: str) -> str:
    first, *others = [part for part in re.split(r"[^0-9A-Za-z]+", word) if part] or [word]
    return first[:1].lower() + first[1:] + "".join(each[:1].upper() + each[1:] for each in others)


def grown(permissions: Iterable[str]) -> list[Body]:
    """The tree of permissions."""
    found: list[Body] = []
    for each in sorted(permissions):
        application, *feature, privilege, action = each.split("/")
        above = _row(found, "applicationId", application, privileges=[], features=[])
        if feature:
            above = _row(above["features"], "featureId", feature[0], privileges=[])
        _row(above["privileges"], "privilegeId", privilege, actions=[])["actions"].append(action)
    return found


def _row(rows: list[Body], key: str, name: str, **empty: list[Any]) -> Body:
    """The row of that id, made where there is none."""
    found = next((each for each in rows if each[key] == name), None)
    if found is None:
        found = {key: name, **empty}
        rows.append(found)
    return found


def tree(permissions: Mapping[str, Any]) -> list[Body]:
    """A seed's map of permissions as the service keeps it."""
    found: list[Body] = []
    for application, privileges in permissions.items():
        plain: list[Body] = []
        features: list[Body] = []
        for name, inner in privileges.items():
            if isinstance(inner, Mapping):
                rows = [{"privilegeId": p, "actions": list(a)} for p, a in inner.items()]
                features.append({"featureId": name, "privileges": rows})
            else:
                plain.append({"privilegeId": name, "actions": list(inner)})
        row = {"applicationId": application, "privileges": plain, "features": features}
        found.append(row)
    return found

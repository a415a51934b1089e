from __future__ import annotations

from typing import Any

import pytest

from reconciler.contract.access import Standing
from reconciler.model.value import HIDDEN, Ref, Values
from reconciler.vendors.webexcc.standing import administers, lost

EDIT = {"user": "edit", "user-profile": "edit", "queue": "view"}
NOTHING: dict[Ref, Values] = {}
NAMES: dict[Ref, Values] = {Ref("c1"): {"name": "Billing"}, Ref("c2"): {"name": "Sales"}}


def person(**profile: Any) -> Standing:
    values: Values = {"profileType": "licensed-administrator", "fullAccess": False, **profile}
    known: dict[Ref, Values] = {Ref("p"): values, **NAMES}
    return Standing({"userProfile": Ref("p")}, known.get)


def limited(*collections: str) -> Values:
    return {"collections": frozenset(map(Ref, collections)), "default": Ref(collections[0])}


@pytest.mark.parametrize(
    ("who", "does"),
    [
        (person(fullAccess=True, resources="all"), True),
        (person(permissions=EDIT, resources="all"), True),
        (person(permissions=EDIT | {"user": "view"}, resources="all"), False),
        (person(permissions={"user": "edit"}, resources="all"), False),
        (person(permissions=EDIT, resources=limited("c1")), False),
        (person(fullAccess=True, resources=limited("c1")), False),
        (Standing({"userProfile": HIDDEN}, NOTHING.get), False),
        (Standing({"userProfile": Ref("gone")}, NOTHING.get), False),
    ],
)
def test_who_administers_a_tenant(who: Standing, does: bool) -> None:
    assert administers(who) is does


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (person(permissions=EDIT, resources="all"), person(permissions=EDIT, resources="all"), ()),
        (
            person(permissions=EDIT, resources="all"),
            person(fullAccess=True, resources="all"),
            (),
        ),
        (
            person(permissions=EDIT, resources="all"),
            person(permissions=EDIT | {"user": "view"} | {"queue": "none"}, resources="all"),
            ("`view` on queue", "`edit` on user"),
        ),
        (
            person(permissions=EDIT, resources="all"),
            person(permissions=EDIT, resources=limited("c1")),
            ("all resources",),
        ),
        (
            person(permissions={"barge-in": "enabled"}, resources=limited("c1", "c2")),
            person(permissions={"barge-in": "disabled"}, resources=limited("c2")),
            ("`enabled` on barge-in", "the resource collection `Billing`"),
        ),
        (
            person(permissions={}, resources=limited("c1")),
            person(permissions={}, resources="all"),
            (),
        ),
        (
            Standing({"userProfile": HIDDEN}, NOTHING.get),
            person(permissions={}, resources="all"),
            (),
        ),
    ],
)
def test_what_a_person_would_lose(
    before: Standing, after: Standing, expected: tuple[str, ...]
) -> None:
    assert lost(before, after) == expected

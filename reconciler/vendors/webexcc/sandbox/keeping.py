"""Writes by people who do not see all of what they write: the hidden part stays as it is."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.access import RESTRICTED, Access, references
from reconciler.vendors.webexcc.sandbox.checks import refuse_unless
from reconciler.vendors.webexcc.sandbox.data import COLLECTION


def kept(
    access: Access, kind: str, body: Body, current: Body | None = None, *, partial: bool = False
) -> Body:
    """The body that is to be stored, with what its author does not see put back.

    `restricted`, or nothing, keeps a hidden value; another value takes its place. Hidden members
    of a list stay whatever the body says. `partial`: what the body leaves out stays anyway.
    Refuses with 400 what newly names something hidden, as it refuses what does not exist.
    """
    if access.own is None:
        return body
    was, whole = current or {}, dict(body)
    for field, target in references(kind).items():
        had = was.get(field)
        if field not in body and (partial or not had):
            continue
        several = isinstance(had, list) or isinstance(body.get(field), list)
        keep = _members if several else _value
        whole[field] = keep(access, (field, target), body.get(field), had)
    _refuse_hidden_resources(access, body)
    _refuse_to_drop_hidden(access, body, was)
    return whole


def _value(access: Access, place: tuple[str, str], sent: Any, had: Any) -> Any:
    field, kind = place
    if sent == RESTRICTED or (sent is None and had is not None and not access.sees(kind, had)):
        refuse_unless(had is not None, f"{field}: {RESTRICTED} is no id")
        return had
    if isinstance(sent, str) and sent != had:
        refuse_unless(access.sees(kind, sent), f"{field}: there is no {kind} {sent}")
    return sent


def _members(access: Access, place: tuple[str, str], sent: Any, had: Any) -> Any:
    field, kind = place
    sent, had = [] if sent is None else sent, had or []
    if not isinstance(sent, list):
        return sent
    given, there = {_id(each): each for each in sent}, [_id(each) for each in had]
    for each in given:
        fine = each in there or access.sees(kind, each)
        refuse_unless(fine, f"{field}: there is no {kind} {each}")
    nested = kind == COLLECTION
    kept = [
        given.get(each, {"id": each, "name": RESTRICTED} if nested else each)
        for each in there
        if each in given or not access.sees(kind, each)
    ]
    return [*kept, *(whole for each, whole in given.items() if each not in there)]


def _refuse_hidden_resources(access: Access, body: Body) -> None:
    rows = body.get("resources")
    for row in rows if isinstance(rows, list) else ():
        ids = row.get("ids") if isinstance(row, dict) else None
        for each in ids if isinstance(ids, list) else ():
            kind = str(row.get("name"))
            fine = access.sees(kind, str(each))
            refuse_unless(fine, f"{kind}.ids: there is no {kind} {each}")


def _refuse_to_drop_hidden(access: Access, body: Body, was: Body) -> None:
    """All resources instead of collections that are not seen would take these away."""
    mapped = was.get("resourceCollections") or ()
    if body.get("resourceAccessLevel") == "ALL" and not all(
        access.sees(COLLECTION, each) for each in mapped
    ):
        raise Refusal(403, "the profile has resource collections that this user cannot change")


def _id(member: Any) -> str:
    return str(member.get("id")) if isinstance(member, dict) else str(member)

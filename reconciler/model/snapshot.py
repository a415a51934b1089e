"""A snapshot as a file: one tenant in normal form, redacted, the same bytes for the same tenant.

What stands in it is chosen, never what a vendor happens to answer: names and ids of objects, the
attributes that manifests may declare, e-mails as the keys of people. Personal names, phone numbers
and times are not among them. One object a line, so that two files can be compared as text too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from reconciler.errors import UsageError
from reconciler.model.address import GroupKind
from reconciler.model.live import (
    ODD_OBJECTS,
    Identity,
    InventoryItem,
    LiveObject,
    Snapshot,
    UnknownObject,
)
from reconciler.model.value import Json, Ref, Values, from_json, to_json

FORMAT_VERSION = "2.0"
_OF_ONE_GROUP = "1.0"
"""Kinds had no group: the tenant had the one of its vendor."""
MOST_BYTES = 1024 * 1024 * 1024

_COMPACT = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class KeptObject:
    """An object of a managed kind; `digest` and `part` fingerprint its body."""

    id: str
    name: str
    values: dict[str, Any]
    digest: str
    protected: bool = False
    active: bool = True
    part: str | None = None
    internal_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptItem:
    """Something that manifests refer to and never manage."""

    id: str
    name: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptUnknown:
    """An object whose answer had an unexpected shape."""

    kind: str
    id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeptIdentity:
    """Who read a group, by e-mail, and the object that decides what they may do."""

    name: str
    user: str | None = None
    rights_kind: str | None = None
    rights: KeptObject | None = None


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """The document: objects by `group/Kind`, inventory by `group/type`, what was seen in part
    only, and why; who read it, by group.
    """

    format_version: str
    groups: list[str]
    organization: str
    identities: dict[str, KeptIdentity]
    partial: dict[str, str]
    objects: dict[str, list[KeptObject]]
    inventory: dict[str, list[KeptItem]]
    unread: dict[str, str] = field(default_factory=dict)
    unknown: list[KeptUnknown] = field(default_factory=list)
    hidden: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file holds: a view of one tenant, and its groups."""

    groups: tuple[str, ...]
    snapshot: Snapshot


def dump(groups: tuple[str, ...], snapshot: Snapshot) -> bytes:
    """The snapshot as one JSON document, an object a line."""
    names = {each.id: each.name for each in _every(snapshot)}

    def name_of(key: Ref) -> str:
        return names.get(str(key), str(key))

    head: dict[str, Json] = {
        "format_version": FORMAT_VERSION,
        "groups": list(groups),
        "organization": snapshot.organization,
        "identities": {
            group: _identity(who, name_of) for group, who in sorted(snapshot.identities.items())
        },
        "partial": _texts(snapshot.partial),
    }
    if snapshot.hidden:
        head["hidden"] = _texts(snapshot.hidden)
    if snapshot.unread:
        head["unread"] = _texts(snapshot.unread)
    if snapshot.unknown:
        head["unknown"] = [{**asdict(each), "kind": str(each.kind)} for each in snapshot.unknown]
    lines = [f" {json.dumps(key)}: {_COMPACT.encode(value)}," for key, value in head.items()]
    objects = {
        str(kind): [_object(each, name_of) for each in rows]
        for kind, rows in snapshot.objects.items()
    }
    inventory = {
        str(kind): [
            {"id": i.id, "name": i.name, "values": to_json(i.values, name_of)} for i in rows
        ]
        for kind, rows in snapshot.inventory.items()
    }
    text = "\n".join(
        [
            "{",
            *lines,
            *_section("objects", objects, ","),
            *_section("inventory", inventory, ""),
            "}",
        ]
    )
    return text.encode("utf-8", "surrogatepass") + b"\n"


def _texts(by_kind: Mapping[GroupKind, str]) -> Json:
    return {str(kind): text for kind, text in by_kind.items()}


def _every(snapshot: Snapshot) -> Iterator[LiveObject | InventoryItem]:
    for rows in snapshot.objects.values():
        yield from rows
    for items in snapshot.inventory.values():
        yield from items


def _section(name: str, rows: Mapping[str, list[dict[str, Json]]], end: str) -> Iterator[str]:
    """The rows by kind, sorted by name and id."""
    yield f' "{name}": {{'
    for number, kind in enumerate(sorted(rows), start=1):
        ordered = sorted(rows[kind], key=lambda each: (each["name"], each["id"]))
        encoded = ",\n   ".join(map(_COMPACT.encode, ordered))
        body = f"[\n   {encoded}\n  ]" if encoded else "[]"
        yield f"  {json.dumps(kind)}: {body}{',' if number < len(rows) else ''}"
    yield f" }}{end}"


def _object(live: LiveObject, name_of: Any) -> dict[str, Json]:
    internal: dict[str, Json] = {}
    if live.internal_names:
        internal = {"internal_names": list(live.internal_names)}
    return {
        "id": live.id,
        "name": live.name,
        "values": to_json(live.values, name_of),
        "digest": live.digest,
        "protected": live.protected,
        "active": live.active,
        "part": live.part,
        **internal,
    }


def _identity(who: Identity, name_of: Any) -> Json:
    return {
        # an account without an e-mail may be called as a person is
        "name": who.name if "@" in who.name else "",
        "user": str(who.user) if who.user is not None else None,
        "rights_kind": str(who.rights.kind) if who.rights else None,
        "rights": _object(who.rights, name_of) if who.rights else None,
    }


@cache
def _adapter() -> TypeAdapter[SnapshotFile]:
    return TypeAdapter(SnapshotFile)


def load(data: bytes, shown: str) -> Kept:
    """The inverse of `dump`; raises UsageError, naming the file as `shown`, for anything else."""
    try:
        document = json.loads(data)
        version = document["format_version"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _refused(f"{shown} is not a snapshot") from error
    if version == _OF_ONE_GROUP:
        if not isinstance(document.get("vendor"), str):
            raise _refused(f"the snapshot {shown} is not whole: vendor: it is not text")
        data = json.dumps(_with_groups(document)).encode("utf-8", "surrogatepass")
    elif version != FORMAT_VERSION:
        raise _refused(
            f"the snapshot {shown} has format {version}; this version reads {FORMAT_VERSION}"
        )
    try:
        file = _adapter().validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise _refused(f"the snapshot {shown} is not whole: {place}: {first['msg']}") from error
    try:
        return Kept(tuple(file.groups), _snapshot(file))
    except ValueError as error:
        raise _refused(f"the snapshot {shown} is not whole: {error}") from error


def _with_groups(document: dict[str, Any]) -> dict[str, Any]:
    """A document of format 1.0 as one of today; what is wrong with it is left as it is."""
    group = document["vendor"]
    made = {key: value for key, value in document.items() if key not in ("vendor", "identity")}
    made |= {"format_version": FORMAT_VERSION, "groups": [group], "identities": {}}
    for part in ("objects", "inventory", "partial", "hidden", "unread"):
        if isinstance(by_kind := document.get(part), dict):
            made[part] = {f"{group}/{kind}": value for kind, value in by_kind.items()}
    if isinstance(odd := document.get("unknown"), list):
        made["unknown"] = [
            {**each, "kind": f"{group}/{each.get('kind')}"} if isinstance(each, dict) else each
            for each in odd
        ]
    if isinstance(who := document.get("identity"), dict):
        kind = who.get("rights_kind")
        made["identities"] = {group: {**who, "rights_kind": f"{group}/{kind}" if kind else kind}}
    return made


def _refused(summary: str) -> UsageError:
    return UsageError("RUN170", summary, hint="make it with `reconciler snapshot --out FILE`")


def _snapshot(file: SnapshotFile) -> Snapshot:
    objects = {GroupKind.parse(kind): rows for kind, rows in file.objects.items()}
    inventory = {GroupKind.parse(kind): rows for kind, rows in file.inventory.items()}
    return Snapshot(
        organization=file.organization,
        objects={kind: tuple(_live(kind, each) for each in rows) for kind, rows in objects.items()},
        inventory={
            kind: tuple(InventoryItem(kind, i.id, i.name, _values(i.values)) for i in rows)
            for kind, rows in inventory.items()
        },
        identities={group: _who(kept) for group, kept in file.identities.items()},
        hidden={GroupKind.parse(kind): why for kind, why in _hidden(file).items()},
        unread={GroupKind.parse(kind): why for kind, why in file.unread.items()},
        unknown=tuple(
            UnknownObject(GroupKind.parse(e.kind), e.id, e.name, e.reason) for e in file.unknown
        ),
    )


def _hidden(file: SnapshotFile) -> Mapping[str, str]:
    """What is hidden; an older file has it among all that is partial."""
    if file.hidden is not None:
        return file.hidden
    reasons = {kind: {ODD_OBJECTS, file.unread.get(kind)} for kind in file.partial}
    return {kind: why for kind, why in file.partial.items() if why not in reasons[kind]}


def _who(kept: KeptIdentity) -> Identity:
    rights, kind = kept.rights, kept.rights_kind
    return Identity(
        kept.name or "an unknown account",
        Ref(kept.user) if kept.user is not None else None,
        _live(GroupKind.parse(kind), rights) if rights and kind else None,
    )


def _live(kind: GroupKind, kept: KeptObject) -> LiveObject:
    return LiveObject(
        kind=kind,
        id=kept.id,
        name=kept.name,
        values=_values(kept.values),
        digest=kept.digest,
        protected=kept.protected,
        active=kept.active,
        part=kept.part,
        internal_names=kept.internal_names,
    )


def _values(data: Json) -> Values:
    values = from_json(data)
    return values if isinstance(values, Mapping) else {}

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
from reconciler.model.live import Identity, InventoryItem, LiveObject, Snapshot, UnknownObject
from reconciler.model.value import Json, Ref, Values, from_json, to_json

FORMAT_VERSION = "1.0"
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
    """Who read the tenant, by e-mail, and the object that decides what they may do."""

    name: str
    user: str | None = None
    rights_kind: str | None = None
    rights: KeptObject | None = None


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """The document: objects by kind, inventory by type, what was seen in part only, and why."""

    format_version: str
    vendor: str
    organization: str
    identity: KeptIdentity | None
    partial: dict[str, str]
    objects: dict[str, list[KeptObject]]
    inventory: dict[str, list[KeptItem]]
    unread: dict[str, str] = field(default_factory=dict)
    unknown: list[KeptUnknown] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file holds: a view of one tenant of a vendor."""

    vendor: str
    snapshot: Snapshot


def dump(vendor: str, snapshot: Snapshot) -> bytes:
    """The snapshot as one JSON document, an object a line."""
    names = {each.id: each.name for each in _every(snapshot)}

    def name_of(key: Ref) -> str:
        return names.get(str(key), str(key))

    head: dict[str, Json] = {
        "format_version": FORMAT_VERSION,
        "vendor": vendor,
        "organization": snapshot.organization,
        "identity": _identity(snapshot.identity, name_of),
        "partial": dict(snapshot.partial),
    }
    if snapshot.unread:
        head["unread"] = dict(snapshot.unread)
    if snapshot.unknown:
        head["unknown"] = [asdict(each) for each in snapshot.unknown]
    lines = [f" {json.dumps(key)}: {_COMPACT.encode(value)}," for key, value in head.items()]
    objects = {
        kind: [_object(each, name_of) for each in rows] for kind, rows in snapshot.objects.items()
    }
    inventory = {
        kind: [{"id": i.id, "name": i.name, "values": to_json(i.values, name_of)} for i in rows]
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


def _identity(who: Identity | None, name_of: Any) -> Json:
    if who is None:
        return None
    return {
        # an account without an e-mail may be called as a person is
        "name": who.name if "@" in who.name else "",
        "user": str(who.user) if who.user is not None else None,
        "rights_kind": who.rights.kind if who.rights else None,
        "rights": _object(who.rights, name_of) if who.rights else None,
    }


@cache
def _adapter() -> TypeAdapter[SnapshotFile]:
    return TypeAdapter(SnapshotFile)


def load(data: bytes, shown: str) -> Kept:
    """The inverse of `dump`; raises UsageError, naming the file as `shown`, for anything else."""
    try:
        version = json.loads(data)["format_version"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _refused(f"{shown} is no snapshot") from error
    if version != FORMAT_VERSION:
        raise _refused(
            f"the snapshot {shown} has format {version}; this version reads {FORMAT_VERSION}"
        )
    try:
        file = _adapter().validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise _refused(f"the snapshot {shown} is not whole: {place}: {first['msg']}") from error
    return Kept(file.vendor, _snapshot(file))


def _refused(summary: str) -> UsageError:
    return UsageError("RUN170", summary, hint="make it with `reconciler snapshot --out FILE`")


def _snapshot(file: SnapshotFile) -> Snapshot:
    who = file.identity
    rights = who.rights if who else None
    return Snapshot(
        organization=file.organization,
        objects={
            kind: tuple(_live(kind, each) for each in rows) for kind, rows in file.objects.items()
        },
        inventory={
            kind: tuple(InventoryItem(kind, i.id, i.name, _values(i.values)) for i in rows)
            for kind, rows in file.inventory.items()
        },
        identity=Identity(
            who.name or "an unknown account",
            Ref(who.user) if who.user is not None else None,
            _live(who.rights_kind or "", rights) if rights else None,
        )
        if who
        else None,
        partial=file.partial,
        unread=file.unread,
        unknown=tuple(UnknownObject(e.kind, e.id, e.name, e.reason) for e in file.unknown),
    )


def _live(kind: str, kept: KeptObject) -> LiveObject:
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

"""The memory of one reading for the next: items whose list row is of the same version.

Lists show of each row its `version` and its `lastUpdatedTime` (Cisco's OpenAPI "Webex Contact
Center" of 2026-05-04); an item is as it was read where both are. That a version moves with every
change of an item is assumed. A team's members are those users who have it: they are as they were
where neither the team's row nor any user's has moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.http.paging import Row
from reconciler.model.live import Identity, LiveObject
from reconciler.model.value import Json, Ref, digest, from_json, to_json
from reconciler.vendors.webexcc.group import group_kind
from reconciler.vendors.webexcc.wire import PROFILE

_FORMAT = 1


class Memory:
    """What was remembered for one identity; whose rights have changed remembers nothing."""

    def __init__(self, data: Json, identity: Identity, users: Sequence[Row]) -> None:
        fits = (
            isinstance(data, dict)
            and data.get("format") == _FORMAT
            and data.get("identity") == _mark(identity)
        )
        self._objects: Mapping[str, Any] = data["objects"] if fits else {}
        same = fits and data["users"] is not None and data["users"] == _versions(users)
        self._teams: Mapping[str, Any] = data["teams"] if same else {}
        self.reused = 0

    def object(self, kind: str, row: Row) -> LiveObject | None:
        """A profile or a collection as it was read, where its row says that it is."""
        kept = self._objects.get(kind, {}).get(row["id"])
        if kept is None or not _is_of(row, kept):
            return None
        self.reused += 1
        values = from_json(kept["values"])
        assert isinstance(values, dict)  # noqa: S101 - a mapping was written
        facts = {name: kept[name] for name in ("name", "digest", "protected", "part")}
        return LiveObject(
            kind=group_kind(kind), id=row["id"], values=values, version=kept["version"],
            changed=kept["changed"], **facts,
        )  # fmt: skip

    def members(self, row: Row) -> list[str] | None:
        """The ids of a team's members, where nothing has moved."""
        kept = self._teams.get(row["id"])
        if kept is None or not _is_of(row, kept):
            return None
        self.reused += 1
        members: list[str] = kept["members"]
        return members


def to_memory(
    identity: Identity,
    objects: Iterable[LiveObject],
    users: Sequence[Row],
    teams: Iterable[tuple[Row, list[str]]],
) -> Json:
    """The memory for the next reading."""
    kept: dict[str, dict[str, Json]] = {}
    for each in objects:
        kept.setdefault(each.kind.name, {})[each.id] = {
            "name": each.name,
            "values": to_json(each.values, _nameless),
            "digest": each.digest,
            "protected": each.protected,
            "part": each.part,
            "version": each.version,
            "changed": each.changed,
        }
    return {
        "format": _FORMAT,
        "identity": _mark(identity),
        "objects": kept,
        "users": _versions(users),
        "teams": {row["id"]: {**_stamp(row), "members": members} for row, members in teams},
    }


def _nameless(_: Ref) -> str:
    return ""


def _mark(identity: Identity) -> str:
    """Fingerprints who asks and what they may do: others may be shown other things."""
    rights = identity.rights
    return digest([identity.name, identity.user, rights and [PROFILE, rights.id, rights.digest]])


def _versions(rows: Iterable[Row]) -> str | None:
    """Fingerprints the versions of all rows; None where one of them has none."""
    stamps = {row["id"]: _stamp(row) for row in rows}
    told = all(None not in stamp.values() for stamp in stamps.values())
    return digest(stamps) if told else None


def _stamp(row: Row) -> dict[str, int | None]:
    version, changed = row.get("version"), row.get("lastUpdatedTime")
    return {
        "version": version if type(version) is int else None,
        "changed": changed if type(changed) is int else None,
    }


def _is_of(row: Row, kept: Mapping[str, Any]) -> bool:
    stamp = _stamp(row)
    return None not in stamp.values() and all(kept[name] == stamp[name] for name in stamp)

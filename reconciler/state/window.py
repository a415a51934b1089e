"""What the applies of a tenant destroyed, and whose access they changed, since a point in time."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, func, or_, select

from reconciler.model.guard import COUNTED, Affected, Earlier
from reconciler.model.value import Json
from reconciler.state import rows, tables
from reconciler.state.unfinished import APPLY, DONE

_RUN, _STEP = tables.run, tables.operation


def packed(counted: Mapping[str, tuple[Affected, ...]]) -> bytes:
    """What a run reaches as it is kept with the run: ids, and the addresses that affect them."""
    document = {
        guard: [{"by": each.by, "ids": sorted(each.objects.values())} for each in groups]
        for guard, groups in counted.items()
    }
    return zlib.compress(json.dumps(document).encode(), level=1)


def counted_since(connection: Connection, tenant: str, since: str) -> Earlier:
    """What operations since then affected, by guard: those that landed, or may have.

    What a run had an override for is left out: a person approved it by number.
    """
    written = defaultdict(set)
    for run, address in connection.execute(
        select(_STEP.c.run, _STEP.c.address)
        .join(_RUN, _RUN.c.id == _STEP.c.run)
        .where(
            _RUN.c.tenant == tenant,
            _RUN.c.command == APPLY,
            or_(_RUN.c.finished.is_(None), _RUN.c.finished >= since),
            func.coalesce(_STEP.c.finished, _STEP.c.intended) >= since,
            or_(_STEP.c.outcome.is_(None), _STEP.c.outcome == DONE),
        )
    ):
        written[run].add(address)
    found: dict[str, set[str]] = {guard: set() for guard in COUNTED}
    kept = select(*rows.raw(_RUN, ("id", "reached", "allowed"))).where(
        _RUN.c.tenant == tenant, _RUN.c.id.in_(written), _RUN.c.reached.is_not(None)
    )
    for raw in connection.execute(kept).mappings():
        row = rows.checked(_RUN, raw, raw["id"])
        approved = {each.partition("=")[0] for each in (row["allowed"] or "").split(",")}
        for guard, groups in _unpacked(row["id"], row["reached"]).items():
            if guard in found and guard not in approved:
                for each in groups:
                    if not written[row["id"]].isdisjoint(each["by"]):
                        found[guard].update(each["ids"])
    return {guard: frozenset(ids) for guard, ids in found.items()}


def _unpacked(run: str, reached: bytes) -> dict[str, list[dict[str, list[str]]]]:
    """What a run reached; raises StateError where that cannot be what was written."""
    text = rows.unpacked("run", run, "reached", reached)
    document = rows.decoded("run", run, "reached", text)
    groups = document.values() if isinstance(document, dict) else ()
    if not isinstance(document, dict) or not all(_is_group(each) for each in groups):
        raise rows.damaged("run", run, "`reached` is not what a run reached")
    return document


def _is_group(groups: Json) -> bool:
    return isinstance(groups, list) and all(
        isinstance(each, dict) and _are_texts(each.get("by")) and _are_texts(each.get("ids"))
        for each in groups
    )


def _are_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)

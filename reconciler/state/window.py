"""What the applies of a tenant destroyed, and whose access they changed, since a point in time."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, or_, select

from reconciler.model.guard import COUNTED, Affected, Earlier
from reconciler.state import tables
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
    kept = select(_RUN.c.id, _RUN.c.reached, _RUN.c.allowed).where(
        _RUN.c.tenant == tenant, _RUN.c.id.in_(written), _RUN.c.reached.is_not(None)
    )
    for run, reached, allowed in connection.execute(kept):
        approved = {each.partition("=")[0] for each in (allowed or "").split(",")}
        for guard, groups in _unpacked(reached).items():
            if guard in found and guard not in approved:
                for each in groups:
                    if not written[run].isdisjoint(each["by"]):
                        found[guard].update(each["ids"])
    return {guard: frozenset(ids) for guard, ids in found.items()}


def _unpacked(reached: bytes) -> dict[str, list[dict[str, Any]]]:
    document: dict[str, list[dict[str, Any]]] = json.loads(zlib.decompress(reached))
    return document

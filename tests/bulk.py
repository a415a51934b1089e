"""A tenant of many collections that are changed together."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.workshop import SEED, Workshop

_RESOURCES = "{site: [Berlin], team: [Billing Berlin], queue: [Billing EN], channel: all}"


def collection(number: int, description: str = "", *, name: str = "") -> str:
    """The manifest of one of them."""
    return (
        "---\napiVersion: webexcc/v1\nkind: ResourceCollection\n"
        f"metadata: {{name: c{number:02}}}\n"
        f"spec: {{name: {name or f'C {number:02}'}, description: {json.dumps(description)}, "
        f"resources: {_RESOURCES}}}\n"
    )


def collections(count: int, description: str = "") -> tuple[str, ...]:
    """The manifests of so many."""
    return tuple(collection(number, description) for number in range(count))


def seeded(workshop: Workshop, count: int, *, more: str = "") -> None:
    """The tenant has so many of them from the start; `more` is more of the seed."""
    rows = "".join(
        f"  - {{name: C {number:02}, resources: {_RESOURCES}}}\n" for number in range(count)
    )
    workshop.write("seed.yaml", f"{SEED}collections:\n{rows}{more}")


def described(workshop: Workshop) -> dict[str, str]:
    """Of each collection what its description says."""
    rows: Iterable[dict[str, Any]] = workshop.bodies()["resource-collection"]
    return {row["name"]: row.get("description") or "" for row in rows}

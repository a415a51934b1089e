"""A tenant of many collections that are changed together."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.workshop import PROJECT, SEED, Workshop

_RESOURCES = "{site: [Berlin], team: [Billing Berlin], queue: [Billing EN], channel: all}"

ANN = "ann@northwind.example"
RIGHTS = (
    "{resource-collection: edit, tenant-setting: edit, user-profile: edit, user: edit, "
    "queue: view, site: view, team: view, channel: view}"
)
"""What it takes to change collections in one call, with all resources, and to plan it."""

OWN = "  - {name: Own, resources: {site: all, team: all, queue: all, channel: all}}\n"
"""One more collection, for who is limited to some."""


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


def ann_applies(
    workshop: Workshop,
    permissions: str,
    *,
    resources: str = "all",
    kind: str = "licensed-administrator",
    machine: bool = False,
) -> None:
    """From now on Ann plans and applies, with these rights; or a machine account of that name."""
    known = f"{{email: {ANN}, token: ann-token, machine: {str(machine).lower()}}}"
    profile = f"{{name: Applies, type: {kind}, permissions: {permissions}, resources: {resources}}}"
    person = "" if machine else f"  - {{email: {ANN}, profile: Applies}}\n"
    seed = (workshop.root / "seed.yaml").read_text(encoding="utf-8")
    seed = seed.replace("identities: [", f"identities: [{known}, ")
    seed = seed.replace("users:\n", f"  - {profile}\nusers:\n{person}")
    workshop.write("seed.yaml", seed)
    workshop.write("reconciler.yaml", PROJECT.replace("seed.yaml}", f"seed.yaml, as: {ANN}}}"))

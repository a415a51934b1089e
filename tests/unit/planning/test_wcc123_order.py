"""At 15 profiles on a collection, one leaves before another joins (WCC123)."""

from __future__ import annotations

import json

from reconciler.model.change import Action
from tests.workshop import COLLECTION, SEED, Workshop


def profile(name: str, resources: str) -> str:
    spec = {"name": name, "profileType": "supervisor", "permissions": {}, "resources": resources}
    document = {
        "apiVersion": "webexcc/v1",
        "kind": "UserProfile",
        "metadata": {"name": name},
        "spec": spec,
    }
    return f"---\n{json.dumps(document)}\n"


def on_billing(*names: str) -> str:
    limited = {"collections": ["billing"], "default": "billing"}
    return "".join(profile(name, limited) for name in names)  # type: ignore[arg-type]


FIFTEEN = tuple(f"p{n:02}" for n in range(1, 16))


def test_the_sixteenth_waits_for_one_to_leave(workshop: Workshop) -> None:
    workshop.manifests(COLLECTION, on_billing(*FIFTEEN), profile("p16", "all"))
    workshop.planned_and_applied()
    workshop.manifests(COLLECTION, profile("p15", "all"), on_billing(*FIFTEEN[:14], "p16"))
    plan = workshop.planned_and_applied()
    assert [(c.name, c.action, c.step) for c in plan.changes] == [
        ("p15", Action.UPDATE, 1),
        ("p16", Action.UPDATE, 2),
    ]


def test_profiles_that_nobody_manages_count(workshop: Workshop) -> None:
    hand_made = "".join(
        f"  - {{name: {name}, type: supervisor, permissions: {{}}, resources: "
        "{collections: [Billing], default: Billing}}\n"
        for name in FIFTEEN
    )
    collection = (
        "collections:\n  - {name: Billing, resources: {queue: all, site: all, team: all, "
        "channel: all}}\n"
    )
    seed = SEED.replace("users:\n", f"{hand_made}users:\n").replace(
        "profiles:\n", f"{collection}profiles:\n"
    )
    workshop.write("seed.yaml", seed)
    workshop.manifests(COLLECTION, on_billing("one-more"))
    plan = workshop.plan()
    assert plan.errored
    assert [f.code for f in plan.findings if f.severity == "error"] == ["WCC123"]

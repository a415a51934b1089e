"""What is read of a tenant becomes the spec of a manifest, and that means the same again."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

from reconciler.contract.discover import discover
from reconciler.engine.connect import Surroundings
from reconciler.engine.read import read
from reconciler.groups import Groups
from reconciler.manifests.project import load_project
from reconciler.model.address import Address, GroupKind
from reconciler.model.diagnostic import Origin
from reconciler.model.diagnostic import Path as AttributePath
from reconciler.model.resource import Reference, Resource
from reconciler.model.value import Ref
from tests.workshop import EXAMPLE


def _by_id(kind: str | GroupKind, key: Ref) -> Any:
    assert kind
    return {"id": str(key)}


def _resolved(kind: str | GroupKind, reference: Reference, path: AttributePath) -> Ref:
    assert kind, path
    assert reference.id is not None
    return Ref(reference.id)


def test_a_spec_means_the_values_that_it_was_made_of(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    vendors = discover()
    project = load_project(tmp_path, vendors, {})
    (tenant,) = project.chosen(("meridian-sandbox",))
    vendor = vendors["webexcc"]
    snapshot = asyncio.run(read(tenant, Groups((vendor,)), (), Surroundings(tmp_path, {})))
    seen = 0
    for kind in vendor.kinds:
        for live in snapshot.objects[kind.key]:
            spec = kind.shape.spec_of(live.values, _by_id)
            address = Address("t", vendor.name, kind.name, "some-name")
            model = kind.shape.spec.model_validate(spec)
            resource = Resource(address, model, Origin("f", 0, 1))
            declared = kind.shape.desired(resource, _resolved)
            live_values = {k: v for k, v in live.values.items() if k in declared}
            if declared.get("fullAccess"):
                live_values.pop("permissions", None)
            assert declared == live_values, live.name
            left_out = live.values.keys() - declared.keys()
            assert all(_grants_nothing(live.values[key]) for key in left_out - {"permissions"})
            seen += 1
    assert seen == sum(len(rows) for rows in snapshot.objects.values()) > 100


def _grants_nothing(value: Any) -> bool:
    inside = value.values() if isinstance(value, dict) else [value]
    return not any(inside)

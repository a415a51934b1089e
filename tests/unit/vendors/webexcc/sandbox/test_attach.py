"""A resource just made, put into a collection in one call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.vendors.webexcc.sandbox.asking import NORTH, ROOT, SEED, Tenant, parsed

PATH = "resource-collection/update-resource"


class Aging:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 4, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Aging:
    return Aging()


@pytest.fixture
def tenant(tmp_path: Path, clock: Aging) -> Iterator[Tenant]:
    seed = parsed(SEED) | {"inventory": {"queue": ["Fresh"], "flow": ["IVR"]}}
    made = Tenant(tmp_path, seed, clock)
    yield made
    made.close()


def body(tenant: Tenant, kind: str, name: str, *collections: str) -> dict[str, Any]:
    return {
        "resourceType": kind,
        "resourceId": tenant.id(kind, name),
        "resourceCollections": [
            {"id": tenant.id("resource-collection", each)} for each in collections
        ],
    }


def attached(tenant: Tenant, kind: str, name: str, *collections: str) -> dict[str, Any]:
    """The row of the answer."""
    status, answer = tenant.ask(ROOT, "POST", PATH, body(tenant, kind, name, *collections))
    assert status == 201, answer
    (row,) = answer["response"]
    assert (row["id"], row["resourceType"]) == (tenant.id(kind, name), kind)
    return dict(row)


@pytest.mark.parametrize(("kind", "name"), [("queue", "Fresh"), ("flow", "IVR")])
def test_a_new_resource_joins_a_selection_or_makes_one(
    tenant: Tenant, kind: str, name: str
) -> None:
    assert attached(tenant, kind, name, "North")["status"] == 200
    rows = {row["name"]: row for row in tenant.body("resource-collection", "North")["resources"]}
    assert rows[kind]["accessLevel"] == "SPECIFIC"
    assert rows[kind]["ids"][-1] == tenant.id(kind, name)


def test_a_resource_of_more_than_15_minutes_is_too_old(tenant: Tenant, clock: Aging) -> None:
    clock.time += timedelta(minutes=15, seconds=1)
    assert attached(tenant, "queue", "Fresh", "North")["status"] == 400
    clock.time -= timedelta(seconds=1)
    assert attached(tenant, "queue", "Fresh", "North")["status"] == 200


def test_a_resource_joins_once(tenant: Tenant) -> None:
    assert attached(tenant, "queue", "North EN", "South")["status"] == 400


def test_a_changed_resource_is_not_new(tenant: Tenant) -> None:
    fresh = tenant.body("queue", "Fresh")
    tenant.store.put("queue", fresh | {"version": 1}, "Fresh")
    assert attached(tenant, "queue", "Fresh", "North")["status"] == 400


def test_one_collection_is_named(tenant: Tenant) -> None:
    for collections in ((), ("North", "South")):
        sent = body(tenant, "queue", "Fresh", *collections)
        assert tenant.status(ROOT, "POST", PATH, sent) == 400


def test_it_takes_all_resources(tenant: Tenant) -> None:
    assert tenant.status(NORTH, "POST", PATH, body(tenant, "queue", "Fresh", "North")) == 403

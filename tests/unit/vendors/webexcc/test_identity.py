"""Who asks, and what the reader makes of lists that they may not ask for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from reconciler.contract.answers import offered
from reconciler.engine.connect import connected
from reconciler.engine.read import read
from reconciler.errors import TenantError
from reconciler.model.live import Snapshot
from reconciler.model.value import HIDDEN
from reconciler.vendors.webexcc.client import open_reader
from reconciler.vendors.webexcc.group import group_kind
from reconciler.vendors.webexcc.models import COLLECTION_TYPES
from tests.unit.planning.test_hidden import ANN, DEE, FAR, SEED, asks
from tests.workshop import ORGANIZATION, Workshop

NO_PROFILES = SEED.replace("user-profile: edit", "user-profile: none")


def seen(workshop: Workshop) -> Snapshot:
    work = workshop.work()
    resources: tuple[Any, ...] = ()
    (tenant,) = work.tenants
    return asyncio.run(read(tenant, work.groups(tenant), resources, work.around))


@pytest.fixture
def here(workshop: Workshop) -> Workshop:
    workshop.write("seed.yaml", SEED)
    return workshop


def test_a_full_administrator_sees_all_of_every_type(here: Workshop) -> None:
    found = seen(here)
    assert found.identity is not None
    assert (found.identity.name, found.identity.known) == ("root@x.example", True)
    assert found.inventory.keys() == set(map(group_kind, COLLECTION_TYPES))
    assert [item.name for item in found.inventory[group_kind("skill-profile")]] == ["Calls"]
    assert not found.partial


def test_a_no_change_plan_asks_for_lists_and_what_they_leave_out(here: Workshop) -> None:
    """Who asks (2), 3 kinds and 20 types, the bodies of 4 profiles, 2 collections and 2 teams."""
    assert seen(here).requests == 2 + 23 + 4 + 2 + 2


def test_the_groups_of_an_organization_ask_once_whose_the_token_is(here: Workshop) -> None:
    work = here.work()
    (tenant,) = work.tenants
    groups = work.groups(tenant)

    async def twice() -> tuple[Snapshot, Snapshot]:
        with connected(tenant, groups, work.around) as endpoint:
            async with open_reader(endpoint) as one, open_reader(endpoint) as other:
                return await asyncio.gather(one.read(()), other.read(()))

    one, other = asyncio.run(twice())
    assert one.identity == other.identity
    assert sum(call.path == "/v1/people/me" for call in here.calls) == 1


def test_a_team_tells_its_site(here: Workshop) -> None:
    root = seen(here)
    sites = {item.name: item.id for item in root.inventory[group_kind("site")]}
    teams = {item.name: item.values["site"] for item in root.inventory[group_kind("team")]}
    assert teams == {"Red": sites["Berlin"], "Blue": sites["Lisbon"]}


def test_a_delegated_administrator_sees_a_part_and_knows_it(here: Workshop) -> None:
    asks(here, DEE)
    found = seen(here)
    assert found.identity is not None
    assert found.identity.rights is not None
    assert found.identity.rights.name == "Delegate"
    (ann,) = [each for each in found.objects[group_kind("User")] if each.name == "ann@x.example"]
    assert ann.values["userProfile"] is HIDDEN
    assert found.partial[group_kind("skill-profile")].endswith("has no view on `skill-profile`")
    assert found.partial[group_kind("queue")].endswith("is limited to collections")
    assert group_kind("channel") not in found.partial


def test_what_a_manifest_is_of_has_to_be_read(here: Workshop) -> None:
    here.write("seed.yaml", NO_PROFILES)
    asks(here, DEE)
    assert group_kind("UserProfile") in seen(here).partial
    here.manifests(FAR)
    with pytest.raises(TenantError) as caught:
        here.plan()
    assert caught.value.told.code == "WCC155"
    assert "has no view on `user-profile`" in caught.value.told.summary


def test_a_name_of_what_may_not_be_read_is_told_as_that(here: Workshop) -> None:
    here.write("seed.yaml", NO_PROFILES)
    asks(here, DEE)
    here.manifests(ANN)
    codes = {each.code for each in here.plan().findings if each.severity == "error"}
    assert codes == {"REF127"}


def test_a_token_of_another_organization_is_refused_before_all(here: Workshop) -> None:
    other = "11111111-2f4c-4f0e-9a53-0a4f0c9b7d10"
    opened = offered(here.vendors["webexcc"].sandbox)
    assert opened is not None

    def elsewhere(path: Any, seed: Any) -> Any:
        sandbox = opened(path, seed)
        sandbox.organization = other
        return sandbox

    here.vendors["webexcc"] = replace(here.vendors["webexcc"], sandbox=elsewhere)
    with pytest.raises(TenantError) as caught:
        seen(here)
    assert caught.value.told.code == "TEN130"
    assert ORGANIZATION in caught.value.told.summary
    assert len(here.calls) == 1

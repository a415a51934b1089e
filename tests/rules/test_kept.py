"""Rules that nothing checks because nothing here could break them: that is so."""

from __future__ import annotations

from reconciler.rules.planned import planned
from reconciler.vendors.webexcc.sandbox.catalogue import RESOURCE_TYPES
from tests import bulk
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

SECOND = COLLECTION.replace("name: billing}", "name: second}").replace("Billing\n", "Second\n", 1)


def test_these_are_kept() -> None:
    assert [each.code for each in planned() if each.kept] == [
        "WCC125",
        "WCC135",
        "WCC136",
        "WCC153",
    ]


def test_a_profile_that_is_added_to_a_collection_is_no_difference_of_it(
    workshop: Workshop,
) -> None:
    """WCC125."""
    workshop.manifests(COLLECTION, SECOND, PROFILE)
    workshop.planned_and_applied()
    workshop.act("edit-profile", profile="Billing lead", collections="Billing,Second")
    assert {each.kind for each in workshop.drift().differences} == {"UserProfile"}


def test_who_lacks_a_right_writes_nothing_in_bulk(workshop: Workshop) -> None:
    """WCC135; who has all three does."""
    bulk.seeded(workshop, 3)
    bulk.ann_applies(workshop, bulk.RIGHTS.replace("tenant-setting: edit", "tenant-setting: view"))
    workshop.manifests(*bulk.collections(3, "later"))
    workshop.planned_and_applied()
    assert [method for method, _ in workshop.writes()] == ["PUT", "PUT", "PUT"]


def test_no_resource_is_touched(workshop: Workshop) -> None:
    """WCC136."""
    workshop.manifests(COLLECTION, SECOND, PROFILE, USER)
    workshop.planned_and_applied()
    more = "[Billing EN, Billing DE]"
    collections = (each.replace("[Billing EN]", more) for each in (COLLECTION, SECOND))
    workshop.manifests(*collections, PROFILE, USER)
    workshop.planned_and_applied()
    parts = {part for _, path in workshop.writes() for part in path.split("/")}
    assert parts & {"resource-collection", "user-profile", "user"}
    assert not parts & {*RESOURCE_TYPES, "contact-service-queue", "entry-point"}


def test_a_resource_in_no_collection_is_no_difference(workshop: Workshop) -> None:
    """WCC153: the seed's queue `Sales EN` is one."""
    workshop.manifests(COLLECTION)
    workshop.planned_and_applied()
    assert workshop.drift().differences == ()
    assert workshop.plan().outcome == "no_changes"

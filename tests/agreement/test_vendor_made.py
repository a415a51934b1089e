"""What the sandbox does by itself as the vendor would, our rules name as the vendor's."""

from __future__ import annotations

import pytest

from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER, Workshop

SAM = "sam@northwind.example"
CREATOR = PROFILE.replace(
    "{queue: edit, call-monitoring: edit}",
    "{queue: edit, function: edit, analyzer: view, resource-collection: edit}",
).replace(
    "  resources: {coll", "  analyzerFolders: {viewable: [Sales], hidden: []}\n  resources: {coll"
)
FOLDERS = "Sales: {id: 12}, Later: {id: 44}"


@pytest.fixture
def edited(workshop: Workshop) -> Workshop:
    """A tenant in which Sam is limited to a collection, as it was applied."""
    identities = "identities: [{email: root@northwind.example, token: root-token}"
    seed = SEED.replace(identities, f"{identities}, {{email: {SAM}, token: sam}}")
    workshop.write("seed.yaml", seed + "analyzerFolders: [{path: Sales, id: 12}]\n")
    workshop.write("reconciler.yaml", PROJECT + f"    facts: {{analyzerFolders: {{{FOLDERS}}}}}\n")
    workshop.manifests(COLLECTION, CREATOR, USER)
    workshop.planned_and_applied()
    return workshop


def told(workshop: Workshop) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [
        (each.kind, each.origin, each.rule, tuple(f"{a.op} {a.path}" for a in each.attributes))
        for each in workshop.drift().differences
    ]


def warned(workshop: Workshop) -> list[str]:
    """The rules that a plan names for what it takes back, which settles it."""
    plan = workshop.plan()
    rules = {each.rule for each in workshop.drift().differences}
    found = [f.code for f in plan.findings if f.severity == "warning" and f.code in rules]
    workshop.planned_and_applied()
    assert workshop.plan().outcome == "no_changes"
    return found


def test_a_resource_goes_to_the_default_collection_of_who_makes_it(edited: Workshop) -> None:
    edited.act("create-queue", by=SAM, name="Fresh")
    assert told(edited) == [("ResourceCollection", "vendor", "WCC133", ("add resources.queue",))]
    assert warned(edited) == ["WCC133"]


def test_a_type_at_none_turns_to_selected(edited: Workshop) -> None:
    edited.act("create-resource", by=SAM, type="function", name="Lookup")
    assert told(edited) == [
        ("ResourceCollection", "vendor", "WCC132", ("change resources.function",))
    ]
    assert warned(edited) == ["WCC132"]


def test_what_a_full_administrator_makes_is_in_no_collection(edited: Workshop) -> None:
    edited.act("create-queue", name="Fresh")
    assert told(edited) == []


def test_a_folder_that_is_made_later_has_the_level_of_analyzer(edited: Workshop) -> None:
    edited.act("create-folder", path="Later", id="44")
    assert told(edited) == [("UserProfile", "vendor", "WCC119", ("add analyzerFolders.viewable",))]
    assert warned(edited) == ["WCC119"]


def test_folders_turn_with_analyzer(edited: Workshop) -> None:
    edited.act("edit-profile", profile="Billing lead", analyzer="edit")
    assert told(edited) == [
        (
            "UserProfile",
            "vendor",
            "WCC120",
            ("add analyzerFolders.editable", "remove analyzerFolders.viewable"),
        ),
        ("UserProfile", "unknown", "", ("change permissions.analyzer",)),
    ]
    assert warned(edited) == ["WCC120"]


def test_what_a_person_adds_by_hand_is_not_the_vendors(edited: Workshop) -> None:
    edited.act("edit-collection", collection="Billing", site="Berlin,Lisbon")
    assert told(edited) == [("ResourceCollection", "unknown", "WCC156", ("add resources.site",))]

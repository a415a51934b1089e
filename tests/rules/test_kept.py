"""Rules that nothing checks because nothing here could break them: that is so."""

from __future__ import annotations

from pathlib import Path

from reconciler.model.change import Action
from reconciler.model.diagnostic import Severity
from reconciler.rules.planned import planned
from reconciler.vendors.cxone.rules import examples
from tests import bulk
from tests.agreement.native import WEBEX_RESOURCE_TYPES
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

SECOND = COLLECTION.replace("name: billing}", "name: second}").replace("Billing\n", "Second\n", 1)


def test_these_are_kept() -> None:
    assert [each.code for each in planned() if each.kept] == [
        "CXR108",
        "CXR109",
        "CXR112",
        "CXR124",
        "CXR129",
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
    assert not parts & {*WEBEX_RESOURCE_TYPES, "contact-service-queue", "entry-point"}


def test_a_resource_in_no_collection_is_no_difference(workshop: Workshop) -> None:
    """WCC153: the seed's queue `Sales EN` is one."""
    workshop.manifests(COLLECTION)
    workshop.planned_and_applied()
    assert workshop.drift().differences == ()
    assert workshop.plan().outcome == "no_changes"


def cxone(root: Path, *manifests: str) -> Workshop:
    """A CXone tenant with a role that nobody active holds, beside those that came with it."""
    seed = examples.tenant(
        "  - {name: Spare}\n  - {name: Manager, permissions: {acd: {agent: [view]}}}\n",
        f"  - {{email: {examples.OMAR}, primaryRole: Spare, active: false}}\n",
        "assumed: [A1, A2]\n",
    )
    (root / "seed.yaml").write_text(seed, "utf-8")
    (root / "reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Project\ntenants:\n  test:\n    vendor: cxone\n"
        '    manifests: ["access/*.yaml"]\n    sandbox: {seed: seed.yaml}\n    assumed: [A1, A2]\n',
        "utf-8",
    )
    here = Workshop(root)
    here.manifests(*manifests)
    return here


def test_a_role_that_only_inactive_people_hold_is_deactivated(tmp_path: Path) -> None:
    """CXR108."""
    here = cxone(tmp_path, examples.role("name: Spare\nstatus: inactive", name="spare"))
    assert here.planned_and_applied().outcome == "changes"
    assert here.plan().outcome == "no_changes"


def test_a_primary_role_that_is_not_declared_stays(tmp_path: Path) -> None:
    """CXR109."""
    here = cxone(tmp_path, examples.employee("{secondaryRoles: [Manager]}"))
    here.planned_and_applied()
    (jane,) = (u for u in here.rows("user") if u["emailAddress"] == examples.JANE)
    assert jane["roleUUID"] == examples.AGENT_ID
    assert len(jane["secondaryRoleIds"]) == 1


def test_who_stays_inactive_holds_a_role_of_any_status(tmp_path: Path) -> None:
    """CXR112."""
    wanted = "{active: false, primaryRole: Retired, secondaryRoles: [Sketch]}"
    here = cxone(tmp_path, examples.employee(wanted, name=examples.OMAR))
    assert here.planned_and_applied().outcome == "changes"
    assert here.plan().outcome == "no_changes"


def test_what_came_with_the_tenant_is_adopted_and_edited(tmp_path: Path) -> None:
    """CXR124; nothing asks for the ones that are not declared, Evaluator among them."""
    here = cxone(tmp_path, examples.role("name: Manager\ndescription: Leads", name="manager"))
    (change,) = here.plan().changes
    assert change.action is Action.ADOPT
    assert here.planned_and_applied().outcome == "changes"
    assert here.plan().outcome == "no_changes"


def test_a_role_without_holders_is_in_order(tmp_path: Path) -> None:
    """CXR129."""
    here = cxone(tmp_path, examples.role("status: active\npermissions: {acd: {agent: [view]}}"))
    assert {each.severity for each in here.plan().findings} <= {Severity.INFO}
    assert here.planned_and_applied().outcome == "changes"
    assert here.plan().outcome == "no_changes"

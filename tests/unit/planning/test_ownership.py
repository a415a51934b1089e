"""What a manifest means when names, ids, addresses and our records pull in different directions."""

from __future__ import annotations

from reconciler import checking
from reconciler.model.change import Action
from reconciler.model.plan import Plan
from reconciler.model.suggestion import NearNames
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

QUEUE_IS_OTHERS = PROFILE.replace(
    "metadata: {name: lead}",
    "metadata:\n  name: lead\n"
    "  lifecycle: {ignoreChanges: [spec.permissions.queue, spec.description]}",
)


def errors(plan: Plan) -> list[tuple[str, str]]:
    return [(f.code, f.hint) for f in plan.findings if f.severity == "error"]


def test_a_rename_without_the_former_name_is_refused_and_deletes_nothing(
    workshop: Workshop,
) -> None:
    workshop.manifests(COLLECTION, PROFILE)
    workshop.planned_and_applied()
    workshop.manifests(COLLECTION, PROFILE.replace("name: lead}", "name: chief}"))
    plan = workshop.plan()
    hints = [hint for code, hint in errors(plan) if code == "REF113"]
    assert "previousNames: [lead]" in hints[0]
    assert plan.errored
    assert not plan.steps


def test_the_former_name_makes_it_a_move(workshop: Workshop) -> None:
    workshop.manifests(COLLECTION, PROFILE)
    workshop.planned_and_applied()
    renamed = PROFILE.replace("name: lead}", "name: chief, previousNames: [lead]}")
    workshop.manifests(COLLECTION, renamed)
    (change,) = workshop.planned_and_applied().changes
    assert change.action is Action.MOVE
    assert workshop.plan().outcome == "no_changes"


def test_an_ignored_key_of_a_map_is_left_alone_for_good(workshop: Workshop) -> None:
    workshop.manifests(COLLECTION, QUEUE_IS_OTHERS)
    workshop.planned_and_applied()
    workshop.act("edit-profile", profile="Billing lead", queue="view", description="by hand")
    plan = workshop.plan()
    assert plan.outcome == "no_changes"
    assert not [f for f in plan.findings if f.code == "PLN130"]
    assert not workshop.drift().differences


def test_ignoring_a_key_later_ends_its_drift(workshop: Workshop) -> None:
    workshop.manifests(COLLECTION, PROFILE)
    workshop.planned_and_applied()
    workshop.act("edit-profile", profile="Billing lead", queue="view")
    assert workshop.drift().drifted
    workshop.manifests(COLLECTION, QUEUE_IS_OTHERS)
    assert not workshop.drift().drifted
    assert not workshop.plan().changes


def test_a_persons_manifest_does_not_move_to_another_person(workshop: Workshop) -> None:
    workshop.manifests(COLLECTION, PROFILE, USER)
    workshop.planned_and_applied()
    kim = USER.replace(
        "{name: sam@northwind.example}",
        "{name: kim@northwind.example, previousNames: [sam@northwind.example]}",
    )
    workshop.manifests(COLLECTION, PROFILE, kim)
    plan = workshop.plan()
    assert [code for code, _ in errors(plan)] == ["REF115"]
    assert not plan.steps


def test_a_vendor_name_refers_to_an_object_that_is_yet_to_be_created(workshop: Workshop) -> None:
    workshop.manifests(COLLECTION, PROFILE, USER.replace("lead}", "Billing lead}"))
    workshop.planned_and_applied()
    assert workshop.plan().outcome == "no_changes"


def test_a_name_that_two_manifests_answer_to_is_refused_before_it_is_too_late(
    workshop: Workshop,
) -> None:
    twin = COLLECTION.replace("metadata: {name: billing}", "metadata: {name: other}").replace(
        "name: Billing", "name: billing", 1
    )
    assert "name: other" in twin
    twin = twin.replace("  name: Billing\n", "  name: billing\n")
    workshop.manifests(COLLECTION, PROFILE, twin)
    plan = workshop.plan()
    assert {code for code, _ in errors(plan)} == {"REF121"}
    assert not workshop.calls


def test_a_wrong_id_of_an_owned_object_is_one_error(workshop: Workshop) -> None:
    workshop.manifests(COLLECTION)
    workshop.planned_and_applied()
    workshop.manifests(COLLECTION.replace("spec:\n", "spec:\n  id: not-mine\n"))
    plan = workshop.plan()
    assert [code for code, _ in errors(plan)] == ["REF114"]
    assert not plan.changes


def test_protection_alone_is_a_difference_until_an_apply_has_recorded_it(
    workshop: Workshop,
) -> None:
    workshop.manifests(COLLECTION)
    workshop.planned_and_applied()
    protected = COLLECTION.replace(
        "metadata: {name: billing}", "metadata: {name: billing, lifecycle: {preventDestroy: true}}"
    )
    workshop.manifests(protected)
    plan = workshop.plan()
    assert plan.differs
    assert not plan.changes
    workshop.writes()
    workshop.apply(plan)
    assert not workshop.writes()
    assert not workshop.plan().differs
    workshop.manifests(USER.replace("userProfile: lead", "userProfile: Supervisor Profile"))
    assert "PLN110" in [code for code, _ in errors(workshop.plan())]


def test_a_name_that_is_nearly_a_manifests_is_told_once_before_the_tenant_is_asked(
    workshop: Workshop,
) -> None:
    other = USER.replace("sam@", "kim@")
    workshop.manifests(
        COLLECTION, PROFILE, *(each.replace("lead", "leed") for each in (USER, other))
    )
    work = workshop.work()
    (found,) = checking.validate(work, work.tenants)
    assert (found.code, found.severity) == ("REF126", "info")
    assert found.hint == "did you mean `lead`?"
    assert found.path == ("spec", "userProfile")


def test_many_wrong_names_are_told_without_looking_for_near_ones_for_ever(
    workshop: Workshop,
) -> None:
    people = [USER.replace("sam@", f"p{n}@").replace("lead", f"laed-{n}") for n in range(1500)]
    many = [PROFILE.replace("name: lead", f"name: lead-{n}") for n in range(1500)]
    many = [each.replace("Billing lead", f"Billing lead {n}") for n, each in enumerate(many)]
    workshop.manifests(COLLECTION, *many, *people)
    work = workshop.work()
    hints = [each.hint for each in checking.validate(work, work.tenants) if each.code == "REF126"]
    assert 0 < len(hints) <= NearNames.MOST

"""Two plans compared: what may differ by itself, what others changed, and words for the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.model.plan import Basis, Finding, Plan, Seen
from reconciler.planning.plan_comparison import (
    Elsewhere,
    basis_lacks,
    errors,
    is_equal,
    is_the_same_tenant,
    moved_elsewhere,
    readers_changed,
    shown,
    written,
)
from tests import saved

USER = "test/webexcc/User/sam@northwind.example"
OTHER = "test/webexcc/User/root@northwind.example"
PRUNED = "test/webexcc/UserProfile/=4711"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return saved.webexcc(tmp_path_factory.mktemp("plan")).plan


def basis(**parts: object) -> Basis:
    return replace(Basis("m", "p", "o", {}), **parts)  # type: ignore[arg-type]


def finding(summary: str, address: str = "") -> Finding:
    return Finding("warning", "PRJ143", summary, address=address, tenant="test")


def read_by(plan: Plan, identity: str) -> Plan:
    return replace(plan, tenants=tuple(replace(e, identity=identity) for e in plan.tenants))


def test_requests_the_signature_and_how_long_ago_are_not_compared(plan: Plan) -> None:
    then, now = (
        replace(
            plan,
            findings=(finding(f"this ended on 2026-11-01, {days} ago"),),
            tenants=tuple(replace(e, requests=n) for e in plan.tenants),
            signature=str(n),
        )
        for n, days in ((1, "1 day"), (7, "12 days"))
    )
    assert is_equal(then, now)
    other = replace(then, findings=(finding("this ended on 2026-11-02, 1 day ago"),))
    assert not is_equal(then, other)


def test_what_rules_find_about_another_identity_is_shown_and_writes_nothing(plan: Plan) -> None:
    address = plan.changes[0].address
    other = replace(read_by(plan, "ci@x.example"), findings=(finding("you may not", address),))
    readers = readers_changed(plan, other)
    assert readers == {"test"}
    assert not list(written(plan, other, readers))
    assert {s for s, _ in shown(plan, other, readers, moved=False)} == {"findings"}
    # without the other identity it is a difference of the object
    assert list(written(plan, read_by(other, plan.tenants[0].identity)))


def test_a_tenant_that_was_changed_has_other_counts_and_the_same_objects(plan: Plan) -> None:
    now = replace(
        plan,
        basis={"test": replace(plan.basis["test"], tenant="other")},
        tenants=tuple(replace(e, objects=99) for e in plan.tenants),
        summary=replace(plan.summary, no_op=99),
        steps=tuple(replace(step, number=step.number + 1) for step in plan.steps),
        changes=tuple(replace(e, step=e.step + 1 if e.step else None) for e in plan.changes),
    )
    assert not is_the_same_tenant(plan, now)
    assert not list(written(plan, now))
    assert {section for section, _ in shown(plan, now, moved=True)} == {"tenants"}
    assert len(list(shown(plan, now, moved=False))) > 1


@pytest.mark.parametrize(
    ("address", "saved_basis", "now", "elsewhere"),
    [
        (USER, basis(unchanged={USER: "a"}), basis(unchanged={USER: "b"}), True),
        (USER, basis(unchanged={USER: "a"}), basis(objects={USER: Seen("1", "b", None)}), True),
        (USER, basis(unchanged={USER: "a"}), basis(), True),  # it is gone
        (USER, basis(unchanged={USER: ""}), basis(unchanged={USER: "b"}), True),  # it came
        (USER, basis(unchanged={USER: "a"}), basis(objects={USER: Seen("1", "a", None)}), False),
        (USER, basis(), basis(unchanged={USER: "b"}), False),  # the plan does not name it
        (USER, basis(objects={USER: Seen("1", "a", "r")}), basis(unchanged={USER: "b"}), False),
        (PRUNED, basis(tenant="t"), basis(tenant="u"), True),
        (PRUNED, basis(tenant="t"), basis(tenant="t"), False),
    ],
)
def test_only_an_object_whose_body_was_changed_is_changed_elsewhere(
    address: str, saved_basis: Basis, now: Basis, elsewhere: bool
) -> None:
    changed, others = moved_elsewhere(saved_basis, now, [address])
    assert (changed, others) == (((address,), ()) if elsewhere else ((), (address,)))


def test_a_basis_that_lacks_something_differs_from_one_that_others_changed(
    plan: Plan,
) -> None:
    was = plan.basis["test"]
    address = next(iter(was.objects))
    lacking = {a: each for a, each in was.objects.items() if a != address}
    without = replace(plan, basis={"test": replace(was, objects=lacking)})
    (said,) = basis_lacks(without, plan)
    assert "does not name it in its basis" in said
    changed = replace(was, objects={**was.objects, OTHER: Seen("1", "new", None)})
    before = replace(was, unchanged={**was.unchanged, OTHER: "old"})
    one, other = replace(plan, basis={"test": before}), replace(plan, basis={"test": changed})
    assert not list(basis_lacks(one, other))
    row = replace(was, objects={**was.objects, address: replace(was.objects[address], row="x")})
    (said,) = basis_lacks(replace(plan, basis={"test": row}), plan)
    assert "its basis is not as it was read" in said
    (said,) = basis_lacks(replace(plan, basis={}), plan)
    assert "does not say what it was made from" in said


def test_an_error_of_now_is_named(plan: Plan) -> None:
    now = replace(plan, errored=True, findings=(Finding("error", "REF112", "ambiguous"),))
    assert list(errors(now)) == ["the plan made now has an error: REF112: ambiguous"]
    assert not list(errors(plan))


def test_elsewhere_in_words() -> None:
    assert not list(Elsewhere().in_words())
    addresses, sections = Elsewhere((USER,), ("blast_radius", "limits")).in_words()
    assert "no part of this plan: webexcc/User/sam@northwind.example" in addresses
    assert "blast radius, limits" in sections


def test_a_reference_is_named_by_its_name_and_by_its_id_where_names_are_equal(plan: Plan) -> None:
    change = next(each for each in plan.changes if each.name == "Billing lead")
    after = {**change.after, "x": {"id": "1", "name": "one"}}

    def with_x(key: str, name: str) -> Plan:
        other = replace(change, after={**after, "x": {"id": key, "name": name}})
        return replace(plan, changes=tuple(other if c is change else c for c in plan.changes))

    base = with_x("1", "one")
    (said,) = written(base, with_x("2", "two"))
    assert said == "webexcc/UserProfile/lead: change.after.x: the plan says `one`, not `two`"
    (said,) = written(base, with_x("2", "one"))
    assert said.endswith("the plan says `one` (1), not `one` (2)")


def test_nothing_is_the_same_by_pythons_rules_alone(plan: Plan, tmp_path: Path) -> None:
    change = plan.changes[0]

    def with_value(value: object) -> Plan:
        other = replace(change, after={**change.after, "x": value})
        return replace(plan, changes=(other, *plan.changes[1:]))

    for one, other in ((True, 1), (0, False), (1, 1.0), (0.0, -0.0)):
        assert len(list(written(with_value(one), with_value(other)))) == 1

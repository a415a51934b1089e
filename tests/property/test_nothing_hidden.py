"""Whatever gives access is in a plan's text without `-v`, however much of it there is."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.change import Action, AttributeChange, Change, Reason
from reconciler.model.drift import Difference
from reconciler.model.plan import Finding, Plan, Summary, TenantRead
from reconciler.reporting import drift, text
from reconciler.reporting.paint import plain
from tests.examples import examples
from tests.workshop import Terminal, Workshop

STYLE = text.Style(plain)
NAMES = st.lists(
    st.from_regex(r"[A-Za-z][A-Za-z0-9 .-]{2,80}[a-z0-9]", fullmatch=True),
    min_size=1,
    max_size=40,
    unique=True,
)


def members(names: list[str], op: str) -> tuple[AttributeChange, ...]:
    values = [{"id": f"id-{number}", "name": name} for number, name in enumerate(sorted(names))]
    if op == "add":
        return tuple(
            AttributeChange("resources.queue", "add", after=each, member=True) for each in values
        )
    return tuple(
        AttributeChange("resources.queue", "remove", before=each, member=True) for each in values
    )


def change(action: Action, attributes: tuple[AttributeChange, ...], name: str = "x") -> Change:
    return Change(
        address=f"t/webexcc/ResourceCollection/{name}",
        tenant="t",
        kind="ResourceCollection",
        name=name,
        action=action,
        reason=Reason.GIT,
        step=1,
        before={},
        attributes=attributes,
    )


def plan(*changes: Change, findings: tuple[Finding, ...] = ()) -> Plan:
    return Plan(
        format_version="1.0",
        tool_version="0",
        mode="normal",
        basis={},
        tenants=(TenantRead("t", "webexcc", "o", 1, 1, previous_name=""),),
        steps=(),
        changes=changes,
        records=(),
        findings=findings,
        suppressed=(),
        summary=Summary(),
        outcome="changes",
        complete=True,
        errored=False,
    )


def difference(name: str, **more: object) -> Difference:
    return Difference(
        address=f"t/webexcc/UserProfile/{name}",
        tenant="t",
        kind="UserProfile",
        change="changed",
        state="drifted",
        attributes=(),
        severity="high",
        meaning="more access",
        **more,  # type: ignore[arg-type]
    )


GIVING = (Action.CREATE, Action.UPDATE, Action.ADOPT, Action.REACTIVATE)


@examples(60)
@given(names=NAMES, action=st.sampled_from(GIVING), removed=st.integers(0, 30))
def test_every_added_member_is_shown_whatever_it_is_called(
    names: list[str], action: Action, removed: int
) -> None:
    gone = members([f"gone {number:03}" for number in range(removed)], "remove")
    made = text.plan(plan(change(action, (*members(names, "add"), *gone))), STYLE)
    lines = made.splitlines()
    for name in names:
        assert any(line.strip().removeprefix("+ ").strip('"') == name for line in lines), name
    assert ("more removed" in made) is (removed > 10)


@examples(40)
@given(names=NAMES, action=st.sampled_from(GIVING))
def test_every_object_of_many_alike_that_gain_is_named(names: list[str], action: Action) -> None:
    slugs = sorted({name.lower().replace(" ", "-") for name in names})
    same = (AttributeChange("userProfile", "change", before="Agent", after="Administrator"),)
    made = text.plan(plan(*(change(action, same, slug) for slug in slugs)), STYLE)
    assert all(slug in made for slug in slugs)


@examples(40)
@given(names=NAMES)
def test_every_value_of_a_new_list_and_of_what_a_person_keeps_is_shown(names: list[str]) -> None:
    whole = (AttributeChange("resources.queue", "add", after=list(names)),)
    left = replace(change(Action.FORGET, ()), before={"roles": list(names)})
    for made in (
        text.plan(plan(change(Action.CREATE, whole)), STYLE),
        text.plan(plan(change(Action.UPDATE, whole)), STYLE),
        text.plan(plan(left), STYLE),
    ):
        assert all(name in made for name in names)
        assert " more" not in "".join(line for line in made.splitlines() if "more" in line[:4])


@examples(40)
@given(names=NAMES, attribute=st.sampled_from(["analyzerFolders.hidden"]))
def test_a_removal_that_gives_access_is_not_folded(names: list[str], attribute: str) -> None:
    gone = tuple(replace(each, path=attribute, opens=True) for each in members(names, "remove"))
    made = text.plan(plan(change(Action.UPDATE, gone)), STYLE)
    assert all(name in made for name in names)


def test_many_findings_and_many_objects_of_one_finding_are_all_shown() -> None:
    alike = tuple(
        Finding("warning", "WCC999", "the same", address=f"t/webexcc/User/u{number:03}", tenant="t")
        for number in range(90)
    )
    other = tuple(
        Finding("warning", "WCC998", f"finding {number:03}", tenant="t") for number in range(90)
    )
    made = text.plan(plan(findings=(*alike, *other)), STYLE)
    assert all(f"u{number:03}" in made for number in range(90))
    assert all(f"finding {number:03}" in made for number in range(90))


def test_drift_shows_every_object_and_everything_that_a_person_gains() -> None:
    gains = tuple(f"queue {number:03}" for number in range(25))
    many = tuple(difference(f"p{number:03}", gains=gains) for number in range(80))
    shown = drift.drift((), many, (), STYLE)
    assert all(f"UserProfile/p{number:03} " in shown for number in range(80))
    assert all(each in shown for each in gains)


def test_only_removed_objects_of_drift_are_folded() -> None:
    gone = tuple(replace(difference(f"p{number:03}"), change="removed") for number in range(80))
    shown = drift.drift((), (*gone, difference("zz-last")), (), STYLE)
    assert "and 30 objects more that have been deleted (-v)" in shown
    assert "UserProfile/zz-last " in shown


QUEUES = [f"Queue {first}{second}" for first, second in itertools.product("ABCD", "abcdef")]


@pytest.mark.parametrize("columns", ["80", "120"])
def test_a_collection_that_grows_by_many_queues_names_each(
    workshop: Workshop, terminal: Terminal, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """End to end, as text and as JSON, for the change of an object and for a new one."""
    monkeypatch.setenv("COLUMNS", columns)
    seed = (workshop.root / "seed.yaml").read_text()
    workshop.write("seed.yaml", seed.replace("[Billing EN,", f"[{', '.join(QUEUES)}, Billing EN,"))
    collection = (
        "apiVersion: webexcc/v1\nkind: ResourceCollection\nmetadata: {name: wide}\n"
        "spec: {name: Wide, resources: {site: all, team: all, channel: all, queue: %s}}\n"
    )
    workshop.manifests(collection % json.dumps(QUEUES))
    made = terminal("plan").out
    assert all(name in made for name in QUEUES)
    workshop.manifests(collection % '["Billing EN"]')
    workshop.planned_and_applied()
    workshop.manifests(collection % json.dumps([*QUEUES, "Billing EN"]))
    shown = terminal("plan").out
    assert all(name in shown for name in QUEUES)
    document = terminal("plan", "--format", "json").out
    assert all(name in document for name in QUEUES)


GRANTED = st.lists(
    st.from_regex(r"[A-Z][a-z]{2,8}( [A-Z][a-z]{1,8}){1,6}", fullmatch=True),
    min_size=11,
    max_size=30,
    unique_by=str.casefold,
)
COLLECTION_OF = """\
apiVersion: webexcc/v1
kind: ResourceCollection
metadata: {name: wide}
spec: {name: Wide, resources: {site: all, team: all, channel: all, queue: %s}}
"""
ROLE_OF = """\
apiVersion: cxone/v1
kind: Role
metadata: {name: wide}
spec: {name: Wide, status: active, permissions: {acd: {agent: %s}}}
"""
CXONE_SEED = """\
organization: {id: 0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30}
roles:
  - {name: Administrator, permissions: {admin: {role-management: [view, edit, create]}}}
  - {name: Wide, permissions: {acd: {agent: [view]}}}
employees: [{email: root@contoso.example, primaryRole: Administrator}]
identities: [{email: root@contoso.example}]
"""


@examples(8)
@given(names=GRANTED, adopts=st.booleans())
def test_every_grant_of_a_random_manifest_is_in_its_plan(
    names: list[str], adopts: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    workshop = Workshop(tmp_path_factory.mktemp("webex"))
    seed = (workshop.root / "seed.yaml").read_text()
    seed = seed.replace("[Billing EN,", f"{json.dumps(names)[:-1]}, Billing EN,")
    workshop.write("seed.yaml", seed)
    if adopts:
        workshop.manifests(COLLECTION_OF % '["Billing EN"]')
        workshop.planned_and_applied()
        workshop.lose_the_state()
    workshop.manifests(COLLECTION_OF % json.dumps(names))
    made = text.plan(workshop.plan(), STYLE)
    assert all(name in made for name in names)


@examples(8)
@given(names=GRANTED)
def test_every_permission_of_a_random_role_is_in_its_plan(
    names: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    workshop = Workshop(tmp_path_factory.mktemp("cxone"))
    slugs = [name.lower().replace(" ", "-") for name in names]
    workshop.write("seed.yaml", CXONE_SEED)
    project = (workshop.root / "reconciler.yaml").read_text().replace("webexcc", "cxone")
    workshop.write(
        "reconciler.yaml", project.replace("    sandbox:", "    assumed: [A1, A2]\n    sandbox:")
    )
    workshop.manifests(ROLE_OF % json.dumps(slugs))
    made = workshop.plan()
    shown = text.plan(made, STYLE)
    assert made.changes
    assert all(f"acd/agent/{slug}" in shown for slug in slugs)

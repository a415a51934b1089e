"""What is accepted is what Git has from then on: no drift is left, and nothing else has changed."""

from __future__ import annotations

from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from reconciler import pipeline
from reconciler.engine.accepting import Accepted
from reconciler.engine.prepare import prepare
from reconciler.manifests.parse import parse
from tests.examples import examples
from tests.property import worlds
from tests.property.test_drift import (
    SEED,
    Act,
    act,
    applied,
    documents,
    edits,
    making,
    tenants,
    three,
    told,
    values,
    verdict,
)
from tests.property.test_partial_views import as_delegate
from tests.property.test_promises import AS_FOUND, workshop
from tests.workshop import Workshop

promise = examples(30, phases=AS_FOUND)


def accept(here: Workshop, found: pipeline.Drift) -> Accepted:
    work = here.work()
    (made,) = pipeline.to_accept(work, found)
    pipeline.keep_accepted(work, (made,))
    return made


def manifests(here: Workshop) -> dict[str, Any]:
    """What every document of Git says, by kind and name."""
    found = {}
    for file in (here.root / "access").glob("*.yaml"):
        for each in parse(file.name, file.read_bytes())[0]:
            found[f"{each.value['kind']}/{each.value['metadata']['name']}"] = each.value
    return found


def all_is_as_git_says(here: Workshop) -> None:
    after = here.drift()
    assert not after.drifted, told(after.differences)
    plan = here.plan()
    assert not plan.changes, plan.changes
    assert not plan.records, "the state has all of it already"


@promise
@given(
    seed=tenants(),
    manifests_=worlds.manifests(least=2),
    acts=st.one_of(edits, edits, making),
    more=edits,
)
def test_what_is_accepted_is_no_drift_and_no_change(
    seed: str, manifests_: str, acts: list[Act], more: list[Act]
) -> None:
    with applied(seed, manifests_) as here:
        for each in (acts, more):  # a second time: what was accepted can drift again
            act(here, each)
            before, found = manifests(here), here.drift()
            made = accept(here, found)
            event(f"accepted: {bool(made.accepted)}, left: {bool(made.not_accepted)}")
            assert not made.not_accepted
            assert {*made.accepted} == {e.address for e in found.differences}
            after = manifests(here)
            changed = {a.partition("webexcc/")[2] for a in (*made.accepted, *made.also)}
            assert {key for key in before if before[key] != after.get(key)} <= changed
            all_is_as_git_says(here)


@promise
@given(
    queue=values("permissions.queue"),
    description=values("description"),
    flow=values("resources.flow"),
)
def test_what_git_alone_wants_waits_on(
    queue: tuple[str, str, str], description: tuple[str, str, str], flow: tuple[Any, Any, Any]
) -> None:
    """Accepting takes what was changed outside, against Git too, and leaves what Git changed."""
    was, wanted, now = zip(queue, description, flow, strict=True)
    with workshop(SEED, documents(*was)) as here:
        here.planned_and_applied()
        here.manifests(documents(*wanted))
        flows = now[2] if isinstance(now[2], str) else ",".join(now[2])
        here.act("edit-profile", profile="ours", queue=now[0], description=now[1])
        here.act("edit-collection", collection="ours", flow=flows)
        before = here.drift()
        verdicts = {
            path: verdict(*each) for path, *each in zip(three, was, wanted, now, strict=True)
        }
        made = accept(here, before)
        if made.not_accepted:  # nothing is left where each took what the other one kept
            assert [each.why[:6] for each in made.not_accepted] == ["WCC129"]
            assert "both" in verdicts["resources.flow"]
            return
        after = here.drift()
        assert not after.drifted
        waiting = {path for _, path, *_ in told(after.differences, "pending")}
        pending = {path for _, path, *_ in told(before.differences, "pending")}
        contested = {path for path, each in verdicts.items() if "both" in each}
        # of a set that both changed, what Git alone changed is still to be done
        assert pending <= waiting <= pending | contested
        changed = {a.path for change in here.plan().changes for a in change.attributes}
        assert changed == waiting


@promise
@given(seed=tenants(), manifests_=worlds.manifests(least=2), acts=edits)
def test_who_sees_a_part_accepts_a_part(seed: str, manifests_: str, acts: list[Act]) -> None:
    """What is hidden from who accepts stays in Git as it is."""
    with applied(seed, manifests_) as here:
        act(here, acts)
        as_delegate(here)
        found = here.drift()
        hidden = {
            e.address for e in found.differences for a in e.attributes if "hidden" in str(a.after)
        }
        rows = prepare(here.work())[0].rows
        made = accept(here, found)
        event(f"accepted: {bool(made.accepted)}, left: {bool(made.not_accepted)}")
        left = {each.address for each in made.not_accepted}
        assert left <= hidden, made.not_accepted
        after = here.drift()
        assert {e.address for e in after.differences if e.state == "drifted"} <= left
        untouched = rows.keys() - {*made.accepted}
        now = prepare(here.work())[0].rows
        assert {key: now[key] for key in untouched} == {key: rows[key] for key in untouched}

"""Whatever people do in the console: all of it is told, nothing else, and each thing as what it is.

What differs is found here anew, from what the tenant holds before and after and from the records.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import assume, event, given
from hypothesis import strategies as st

from reconciler import pipeline
from reconciler.engine.prepare import prepare
from reconciler.model.address import Address
from reconciler.model.drift import Difference
from reconciler.model.live import Snapshot
from reconciler.model.value import Ref, Value, Values, from_json
from reconciler.planning.planned_object import applied_values
from reconciler.sandbox.errors import SandboxError
from tests.examples import examples
from tests.property import worlds
from tests.property.test_partial_views import DELEGATE, as_delegate, snapshot
from tests.property.test_partial_views import tenants as delegated
from tests.property.test_promises import AS_FOUND, workshop
from tests.workshop import Workshop

Told = tuple[str, str, str, object, object]
"""Address, path, how, and the value before and after (of a set: the member)."""

promise = examples(30, phases=AS_FOUND)
ROOT, ADMINISTRATOR, MAKER = "root@x.example", "ada@x.example", "mia@x.example"
EVERYBODY = (ROOT, DELEGATE, ADMINISTRATOR, MAKER, *worlds.PEOPLE)

Act = tuple[str, str, dict[str, str]]
"""Who does what."""


@st.composite
def tenants(draw: st.DrawFn) -> str:
    """A tenant in which everybody may try, and one person makes queues and skill profiles."""
    seed = json.loads(draw(delegated()))
    own = draw(st.sampled_from([each["name"] for each in seed["collections"]]))
    seed["profiles"].append(
        {
            "name": "Maker",
            "type": "licensed-administrator",
            "permissions": {"queue": "edit", "skill-profile": "edit"},
            "resources": {"collections": [own], "default": own},
        }
    )
    seed["users"].append({"email": MAKER, "profile": "Maker"})
    seed["users"].append({"email": ADMINISTRATOR, "profile": "Root"})
    seed["identities"] += [{"email": e, "token": e} for e in EVERYBODY[2:]]
    return json.dumps(seed)


profiles = st.sampled_from((*worlds.PROFILES, "Base"))
one_thing = st.one_of(
    st.tuples(
        st.just("edit-profile"),
        st.fixed_dictionaries({"profile": profiles, "queue": st.sampled_from(worlds.LEVELS)}),
    ),
    st.tuples(
        st.just("edit-profile"),
        st.fixed_dictionaries(
            {
                "profile": profiles,
                "description": st.sampled_from(("first", "by hand")),
                "collections": st.sampled_from(("all", *worlds.COLLECTIONS, "alpha,beta")),
            }
        ),
    ),
    st.tuples(
        st.just("move-user"),
        st.fixed_dictionaries({"user": st.sampled_from(worlds.PEOPLE), "profile": profiles}),
    ),
    worlds.edits,
)
people = st.sampled_from((ROOT, ADMINISTRATOR, ADMINISTRATOR, *EVERYBODY))  # others may do less
edits = st.lists(st.builds(lambda by, edit: (by, *edit), people, one_thing), min_size=3, max_size=8)
making = st.lists(
    st.sampled_from(
        [
            (MAKER, "create-queue", {"name": "Fresh 1"}),
            (MAKER, "create-queue", {"name": "Fresh 2"}),
            (MAKER, "create-resource", {"type": "skill-profile", "name": "Fresh skills"}),
            (ROOT, "create-queue", {"name": "Unlimited"}),
        ]
    ),
    min_size=1,
    unique_by=str,
)


def act(here: Workshop, acts: list[Act]) -> None:
    for by, action, arguments in acts:
        # what the console refuses, or does not find, simply does not happen
        with contextlib.suppress(SandboxError):
            here.act(action, by=by, **arguments)


@contextlib.contextmanager
def applied(seed: str, manifests: str) -> Iterator[Workshop]:
    with workshop(seed, manifests) as here:
        plan = here.plan()
        assume(not plan.errored and plan.changes)
        here.apply(plan, allow=worlds.LEAVE)
        yield here


def expected(here: Workshop, live: Snapshot) -> set[Told]:
    """How the tenant differs from what the state remembers, object by object."""
    (prepared,) = prepare(here.work())
    objects = {(kind, each.id): each for kind, rows in live.objects.items() for each in rows}
    found: set[Told] = set()
    for row in prepared.rows.values():
        there = objects[Address.parse(row.address).group_kind, row.object_id]
        found.update(_differing(row.address, "", applied_values(row), there.values))
    return found


def _differing(address: str, path: str, was: Values, now: Values) -> Iterator[Told]:
    for key, before in was.items():
        here = f"{path}.{key}" if path else key
        after = now.get(key, before)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _differing(address, here, before, after)
        elif isinstance(before, frozenset) and isinstance(after, frozenset):
            yield from ((address, here, "add", None, str(m)) for m in after - before)
            yield from ((address, here, "remove", str(m), None) for m in before - after)
        elif before != after:
            yield address, here, "change", _frozen(before), _frozen(after)


def _frozen(value: Value) -> object:
    """A value that a set can hold."""
    if isinstance(value, Mapping):
        return tuple(sorted((key, _frozen(each)) for key, each in value.items()))
    return tuple(sorted(value)) if isinstance(value, frozenset) else value


def told(differences: tuple[Difference, ...], state: str = "drifted") -> list[Told]:
    return [
        (
            each.address,
            a.path,
            a.op,
            None if a.op == "add" else _frozen(from_json(a.before)),
            None if a.op == "remove" else _frozen(from_json(a.after)),
        )
        for each in differences
        if each.state == state
        for a in each.attributes
    ]


def all_is_told_once(here: Workshop, found: pipeline.Drift) -> None:
    assert sorted(map(str, told(found.differences))) == sorted(map(str, expected_now(here)))
    assert {each.change for each in found.differences} <= {"changed"}
    assert not told(found.differences, "pending")
    ranks = [each.severity for each in found.differences]
    assert ranks == sorted(ranks, key=["critical", "high", "medium", "low", "info"].index)


def expected_now(here: Workshop) -> set[Told]:
    return expected(here, snapshot(here))


@promise
@given(seed=tenants(), manifests=worlds.manifests(least=2), acts=edits)
def test_what_people_change_is_found_and_nothing_is_invented(
    seed: str, manifests: str, acts: list[Act]
) -> None:
    with applied(seed, manifests) as here:
        act(here, acts)
        found = here.drift()
        all_is_told_once(here, found)
        event(f"drifted: {found.drifted}")
        turned = {path for _, path, *_ in expected_now(here) if path.startswith("analyzerFolders")}
        vendors = [each for each in found.differences if each.origin == "vendor"]
        made = {a.path for each in vendors if each.kind == "UserProfile" for a in each.attributes}
        assert made <= turned
        assert found.drifted == (found.revert is not None)
        if found.revert is not None and not found.revert.errored:
            here.apply(found.revert, allow=worlds.LEAVE)
            again = here.drift()
            assert not again.differences, again.differences


@promise
@given(seed=tenants(), manifests=worlds.manifests(least=2), acts=st.lists(edits, max_size=2))
def test_what_is_remembered_hides_nothing(seed: str, manifests: str, acts: list[list[Act]]) -> None:
    """A look that reads by version finds what one that reads all finds, however often it did."""
    with applied(seed, manifests) as here:
        here.drift()
        for each in acts:
            act(here, each)
            found = here.drift()
            event(f"not read again: {bool(found.looks[0].snapshot.reused)}")
            whole = asyncio.run(pipeline.drift(here.work(), full=True))
            assert not whole.looks[0].snapshot.reused
            assert found.differences == whole.differences
            assert found.looks[0].snapshot.objects == whole.looks[0].snapshot.objects


@promise
@given(seed=tenants(), manifests=worlds.manifests(least=2), acts=making)
def test_what_the_vendor_makes_is_nobodys(seed: str, manifests: str, acts: list[Act]) -> None:
    with applied(seed, manifests) as here:
        act(here, acts)
        found = here.drift()
        all_is_told_once(here, found)
        event(f"made by the vendor: {len(found.differences)}")
        assert {each.origin for each in found.differences} <= {"vendor"}
        assert {each.rule for each in found.differences} <= {"WCC132", "WCC133"}
        assert {each.by for each in found.differences} <= {""}
        # a revert takes it back as well
        if found.revert is not None and not found.revert.errored:
            here.apply(found.revert, allow=worlds.LEAVE)
            assert not here.drift().differences


@promise
@given(seed=tenants(), manifests=worlds.manifests(least=2), acts=edits)
def test_a_part_of_the_tenant_shows_a_part_of_the_drift(
    seed: str, manifests: str, acts: list[Act]
) -> None:
    """Who sees a part tells nothing that who sees all does not, and all of what is seen."""
    with applied(seed, manifests) as here:
        act(here, acts)
        whole = set(told(here.drift().differences))
        as_delegate(here)
        mine = here.drift()
        assert all(each.change == "changed" for each in mine.differences)
        live = snapshot(here)
        assume(live.partial)  # whoever lost the profile that makes them a delegate
        assert {"PLN154"} <= {each.code for each in mine.notes}
        seen = {each.id for rows in live.objects.values() for each in rows}
        seen |= {each.id for rows in live.inventory.values() for each in rows}
        addresses = {each.address for each in mine.differences}
        found = {each for each in told(mine.differences) if "(hidden)" not in str(each)}
        event(f"seen: {len(found)} of {len(whole)}")
        # a value that is replaced as one shows what of it is seen
        assert found <= whole | {_as_seen(each, seen) for each in whole}
        owned = {row.address: row.object_id for row in prepare(here.work())[0].rows.values()}
        for address, path, how, before, after in whole:
            ids = {str(each) for each in (before, after) if _is_reference(path, each)}
            if owned[address] in seen and ids <= seen:
                one = (address, path, how, before, after)
                assert one in found or _as_seen(one, seen) in found, addresses


def _as_seen(each: Told, seen: set[str]) -> Told:
    address, path, how, before, after = each
    return address, path, how, _shorn(before, seen), _shorn(after, seen)


def _shorn(value: object, seen: set[str]) -> object:
    if not isinstance(value, tuple):
        return value
    kept = (v for v in value if not isinstance(v, Ref) or v in seen)
    return tuple(_shorn(each, seen) for each in kept)


def _is_reference(path: str, value: object) -> bool:
    return isinstance(value, Ref) or (isinstance(value, str) and "permissions" not in path and
                                      path not in ("name", "description", "resources"))  # fmt: skip


@st.composite
def leave(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["UserProfile", "ResourceCollection", "User"]))
    names = {
        "UserProfile": worlds.PROFILES, "ResourceCollection": worlds.COLLECTIONS,
        "User": worlds.PEOPLE,
    }  # fmt: skip
    paths = ["permissions.queue", "description", "resources", "userProfile"]
    return {
        "address": f"{kind}/{draw(st.sampled_from(names[kind]))}",
        "attributes": draw(st.lists(st.sampled_from(paths), unique=True, max_size=1)),
        "reason": "a pilot",
    }


@promise
@given(
    seed=tenants(),
    manifests=worlds.manifests(least=2),
    acts=edits,
    leaves=st.lists(leave(), min_size=3, max_size=6),
)
def test_what_the_project_lives_with_is_kept_apart_and_stays(
    seed: str, manifests: str, acts: list[Act], leaves: list[dict[str, Any]]
) -> None:
    with applied(seed, manifests) as here:
        act(here, acts)
        whole = told(here.drift().differences)
        here.write("reconciler.yaml", f"{worlds.PROJECT}drift: {json.dumps({'ignore': leaves})}\n")
        found = here.drift()
        kept, lived_with = told(found.differences), told(found.suppressed)
        event(f"suppressed: {bool(lived_with)}")
        assert sorted(map(str, (*kept, *lived_with))) == sorted(map(str, whole))
        assert found.drifted == bool(kept)
        idle = [each.path[2] for each in found.notes if each.code == "PRJ149"]
        for address, path, *_ in lived_with:
            assert any(_covers(each, address, path) for each in leaves)
        for number, each in enumerate(leaves):
            if any(_covers(each, address, path) for address, path, *_ in kept):
                raise AssertionError(f"{each} covers what is told")
            if not any(_covers(each, address, path) for address, path, *_ in lived_with):
                assert number in idle
        if found.revert is not None and not found.revert.errored:
            here.apply(found.revert, allow=worlds.LEAVE)
            after = here.drift()
            assert not after.drifted
            assert sorted(map(str, told(after.suppressed))) == sorted(map(str, lived_with))


def _covers(each: Mapping[str, Any], address: str, path: str) -> bool:
    wanted = each["attributes"]
    is_path = not wanted or any(path == w or path.startswith(f"{w}.") for w in wanted)
    return address.endswith(f"/{each['address']}") and is_path


# one attribute of each sort, with three values that are drawn for themselves
three = {
    "permissions.queue": worlds.LEVELS,
    "description": ("", "first", "second"),
    "resources.flow": ("none", "all", ["Greeting"], ["Survey"], ["Greeting", "Survey"]),
}


def values(path: str) -> st.SearchStrategy[tuple[Any, Any, Any]]:
    one = st.sampled_from(three[path])
    return st.tuples(one, one, one)


def documents(queue: str, description: str, flow: Any) -> str:
    collection = {
        "resources": {"queue": "all", "site": "all", "team": "all", "channel": "all", "flow": flow}
    }
    profile = {
        "profileType": "supervisor",
        "permissions": {"queue": queue},
        "description": description,
        "resources": {"collections": ["ours"], "default": "ours"},
    }
    return "".join(
        f"---\n{json.dumps(worlds.written(kind, 'ours', spec))}\n"
        for kind, spec in (("ResourceCollection", collection), ("UserProfile", profile))
    )


SEED = json.dumps(
    {
        "organization": {"id": worlds.ORGANIZATION},
        "identities": [{"email": ROOT, "token": "t"}],
        "inventory": {"flow": list(worlds.FLOWS)},
        "profiles": [
            {
                "name": name,
                "type": "licensed-administrator",
                "permissions": "all",
                "resources": "all",
            }
            for name in ("Root", "Base")
        ],
        "users": [{"email": ROOT, "profile": "Root"}],
    }
)


@promise
@given(
    queue=values("permissions.queue"),
    description=values("description"),
    flow=values("resources.flow"),
)
def test_three_values_have_one_verdict(
    queue: tuple[str, str, str], description: tuple[str, str, str], flow: tuple[Any, Any, Any]
) -> None:
    """Applied, in Git, in the tenant: changed outside, pending, both, or settled by hand."""
    was, wanted, now = zip(queue, description, flow, strict=True)
    with workshop(SEED, documents(*was)) as here:
        here.planned_and_applied()
        here.manifests(documents(*wanted))
        flows = now[2] if isinstance(now[2], str) else ",".join(now[2])
        here.act("edit-profile", profile="ours", queue=now[0], description=now[1])
        here.act("edit-collection", collection="ours", flow=flows)
        found = here.drift()
        given_ = zip(three, was, wanted, now, strict=True)
        verdicts = {path: verdict(*each) for path, *each in given_}
        for state in ("drifted", "pending"):
            paths = {path for _, path, *_ in told(found.differences, state)}
            assert paths == {path for path, each in verdicts.items() if state in each}
        both = {b.path: b for each in found.differences for b in each.both}
        assert both.keys() == {path for path, each in verdicts.items() if "both" in each}
        for path, each in both.items():
            number = list(three).index(path)
            shown = (_named(each.applied), _named(each.git), _named(each.tenant))
            assert shown == tuple(_named(values[number]) for values in (was, wanted, now))
        assert found.drifted == any("drifted" in each for each in verdicts.values())
        assert bool(found.settled) == any("settled" in each for each in verdicts.values())


def verdict(was: Any, wanted: Any, now: Any) -> set[str]:
    if all(isinstance(each, list) for each in (was, wanted, now)):
        outside, git = set(was) ^ set(now), set(was) ^ set(wanted)
        mine, theirs = git - outside, outside - git
        told = {"settled"} if outside & git else set()
        if theirs:
            return told | {"drifted"} | ({"both"} if mine else set())
        return told | ({"pending"} if mine else set())
    if was == now:
        return {"pending"} if wanted != was else set()
    if wanted == now:
        return {"settled"}
    return {"drifted", "both"} if wanted != was else {"drifted"}


def _named(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(each["name"] if isinstance(each, dict) else each for each in value)
    return value

"""Lock-outs with plain data: people, the profiles that they hold, and who applies."""

from __future__ import annotations

from reconciler.contract.discover import discover
from reconciler.groups import Groups
from reconciler.model.address import Address
from reconciler.model.live import Identity, LiveObject, Snapshot
from reconciler.model.value import Ref, Values
from reconciler.planning.lockouts import Lockouts, lockouts
from reconciler.planning.planned_object import Item, TenantInput, others, world_of
from reconciler.vendors.webexcc.group import group_kind

VENDOR = discover()["webexcc"]
FULL: Values = {
    "name": "Full",
    "profileType": "licensed-administrator",
    "fullAccess": True,
    "permissions": {},
    "resources": "all",
}
LITTLE: Values = {**FULL, "name": "Little", "fullAccess": False}


def profile(key: str, values: Values) -> LiveObject:
    return LiveObject(group_kind("UserProfile"), key, str(values["name"]), values, f"d-{key}")


def user(key: str, holds: str, *, active: bool = True) -> LiveObject:
    values: Values = {"userProfile": Ref(holds)}
    return LiveObject(
        group_kind("User"), key, f"{key}@x.example", values, f"d-{key}", active=active
    )


def found(
    people: tuple[LiveObject, ...],
    *,
    moves: dict[str, str],
    applies: Identity | None = None,
    partial: dict[str, str] | None = None,
) -> Lockouts:
    """What is told of a plan that assigns other profiles to some people."""
    snapshot = Snapshot(
        "org",
        {
            group_kind("User"): people,
            group_kind("UserProfile"): (profile("full", FULL), profile("little", LITTLE)),
        },
        {},
        identities={"webexcc": applies} if applies else {},
        hidden={group_kind(kind): why for kind, why in (partial or {}).items()},
    )
    items = [_item(each, moves[each.id]) for each in people if each.id in moves]
    rest = others(snapshot, items)
    given = TenantInput("t", Groups((VENDOR,)), ())
    world = world_of(items, rest, snapshot=snapshot, known=given.known)
    return lockouts(given, items, world, snapshot)


def _item(live: LiveObject, holds: str) -> Item:
    values: Values = {"userProfile": Ref(holds)}
    return Item(
        address=Address("t", "webexcc", "User", live.name),
        key=Ref(live.id),
        kind=VENDOR.kind("User"),
        name=live.name,
        live=live,
        row=None,
        declared=values,
        before=live.values,
        after=dict(live.values) | dict(values),
    )


def codes(told: Lockouts) -> list[tuple[str, str, str]]:
    return [(each.code, each.severity, each.guard) for each in told.diagnostics]


def test_the_last_one_may_not_go() -> None:
    told = found((user("ann", "full"), user("bob", "little")), moves={"ann": "little"})
    assert codes(told) == [("PLN143", "error", "lockout")]
    assert "webexcc/User/ann@x.example" in told.diagnostics[0].summary


def test_one_who_is_not_active_is_nobody_to_rely_on() -> None:
    people = (user("ann", "full"), user("bob", "full", active=False))
    assert codes(found(people, moves={"ann": "little"})) == [("PLN143", "error", "lockout")]


def test_another_one_is_enough_and_is_counted_on() -> None:
    told = found((user("ann", "full"), user("bob", "full")), moves={"ann": "little"})
    assert not told.diagnostics
    assert told.counted == {"bob", "full"}


def test_one_may_hand_over_to_another() -> None:
    people = (user("ann", "full"), user("bob", "little"))
    assert not found(people, moves={"ann": "little", "bob": "full"}).diagnostics


def test_where_nobody_was_one_nobody_is_lost() -> None:
    assert found((user("ann", "little"),), moves={"ann": "full"}) == Lockouts()


def test_a_partial_view_proves_nothing() -> None:
    told = found(
        (user("ann", "full"),), moves={"ann": "little"}, partial={"User": "ann sees her teams"}
    )
    assert codes(told) == [("PLN143", "info", "")]
    assert "not checked" in told.diagnostics[0].summary


def test_who_applies_keeps_what_they_have() -> None:
    people = (user("ann", "full"), user("bob", "full"))
    ann = Identity("ann@x.example", Ref("ann"), profile("full", FULL))
    told = found(people, moves={"ann": "little"}, applies=ann)
    assert codes(told) == [("PLN144", "error", "lockout")]
    assert told.diagnostics[0].summary.startswith("ann@x.example applies this plan and would lose")
    assert not found(people, moves={"bob": "little"}, applies=ann).diagnostics
    machine = Identity("a bot")
    assert not found(people, moves={"ann": "little"}, applies=machine).diagnostics


def test_without_a_write_nobody_is_locked_out() -> None:
    assert found((user("ann", "full"),), moves={}) == Lockouts()

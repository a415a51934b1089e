from __future__ import annotations

import pytest

from reconciler.model.guard import Allowance, Thresholds


@pytest.mark.parametrize(
    ("people", "count", "users", "stops"),
    [
        ("10%", 1, 10, False),
        ("10%", 5, 10, False),  # a share never stops five people
        ("10%", 6, 10, True),
        ("10%", 5, 50, False),
        ("10%", 6, 50, True),
        ("10%", 6, 60, False),
        ("10%", 10, 100, False),
        ("10%", 11, 100, True),
        ("2.5%", 25, 1000, False),
        ("2.5%", 26, 1000, True),
        ("10%", 9, 9, False),  # too few people for a share
        ("0%", 5, 10, False),
        ("0%", 6, 10, True),
        ("0%", 0, 10, False),
        ("100%", 10, 10, False),
        ("3", 3, 5, False),
        ("3", 4, 5, True),  # a number counts in the smallest tenant, and has no floor
        ("0", 1, 1000, True),
    ],
)
def test_how_many_people_are_too_many(people: str, count: int, users: int, stops: bool) -> None:
    assert Thresholds(people=people).stops_people(count, users) is stops


def test_leave_is_to_the_very_number() -> None:
    leave = Allowance(destroy=41, lockout=True)
    assert leave.gives("destroy", 41)
    assert not leave.gives("destroy", 40)
    assert not leave.gives("destroy", 42)
    assert not leave.gives("people", 0)
    assert leave.gives("lockout")
    assert not leave.gives("transient")
    assert str(leave) == "destroy=41,lockout"
    bound = Allowance(people=3, administrators=1, digests={"people": "9b1f"})
    assert str(bound) == "people=3:9b1f,administrators=1"
    assert bound.gives("people", 3, "9b1f")
    assert not bound.gives("people", 3, "0b1f")
    assert bound.bare == ("administrators",)
    assert bound.without_bare == Allowance(people=3, digests={"people": "9b1f"})
    assert str(Allowance(people=0, transient=True)) == "people=0,transient"

"""Guards: how far a plan may reach unasked, how far it does, and the leave to go further."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

Guard = Literal["destroy", "people", "policy", "lockout", "transient"]
"""What `--allow` gives leave to."""

FEW_PEOPLE = 10
"""A tenant with fewer people is not judged by a share of them: each one is too much of it."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How far a plan may reach into one tenant unasked.

    `destroy` is a number of objects; `people` a number of people, or a share of all, as `10%`.
    """

    destroy: int = 5
    people: str = "10%"

    def stops_people(self, count: int, users: int) -> bool:
        """Whether the access of so many of all `users` is too much to change unasked."""
        if not self.people.endswith("%"):
            return count > int(self.people)
        return users >= FEW_PEOPLE and count * 100 > Fraction(self.people[:-1]) * users


UNASKED = Thresholds()
"""What holds where a project says nothing."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """The leave that a person gives, as `--allow destroy=41,people=412,lockout` says it.

    The numbers are the plan's own: a plan that reaches further, or less far, is another plan.
    `policy` is the digest of what the change loosens of the checks.
    """

    destroy: int | None = None
    people: int | None = None
    lockout: bool = False
    transient: bool = False
    policy: str = ""

    def __str__(self) -> str:
        numbers = {"destroy": self.destroy, "people": self.people}
        said = [f"{guard}={number}" for guard, number in numbers.items() if number is not None]
        said += [f"policy:{self.policy}"] if self.policy else []
        said += [guard for guard in ("lockout", "transient") if self.gives(guard)]
        return ",".join(said)

    def gives(self, guard: str, number: int | str = 0) -> bool:
        """Whether there is leave to what the guard stops; `number` is what it counted, for
        `policy` the digest of what was loosened.
        """
        if guard == "policy":
            return bool(self.policy) and self.policy == number
        if guard == "destroy":
            return self.destroy == number
        if guard == "people":
            return self.people == number
        return self.lockout if guard == "lockout" else guard == "transient" and self.transient


NOTHING_ALLOWED = Allowance()


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a plan may reach: what the project lets pass unasked, and the leave beyond that.

    `policy` is the digest of what the change loosens, empty for nothing.
    """

    thresholds: Thresholds = UNASKED
    allow: Allowance = NOTHING_ALLOWED
    policy: str = ""


UNASKED_ONLY = Bounds()


@dataclass(frozen=True, slots=True)
class Reached:
    """How many objects of a tenant are destroyed, and how many of its users' access changes.

    Objects that we own and that a doubtful list no longer has count as destroyed.
    """

    destroy: int = 0
    people: int = 0
    users: int = 0


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """How far a plan reaches: over all its tenants, and into each.

    `policy` is the digest of what the change loosens of the checks, empty for nothing.
    """

    destroy: int = 0
    people: int = 0
    users: int = 0
    tenants: Mapping[str, Reached] = field(default_factory=dict)
    policy: str = ""

    def number(self, guard: str) -> int | str:
        """What a guard counted over the whole plan, 0 for one that does not count; for `policy`
        the digest.
        """
        if guard == "policy":
            return self.policy
        return {"destroy": self.destroy, "people": self.people}.get(guard, 0)


NO_REACH = BlastRadius()

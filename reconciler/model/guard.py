"""Guards: how far a plan may reach unasked, how far it does, and the overrides that let it pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from typing import Literal

from reconciler.model.value import digest

Guard = Literal["destroy", "people", "administrators", "policy", "lockout", "transient"]
"""What `--allow` lets pass."""

COUNTED: tuple[Guard, ...] = ("destroy", "people", "administrators")
"""The guards that count; an override of theirs has a number and a digest of what was counted."""

NAMED: tuple[Guard, ...] = ("lockout", "transient")
"""The guards that count nothing."""

FEW_PEOPLE = 10
"""A tenant with fewer people is not judged by a share of them: each one is too much of it."""

LEAST_PEOPLE = 5
"""A share of the people never stops a plan that changes the access of so many, or fewer."""

DIGEST_LENGTH = 4
"""So many hexadecimal digits follow a number."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How far a plan may reach into one tenant unasked.

    `destroy` and `administrators` are numbers of objects and people; `people` is a number, or a
    share of all, as `10%`. What earlier applies did within the `window` counts too.
    """

    destroy: int = 5
    people: str = "10%"
    administrators: int = 0
    window: timedelta = timedelta(hours=24)

    def stops_people(self, count: int, users: int) -> bool:
        """Whether the access of so many of all `users` is too much to change unasked."""
        if not self.people.endswith("%"):
            return count > int(self.people)
        is_judged = users >= FEW_PEOPLE and count > LEAST_PEOPLE
        return is_judged and count * 100 > Fraction(self.people[:-1]) * users


UNASKED = Thresholds()
"""What holds where a project says nothing."""


def digest_of(addresses: Iterable[str]) -> str:
    """The digits that stand for these objects and no others, whatever their order."""
    return digest(sorted(set(addresses)))[:DIGEST_LENGTH]


@dataclass(frozen=True, slots=True)
class Allowance:
    """Overrides, as `--allow destroy=41:ab12,people=412:9b1f,lockout` gives them.

    The numbers are the plan's own: a plan that reaches further, or less far, is another plan.
    `digests` say, by guard, which objects or people were counted; a number without one is bare, and
    passes as many others. `policy` is the digest of what the change loosens of the checks.
    """

    destroy: int | None = None
    people: int | None = None
    lockout: bool = False
    transient: bool = False
    administrators: int | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    policy: str = ""

    def __str__(self) -> str:
        counted = [
            override_of(guard, number, self.digests.get(guard, ""))
            for guard in COUNTED
            if (number := self.number(guard)) is not None
        ]
        policy = [override_of("policy", 0, self.policy)] if self.policy else []
        return ",".join((*counted, *policy, *(guard for guard in NAMED if self.gives(guard))))

    def number(self, guard: str) -> int | None:
        """The number of an override of a guard that counts; None where there is no such one."""
        numbers = {
            "destroy": self.destroy,
            "people": self.people,
            "administrators": self.administrators,
        }
        return numbers.get(guard)

    def gives(self, guard: str, number: int = 0, counted: str = "") -> bool:
        """Whether an override passes the guard; `number` is what it counted, and `counted` the
        digest of that.
        """
        if guard in COUNTED:
            return self.number(guard) == number and self.digests.get(guard, counted) == counted
        if guard == "policy":
            return bool(self.policy) and self.policy == counted
        return self.lockout if guard == "lockout" else guard == "transient" and self.transient

    @property
    def bare(self) -> tuple[Guard, ...]:
        """The guards whose numbers do not say which objects or people are meant."""
        return tuple(
            each for each in COUNTED if self.number(each) is not None and each not in self.digests
        )

    @property
    def without_bare(self) -> Allowance:
        """The overrides that are bound to what was counted, and those that count nothing."""
        bare = self.bare
        return replace(
            self,
            destroy=None if "destroy" in bare else self.destroy,
            people=None if "people" in bare else self.people,
            administrators=None if "administrators" in bare else self.administrators,
        )


NOTHING_ALLOWED = Allowance()


def override_of(guard: str, number: int, counted: str = "") -> str:
    """An override as `--allow` takes it."""
    if guard == "policy":
        return f"policy:{counted}"
    if guard not in COUNTED:
        return guard
    return f"{guard}={number}:{counted}" if counted else f"{guard}={number}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a plan may reach: what the project lets pass unasked, and the overrides.

    `policy` is the digest of what the change loosens, empty for nothing.
    """

    thresholds: Thresholds = UNASKED
    allow: Allowance = NOTHING_ALLOWED
    policy: str = ""


UNASKED_ONLY = Bounds()


Earlier = Mapping[str, frozenset[str]]
"""What earlier applies did within the window, by guard: the vendor's ids behind their kinds."""

NOTHING_EARLIER: Earlier = {}


@dataclass(frozen=True, slots=True)
class Affected:
    """Objects or people that a plan counts, and the addresses whose operations affect them.

    `objects` has the vendor's id behind its kind, by full address; one that no manifest declares
    has its id as address.
    """

    by: tuple[str, ...]
    objects: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reached:
    """How many objects of a tenant are destroyed, how many of its users' access changes, and how
    many of them become able to give or define rights.

    Objects that we own and that a doubtful list no longer has count as destroyed. `earlier` is how
    many others were counted in the window before, by guard; `counted` are the plan's own.
    """

    destroy: int = 0
    people: int = 0
    users: int = 0
    administrators: int = 0
    earlier: Mapping[str, int] = field(default_factory=dict)
    counted: Mapping[str, tuple[Affected, ...]] = field(default_factory=dict)

    def objects(self, guard: str) -> dict[str, str]:
        """What a guard counted, by address, with the vendor's id behind the kind."""
        groups = self.counted.get(guard, ())
        return {address: key for group in groups for address, key in group.objects.items()}


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """How far a plan reaches: over all its tenants, and into each.

    `digests` stand for what each guard counted, by guard; `policy` is the digest of what the change
    loosens of the checks, empty for nothing.
    """

    destroy: int = 0
    people: int = 0
    users: int = 0
    tenants: Mapping[str, Reached] = field(default_factory=dict)
    administrators: int = 0
    digests: Mapping[str, str] = field(default_factory=dict)
    policy: str = ""

    def number(self, guard: str) -> int:
        """What a guard counted over the whole plan; 0 for one that does not count."""
        numbers = {
            "destroy": self.destroy,
            "people": self.people,
            "administrators": self.administrators,
        }
        return numbers.get(guard, 0)

    def digest(self, guard: str) -> str:
        """The digits that stand for what a guard counted over the whole plan."""
        if guard == "policy":
            return self.policy
        if guard not in COUNTED:
            return ""
        return digest_of(a for each in self.tenants.values() for a in each.objects(guard))

    def override(self, guard: str) -> str:
        """The value of `--allow` that lets the plan pass the guard."""
        return override_of(guard, self.number(guard), self.digest(guard))

    def passes(self, guard: str, allow: Allowance) -> bool:
        """Whether the override lets the plan pass the guard."""
        return allow.gives(guard, self.number(guard), self.digest(guard))


NO_REACH = BlastRadius()

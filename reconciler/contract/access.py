"""Access of a kind: the power it gives people, and who may write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.contract.answers import NotOffered
from reconciler.model.change import Action
from reconciler.model.value import Ref, Value, Values
from reconciler.rules.world import Expected, World


@dataclass(frozen=True, slots=True)
class Danger:
    """A reason why a value gives more power than its words show, and the rule that says so."""

    note: str
    rule: str


Opens = Callable[[tuple[str, ...], Value, Value], bool]
"""Whether the second value of an attribute of access lets people do something that the first does
not; None is a value that is not there."""


def members_open(_path: tuple[str, ...], before: Value, after: Value) -> bool:
    """For kinds of which a value opens more where it has more members, or is there at all."""
    if isinstance(before, frozenset) and isinstance(after, frozenset):
        return bool(after - before)
    return bool(after) and not before


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A reason why who applies may not write an object: the rule that says so, and what to do.

    Where their rights are unknown it is not `known`: then the plan says that nobody checked.
    """

    code: str
    source: str
    summary: str
    hint: str = ""
    known: bool = True


Permitted = Callable[[Action, Expected, World], Forbidden | None]
"""Whether who applies may create, change or delete an object; None where nothing forbids it."""


@dataclass(frozen=True, slots=True)
class Access:
    """The access that a kind gives people.

    - `attributes`: those that decide what people may do, themselves or by what they refer to.
    - `opens(path, before, after)`: whether a change of such an attribute lets people do more.
    - `danger(path, value)`: why a value gives more power than its words show.
    - `permitted(action, object, world)`: whether who applies may write the object at all; rules
      say the rest.
    """

    attributes: frozenset[str]
    opens: Opens | NotOffered
    danger: Callable[[tuple[str, ...], object], Danger | None] | NotOffered
    permitted: Permitted | NotOffered

    def is_opened(self, path: tuple[str, ...], before: Value, after: Value) -> bool:
        """Whether the second value lets people do more; where no vendor says, by its members."""
        opens = members_open if isinstance(self.opens, NotOffered) else self.opens
        return opens(path, before, after)

    def danger_of(self, path: tuple[str, ...], value: object) -> Danger | None:
        """The danger of the value beyond its words."""
        return None if isinstance(self.danger, NotOffered) else self.danger(path, value)

    def forbidden(self, action: Action, planned: Expected, world: World) -> Forbidden | None:
        """The reason why who applies may not write the object; None where nothing forbids it."""
        if isinstance(self.permitted, NotOffered):
            return None
        return self.permitted(action, planned, world)


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's values at one moment, and the values of what they refer to at that moment.

    `of` gives None for what nobody knows.
    """

    values: Values
    of: Callable[[Ref], Values | None]


@dataclass(frozen=True, slots=True)
class Lockout:
    """The vendor's check that people do not lock themselves out.

    - `administers(person)`: whether they can give everybody access, themselves included.
    - `lost(before, after)`: in words, what a person has before and no longer has after.
    """

    administers: Callable[[Standing], bool]
    lost: Callable[[Standing, Standing], tuple[str, ...]]


Powers = Callable[[Standing], frozenset[str] | None]
"""What a person can give or define of other people's rights, in words; None where their access is
hidden."""

"""Lifecycle of a kind: create, delete, deactivate, manual steps and side effects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reconciler.contract.answers import NotOffered
from reconciler.model.change import Action
from reconciler.model.facts import Facts
from reconciler.model.runbook import Guide
from reconciler.model.value import Values
from reconciler.rules.world import Expected, World


class Removal(StrEnum):
    """The action for an object of the kind that leaves Git."""

    DELETE = "delete"
    DEACTIVATE = "deactivate"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Creation:
    """The vendor's offer to create objects of a kind.

    `required` are the attributes without which a new object cannot be, each with how it is written.
    """

    required: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Switch:
    """The switch of a kind whose objects are switched off rather than deleted.

    `is_on(values)` says whether an object can be used; `off` are the values that switch it off
    when it leaves Git (`Removal.DEACTIVATE`). Whoever uses an object is written after it is
    switched on, and before it is switched off.
    """

    is_on: Callable[[Values], bool]
    off: Values


ByHand = Callable[[Action, Expected, World], Guide | None]
"""How a person makes a change, or that part of it which no API offers; None where the API makes all
of it. It becomes a step of the runbook, and what needs it waits."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A side effect of the vendor on a write of reconciler, with the rule for it.

    `values` are the attributes that it changes, as it will leave them, whatever the write says;
    `summary` says it. `wider` says what people may do then, and neither before nor once the
    object is as desired; it is empty where there is nothing.
    """

    rule: str
    values: Values
    summary: str
    wider: str = ""


SideEffects = Callable[[Values, Values, Facts], Iterable[Disturbance]]
"""What a vendor makes of an object besides, when it is changed from the first values to the second;
`Facts` are the tenant's."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Lifecycle of a kind.

    - `creation`: what a new object needs; where the vendor offers no create, the reason says what a
      person does instead.
    - `removal`: what leaving Git means.
    - `switch`: how an object is switched off and on.
    - `spends_names`: a name that was ever used, in any case, is never free again; every name
      that is read is remembered.
    - `by_hand(action, object, world)`: how a person makes what no API offers.
    - `side_effects(before, after, facts)`: what the vendor itself changes of an object with an
      update; the plan restores the desired values.
    """

    creation: Creation | NotOffered
    removal: Removal
    switch: Switch | NotOffered
    spends_names: bool
    by_hand: ByHand | NotOffered
    side_effects: SideEffects | NotOffered

    @property
    def creatable(self) -> bool:
        """Return whether the vendor offers to create such objects."""
        return isinstance(self.creation, Creation)

    @property
    def uncreatable(self) -> str:
        """The manual step where the vendor offers no create."""
        return self.creation.reason if isinstance(self.creation, NotOffered) else ""

    @property
    def required(self) -> Mapping[str, str]:
        """The attributes without which a new object cannot be, each with how it is written."""
        return self.creation.required if isinstance(self.creation, Creation) else {}

    def is_on(self, values: Values) -> bool:
        """Return whether an object with these values can be used."""
        return not isinstance(self.switch, Switch) or self.switch.is_on(values)

    def switched_off(self, values: Values) -> Values:
        """The values of an object after it left Git."""
        if self.removal is Removal.DEACTIVATE and isinstance(self.switch, Switch):
            return {**values, **self.switch.off}
        return values

    def guide(self, action: Action, planned: Expected, world: World) -> Guide | None:
        """The manual steps of a change; None where the API makes all of it."""
        if isinstance(self.by_hand, NotOffered):
            return None
        return self.by_hand(action, planned, world)

    def disturbances(self, before: Values, after: Values, facts: Facts) -> Iterable[Disturbance]:
        """The side effects of an update from the first values to the second."""
        if isinstance(self.side_effects, NotOffered):
            return ()
        return self.side_effects(before, after, facts)

"""Policy of a project about rules: severities, and suppressions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from reconciler.model.address import Address
from reconciler.model.diagnostic import Severity, Suppression
from reconciler.model.resource import Spec
from reconciler.rules.rule import Rule, Where


@dataclass(frozen=True)
class Policy:
    """The `rules` of a project file on one day.

    `severities` has the rules that weigh otherwise than they say of themselves, None is off;
    `planned` are those that are named here and not built yet.
    """

    today: date = date.min
    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    suppressions: tuple[Suppression, ...] = ()
    planned: tuple[str, ...] = ()

    def severity(self, code: str, own: Severity) -> Severity | None:
        """The severity of a finding of that rule here; None where the rule is off."""
        return self.severities.get(code, own)

    def suppression(self, code: str, address: Address) -> Suppression | None:
        """The suppression of a finding about an object today, None where there is none."""
        for each in self._by_code.get(code, ()):
            if each.until >= self.today and address.ends_with(each.address):
                return each
        return None

    @cached_property
    def _by_code(self) -> Mapping[str, list[Suppression]]:
        found: dict[str, list[Suppression]] = defaultdict(list)
        for each in self.suppressions:
            found[each.code].append(each)
        return found

    @property
    def expired(self) -> tuple[Suppression, ...]:
        """The suppressions whose last day is over: they have no effect any more."""
        return tuple(each for each in self.suppressions if each.until < self.today)

    def idle(self, used: Iterable[Suppression], judged: Iterable[str]) -> tuple[Suppression, ...]:
        """The suppressions that matched nothing, of the rules that could all be judged."""
        busy, codes = set(used), set(judged)
        return tuple(
            each
            for each in self.suppressions
            if each not in busy and each.code in codes and each.until >= self.today
        )


NO_POLICY = Policy()


def is_fixed(rule: Rule[Spec]) -> bool:
    """Whether a rule is an error that the tenant enforces: no project can make it weigh less."""
    return rule.severity is Severity.ERROR and Where.TENANT in rule.where

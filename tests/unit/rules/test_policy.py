from __future__ import annotations

from datetime import date, timedelta

from reconciler.model.address import Address
from reconciler.model.diagnostic import Severity, Suppression
from reconciler.rules.policy import Policy

END = date(2027, 3, 31)
LEAVE = Suppression("WCC130", "ResourceCollection/legacy", "on its way out", END, 0)
LEGACY = Address("t", "webexcc", "ResourceCollection", "legacy")


def test_a_suppression_holds_on_its_last_day_and_ends_with_it() -> None:
    last, after = Policy(END, {}, (LEAVE,)), Policy(END + timedelta(days=1), {}, (LEAVE,))
    assert last.suppression("WCC130", LEGACY) == LEAVE
    assert last.expired == ()
    assert after.suppression("WCC130", LEGACY) is None
    assert after.expired == (LEAVE,)


def test_it_holds_for_its_rule_and_its_object_alone() -> None:
    policy = Policy(END, {}, (LEAVE,))
    assert policy.suppression("WCC129", LEGACY) is None
    other = Address("t", "webexcc", "ResourceCollection", "not-legacy")
    assert policy.suppression("WCC130", other) is None


def test_only_the_idle_ones_of_judged_rules_are_told() -> None:
    policy = Policy(END, {}, (LEAVE,))
    assert policy.idle((), ["WCC130"]) == (LEAVE,)
    assert policy.idle((LEAVE,), ["WCC130"]) == ()
    assert policy.idle((), ["WCC129"]) == ()
    assert Policy(END + timedelta(days=1), {}, (LEAVE,)).idle((), ["WCC130"]) == ()


def test_a_severity_is_the_rules_own_unless_the_project_says_otherwise() -> None:
    policy = Policy(END, {"WCC124": None, "WCC159": Severity.ERROR})
    assert policy.severity("WCC124", Severity.WARNING) is None
    assert policy.severity("WCC159", Severity.WARNING) is Severity.ERROR
    assert policy.severity("WCC103", Severity.WARNING) is Severity.WARNING

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reconciler.model.diagnostic import Diagnostic, Severity, Suppression
from reconciler.model.guard import Allowance, Bounds, Thresholds, digest_of
from reconciler.planning.guards import Judged, judged
from reconciler.planning.reach import Counted, Missing, Reach


def counted(*shown: str, tenant: str = "a") -> tuple[Counted, ...]:
    return tuple(
        Counted(each, f"{tenant}/{each}", each.partition("/")[2], (f"{tenant}/{each}",))
        for each in shown
    )


FORTY = Reach(
    destroyed=counted(*(f"x/Profile/p{n:02}" for n in range(12))),
    people=counted(*(f"x/User/u{n:02}" for n in range(30))),
    users=100,
)
SMALL = Reach(destroyed=counted("x/Profile/a"), people=counted("x/User/a"), users=4)
OTHER = Reach(
    destroyed=counted("x/Profile/a", tenant="b"), people=counted("x/User/a", tenant="b"), users=4
)
LOCKOUT = Diagnostic(Severity.ERROR, "X1", "who applies loses it", hint="do not", guard="lockout")
ERROR = Diagnostic(Severity.ERROR, "X2", "a mistake")


def weigh(*found: Diagnostic, allow: Allowance = Allowance(), **reaches: Reach) -> Judged:  # noqa: B008
    return judged(reaches, found, Bounds(Thresholds(), allow))


def test_within_the_thresholds_nothing_is_told() -> None:
    result = weigh(a=SMALL)
    assert not result.diagnostics
    assert not result.blocked
    assert (result.radius.destroy, result.radius.people, result.radius.users) == (1, 1, 4)


def test_a_guard_folds_what_is_destroyed_and_names_everybody_whose_access_changes() -> None:
    destroy, people = weigh(a=FORTY).diagnostics
    assert destroy.summary == (
        "12 objects would be destroyed, more than thresholds.destroy lets pass (5): "
        "x/Profile/{p00, p01, p02, p03, p04, p05, p06, p07, p08, p09 and 2 more}"
    )
    digest = digest_of(f"a/x/Profile/p{n:02}" for n in range(12))
    assert destroy.hint == f"if it is meant: `--allow destroy=12:{digest}`"
    assert "30 of 100 users (30.0%)" in people.summary
    assert all(f"u{number:02}" in people.summary for number in range(30))
    assert "more}" not in people.summary
    assert (people.code, people.tenant) == ("PLN141", "a")


def test_each_tenant_has_its_thresholds_and_leave_is_to_the_whole_plan() -> None:
    result = weigh(a=FORTY, b=OTHER)
    assert {each.tenant for each in result.diagnostics} == {"a"}
    assert result.radius.destroy == 13
    assert "--allow destroy=13" in result.diagnostics[0].hint
    assert weigh(a=FORTY, b=OTHER, allow=Allowance(12, 31)).blocked == ("destroy",)
    result = weigh(a=FORTY, b=OTHER, allow=Allowance(13, 31))
    assert not result.blocked
    assert result.allowed == Allowance(13, 31, digests=dict(result.radius.digests))
    # three in each of two tenants is too much in neither
    three = Reach(destroyed=counted("x/P/a", "x/P/b", "x/P/c"))
    assert not weigh(a=three, b=three).blocked


def test_leave_turns_errors_into_warnings_and_is_recorded_where_it_was_needed() -> None:
    result = weigh(LOCKOUT, a=SMALL, allow=Allowance(1, 1, lockout=True, transient=True))
    (found,) = result.diagnostics
    assert (found.severity, found.hint) == (Severity.WARNING, "allowed by `--allow lockout`")
    assert result.allowed == Allowance(lockout=True)
    assert (
        weigh(LOCKOUT, a=SMALL).diagnostics[0].hint == "do not; if it is meant: `--allow lockout`"
    )


def test_what_is_a_warning_or_suppressed_stops_nothing() -> None:
    leave = Suppression("X1", "X/x", "a reason", date.max, 0)
    for each in (
        replace(LOCKOUT, severity=Severity.WARNING),
        replace(LOCKOUT, suppression=leave),
    ):
        result = weigh(each, a=SMALL)
        assert not result.blocked
        assert result.allowed == Allowance()


def test_what_has_errors_is_not_counted() -> None:
    result = weigh(ERROR, LOCKOUT, a=FORTY)
    assert result.errored
    assert [each.code for each in result.diagnostics] == ["X2", "X1"]
    assert result.blocked == ("lockout",)


@pytest.mark.parametrize(
    ("missing", "doubted"),
    [
        (Missing("P", listed=0, owned=1, gone=1, planned=counted("x/P/a")), True),
        (Missing("P", listed=9, owned=8, gone=6, planned=counted("x/P/a")), True),
        (
            Missing("P", listed=9, owned=8, gone=5, planned=counted("x/P/a")),
            False,
        ),  # within destroy
        (
            Missing("P", listed=9, owned=12, gone=6, planned=counted("x/P/a")),
            False,
        ),  # half is not most
        (Missing("P", listed=0, owned=8, gone=8, planned=()), False),  # not what this plan is about
    ],
)
def test_which_lists_are_doubted(missing: Missing, doubted: bool) -> None:
    result = weigh(ERROR, a=Reach(missing=(missing,)))
    assert result.doubts is doubted
    assert (result.blocked == ("destroy",)) is doubted
    assert result.radius.destroy == (len(missing.planned) if doubted else 0)

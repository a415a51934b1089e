from __future__ import annotations

from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.reporting.diagnostics import MOST, listed
from reconciler.reporting.diagnostics import diagnostic as shown_whole
from reconciler.reporting.paint import plain
from tests.unit.reporting.findings import diagnostic


def numbered(severity: Severity, count: int) -> list[Diagnostic]:
    return [diagnostic(severity, summary=f"{severity} {n}") for n in range(count)]


def test_a_few_are_shown_whole() -> None:
    shown = list(listed(numbered(Severity.ERROR, MOST), plain, whole=False))
    assert len(shown) == MOST
    assert not any("more" in each for each in shown)


def test_of_many_errors_come_first_in_the_order_of_reading() -> None:
    found = [*numbered(Severity.WARNING, 14), *numbered(Severity.ERROR, 40)]
    shown = list(listed(found, plain, whole=False))
    assert shown[0] == "warning[WCC101]: warning 0\n"
    assert shown[9] == "warning[WCC101]: warning 9\n"
    assert shown[10] == "error[WCC101]: error 0\n"
    assert shown[-2] == "error[WCC101]: error 39\n"
    assert shown[-1] == "… and 4 more warnings; all of them with -v\n"


def test_what_is_left_out_is_counted_by_weight() -> None:
    found = [*numbered(Severity.WARNING, 4), *numbered(Severity.ERROR, 362)]
    shown = list(listed(found, plain, whole=False))
    assert shown[-1] == "… and 312 more errors, 4 more warnings; all of them with -v\n"
    assert len(list(listed(found, plain, whole=True))) == 366


def test_no_line_of_a_log_begins_with_foreign_text() -> None:
    found = diagnostic(hint="did you mean\n::add-mask::secret", detail="a\n::set-output::x")
    for line in shown_whole(found, plain).splitlines():
        assert not line.strip().startswith("::")


def test_many_that_say_the_same_are_one_with_the_first_places() -> None:
    alike = [diagnostic(summary="no such profile", address=address(n)) for n in range(42)]
    other = diagnostic(summary="something else")
    (first, last) = listed([alike[0], other, *alike[1:]], plain, whole=False)
    assert first.splitlines() == [
        "error[WCC101]: no such profile",
        "  --> t/g/K/0",
        "   = also: t/g/K/1",
        "   = also: t/g/K/2",
        "   = also: t/g/K/3",
        "   = also: 38 more; all of them with -v",
    ]
    assert "something else" in last
    assert len(list(listed([*alike, other], plain, whole=True))) == 43


def test_a_few_that_say_the_same_are_shown_each_with_its_place() -> None:
    alike = [diagnostic(summary="no such profile", address=address(n)) for n in range(3)]
    assert len(list(listed(alike, plain, whole=False))) == 3


def test_what_is_left_out_counts_every_one_of_those_that_are_alike() -> None:
    warnings = [diagnostic(Severity.WARNING, summary="again", address=address(n)) for n in range(7)]
    shown = list(listed([*warnings, *numbered(Severity.ERROR, MOST)], plain, whole=False))
    assert shown[-1] == "… and 7 more warnings; all of them with -v\n"


def address(number: int) -> Address:
    return Address("t", "g", "K", str(number))

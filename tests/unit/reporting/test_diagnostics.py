from __future__ import annotations

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

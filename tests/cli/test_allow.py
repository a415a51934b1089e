"""What `--allow` takes, and how a plan that a guard stops is shown, kept and carried out."""

from __future__ import annotations

import pytest

from reconciler.cli.allow import parse
from reconciler.errors import UsageError
from reconciler.model.guard import Allowance


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), Allowance()),
        (("destroy=41",), Allowance(destroy=41)),
        (
            ("destroy=41,people=412,lockout,transient",),
            Allowance(41, 412, lockout=True, transient=True),
        ),
        (("lockout", "people=0, destroy=7"), Allowance(7, 0, lockout=True)),
        (("destroy=7", "destroy=7"), Allowance(destroy=7)),
    ],
)
def test_what_leave_can_be_given(texts: tuple[str, ...], expected: Allowance) -> None:
    assert parse(texts) == expected


@pytest.mark.parametrize(
    ("text", "summary", "hint"),
    [
        ("destroy", "`destroy` needs a number", "--allow destroy=41"),
        ("destroy=", "`` is no number of `destroy`", "--allow destroy=41"),
        ("people=10%", "`10%` is no number of `people`", "--allow people=41"),
        ("destroy=-1", "`-1` is no number", "--allow destroy=41"),
        ("destroy=all", "`all` is no number", "--allow destroy=41"),
        ("destroy=4,destroy=5", "two numbers: 4 and 5", "the plan asks for"),
        ("lockout=1", "`lockout` takes no number", "--allow lockout`"),
        ("lockouts", "no leave `lockouts`", "did you mean `lockout`?"),
        ("everything", "no leave `everything`", "the plan asks for"),
        ("", "empty", "the plan asks for"),
        ("lockout,", "empty", "the plan asks for"),
    ],
)
def test_what_is_no_leave(text: str, summary: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse((text,))
    told = caught.value.told
    assert told.code == "RUN140"
    assert summary in told.summary
    assert hint in told.hint

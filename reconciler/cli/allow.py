"""`--allow`: the overrides that let a plan pass its guards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reconciler.errors import UsageError
from reconciler.model.guard import COUNTED, NAMED, Allowance
from reconciler.model.suggestion import did_you_mean

if TYPE_CHECKING:
    from reconciler.model.plan import Plan

_HINT = (
    "write what the plan prints, such as `--allow destroy=41:ab12,people=412:9b1f` or "
    "`--allow lockout`"
)
_POLICY = re.compile(r"policy:[0-9a-f]{12}", re.ASCII)
_VALUE = re.compile("(?P<number>[0-9]{1,9})(:(?P<digest>[0-9a-f]{4}))?", re.ASCII)


def parse(texts: Iterable[str]) -> Allowance:
    """`destroy=41:ab12,people=412,policy:9b1f…,lockout` in any order, in one text or in several.

    Raises UsageError for an unknown override, a missing number, and two different numbers.
    """
    values: dict[str, str] = {}
    named: set[str] = set()
    policies: set[str] = set()
    for part in (part.strip() for text in texts for part in text.split(",")):
        name, equals, value = part.partition("=")
        if name in NAMED and not equals:
            named.add(name)
        elif _POLICY.fullmatch(part):
            policies.add(part.partition(":")[2])
            if len(policies) > 1:
                raise _refused(f"`policy` has two digests: {' and '.join(sorted(policies))}")
        elif name in COUNTED and _VALUE.fullmatch(value):
            if values.setdefault(name, value) != value:
                raise _refused(f"`{name}` has two numbers: {values[name]} and {value}")
        else:
            raise _refused(*_wrong(name, equals, value))
    found = {name: _VALUE.fullmatch(value) for name, value in values.items()}
    numbers = {name: int(match["number"]) for name, match in found.items() if match}
    return Allowance(
        destroy=numbers.get("destroy"),
        people=numbers.get("people"),
        lockout="lockout" in named,
        transient="transient" in named,
        administrators=numbers.get("administrators"),
        digests={name: match["digest"] for name, match in found.items() if match and match[3]},
        policy="".join(policies),
    )


def refuse_bare(plan: Plan, given: Allowance) -> None:
    """Raises UsageError where only a bare number lets the plan pass: it would pass as many others,
    so it counts with `--out` in the same command, or where a person sees the plan and is asked.
    """
    from reconciler.planning.guards import unbound, wanted  # noqa: PLC0415 - no plan, no guards

    if bare := unbound(plan, given):
        values = ", ".join(f"`{guard}={given.number(guard)}`" for guard in bare)
        what = "objects or people are" if len(bare) > 1 or bare[0] == "destroy" else "people are"
        full = wanted(plan, given.without_bare)
        raise UsageError(
            "RUN140",
            f"--allow: {values} does not say which {what} meant",
            hint=f"if the plan is meant as shown, write `--allow {full}`",
        )


def _wrong(name: str, equals: str, value: str) -> tuple[str, str]:
    if name.partition(":")[0] == "policy":
        return (
            "`policy` needs the digest of what the change loosens",
            "write the digest that `plan --base` prints, such as `--allow policy:0123456789ab`",
        )
    if name in NAMED:
        return f"`{name}` takes no number", f"write `--allow {name}`"
    if name in COUNTED:
        return (
            f"`{value}` is not a number of `{name}` with its digest"
            if equals
            else f"`{name}` needs a number",
            f"write the number and the digest that the plan prints, such as "
            f"`--allow {name}=41:ab12`",
        )
    if not name:
        return "an override is empty", _HINT
    return f"unknown override `{name}`", did_you_mean(
        name, (*COUNTED, *NAMED, "policy"), otherwise=_HINT
    )


def _refused(summary: str, hint: str = _HINT) -> UsageError:
    return UsageError("RUN140", f"--allow: {summary}", hint=hint)

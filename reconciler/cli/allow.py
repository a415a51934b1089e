"""`--allow`: the leave that a person gives to what a guard stops."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.errors import UsageError
from reconciler.model.guard import Allowance
from reconciler.model.suggestion import did_you_mean

COUNTED = ("destroy", "people")
NAMED = ("lockout", "transient")

_POLICY = re.compile(r"policy:[0-9a-f]{12}", re.ASCII)

_HINT = "write what the plan asks for, such as `--allow destroy=41,people=412` or `--allow lockout`"


def parse(texts: Iterable[str]) -> Allowance:
    """`destroy=41,people=412,policy:9b1f…,lockout,transient` in any order, in one text or several.

    Raises UsageError for what is no leave, for a number that is missing, and for two numbers.
    """
    numbers: dict[str, int] = {}
    named: set[str] = set()
    policies: set[str] = set()
    for part in (part.strip() for text in texts for part in text.split(",")):
        name, equals, number = part.partition("=")
        if name in NAMED and not equals:
            named.add(name)
        elif _POLICY.fullmatch(part):
            policies.add(part.partition(":")[2])
            if len(policies) > 1:
                raise _refused(f"`policy` has two digests: {' and '.join(sorted(policies))}")
        elif name in COUNTED and re.fullmatch("[0-9]{1,9}", number, re.ASCII):
            if numbers.setdefault(name, int(number)) != int(number):
                raise _refused(f"`{name}` has two numbers: {numbers[name]} and {number}")
        else:
            raise _refused(*_wrong(name, equals, number))
    return Allowance(
        numbers.get("destroy"),
        numbers.get("people"),
        "lockout" in named,
        "transient" in named,
        "".join(policies),
    )


def _wrong(name: str, equals: str, number: str) -> tuple[str, str]:
    if name.partition(":")[0] == "policy":
        return (
            "`policy` needs the digest of what the change loosens",
            "write the digest that `plan --base` prints, such as `--allow policy:0123456789ab`",
        )
    if name in NAMED:
        return f"`{name}` takes no number", f"write `--allow {name}`"
    if name in COUNTED:
        return (
            f"`{number}` is no number of `{name}`" if equals else f"`{name}` needs a number",
            f"write the number that the plan tells, such as `--allow {name}=41`",
        )
    if not name:
        return "there is an empty leave", _HINT
    return f"there is no leave `{name}`", did_you_mean(
        name, (*COUNTED, *NAMED, "policy"), otherwise=_HINT
    )


def _refused(summary: str, hint: str = _HINT) -> UsageError:
    return UsageError("RUN140", f"--allow: {summary}", hint=hint)

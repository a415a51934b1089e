"""The `rules` of `reconciler.yaml`: the severity of rules in this project, and its suppressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from reconciler.contract.vendor import Vendor
from reconciler.model.diagnostic import Path, Severity, Suppression
from reconciler.model.resource import Manifest, Spec
from reconciler.model.suggestion import did_you_mean
from reconciler.rules.planned import planned
from reconciler.rules.policy import Policy, is_fixed
from reconciler.rules.rule import Rule

Weight = Literal["error", "warning", "info", "off"]

DAY = "(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
"""A date, as far as a pattern can check."""


class SuppressionBlock(Manifest):
    """One object that a rule may find fault with for now."""

    address: str = Field(
        description="The object, by any unambiguous end of its address.",
        examples=["ResourceCollection/legacy"],
    )
    reason: str = Field(min_length=1, description="Why it is so for now, for those who review it.")
    until: str = Field(
        description="The last day on which it holds; the rule finds fault again from the next.",
        examples=["2027-03-31"],
    )


class RuleBlock(Manifest):
    """What a project decides about one rule."""

    severity: Weight | None = Field(
        default=None, description="How much it weighs; what the tenant enforces stays an error."
    )
    suppress: list[SuppressionBlock] = Field(
        default_factory=list, description="Objects that it finds no fault with, each for a time."
    )


RuleBlocks = Mapping[str, Weight | RuleBlock]

Wrong = tuple[str, Path, str, str, bool]
"""Code, path in the project file, summary, hint, whether the key is meant."""


def policy_of(blocks: RuleBlocks, today: date) -> Policy:
    """The policy of blocks in which `problems` finds nothing wrong."""
    severities: dict[str, Severity | None] = {}
    suppressions: list[Suppression] = []
    for code, block in blocks.items():
        weight, entries = _parts(block)
        if weight is not None:
            severities[code] = None if weight == "off" else Severity(weight)
        suppressions.extend(
            Suppression(code, each.address, each.reason, date.fromisoformat(each.until), number)
            for number, each in enumerate(entries)
        )
    later = {each.code for each in planned()} if blocks else set()
    return Policy(today, severities, tuple(suppressions), tuple(c for c in blocks if c in later))


def problems(blocks: RuleBlocks, vendors: Mapping[str, Vendor]) -> Iterator[Wrong]:
    """Everything in the blocks that cannot be."""
    if not blocks:
        return
    rules = {rule.code: rule for vendor in vendors.values() for rule in vendor.rules}
    later = {each.code for each in planned()}
    for code, block in blocks.items():
        at: Path = ("rules", code)
        weight, entries = _parts(block)
        if code not in rules and code not in later:
            hint = did_you_mean(code, (*rules, *later), otherwise="see `reconciler rules list`")
            yield "PRJ140", at, f"there is no rule `{code}`", hint, True
        elif code in rules and weight is not None:
            yield from _weight(rules[code], weight, at if isinstance(block, str) else None)
        for number, each in enumerate(entries):
            yield from _entry(each, ("rules", code, "suppress", number))


def _parts(block: Weight | RuleBlock) -> tuple[Weight | None, list[SuppressionBlock]]:
    if isinstance(block, RuleBlock):
        return block.severity, block.suppress
    return block, []


def _weight(rule: Rule[Spec], weight: Weight, at: Path | None) -> Iterator[Wrong]:
    if weight != "error" and is_fixed(rule):
        yield (
            "PRJ141",
            at or ("rules", rule.code, "severity"),
            f"{rule.code} is enforced by the tenant and cannot be `{weight}`",
            "suppress it for single objects: "
            "`{suppress: [{address: …, reason: …, until: 2027-03-31}]}`",
            False,
        )


def _entry(each: SuppressionBlock, at: Path) -> Iterator[Wrong]:
    if not is_day(each.until):
        hint = "write the last day on which it holds, such as 2027-03-31"
        yield "PRJ142", (*at, "until"), f"`{each.until}` is not a valid date", hint, False
    if "/" not in each.address:
        yield (
            "PRJ142",
            (*at, "address"),
            f"`{each.address}` is not a valid address",
            "write kind and name, such as `ResourceCollection/legacy`",
            False,
        )


def is_day(text: str) -> bool:
    """Whether it is a date as people write one; Python takes more."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return re.fullmatch(DAY, text) is not None

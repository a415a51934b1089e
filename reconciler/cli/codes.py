"""Every code that the tool may say: those of documented rules, and its own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from reconciler.contract.discover import discover
from reconciler.contract.vendor import Vendor
from reconciler.model.resource import Spec
from reconciler.rules.listing import Entry, listing
from reconciler.rules.planned import planned
from reconciler.rules.rule import Rule


def every_code() -> tuple[str, ...]:
    """The codes of all rules, and of the tool itself."""
    return (*(each.code for each in entries()), *register())


def entries() -> tuple[Entry, ...]:
    """Every documented rule, of every vendor."""
    built = (
        (vendor.name, rule, _title(vendor, rule))
        for vendor in discover().values()
        for rule in vendor.rules
    )
    return listing(built, planned())


def _title(vendor: Vendor, rule: Rule[Spec]) -> str:
    code = rule.source.partition(",")[0]
    return next((each.title for each in vendor.documents if each.code == code), "")


def register() -> dict[str, str]:
    """The tool's own codes, each with what it is about."""
    lines = (line.partition("  ") for line in _codes().splitlines() if line[:1].isalpha())
    return {code: text for code, _, text in lines}


def _codes() -> str:
    """The register: in the installed package, or beside it in a checkout."""
    packaged = resources.files("reconciler").joinpath("codes.txt")
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "docs" / "codes.txt").read_text(encoding="utf-8")

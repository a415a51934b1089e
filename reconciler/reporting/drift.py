"""Drift as text: what was changed behind Git's back, and how to answer it."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.address import Address
from reconciler.model.plan import TenantRead
from reconciler.planning.drift import Difference
from reconciler.reporting.escape import safe
from reconciler.reporting.text import Style, attribute_lines, read_line


def drift(
    tenants: tuple[TenantRead, ...],
    differences: tuple[Difference, ...],
    beyond: tuple[Address, ...],
    style: Style,
) -> str:
    """All that drifted, attribute by attribute; what is pending in Git is only counted."""
    return "\n".join(_drift(tenants, differences, beyond, style)) + "\n"


def _drift(
    tenants: tuple[TenantRead, ...],
    differences: tuple[Difference, ...],
    beyond: tuple[Address, ...],
    style: Style,
) -> Iterator[str]:
    drifted = [each for each in differences if each.state == "drifted"]
    pending = [each for each in differences if each.state == "pending"]
    yield read_line(tenants, style)
    yield ""
    if not drifted:
        head = style.paint("No drift.", "bold green")
        if any(each.partial for each in tenants):
            yield f"{head} What is seen of the tenant is as it was last applied."
        else:
            yield f"{head} The tenant is as it was last applied."
    else:
        yield style.paint("Objects have changed outside of Git since the last apply:", "bold cyan")
        yield ""
        for each in drifted:
            yield from _difference(each, style, several=len(tenants) > 1)
            yield ""
        objects = {each.address for each in drifted}
        attributes = sum(len(each.attributes) for each in drifted)
        yield f"{style.paint('Drift:', 'bold')} {_many(len(objects), 'object')}, " + _many(
            attributes, "attribute"
        )
    if pending:
        waiting = _many(sum(len(each.attributes) for each in pending), "attribute")
        yield f"Pending in Git, no drift: {waiting}; `reconciler plan` shows them."
        if style.whole:
            for each in pending:
                yield from _difference(each, style, several=len(tenants) > 1)
    for address in beyond:
        yield f"Not to be taken back by --revert: {safe(address.short)}; see `reconciler plan`."


def _difference(each: Difference, style: Style, *, several: bool) -> Iterator[str]:
    address = Address.parse(each.address)
    name = safe(address if several else address.short)
    said = "has drifted" if each.change == "changed" else "has been deleted"
    if each.state == "pending":
        said = "waits for an apply"
    place = f"{safe(each.source.file)}:{each.source.line}" if each.source else ""
    gap = " " * max(2, 66 - len(name) - len(said)) if place else ""
    yield f"  # {style.paint(name, 'bold')} {said}{gap}{place}"
    yield "  # (pending)" if each.state == "pending" else f"  # (changed by: {_origin(each)})"
    yield from attribute_lines(each.attributes, {}, style)


def _origin(each: Difference) -> str:
    """`the vendor (WCC133): …`, or why nobody knows."""
    who = "the vendor" if each.origin == "vendor" else each.origin
    return f"{who} ({each.rule}): {safe(each.why)}" if each.rule else who


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"

"""Drift as text: what was changed behind Git's back, what follows from it, how to answer it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from reconciler.model.address import Address
from reconciler.model.drift import Contested, Difference
from reconciler.model.plan import TenantRead
from reconciler.model.set_aside import SetAside
from reconciler.planning.severity import Severity
from reconciler.reporting.diagnostics import MOST
from reconciler.reporting.escape import safe
from reconciler.reporting.set_aside import section
from reconciler.reporting.text import Style, attribute_lines, read_line
from reconciler.reporting.values import few, shown

_COLOURS = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "grey",
}
_SAID = {
    ("changed", "drifted"): "has drifted",
    ("added", "drifted"): "is new and not in Git",
    ("removed", "drifted"): "has been deleted",
    ("changed", "pending"): "waits for an apply",
    ("added", "pending"): "waits for its first apply",
    ("removed", "pending"): "has left Git and waits for an apply",
}
_WHOLE = {"added": "add", "changed": "change", "removed": "remove"}


def drift(  # noqa: PLR0913 - what a look found, and how to show it
    tenants: tuple[TenantRead, ...],
    differences: tuple[Difference, ...],
    beyond: tuple[Address, ...],
    style: Style,
    *,
    suppressed: tuple[Difference, ...] = (),
    settled: int = 0,
    set_aside: tuple[SetAside, ...] = (),
) -> str:
    """All that drifted, attribute by attribute; what is pending or suppressed is only counted,
    unless all is wanted. Without `tenants` it is an earlier drift check, of which
    what was read is not shown.
    """
    told = _Told(style, several=len(tenants) > 1)
    lines = [read_line(tenants, style), ""] if tenants else []
    drifted = [each for each in differences if each.state == "drifted"]
    if drifted:
        lines.extend(told.drifted(drifted))
    else:
        lines.append(told.nothing(is_partial=any(each.partial for each in tenants)))
    lines.extend(told.suppressed(suppressed))
    if settled:
        lines.append(
            f"Settled by hand, no drift: {_many(settled, 'value')}, as Git wants; the next apply "
            "records that."
        )
    lines.extend(told.pending([each for each in differences if each.state == "pending"]))
    lines.extend(told.beyond(beyond, drifted))
    lines.extend(section(set_aside, style.paint, several=len(tenants) > 1))
    return "\n".join(lines) + "\n"


class _Told:
    """The parts of the text, in one style."""

    def __init__(self, style: Style, *, several: bool) -> None:
        self._style = style
        self._several = several

    def nothing(self, *, is_partial: bool) -> str:
        head = self._style.paint("No drift.", "bold green")
        seen = "What is seen of the tenant" if is_partial else "The tenant"
        return f"{head} {seen} is as it was last applied."

    def drifted(self, found: list[Difference]) -> Iterator[str]:
        paint = self._style.paint
        yield paint("Objects have changed outside of Git since the last apply:", "bold cyan")
        yield ""
        shown_first = 0
        folded = 0
        for each in found:
            # what is gone gives nobody anything; everything else is shown, however much it is
            if each.change == "removed" and shown_first >= MOST and not self._style.whole:
                folded += 1
                continue
            shown_first += 1
            yield from self._difference(each)
            yield ""
        if folded:
            yield f"  and {_many(folded, 'object')} more that {_have(folded)} been deleted (-v)"
            yield ""
        objects = {each.address for each in found}
        attributes = sum(len(each.attributes) for each in found)
        tally = Counter(each.severity for each in found)
        weighed = ", ".join(f"{tally[each]} {each}" for each in Severity if tally[each])
        counts = f"{_many(len(objects), 'object')}, {_many(attributes, 'attribute')}"
        yield f"{paint('Drift:', 'bold')} {counts} ({weighed})"

    def suppressed(self, found: tuple[Difference, ...]) -> Iterator[str]:
        if not found:
            return
        objects = len({each.address for each in found})
        yield f"Suppressed, not counted: drift of {_many(objects, 'object')}."
        for each in found:
            yield from self._difference(each)

    def pending(self, found: list[Difference]) -> Iterator[str]:
        if not found:
            return
        objects = len({each.address for each in found})
        waiting = f"{_many(objects, 'object')}, {_many(_attributes(found), 'attribute')}"
        yield f"Pending in Git, no drift: {waiting}; `reconciler plan` shows them."
        yield from self._whole(found)

    def beyond(self, addresses: tuple[Address, ...], drifted: list[Difference]) -> Iterator[str]:
        """What --revert leaves, with what to do instead."""
        wanted = {str(each) for each in addresses}
        told = {each.address: each for each in drifted if each.address in wanted}
        found: dict[str, list[str]] = {}
        for each in told.values():
            found.setdefault(_instead(each), []).append(self._name(each))
        for reason, names in found.items():
            listed = ", ".join(names)
            yield f"Not to be taken back by --revert: {listed}; {reason}."

    def _whole(self, found: Iterable[Difference]) -> Iterator[str]:
        if self._style.whole:
            for each in found:
                yield from self._difference(each)

    def _difference(self, each: Difference) -> Iterator[str]:
        name = self._name(each)
        said = _happened(each)
        place = f"{safe(each.source.file)}:{each.source.line}" if each.source else ""
        gap = " " * max(2, 66 - len(name) - len(said)) if place else ""
        yield f"  # {self._style.paint(name, 'bold')} {said}{gap}{place}"
        if each.state == "drifted":
            yield f"  # {self._weight(each)}"
            yield f"  # ({_origin(each)})"
        if each.suppressed:
            until = f" (until {each.suppressed.until})" if each.suppressed.until else ""
            yield f"  # suppressed: {safe(each.suppressed.reason)}{until}"
        whole = _WHOLE[each.change]
        yield from attribute_lines(each.attributes, {}, self._style, whole=whole)
        for one in each.both:
            yield from self._both(one)
        if each.gains:
            yield f"    # gains {', '.join(map(safe, each.gains))}"
        if each.loses:
            lost = ", ".join(few([safe(e) for e in each.loses], whole=self._style.whole))
            yield f"    # loses {lost}"

    def _name(self, each: Difference) -> str:
        """The address; of what is not in Git the tenant's name, and its id."""
        address = Address.parse(each.address)
        if address.outside is None:
            return safe(address if self._several else address.short)
        where = f"{address.tenant}/" if self._several else ""
        return safe(f"{where}{address.group}/{address.kind} `{each.name}` ({address.outside})")

    def _weight(self, each: Difference) -> str:
        label = self._style.paint(each.severity, _COLOURS[Severity(each.severity)])
        is_person = each.people == 1 and (each.gains or each.loses)
        people = f" ({_people(each.people)})" if each.people and not is_person else ""
        return f"{label}: {safe(each.meaning)}{people}"

    def _both(self, each: Contested) -> Iterator[str]:
        """The three values of what was changed outside and in Git."""
        yield f"    # {safe(each.path)} was changed in Git as well:"
        for word, value in (
            ("last applied", each.applied),
            ("Git wants", each.git),
            ("the tenant has", each.tenant),
        ):
            yield f"    #   {word:<14} : {shown(value)}"


def _happened(each: Difference) -> str:
    if each.called:
        return f"is `{safe(each.called)}` now"
    if each.replaces:
        return f"was replaced: id {safe(each.object_id)} instead of {safe(each.replaces)}"
    return _SAID[each.change, each.state]


_FROM_GIT = "its manifest is gone: `reconciler plan` says what becomes of it"


def _instead(each: Difference) -> str:
    """What to do about drift that no plan can take back."""
    if each.called:
        return (
            f"if `{safe(each.called)}` is the same person, rename the manifest to that e-mail and "
            "list the old one in previousNames"
        )
    if each.replaces:
        return "`reconciler plan` adopts the new object"
    if any(a.is_renamed for a in each.attributes):
        return "write the new name into the manifest, or run `reconciler drift --accept`"
    if each.change == "added":
        return "import it into Git, or delete it in the tenant"
    if each.is_recreated:
        return "`reconciler plan` recreates it"
    if each.change == "removed" and each.source:
        return "if this person has left, remove the manifest, or run `reconciler drift --accept`"
    return _FROM_GIT


_SURE = {"certain": "", "likely": "probably ", "possible": "perhaps ", "": ""}


def _origin(each: Difference) -> str:
    """`changed by the vendor, WCC133: …`, by a person and when, or why nobody knows."""
    verb = {"added": "made", "removed": "deleted", "changed": "changed"}[each.change]
    if each.origin == "person":
        at = datetime.fromisoformat(each.at).strftime("%Y-%m-%d %H:%M UTC")
        others = "".join(f", or by {safe(other)}" for other in each.others)
        return f"{_SURE[each.confidence]}{verb} by {safe(each.by)} on {at}{others}"
    who = "the vendor" if each.origin == "vendor" else "unknown"
    rule = f", {each.rule}" if each.rule else ""
    return f"{verb} by {who}{rule}{f': {safe(each.why)}' if each.why else ''}"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _attributes(found: Iterable[Difference]) -> int:
    return sum(len(each.attributes) for each in found)


def _people(count: int) -> str:
    return "1 person has it" if count == 1 else f"{count} people have it"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"

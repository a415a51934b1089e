"""The findings that follow from another one: one slip is one error, the rest is counted below it.

Two ways lead there. Of findings with one cause (a name that is nowhere, an address that two
manifests claim) the first is the slip. And a finding about an object that refers to another one,
which has an error of its own, follows from that error if the rules find it no more once the other
object is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Path, Severity
from reconciler.model.resource import Resource
from reconciler.planning.match import vendor_name

Again = Callable[[Sequence[Resource[Any]], frozenset[Address]], Iterable[Diagnostic]]
"""The findings of the rules about some resources, in a world without some objects."""

_SPEC = ("spec",)


def linked(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings, which have their positions, each with the one that it follows from."""
    every = tuple(found)
    first: dict[tuple[str, str], Diagnostic] = {}
    for each in sorted(every, key=Diagnostic.sort_key):
        if each.root_of and each.suppression is None:
            first.setdefault((each.tenant, each.root_of), each)
    return tuple(_with_root(each, first) for each in every)


def _with_root(each: Diagnostic, first: Mapping[tuple[str, str], Diagnostic]) -> Diagnostic:
    if not each.cause:
        return each
    # what is wrong with the text of a file is about no tenant
    root = first.get((each.tenant, each.cause)) or first.get(("", each.cause))
    return each if root is None or root is each else replace(each, consequence_of=root.mark)


def traced(
    found: Sequence[Diagnostic], resources: Iterable[Resource[Any]], again: Again
) -> tuple[Diagnostic, ...]:
    """The findings of one tenant's rules, with a common cause where one object is the reason."""
    errors = [each for each in found if _counts(each)]
    wrong = {each.address for each in errors if each.address is not None}
    if len(wrong) < 2:  # noqa: PLR2004 - one object that is wrong is its own reason
        return tuple(found)
    by_address = {each.address: each for each in resources if each.address in wrong}
    named = _named(by_address)
    pointing = {
        each: frozenset(
            address
            for text in _texts_at(by_address[each.address], each.path)
            for address in named.get(text, ())
            if address != each.address
        )
        for each in errors
        if each.address in by_address
    }
    own = {each.address for each, targets in pointing.items() if not targets}
    reasons = frozenset(a for targets in pointing.values() for a in targets if a in own)
    judged = [
        by_address[address]
        for address in sorted({e.address for e, t in pointing.items() if e.address and t & reasons})
        if address not in reasons
    ]
    if not judged:
        return tuple(found)
    left = {_same(each) for each in again(judged, reasons)}
    roots = {reason: _first_of(reason, pointing) for reason in reasons}
    causes = {
        each: roots[min(targets & reasons)]
        for each, targets in pointing.items()
        if targets & reasons and each.address not in reasons and _same(each) not in left
    }
    keys = {root: root.root_of or _about_object(root) for root in causes.values()}
    return tuple(
        replace(each, cause=keys[causes[each]])
        if each in causes
        else replace(each, root_of=keys[each])
        if each in keys
        else each
        for each in found
    )


def _about_object(root: Diagnostic) -> str:
    """The cause of what follows from an error of one object, the same in every tenant."""
    return f"{root.code} {root.address.short if root.address else ''}"


def _counts(each: Diagnostic) -> bool:
    return each.severity is Severity.ERROR and each.suppression is None


def _same(each: Diagnostic) -> tuple[object, ...]:
    return each.address, each.code, each.path


def _first_of(reason: Address, pointing: Mapping[Diagnostic, frozenset[Address]]) -> Diagnostic:
    """The first error of an object that is about itself."""
    return next(e for e, targets in pointing.items() if e.address == reason and not targets)


def _named(wrong: Mapping[Address, Resource[Any]]) -> Mapping[str, frozenset[Address]]:
    """The objects with errors by the names that a reference may use for them."""
    named: dict[str, frozenset[Address]] = {}
    for address, resource in wrong.items():
        for name in {address.name, vendor_name(resource)}:
            named[name] = named.get(name, frozenset()) | {address}
    return named


def _texts_at(resource: Resource[Any], path: Path) -> Iterator[str]:
    """Every text in the value at a path of the spec, as far as the path leads."""
    if len(path) <= len(_SPEC) or path[:1] != _SPEC:
        return
    value: Any = resource.spec.model_dump(by_alias=True, exclude_none=True)
    for part in path[1:]:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            break
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            left.extend(value.values())
        elif isinstance(value, (list, tuple, set, frozenset)):
            left.extend(value)

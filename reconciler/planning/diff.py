"""Compare values in normal form, attribute by attribute."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from reconciler.contract.vendor import Kind
from reconciler.model.change import AttributeChange
from reconciler.model.name import normal
from reconciler.model.value import Hidden, Ref, Value, Values, to_json

NameOf = Callable[[Ref], str]


def merged(declared: Values, live: Values) -> Values:
    """The live values with the declared ones over them: `live` itself where nothing differs.

    A declared map is complete but for keys that only the tenant knows: those are kept.
    """
    changed = {key: declared[key] for key in differing(live, declared)}
    if not changed:
        return live
    for key, value in changed.items():
        before = live.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            changed[key] = dict(before) | dict(value)
    return dict(live) | changed


def kept(declared: Values, live: Values) -> Iterator[tuple[str, str, Value]]:
    """Keys of declared maps that only the tenant has: attribute, key and value."""
    for key, value in declared.items():
        before = live.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            yield from ((key, name, before[name]) for name in before.keys() - value.keys())


def without(values: Values, paths: tuple[str, ...]) -> dict[str, Value]:
    """The values less the attributes at `paths` (`description`, `permissions.queue`)."""
    result = dict(values)
    for path in paths:
        head, _, rest = path.removeprefix("spec.").partition(".")
        inner = result.get(head)
        if not rest:
            result.pop(head, None)
        elif isinstance(inner, Mapping):
            result[head] = without(inner, (rest,))
    return result


def same(key: str, before: Value, after: Value) -> bool:
    """Return whether an attribute has the same value: names are compared after NFC and trimming."""
    if key == "name" and isinstance(before, str) and isinstance(after, str):
        return before == after or normal(before) == normal(after)
    return _same(before, after)


def differing(before: Values, after: Values) -> tuple[str, ...]:
    """The top-level attributes of `after` that `before` does not have so.

    Keys that only `before` has in a map are no difference: they are kept.
    """
    return tuple(
        key
        for key, value in after.items()
        if key not in before or not same(key, before[key], value)
    )


def _same(before: Value, after: Value) -> bool:
    if before == after:
        return True
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return not differing(before, after)
    return False


def changes(
    before: Values, after: Values, kind: Kind, name_of: NameOf
) -> tuple[AttributeChange, ...]:
    """Every attribute and every member of a set that differs, sorted by path.

    Members are added or removed, never changed into one another: swapping one right for another
    is a grant and a withdrawal.
    """
    if before == after:
        return ()
    found = [_attribute(each, kind, name_of) for each in differences((), before, after)]
    return tuple(sorted(found, key=_by_path))


@dataclass(frozen=True, slots=True)
class Differing:
    """One attribute, or one member of a set, that two values do not have alike.

    `before` and `after` are the two sides; one of them is None where the attribute or the member is
    on the other side alone.
    """

    op: Literal["add", "remove", "change"]
    path: tuple[str, ...]
    before: Value
    after: Value
    member: bool = False


def differences(path: tuple[str, ...], before: Value, after: Value) -> Iterator[Differing]:
    """Everything in which two values in normal form differ, down to members of sets."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key, value in before.items():
            if key not in after:
                yield Differing("remove", (*path, key), value, None)
            elif value is not after[key]:
                yield from differences((*path, key), value, after[key])
        for key, value in after.items():
            if key not in before:
                yield Differing("add", (*path, key), None, value)
    elif isinstance(before, frozenset) and isinstance(after, frozenset):
        yield from (Differing("remove", path, e, None, member=True) for e in before - after)
        yield from (Differing("add", path, None, e, member=True) for e in after - before)
    elif type(before) is not type(after) or before != after:
        yield Differing("change", path, before, after)


def _attribute(each: Differing, kind: Kind, name_of: NameOf) -> AttributeChange:
    op, path = each.op, each.path
    is_set = op != "remove" and not each.member
    danger = kind.access.danger_of(path, each.after) if is_set else None
    note = danger.note if danger else ""
    opens = op == "remove" and each.member and _frees(kind, path, each.before)
    if isinstance(each.before, Hidden):
        note = "; ".join(filter(None, ["what is replaced is unknown", note]))
    return AttributeChange(
        path=".".join(path),
        op=op,
        before=None if op == "add" else to_json(each.before, name_of),
        after=None if op == "remove" else to_json(each.after, name_of),
        member=each.member,
        note=note,
        rule=danger.rule if danger else "",
        opens=opens,
    )


def _frees(kind: Kind, path: tuple[str, ...], member: Value) -> bool:
    """Return whether people may do more once a set lacks this member.

    That is so for every set of access but those of which a further member is known to open more.
    """
    held = frozenset((member,)) if isinstance(member, str) else frozenset()
    return path[0] in kind.access.attributes and not kind.access.is_opened(path, frozenset(), held)


def wholly(
    op: Literal["add", "remove"], values: Values, kind: Kind, name_of: NameOf
) -> tuple[AttributeChange, ...]:
    """The attributes that come or go with a whole object, in the order of its values.

    What grants nothing is left out.
    """
    return tuple(_wholly(op, values, (), kind, name_of))


def _wholly(
    op: Literal["add", "remove"],
    values: Values,
    path: tuple[str, ...],
    kind: Kind,
    name_of: NameOf,
) -> Iterator[AttributeChange]:
    for key, value in values.items():
        here = (*path, key)
        if isinstance(value, Mapping):
            yield from _wholly(op, value, here, kind, name_of)
        elif op == "remove":
            if value and not _grants_nothing(value, kind):
                yield AttributeChange(path=".".join(here), op=op, before=to_json(value, name_of))
        elif not _grants_nothing(value, kind):
            danger = kind.access.danger_of(here, value)
            yield AttributeChange(
                path=".".join(here),
                op=op,
                after=to_json(value, name_of),
                note=danger.note if danger else "",
                rule=danger.rule if danger else "",
            )


def _grants_nothing(value: Value, kind: Kind) -> bool:
    return value == frozenset() or (isinstance(value, str) and value in kind.shape.nothing)


def leaves(values: Value) -> int:
    """The number of attributes: a set counts as one."""
    if isinstance(values, Mapping):
        return sum(leaves(value) for value in values.values())
    return 1


def _by_path(change: AttributeChange) -> tuple[str, str, str]:
    shown = change.after if change.op == "add" else change.before
    name = shown["name"] if isinstance(shown, dict) and "name" in shown else str(shown)
    return (change.path, change.op, name)

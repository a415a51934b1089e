"""A saved plan compared with the plan that manifests, tenant and state give now.

Compared is by address: the number of a step, the ids of operations and what goes out in one call
may change with what others changed elsewhere. Where nothing at all was changed, the two plans have
to be equal as a whole.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from typing import Any

from pydantic_core import to_json

from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.diagnostic import Severity
from reconciler.model.plan import (
    Basis,
    Finding,
    FindingRole,
    Operation,
    Plan,
    TenantRead,
    dump,
)
from reconciler.model.value import Json
from reconciler.planning.refusals import listed

_AGE = re.compile(r"\b\d+ days? ago\b")
_LONGEST = 80

VERBS: Mapping[str, str] = {
    "create": "creates",
    "update": "updates",
    "delete": "deletes",
    "deactivate": "deactivates",
    "reactivate": "reactivates",
    "adopt": "adopts",
    "move": "renames",
    "forget": "forgets",
}


BY_ADDRESS = frozenset({"basis", "steps", "changes", "records", "runbook"})
"""The sections that are compared by address; numbers and ids in them depend on others."""

OF_THE_TENANT = frozenset(
    {
        "tenants",
        "findings",
        "suppressed",
        "outcome",
        "blast_radius",
        "allowed",
        "blocked",
        "limits",
        "side_effects",
    }
)
"""The sections that describe a tenant as a whole, and not only what the plan touches."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The changes of others after a plan was made that it neither touches nor depends on.

    `addresses` would be changed by a plan that is made now; `sections` are the parts of the saved
    plan that describe the whole tenant and are no longer as it shows them.
    """

    addresses: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()

    def in_words(self) -> Iterator[str]:
        """Describe it for a person, in sentences without a full stop."""
        if self.addresses:
            names = listed(Address.parse(each).short for each in self.addresses)
            yield (
                "changed in the tenant after the plan was made, and no part of this plan: "
                f"{names}; `reconciler plan` shows what they need"
            )
        if self.sections:
            parts = ", ".join(each.replace("_", " ") for each in self.sections)
            yield f"the tenant was changed elsewhere: the plan showed other values of: {parts}"


NOTHING = Elsewhere()


def is_equal(saved: Plan, now: Plan, identities: Collection[str] = ()) -> bool:
    """Return whether two plans have the same JSON, but for what no two readings have in common.

    `identities` are the tenants that another identity reads now.
    """
    return dump(_comparable(saved, identities)) == dump(_comparable(now, identities))


def addresses(plan: Plan) -> frozenset[str]:
    """Every address for which a plan writes or records anything."""
    return frozenset(_entries(plan))


def moved_elsewhere(
    saved: Basis, now: Basis, extra: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of addresses that only the plan of now has, those whose object was changed, and the others.

    What the saved plan saw, or depends on, is compared by `basis.moved_on`.
    """
    changed: list[str] = []
    others: list[str] = []
    for each in sorted(extra):
        was = saved.unchanged.get(each)
        if each in saved.objects:
            others.append(each)
        elif Address.parse(each).outside is not None:
            (changed if saved.tenant != now.tenant else others).append(each)
        elif was is not None and was != _body(now, each):
            changed.append(each)
        else:
            others.append(each)
    return tuple(changed), tuple(others)


def _body(basis: Basis, address: str) -> str:
    """The digest of a live body, empty where the tenant has none."""
    seen = basis.objects.get(address)
    return (seen.digest or "") if seen is not None else basis.unchanged.get(address, "")


def written(saved: Plan, now: Plan, identities: Collection[str] = ()) -> Iterator[str]:
    """The differences of two plans in what they write or record, in words, address by address.

    What they find about these objects is part of it, but in the tenants that another identity reads
    now: some rules are about that.
    """
    here, there = _entries(saved), _entries(now)
    _add_findings(here, saved, identities)
    _add_findings(there, now, identities)
    for address in dict.fromkeys((*here, *there)):
        mine, other = here.get(address), there.get(address)
        if _is_same(mine, other):
            continue
        if other is None or mine is None:
            yield _only_one(address, mine, other)
        else:
            yield from _first_difference(f"{_short(saved, address)}: ", mine, other)


def shown(
    saved: Plan, now: Plan, identities: Collection[str] = (), *, moved: bool
) -> Iterator[tuple[str, str]]:
    """The differences of two plans in anything else that they show: the section, and the words.

    `identities` are the tenants that another identity reads now. Where a tenant has `moved` on,
    what is compared by address is left out, and so is the count of what needs nothing.
    """
    if moved:
        saved, now = (replace(e, summary=replace(e.summary, no_op=0)) for e in (saved, now))
    here, there = _whole(saved, identities), _whole(now, identities)
    for key, mine in here.items():
        if not (moved and key in BY_ADDRESS) and not _is_same(mine, there[key]):
            for said in _first_difference("", {key: mine}, {key: there[key]}):
                yield key, said


def is_the_same_tenant(saved: Plan, now: Plan) -> bool:
    """Return whether nothing at all was changed in any tenant since the plan was made."""
    return all(
        name in now.basis and each.tenant == now.basis[name].tenant
        for name, each in saved.basis.items()
    )


def readers_changed(saved: Plan, now: Plan) -> frozenset[str]:
    """The tenants that another identity reads now."""
    then = {each.name: each.identity for each in saved.tenants}
    return frozenset(e.name for e in now.tenants if then.get(e.name, e.identity) != e.identity)


def basis_lacks(saved: Plan, now: Plan) -> Iterator[str]:
    """Each object that a plan depends on and whose state it does not name, in words.

    One that was changed since is another one that depends on the same, and stops nothing.
    """
    for name, basis in now.basis.items():
        was = saved.basis.get(name)
        if was is None:
            yield f"the plan does not say what it was made from for tenant {name}"
            continue
        for address, seen in basis.objects.items():
            if address not in was.objects:
                if moved_elsewhere(was, basis, [address])[0]:
                    continue
                yield f"{_short(saved, address)}: the plan does not name it in its basis"
            elif was.objects[address] != seen:
                yield f"{_short(saved, address)}: its basis is not as it was read"


def errors(now: Plan) -> Iterator[str]:
    """The errors of a plan that stand in its way and are no guard's."""
    if now.errored:
        for each in now.findings:
            if each.severity == Severity.ERROR:
                yield f"the plan made now has an error: {each.code}: {each.summary}"


def _entries(plan: Plan) -> dict[str, dict[str, Any]]:
    """All that a plan writes and records, by address, without numbers that depend on others."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)

    def add(address: str, part: str, document: object) -> None:
        parts = found[address]
        while part in parts:  # a second one of the same is never equal to one
            part += "'"
        parts[part] = document

    roles = {each.id: _role(each) for each in plan.operations()}
    for change in plan.changes:
        add(change.address, "change", replace(change, step=None))
    for each in plan.operations():
        add(each.addresses[0], _part(each), _without_ids(each, roles))
    for record in plan.records:
        add(record.address, "record", record)
    for step in plan.runbook:
        add(step.address, "runbook", replace(step, operation=roles.get(step.operation, "")))
    return dict(found)


def _add_findings(
    entries: Mapping[str, dict[str, Any]], plan: Plan, identities: Collection[str]
) -> None:
    for section in ("findings", "suppressed"):
        for each in getattr(plan, section):
            if each.address in entries and each.tenant not in identities:
                entries[each.address].setdefault(section, []).append(_ageless(each))


def _role(each: Operation) -> str:
    return f"{_part(each)} of {each.addresses[0]}"


def _part(each: Operation) -> str:
    if each.mends:
        return "restore"
    return "operation" if each.by == "api" else "operation by hand"


def _without_ids(each: Operation, roles: Mapping[str, str]) -> Operation:
    return replace(
        each,
        id="",
        batch="",
        after=tuple(sorted(roles[before] for before in each.after)),
        mends=roles[each.mends] if each.mends else "",
    )


def _whole(plan: Plan, identities: Collection[str]) -> dict[str, Any]:
    """All that a plan shows, section by section."""
    comparable = _comparable(plan, identities)
    return {each.name: getattr(comparable, each.name) for each in fields(plan)}


def _comparable(plan: Plan, identities: Collection[str] = ()) -> Plan:
    """A plan without what no two readings have in common.

    The version is compared before; a signature is checked, not compared; how many requests a
    reading takes, and for how many days something is over, changes by itself. The state may be
    elsewhere at the apply, and files that no pattern matches are no part of the plan.
    """
    return replace(
        plan,
        tool_version="",
        signature="",
        tenants=tuple(_read(each, identities) for each in plan.tenants),
        findings=tuple(
            _ageless(each) for each in plan.findings if each.role is not FindingRole.UNMATCHED_FILE
        ),
        set_aside=tuple(each for each in plan.set_aside if each.what != "state"),
        suppressed=tuple(_ageless(each) for each in plan.suppressed),
    )


def _read(each: TenantRead, identities: Collection[str]) -> TenantRead:
    return replace(each, requests=0, identity="" if each.name in identities else each.identity)


def _ageless(each: Finding) -> Finding:
    return replace(each, summary=_AGE.sub("some days ago", each.summary))


def _short(plan: Plan, address: str) -> str:
    if len(plan.tenants) > 1:
        return address
    parsed = Address.parse(address)
    return parsed.short if parsed.outside is None else f"{parsed.kind} {parsed.outside}"


def _only_one(address: str, mine: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> str:
    short = Address.parse(address).short
    if mine is None:
        assert other is not None  # noqa: S101 - one of them is there
        return f"{short}: the plan leaves out that {_does(other)}"
    return f"{short}: the plan says that {_does(mine)}, and nothing asks for that"


def _does(parts: Mapping[str, Any]) -> str:
    """Describe what becomes of an object: `an apply updates it`."""
    change = parts.get("change")
    if change is not None:
        return f"an apply {VERBS[Action(change.action)]} it"
    if "record" in parts:
        return "an apply rewrites the record of it"
    return "an apply writes it"


def _first_difference(name: str, mine: Any, other: Any) -> Iterator[str]:
    """One difference of two documents, in words."""
    from deepdiff import DeepDiff  # noqa: PLC0415 - slow to import, needed for the unequal only

    before, after = _plain(mine), _plain(other)
    found = DeepDiff(before, after, view="tree")
    levels = [level for each in found.values() for level in each]
    if not levels:  # such as 0.0 and -0.0
        yield f"{name}a number is not as planned"
        return
    level = min(levels, key=lambda each: list(map(str, each.path(output_format="list"))))
    path, t1, t2 = list(level.path(output_format="list")), level.t1, level.t2
    up = level.up
    if up is not None and _is_reference(up.t1) and _is_reference(up.t2):
        path, t1, t2 = path[:-1], up.t1, up.t2
    where = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in path)
    yield f"{name}{where.lstrip('.')}: {_says(t1, t2)}"


def _says(mine: Any, other: Any) -> str:
    """Describe what a plan says, and what it should."""
    if _is_nothing(mine):
        return f"the plan leaves out {_word(other)}"
    if _is_nothing(other):
        return f"the plan says {_word(mine)}, and nothing asks for that"
    first, second = _word(mine), _word(other)
    if first == second and _is_reference(mine) and _is_reference(other):
        first, second = (f"{first} ({_id(each)})" for each in (mine, other))
    return f"the plan says {first}, not {second}"


def _is_nothing(data: Any) -> bool:
    return data is None or type(data).__name__ == "NotPresent"


def _is_same(mine: Any, other: Any) -> bool:
    """Return whether two documents are equal as JSON: for Python 1 is equal to `true`."""
    return to_json(mine) == to_json(other) or _text(mine) == _text(other)


def _text(data: Any) -> str:
    return json.dumps(_plain(data), sort_keys=True)


def _plain(data: Any) -> Any:
    if is_dataclass(data) and not isinstance(data, type):
        return asdict(data)
    if isinstance(data, Mapping):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, (tuple, list)):
        return [_plain(each) for each in data]
    return data


def _is_reference(data: Json) -> bool:
    return isinstance(data, dict) and data.keys() in ({"id", "name"}, {"address", "name"})


def _id(data: Json) -> str:
    return str(data.get("id") or data.get("address"))


def _word(data: Json) -> str:
    """A value in one short line: a reference by its name, an operation by what it does."""
    if _is_nothing(data):
        return "nothing"
    if _is_reference(data):
        return f"`{data['name']}`"
    if isinstance(data, list) and data and all(isinstance(each, dict) for each in data):
        return ", ".join(_word(each) for each in data[:1]) + (" and more" if data[1:] else "")
    if isinstance(data, dict) and isinstance(data.get("summary"), str):
        data = data["summary"]
    elif isinstance(data, dict) and isinstance(data.get("request"), dict):
        values = ", ".join(data["request"].get("values", ()))
        return f"`{data['request'].get('action')}`" + (f" of {values}" if values else "")
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, default=str)
    return f"`{text}`" if len(text) <= _LONGEST else f"`{text[:_LONGEST]}…`"

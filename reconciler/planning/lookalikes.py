"""Names of a tenant that can be mistaken for each other: Unicode's skeletons (UTS #39).

The table is read only where a name is not ASCII. Two names of ASCII, such as `l1` and `ll`, are
not reported: a careful reader sees the difference, and they would be reported all the time.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from reconciler.model.address import Address, GroupKind
from reconciler.model.characters import is_invisible, named
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.live import InventoryItem
from reconciler.model.name import folded, normal
from reconciler.model.resource import error_about
from reconciler.planning.match import AnyResource
from reconciler.rules.world import Expected

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Named:
    """Something that has a name in the tenant, or will have one."""

    kind: GroupKind
    name: str
    id: str
    address: Address | None = None

    @property
    def shown(self) -> str:
        """Its name, and what it is: an address, or kind and id."""
        what = self.address.short if self.address and not self.address.outside else None
        return f"`{self.name}` ({what or f'{self.kind.name} {self.id}'})"


def lookalikes(
    tenant: str,
    objects: Iterable[Expected],
    inventory: Mapping[GroupKind, Iterable[InventoryItem]],
    resources: Iterable[AnyResource] = (),
) -> Iterator[Diagnostic]:
    """A warning for each name that is not ASCII and can be mistaken for another one of its kind."""
    by_kind: dict[GroupKind, list[_Named]] = defaultdict(list)
    for each in objects:
        by_kind[each.kind].append(_Named(each.kind, each.name, str(each.key), each.address))
    for kind, items in inventory.items():
        # what is called by its id has no name that anybody gave it
        by_kind[kind].extend(_Named(kind, i.name, i.id) for i in items if i.id != i.name)
    manifests: Mapping[Address, AnyResource] | None = None
    for kind in sorted(by_kind):
        for one, others in _pairs(by_kind[kind]):
            manifests = manifests or {each.address: each for each in resources}
            yield _warning(tenant, one, others, manifests)


def skeleton(text: str) -> str:
    """The form that two texts share that look the same, as Unicode's tables have it."""
    if text.isascii() and text.isprintable():
        return text.translate(_prototypes())
    visible = "".join(each for each in text if not is_invisible(each))
    decomposed = unicodedata.normalize("NFD", visible)
    return unicodedata.normalize("NFD", decomposed.translate(_prototypes()))


def _pairs(of_a_kind: list[_Named]) -> Iterator[tuple[_Named, list[_Named]]]:
    """Each name that is not ASCII, with those of its kind that look the same and are others."""
    if all(each.name.isascii() for each in of_a_kind):
        return
    alike: dict[str, list[_Named]] = defaultdict(list)
    for each in of_a_kind:
        # capitals have lookalikes that their small letters have not, and the other way round
        for key in {skeleton(normal(each.name)), skeleton(_compared(each.name))}:
            alike[key].append(each)
    others: dict[_Named, set[_Named]] = defaultdict(set)
    for group in alike.values():
        for one in group if len(group) > 1 else ():
            if not one.name.isascii():
                mine = _compared(one.name)
                others[one] |= {each for each in group if _compared(each.name) != mine}
    for one in sorted(others, key=lambda each: (each.name, each.id)):
        if others[one]:
            yield one, sorted(others[one], key=lambda e: (not e.name.isascii(), e.name, e.id))


def _compared(name: str) -> str:
    return folded(name)


def _warning(
    tenant: str, one: _Named, others: list[_Named], manifests: Mapping[Address, AnyResource]
) -> Diagnostic:
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    odd = list(dict.fromkeys(each for each in one.name if not each.isascii()))
    marks = ", ".join(map(named, odd[:_SHOWN]))
    rest = f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
    summary = f"{one.shown} can be mistaken for {others[0].shown}{more}: it has {marks}{rest}"
    hint = "check that each reference means the right one, or give one of them another name"
    resource = manifests.get(one.address) if one.address else None
    if resource is None and others[0].address:
        resource = manifests.get(others[0].address)
    if resource is not None:
        found = error_about(resource, "PLN170", summary, hint=hint)
        return replace(found, severity=Severity.WARNING)
    return Diagnostic(Severity.WARNING, "PLN170", summary, hint=hint, tenant=tenant)


@cache
def _prototypes() -> Mapping[int, str]:
    """The prototype of each character that has one."""
    found: dict[int, str] = {}
    table = files("reconciler.planning").joinpath("confusables.txt").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            target, _, sources = line.partition(": ")
            text = "".join(chr(int(each, 16)) for each in target.split())
            found |= {int(each, 16): text for each in sources.split()}
    return found

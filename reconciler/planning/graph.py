"""Plans and manifests as graphs: what waits for what, and who refers to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.plan import Operation, Plan
from reconciler.model.value import Pending
from reconciler.planning.matched_tenant import unread
from reconciler.planning.planned_object import TenantInput
from reconciler.planning.respelling import mentions

_SIGNS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-"}


@dataclass(frozen=True, slots=True)
class Node:
    """One thing: `look` is what it is, such as an action; `group` where it belongs, from outside
    in.
    """

    id: str
    label: str
    look: str
    group: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order in which they are shown, and edges from what needs to what is needed."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]


def of_operations(plan: Plan) -> Graph:
    """The operations of a plan, each with those that have to succeed before it."""
    nodes: list[Node] = []
    edges: list[tuple[str, str]] = []
    for step in plan.steps:
        group = (step.tenant, f"step {step.number}")
        for each in step.operations:
            nodes.append(Node(each.id, _said(each), _look(each), group))
            edges.extend((each.id, before) for before in each.after)
    return Graph(tuple(nodes), tuple(edges))


def _said(each: Operation) -> str:
    sign = _SIGNS.get(each.request.action, "~")
    addresses = [Address.parse(address) for address in each.addresses]
    named = ", ".join(f"{address.kind}/{address.name}" for address in addresses)
    more = " (restores what the vendor changes as a side effect)" if each.mends else ""
    return f"{sign} {named}{more}"


def _look(each: Operation) -> str:
    return "hand" if each.by == "hand" else str(each.request.action)


def of_references(tenants: Iterable[TenantInput], around: Iterable[Address] | None = None) -> Graph:
    """Every manifest with what it refers to; what no manifest declares is the tenant's alone.

    `around` narrows to these manifests with all that they need, and all that need them.
    """
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str], None] = {}
    for given in tenants:
        for each, to in _references(given):
            nodes.setdefault(each.id, each)
            if to is not None:
                nodes.setdefault(to.id, to)
                edges[each.id, to.id] = None
    if around is not None:
        near = _near(map(str, around), edges)
        nodes = {key: each for key, each in nodes.items() if key in near}
        edges = {pair: None for pair in edges if near.issuperset(pair)}
    ordered = sorted(nodes.values(), key=lambda each: (each.group, each.look, each.label, each.id))
    return Graph(tuple(ordered), tuple(sorted(edges)))


def _references(given: TenantInput) -> Iterator[tuple[Node, Node | None]]:
    """Each manifest by itself, and once more with each thing that it refers to."""
    tenant = unread(given)
    declared = {str(each.address): _node(each.address) for each in given.resources}
    for each in tenant.matches:
        here = declared[str(each.resource.address)]
        yield here, None
        _, found = mentions(each, tenant.directory, given.known.facts)
        for mention in found.values():
            if isinstance(mention.key, Pending):
                yield here, declared[mention.key]
                continue
            # without the tenant a name is all that there is
            name = mention.reference.name or str(mention.reference.id)
            group = (given.tenant, mention.kind.name)
            yield here, Node("/".join((*group, f"={name}")), name, "outside", group)


def _node(address: Address) -> Node:
    group = (address.tenant, address.kind)
    return Node(str(address), f"{address.kind}/{address.name}", "manifest", group)


def _near(start: Iterable[str], edges: Mapping[tuple[str, str], None]) -> frozenset[str]:
    """The nodes that can be reached from these forwards, or backwards."""
    forwards: dict[str, list[str]] = {}
    backwards: dict[str, list[str]] = {}
    for source, target in edges:
        forwards.setdefault(source, []).append(target)
        backwards.setdefault(target, []).append(source)
    chosen = list(start)
    found: set[str] = set(chosen)
    for ways in (forwards, backwards):
        left, seen = list(chosen), set(chosen)
        while left:
            for each in ways.get(left.pop(), ()):
                if each not in seen:
                    seen.add(each)
                    left.append(each)
        found |= seen
    return frozenset(found)

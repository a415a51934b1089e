"""A graph in DOT, for Graphviz, and in Mermaid, for Markdown; the same graph, the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from reconciler.model.report import FORMAT_VERSION
from reconciler.planning.graph import Graph, Node
from reconciler.reporting.escape import safe

_DOT = {
    "create": 'color="#2da44e", fontcolor="#1a7f37"',
    "update": 'color="#bf8700", fontcolor="#9a6700"',
    "delete": 'color="#cf222e", fontcolor="#a40e26"',
    "hand": 'style="dotted"',
    "outside": 'style="dashed", color="#8c959f", fontcolor="#57606a"',
    "manifest": "",
}
_MERMAID = {
    "create": "stroke:#2da44e,color:#1a7f37",
    "update": "stroke:#bf8700,color:#9a6700",
    "delete": "stroke:#cf222e,color:#a40e26",
    "hand": "stroke-dasharray:1 3",
    "outside": "stroke:#8c959f,color:#57606a,stroke-dasharray:5 5",
}
_PLAIN = frozenset(" _./@=+-~,():")


def dot(graph: Graph) -> str:
    """The graph in DOT: an edge leads from what needs to what is needed, as `terraform graph`."""
    return "\n".join(_dot(graph)) + "\n"


def _dot(graph: Graph) -> Iterator[str]:
    yield "digraph {"
    yield '  rankdir = "RL";'
    yield '  node [shape = "rect", fontname = "sans-serif"];'
    for number, (group, nodes) in enumerate(_grouped(graph.nodes)):
        yield f'  subgraph "cluster_{number}" {{'
        yield f"    label = {_in_dot(': '.join(group))};"
        for each in nodes:
            look = _DOT.get(each.look, "")
            yield f"    {_in_dot(each.id)} [label={_in_dot(each.label)}{', ' * bool(look)}{look}];"
        yield "  }"
    for source, target in graph.edges:
        yield f"  {_in_dot(source)} -> {_in_dot(target)};"
    yield "}"


def _in_dot(text: str) -> str:
    """A quoted string: what is no visible character is spelt, then quotes and backslashes."""
    escaped = safe(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def mermaid(graph: Graph) -> str:
    """The graph as a Mermaid flowchart, with edges as in `dot`."""
    return "\n".join(_mermaid(graph)) + "\n"


def _mermaid(graph: Graph) -> Iterator[str]:
    yield "flowchart RL"
    short = {each.id: f"n{number}" for number, each in enumerate(graph.nodes)}
    for number, (group, nodes) in enumerate(_grouped(graph.nodes)):
        yield f'  subgraph g{number}["{_in_mermaid(": ".join(group))}"]'
        for each in nodes:
            look = f":::{each.look}" if each.look in _MERMAID else ""
            yield f'    {short[each.id]}["{_in_mermaid(each.label)}"]{look}'
        yield "  end"
    for source, target in graph.edges:
        yield f"  {short[source]} --> {short[target]}"
    looks = {each.look for each in graph.nodes}
    for look, style in _MERMAID.items():
        if look in looks:
            yield f"  classDef {look} {style}"


def _in_mermaid(text: str) -> str:
    """A label: what could be mark-up is an entity, in Mermaid's own way of writing one."""
    return "".join(
        each if each.isalnum() or each in _PLAIN else f"#{ord(each)};" for each in safe(text)
    )


def as_json(graph: Graph) -> dict[str, Any]:
    """The graph as plain data."""
    return {
        "format_version": FORMAT_VERSION,
        "nodes": [asdict(each) for each in graph.nodes],
        "edges": [{"from": source, "to": target} for source, target in graph.edges],
    }


def _grouped(nodes: Sequence[Node]) -> Iterator[tuple[tuple[str, ...], Iterator[Node]]]:
    """Nodes by their groups, which stand together already."""
    return groupby(nodes, key=lambda each: each.group)

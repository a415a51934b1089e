"""Graphs that are drawn: whatever things are called, both languages can read it."""

from __future__ import annotations

import html
import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.planning.graph import Graph, Node
from reconciler.reporting.escape import safe
from reconciler.reporting.graph import dot, mermaid
from tests.examples import examples

NASTY = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        ['"', "\\", '\\"', "a\nb", "end", "]", '"]:::create', "<b>", "&quot;", "#35;", "-->", "%%",
         "graph", "{", "}", "`", "\u202e", "😀", "classDef", ";", "subgraph", "\\N", "\\l"]
    ),
)  # fmt: skip
LOOKS = st.sampled_from(["create", "update", "delete", "hand", "outside", "manifest"])


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    names = draw(st.lists(NASTY, min_size=1, max_size=6))
    groups = draw(st.lists(NASTY, min_size=1, max_size=2))
    nodes = tuple(
        Node(f"{number} {name}", name, draw(LOOKS), (draw(st.sampled_from(groups)), "kind"))
        for number, name in enumerate(names)
    )
    ids = st.sampled_from([each.id for each in nodes])
    edges = tuple(sorted(draw(st.sets(st.tuples(ids, ids), max_size=8))))
    return Graph(nodes, edges)


STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
DOT_LINES = [
    re.compile(each)
    for each in (
        r"digraph \{", r'  rankdir = "RL";', r'  node \[shape = "rect", fontname = "sans-serif"\];',
        r'  subgraph "cluster_\d+" \{', r"    label = S;", r"    S \[label=S(, \w+=S)*\];", r"  \}",
        r"  S -> S;", r"\}",
    )
]  # fmt: skip


def strings(text: str) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", each) for each in STRING.findall(text)]


@examples(200)
@given(graphs())
def test_dot_holds_every_name_as_it_is(graph: Graph) -> None:
    lines = dot(graph).removesuffix("\n").split("\n")
    for line in lines:
        bare = (
            STRING.sub("S", line)
            if not line.startswith(("  rankdir", "  node", "  subgraph"))
            else line
        )
        assert any(each.fullmatch(bare) for each in DOT_LINES), line
    told = [strings(each) for each in lines if "[label=" in each]
    assert [(one, label) for one, label, *_ in told] == [
        (safe(each.id), safe(each.label)) for each in graph.nodes
    ]
    edges = [tuple(strings(each)) for each in lines if " -> " in STRING.sub("S", each)]
    assert edges == [(safe(source), safe(target)) for source, target in graph.edges]


MERMAID_LINES = [
    re.compile(each)
    for each in (
        r"flowchart RL", r'  subgraph g\d+\["[^"\n]*"\]', r"  end",
        r'    n\d+\["[^"\n]*"\](:::[a-z]+)?', r"  n\d+ --> n\d+",
        r"  classDef [a-z]+ [a-z0-9:#,\- ]+",
    )
]  # fmt: skip
LABEL = re.compile(r'    (n\d+)\["([^"]*)"\]')


@examples(200)
@given(graphs())
def test_mermaid_holds_every_name_as_it_is(graph: Graph) -> None:
    lines = mermaid(graph).removesuffix("\n").split("\n")
    assert all(any(each.fullmatch(line) for each in MERMAID_LINES) for line in lines), lines
    labels = {found[1]: found[2] for line in lines if (found := LABEL.match(line))}
    # Mermaid writes an entity as `#35;`
    read = {
        name: html.unescape(re.sub(r"#(\d+);", r"&#\1;", label)) for name, label in labels.items()
    }
    assert list(read.values()) == [safe(each.label) for each in graph.nodes]
    assert not any(mark in label for label in labels.values() for mark in '"[]{}<>`&\\|')
    number = {each.id: f"n{at}" for at, each in enumerate(graph.nodes)}
    edges = [line for line in lines if "-->" in line and '"' not in line]
    assert edges == [f"  {number[a]} --> {number[b]}" for a, b in graph.edges]


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@examples(20)
@given(graphs())
def test_graphviz_reads_it(graph: Graph) -> None:
    done = subprocess.run(
        ["dot", "-Tcanon"],  # noqa: S607
        input=dot(graph).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"syntax error" not in done.stderr

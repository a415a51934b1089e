"""No decision is taken on the words of a message or on a code: errors and findings have types."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(str(sys.modules["reconciler"].__file__)).parent
DECIDING = ("engine", "http", "planning", "state", "checking.py", "pipeline.py")
WORDS = {"code", "summary", "hint", "detail", "told"}
ALLOWED = {
    # what the list of unmatched files says is no part of what a plan was made from
    "planning/plan_comparison.py": 1,
    # the summary of a plan is its counts
    "planning/plan_consistency.py": 1,
    # that there was no state, a saved plan only has as a finding
    "engine/derivation.py": 1,
}
"""Places that may, each with its reason."""


def files() -> Iterator[Path]:
    for name in DECIDING:
        there = PACKAGE / name
        yield from there.rglob("*.py") if there.is_dir() else (there,)


def decisions(tree: ast.AST) -> Iterator[int]:
    """The lines that compare a code or a message with a text, or look into one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            if any(isinstance(side, ast.Attribute) and side.attr in WORDS for side in sides):
                yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            on, method = node.func.value, node.func.attr
            is_word = isinstance(on, ast.Attribute) and on.attr in WORDS
            if is_word and method in {"startswith", "endswith", "find", "index"}:
                yield node.lineno


def test_what_a_person_reads_decides_nothing() -> None:
    seen = list(files())
    assert len(seen) > 80
    found = {
        file.relative_to(PACKAGE).as_posix(): lines
        for file in seen
        if (lines := list(decisions(ast.parse(file.read_text("utf-8")))))
    }
    assert {name: len(lines) for name, lines in found.items()} == ALLOWED, found


def test_such_a_decision_would_be_seen() -> None:
    said = "if error.told.code in STOPS or problem.summary.startswith('x'): pass"
    assert list(decisions(ast.parse(said))) == [1, 1]


@pytest.mark.parametrize("name", ["apply", "calls", "execute", "objects", "readback", "stale"])
def test_an_apply_reads_its_orders_and_no_change_of_the_plan(name: str) -> None:
    tree = ast.parse((PACKAGE / "engine" / f"{name}.py").read_text("utf-8"))
    read = {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}
    assert not read & {"changes", "runbook"}

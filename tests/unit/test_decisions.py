"""Decisions are made on types and fields, never on a code or on the text of a message.

A code is for people and documentation, a text is rewritten when somebody finds a better word: code
that compares either breaks without a test that says so.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "reconciler"

TEXTS = frozenset({"code", "summary", "detail", "hint", "message", "note"})
"""What errors, diagnostics, findings and events are told with."""

LOOKS = frozenset({"startswith", "endswith", "find", "index", "count", "removeprefix"})

ALLOWED = {
    # where a rule is meant, its code is its name
    ("cli/codes.py", "_title"): "the user names a document by its code",
    ("cli/rules.py", "explain"): "the user names a rule by its code",
    ("manifests/export.py", "_rules"): "schemas list every rule by its code",
    ("reporting/rules.py", "_listed"): "findings are counted by rule",
    ("rules/policy.py", "_by_code"): "suppressions name rules by their codes",
    ("rules/policy.py", "idle"): "suppressions name rules by their codes",
    ("rules/rule.py", "__init__"): "no two rules may have one code",
    ("rules/run.py", "run"): "findings are gathered by rule",
    # a plan file has the code of a finding and no other mark of it
    ("model/plan.py", "guard"): "here alone a code of a plan file becomes a guard",
    ("model/plan.py", "role"): "here alone a code of a plan file becomes a role",
    # no decisions on texts
    ("planning/plan_consistency.py", "_counts"): "the summary of a plan is counts",
    ("reporting/ledger.py", "_failures"): "the same hint is printed once",
}


def files() -> list[Path]:
    return [
        each
        for each in sorted(PACKAGE.rglob("*.py"))
        if each.relative_to(PACKAGE).parts[0] not in {"vendors", "sandbox"}
    ]


def is_text(node: ast.expr) -> bool:
    """Whether it is the code or a text of an error, a diagnostic or a finding."""
    return isinstance(node, ast.Attribute) and node.attr in TEXTS


def is_code(node: ast.expr) -> bool:
    """Whether it is a literal such as `RUN104`."""
    value = node.value if isinstance(node, ast.Constant) else None
    return isinstance(value, str) and re.fullmatch("[A-Z]{3}[0-9]{3}", value) is not None


def decisions(tree: ast.AST) -> Iterator[ast.expr]:
    """Where a code or a text is compared, searched or looked up."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others):
                sides = [left, *others]
                is_compared = any(map(is_text, sides)) and not all(map(is_text, sides))
                if is_compared or any(map(is_code, sides)):
                    yield node
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in LOOKS:
                if is_text(value):
                    yield node
            case ast.Call(func=ast.Attribute(attr="get"), args=[key, *_]) if is_text(key):
                yield node
            case ast.Subscript(slice=key) if is_text(key):
                yield node


def in_functions(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Each decision with the innermost function that makes it."""
    owner: dict[ast.AST, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            owner.update(dict.fromkeys(ast.walk(node), node.name))
    for each in decisions(tree):
        yield owner.get(each, ""), each


def found(file: Path) -> list[tuple[str, str, str]]:
    tree = ast.parse(file.read_text("utf-8"))
    name = file.relative_to(PACKAGE).as_posix()
    return [(name, where, ast.unparse(each)) for where, each in in_functions(tree)]


def test_no_decision_is_taken_on_a_code_or_a_text() -> None:
    every = [each for file in files() for each in found(file)]
    assert [each for each in every if each[:2] not in ALLOWED] == []
    assert ALLOWED.keys() - {each[:2] for each in every} == set()


@pytest.mark.parametrize(
    "source",
    [
        "error.told.code == 'TEN101'",
        "'TEN101' != error.code",
        "error.told.code in STOPS",
        "'gone' in error.told.summary",
        "error.summary.startswith('gone')",
        "HINTS[error.code]",
        "code == 'PLN160'",
        "HINTS.get(error.code, '')",
    ],
)
def test_what_the_search_finds(source: str) -> None:
    assert len(list(decisions(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    "source", ["isinstance(error, TenantError)", "error.stops", "one.code == other.code"]
)
def test_what_the_search_lets_pass(source: str) -> None:
    assert list(decisions(ast.parse(source))) == []


@pytest.mark.parametrize("name", ["apply", "calls", "execute", "objects", "readback", "stale"])
def test_an_apply_reads_its_orders_and_no_change_of_the_plan(name: str) -> None:
    tree = ast.parse((PACKAGE / "engine" / f"{name}.py").read_text("utf-8"))
    read = {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}
    assert not read & {"changes", "runbook"}

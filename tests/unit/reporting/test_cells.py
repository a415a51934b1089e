from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.reporting.cells import ROOM, around, width
from reconciler.reporting.diagnostics import diagnostic
from reconciler.reporting.paint import plain
from tests.unit.reporting.findings import at


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("ｶ", 1), ("\uff21", 2), ("", 0)]
)
def test_a_text_is_as_wide_as_its_cells(text: str, cells: int) -> None:
    assert width(text) == cells


@pytest.mark.parametrize(
    ("line", "mark", "carets"),
    [
        ("name: 日本 x", "日本", "^^^^"),
        ("日本: x", "x", "^"),
        ("cafe\u0301: x", "x", "^"),
        ("\tname: x", "x", "^"),
        ("a\u200bb: 日", "日", "^^"),
    ],
)
def test_the_mark_stands_under_its_cells(line: str, mark: str, carets: str) -> None:
    column = line.index(mark) + 1
    lines = diagnostic(at(line, column, column + len(mark)), plain).splitlines()
    source, marks = lines[3], lines[4]
    assert marks.strip("| ") == carets
    assert width(marks[: marks.index("^")]) == width(source[: source.index(mark)])


@pytest.mark.parametrize("column", [1, 40, 5_000, 9_990])
def test_of_a_wide_line_the_mark_stays(column: int) -> None:
    line = "x" * (column - 1) + "MARK" + "y" * (10_000 - column)
    source, marks = diagnostic(at(line, column, column + 4), plain).splitlines()[3:5]
    assert len(source) <= 160
    assert source[marks.index("^") : marks.rindex("^") + 1] == "MARK"
    assert "…" in source


def test_a_wide_mark_is_cut_itself() -> None:
    line = "name: " + "z" * 10_000
    source, marks = diagnostic(at(line, 7, 10_007), plain).splitlines()[3:5]
    assert source.startswith(" 3 | name: zzz")
    assert source.endswith("z…")
    assert width(source) == width(marks) <= 160


def test_a_narrow_line_stays_whole() -> None:
    assert around("a: ", "b", " # c") == ("a: ", "b", " # c")


@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=400))
def test_no_line_is_wider_than_the_room(before: str, marked: str, after: str) -> None:
    shown = around(before, marked, after)
    assert width("".join(shown)) <= ROOM
    assert len("".join(shown)) <= ROOM

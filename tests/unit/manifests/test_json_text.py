"""JSON files: strict, within the limits of manifests, each refusal with its place."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests import json_text
from reconciler.manifests.parse import STDIN, parse


def refusal(text: str) -> tuple[str, int, int, str]:
    """Code, line and column (from 1) and summary of the one problem of a file."""
    documents, problems = parse("f.json", text.encode("utf-8", "surrogatepass"))
    assert not documents
    (problem,) = problems
    assert problem.position is not None
    return problem.code, problem.position.line, problem.position.column, problem.summary


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "said"),
    [
        ("", "YML101", 1, 1, "the file is empty"),
        (" \n", "YML101", 1, 1, "the file is empty"),
        ("{", "YML101", 1, 1, "invalid JSON"),
        ('{"a": 1,}', "YML101", 1, 9, "invalid JSON"),
        ('{\n\t"a": 1 // c\n}', "YML101", 2, 9, "invalid JSON"),
        ("{'a': 1}", "YML101", 1, 2, "double quotes"),
        ("{a: 1}", "YML101", 1, 2, "invalid JSON"),
        ('{"a": 012}', "YML101", 1, 8, "invalid JSON"),
        ('{"a": .5}', "YML101", 1, 7, "invalid JSON"),
        ('{"a": True}', "YML101", 1, 7, "invalid JSON"),
        ('{"a": "x\ty"}', "YML101", 1, 9, "control character"),
        ('{"a": "\\q"}', "YML101", 1, 8, "escape"),
        ("{} {}", "YML101", 1, 4, "extra data"),
        ("[1]]", "YML101", 1, 4, "extra data"),
        ("[}", "YML101", 1, 2, "invalid JSON"),
        ('{"a": NaN}', "YML101", 1, 7, "NaN is not a JSON number"),
        ('{"a": [Infinity]}', "YML101", 1, 8, "Infinity is not a JSON number"),
        ('{"a": -Infinity}', "YML101", 1, 7, "-Infinity is not a JSON number"),
        ('{"a": 1,\n "a": 2}', "YML102", 2, 2, "the key `a` is already there"),
        ('{"a": {"b": 1, "\\u0062": 2}}', "YML102", 1, 16, "the key `b` is already there"),
        ('{"a": 1e999}', "YML107", 1, 7, "a number of this size"),
        ('{"a": ' + "9" * 4301 + "}", "YML107", 1, 7, "a number of this length"),
        ('{"a":\n ' + "1." + "0" * 4301 + "}", "YML107", 2, 2, "a number of this length"),
        ("[" * 65 + "]" * 65, "YML107", 1, 65, "nested deeper than 64"),
        ('{"a": ' * 100_000, "YML107", 1, 64 * 6 + 1, "nested deeper than 64"),
        ("[" * 5_000_000, "YML107", 1, 65, "nested deeper than 64"),
        ("[" + "1," * 1_000_000 + "1]", "YML105", 1, 1_999_999 + 1, "more than 1,000,000"),
        ('{"a": "\\ud83d"}', "YML106", 1, 7, "half of a character"),
        ('{"\\ude00": 1}', "YML106", 1, 2, "half of a character"),
        ("{'a'", "YML101", 1, 2, "invalid JSON"),
        ('"abc', "YML101", 1, 1, "invalid JSON"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(
    text: str, code: str, line: int, column: int, said: str
) -> None:
    found = refusal(text)
    assert found[:3] == (code, line, column)
    assert said in found[3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_json_with_tabs_is_read_in_every_encoding(encoding: str, end: str) -> None:
    text = '\n{\n\t"a": [1, 1.5, true, null, "\\ud83d\\ude00\\/"],\n\t"é\\u2028": {}\n}\n'
    (document,), problems = parse("f.json", text.replace("\n", end).encode(encoding))
    assert not problems
    assert document.value == {"a": [1, 1.5, True, None, "😀/"], "é\u2028": {}}
    assert (document.index, document.line, document.has_null) == (0, 2, True)


@pytest.mark.parametrize(("text", "value"), [('{"a": 1e3}', 1000.0), ("{a: 012}", 12)])
def test_standard_input_is_json_where_it_can_be_and_else_yaml(text: str, value: float) -> None:
    (document,), problems = parse(STDIN, text.encode())
    assert not problems
    assert document.value == {"a": value}


def test_json_on_standard_input_may_have_tabs() -> None:
    (document,), _ = parse(STDIN, b'{\n\t"a":\t1\n}')
    assert document.value == {"a": 1}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_what_is_dumped_is_read(value: Any, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    built = json_text.read(text.replace("\r\n", "\n"), marking=True)
    assert built.value == json.loads(text)
    assert built.marks is not None
    for path, span in built.marks.values.items():
        found = built.value
        for part in path:
            found = found[part]
        if span.line == span.end_line and not (found and isinstance(found, (dict, list))):
            written = text.split("\n")[span.line][span.column : span.end_column]
            assert json.loads(written) == found


@given(st.text(alphabet='{}[]:,"\\ \n\tatrue1-.eE0Nu/*\u2028\x7f', max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    documents, problems = parse("f.json", text.encode())
    for problem in problems:
        assert problem.position is not None
        assert problem.position.column <= len(problem.position.text) + 1
    with contextlib.suppress(ValueError):
        value = json.loads(text.replace("\r", "\n"))
        if problems:  # for what JSON has no rule against
            assert problems[0].code in ("YML102", "YML106", "YML107") or "NaN" in text
        else:
            assert [each.value for each in documents] == ([] if value is None else [value])

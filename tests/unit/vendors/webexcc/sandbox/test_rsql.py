"""Filters: whatever can be written is read as it was meant, and nothing else is taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.errors import Refusal
from reconciler.vendors.webexcc.sandbox.rsql import condition

FIELDS = ("name", "active", "teams")
TEXTS = st.text(alphabet="ab ,;()='\"\\<!", min_size=1, max_size=4)
Row = dict[str, Any]
Said = tuple[str, Callable[[Row], bool]]

ROWS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.none() | TEXTS,
        "active": st.booleans(),
        "teams": st.lists(TEXTS, max_size=2),
    },
)


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each if isinstance(each, str) else json.dumps(each) for each in values]


@st.composite
def comparisons(draw: st.DrawFn) -> Said:
    """A comparison as text, and what it means."""
    field = draw(st.sampled_from(FIELDS))
    values = draw(st.lists(TEXTS | st.sampled_from(["true", "false"]), min_size=1, max_size=3))
    operator = draw(st.sampled_from(["==", "!=", "=in=", "=out="]))
    quoted = [json.dumps(each) for each in values]
    if operator in ("==", "!="):
        values, said = values[:1], quoted[0]
    else:
        said = f"({','.join(quoted)})"

    def meant(row: Row) -> bool:
        there = row.get(field)
        if there is None:
            return False
        return any(each in values for each in _texts(there)) is (operator in ("==", "=in="))

    return f"{field}{operator}{said}", meant


def joined(parts: list[Said], sign: str) -> Said:
    combine = all if sign == ";" else any
    text = sign.join(f"({text})" for text, _ in parts)
    return text, lambda row: combine(meant(row) for _, meant in parts)


FILTERS = st.recursive(
    comparisons(),
    lambda inner: st.builds(joined, st.lists(inner, min_size=1, max_size=3), st.sampled_from(";,")),
    max_leaves=6,
)


@given(FILTERS, ROWS)
def test_a_filter_means_what_its_parts_mean(said: Said, row: Row) -> None:
    text, meant = said
    assert condition(text, FIELDS)(row) is meant(row)


@given(comparisons(), comparisons(), comparisons(), ROWS)
def test_and_binds_tighter_than_or(first: Said, second: Said, third: Said, row: Row) -> None:
    text = f"{first[0]},{second[0]};{third[0]}"
    meant = first[1](row) or (second[1](row) and third[1](row))
    assert condition(text, FIELDS)(row) is meant


@pytest.mark.parametrize("value", ["Billing", "'two words'", '"two words"', r"'it\'s'"])
def test_values_are_bare_or_in_either_quotes(value: str) -> None:
    name = value.strip("'\"").replace("\\", "")
    assert condition(f"name=={value}", FIELDS)({"name": name})


@pytest.mark.parametrize(
    "text",
    [
        "", "name", "name==", "==a", "name==two words", "name==a;", "name==a,", "(name==a",
        "name==a)", "name=in=a", "name=in=()", "name=in=(a", "name=like=a", "name<a", "name=='a",
        "createdTime==1", "name==a name==b",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        condition(text, FIELDS)
    assert caught.value.status == 400

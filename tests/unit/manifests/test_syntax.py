"""Where a mistake in a text is shown, and what to do about it, of each kind of mistake."""

from __future__ import annotations

import pytest

from reconciler.manifests.parse import parse

HEAD = "apiVersion: webexcc/v1\nkind: ResourceCollection\nmetadata: {name: billing}\n"


def told(text: str) -> tuple[int, str, str, str]:
    """Line, marked text, summary and hint of the one thing that is wrong."""
    _, problems = parse("m.yaml", text.encode())
    (found,) = problems
    place = found.position
    assert place is not None
    marked = place.text[place.column - 1 : place.end_column - 1]
    return place.line, marked, found.summary, found.hint


@pytest.mark.parametrize("opened", ["[", "{"])
@pytest.mark.parametrize(
    "rest",
    ["", "\n", "\n  description: x\n", "\n  # why\n  description: x\n", "\nmore:\n  x: 1\n"],
    ids=["at the end", "line", "key", "comment", "outer key"],
)
@pytest.mark.parametrize("inner", ["Billing EN", "Billing EN,", "a, b", "a,\n    b"])
def test_a_bracket_that_is_not_closed_is_shown_where_it_opens(
    opened: str, rest: str, inner: str
) -> None:
    line, marked, summary, hint = told(f"{HEAD}spec:\n  resources: {opened}{inner}{rest}")
    assert (line, marked) == (5, opened)
    assert summary == f"invalid YAML: this `{opened}` is not closed"
    assert hint == f"close it with `{ {'[': ']', '{': '}'}[opened] }`"


@pytest.mark.parametrize(
    ("text", "marked"),
    [("a: {x: [1, {y: 2], z: 3}\n", "{"), ("a: [x, y}\n", "["), ("a: {x: [1, 2}\nb: 1\n", "[")],
)
def test_the_inner_bracket_that_is_not_closed_is_shown(text: str, marked: str) -> None:
    assert told(text)[1] == marked
    assert "is not closed" in told(text)[2]


def test_a_comma_that_is_missing_is_shown_where_it_is_missing() -> None:
    line, _, _, hint = told("a: [\n  b,\n  c\n  d: 1,\n]\n")
    assert (line, hint) == (4, "close the bracket, or separate the items with commas")
    assert told("a: {x: 1 y: 2}\n")[3] == "close the bracket, or separate the items with commas"


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("rest", ["", "\n", "\n  description: x\n", "\n  more: {Q}y{Q}\n"])
def test_a_quote_that_is_not_closed_is_shown_where_it_opens(quote: str, rest: str) -> None:
    text = f"{HEAD}spec:\n  name: {quote}Billing{rest.replace('{Q}', quote)}"
    line, marked, summary, hint = told(text)
    assert (line, marked) == (5, f"{quote}Billing")
    assert summary == "invalid YAML: this quote is not closed"
    assert hint.startswith("close the quote")


@pytest.mark.parametrize(
    "after",
    [
        "    site: [Berlin]\n",
        "    site: [Berlin]\n    team: all\n",
        "  description: x\n",
        "more: 1\n",
    ],
)
@pytest.mark.parametrize("before", ["", "    queue: [Billing EN]\n", "    # why\n"])
def test_a_space_that_is_missing_after_a_colon_is_shown(before: str, after: str) -> None:
    if not before.strip(" #why\n") and not after.startswith("    "):
        pytest.skip("text where a mapping is wanted: told of the value")
    text = f"{HEAD}spec:\n  resources:\n{before}    channel:all\n{after}"
    line, marked, summary, hint = told(text)
    assert text.split("\n")[line - 1] == "    channel:all"
    assert marked == "channel:all"
    assert summary == "invalid YAML: a space is missing after the colon"
    assert hint == "write `channel: all`"


def test_of_several_the_first_is_shown() -> None:
    line, marked, _, hint = told("kind:User\nmetadata:x\nspec: {}\n")
    assert (line, marked, hint) == (1, "kind:User", "write `kind: User`")


def test_a_url_in_a_value_is_no_missing_space() -> None:
    assert "space is missing" not in told("a: http://x\n  b: c\n")[2]


def test_a_key_without_a_colon_is_shown() -> None:
    line, marked, summary, _ = told(
        f"{HEAD}spec:\n  name: Billing\n  description Billing\nmore: 1\n"
    )
    assert (line, marked) == (6, "description Billing")
    assert summary == "invalid YAML: there is no colon after this key"


@pytest.mark.parametrize("separator", ["--", "----", "\u2014", "\u2013\u2013", "-- "])
def test_what_is_nearly_a_separator_is_told_so(separator: str) -> None:
    line, _, summary, hint = told(f"{HEAD}{separator}\nkind: User\n")
    assert line == 4
    assert summary == "invalid YAML: this line is not a separator"
    assert hint == "manifests are separated by `---`"


@pytest.mark.parametrize("key", ["apiVersion", "kind", "metadata", "spec"])
def test_a_separator_that_is_missing_is_named(key: str) -> None:
    line, marked, _, hint = told(f"{HEAD}spec: {{}}\n{key}: x\n")
    assert (line, marked) == (5, key)
    assert hint.startswith("where another manifest begins, put a line `---` before it")


def test_a_key_that_comes_twice_further_in_has_nothing_to_do_with_it() -> None:
    assert "---" not in told(f"{HEAD}spec:\n  kind: a\n  kind: b\n")[3]

"""What nobody sees is refused wherever it stands raw, and passes as an escape."""

from __future__ import annotations

import json

import pytest

from reconciler.manifests.document import document, quoted
from reconciler.manifests.edit import Put, edited
from reconciler.manifests.parse import parse

INVISIBLE = [
    "\r", "\x00", "\x1b", "\x7f", "\x85", "\x9b", "\xad", "\u034f", "\u061c", "\u115f", "\u180e",
    "\u200b", "\u200d", "\u200e", "\u2028", "\u2029", "\u202e", "\u2060", "\u2066", "\u2800",
    "\u3164", "\ufe0f", "\ufeff", "\ufff9", "\U0001d173", "\U000e0041", "\U000e0100",
]  # fmt: skip

PLACES = {
    "value": ("a: b{}c\n", 1, 5),
    "key": ("a{}b: c\n", 1, 2),
    "comment": ("a: b # c{}d\n", 1, 9),
    "comment before a document": ("# c{}d\n---\na: b\n", 1, 4),
    "comment after a document": ("a: b\n...\n# c{}d\n", 3, 4),
    "file of comments": ("# one\n# t{}wo\n", 2, 4),
    "second document": ("a: b\n---\nc: [d, {}e]\n", 3, 8),
    "block text": ("a: |\n  b{}c\n", 2, 4),
    "double quotes": ('a: "b{}c"\n', 1, 6),
    "single quotes": ("a: 'b{}c'\n", 1, 6),
}


@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
@pytest.mark.parametrize("place", PLACES)
def test_a_raw_one_is_refused_where_it_stands(place: str, character: str) -> None:
    text, line, column = PLACES[place]
    documents, problems = parse("f.yaml", text.format(character).encode())
    (found,) = problems
    assert found.position is not None
    assert (found.code, found.position.line, found.position.column) == ("YML106", line, column)
    assert f"U+{ord(character):04X} " in found.summary
    assert len(documents) <= 1


@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
def test_a_raw_one_in_json_is_refused(character: str) -> None:
    text = '{"a":\n "b' + character + 'c"}'
    _, (found,) = parse("f.json", text.encode())
    assert found.position is not None
    assert (found.code, found.position.line, found.position.column) == ("YML106", 2, 4)


@pytest.mark.parametrize("name", ["f.yaml", "f.json"])
@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
def test_an_escape_passes_and_is_what_is_written(name: str, character: str) -> None:
    spelled = quoted(f"b{character}c", is_json=name == "f.json")
    assert spelled.isascii()
    (read,), problems = parse(name, f'{{"a": {spelled}}}'.encode())
    assert not problems
    assert read.value == {"a": f"b{character}c"}
    if name == "f.json":
        assert json.loads(spelled) == f"b{character}c"


@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
def test_a_new_manifest_with_one_can_be_read_again(character: str) -> None:
    name = f"{character}Sales{character}"
    text = document(
        "webexcc/v1", "UserProfile", {"name": "a"}, {"name": name, "x": [name, {name: name}]}
    )
    (read,), problems = parse("f.yaml", text.encode())
    assert not problems
    assert read.value["spec"] == {"name": name, "x": [name, {name: name}]}


@pytest.mark.parametrize(
    "before", ["a: b", "a: 'b'", 'a: "b"', "a: |\n  b", "a: >-\n  b", "{a: b}"]
)
@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
def test_an_edit_writes_one_as_an_escape(before: str, character: str) -> None:
    wanted = f"x{character}y\nz"
    after = edited("f.yaml", f"{before}\n".encode(), {0: [Put(("a",), wanted)]})
    (read,), problems = parse("f.yaml", after)
    assert not problems
    assert read.value == {"a": wanted}


def test_a_line_ends_with_lf_or_cr_lf() -> None:
    assert not parse("f.yaml", b"a: b\r\nc: d\r\n")[1]
    _, (found,) = parse("f.yaml", b"a: b # hidden\rc: d\n")
    assert "U+000D CARRIAGE RETURN" in found.summary


@pytest.mark.parametrize(
    "text", ["a: é\n", "a: 日本\n", "a: \U0001f600\n", "a: a\xa0b\n", "\ufeffa: b\n"]
)
def test_what_shows_passes(text: str) -> None:
    assert not parse("f.yaml", text.encode())[1]

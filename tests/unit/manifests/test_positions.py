from __future__ import annotations

import pytest

from reconciler.manifests import yaml_text
from reconciler.manifests.parsed import Built
from reconciler.manifests.positions import Places
from reconciler.model.diagnostic import Path

TEXT = """\
# first
kind: One
---
kind: Two
spec:
  resources:
    queue: [Billing EN, Billing DE]
    site: []
    empty:
    text: |
      several
      lines
  people:
    - name: a
    - {name: b}
  merged: &m {x: 1}
  alias: *m
"""


def marked(path: Path, *, on_key: bool = False, document: int = 1) -> tuple[int, str]:
    places = Places(lambda _: TEXT.encode())
    found = places.of("f", document, path, on_key=on_key)
    assert found is not None
    return found.line, found.text[found.column - 1 : found.end_column - 1]


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        (("kind",), 4, "Two"),
        (("spec",), 5, "spec"),
        (("spec", "resources", "queue"), 7, "[Billing EN, Billing DE]"),
        (("spec", "resources", "queue", 1), 7, "Billing DE"),
        (("spec", "resources", "site"), 8, "[]"),
        (("spec", "resources", "empty"), 9, "empty"),
        (("spec", "resources", "text"), 10, "|"),
        (("spec", "people", 0, "name"), 14, "a"),
        (("spec", "people", 1, "name"), 15, "b"),
        (("spec", "alias"), 17, "*m"),
        (("spec", "missing"), 5, "spec"),
        (("spec", "alias", "x"), 17, "alias"),
        (("nowhere", "at", "all"), 4, "k"),
    ],
)
def test_a_value_is_found_or_what_is_around_it(path: Path, line: int, text: str) -> None:
    assert marked(path) == (line, text)


def test_a_key_is_marked_where_the_key_is_meant() -> None:
    assert marked(("spec", "resources", "queue"), on_key=True) == (7, "queue")


def test_documents_are_told_apart() -> None:
    assert marked(("kind",), document=0) == (2, "One")


def test_of_a_document_that_cannot_be_read_its_first_line_is_shown() -> None:
    places = Places(lambda _: b"a: 1\n---\n# c\nb: [")
    found = places.of("f", 1, ("b",), on_key=False)
    assert found is not None
    assert (found.line, found.column, found.text) == (4, 1, "b: [")


def test_there_is_no_place_beyond_the_last_document() -> None:
    assert Places(lambda _: b"a: 1").of("f", 1, (), on_key=False) is None
    assert Places(lambda _: b"\xff").of("f", 0, (), on_key=False) is None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_lines_and_columns_are_the_same_in_every_file(end: str, encoding: str) -> None:
    places = Places(lambda _: TEXT.replace("\n", end).encode(encoding))
    found = places.of("f", 1, ("spec", "resources", "queue", 1), on_key=False)
    assert found is not None
    assert (found.line, found.column, found.text) == (
        7, 25, "    queue: [Billing EN, Billing DE]",
    )  # fmt: skip


def test_what_ends_a_line_for_some_readers_ends_none_for_us() -> None:
    text = 'a: "x\\u2028y"\nb: "\\x85\\f"\nc: d\n'
    found = Places(lambda _: text.encode()).of("f", 0, ("c",), on_key=False)
    assert found is not None
    assert (found.line, found.text) == (3, "c: d")


JSON = """\
{
\t"kind": "One",
\t"spec": {"queue": ["Billing EN", {"id": "\\u00fc"}], "empty": {}, "n": null},
\t"people": [
\t\t{"name": "a"}
\t]
}
"""


@pytest.mark.parametrize(
    ("path", "line", "column", "text"),
    [
        (("kind",), 2, 10, '"One"'),
        (("spec", "queue"), 3, 20, '["Billing EN", {"id": "\\u00fc"}]'),
        (("spec", "queue", 0), 3, 21, '"Billing EN"'),
        (("spec", "queue", 1, "id"), 3, 42, '"\\u00fc"'),
        (("spec", "empty"), 3, 63, "{}"),
        (("spec", "n"), 3, 72, "null"),
        (("people",), 4, 12, "["),
        (("people", 0, "name"), 5, 12, '"a"'),
        (("spec", "missing"), 3, 2, '"spec"'),
    ],
)
def test_the_places_of_a_json_file(path: Path, line: int, column: int, text: str) -> None:
    found = Places(lambda _: JSON.encode()).of("f.json", 0, path, on_key=False)
    assert found is not None
    assert (found.line, found.column) == (line, column)
    assert found.text[found.column - 1 : found.end_column - 1] == text


def test_the_key_of_a_json_file() -> None:
    found = Places(lambda _: JSON.encode()).of("f.json", 0, ("spec", "queue"), on_key=True)
    assert found is not None
    assert (found.line, found.column, found.end_column) == (3, 11, 18)


def test_a_large_file_is_marked_document_by_document(monkeypatch: pytest.MonkeyPatch) -> None:
    marked: list[str] = []
    reads = yaml_text.read

    def noting(text: str, *, marking: bool = False) -> Built:
        marked.append(text)
        return reads(text, marking=marking)

    monkeypatch.setattr(yaml_text, "read", noting)
    places = Places(lambda _: b"---\n".join(b"a: %d\n" % n for n in range(1000)))
    for _ in range(3):
        found = places.of("f", 500, ("a",), on_key=False)
    assert found is not None
    assert (found.line, found.text) == (1001, "a: 500")
    assert marked == ["---\na: 500\n"]

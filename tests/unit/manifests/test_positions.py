from __future__ import annotations

import pytest

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


def test_a_document_that_cannot_be_read_has_no_places() -> None:
    places = Places(lambda _: b"a: [")
    assert places.of("f", 0, ("a",), on_key=False) is None

"""The suppressions of a project file that name objects by their addresses, for a rename."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.manifests.files import FILE
from reconciler.manifests.parse import parse
from reconciler.model.diagnostic import Path
from reconciler.model.value import Json

_KEY = "address"


def addresses_in(data: bytes) -> Iterator[tuple[Path, str]]:
    """The addresses, or ends of addresses, in the bytes of a project file, with their paths."""
    documents, _ = parse(FILE, data)
    for document in documents:
        yield from _within(document.value, ())


def _within(value: Json, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            if key == _KEY and isinstance(each, str):
                yield (*path, key), each
            else:
                yield from _within(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _within(each, (*path, number))

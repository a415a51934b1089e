"""Where in its file a diagnostic stands: found when one is shown, never before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from reconciler.manifests.build import Marks, Span
from reconciler.manifests.parse import marks, position_of
from reconciler.model.diagnostic import Diagnostic, Path, Position

Read = Callable[[str], bytes]


class Places:
    """The positions of one set of files, each read once and only when asked for."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._files: dict[str, tuple[list[str], dict[int, tuple[int, Marks]]]] = {}

    def of(self, file: str, document: int, path: Path, *, on_key: bool) -> Position | None:
        """The place of a value (or its key); of what is not there, the nearest thing around."""
        if file not in self._files:
            self._files[file] = marks(file, self._read(file))
        lines, documents = self._files[file]
        if document not in documents:
            return None
        offset, noted = documents[document]
        return position_of(file, lines, offset, _span(noted, path, on_key=on_key))

    def written(self, file: str, document: int, path: Path) -> str:
        """The text of a value as it stands in the file."""
        place = self.of(file, document, path, on_key=False)
        return place.text[place.column - 1 : place.end_column - 1].strip() if place else ""


def _span(noted: Marks, path: Path, *, on_key: bool) -> Span:
    if on_key and path in noted.keys:
        return noted.keys[path]
    if path in noted.values:
        return noted.values[path]
    while path:
        path = path[:-1]
        if path in noted.keys:
            return noted.keys[path]
        if path in noted.values:
            break
    return _first_line(noted.values.get(path, Span(0, 0, 0, 1)))


def _first_line(span: Span) -> Span:
    return Span(span.line, span.column, span.line, span.column + 1)


def attach(diagnostics: Iterable[Diagnostic], read: Read) -> tuple[Diagnostic, ...]:
    """The diagnostics with their positions, in the order in which a reader meets them."""
    places = Places(read)
    found = [
        replace(
            each,
            position=places.of(
                each.origin.file, each.origin.document, each.path, on_key=each.on_key
            ),
        )
        if each.position is None and each.origin is not None
        else each
        for each in diagnostics
    ]
    return tuple(sorted(found, key=Diagnostic.sort_key))

"""Where in its file a diagnostic stands: found when one is shown, never before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from reconciler.manifests import provenance
from reconciler.manifests.parse import Source
from reconciler.manifests.parsed import Marks, Span
from reconciler.manifests.text import decoded
from reconciler.model.diagnostic import Diagnostic, Origin, Path, Position

Read = Callable[[str], bytes]
_KEPT = 64


class Places:
    """The positions of one set of files: each is cut once, each document marked when asked for."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._sources: dict[str, Source | None] = {}
        self._marks: dict[tuple[str, int], Marks | None] = {}
        self._starts: dict[tuple[str, int], Position] = {}

    def of(self, file: str, document: int, path: Path, *, on_key: bool) -> Position | None:
        """The place of a value (or its key); of what is not there, the nearest thing around.

        In a document that cannot be marked, its first line; None where there is no such document.
        """
        source = self._source(file)
        if source is None or document >= len(source.chunks):
            return None
        chunk = source.chunks[document]
        noted = self._noted(source, file, document)
        if noted is None:
            if (start := self._starts.get((file, document))) is None:
                start = source.position(chunk.line, Span(chunk.content, 0, chunk.content, 1))
                self._starts[file, document] = start
            return start
        return source.position(chunk.line, _span(noted, path, on_key=on_key))

    def at(self, origin: Origin, path: Path, *, on_key: bool) -> Position | None:
        """The place of a value (or its key) of a manifest, in the patch that it comes from."""
        return self.of(*origin.of(path), path, on_key=on_key)

    def written(self, origin: Origin, path: Path) -> str:
        """The text of a value as it stands in the file, as far as it is known."""
        file, document = origin.of(path)
        source = self._source(file)
        noted = self._noted(source, file, document) if source else None
        place = self.of(file, document, path, on_key=False) if noted else None
        return place.text[place.column - 1 : place.end_column - 1].strip() if place else ""

    def _noted(self, source: Source, file: str, document: int) -> Marks | None:
        if (file, document) not in self._marks:
            if len(self._marks) >= _KEPT:
                self._marks.clear()
            self._marks[file, document] = source.marks(document)
        return self._marks[file, document]

    def _source(self, file: str) -> Source | None:
        if file not in self._sources:
            try:
                self._sources[file] = Source(file, decoded(self._read(file)))
            except UnicodeDecodeError:
                self._sources[file] = None
        return self._sources[file]


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
        _placed(each, each.origin, places)
        if each.position is None and each.origin is not None
        else each
        for each in sorted(diagnostics, key=_document)
    ]
    return tuple(sorted(found, key=Diagnostic.sort_key))


def _placed(found: Diagnostic, origin: Origin, places: Places) -> Diagnostic:
    """The diagnostic with its position, and a line for each patch that may be behind it."""
    if not origin.patches:
        return found.at(places.at(origin, found.path, on_key=found.on_key))
    removal = provenance.removal_beneath(origin, found.path)
    if removal is None:
        position = places.at(origin, found.path, on_key=found.on_key)
    else:
        position = places.of(removal.file, removal.document, removal.path, on_key=True)
    lines = provenance.notes(origin, found.path, places)
    detail = "\n".join(filter(None, (found.detail, *lines)))
    return replace(found, position=position, detail=detail)


def _document(found: Diagnostic) -> tuple[str, int]:
    """Groups what is reported about one document: it is marked once."""
    return (found.origin.file, found.origin.document) if found.origin else ("", 0)

"""Diagnostics: everything that is reported about an input, as a value.

They are rendered once, at the edge (`reporting`); nothing here prints.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reconciler.errors import ReconcilerError
from reconciler.model.address import Address

Path = tuple[str | int, ...]
"""Where in a document: keys and 0-based indexes, `("spec", "resources", "queue", 0)`."""


def dotted(path: Path) -> str:
    """`spec.resources.queue[0]`, the form that people and JSON read."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops a plan, a warning and an info never do."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Patched:
    """A value that a patch set or `removed` by null, and the document of that patch."""

    path: Path
    file: str
    document: int
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """The document that something comes from: its file as shown, its place in the stream.

    `patches` are the values that come from other documents, by their paths.
    """

    file: str
    document: int
    line: int
    patches: tuple[Patched, ...] = ()

    def of(self, path: Path) -> tuple[str, int]:
        """File and document of the value at a path."""
        for each in self.patches:
            if path[: len(each.path)] == each.path:
                return each.file, each.document
        return self.file, self.document


@dataclass(frozen=True, slots=True)
class Position:
    """A marked stretch of one source line; lines and columns count from 1."""

    file: str
    line: int
    column: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """The suppression of what a rule finds about one object, until a day (included).

    `address` is an address or its end, such as `ResourceCollection/legacy`; `number` is its place
    among those of its rule in the project file.
    """

    code: str
    address: str
    reason: str
    until: date
    number: int

    def __str__(self) -> str:
        return f"{self.reason} (until {self.until})"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about an input: what is wrong, where, which rule says so, what to do.

    A suppressed one is counted and kept in reports, and stops nothing. An error with a `guard` is
    one that `--allow` with that name lets pass. Within a tenant, a finding with a `cause` follows
    from the first one that is the `root_of` it; `consequence_of` is the `mark` of that one, which
    a person has to correct first. `names` are the names and ids of other objects that it is about.
    """

    severity: Severity
    code: str
    summary: str
    detail: str = ""
    hint: str = ""
    address: Address | None = None
    tenant: str = ""
    origin: Origin | None = None
    path: Path = ()
    on_key: bool = False
    position: Position | None = None
    source: str = ""
    suppression: Suppression | None = None
    guard: str = ""
    cause: str = ""
    root_of: str = ""
    consequence_of: str = ""
    names: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Code and place: `CXR105 access/roles.yaml:8:11`, what `consequence_of` holds."""
        place = self.position
        at = f"{place.file}:{place.line}:{place.column}" if place else str(self.address or "")
        return f"{self.code} {at}".rstrip()

    def at(self, position: Position | None) -> Diagnostic:
        """The same at a place; spelled out, as `replace` takes ten times as long."""
        return Diagnostic(
            self.severity, self.code, self.summary, self.detail, self.hint, self.address,
            self.tenant, self.origin, self.path, self.on_key, position, self.source,
            self.suppression, self.guard, self.cause, self.root_of, self.consequence_of, self.names,
        )  # fmt: skip

    def anywhere(self) -> Hashable:
        """What two findings share that differ in their tenant alone."""
        return (
            self.severity, self.code, self.summary, self.detail, self.hint, self.origin, self.path,
            self.on_key, self.position, self.source, self.suppression, self.guard, self.cause,
            self.root_of, self.consequence_of, self.names,
        )  # fmt: skip

    def sort_key(self) -> tuple[str, int, int, str, str, str]:
        """By file, line and column, then code: the order in which a reader meets them."""
        place = self.position
        line, column = (place.line, place.column) if place else (0, 0)
        file = place.file if place else self.origin.file if self.origin else ""
        return (file, line, column, self.code, str(self.address or ""), self.summary)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether anything among them stops a plan."""
    return any(d.severity is Severity.ERROR and d.suppression is None for d in diagnostics)


def open_and_suppressed(
    diagnostics: Iterable[Diagnostic],
) -> tuple[tuple[Diagnostic, ...], tuple[Diagnostic, ...]]:
    """Those that count, and those that the project has given leave to."""
    every = tuple(diagnostics)
    return (
        tuple(each for each in every if each.suppression is None),
        tuple(each for each in every if each.suppression is not None),
    )


class InvalidInputError(ReconcilerError):
    """Input that cannot be worked with; carries every diagnostic about it."""

    outcome = "invalid"

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        first = diagnostics[0]
        super().__init__(first.code, first.summary, detail=first.detail, hint=first.hint)
        self.diagnostics = diagnostics

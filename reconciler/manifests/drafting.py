"""New manifests put into files: their text, and in which line of which file each begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.manifests.contents import content
from reconciler.manifests.document import modeline
from reconciler.manifests.parse import unreadable
from reconciler.model.diagnostic import Diagnostic, InvalidInputError

NOTHING: Mapping[str, bytes] = {}

Place = tuple[str, int]
"""A file, and a line of it (from 1)."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The files that hold new manifests, with the bytes that they had before.

    `places` says of each new manifest, by its number, where it begins.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    before: Mapping[str, bytes] = field(default_factory=dict)
    places: Sequence[Place] = ()


def rendered(
    root: Path, documents: Sequence[tuple[str, str]], soon: Mapping[str, bytes] = NOTHING
) -> Rendered:
    """The files of these documents (each a file and a text), appended to what is in them.

    `soon` has the bytes that files are to have besides; all of these are among the result. Raises
    InvalidInputError for a file that is there and cannot be read.
    """
    changed = {f for f, _ in documents} | soon.keys()
    before = {file: data for file in changed if (data := _there(root, file))}
    now = {**before, **soon}
    texts: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    places: list[Place] = []
    for file, text in documents:
        if file not in texts:
            start = _text(file, now[file]) if file in now else modeline(file)
            texts[file], lines[file] = [start], start.count("\n")
        if len(texts[file]) > 1 or file in now:
            texts[file].append("---\n")
            lines[file] += 1
        places.append((file, lines[file] + 1))
        texts[file].append(text)
        lines[file] += text.count("\n")
    files = {file: _joined(parts).encode() for file, parts in texts.items()}
    return Rendered({**soon, **files}, before, tuple(places))


def _joined(parts: list[str]) -> str:
    """A text and what comes after it, with the same line ends."""
    start, *added = parts
    new = "".join(added)
    return start + (new.replace("\n", "\r\n") if "\r\n" in start else new)


def _there(root: Path, file: str) -> bytes:
    if not (root / file).exists():
        return b""
    data = content(root, file)
    if isinstance(data, Diagnostic):
        raise InvalidInputError((data,))
    return data


def _text(file: str, data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        refused = unreadable(file, "it is no UTF-8", "save it as UTF-8: manifests are added to it")
        raise InvalidInputError((refused,)) from error
    if not text or text.endswith("\n"):
        return text
    return text + ("\r\n" if "\r\n" in text else "\n")

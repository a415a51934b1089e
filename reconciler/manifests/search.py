"""Folders searched through for manifests: globs and links, without a way out or round and round."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

ENDINGS = (".yaml", ".yml", ".json")
PROJECT = "reconciler.yaml"
_ANY_DEPTH = "**"


@dataclass(frozen=True, slots=True)
class Found:
    """A file by the name that it was found under, and the path of what it really is."""

    name: str
    real: str


class OutsideError(Exception):
    """A file or a folder that is not within the folder that was given."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class BrokenLinkError(Exception):
    """A link that cannot be followed, or would be followed forever."""

    def __init__(self, name: str, where: str) -> None:
        super().__init__(name)
        self.name, self.where = name, where


def is_glob(pattern: str) -> bool:
    """Whether a pattern may stand for several files."""
    return any(each in pattern for each in "*?[")


def search(root: Path, pattern: str, within: str | None = None) -> Iterator[Found]:
    """The files that a pattern stands for, real ones before those that a link leads to.

    Where `within` is given, what lies outside of that real folder raises OutsideError, and a link
    that leads nowhere or back BrokenLinkError; else such links are left out. Raises OSError for a
    folder that cannot be read.
    """
    return _Search(root, within, pattern).files() if "\0" not in pattern else iter(())


def finds(root: Path, pattern: str, name: str) -> bool:
    """Whether a pattern stands for a file of that name, which need not be there yet."""
    return "\0" not in pattern and _Search(root, None, pattern).finds(name)


def finder(root: Path, pattern: str) -> Callable[[str], bool]:
    """`finds` for many names: whether a pattern stands for a file of a name."""
    return _Search(root, None, pattern).finds if "\0" not in pattern else lambda _name: False


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to look into, and how much of the pattern its path has matched so far."""

    name: str
    real: str
    states: frozenset[int]


class _Search:
    """One search; real folders come before links, so that a file has its own name if it can."""

    def __init__(self, root: Path, within: str | None, pattern: str) -> None:
        self._root = root
        self._within = within
        parts = PurePath(pattern).parts
        first = next((n for n, part in enumerate(parts) if is_glob(part)), len(parts))
        if os.path.lexists(root / pattern):
            first = len(parts)
        self._start = PurePath(*parts[:first]).as_posix()
        self._is_file = first == len(parts)
        # a folder that the pattern stands for is searched through, however deep it is
        self._pattern = (*parts[first:], _ANY_DEPTH)
        self._folders: deque[_Folder] = deque()
        self._links: deque[_Folder] = deque()
        self._linked_files: list[Found] = []

    def files(self) -> Iterator[Found]:
        """See `search`."""
        path = self._root / self._start
        if not os.path.lexists(path):
            return
        real = self._real(path, self._start)
        if not path.is_dir():
            if self._is_file:
                yield Found(self._start, real)
            return
        self._folders.append(_Folder(self._start, real, self._closure({0})))
        seen: set[tuple[str, frozenset[int]]] = set()
        while self._folders or self._links:
            folder = (self._folders or self._links).popleft()
            if (folder.real, folder.states) not in seen:
                seen.add((folder.real, folder.states))
                yield from self._within_folder(folder)
        yield from self._linked_files

    def finds(self, name: str) -> bool:
        """See `finds`."""
        start, parts = PurePath(self._start).parts, PurePath(name).parts
        if self._is_file and start == parts:
            return True
        if parts[: len(start)] != start or PurePath(self._start).name.endswith(ENDINGS):
            return False
        states = self._closure({0})
        for part in parts[len(start) :]:
            states = self._after(states, part)
        return self._matches(PurePath(name).name, states)

    def _within_folder(self, folder: _Folder) -> Iterator[Found]:
        with os.scandir(self._root / folder.name) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                states = self._after(folder.states, entry.name)
                if not states:
                    continue
                name = entry.name if folder.name == "." else f"{folder.name}/{entry.name}"
                if entry.is_symlink():
                    self._link(name, folder, states)
                elif entry.is_dir():
                    real = str(PurePath(folder.real, entry.name))
                    self._folders.append(_Folder(name, real, states))
                elif self._matches(entry.name, states):
                    yield Found(name, str(PurePath(folder.real, entry.name)))

    def _link(self, name: str, folder: _Folder, states: frozenset[int]) -> None:
        path = self._root / name
        real = self._real(path, name)
        if path.is_dir():
            if folder.real == real or folder.real.startswith(real + os.sep):
                if self._within is not None:
                    raise BrokenLinkError(name, "back to a folder that it is in")
                return
            self._links.append(_Folder(name, real, states))
        elif self._matches(PurePath(name).name, states):
            self._linked_files.append(Found(name, real))

    def _real(self, path: Path, name: str) -> str:
        real = os.path.realpath(path)
        if self._within is None:
            return real
        if not PurePath(real).is_relative_to(self._within):
            raise OutsideError(name)
        if not path.exists():
            raise BrokenLinkError(name, "nowhere")
        return real

    def _matches(self, name: str, states: frozenset[int]) -> bool:
        return len(self._pattern) in states and name.endswith(ENDINGS) and name != PROJECT

    def _after(self, states: frozenset[int], name: str) -> frozenset[int]:
        """How much of the pattern is matched after one more part of a path."""
        hidden = name.startswith(".")
        found: set[int] = set()
        for at in states:
            part = self._pattern[at] if at < len(self._pattern) else ""
            if part == _ANY_DEPTH and not hidden:
                found.add(at)
            elif part and fnmatchcase(name, part) and (not hidden or part.startswith(".")):
                found.add(at + 1)
        return self._closure(found)

    def _closure(self, states: set[int]) -> frozenset[int]:
        """The states with those that `**` reaches by standing for nothing."""
        found = set(states)
        for at in states:
            end = at
            while end < len(self._pattern) and self._pattern[end] == _ANY_DEPTH:
                end += 1
                found.add(end)
        return frozenset(found)

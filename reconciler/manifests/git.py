"""Git, which is only read: the index, and files as a revision has them."""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_SECONDS = 60
_ONLY_READING = ("git", "--no-optional-locks", "--literal-pathspecs", "-c", "core.fsmonitor=false")
_SUBMODULE, _LINK = b"160000", b"120000"
_MOST_LINKS = 16


class GitError(Exception):
    """Git could not answer; its own words, where it said any."""


def run(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What Git prints about the repository around a folder; raises GitError."""
    try:
        done = subprocess.run(  # noqa: S603 - git itself, no shell
            (*_ONLY_READING, *arguments),
            cwd=folder,
            input=given,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitError("git is not installed") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitError("git did not answer") from error
    if done.returncode:
        raise GitError(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout


def is_in_a_repository(folder: Path) -> bool:
    """Whether a folder is in the work tree of a repository, as far as a quick check shows."""
    here = Path(os.path.realpath(folder))
    return "GIT_DIR" in os.environ or any(
        os.path.lexists(each / ".git") for each in (here, *here.parents)
    )


def tracked(folder: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Which of these files (relative to the folder) Git tracks, also as part of a submodule.

    Nothing where there is no repository, or no Git to ask.
    """
    names = tuple(names)
    if not is_in_a_repository(folder):
        return ()
    asked = {part for name in names for part in _with_parents(name)}
    try:
        # the index is read and nothing else: whose repository it is makes no difference
        listing = ("-c", "safe.directory=*", "ls-files", "--stage", "-z", "--", *sorted(asked))
        entries = dict(_entries(run(folder, *listing)))
    except GitError:
        return ()
    modules = {name for name, mode in entries.items() if mode == _SUBMODULE}
    return tuple(
        name
        for name in names
        if name in entries or any(part in modules for part in _with_parents(name))
    )


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split("/")
    yield from ("/".join(parts[:end]) for end in range(1, len(parts) + 1))


def _entries(listing: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and mode of each line of `git ls-files --stage -z`."""
    for line in filter(None, listing.split(b"\0")):
        what, _, name = line.partition(b"\t")
        yield os.fsdecode(name), what.split(b" ")[0]


class Revision:
    """The files of a project's folder as one commit has them; raises GitError."""

    def __init__(self, folder: Path, revision: str) -> None:
        self._folder = folder
        found = run(folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        self.commit = found.decode("ascii").strip()
        prefix = os.fsdecode(run(folder, "rev-parse", "--show-prefix").rstrip(b"\n"))
        self._blobs: dict[str, str] = {}
        self._links: dict[str, str] = {}
        for name, mode, object_id in self._listed(prefix.rstrip("/")):
            self._blobs[name] = object_id
            if mode == _LINK:
                self._links[name] = ""
        if self._links:
            targets = self.contents(self._links)
            self._links = {name: os.fsdecode(target) for name, target in targets.items()}

    def _listed(self, prefix: str) -> Iterator[tuple[str, bytes, str]]:
        """Every file beneath the folder with its mode and the id of its content."""
        beneath = (prefix,) if prefix else ()
        listing = run(self._folder, "ls-tree", "-r", "-z", "--full-tree", self.commit, *beneath)
        for line in filter(None, listing.split(b"\0")):
            what, _, path = line.partition(b"\t")
            mode, kind, object_id = what.split(b" ")
            name = os.fsdecode(path)
            if kind == b"blob" and name.startswith(f"{prefix}/" if prefix else ""):
                short = name[len(prefix) + 1 if prefix else 0 :]
                yield short, mode, object_id.decode("ascii")

    @property
    def names(self) -> Mapping[str, str]:
        """The names of the files, relative to the project, with the ids of their contents."""
        return self._blobs

    def links(self) -> Mapping[str, str]:
        """The symbolic links, with where they lead."""
        return self._links

    def followed(self, name: str) -> str:
        """The file that a link leads to, as far as it stays within the project."""
        for _ in range(_MOST_LINKS):
            if name not in self._links:
                return name
            target = posixpath.join(posixpath.dirname(name), self._links[name])
            name = posixpath.normpath(target)
        return name

    def contents(self, names: Iterable[str]) -> dict[str, bytes]:
        """The bytes of these files; raises GitError where the repository lacks them."""
        names = [name for name in names if name in self._blobs]
        asked = "".join(f"{self._blobs[name]}\n" for name in names).encode("ascii")
        answer = run(self._folder, "cat-file", "--batch", given=asked) if names else b""
        found: dict[str, bytes] = {}
        at = 0
        for name in names:
            end = answer.index(b"\n", at)
            head = answer[at:end].split(b" ")
            if len(head) != 3:  # noqa: PLR2004 - id, type and size
                raise GitError(f"the repository lacks the content of {name}")
            size = int(head[2])
            found[name] = answer[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
        return found

"""Faults of a seed: all of them at once, each with its place in the file's data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from reconciler.model.diagnostic import Path
from reconciler.sandbox.errors import Refusal, SandboxError


@dataclass(frozen=True, slots=True)
class SeedProblem:
    """One fault: where in the seed (`on_key`: at the key, not its value), and what is wrong."""

    path: Path
    summary: str
    hint: str = ""
    on_key: bool = False

    @property
    def section(self) -> str:
        """The section of the seed that it is in."""
        return str(self.path[0]) if self.path else "the whole"


class SeedError(SandboxError):
    """A seed that describes no possible tenant; carries every fault of it."""

    def __init__(self, problems: tuple[SeedProblem, ...]) -> None:
        first = problems[0]
        summary = f"the sandbox's seed, {first.section}: {first.summary}"
        others = "\n".join(f"{each.section}: {each.summary}" for each in problems[1:])
        super().__init__("PRJ125", summary, detail=others, hint=first.hint)
        self.problems = problems


def wrong(section: str, what: str, *, hint: str = "") -> SeedError:
    """The error about one section as a whole."""
    return SeedError((SeedProblem((section,), what, hint),))


@dataclass
class SeedProblems:
    """Collects faults while a seed is read; what only follows from one of them is left out."""

    found: list[SeedProblem] = field(default_factory=list)
    _failed: set[tuple[str, str]] = field(default_factory=set)

    def add(self, path: Path, summary: str, *, hint: str = "", on_key: bool = False) -> None:
        """Take note of a fault at a place."""
        self.found.append(SeedProblem(path, summary, hint, on_key))

    def raise_any(self) -> None:
        """Raise SeedError where anything was wrong."""
        if self.found:
            raise SeedError(tuple(self.found))

    def check_fields(self, given: Mapping[str, Any], known: Iterable[str], path: Path) -> None:
        """Take note of each key that the seed does not have at this place."""
        known = tuple(known)
        for key in given:
            if key not in known:
                near = get_close_matches(str(key), known, n=1)
                listed = f"there are {', '.join(known)}"
                self.add(
                    (*path, str(key)),
                    f"unknown field {key}" if path else f"unknown section {key}",
                    hint=f"did you mean `{near[0]}`?" if near else listed,
                    on_key=True,
                )

    def rows(self, seed: Mapping[str, Any], section: str) -> Iterator[tuple[Path, Any]]:
        """The mappings of a section with their places; anything else is a problem of the seed."""
        rows = seed.get(section)
        if rows is None:
            return
        if not isinstance(rows, (list, tuple)):
            self.add((section,), "expected a list of mappings")
            return
        for number, row in enumerate(rows):
            if isinstance(row, Mapping):
                yield (section, number), row
            else:
                self.add((section, number), f"expected a mapping, got {row!r}")

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """Read a whole section: what is raised of it is a fault of it."""
        try:
            yield
        except SeedError as error:
            self.found += error.problems
        except Refusal as refusal:
            self.add((name,), refusal.reason)
        except (KeyError, TypeError, AttributeError, ValueError):
            self.add((name,), "it is not of the right shape")

    @contextmanager
    def row(self, kind: str, name: object, path: Path) -> Iterator[None]:
        """Read one row: what is raised of it is a fault of it, unless it follows from another."""
        try:
            yield
        except SeedError as error:
            self.found += error.problems
        except Refusal as refusal:
            if not self._follows(refusal):
                part = refusal.facts.get("path", ())
                self.add((*path, *part), f"`{name}`: {refusal.reason}")
        except KeyError as error:
            self.add(path, f"`{name}` has no {error}")
        except (TypeError, AttributeError, ValueError):
            self.add(path, f"`{name}` is not of the right shape")
        else:
            return
        self._failed.add((kind, str(name)))

    def _follows(self, refusal: Refusal) -> bool:
        return (refusal.facts.get("kind"), refusal.facts.get("name")) in self._failed


def unknown_name(kind: str, name: object, reason: str, path: Path = ()) -> Refusal:
    """The refusal of a name that nothing in the seed has; `path` is its place within its row."""
    return Refusal(400, reason, {"kind": kind, "name": str(name), "path": path})

"""The locks in `requirements/`: each line pinned and hashed, no extra lost, nothing left out.

pip refuses a lock as a whole where one requirement of a locked package is neither in it nor pinned:
what pytest-cov asks for is `coverage[toml]`, and a lock with `coverage` alone cannot be installed.
"""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

FOLDER = Path(__file__).parents[2] / "requirements"
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
LOCKS = ("runtime", "build", "dev")
TOGETHER = (("runtime", "build"), ("dev",))
"""What is installed by one call of pip, which has to find everything in it."""


def lines(lock: str) -> list[str]:
    """The entries of a lock, each with its hashes on one line."""
    text = (FOLDER / f"{lock}.txt").read_text(encoding="utf-8")
    joined = text.replace("\\\n", " ").splitlines()
    return [line for line in joined if line.strip() and not line.startswith("#")]


def entries(lock: str) -> list[Requirement]:
    """The entries of a lock without their hashes."""
    return [Requirement(line.partition("--hash")[0].strip()) for line in lines(lock)]


def missing(locked: list[Requirement]) -> list[str]:
    """What the locked packages ask for on this machine and the lock does not give them."""
    extras: dict[NormalizedName, set[str]] = {}
    for entry in locked:
        extras.setdefault(canonicalize_name(entry.name), set()).update(entry.extras)
    found: list[str] = []
    for entry in locked:
        if entry.marker is not None and not entry.marker.evaluate():
            continue
        try:
            asked = distribution(entry.name).requires or []
        except PackageNotFoundError:
            found.append(f"{entry.name} is locked and not installed")
            continue
        for need in map(Requirement, asked):
            chosen = ({"extra": extra} for extra in ("", *entry.extras))
            if need.marker is not None and not any(map(need.marker.evaluate, chosen)):
                continue
            name = canonicalize_name(need.name)
            if name not in extras:
                found.append(f"{entry.name} needs {need}, which is not locked")
            elif lost := need.extras - extras[name]:
                found.append(f"{entry.name} needs {need}: the lock has no [{','.join(lost)}]")
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_has_one_version_and_its_hashes(lock: str) -> None:
    assert lines(lock)
    for line, entry in zip(lines(lock), entries(lock), strict=True):
        (pin,) = entry.specifier
        assert pin.operator == "==", line
        assert "*" not in pin.version, line
        hashes = line[line.index("--hash") :].split()
        assert all(HASH.fullmatch(each) for each in hashes), line


@pytest.mark.parametrize("locks", TOGETHER)
def test_all_that_a_locked_package_asks_for_is_locked_with_its_extras(
    locks: tuple[str, ...],
) -> None:
    assert not missing([entry for lock in locks for entry in entries(lock)])


def test_an_extra_that_the_lock_lost_is_found() -> None:
    bare = [Requirement(re.sub(r"\[.*?\]", "", str(entry))) for entry in entries("dev")]
    assert any("pytest-cov needs coverage[toml]" in line for line in missing(bare))


def test_a_package_that_the_lock_lost_is_found() -> None:
    fewer = [entry for entry in entries("dev") if entry.name != "pluggy"]
    assert any("pytest needs pluggy" in line for line in missing(fewer))


def test_one_version_in_all_locks() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for entry in entries(lock):
            versions.setdefault(canonicalize_name(entry.name), set()).add(str(entry.specifier))
    assert {name: each for name, each in versions.items() if len(each) > 1} == {}

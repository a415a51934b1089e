"""Inputs that nobody writes by hand: each is to be judged within seconds, whatever is in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench import corpus
from bench.measure import run

MOST_SECONDS = 3.0
PERMISSIONS = 100_000
BYTES = 10 * 1024 * 1024
MEMBERS = 100_000

_HEAD = """\
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: lead}
spec:
  name: Lead
  profileType: supervisor
  resources: all
  permissions:
    queue: edit
"""
_COLLECTION = """\
apiVersion: webexcc/v1
kind: ResourceCollection
metadata: {name: all}
spec:
  name: All
  resources:
    queue:
"""
_VALIDATE = (sys.executable, "-m", "reconciler", "validate", "access/all.yaml")


def manifests() -> Iterator[tuple[str, str]]:
    """What each is, and its text."""
    rows = "".join(f"    unknown-permission-{n}: edit\n" for n in range(PERMISSIONS))
    yield f"{PERMISSIONS:,} unknown permissions in one profile", _HEAD + rows
    escape = "\\u00e9"
    room = BYTES - len(_HEAD) - 100
    text = f'{_HEAD}  description: "{escape * (room // len(escape))}"\n'
    yield "a string of 10 MiB of escapes", text
    members = "".join(f'    - "a queue with a long name {n:030}"\n' for n in range(MEMBERS))
    yield f"one document of 6 MiB with {MEMBERS:,} members", _COLLECTION + members


def lines(folder: Path) -> Iterator[str]:
    """A line for each, with the seconds of processor that `validate` takes."""
    (folder / "access").mkdir(parents=True)
    (folder / "reconciler.yaml").write_text(corpus.PROJECT, encoding="utf-8")
    for what, text in manifests():
        (folder / "access" / "all.yaml").write_text(text, encoding="utf-8")
        cost = run(_VALIDATE, folder, refused=True)
        verdict = "" if cost.cpu <= MOST_SECONDS else "   over the aim"
        yield f"{cost.seconds:>9.3f} {cost.cpu:>9.3f} {cost.mebibytes:>6.0f}  {what}{verdict}"

"""Cost grows no faster than the tenant: calls are counted, not seconds."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from bench import corpus
from reconciler import checking, pipeline
from reconciler.contract.discover import discover
from reconciler.engine.connect import Surroundings
from reconciler.engine.prepare import Work
from reconciler.manifests.project import load_project

SMALL, TIMES = 150, 4
AT_MOST = 1.05
"""More than that over what is linear is a step that looks at everything for each thing."""


def project(folder: Path, objects: int) -> Work:
    """A tenant of that size whose manifests are applied already."""
    corpus.write(folder, objects)
    vendors = discover()
    found = load_project(folder, vendors, {})
    work = Work(found, found.chosen(()), vendors, Surroundings(folder, {}))
    plan = asyncio.run(pipeline.plan(work))
    asyncio.run(pipeline.apply(work, plan, saved=False, report=lambda _: None))
    return work


def calls(of: Callable[[], object]) -> int:
    """How many calls of Python functions, and steps of generators, a call takes."""
    count = 0

    def counting(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(counting)
    try:
        of()
    finally:
        sys.setprofile(None)
    return count


def test_a_plan_and_a_check_grow_with_the_tenant(tmp_path: Path) -> None:
    small, large = (project(tmp_path / str(n), n) for n in (SMALL, SMALL * TIMES))

    def planned(work: Work) -> None:
        assert asyncio.run(pipeline.plan(work)).outcome == "no_changes"

    def checked(work: Work) -> None:
        assert checking.validate(work, work.tenants) == ()

    for what in (planned, checked):
        what(small)  # imports, and what is cached for good
        few, many = (calls(partial(what, work)) for work in (small, large))
        assert few * TIMES * AT_MOST >= many > few

"""What import writes is what the tenant has: a plan finds nothing to change, nor does an import."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import Phase, given
from hypothesis import strategies as st

from reconciler import checking, pipeline
from reconciler.engine.importing import Found
from reconciler.engine.prepare import prepare
from reconciler.engine.read import read
from reconciler.model.diagnostic import has_errors
from reconciler.planning.drafts import drafted, unmanaged
from reconciler.sandbox.errors import SandboxError
from tests.examples import examples
from tests.property import worlds
from tests.workshop import Workshop

T = TypeVar("T")
AS_FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failure is told as it was found: to make it smaller takes many minutes."""

NAMES = (
    "alpha", "Alpha", "ALPHA", "alpha beta", "alpha-beta", "Alpha_Beta", "no", "null", "1_000",
    "012", "2026-01-01", "1e3", "0x1F", "one", "Sales, EMEA", "-dash", "trailing ",
)  # fmt: skip
"""What slugs collide for, and what a reader of YAML takes for something else."""

OF_COLLECTIONS = tuple(name for name in NAMES if "," not in name)


@st.composite
def tenants(draw: st.DrawFn) -> str:
    """A tenant of the other properties, its objects under names that are hard to write."""
    seed: dict[str, Any] = json.loads(draw(worlds.tenants()))
    said: dict[str, str] = {}
    for section, names in (("collections", OF_COLLECTIONS), ("profiles", NAMES)):
        chosen = draw(st.permutations(names))
        rows = [row for row in seed[section] if row["name"] not in ("Root", "Base")]
        said |= {row["name"]: name for row, name in zip(rows, chosen, strict=False)}
    for section in ("queues", "teams", "sites"):
        rows = [row if isinstance(row, str) else row["name"] for row in seed[section]]
        chosen = draw(st.permutations(OF_COLLECTIONS[:-2]))
        said |= dict(zip(rows, chosen, strict=False))
    renamed: str = json.dumps(_renamed(seed, said))
    return renamed


def _renamed(value: Any, said: dict[str, str]) -> Any:
    if isinstance(value, str):
        return said.get(value, value)
    if isinstance(value, list):
        return [_renamed(each, said) for each in value]
    if isinstance(value, dict):
        return {key: _renamed(each, said) for key, each in value.items()}
    return value


@contextlib.contextmanager
def workshop(seed: str) -> Iterator[Workshop]:
    with tempfile.TemporaryDirectory() as folder:
        made = Workshop(Path(folder))
        made.write("seed.yaml", seed)
        made.write("reconciler.yaml", worlds.PROJECT)
        yield made


def imported(here: Workshop) -> Found:
    work = here.work()
    (tenant,) = work.tenants
    found = asyncio.run(pipeline.to_import(work, tenant))
    pipeline.keep_imported(work, tenant, found)
    return found


def files(here: Workshop) -> dict[str, bytes]:
    return {
        path.relative_to(here.root).as_posix(): path.read_bytes()
        for path in here.root.rglob("*")
        if path.is_file() and ".reconciler" not in path.parts
    }


@examples(40, phases=AS_FOUND)
@given(seed=tenants())
def test_an_import_into_an_empty_project_leaves_nothing_to_plan(seed: str) -> None:
    with workshop(seed) as here:
        found = imported(here)
        assert not here.writes()
        assert {each.why.partition(":")[0] for each in found.left_out} <= {
            "the vendor's own, which nobody can change"
        }
        plan = here.plan()
        assert not plan.errored, plan.findings
        assert not plan.differs, plan.changes
        everything = {(kind, row["id"]) for kind, rows in here.bodies().items() for row in rows}
        assert len(found.manifests) + len(found.left_out) == len(everything)
        assert plan.summary.no_op == len(found.manifests)
        work = here.work()
        assert not has_errors(checking.validate(work, work.tenants))

        written = files(here)
        again = imported(here)
        assert again.nothing
        assert files(here) == written


@examples(30, phases=AS_FOUND)
@given(seed=tenants(), chance=st.randoms(use_true_random=False))
def test_names_and_specs_do_not_depend_on_the_order_of_lists(
    seed: str, chance: random.Random
) -> None:
    with workshop(seed) as here:
        work = here.work()
        (ready,) = prepare(work, may_be_none=True)
        snapshot = asyncio.run(read(ready.tenant, ready.groups, (), work.around))
        shuffled = replace(
            snapshot,
            objects={k: _shuffled(v, chance) for k, v in snapshot.objects.items()},
            inventory={k: _shuffled(v, chance) for k, v in snapshot.inventory.items()},
        )
        one, other = (
            drafted(ready.given(), each, (), unmanaged(ready.given(), each).objects)
            for each in (snapshot, shuffled)
        )
        assert one == other
        assert len({(each.kind.name, each.name) for each in one}) == len(one)


def _shuffled(rows: tuple[T, ...], chance: random.Random) -> tuple[T, ...]:
    return tuple(chance.sample(rows, len(rows)))


@examples(40, phases=AS_FOUND)
@given(
    seed=worlds.tenants(),
    manifests=worlds.manifests(),
    edits=st.lists(worlds.edits, max_size=3),
    is_applied=st.booleans(),
)
def test_what_git_has_is_left_alone(
    seed: str, manifests: str, edits: list[tuple[str, dict[str, str]]], is_applied: bool
) -> None:
    with workshop(seed) as here:
        here.manifests(manifests)
        before = here.plan()
        if is_applied and not before.errored:
            here.apply(before, allow=worlds.LEAVE)
        for action, arguments in edits:
            with contextlib.suppress(SandboxError):
                here.act(action, **arguments)
        before, written = here.plan(), files(here)
        here.writes()
        found = imported(here)
        assert not here.writes()
        now = files(here)
        assert all(now[name].startswith(data.rstrip(b"\n")) for name, data in written.items())
        changed = {name for name, data in written.items() if now[name] != data}
        assert changed <= found.rendered.files.keys()
        after = here.plan()
        assert before.errored or not after.errored, after.findings
        new = {str(each.address) for each in found.manifests}
        assert not new & {each.address for each in after.changes}
        if not before.errored:
            waiting = {each.address for each in before.changes} - set(found.already)
            assert {each.address for each in after.changes} == waiting
        assert imported(here).nothing

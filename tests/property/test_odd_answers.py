"""Whatever a tenant answers in place of one value: it is read, or refused with its place."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from reconciler.contract.connection import AsgiApp
from reconciler.errors import ReconcilerError
from reconciler.model.characters import has_invisible
from reconciler.model.plan import Plan, dump
from reconciler.reporting import text
from reconciler.reporting.diagnostics import refusal
from reconciler.reporting.paint import plain
from tests.cli import test_cxone as cxone
from tests.examples import examples
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

ODD: list[Any] = [
    None, True, 0, -1, 7, 1.5, 10**30, 1e308, float("nan"), "", " ", "\ud800", "\udc00a", "a\nb",
    "../../v2/user", "a/b", "?a", "#a", "..", ".", "a%2fb", "x" * 100_000, "\u202eevil", "\u200b",
    [], [None], [[]], ["\ud800"], {}, {"id": None}, {"id": ["a"]}, {"a": {"b": {}}},
]  # fmt: skip

FIXED = {"TEN112", "TEN113", "TEN120", "TEN130", "TEN104", "PRJ169"}
"""How reading may end: no JSON, an odd shape, a list not whole, another organization or object."""


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, each in inside:
        yield from nodes(each, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    made = copy.deepcopy(value)
    above = made
    for key in path[:-1]:
        above = above[key]
    above[path[-1]] = odd
    return made


def spoiling(choose: Callable[[str, Any], Any]) -> Callable[[AsgiApp], AsgiApp]:
    """A tenant whose JSON answers go through `choose`, by their path."""

    def around(app: AsgiApp) -> AsgiApp:
        async def spoiled(scope: Any, receive: Any, send: Any) -> None:
            sent: list[MutableMapping[str, Any]] = []

            async def keep(message: MutableMapping[str, Any]) -> None:
                sent.append(message)

            await app(scope, receive, keep)
            body = b"".join(each.get("body", b"") for each in sent)
            if sent[0]["status"] < 300 and body:
                body = json.dumps(choose(scope["path"], json.loads(body))).encode()
            start = {k: v for k, v in sent[0].items() if k != "headers"}
            await send({**start, "headers": [(b"content-type", b"application/json")]})
            await send({"type": "http.response.body", "body": body})

        return spoiled

    return around


@contextmanager
def webex() -> Iterator[Workshop]:
    with tempfile.TemporaryDirectory() as folder:
        here = Workshop(Path(folder))
        here.manifests(COLLECTION, PROFILE, USER)
        yield here


@contextmanager
def nice() -> Iterator[Workshop]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "seed.yaml").write_text(cxone.SEED, "utf-8")
        (root / "reconciler.yaml").write_text(cxone.PROJECT, "utf-8")
        here = Workshop(root)
        here.manifests(cxone.ROLE, cxone.JANE)
        yield here


WORLDS: Mapping[str, Any] = {"webexcc": webex, "cxone": nice}


def paths_of(here: Workshop) -> dict[str, Any]:
    """The last answer of each path that a plan reads."""
    seen: dict[str, Any] = {}

    def look(path: str, body: Any) -> Any:
        seen[path] = body
        return body

    here.around = spoiling(look)
    here.plan()
    return seen


def outcome(here: Workshop) -> Plan | str:
    """The plan, or the code of a refusal in plain words."""
    try:
        plan = here.plan()
    except ReconcilerError as error:
        told = error.told
        assert told.code in FIXED, told
        shown = refusal(told, plain)
        assert not has_invisible(shown.replace("\n", ""))
        assert len(shown) < 2_000
        return told.code
    shown = text.plan(plan, text.Style(plain))
    assert not has_invisible(shown.replace("\n", ""))
    dump(plan)
    here.drift()
    return plan


@pytest.fixture(scope="module", params=WORLDS)
def world(request: pytest.FixtureRequest) -> Iterator[tuple[Workshop, dict[str, Any]]]:
    """A tenant, and what it answers by path."""
    with WORLDS[request.param]() as here:
        yield here, paths_of(here)


@examples(60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_an_odd_value_anywhere_is_read_or_refused_in_words(
    world: tuple[Workshop, dict[str, Any]], data: st.DataObject
) -> None:
    here, seen = world
    path = data.draw(st.sampled_from(sorted(seen)))
    at = data.draw(st.sampled_from(list(nodes(seen[path]))))
    odd = data.draw(st.sampled_from(ODD))

    def spoil(where: str, body: Any) -> Any:
        try:
            return replaced(body, at, odd) if where == path else body
        except (KeyError, IndexError, TypeError):
            return body

    here.around = spoiling(spoil)
    outcome(here)


SET_ASIDE = ("TEN160", "TEN161", "TEN163", "TEN164")
"""The findings about what is unknown as its answer has an unexpected shape."""


def refusal_of(here: Workshop) -> tuple[str, str]:
    """Code and summary of what stops a plan, or of its finding about the answer."""
    try:
        plan = here.plan()
    except ReconcilerError as error:
        return error.told.code, error.told.summary
    found = next(each for each in plan.findings if each.code in SET_ASIDE)
    return found.code, found.summary


BAD_IDS: list[Any] = [
    None,
    7,
    True,
    [],
    {},
    "",
    "\ud800",
    "a\nb",
    "a/b",
    "a?b",
    "a#b",
    "..",
    "x" * 100_000,
]
BAD_NAMES: list[Any] = [None, 7, True, [], {}, "", "\ud800", "x" * 100_000]
PLACES = [
    ("webexcc", "v2/user", "data", "id", BAD_IDS),
    ("webexcc", "v2/user", "data", "email", BAD_NAMES),
    ("webexcc", "v3/user-profile", "data", "id", BAD_IDS),
    ("webexcc", "v2/site", "data", "id", BAD_IDS),
    ("webexcc", "v2/site", "data", "name", BAD_NAMES),
    ("cxone", "roles/search", "roles", "roleId", BAD_IDS),
    ("cxone", "users/search", "users", "id", BAD_IDS),
]


@pytest.mark.parametrize(
    ("vendor", "path", "rows", "field", "value"),
    [(*place, value) for *place, values in PLACES for value in values],
    ids=lambda each: ascii(each)[:20],
)
def test_a_bad_id_or_name_in_a_list_is_named_with_its_list(
    vendor: str, path: str, rows: str, field: str, value: Any
) -> None:
    with WORLDS[vendor]() as here:

        def spoil(where: str, body: Any) -> Any:
            return replaced(body, (rows, 1, field), value) if where.endswith(path) else body

        here.around = spoiling(spoil)
        code, summary = refusal_of(here)
        assert code in ("TEN113", *SET_ASIDE)
        assert path.rpartition("/")[2].removesuffix("search") in summary.lower()

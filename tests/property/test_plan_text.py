"""What a plan's text shows, without `-v`, determines what is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.contract.vendor import Vendor
from reconciler.model.change import Action, AttributeChange, Change
from reconciler.model.plan import Plan
from reconciler.planning.plan_consistency import contradictions
from reconciler.reporting import text
from reconciler.reporting.escape import safe
from reconciler.reporting.paint import plain
from reconciler.reporting.values import shown
from tests.property import test_cxone as cxone
from tests.property import worlds
from tests.property.test_promises import Edit, edit, promise, workshop

_HEADING = re.compile(r"  # (?P<name>.+?) (will |is to be )")


FOLDED = re.compile(r"^\s*.*and \d+ more")
"""How what is removed from a long set is folded: its members beyond the tenth are counted."""


def blocks(printed: str) -> Mapping[str, list[str]]:
    """The lines about each object, by its short address."""
    found: dict[str, list[str]] = {}
    names: list[str] = []
    for line in printed.splitlines():
        if heading := _HEADING.match(line):
            head, brace, inner = heading["name"].partition("{")
            names = [f"{head}{n}" for n in inner.rstrip("}").split(", ")] if brace else [head]
            found |= {name: found.get(name, []) for name in names}  # one that is put right has two
        elif not line:
            names = []
        for name in names:
            found[name].append(line)
    return found


def is_shown(each: AttributeChange, lines: list[str]) -> bool:
    """Whether some line has the attribute's last name, and the values or the member."""
    name = safe(each.path.rpartition(".")[2])
    values = [shown(v) for v in (each.before, each.after) if v is not None or not each.member]
    if each.op == "add":
        values = [shown(each.after)]
    elif each.op == "remove":
        values = [shown(each.before)]
    if each.member and each.op == "remove" and any(FOLDED.search(line) for line in lines):
        return True
    every = "\n".join(lines)
    return name in every and all(any(value in line for line in lines) for value in values)


def leaves(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    """Every attribute of a written value that is no map, by its path."""
    if isinstance(value, dict) and value.keys() not in ({"id", "name"}, {"address", "name"}):
        for key, inner in value.items():
            yield from leaves(inner, f"{at}.{key}")
    else:
        yield at, value


def value_at(document: Any, path: str) -> Any:
    """The value at a path of plain keys, None where there is none."""
    for key in path.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return document


def grants_nothing(value: Any, change: Change, vendor: Vendor) -> bool:
    """Whether a new object has nothing by it."""
    kind = next(each for each in vendor.kinds if each.name == change.kind)
    return value in (None, "", [], False) or (
        isinstance(value, str) and value in kind.shape.nothing
    )


def written_and_not_shown(plan: Plan, vendor: Vendor) -> Iterator[str]:
    """Every attribute that an operation changes and that the text does not show."""
    printed = blocks(text.plan(plan, text.Style(plain)))
    changes = {each.address: each for each in plan.changes}
    for operation in plan.operations():
        if operation.mends:
            continue  # it is shown as a side effect, and writes what the change shows
        change = changes[operation.addresses[0]]
        lines = printed[change.address.partition("/")[2]]
        paths = {each.path for each in change.attributes}
        yield from (f"{change.address} {e.path}" for e in change.attributes
                    if not is_shown(e, lines))  # fmt: skip
        for key, value in operation.request.values.items():
            for path, leaf in leaves(value, key):
                if any(path == each or path.startswith(f"{each}.") for each in paths):
                    continue  # a value that is changed as a whole is shown as a whole
                if change.action is Action.CREATE:
                    if not grants_nothing(leaf, change, vendor):
                        yield f"{change.address} {path}: {leaf}"
                elif leaf != value_at(change.before, path):
                    yield f"{change.address} {path}: {leaf}"


@promise
@given(
    seed=worlds.tenants(),
    first=worlds.manifests(),
    then=worlds.manifests(),
    edits=st.lists(worlds.edits, max_size=2),
)
def test_nothing_of_webex_is_written_that_the_text_does_not_show(
    seed: str, first: str, then: str, edits: list[Edit]
) -> None:
    with workshop(seed, first) as here:
        plan = here.plan()
        if not plan.errored:
            here.apply(plan, allow=worlds.LEAVE)
        edit(here, edits)
        here.manifests(then)
        plan = here.plan()
        assert not list(contradictions(plan))
        assert not list(written_and_not_shown(plan, here.vendors["webexcc"]))
        revert = here.drift().revert if not plan.errored else None
        if revert is not None:
            assert not list(contradictions(revert))
            assert not list(written_and_not_shown(revert, here.vendors["webexcc"]))


@cxone.promise
@given(seed=cxone.seeds(), first=cxone.manifests(), then=cxone.manifests(), assumed=st.booleans())
def test_nothing_of_cxone_is_written_that_the_text_does_not_show(
    seed: dict[str, Any], first: str, then: str, assumed: bool
) -> None:
    with cxone.workshop(seed, assumed=assumed) as here:
        here.manifests(first)
        plan = here.plan(allow=cxone.LEAVE)
        if not plan.errored:
            here.apply(plan, allow=cxone.LEAVE)
        here.manifests(then)
        plan = here.plan(allow=cxone.LEAVE)
        assert not list(contradictions(plan))
        assert not list(written_and_not_shown(plan, here.vendors["cxone"]))

"""Files that are not plans, or not quite: refused with the place that is wrong, never a bug."""

from __future__ import annotations

import copy
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from reconciler.errors import Told, UsageError
from reconciler.model.plan import Plan, dump, load
from reconciler.planning.graph import of_operations
from reconciler.reporting import graph, text
from reconciler.reporting.paint import plain
from reconciler.reporting.runbook import as_markdown
from tests import saved
from tests.examples import examples
from tests.property.test_promises import AS_FOUND
from tests.saved import PLANS, Saved, at, places, with_value

promise = examples(150, phases=AS_FOUND)

anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**6), 10**25),
        st.floats(allow_nan=True, allow_infinity=True),
        st.text(max_size=6),
        st.sampled_from(
            ("\x1b[2J", "\u202e", "\x9b1m", "a\r\nb", "\ud800", "x/y", "::error::", "")
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)


@pytest.fixture(scope="module", params=PLANS, ids=lambda each: each.__name__)
def plan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Saved:
    make: Callable[[Path], Saved] = request.param
    return make(tmp_path_factory.mktemp(make.__name__))


@st.composite
def spoilt(draw: st.DrawFn, document: Any) -> Any:
    """A plan's document with up to three edits."""
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            _, document = draw(saved.edits(document))
        else:
            place = draw(st.sampled_from(list(places(document))))
            document = with_value(document, place, draw(anything))
    return document


def shown(plan: Plan) -> str:
    """All that any command prints of a plan."""
    parts = [text.plan(plan, text.Style(plain, whole=whole)) for whole in (False, True)]
    drawn = of_operations(plan)
    return "".join((*parts, dump(plan).decode(), graph.dot(drawn), graph.mermaid(drawn),
                    as_markdown(plan)))  # fmt: skip


def breaking(printed: str) -> set[str]:
    """The characters in an output that a terminal may obey, or that nobody sees."""
    unwanted = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return {c for c in set(printed) if c not in "\n\u200b" and unicodedata.category(c) in unwanted}


@promise
@given(data=st.data())
def test_a_spoilt_plan_is_refused_with_the_place_or_can_be_shown(
    plan: Saved, data: st.DataObject
) -> None:
    document = data.draw(spoilt(plan.document))
    read = read_or_refused(json.dumps(document).encode())
    if isinstance(read, Plan):
        event("shown")
        assert not breaking(shown(read))
    else:
        event("refused")
        assert read.code == "RUN101"
        assert read.hint


def read_or_refused(data: bytes) -> Plan | Told:
    """The plan in a file, or why there is none."""
    try:
        return load(data)
    except UsageError as error:
        return error.told


@promise
@given(data=st.binary(max_size=40))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match="RUN101"):
        load(data)


def nested(levels: int) -> Any:
    made: Any = "deep"
    for _ in range(levels):
        made = [made]
    return made


WRONG: tuple[tuple[str, tuple[str | int, ...], Any, str], ...] = (
    ("a number for text", ("changes", 0, "name"), 7, "$.changes[0].name: expected text"),
    ("text for a number", ("steps", 0, "number"), "1", "$.steps[0].number: expected a whole"),
    ("a fraction", ("steps", 0, "number"), 1.5, "$.steps[0].number: expected a whole number"),
    ("nothing for a list", ("records",), None, "$.records: expected a list"),
    ("a list for an object", ("basis",), [], "$.basis: expected an object"),
    ("text for a flag", ("complete",), "yes", "$.complete: expected true or false"),
    ("an unknown action", ("changes", 0, "action"), "explode", "$.changes[0].action: expected"),
    ("an unknown mode", ("mode",), "sideways", "$.mode: expected"),
    ("no address", ("changes", 0, "address"), "sam", "$.changes[0].address: the text `sam`"),
    ("a half address", ("changes", 0, "address"), "test/webexcc//x", "is not an address"),
    ("an unknown tenant", ("changes", 0, "address"), "prod/webexcc/User/x", "no tenant `prod`"),
    ("another kind", ("changes", 0, "kind"), "Queue", "$.changes[0].kind: expected"),
    ("an unknown id", ("steps", 0, "operations", 0, "after"), ["test:99"],
     "$.steps[0].operations[0].after[0]: the plan has no operation `test:99`"),
    ("a circle", ("steps", 0, "operations", 0, "after"), ["test:1"], "waits for itself"),
    ("no step", ("steps", 0, "number"), 0, "$.steps[0].number: expected a number above 0"),
    ("an unknown severity", ("findings", 0, "severity"), "loud", "$.findings[0].severity"),
    ("a reference to a number", ("changes", 0, "after"), {"x": {"id": 5, "name": "n"}},
     "$.changes[0].after.x.id: expected text"),
    ("half a character", ("changes", 0, "name"), "\ud800", "$.changes[0].name: expected text"),
    ("too many levels", ("changes", 0, "after"), {"x": nested(70)}, "levels deep"),
)  # fmt: skip


@pytest.mark.parametrize(("place", "value", "said"), [each[1:] for each in WRONG],
                         ids=[each[0] for each in WRONG])  # fmt: skip
def test_the_place_that_is_wrong_is_named(
    tmp_path_factory: pytest.TempPathFactory, place: Any, value: Any, said: str
) -> None:
    document = once(tmp_path_factory)
    with pytest.raises(UsageError) as refused:
        load(json.dumps(with_value(document, place, value)).encode())
    assert refused.value.told.code == "RUN101"
    assert said in refused.value.told.summary


_DOCUMENTS: list[Any] = []


def once(folders: pytest.TempPathFactory) -> Any:
    """One plan's document, made once."""
    if not _DOCUMENTS:
        _DOCUMENTS.append(saved.webexcc(folders.mktemp("plan")).document)
        _DOCUMENTS[0]["findings"] = _DOCUMENTS[0]["findings"] or [
            {"severity": "info", "code": "PLN133", "summary": "a note"}
        ]
    return copy.deepcopy(_DOCUMENTS[0])


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xff\xfe{}", "byte 0 is not UTF-8"),
        (b'{"format_version": "1.0",', "invalid JSON at 1:"),
        (b'{"format_version": "1.0", "x": NaN}', "NaN is not a JSON number"),
        (b'{"format_version": "1.0", "x": -Infinity}', "-Infinity is not a JSON number"),
        (b'{"format_version": "1.0", "x": 1e999}', "too large"),
        (b'{"format_version": "1.0", "x": ' + b"9" * 5000 + b"}", "invalid plan"),
        (b'{"format_version": "1.0", "a": 1, "a": 2}', "$.a: the key appears twice"),
        (b'{"format_version": "2.0"}', "format the text `2.0`"),
        (b'{"format_version": "1.0"}', "$.tool_version: it is missing"),
        (b"[" * 100_000, "levels deep"),
        (b"[]", "not a saved plan"),
        (b"", "invalid JSON at 1:1"),
    ],
)
def test_what_is_not_strict_json_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        load(raw)
    assert refused.value.told.code == "RUN101"
    assert said in refused.value.told.summary


def test_an_id_that_comes_twice_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    document = once(tmp_path_factory)
    document["steps"].append({**document["steps"][-1], "number": 99})
    with pytest.raises(UsageError, match="appears twice"):
        load(json.dumps(document).encode())


def test_attribute_paths_are_escaped_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    document = once(tmp_path_factory)
    (n,) = [n for n, c in enumerate(document["changes"]) if c["name"] == "Billing lead"]
    for number, hostile in enumerate(("\x1b[2J", "permissions.\u202equeue", "a\nb: c")):
        place = ("changes", n, "attributes")
        attributes = [{**at(document, place)[0], "path": hostile}]
        printed = shown(load(json.dumps(with_value(document, place, attributes)).encode()))
        assert not breaking(printed), number
        assert "\nb: c" not in printed

"""Whatever is formatted says what it said, comments too, and is not changed by a second time."""

from __future__ import annotations

import random
import re

from hypothesis import assume, event, given
from hypothesis import strategies as st

from reconciler.contract.discover import discover
from reconciler.manifests.formatting import formatted, set_anew
from reconciler.manifests.is_formatted import is_laid_out
from reconciler.manifests.key_order import order_of
from reconciler.manifests.parse import parse
from reconciler.manifests.text import decoded
from reconciler.manifests.text import documents as cut
from tests.examples import examples
from tests.property import yaml_texts
from tests.property.test_edit import Writer, any_values

ORDER = order_of(discover())


def values(data: bytes) -> list[tuple[int, str]]:
    found, problems = parse("m.yaml", data)
    assume(not problems)
    return [(each.index, repr(each.value)) for each in found]


def sorted_values(data: bytes) -> list[object]:
    """The values whose keys may have another order."""
    found, problems = parse("m.yaml", data)
    assert not problems, problems
    return [each.value for each in found]


def texts(data: bytes) -> list[str]:
    return [each.text for each in cut(decoded(data))]


def looks_right_at_once(text: str) -> None:
    """What is told from its lines alone to be in the layout is just as it would be set."""
    value = parse("m.yaml", text.encode("utf-8", "surrogatepass"))[0]
    order = ORDER(value[0].value if value else None)
    if is_laid_out(text, order):
        event("told from its lines")
        assert set_anew(text, order) == text


def holds(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    values(data)
    before = sorted_values(data)
    once = formatted("m.yaml", data, ORDER)
    event(f"changed: {once != data}")
    assert sorted_values(once) == before
    assert formatted("m.yaml", once, ORDER) == once
    for each in texts(data):
        looks_right_at_once(each)
    for each in texts(once):
        looks_right_at_once(each)
    if once != data:
        assert once.endswith(b"\n") or not once
        assert b"\r" not in once


@examples(300)
@given(st.one_of(yaml_texts.lines, yaml_texts.fragments))
def test_any_yaml(text: str) -> None:
    holds(text)


@examples(150)
@given(yaml_texts.values, st.sampled_from(yaml_texts.STYLES), st.randoms(use_true_random=False))
def test_any_value_in_any_style(value: object, style: str, chance: random.Random) -> None:
    holds(yaml_texts.spoiled(yaml_texts.dumped(value, style), chance))


PARTS = ("apiVersion", "kind", "metadata", "spec", "more")
FIELDS = ("name", "id", "permissions", "resources", "labels", "description", "x", "collections")
COMMENTS = re.compile(r"# (?:about|far left|said|c)\b|#said: ")


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Documents of people who care for their layout in different ways."""
    writer = Writer(draw)
    value = {
        "apiVersion": "webexcc/v1",
        "kind": draw(st.sampled_from(["UserProfile", "User", "Other"])),
        **{
            each: draw(st.dictionaries(st.sampled_from(FIELDS), any_values, max_size=5))
            for each in ("metadata", "spec")
        },
        "more": draw(any_values),
    }
    keys = draw(st.permutations(PARTS))
    start = draw(st.sampled_from(["", "---\n", "# about\n", "# far left\n\n\n---  # said\n"]))
    parts = [
        f"{draw(st.sampled_from(['', '', '# about' + chr(10), chr(10) * 3]))}"
        f"{key}:{writer.block(value[key], draw(st.sampled_from([1, 2, 4])))}"
        for key in keys
    ]
    end = draw(st.sampled_from(["", "# about\n", "\n\n", "...\n"]))
    return start + "".join(parts) + end


@examples(200)
@given(st.lists(documents(), min_size=1, max_size=3))
def test_documents_that_people_might_write(texts: list[str]) -> None:
    text = "---\n".join(each.removeprefix("---\n") for each in texts)
    holds(text)
    once = formatted("m.yaml", text.encode(), ORDER).decode()
    assert sorted(COMMENTS.findall(text)) == sorted(COMMENTS.findall(once))
    assert not re.search(r"\n\n\n", once) or "|" in once or '"' in once or "'" in once

"""Both ways to read YAML mean the same, and no file at all makes a load fall over."""

from __future__ import annotations

import math
import random
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.contract.discover import discover
from reconciler.manifests import native, yaml_text
from reconciler.manifests.load import load
from reconciler.manifests.parse import parse
from reconciler.manifests.parsed import BuildError, Built
from reconciler.manifests.positions import attach
from reconciler.manifests.text import Chunk, decoded, documents, refused_character
from tests.examples import examples
from tests.property import yaml_texts
from tests.workshop import COLLECTION, PROFILE, USER

many = examples(400)
VENDORS = discover()


def readable(text: str) -> list[Chunk]:
    """The documents of a text that have no character that is refused before."""
    text = decoded(text.encode("utf-8", "replace"))
    return [chunk for chunk in documents(text) if refused_character(chunk.text) is None]


def natively(chunk: Chunk) -> Built | None:
    return native.read(chunk) if native.trusts(chunk.text) else None


def same(one: Any, other: Any) -> bool:
    """Equal in types and order too."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other)


def agree(chunk: Chunk) -> bool:
    """Whether the native way is the other way's equal here, or leaves the document to it."""
    quick = natively(chunk)
    if quick is None:
        return True
    try:
        slow = yaml_text.read(chunk.text)
    except BuildError:
        return False
    same_place = slow.value is None or (slow.line, slow.size) == (quick.line, quick.size)
    return same(quick.value, slow.value) and same_place and quick.has_null == slow.has_null


@many
@given(yaml_texts.fragments | yaml_texts.lines)
@example("{\n\n>\n }\n")
@example("b: {a\n: b}\n")
@example("b: {a\n  b: c}\n")
@example("['a':b]\n")
@example("[a: |\n  x\n]\n")
@example("[?0]\n")
@example("{:a: 1}\n")
@example("[:a]\n")
@example("...#'a\n")
@example("a: .iNf\n")
@example("a: _012\n")
@example("|+\n \n  a\n")
def test_both_ways_mean_the_same_or_the_native_one_stands_back(text: str) -> None:
    for chunk in readable(text):
        assert agree(chunk), chunk.text


@many
@given(yaml_texts.values, st.sampled_from(yaml_texts.STYLES))
def test_both_ways_read_what_is_written_in_any_style(value: Any, style: str) -> None:
    for chunk in readable(yaml_texts.dumped(value, style)):
        assert agree(chunk), chunk.text


@many
@given(yaml_texts.values, st.sampled_from(yaml_texts.STYLES), st.integers())
def test_both_ways_agree_on_spoiled_text(value: Any, style: str, seed: int) -> None:
    text = yaml_texts.spoiled(yaml_texts.dumped(value, style), random.Random(seed))  # noqa: S311
    for chunk in readable(text):
        assert agree(chunk), chunk.text


@many
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.just("\n"), max_size=60))
def test_both_ways_agree_on_any_text(text: str) -> None:
    for chunk in readable(text):
        assert agree(chunk), chunk.text


NUMBERISH = st.text("0189+-._eExXoObBaAfFiInN~", min_size=1, max_size=8)


@many
@given(st.lists(NUMBERISH, min_size=1, max_size=20))
def test_both_ways_agree_on_what_a_number_is(written: list[str]) -> None:
    for chunk in readable("".join(f"- a: {each}\n" for each in written)):
        assert agree(chunk), chunk.text


def test_most_ordinary_text_is_read_natively() -> None:
    texts = [*(USER, PROFILE, COLLECTION), "a: |\n  text\n  more\nb: >-\n  folded\n"]
    texts += [
        "a: 12\nb: 1.5\nc: 'x: y'\nd: [1, {e: f}]\n",
        "queue_1: a_2\nb: Sales (EMEA), night\n",
    ]
    for text in texts:
        (chunk,) = readable(text)
        assert natively(chunk) is not None, text


def manifests(chance: random.Random) -> str:
    texts = [chance.choice([USER, PROFILE, COLLECTION]) for _ in range(chance.randint(1, 3))]
    return yaml_texts.spoiled("".join(texts), chance)


def judged(files: dict[str, bytes], patches: dict[str, bytes]) -> None:
    """Load the files; each document is a resource, or something valid is told of its place."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (files | patches).items():
            (Path(folder) / name).write_bytes(data)
        found = load(Path(folder), "t", list(files), VENDORS, patches=list(patches))
    told = attach(found.diagnostics, found.read)
    assert len(told) == len(found.diagnostics)
    for each in told:
        assert each.position is not None, each
        lines = _lines(found.read(each.position.file))
        assert 1 <= each.position.line <= len(lines)
        assert 1 <= each.position.column < each.position.end_column
        assert each.position.column <= len(each.position.text) + 1
    for name, data in files.items():
        made = {each.origin.document for each in found.resources if each.origin.file == name}
        of = {each.origin.document for each in told if each.origin and each.origin.file == name}
        for document in parse(name, data)[0]:
            assert document.index in made | of, document
    addresses = [each.address for each in found.resources]
    assert addresses == sorted(set(addresses))


def _lines(data: bytes) -> list[str]:
    try:
        return decoded(data).split("\n")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace").replace("\r", "\n").split("\n")


@many
@given(st.integers(), st.sampled_from(["f.yaml", "f.json"]))
def test_spoiled_manifests_are_resources_or_told(seed: int, name: str) -> None:
    chance = random.Random(seed)  # noqa: S311
    judged({name: manifests(chance).encode("utf-8", "replace")}, {})


@many
@given(st.integers(), st.sampled_from(["utf-8", "utf-16", "utf-8-sig", "latin-1"]))
def test_so_are_patched_ones(seed: int, encoding: str) -> None:
    chance = random.Random(seed)  # noqa: S311
    patch = manifests(chance).encode(encoding, "replace")
    judged({"f.yaml": (USER + PROFILE + COLLECTION).encode()}, {"p.yaml": patch})


def manifest(kind: str, metadata: Any, spec: Any) -> dict[str, Any]:
    return {"apiVersion": "webexcc/v1", "kind": kind, "metadata": metadata, "spec": spec}


_FIELDS = st.sampled_from([
    "name", "id", "profileType", "permissions", "resources", "userProfile", "site", "teams",
    "queue", "collections", "default", "fullAccess", "description", "labels", "lifecycle",
    "previousNames", "preventDestroy", "ignoreChanges", "nam", "",
])  # fmt: skip
_SPECS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.just(math.inf) | _FIELDS
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_FIELDS, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
_KINDS = st.sampled_from(["User", "UserProfile", "ResourceCollection", "Usr"])


@many
@given(
    st.lists(st.builds(manifest, _KINDS, _SPECS, _SPECS) | yaml_texts.values, max_size=3),
    st.sampled_from(["flow", "block", "mixed", "json"]),
)
def test_structures_of_any_shape_are_resources_or_told(found: list[Any], style: str) -> None:
    text = "".join("\n---\n" + yaml_texts.dumped(each, style) for each in found)
    judged({"f.yaml": text.encode()}, {})


@many
@given(st.binary(max_size=80), st.sampled_from(["f.yaml", "f.json"]))
def test_bytes_of_any_kind_are_told(data: bytes, name: str) -> None:
    judged({name: data}, {"p.yaml": data})

"""One verdict: what the model and the rules with a `schema=` take, the published schema takes.

Documents that are good are broken at random and judged twice: read, checked and ruled as `validate`
does it, and by jsonschema with the file that editors get.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.contract.discover import discover
from reconciler.errors import ReconcilerError
from reconciler.groups import Groups
from reconciler.manifests.export import published
from reconciler.manifests.load import load
from reconciler.manifests.parse import parse
from reconciler.manifests.project import load_project
from reconciler.model.diagnostic import Diagnostic, InvalidInputError, Severity
from reconciler.model.resource import Spec
from reconciler.planning.check import check
from reconciler.planning.planned_object import TenantInput
from reconciler.rules.rule import Rule
from tests.examples import examples
from tests.workshop import EXAMPLE

many = examples(600)

VENDORS = discover()
PUBLISHED = {name: json.loads(data) for name, data in published(VENDORS.values()).items()}
EXAMPLES = [each for schema in PUBLISHED.values() for each in schema.get("examples", ())]
SCHEMAS = {name: Draft202012Validator(schema) for name, schema in PUBLISHED.items()}
WITH_A_SCHEMA = {r.code for v in VENDORS.values() for r in v.rules if r.schema is not None}
BEYOND_A_SCHEMA = {
    ("WCC122", ("spec", "resources", "default")),
    ("WCC204", ("metadata", "name")),
    ("WCC205", ("metadata", "name")),
}
"""Findings that no schema of a `spec` can make: that one value is among others, or stands in for
one that is left out.
"""

MOST_TEXT = 3000


def _good() -> Iterator[Any]:
    texts = [rule.good for vendor in VENDORS.values() for rule in vendor.rules]
    texts += [file.read_text("utf-8") for file in sorted(EXAMPLE.glob("access/**/*.yaml"))]
    for text in texts:
        for document in parse("good.yaml", text.encode())[0]:
            if len(json.dumps(document.value)) < MOST_TEXT:
                yield document.value
    yield from EXAMPLES


GOOD = list({json.dumps(each): each for each in _good()}.values())
RULES = """
apiVersion: reconciler/v1
kind: Project
tenants: {lab: {vendor: webexcc, manifests: [a.yaml], sandbox: {seed: s, as: x}}}
rules:
  WCC146: off
  WCC121: {severity: error}
  WCC130: {suppress: [{address: ResourceCollection/x, reason: y, until: 2027-03-31}]}
"""
PROJECTS = [
    parse("p", data)[0][0].value
    for data in ((EXAMPLE / "reconciler.yaml").read_bytes(), RULES.encode())
]


def _words(schema: Any) -> Iterator[str]:
    """Every name of a field and every word that a schema knows."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "properties":
                yield from value
            if key in ("enum", "const") and not isinstance(value, dict):
                named = value if isinstance(value, list) else [value]
                yield from (each for each in named if isinstance(each, str))
            yield from _words(value)
    elif isinstance(schema, list):
        for each in schema:
            yield from _words(each)


KEYS = sorted({word for schema in PUBLISHED.values() for word in _words(schema)})
ODD: list[Any] = [
    None, True, False, 0, 1, -1, 1.0, 3.0, 1.5, 1e300, 12,
    "", " ", "\n", "a", "A", "a\n", "a/b", "a b", "é", "É", "-a", "a-", "1", "true", "null",
    "a" * 128, "a" * 129, "a" * 63, "a" * 64, "a" * 65,
    "jane@x.example", "Jane@x.example", "jane@X.example", "jane@x.example\n", "É@x", "é@x", "@x",
    "a@", "a@b@c", "a b@c", "a\u00a0@c", "a\u2003@c", "a\ufeff@c", "a\x85@c", "a\x1c@c", "a@c/d",
    "\U0001f600@x", "a@" + "x" * 252, "a@" + "x" * 253, "a@" + "\U0001f600" * 252,
    "a@" + "\U0001f600" * 253, "\u0130@x", "\u212a@x",
    "spec", "spec.", "spec.name", "spec.name.", "spec.name\n", "spec.name.x", "spec.names",
    "spec.id", "spec.resources.queue", "metadata.name", "description",
    [], {}, [None], [[]], [{}], {"id": "x"}, {"name": "x"}, {"name": None}, {"id": 1}, {"a": 1},
    {"id": "x", "name": "y"}, {"id": "x", "name": "y", "z": "z"}, ["a"], ["a", "a"], ["a", 1],
    {"collections": []}, {"collections": ["a"]}, {"collections": ["a"], "default": "a"},
    {"collections": ["a"] * 5, "default": {"id": "x"}}, {"collections": ["a"] * 6, "default": "a"},
    {"env": "X"}, {"seed": "x"}, {"seed": "x", "as": "y"}, ["x"] * 9,
]  # fmt: skip

# no `<<`, which merges, and nothing that no YAML file can hold
text = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffe\uffff"), max_size=8)
keys = st.one_of(st.sampled_from(KEYS), text).filter(lambda key: key != "<<")
leaves = st.one_of(
    st.sampled_from(ODD).map(copy.deepcopy), text, keys, st.integers(), st.floats(allow_nan=False)
)
values = st.recursive(
    leaves.filter(lambda value: value not in (float("inf"), float("-inf"))),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from places(inside, (*path, key))
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from places(inside, (*path, number))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


TEXTS = [each for each in ODD if isinstance(each, str)]
texts = st.one_of(st.sampled_from(TEXTS), st.sampled_from(KEYS), text)
metadata = st.fixed_dictionaries(
    {"name": st.one_of(st.sampled_from(["a", "jane@x.example"]), texts)},
    optional={
        "labels": st.dictionaries(keys, texts, max_size=2),
        "previousNames": st.lists(texts, max_size=3),
        "lifecycle": st.fixed_dictionaries(
            {},
            optional={
                "preventDestroy": st.booleans(),
                "ignoreChanges": st.lists(
                    st.one_of(texts, st.sampled_from(KEYS).map("spec.{}".format)), max_size=2
                ),
            },
        ),
    },
)


@st.composite
def broken(draw: st.DrawFn, pool: list[Any]) -> Any:
    """A good document with a few places changed, most of them by a value of the same type."""
    document = copy.deepcopy(draw(st.sampled_from(pool)))
    if "metadata" in document and draw(st.booleans()):
        document["metadata"] = draw(metadata)
    for _ in range(draw(st.integers(0, 3))):
        every = list(places(document))
        deep = [path for path in every if len(path) > 1 and path[0] != "metadata"]
        path = draw(st.sampled_from(draw(st.sampled_from([every, deep, deep])) or every))
        if path:
            _break(draw, at(document, path[:-1]), path[-1], pool)
        elif draw(st.integers(0, 9)) == 0:
            document = draw(values)
    return document


def _break(draw: st.DrawFn, around: Any, key: Any, pool: list[Any]) -> None:
    here = around[key]
    match draw(st.integers(0, 11)):
        case 0:
            del around[key]
        case 1 if isinstance(around, dict):
            around[draw(keys)] = around.pop(key)
        case 2:
            other = draw(st.sampled_from(pool))
            around[key] = copy.deepcopy(at(other, draw(st.sampled_from(list(places(other))))))
        case 3:
            six = [copy.deepcopy(here) for _ in range(6)]
            around[key] = draw(st.sampled_from([[here], {"name": here}, {"id": here}, six]))
        case 4:
            around[key] = draw(values)
        case _:
            around[key] = draw(_like(here))


def _like(here: Any) -> st.SearchStrategy[Any]:
    """Another value of the type, near or far."""
    if isinstance(here, str):
        edits = (here.upper(), here + "\n", " " + here, here + "s", here[:-1], here.title())
        return st.one_of(st.sampled_from(edits), texts)
    if isinstance(here, bool):
        return st.sampled_from([True, False, 1, 1.0, 0])
    if isinstance(here, (int, float)):
        return st.sampled_from([float(here), here + 1, -here, here + 0.5, True])
    if isinstance(here, list):
        more = st.one_of(values, texts, st.sampled_from([*here, ""]).map(copy.deepcopy))
        some = st.lists(more, max_size=6).map(lambda added: [*here, *added])
        return st.one_of(st.just([]), st.just(here[1:]), some)
    if isinstance(here, dict):
        known = st.sampled_from(list(here.values()) or [""]).map(copy.deepcopy)
        added = st.dictionaries(keys, st.one_of(values, texts, known), max_size=2)
        return st.one_of(st.just({}), added.map(lambda more: here | more))
    return values


def as_yaml(value: Any) -> str:
    """JSON that is YAML as well: what is beyond ASCII in YAML's own escapes."""
    written = json.dumps(value, ensure_ascii=False)
    return re.sub(r"[^\x20-\x7e]", lambda char: f"\\U{ord(char[0]):08x}", written)


def refusals(document: Any) -> set[str]:
    """The codes that `validate` has for a document, of those that a schema has to know as well."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.yaml").write_text(as_yaml(document), encoding="utf-8")
        loaded = load(Path(folder), "t", ["a.yaml"], VENDORS)
    codes = {each.code for each in loaded.diagnostics}
    _readable(codes)
    for vendor in VENDORS.values():
        own = tuple(each for each in loaded.resources if each.address.group == vendor.name)
        for found in check(TenantInput("t", Groups((vendor,)), own)):
            known = (found.code, found.path) not in BEYOND_A_SCHEMA
            if found.code in WITH_A_SCHEMA and found.severity is Severity.ERROR and known:
                codes.add(found.code)
    return {code for code in codes if code.startswith("SCH") or code in WITH_A_SCHEMA}


def _readable(codes: set[str]) -> None:
    if any(code.startswith("YML") for code in codes):
        reject()


def agree(document: Any) -> None:
    codes = refusals(document)
    said = [error.message[:200] for error in SCHEMAS["manifest.json"].iter_errors(document)]
    assert bool(codes) == bool(said), (document, codes, said)
    if isinstance(document, dict):
        own = SCHEMAS.get(f"{document.get('apiVersion')}/{document.get('kind')}.json")
        assert own is None or own.is_valid(document) == (not codes)


@many
@given(document=broken(GOOD))
def test_models_rules_and_schemas_give_one_verdict(document: Any) -> None:
    assume(document is not None)  # an empty document is none
    agree(document)


METADATA = {
    "name": "jane@x.example",
    "labels": {"client": "x"},
    "previousNames": ["joe@x.example"],
    "lifecycle": {"preventDestroy": True, "ignoreChanges": ["spec.id"]},
}


def _each_field_once() -> Iterator[Any]:
    """Good documents until each field that a kind has was in one."""
    seen: set[tuple[str, str]] = set()
    for document in [*EXAMPLES, *GOOD]:
        fields = {(document["kind"], field) for field in document["spec"]}
        if not fields <= seen:
            seen |= fields
            yield document | {"metadata": METADATA}


def neighbours(document: Any) -> Iterator[Any]:
    """The document with one place gone, or of another value of its type, or of another length."""
    for path in list(places(document))[1:]:
        here = at(document, path)
        others: list[Any] = []
        if isinstance(here, str):
            others = TEXTS
        elif isinstance(here, bool):
            others = [False, 1, 1.0]
        elif isinstance(here, list):
            others = [[here[0]] * length for length in range(7)]
        elif isinstance(here, dict):
            others = [{}, here | {"x": "x"}, here | {"x": ["x"]}]
        for value in [None, *others]:
            changed = copy.deepcopy(document)
            at(changed, path[:-1])[path[-1]] = value
            yield changed
        changed = copy.deepcopy(document)
        del at(changed, path[:-1])[path[-1]]
        yield changed


@pytest.mark.parametrize(
    "document", list(_each_field_once()), ids=lambda document: document["kind"]
)
def test_it_is_one_verdict_next_to_what_is_good(document: Any) -> None:
    for changed in neighbours(document):
        agree(changed)


@pytest.mark.parametrize(
    "rule", [pytest.param(r, id=r.code) for v in VENDORS.values() for r in v.rules if r.schema]
)
def test_the_schema_knows_the_examples_of_its_rules(rule: Rule[Spec]) -> None:
    good = [each.value for each in parse("good", rule.good.encode())[0]]
    bad = [each.value for each in parse("bad", rule.bad.encode())[0]]
    for each in [*good, *bad]:
        agree(each)
    beyond = {code for code, _ in BEYOND_A_SCHEMA}
    assert rule.code in beyond or any(rule.code in refusals(each) for each in bad)


BEYOND_A_PROJECT = {("facts", "analyzerFolders")}
"""That a folder is inside of another one, and no two have one id."""


def agree_on_a_project(document: Any) -> None:
    told: list[Diagnostic] = []
    refused = False
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "reconciler.yaml").write_text(as_yaml(document), encoding="utf-8")
        try:
            load_project(Path(folder), VENDORS, {})
        except InvalidInputError as error:
            told = list(error.diagnostics)
        except ReconcilerError as error:
            # a variable that is not set, a seed that lies outside
            refused = error.told.code not in ("PRJ108", "PRJ111")
    _readable({each.code for each in told})
    if any(each.code == "PRJ103" or each.path[-2:] in BEYOND_A_PROJECT for each in told):
        return  # names that are declared elsewhere are told before the facts are looked at
    refused = refused or bool(told)
    said = [error.message[:200] for error in SCHEMAS["project.json"].iter_errors(document)]
    assert refused == bool(said), (document, told, said)


@many
@given(document=broken(PROJECTS))
def test_the_project_file_and_its_schema_give_one_verdict(document: Any) -> None:
    agree_on_a_project(document)


def test_it_is_one_verdict_next_to_a_project_with_rules() -> None:
    for project in PROJECTS[1:]:
        for changed in neighbours(project):
            agree_on_a_project(changed)


TENANT: dict[str, list[Any]] = {
    "vendor": ["webexcc", "webex"],
    "organization": ["2f9eecc5-0472-4549-9a83-2afdae0d4ba1", "o"],
    "region": ["eu1", "eu9"],
    "credentials": [{"env": "TOKEN"}],
    "sandbox": [
        {"seed": "s"},
        {"as": "x"},
        {"url": "http://127.0.0.1:8080"},
        {"url": "http://10.0.0.1"},
        {"url": "http://localhost", "seed": "s"},
        {"seed": "s", "rate": "5/d"},
    ],
    "facts": [{}, {"x": 1}],
}


@pytest.mark.parametrize("name", ["lab", "Lab", "lab\n", "a" * 64, "a" * 65])
def test_it_is_one_verdict_on_every_tenant(name: str) -> None:
    choices = [[(field, value) for value in values] + [None] for field, values in TENANT.items()]
    for chosen in itertools.product(*choices) if name == "lab" else [()]:
        tenant = dict(each for each in chosen if each) or {
            "vendor": "webexcc",
            "sandbox": {"seed": "s"},
        }
        tenants = {name: {"manifests": ["a.yaml"], **tenant}}
        agree_on_a_project({"apiVersion": "reconciler/v1", "kind": "Project", "tenants": tenants})


REAL_TENANT = {
    "vendor": "webexcc",
    "manifests": ["a.yaml"],
    "organization": "2f9eecc5-0472-4549-9a83-2afdae0d4ba1",
    "region": "eu1",
    "credentials": {
        "serviceApp": {
            "id": {"env": "ID"},
            "secret": {"command": ["op", "read"]},
            "refreshToken": {"file": "f"},
        }
    },
    "rate": "285/min",
    "unmanaged": {"UserProfile": "report"},
}


@pytest.mark.parametrize(
    "changes",
    [
        {"credentials": {"file": "/run/token"}, "unmanaged": "report"},
        {"credentials": {"command": ["x"]}, "unmanaged": "prune"},
        {"credentials": {"env": "T"}, "rate": "fast", "unmanaged": "ignore"},
        {"assumed": ["A1"], "unmanaged": {"UserProfile": "report", "User": "prune"}},
        {"unmanaged": {"UserProfile": "prune", "User": "report"}},
        {},
    ],
)
def test_it_is_one_verdict_next_to_a_real_tenant(changes: dict[str, Any]) -> None:
    head = {"apiVersion": "reconciler/v1", "kind": "Project"}
    for changed in neighbours(head | {"tenants": {"it": REAL_TENANT | changes}}):
        agree_on_a_project(changed)

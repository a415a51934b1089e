"""What is published: valid, whole, readable in an editor, and true of all that is good."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.contract.discover import discover
from reconciler.contract.vendor import Vendor
from reconciler.errors import ProjectError
from reconciler.manifests.export import kind_schema, published
from reconciler.manifests.parse import parse
from reconciler.model.facts import Facts
from reconciler.rules.rule import RuleSet
from tests.contract import tiny

ROOT = Path(__file__).parents[3]
VENDORS = tuple(discover().values())
FILES = published(VENDORS)
SCHEMAS = {name: json.loads(data) for name, data in FILES.items()}
OF_MANIFESTS = {
    name: schema for name, schema in SCHEMAS.items() if name not in ("plan.json", "snapshot.json")
}


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema inside a schema, itself first."""
    if isinstance(schema, dict):
        yield schema
        for key, value in schema.items():
            if key in ("properties", "$defs"):
                for each in value.values():
                    yield from parts(each)
            elif key not in ("examples", "default", "const", "enum"):
                yield from parts(value)
    elif isinstance(schema, list):
        for each in schema:
            yield from parts(each)


@pytest.mark.parametrize("folder", ["schemas", "config-examples/webexcc/schemas"])
def test_what_is_committed_is_fresh(folder: str) -> None:
    there = {
        file.relative_to(ROOT / folder).as_posix(): file.read_bytes()
        for file in (ROOT / folder).rglob("*.json")
    }
    stale = [name for name in {*there, *FILES} if there.get(name) != FILES.get(name)]
    assert not stale, "run `make schemas`"


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_valid_json_schema_of_2020_12(name: str) -> None:
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(SCHEMAS[name])


def test_every_schema_has_an_identity_of_its_own() -> None:
    assert {name: schema["$id"] for name, schema in SCHEMAS.items()} == {
        "cxone/v1/Role.json": "urn:reconciler:schema:cxone/v1/Role",
        "cxone/v1/Employee.json": "urn:reconciler:schema:cxone/v1/Employee",
        "webexcc/v1/ResourceCollection.json": "urn:reconciler:schema:webexcc/v1/ResourceCollection",
        "webexcc/v1/UserProfile.json": "urn:reconciler:schema:webexcc/v1/UserProfile",
        "webexcc/v1/User.json": "urn:reconciler:schema:webexcc/v1/User",
        "manifest.json": "urn:reconciler:schema:manifest",
        "project.json": "urn:reconciler:schema:reconciler/v1/Project",
        "plan.json": "urn:reconciler:schema:plan/1.0",
        "snapshot.json": "urn:reconciler:schema:snapshot/2.0",
    }


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_whole_in_itself(name: str) -> None:
    named = {f"#/$defs/{each}" for each in SCHEMAS[name].get("$defs", {})}
    meant = {each["$ref"] for each in parts(SCHEMAS[name]) if "$ref" in each}
    assert meant == named


@pytest.mark.parametrize("name", OF_MANIFESTS)
def test_null_is_no_value(name: str) -> None:
    for each in parts(SCHEMAS[name]):
        assert "null" not in json.dumps(each.get("type", ""))
        assert each.get("default", "") is not None


@pytest.mark.parametrize("name", SCHEMAS)
def test_titles_are_chosen(name: str) -> None:
    titles = {each["title"] for each in parts(SCHEMAS[name]) if "title" in each}
    assert titles - {"Reference"} <= {
        SCHEMAS[name]["title"],
        *(f"{kind.name}, {vendor.title}" for vendor in VENDORS for kind in vendor.kinds),
    }


@pytest.mark.parametrize("name", OF_MANIFESTS)
def test_an_editor_says_what_every_field_is(name: str) -> None:
    schema = SCHEMAS[name]
    if name.split("/", maxsplit=1)[0] in {vendor.name for vendor in VENDORS}:
        fields = {**schema["properties"], **schema["properties"]["spec"]["properties"]}
    else:
        fields = schema["properties"]
    silent = [key for key, field in fields.items() if not field.get("description")]
    assert not silent
    broken = re.compile(r"(?<!\n)\n(?!\n)")
    assert not [each for each in parts(schema) if broken.search(each.get("description", ""))]


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_every_example_is_a_good_one(vendor: Vendor) -> None:
    for kind in vendor.kinds:
        schema = SCHEMAS[f"{vendor.api_version}/{kind.name}.json"]
        assert schema["examples"]
        for each in schema["examples"]:
            Draft202012Validator(schema).validate(each)
        for part in parts(schema):
            whole = part | {"$defs": schema.get("$defs", {})}
            for each in part.get("examples", ()):
                Draft202012Validator(whole).validate(each)


def test_it_is_true_of_every_example_company() -> None:
    seen = 0
    for file in (ROOT / "config-examples").glob("**/*.yaml"):
        if "sandbox" in file.parts:
            continue
        documents, problems = parse(file.name, file.read_bytes())
        assert not problems
        for document in documents:
            if file.name == "reconciler.yaml":
                names = ["project.json"]
            else:
                kind = f"{document.value['apiVersion']}/{document.value['kind']}.json"
                names = ["manifest.json", kind]
            for name in names:
                Draft202012Validator(SCHEMAS[name]).validate(document.value)
            seen += 1
    assert seen >= 100


def test_every_modeline_leads_to_a_schema() -> None:
    """They are relative to the file, and stay right where the folder is copied."""
    company = ROOT / "config-examples" / "webexcc"
    for file in [company / "reconciler.yaml", *company.glob("access/**/*.yaml")]:
        (line,) = re.findall(r"^# yaml-language-server: \$schema=(\S+)$", file.read_text(), re.M)
        found = (file.parent / line).resolve()
        assert found.is_file()
        assert found.is_relative_to(company)
        named = "project.json" if file.name == "reconciler.yaml" else "manifest.json"
        assert found.name == named


def test_it_is_true_of_plans() -> None:
    plan = json.loads((ROOT / "tests/golden/week-later/plan.json").read_text(encoding="utf-8"))
    validator = Draft202012Validator(SCHEMAS["plan.json"])
    validator.validate(plan)
    validator.validate(plan | {"access": [{"added": "by a later version"}]})
    for wrong in ({"format_version": "2.0"}, {"outcome": "fine"}, {"steps": None}):
        assert not validator.is_valid(plan | wrong)


def test_a_manifest_is_told_by_its_kind() -> None:
    validator = Draft202012Validator(SCHEMAS["manifest.json"])
    user = {"apiVersion": "webexcc/v1", "kind": "User", "metadata": {"name": "a@x"}, "spec": {}}
    assert validator.is_valid(user)
    (error,) = validator.iter_errors(user | {"spec": {"permissions": {}}})
    assert list(error.path) == ["spec"]
    assert "permissions" in error.message
    (error,) = validator.iter_errors(user | {"apiVersion": "webexcc/v2"})
    assert error.message == "'webexcc/v2' is not one of ['cxone/v1', 'webexcc/v1']"
    assert {tuple(each.path) for each in validator.iter_errors(user | {"kind": "Usr"})} == {
        ("kind",)
    }


def test_the_rules_are_in_the_schema_of_their_kind() -> None:
    spec = SCHEMAS["webexcc/v1/UserProfile.json"]["properties"]["spec"]["properties"]
    assert spec["profileType"]["enum"][0] == "licensed-administrator"
    assert spec["permissions"]["properties"]["barge-in"]["enum"] == ["disabled", "enabled"]
    assert spec["permissions"]["additionalProperties"] is False
    everything, limited = spec["resources"]["anyOf"]
    assert everything == {"type": "string", "enum": ["all"]}
    assert limited["required"] == ["collections", "default"]
    assert limited["properties"]["collections"]["maxItems"] == 5


class Building(Facts):
    """What the building does not tell."""

    floors: int | None = None


def test_a_vendor_from_outside_has_its_schemas_too() -> None:
    vendor = replace(tiny.VENDOR, facts=Building)
    made = {name: json.loads(data) for name, data in published([*VENDORS, vendor]).items()}
    for schema in made.values():
        Draft202012Validator.check_schema(schema)
    key = {
        "apiVersion": "tiny/v1",
        "kind": "Key",
        "metadata": {"name": "k"},
        "spec": {"doors": ["a"]},
    }
    assert Draft202012Validator(made["tiny/v1/Key.json"]).is_valid(key)
    assert Draft202012Validator(made["manifest.json"]).is_valid(key)
    assert not Draft202012Validator(made["manifest.json"]).is_valid(key | {"spec": {"door": "a"}})
    tenant = {
        "vendor": "tiny",
        "manifests": ["a"],
        "organization": "o",
        "credentials": {"env": "X"},
    }
    project = Draft202012Validator(made["project.json"])

    def is_valid(**fields: Any) -> bool:
        tenants = {"house": tenant | fields}
        return project.is_valid(
            {"apiVersion": "reconciler/v1", "kind": "Project", "tenants": tenants}
        )

    assert is_valid(region="here", facts={"floors": 2})
    assert not is_valid(region="eu1")
    assert not is_valid(region="here", facts={"floors": "two"})
    assert not is_valid(region="here", facts={"addOns": []})


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"properties": {"dors": {"minItems": 1}}}, "spec: there is no `dors`"),
        ({"properties": {"doors": {"type": "string"}}}, "spec.doors: nothing is both"),
    ],
)
def test_a_rule_that_contradicts_its_model_is_refused(schema: dict[str, Any], said: str) -> None:
    (rule,) = tiny.VENDOR.rules
    vendor = replace(tiny.VENDOR, rules=RuleSet([replace(rule, schema=schema)]))
    with pytest.raises(ProjectError, match="PRJ133") as caught:
        kind_schema(vendor, vendor.kind("Key"))
    assert "TNY101" in caught.value.told.summary
    assert said in caught.value.told.summary


def test_two_rules_that_contradict_each_other_are_refused() -> None:
    (rule,) = tiny.VENDOR.rules
    rules = [
        replace(rule, code=code, schema={"properties": {"doors": {"maxItems": most}}})
        for code, most in (("TNY101", 5), ("TNY102", 6))
    ]
    vendor = replace(tiny.VENDOR, rules=RuleSet(rules))
    with pytest.raises(ProjectError, match="PRJ133") as caught:
        kind_schema(vendor, vendor.kind("Key"))
    assert "TNY102 does not fit Key: spec.doors: `maxItems`" in caught.value.told.summary

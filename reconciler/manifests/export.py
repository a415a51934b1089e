"""The published schemas: one a kind, one for files that mix kinds, one each for
project, plan and snapshot.

Made from the models, the envelope, and what of the rules JSON Schema can say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from reconciler.contract.vendor import Kind, Vendor
from reconciler.errors import ProjectError
from reconciler.manifests import tenant_schema
from reconciler.manifests.envelope import SCHEMA_URN, Envelope, Metadata, name_schema
from reconciler.manifests.model_schema import (
    DEFINITIONS,
    Schema,
    definition,
    pointing_to,
    schema_of,
)
from reconciler.manifests.narrow import ConflictError, narrowed
from reconciler.manifests.policy import DAY
from reconciler.manifests.project import TENANT_NAME, ProjectFile
from reconciler.model import snapshot
from reconciler.model.plan import FORMAT_VERSION, Plan
from reconciler.model.snapshot import SnapshotFile
from reconciler.rules.planned import planned
from reconciler.rules.policy import is_fixed

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_ORDER = (
    "$schema", "$id", "$ref", "title", "description", "default", "examples",
    "type", "const", "enum", "properties", "required", "additionalProperties",
    "anyOf", "allOf", "if", "then", "else",
)  # fmt: skip
_BY_NAME = ("properties", "patternProperties", DEFINITIONS)
"""Keywords that hold schemas by name; the order of the names is the author's."""
_DATA = ("const", "enum", "default", "examples", "required")
"""Keywords that hold data, not schemas."""

A_PERSON = "jane.doe@contoso.example"


def published(vendors: Iterable[Vendor]) -> dict[str, bytes]:
    """Every schema by the path of its file; the same bytes each time.

    Raises ProjectError where the rules of a vendor contradict its models or each other.
    """
    vendors = tuple(vendors)
    made = {
        f"{vendor.api_version}/{kind.name}.json": kind_schema(vendor, kind)
        for vendor in vendors
        for kind in vendor.kinds
    }
    made |= {
        "manifest.json": manifest_schema(vendors),
        "project.json": project_schema(vendors),
        "plan.json": plan_schema(),
        "snapshot.json": snapshot_schema(),
    }
    return {path: _written(schema) for path, schema in made.items()}


def kind_schema(vendor: Vendor, kind: Kind) -> Schema:
    """A whole manifest of one kind."""
    whole = {"apiVersion": {"const": vendor.api_version}, "kind": {"const": kind.name}}
    envelope = narrowed(schema_of(Envelope), {"properties": whole})
    spec = spec_schema(vendor, kind)
    definitions = spec.pop(DEFINITIONS, {})
    envelope.pop(DEFINITIONS)
    envelope["properties"] |= {
        "metadata": narrowed(schema_of(Metadata), _names(kind)),
        "spec": envelope["properties"]["spec"] | spec,
    }
    return {
        **_head(f"{vendor.api_version}/{kind.name}", f"{kind.name}, {vendor.title}"),
        **envelope,
        "description": spec["description"],
        "examples": [_example(vendor, kind, each) for each in spec.get("examples", ())],
        DEFINITIONS: definitions,
    }


def spec_schema(vendor: Vendor, kind: Kind) -> Schema:
    """The `spec` of a kind: its model's shape and, worked in, what its rules forbid."""
    made = schema_of(kind.shape.spec)
    for rule in vendor.rules.on(kind.shape.spec):
        try:
            made = narrowed(made, json.loads(json.dumps(rule.schema or {})), "spec")
        except ConflictError as error:
            raise ProjectError(
                "PRJ133", f"the schema of {rule.code} does not fit {kind.name}: {error}"
            ) from error
    return dict(made)


def _names(kind: Kind) -> Schema:
    """What `metadata` holds of a kind's own: how it is named, and its attributes."""
    name = name_schema(person=kind.shape.person)
    fields = [str(each.alias) for each in kind.shape.spec.model_fields.values()]
    ignored = {
        "items": {"pattern": rf"^spec\.({'|'.join(map(re.escape, fields))})(\.|$(?!\n))"},
        "examples": [[f"spec.{fields[-1]}"]],
    }
    return {
        "properties": {
            "name": name,
            "previousNames": {"items": name},
            "lifecycle": {"properties": {"ignoreChanges": ignored}},
        }
    }


def _example(vendor: Vendor, kind: Kind, spec: Mapping[str, Any]) -> Schema:
    named = re.sub(r"[^a-z0-9]+", "-", str(spec.get("name", kind.name)).lower()).strip("-")
    return {
        "apiVersion": vendor.api_version,
        "kind": kind.name,
        "metadata": {"name": A_PERSON if kind.shape.person else named},
        "spec": dict(spec),
    }


def manifest_schema(vendors: Iterable[Vendor]) -> Schema:
    """A manifest of any kind, by its apiVersion and kind."""
    definitions: dict[str, Schema] = {}
    choices: list[Schema] = []
    kinds: dict[str, list[str]] = {}
    for vendor in vendors:
        kinds[vendor.api_version] = [kind.name for kind in vendor.kinds]
        same_version = {"apiVersion": {"const": vendor.api_version}}
        known = {"properties": {"kind": {"enum": kinds[vendor.api_version]}}}
        choices.append(_where(same_version, known))
        for kind in vendor.kinds:
            name = f"{vendor.api_version.replace('/', '.')}.{kind.name}"
            definitions |= _moved(kind_schema(vendor, kind), name)
            this = same_version | {"kind": {"const": kind.name}}
            choices.append(_where(this, {"$ref": pointing_to(name)}))
    fields = schema_of(Envelope)["properties"]
    all_kinds = list(dict.fromkeys(name for names in kinds.values() for name in names))
    return {
        **_head("manifest", "A manifest of any kind"),
        "type": "object",
        "properties": {
            "apiVersion": fields["apiVersion"] | {"enum": list(kinds)},
            "kind": fields["kind"] | {"enum": all_kinds},
            "metadata": {"type": "object", "description": schema_of(Metadata)["description"]},
            "spec": fields["spec"],
        },
        "required": schema_of(Envelope)["required"],
        "allOf": choices,
        DEFINITIONS: definitions,
    }


def project_schema(vendors: Collection[Vendor]) -> Schema:
    """`reconciler.yaml`; what a tenant declares depends on its vendor."""
    definitions: dict[str, Schema] = {}
    conditions: list[Schema] = [*tenant_schema.tenant(vendors)]
    names = []
    for vendor in vendors:
        names.append(vendor.name)
        facts = f"{vendor.name}.facts"
        definitions |= _moved(schema_of(vendor.facts), facts)
        fields = tenant_schema.of(vendor) | {"facts": {"$ref": pointing_to(facts)}}
        conditions.append(_where({"vendor": {"const": vendor.name}}, {"properties": fields}))
    tenants = {
        "propertyNames": {"pattern": rf"^{TENANT_NAME}$(?!\n)"},
        "additionalProperties": {"properties": {"vendor": _vendors(names)}, "allOf": conditions},
    }
    definitions[_FIXED] = _ONLY_AN_ERROR
    own = {
        "properties": {"tenants": tenants, "rules": _rules(vendors)},
        DEFINITIONS: definitions,
    }
    head = _head("reconciler/v1/Project", "A project of reconciler")
    return head | narrowed(schema_of(ProjectFile), own)


def _vendors(names: list[str]) -> Schema:
    """One system or several of them; what goes together only `validate` knows."""
    several = {"items": {"enum": names}, "minItems": 1, "uniqueItems": True}
    return {"if": {"type": "string"}, "then": {"enum": names}, "else": several}


_FIXED = "enforced-by-the-tenant"
_ONLY_AN_ERROR = {
    "if": {"type": "string"},
    "then": {"const": "error"},
    "else": {"properties": {"severity": {"const": "error"}}},
}


def _rules(vendors: Iterable[Vendor]) -> Schema:
    """The `rules` of a project: each known one with its text, whole addresses, no weaker errors."""
    known: dict[str, Schema] = {each.code: {"description": each.text} for each in planned()}
    for rule in (rule for vendor in vendors for rule in vendor.rules):
        fixed = {"$ref": pointing_to(_FIXED)} if is_fixed(rule) else {}
        known[rule.code] = fixed | {"description": rule.text}
    entry = {"address": {"pattern": "/"}, "until": {"pattern": rf"^{DAY}$(?!\n)"}}
    suppressed = {"items": {"properties": entry}}
    return {
        "propertyNames": {"enum": sorted(known)},
        "additionalProperties": {"properties": {"suppress": suppressed}},
        "allOf": [{"properties": dict(sorted(known.items()))}],
    }


def plan_schema() -> Schema:
    """A saved plan, and what `plan --format json` prints; later versions may add to it."""
    made = schema_of(Plan)
    version = made["properties"]["format_version"] | {"const": FORMAT_VERSION}
    return {
        **_head(f"plan/{FORMAT_VERSION}", "A plan of reconciler"),
        **made,
        "properties": made["properties"] | {"format_version": version},
    }


def snapshot_schema() -> Schema:
    """What `snapshot` writes; later versions may add to it."""
    made = schema_of(SnapshotFile)
    version = made["properties"]["format_version"] | {"const": snapshot.FORMAT_VERSION}
    return {
        **_head(f"snapshot/{snapshot.FORMAT_VERSION}", "A snapshot of a tenant"),
        **made,
        "properties": made["properties"] | {"format_version": version},
    }


def _head(identity: str, title: str) -> Schema:
    return {"$schema": DIALECT, "$id": SCHEMA_URN + identity, "title": title}


def _where(fields: Mapping[str, Schema], then: Schema) -> Schema:
    return {"if": {"properties": dict(fields), "required": list(fields)}, "then": then}


def _moved(schema: Schema, name: str) -> dict[str, Schema]:
    """A schema as a definition of that name, and its own definitions under names beneath it."""
    own = schema.get(DEFINITIONS, {})
    head = ("$schema", "$id", DEFINITIONS)
    moved = {name: {key: value for key, value in schema.items() if key not in head}}
    moved |= {f"{name}.{inner}": value for inner, value in own.items()}
    return {key: _renamed(value, name) for key, value in moved.items()}


def _renamed(schema: Any, prefix: str) -> Any:
    if isinstance(schema, list):
        return [_renamed(each, prefix) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: pointing_to(f"{prefix}.{definition(value)}")
        if key == "$ref"
        else _renamed(value, prefix)
        for key, value in schema.items()
    }


def _written(schema: Schema) -> bytes:
    return (json.dumps(_ordered(schema), indent=2, ensure_ascii=False) + "\n").encode()


def _ordered(schema: Any) -> Any:
    """A schema with its keywords in one order, descriptions as running text."""
    if isinstance(schema, list):
        return [_ordered(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    keys = [*_ORDER, *sorted(schema.keys() - {*_ORDER, DEFINITIONS}), DEFINITIONS]
    made: Schema = {}
    for key in (key for key in keys if schema.get(key, {}) != {}):
        value = schema[key]
        if key in _BY_NAME:
            made[key] = {name: _ordered(each) for name, each in value.items()}
        elif key == "description":
            made[key] = re.sub(r"(?<!\n)\n(?!\n)", " ", value)
        else:
            made[key] = value if key in _DATA else _ordered(value)
    return made

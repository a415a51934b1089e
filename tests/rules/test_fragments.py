"""A rule's piece of JSON Schema refuses exactly the specs in which the rule finds an error."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from jsonschema import Draft202012Validator

from reconciler.vendors.webexcc.models import ResourceCollection, UserProfile
from reconciler.vendors.webexcc.vendor import VENDOR
from tests.agreement.specs import collections, errors, profiles
from tests.examples import examples

VALIDATORS = [
    (rule, Draft202012Validator(rule.schema)) for rule in VENDOR.rules if rule.schema is not None
]


def test_the_fragments_are_json_schema() -> None:
    for _, validator in VALIDATORS:
        Draft202012Validator.check_schema(validator.schema)
    assert VALIDATORS


@examples(300)
@given(spec=profiles)
def test_profiles(spec: dict[str, Any]) -> None:
    found = errors("UserProfile", spec)
    refusing = {
        rule.code
        for rule, validator in VALIDATORS
        if rule.on is UserProfile and not validator.is_valid(spec)
    }
    assert refusing == {
        rule.code for rule, _ in VALIDATORS if rule.on is UserProfile and rule.code in found
    }


@given(spec=collections)
def test_collections(spec: dict[str, Any]) -> None:
    found = errors("ResourceCollection", spec)
    refusing = {
        rule.code
        for rule, validator in VALIDATORS
        if rule.on is ResourceCollection and not validator.is_valid(spec)
    }
    assert refusing == {
        rule.code for rule, _ in VALIDATORS if rule.on is ResourceCollection and rule.code in found
    }

"""Every hook of the contract is given or answered: nothing is left out in silence."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

import pytest

from reconciler.contract.access import Access
from reconciler.contract.answers import NotOffered
from reconciler.contract.api import Api
from reconciler.contract.credentials import CredentialForm, CredentialPart, TokenRequest
from reconciler.contract.discover import discover
from reconciler.contract.lifecycle import Lifecycle, Removal
from reconciler.contract.shape import Shape
from reconciler.contract.table import answers
from reconciler.contract.vendor import Kind, Vendor
from tests.contract import annex, tiny

VENDORS = {**discover(), tiny.GROUP: tiny.VENDOR, annex.GROUP: annex.VENDOR}


@pytest.mark.parametrize(
    "part",
    [Vendor, Kind, Shape, Lifecycle, Access, Api, CredentialForm, CredentialPart, TokenRequest],
)
def test_no_part_of_the_contract_has_a_default(part: Any) -> None:
    optional = [
        each.name
        for each in fields(part)
        if each.default is not MISSING or each.default_factory is not MISSING
    ]
    assert optional == []


@pytest.mark.parametrize("name", VENDORS)
def test_what_is_not_offered_has_a_reason_and_a_document_of_the_vendor(name: str) -> None:
    vendor = VENDORS[name]
    documents = {each.code for each in vendor.documents}
    lacking = [each for each in answers(vendor) if not each.is_given]
    assert lacking, "a system that offers everything: is the table read right?"
    for each in lacking:
        assert each.reason.strip(), each
        assert each.document.partition(", ")[0] in documents, each
        assert not each.reason.endswith("."), each


@pytest.mark.parametrize("name", VENDORS)
def test_an_api_version_begins_with_the_vendors_name(name: str) -> None:
    assert VENDORS[name].api_version.partition("/")[0] == name


@pytest.mark.parametrize("name", VENDORS)
def test_what_is_deactivated_can_be_switched_off(name: str) -> None:
    for kind in VENDORS[name].kinds:
        if kind.lifecycle.removal is Removal.DEACTIVATE:
            assert not isinstance(kind.lifecycle.switch, NotOffered)
            assert not kind.lifecycle.is_on(kind.lifecycle.switched_off({}))
        else:
            assert kind.lifecycle.switched_off({"name": "x"}) == {"name": "x"}


@pytest.mark.parametrize("name", VENDORS)
def test_each_key_of_credentials_is_of_one_form(name: str) -> None:
    forms = VENDORS[name].credential_forms
    assert len({form.key for form in forms}) == len(forms)
    for form in forms:
        assert len({part.key for part in form.parts}) == len(form.parts) > 1
        assert sum(part.is_renewed for part in form.parts) <= 1

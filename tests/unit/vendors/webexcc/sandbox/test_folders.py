"""Analyzer's folders: what the vendor does to their levels by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.errors import SandboxError
from tests.unit.vendors.webexcc.sandbox.asking import NORTH, ROOT, SEED, Tenant, parsed

FIELDS = ("editableFolderIds", "viewableFolderIds", "nonViewableFolderIds")
SALES, EMEA, STOCK = 12, 31, 3


@pytest.fixture
def lead(tenant: Tenant) -> Tenant:
    """The tenant with a profile that sees folders."""
    tenant.act(ROOT, "create-profile", name="Lead", type="supervisor", analyzer="view",
               viewable="Sales,Stock", hidden="Sales/EMEA")  # fmt: skip
    return tenant


def lists(tenant: Tenant, profile: str = "Lead") -> tuple[list[int], ...]:
    """Editable, viewable and hidden folders."""
    body = tenant.body("user-profile", profile)
    return tuple(body[field] for field in FIELDS)


def put(tenant: Tenant, **changes: Any) -> int:
    """A PUT of the profile as it is, but for Analyzer and the lists; None leaves a list out."""
    path = f"v3/user-profile/{tenant.id('user-profile', 'Lead')}"
    body = tenant.get(ROOT, path)
    analyzer = changes.pop("analyzer")
    for each in body["permissions"]:
        each["access"] = analyzer if each["name"] == "analyzer" else each["access"]
    body |= {field: value for field, value in changes.items() if value is not None}
    for field in [field for field, value in changes.items() if value is None]:
        del body[field]
    return tenant.status(ROOT, "PUT", path, body)


def test_from_view_to_edit_every_folder_turns_to_edit_but_stock(lead: Tenant) -> None:
    lead.act(ROOT, "edit-profile", profile="Lead", analyzer="edit")
    assert lists(lead) == ([SALES, EMEA], [STOCK], [])


def test_from_edit_to_view_the_subfolders_turn_to_view(lead: Tenant) -> None:
    lead.act(ROOT, "edit-profile", profile="Lead", analyzer="edit", editable="Sales",
             viewable="", hidden="Sales/EMEA")  # fmt: skip
    assert lists(lead) == ([SALES], [], [EMEA])
    lead.act(ROOT, "edit-profile", profile="Lead", analyzer="view")
    assert lists(lead) == ([], [SALES, EMEA], [])


def test_a_folder_never_turns_above_the_one_that_it_is_in(lead: Tenant) -> None:
    lead.act(ROOT, "edit-profile", profile="Lead", analyzer="edit", editable="",
             viewable="", hidden="Sales,Sales/EMEA")  # fmt: skip
    lead.act(ROOT, "edit-profile", profile="Lead", analyzer="view")
    assert lists(lead) == ([], [], [SALES, EMEA])


def test_what_a_form_fills_in_is_not_turned(lead: Tenant) -> None:
    lead.act(ROOT, "edit-profile", profile="Lead", analyzer="edit", hidden="Sales/EMEA")
    assert lists(lead) == ([SALES], [STOCK], [EMEA])


def test_lists_of_the_same_write_do_not_count(lead: Tenant) -> None:
    assert put(lead, analyzer="EDIT") == 200
    assert lists(lead) == ([SALES, EMEA], [STOCK], [])
    sent = {"editableFolderIds": [], "viewableFolderIds": [SALES], "nonViewableFolderIds": [EMEA]}
    assert put(lead, analyzer="VIEW", **sent) == 200
    assert lists(lead) == ([], [STOCK, SALES, EMEA], [])


def test_a_later_write_that_leaves_analyzer_alone_sets_them(lead: Tenant) -> None:
    assert put(lead, analyzer="EDIT") == 200
    sent = {"editableFolderIds": [], "viewableFolderIds": [SALES], "nonViewableFolderIds": [EMEA]}
    assert put(lead, analyzer="EDIT", **sent) == 200
    assert lists(lead) == ([], [SALES], [EMEA])


def test_full_access_is_edit_on_analyzer(lead: Tenant) -> None:
    path = f"v3/user-profile/{lead.id('user-profile', 'Lead')}"
    body = lead.get(ROOT, path)
    assert lead.status(ROOT, "PUT", path, body | {"permissionAccessLevel": "ALL"}) == 200
    assert lists(lead) == ([SALES, EMEA], [STOCK], [])
    assert lead.status(ROOT, "PUT", path, body) == 200
    assert lists(lead) == ([], [STOCK, SALES, EMEA], [])


def test_what_is_sent_as_it_was_turns_and_is_not_refused(lead: Tenant) -> None:
    assert put(lead, analyzer="EDIT", **dict.fromkeys(FIELDS)) == 200
    assert put(lead, analyzer="VIEW") == 200
    assert lists(lead) == ([], [STOCK, SALES, EMEA], [])


def test_what_is_sent_anew_and_does_not_fit_is_refused(lead: Tenant) -> None:
    assert put(lead, analyzer="EDIT") == 200
    sent = {"editableFolderIds": [SALES], "viewableFolderIds": []}
    assert put(lead, analyzer="VIEW", **sent) == 400
    assert put(lead, analyzer="NONE", viewableFolderIds=[SALES]) == 400


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Tenant]:
    """A tenant that takes the lists of the same write."""
    made = Tenant(tmp_path, parsed(SEED) | {"quirks": {"analyzerKeepsSentFolders": True}})
    made.act(ROOT, "create-profile", name="Lead", type="supervisor", analyzer="view",
             viewable="Sales,Stock", hidden="Sales/EMEA")  # fmt: skip
    yield made
    made.close()


def test_a_tenant_may_take_the_lists_that_are_sent_and_fit(keeping: Tenant) -> None:
    assert put(keeping, analyzer="EDIT") == 200
    assert lists(keeping) == ([], [STOCK, SALES], [EMEA])
    assert put(keeping, analyzer="VIEW", viewableFolderIds=[SALES]) == 200
    assert lists(keeping) == ([], [SALES], [EMEA])


def test_such_a_tenant_turns_what_is_not_sent_or_does_not_fit(keeping: Tenant) -> None:
    assert put(keeping, analyzer="EDIT", **dict.fromkeys(FIELDS)) == 200
    assert lists(keeping) == ([SALES, EMEA], [STOCK], [])
    assert put(keeping, analyzer="VIEW") == 200
    assert lists(keeping) == ([], [STOCK, SALES, EMEA], [])
    assert put(keeping, analyzer="EDIT", viewableFolderIds=[STOCK, SALES]) == 200
    sent = {"editableFolderIds": [SALES], "viewableFolderIds": []}
    assert put(keeping, analyzer="VIEW", **sent) == 400


def test_a_new_folder_gets_analyzer_s_own_level_in_every_profile(lead: Tenant) -> None:
    lead.act(NORTH, "create-folder", path="Support", id="50")
    assert lists(lead) == ([], [STOCK, SALES, 50], [EMEA])
    assert lists(lead, "North admin") == lists(lead, "Root") == ([50], [], [])
    assert lists(lead, "Both") == ([], [], [])  # Analyzer is at none


def test_a_new_folder_is_bounded_by_the_one_that_it_is_in(lead: Tenant) -> None:
    lead.act(ROOT, "create-folder", path="Sales/EMEA/Berlin")
    number = lead.body("analyzer-folder", "Sales/EMEA/Berlin")["id"]
    assert number == EMEA + 1
    assert lists(lead) == ([], [STOCK, SALES], [EMEA, number])
    lead.act(ROOT, "create-folder", path="Stock/Voice", id="60")
    assert lists(lead, "Root") == ([number], [60], [])


def test_a_number_is_given_once(lead: Tenant) -> None:
    with pytest.raises(SandboxError, match="id 12 is taken"):
        lead.act(ROOT, "create-folder", path="Other", id="12")
    with pytest.raises(SandboxError, match="id 'x' is no whole number"):
        lead.act(ROOT, "create-folder", path="Other", id="x")

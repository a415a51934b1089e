from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.contract.discover import discover
from reconciler.errors import ReconcilerError
from reconciler.manifests.project import load_project
from reconciler.vendors.webexcc.facts import WebexFacts

HEAD = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  lab:
    vendor: webexcc
    manifests: [a.yaml]
    sandbox: {seed: seed.yaml}
    facts:
"""


def facts(folder: Path, text: str) -> WebexFacts:
    lines = "".join(f"      {line}\n" for line in text.splitlines())
    (folder / "reconciler.yaml").write_text(HEAD + lines, encoding="utf-8")
    found = load_project(folder, discover(), {}).tenants["lab"].facts["webexcc"]
    assert isinstance(found, WebexFacts)
    return found


def test_what_a_project_declares(tmp_path: Path) -> None:
    found = facts(
        tmp_path,
        "addOns: [campaign-manager]\n"
        "permissions: [ai-notes]\n"
        "analyzerFolders: {Sales: {id: 12}, Sales/EMEA: {id: 31}, Stock: {id: 3, stock: true}}",
    )
    assert found.add_ons == ["campaign-manager"]
    assert found.permissions == ["ai-notes"]
    assert {path: each.id for path, each in (found.analyzer_folders or {}).items()} == {
        "Sales": 12,
        "Sales/EMEA": 31,
        "Stock": 3,
    }


def test_nothing_declared_is_not_the_same_as_none(tmp_path: Path) -> None:
    assert facts(tmp_path, "addOns: []").analyzer_folders is None
    assert facts(tmp_path, "analyzerFolders: {}").analyzer_folders == {}


def test_what_is_inside_of_stock_is_stock(tmp_path: Path) -> None:
    found = facts(
        tmp_path,
        "analyzerFolders: {Stock: {id: 3, stock: true}, Stock/Voice: {id: 4}, Stocks: {id: 5}}",
    )
    assert [path for path in found.analyzer_folders or {} if found.is_stock(path)] == [
        "Stock",
        "Stock/Voice",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("analyzerFolders: {Sales/EMEA: {id: 31}}", "the folder `Sales` around it is not"),
        ("analyzerFolders: {A: {id: 1}, B: {id: 1}}", "2 folders have the id 1"),
        ("analyzerFolders: {Sales/: {id: 1}}", "`Sales/` is not a path"),
        ("analyzerFolders: {Sales: {id: 4294967296}}", "2147483647"),
        ("analyzerFolders: {Sales: {id: '12'}}", "a whole number is wanted"),
        ("analyzerFolders: {Sales: {}}", "`id` is missing"),
        ("addOns: [campaing-manager]", "`campaing-manager` is not possible here"),
        ("analyserFolders: {}", "there is no field `analyserFolders`"),
    ],
)
def test_facts_that_cannot_be(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ReconcilerError) as caught:
        facts(tmp_path, text)
    assert caught.value.told.code == "PRJ102"
    assert told in caught.value.told.summary

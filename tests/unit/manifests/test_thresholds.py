from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from reconciler.contract.discover import discover
from reconciler.manifests.model_schema import schema_of
from reconciler.manifests.project import load_project
from reconciler.manifests.thresholds import ThresholdsBlock
from reconciler.model.diagnostic import InvalidInputError
from reconciler.model.guard import Thresholds

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  lab: {vendor: webexcc, manifests: [a.yaml], sandbox: {seed: seed.yaml}}
"""


def thresholds(folder: Path, text: str) -> Thresholds:
    (folder / "reconciler.yaml").write_text(PROJECT + text, encoding="utf-8")
    return load_project(folder, discover(), {}).thresholds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Thresholds(5, "10%")),
        ("thresholds: {}\n", Thresholds(5, "10%")),
        ("thresholds: {destroy: 0, people: 2.5%}\n", Thresholds(0, "2.5%")),
        ("thresholds: {people: 40}\n", Thresholds(5, "40")),
        ("thresholds: {administrators: 2}\n", Thresholds(administrators=2)),
        ("thresholds: {window: 36h}\n", Thresholds(window=timedelta(hours=36))),
        ("thresholds: {window: 7d}\n", Thresholds(window=timedelta(days=7))),
    ],
)
def test_the_thresholds_of_a_project(tmp_path: Path, text: str, expected: Thresholds) -> None:
    assert thresholds(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("block", "code", "column"),
    [
        ("{people: 101%}", "PRJ146", 22),
        ("{people: a few}", "PRJ146", 22),
        ("{people: '10'}", "PRJ146", 22),
        ("{window: 0h}", "PRJ146", 22),
        ("{window: 24}", "PRJ102", 22),
        ("{window: a day}", "PRJ146", 22),
        ("{window: -1h}", "PRJ146", 22),
        ("{administrators: -1}", "PRJ102", 30),
        ("{people: -1}", "PRJ102", 22),
        ("{destroy: 5%}", "PRJ102", 23),
        ("{destroyed: 5}", "PRJ102", 14),
    ],
)
def test_what_no_threshold_can_be(tmp_path: Path, block: str, code: str, column: int) -> None:
    with pytest.raises(InvalidInputError) as caught:
        thresholds(tmp_path, f"thresholds: {block}\n")
    (found,) = caught.value.diagnostics
    assert found.position is not None
    assert (found.code, found.position.line, found.position.column) == (code, 5, column)


@pytest.mark.parametrize(("people", "takes"), [("10%", True), ("101%", False), (3, True)])
def test_the_published_schema_says_the_same_of_a_share(people: object, takes: bool) -> None:
    validator = jsonschema.Draft202012Validator(schema_of(ThresholdsBlock))
    assert validator.is_valid({"people": people}) is takes


@pytest.mark.parametrize(("window", "takes"), [("24h", True), ("0h", False), ("24h\n", False)])
def test_the_published_schema_says_the_same_of_a_window(window: str, takes: bool) -> None:
    validator = jsonschema.Draft202012Validator(schema_of(ThresholdsBlock))
    assert validator.is_valid({"window": window}) is takes


def test_a_changed_threshold_is_another_basis(tmp_path: Path) -> None:
    (tmp_path / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
    before = load_project(tmp_path, discover(), {}).tenants["lab"].digest
    (tmp_path / "reconciler.yaml").write_text(PROJECT + "thresholds: {destroy: 9}\n", "utf-8")
    assert load_project(tmp_path, discover(), {}).tenants["lab"].digest != before

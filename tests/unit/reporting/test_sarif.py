from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.contract.discover import discover
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Origin, Severity
from reconciler.reporting import sarif
from reconciler.reporting.places import Places
from tests.unit.reporting.findings import PLACES, at, diagnostic, diagnostics

DATA = Path(__file__).parents[2] / "data"
SCHEMA = json.loads((DATA / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)
RULES = {rule.code: rule for vendor in discover().values() for rule in vendor.rules}


def results(*found: Diagnostic, places: Places = PLACES) -> list[dict[str, Any]]:
    log = sarif.log(found, RULES, places)
    VALIDATOR.validate(log)
    listed: list[dict[str, Any]] = log["runs"][0]["results"]
    return listed


@given(st.lists(diagnostics(), max_size=5))
def test_every_log_is_valid(found: list[Diagnostic]) -> None:
    told = results(*found)
    assert [each["ruleId"] for each in told] == [each.code for each in found]
    assert json.dumps(told).isascii()


def test_the_schema_refuses_what_is_no_log() -> None:
    log = sarif.log((diagnostic(),), RULES, PLACES)
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not VALIDATOR.is_valid(log)


def test_rules_are_those_that_occur() -> None:
    found = [diagnostic(code=code) for code in ("WCC121", "SCH101", "WCC121")]
    run = sarif.log(found, RULES, PLACES)["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == ["SCH101", "WCC121"]
    assert [each["ruleIndex"] for each in run["results"]] == [1, 0, 1]
    assert rules[1]["shortDescription"]["text"].startswith("A user profile has all resources")
    assert rules[1]["help"]["text"] == "Source: D1, Resource access"


@pytest.mark.parametrize(
    ("severity", "level"),
    [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note")],
)
def test_levels(severity: Severity, level: str) -> None:
    assert results(diagnostic(severity))[0]["level"] == level


def test_columns_count_utf_16_units() -> None:
    (told,) = results(at("😀: 😀x", 4, 6))
    region = told["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 5, "endColumn": 8}


def test_files_are_named_from_where_the_command_runs() -> None:
    (told,) = results(at("x", 1, 2, file="a b/ü.yaml"), places=Places("deep", "reconciler.yaml"))
    artifact = told["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "deep/a%20b/%C3%BC.yaml", "uriBaseId": "%SRCROOT%"}
    (told,) = results(at("x", 1, 2, file="/srv/x.yaml"))
    assert told["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "file:///srv/x.yaml"
    }


def test_what_is_in_no_file_stands_in_the_project_s() -> None:
    (told,) = results(diagnostic())
    place = told["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "reconciler.yaml"
    assert place["region"] == {"startLine": 1}


def test_a_message_has_no_link_and_no_placeholder() -> None:
    (told,) = results(diagnostic(summary="[see](http://evil.example) {0}", hint="a\nb"))
    assert told["message"]["text"] == "[see\\](http://evil.example) {{0}}\nhelp: a\nb"


def test_a_fingerprint_stays_where_lines_move() -> None:
    address = Address("t", "webexcc", "User", "sam")
    here, there = (
        results(diagnostic(address=address, origin=Origin("a.yaml", 0, line)))[0]
        for line in (1, 90)
    )
    assert here["partialFingerprints"] == there["partialFingerprints"]
    both = results(diagnostic(address=address), diagnostic(address=address, summary="other"))
    assert both[0]["partialFingerprints"] != both[1]["partialFingerprints"]


def test_a_fingerprint_survives_that_other_findings_of_the_object_are_mended() -> None:
    address = Address("t", "webexcc", "UserProfile", "lead")
    first, second = (
        diagnostic(address=address, path=("spec", "permissions", name), summary=name)
        for name in ("queue", "site")
    )
    both, alone = results(first, second), results(second)
    assert both[1]["partialFingerprints"] == alone[0]["partialFingerprints"]


def test_a_file_whose_name_is_no_text_has_a_uri() -> None:
    (told,) = results(at("x", 1, 2, file=b"b\xff.yaml".decode("utf-8", "surrogateescape")))
    assert told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "b%FF.yaml"


def test_a_rule_is_shown_with_what_it_takes_and_refuses() -> None:
    run = sarif.log([diagnostic(code="WCC121")], RULES, PLACES)["runs"][0]
    (rule,) = run["tool"]["driver"]["rules"]
    shown = rule["help"]["markdown"]
    assert shown.startswith("A user profile has all resources")
    assert shown.count("kind: UserProfile") == 2
    assert "`reconciler rules explain WCC121`" in shown

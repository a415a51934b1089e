from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.diagnostic import Diagnostic, Severity, has_errors
from reconciler.reporting import junit
from reconciler.reporting.places import Places
from tests.unit.reporting.findings import PLACES, at, diagnostic, diagnostics

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parents[2] / "data" / "junit-10.xsd"))


def report(*found: Diagnostic, files: tuple[str, ...] = ("access/all.yaml",)) -> ET.Element:
    text = junit.document(found, files, PLACES)
    SCHEMA.validate(text)
    return ET.fromstring(text)  # noqa: S314 - our own


@given(st.lists(diagnostics(), max_size=5))
def test_every_report_is_valid(found: list[Diagnostic]) -> None:
    told = report(*found)
    errors = [each.code for each in found if each.severity is Severity.ERROR]
    assert sorted(each.get("type", "") for each in told.iter("failure")) == sorted(errors)
    assert (int(told.get("failures", "")) > 0) == has_errors(tuple(found))


def test_the_schema_refuses_what_is_no_report() -> None:
    text = junit.document((), ("a.yaml",), PLACES).replace("testcase", "case")
    assert not SCHEMA.is_valid(text)


def test_a_green_run_shows_its_files() -> None:
    told = report(files=("a.yaml", "b.yaml"))
    assert told.attrib == {
        "name": "reconciler validate",
        "tests": "2",
        "failures": "0",
        "errors": "0",
    }
    assert [each.get("name") for each in told.iter("testcase")] == ["a.yaml", "b.yaml"]


def test_errors_fail_their_file_and_the_rest_is_said_beside() -> None:
    warning = diagnostic(Severity.WARNING, summary="hm")
    told = report(at("name: x", 7, 8), at("name: x", 7, 8), warning)
    suites = {each.get("name"): each for each in told.iter("testsuite")}
    assert suites["access/all.yaml"].get("failures") == "1"
    failures = list(suites["access/all.yaml"].iter("failure"))
    assert len(failures) == 2
    assert "3 | name: x" in (failures[0].text or "")
    assert suites["reconciler.yaml"].get("failures") == "0"
    assert suites["reconciler.yaml"].findtext("testcase/system-out") == "warning[WCC101]: hm"


def test_files_are_named_from_where_the_command_runs() -> None:
    text = junit.document((at("x", 1, 2),), ("access/all.yaml",), Places("deep", "x"))
    assert text.count('name="deep/access/all.yaml"') == 2
    assert text.count("<testsuite ") == 1

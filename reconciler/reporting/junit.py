"""Diagnostics as a JUnit report: each file of manifests is a test, each error its failure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from reconciler.model.diagnostic import Diagnostic, has_errors
from reconciler.reporting.diagnostics import diagnostic
from reconciler.reporting.escape import safe
from reconciler.reporting.paint import plain
from reconciler.reporting.places import Places

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def document(found: Sequence[Diagnostic], files: Iterable[str], places: Places) -> str:
    """The report on all files; ASCII alone, so that no encoding of stdout can break it."""
    by_file: dict[str, list[Diagnostic]] = defaultdict(list)
    for name in files:
        by_file[places.file(name)] = []
    for each in found:
        by_file[places.of(each)].append(each)
    failed = sum(1 for each in by_file.values() if has_errors(tuple(each)))
    counts = _counts(len(by_file), failed)
    root = ET.Element("testsuites", {"name": "reconciler validate", **counts})
    for file in sorted(by_file):
        root.append(_suite(file, by_file[file]))
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="us-ascii")
    return _HEAD + written.decode("ascii") + "\n"


def _suite(file: str, found: list[Diagnostic]) -> ET.Element:
    errors = [each for each in found if has_errors((each,))]
    others = [each for each in found if not has_errors((each,))]
    name = safe(file)
    suite = ET.Element("testsuite", {"name": name, "file": name, **_counts(1, 1 if errors else 0)})
    case = ET.SubElement(suite, "testcase", name=name, classname="reconciler.validate")
    for each in errors:
        failure = ET.SubElement(case, "failure", type=each.code, message=safe(each.summary))
        failure.text = diagnostic(each, plain)
    if others:
        output = ET.SubElement(case, "system-out")
        output.text = "\n\n".join(diagnostic(each, plain) for each in others)
    return suite


def _counts(tests: int, failures: int) -> dict[str, str]:
    return {"tests": str(tests), "failures": str(failures), "errors": "0"}

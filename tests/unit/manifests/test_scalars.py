"""The core schema of YAML 1.2, chapter 10.3.2."""

from __future__ import annotations

import math

import pytest

from reconciler.manifests.parse import parse
from reconciler.manifests.scalars import plain


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None), ("nUll", "nUll"),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("tRue", "tRue"),
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("n", "n"),
        ("0", 0), ("-0", 0), ("012", 12), ("+12", 12), ("-7", -7), ("0o17", 15), ("0x1F", 31),
        ("0b101", "0b101"), ("1_000", "1_000"), ("12:30", "12:30"), ("0o8", "0o8"),
        ("1e3", 1000.0), ("1.", 1.0), (".5", 0.5), ("-1.5E-2", -0.015), ("1.2.3", "1.2.3"),
        (".inf", math.inf), ("-.INF", -math.inf), ("+.Inf", math.inf), (".iNf", ".iNf"),
        ("2026-11-23", "2026-11-23"), ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"),
        ("+", "+"), ("-", "-"), (".", "."), ("e3", "e3"), ("1e", "1e"), ("=", "="),
    ],
)  # fmt: skip
def test_a_plain_scalar_means_what_the_core_schema_says(written: str, meant: object) -> None:
    found = plain(written)
    assert found == meant
    assert type(found) is type(meant)


def test_not_a_number_is_a_number() -> None:
    assert math.isnan(plain(".nan"))  # type: ignore[arg-type]


def test_quotes_and_blocks_are_always_text() -> None:
    (document,), problems = parse("f", b"a: '12'\nb: \"true\"\nc: |\n  12\nd: >-\n  null\n")
    assert not problems
    assert document.value == {"a": "12", "b": "true", "c": "12\n", "d": "null"}

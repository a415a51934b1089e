"""The core schema of YAML 1.2, chapter 10.3.2, on both ways to read a document."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from reconciler.manifests.parse import parse
from reconciler.manifests.scalars import plain

TABLE: list[tuple[str, object]] = [
    # null
    ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None),
    ("nUll", "nUll"), ("none", "none"), ("nil", "nil"), ("~~", "~~"),
    # booleans; what was one in YAML 1.1 is text
    ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False),
    ("FALSE", False), ("tRue", "tRue"), ("yes", "yes"), ("Yes", "Yes"), ("YES", "YES"),
    ("no", "no"), ("No", "No"), ("NO", "NO"), ("on", "on"), ("On", "On"), ("ON", "ON"),
    ("off", "off"), ("Off", "Off"), ("OFF", "OFF"), ("y", "y"), ("Y", "Y"), ("n", "n"), ("N", "N"),
    # whole numbers
    ("0", 0), ("-0", 0), ("+0", 0), ("00", 0), ("012", 12), ("0012", 12), ("089", 89), ("+12", 12),
    ("-7", -7), ("-012", -12), ("9223372036854775807", 2**63 - 1), ("9223372036854775808", 2**63),
    ("-9223372036854775809", -(2**63) - 1), ("18446744073709551616", 2**64),
    ("123456789012345678901234567890", 123456789012345678901234567890),
    ("0o17", 15), ("0o0", 0), ("0o8", "0o8"), ("0o", "0o"), ("-0o17", "-0o17"), ("0O17", "0O17"),
    ("0x1F", 31), ("0xff", 255), ("0xDEADbeef", 0xDEADBEEF), ("0x", "0x"), ("0xg", "0xg"),
    ("-0x1F", "-0x1F"), ("+0x1F", "+0x1F"), ("0X1F", "0X1F"), ("0x" + "f" * 20, 16**20 - 1),
    ("0b101", "0b101"), ("-0b1", "-0b1"), ("0B1", "0B1"),
    # separators and sixties of YAML 1.1 are text
    ("1_000", "1_000"), ("1_0.5", "1_0.5"), ("_1", "_1"), ("1_", "1_"), ("-1_000", "-1_000"),
    ("0x_ff", "0x_ff"), ("0o1_7", "0o1_7"), ("1__0", "1__0"), ("1e1_0", "1e1_0"), ("._1", "._1"),
    ("12:30", "12:30"), ("1:30:00", "1:30:00"), ("190:20:30", "190:20:30"), ("12:30.5", "12:30.5"),
    # other numbers
    ("1e3", 1000.0), ("1E3", 1000.0), ("1e+3", 1000.0), ("1e-3", 0.001), ("12e03", 12000.0),
    ("+12e03", 12000.0), ("-1.5E-2", -0.015), ("1.", 1.0), ("1.0", 1.0), ("0.10", 0.1),
    (".5", 0.5), ("+.5", 0.5), ("-.5", -0.5), ("012.5", 12.5), ("1.e3", 1000.0), (".5e1", 5.0),
    ("0.1", 0.1), ("1e400", math.inf), ("-1e400", -math.inf), ("1e-400", 0.0), ("-0.0", -0.0),
    ("1e", "1e"), ("e3", "e3"), ("1e3.5", "1e3.5"), ("1.2.3", "1.2.3"), ("1,5", "1,5"),
    ("1e+", "1e+"), (".e3", ".e3"), ("..5", "..5"), ("+-1", "+-1"), ("--1", "--1"), ("1-", "1-"),
    (".inf", math.inf), (".Inf", math.inf), (".INF", math.inf), ("-.inf", -math.inf),
    ("-.INF", -math.inf), ("+.Inf", math.inf), (".iNf", ".iNf"), ("inf", "inf"), ("Infinity",
    "Infinity"), ("nan", "nan"), (".nAn", ".nAn"), ("-.nan", "-.nan"), ("+.nan", "+.nan"),
    # times are text
    ("2026-11-23", "2026-11-23"), ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"),
    ("2026-11-23 10:00:00", "2026-11-23 10:00:00"), ("2026-11-23t10:00:00.5+01:00",
    "2026-11-23t10:00:00.5+01:00"), ("20261123", 20261123), ("2026-11", "2026-11"),
    # what looks like syntax and is none here
    ("+", "+"), ("-", "-"), (".", "."), ("..", ".."), ("=", "="), ("-a", "-a"), ("a#b", "a#b"),
    ("a:b", "a:b"), ("é", "é"), ("😀", "😀"), ("\xa0", "\xa0"), ("a\\nb", "a\\nb"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), TABLE)
def test_a_plain_scalar_means_what_the_core_schema_says(written: str, meant: object) -> None:
    found = plain(written)
    assert type(found) is type(meant)
    assert repr(found) == repr(meant)


def placed() -> Iterator[tuple[str, object]]:
    """Documents in which a scalar of the table stands at each place where it can."""
    for written, meant in TABLE:
        if written == "-":
            continue  # an item of a list
        yield f"a: {written}\n", {"a": meant}
        yield f"a: {written} # c\n", {"a": meant}
        yield f"- {written}\n", [meant]
        if written and "," not in written:
            yield f"[x, {written}, y]\n", ["x", meant, "y"]
            yield f"{{a: {written}, b: c}}\n", {"a": meant, "b": "c"}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(("text", "meant"), list(placed()))
def test_it_means_the_same_wherever_it_stands(text: str, meant: object) -> None:
    (document,), problems = parse("f.yaml", text.encode())
    assert not problems
    assert repr(document.value) == repr(meant)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("written", [each[0] for each in TABLE if "\\" not in each[0]])
@pytest.mark.parametrize("quoted", ["'{}'", '"{}"'])
def test_in_quotes_everything_is_text(written: str, quoted: str) -> None:
    (document,), problems = parse("f.yaml", f"a: {quoted.format(written)}\n".encode())
    assert not problems
    assert document.value == {"a": written}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("written", [".nan", ".NaN", ".NAN"])
def test_not_a_number_is_a_number(written: str) -> None:
    (document,), _ = parse("f.yaml", written.encode())
    assert isinstance(document.value, float)
    assert math.isnan(document.value)


@pytest.mark.usefixtures("way")
def test_blocks_are_always_text() -> None:
    text = b"a: '12'\nb: \"true\"\nc: |\n  12\nd: >-\n  null\ne: |+\n  1\n\nf: >\n  a\n  b\n"
    (document,), problems = parse("f", text)
    assert not problems
    assert document.value == {
        "a": "12", "b": "true", "c": "12\n", "d": "null", "e": "1\n\n", "f": "a b\n",
    }  # fmt: skip


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r'"\x41\u0042\U00000043"', "ABC"), (r'"\/\\\""', '/\\"'),
        (r'"\t\n\r\e\0"', "\t\n\r\x1b\0"),
        (r'"\_\N\L\P"', "\xa0\x85\u2028\u2029"), (r'"\ud83d\ude00"', "😀"), (r'"\U0001F600"', "😀"),
        ("'it''s'", "it's"), ("'a\n\n  b'", "a\nb"), ('"a\n  b"', "a b"), ('"a\\\n  b"', "ab"),
        ("a\n  b", "a b"), ("a\n\n  b", "a\nb"),
    ],
)  # fmt: skip
def test_escapes_and_folding(written: str, meant: str) -> None:
    (document,), problems = parse("f.yaml", f"a: {written}\n".encode())
    assert not problems
    assert document.value == {"a": meant}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    "written",
    ["9" * 4301, "-" + "9" * 4301, "0x" + "f" * 4301, "0o" + "7" * 4301, "1." + "0" * 4301,
     "9" * 200_000],
)  # fmt: skip
def test_a_number_of_absurd_length_is_refused(written: str) -> None:
    documents, problems = parse("f.yaml", f"a: {written}\n".encode())
    assert not documents
    assert [each.code for each in problems] == ["YML107"]
    assert problems[0].position is not None
    assert (problems[0].position.line, problems[0].position.column) == (1, 4)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("written", ["1_" * 200_000, "-" * 9000, "f" * 9000, "1-" * 9000])
def test_long_text_that_looks_like_a_number_is_text(written: str) -> None:
    (document,), problems = parse("f.yaml", f"a: {written}\n".encode())
    assert not problems
    assert document.value == {"a": written}

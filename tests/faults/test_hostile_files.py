"""Files that are made to hurt: each is refused with its place, quickly and in little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Python does not tell the peak of a process on Windows"
)

ROOT = Path(__file__).parents[2]
MOST_MIB = 300
NEVER_SECONDS = 120
"""A hang ends here; how long a refusal really takes is measured by nobody's test."""

VALIDATE = """
import sys
from reconciler.cli.group import run
if sys.argv[1] == "ruamel":
    sys.modules["yaml_rs"] = None
code = run(["validate", "--format", "json", sys.argv[2]])
from tests.faults.memory import peak_mib
print(peak_mib(), file=sys.stderr)
sys.exit(code)
"""


def validated(file: Path | str, way: str = "native", stdin: bytes = b"") -> dict[str, Any]:
    """The verdict on a file, by a process of its own that says what memory it took."""
    done = subprocess.run(
        [sys.executable, "-c", VALIDATE, way, str(file)],
        input=stdin,
        capture_output=True,
        timeout=NEVER_SECONDS,
        cwd=ROOT,
        check=False,
    )
    said = done.stderr.decode().splitlines()
    assert len(said) == 1, said  # no traceback, nothing but the memory
    assert int(said[0]) < MOST_MIB
    assert done.returncode == 1
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict


def told(verdict: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [(d["code"], d["line"], d["column"]) for d in verdict["diagnostics"]]


BOMB = "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9 if n else ['lol'] * 9)}]\n" for n in range(9)
)
MERGE_BOMB = "a0: &a0 {x: 1, y: 2}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 9)
)
HEAD = "apiVersion: webexcc/v1\nkind: User\nmetadata: {name: sam@northwind.example}\n"


@pytest.mark.parametrize("way", ["native", "ruamel"])
@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (BOMB, "YML105", (7, None)),
        (MERGE_BOMB, "YML105", (7, None)),
        ("a: &a [*a]\n", "YML105", (1, 8)),
        ("a: &a\n  b: &b\n    c: [*b, *a]\n", "YML105", (3, 9)),
        ("a: &a x\nb: [" + "*a, " * 10_001 + "]\n", "YML105", (2, None)),
        ("- " * 2000 + "a\n", "YML107", (1, 129)),
        ("[" * 2000 + "]" * 2000, "YML107", (1, 65)),
        ("[" * 5_000_000, "YML107", (1, 65)),
        ("- " * 5_000_000, "YML107", (1, 129)),
        ("{a: " * 2_500_000, "YML107", (1, None)),
        ("".join(" " * n + "a:\n" for n in range(2000)), "YML107", (65, None)),
        ("? " * 2000 + "a\n", "YML103", (1, 3)),
        ("a: b\x00c\n", "YML106", (1, 5)),
        ("\x00" * 1_000_000, "YML106", (1, 1)),
        ("a: " + "9" * 1_000_000, "YML107", (1, 4)),
        ("a: '" + "x" * 1_000_000, "YML101", (1, None)),
        ("a: " + "x" * 2000 + ": b\n", "YML101", (1, None)),
        (HEAD + "spec: !!python/object/apply:os.system [ls]\n", "YML104", (4, 7)),
        (HEAD + "spec: !ruby/object:X {}\n", "YML104", (4, 7)),
        (HEAD + "spec: {userProfile: a, userProfile: b}\n", "YML102", (4, 24)),
        (HEAD + "kind: User\nspec: {}\n", "YML102", (4, 1)),
        (HEAD + "spec:\n  1: a\n", "YML103", (5, 3)),
        (HEAD + "spec: {? [a] : b}\n", "YML103", (4, 10)),
        (HEAD + "spec: {<<: a}\n", "YML105", (4, 12)),
    ],
)
def test_a_hostile_file_is_refused(
    tmp_path: Path, way: str, text: str, code: str, place: tuple[int, int | None]
) -> None:
    file = tmp_path / "hostile.yaml"
    file.write_text(text, encoding="utf-8")
    ((found, line, column),) = told(validated(file, way))
    assert (found, line) == (code, place[0])
    assert place[1] in (None, column)


def test_a_million_values_of_each_kind_of_file_are_refused(tmp_path: Path) -> None:
    for name in ("f.yaml", "f.json"):
        (tmp_path / name).write_text("[" + "1," * 1_000_000 + "1]", encoding="utf-8")
        ((code, line, _),) = told(validated(tmp_path / name))
        assert (code, line) == ("YML105", 1)


@pytest.mark.parametrize("text", ['{"a": ' * 100_000, "[" * 5_000_000, "[" * 2000 + "]" * 2000])
def test_deep_json_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "f.json").write_text(text, encoding="utf-8")
    ((code, line, _),) = told(validated(tmp_path / "f.json"))
    assert (code, line) == ("YML107", 1)


@pytest.mark.parametrize("name", ["f.yaml", "f.json"])
def test_a_file_of_50_mb_is_refused_unread(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(50 * 1000 * 1000)
    assert told(validated(tmp_path / name)) == [("YML107", 1, 1)]


def test_so_is_standard_input() -> None:
    assert told(validated("-", stdin=b"#" * 50_000_000)) == [("YML107", 1, 1)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_is_understood(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes((HEAD + "spec: {sit: x}\n").encode(encoding))
    assert told(validated(file)) == [("SCH101", 4, 8)]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "latin-1"])
def test_an_encoding_without_a_mark_is_refused(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes("a: ü\n".encode(encoding))
    ((code, line, _),) = told(validated(file))
    assert (code, line) == ("YML106", 1)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "itself.yaml").symlink_to("itself.yaml")
    assert told(validated(tmp_path)) == [("YML108", 1, 1), ("YML108", 1, 1)]
    verdict = validated("/dev/zero")
    assert [each["summary"] for each in verdict["diagnostics"]] == [
        "the file cannot be read: it is a device"
    ]


@pytest.mark.parametrize("item", ["1", "~", "{}", "{a: 1}", "[[]]"])
def test_a_document_in_which_all_is_wrong_is_told_in_part(tmp_path: Path, item: str) -> None:
    text = (
        "apiVersion: webexcc/v1\nkind: ResourceCollection\nmetadata: {name: a}\n"
        f"spec:\n  resources:\n    queue: [{f'{item}, ' * 150_000}]\n"
    )
    (tmp_path / "f.yaml").write_text(text, encoding="utf-8")
    found = told(validated(tmp_path / "f.yaml"))
    assert 0 < len(found) < 1000
    assert {code for code, _, _ in found} <= {"SCH101", "SCH103", "SCH104"}


def test_a_large_document_that_is_right_is_wholly_taken(tmp_path: Path) -> None:
    names = ", ".join(f"Queue {number}" for number in range(5000))
    text = (
        "apiVersion: webexcc/v1\nkind: ResourceCollection\nmetadata: {name: a}\nspec:\n"
        f"  resources: {{site: all, team: all, channel: all, queue: [{names}, 12]}}\n"
    )
    (tmp_path / "f.yaml").write_text(text, encoding="utf-8")
    ((code, line, column),) = told(validated(tmp_path / "f.yaml"))
    assert (code, line) == ("SCH103", 5)
    assert text.splitlines()[4][column - 1 :].startswith("12]")

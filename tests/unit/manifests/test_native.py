"""The native parser is trusted with nothing that it reads otherwise than the builder does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reconciler.manifests import native, yaml_text
from reconciler.manifests.parse import parse
from reconciler.manifests.parsed import BuildError, Built
from reconciler.manifests.text import documents


def natively(text: str) -> Built | None:
    """What the native way says of a single document, None where it leaves it to the other way."""
    (chunk,) = documents(text)
    return native.read(chunk) if native.trusts(chunk.text) else None


def test_an_ordinary_manifest_is_read_natively() -> None:
    text = "# c\n---\napiVersion: v\nmetadata: {name: a, labels: {b: c}}\nspec:\n  list: [x, 1]\n"
    (chunk,) = documents(text)
    found = native.read(chunk)
    assert found is not None
    assert found == Built(
        1, {"apiVersion": "v", "metadata": {"name": "a", "labels": {"b": "c"}},
            "spec": {"list": ["x", 1]}}, size=10, has_null=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: !x b", "a tag is dropped"),
        ("a: !!str 1", "a tag is dropped"),
        ("a: &x [*x]", "a list in itself is cut"),
        ("a: &x {b: 1}\nc: {<<: *x}", "nothing is merged"),
        ("a: b\n<<: {c: d}", "nothing is merged"),
        ("a:\tb", "tabs"),
        ("a: 1_000", "a separator in a number"),
        ("a: _1", "a separator in a number"),
        ("a: 0b1", "a binary number"),
        ("a: -0x1", "a sign before another base"),
        ("a: .iNf", "any case"),
        ("1: a", "a key that is no text"),
        ("~: a", "a key that is no text"),
        ("? [a]\n: b", "a key that is no text"),
        ("true: a", "a key that is no text"),
        ("a: 1\na: 2", "refused"),
        ("a: {b: 1, b: 2}", "refused"),
        ("a: [", "refused"),
        ('["a":b]', "a colon right after a quote"),
        ("{a\n  b: c}", "a key over two lines"),
        ("{a\n: b}", "a colon on another line"),
        ('{"a\\\n  b": c}', "a key over two lines"),
        ("{a: >\n}", "the start of a block in brackets"),
        ("[?a]", "text that begins with a question mark"),
        ("a: |\n", "an empty block"),
        ("a: |\n \n  b\n", "a block that starts with a blank line"),
        (f"{'a' * 61}: b", "a long key"),
        (f"a{' ' * 300}: b", "a colon far from its key"),
        ("- " * 70 + "a", "deep"),
        ("a: " + "[" * 65 + "]" * 65, "deep"),
        ("a: " + "9" * 5000, "a long number"),
        ("a: b\n...\n", "a marker"),
    ],
)
def test_what_it_reads_otherwise_is_left_to_the_other_way(text: str, why: str) -> None:
    assert natively(text) is None, why


def test_deep_blocks_never_reach_its_recursion() -> None:
    assert natively("- " * 5_000_000 + "a") is None
    assert natively("? " * 5_000_000 + "a") is None


def test_too_many_values_are_refused_without_a_second_look() -> None:
    (chunk,) = documents("# c\n[" + "a," * 1_000_000 + "]")
    with pytest.raises(BuildError, match="more than 1,000,000 values") as caught:
        native.read(chunk)
    assert (caught.value.code, caught.value.span.line) == ("YML105", 1)


def test_a_document_that_could_take_all_memory_is_left_to_the_other_way() -> None:
    assert natively("[" + "a," * 3_500_000 + "]") is None


def test_a_panic_of_the_parser_is_its_own_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """As pyo3 raises it."""

    def panic(_text: str, **_options: Any) -> Any:
        raise PanicException

    monkeypatch.setattr(native, "_loads", lambda: panic)
    assert natively("a: b") is None
    (document,), problems = parse("f", b"a: b")
    assert document.value == {"a": "b"}
    assert not problems


def test_an_interrupt_is_none_of_its_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_text: str, **_options: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(native, "_loads", lambda: interrupted)
    with pytest.raises(KeyboardInterrupt):
        natively("a: b")


WITHOUT = """
import sys
sys.modules["yaml_rs"] = None
from reconciler.cli.group import run
code = run(["validate", sys.argv[1]])
assert "ruamel.yaml" in sys.modules
sys.exit(code)
"""
WITH = WITHOUT.replace('sys.modules["yaml_rs"] = None\n', "").replace('" in sys', '" not in sys')


@pytest.mark.parametrize("program", [WITHOUT, WITH])
def test_without_the_parser_everything_is_read_and_with_it_ruamel_stays_out(
    tmp_path: Path, program: str
) -> None:
    file = tmp_path / "user.yaml"
    file.write_text(
        "apiVersion: webexcc/v1\nkind: User\nmetadata: {name: sam@northwind.example}\n"
        "spec: {userProfile: {id: 1f0e}}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Success!" in done.stdout


def test_both_ways_know_where_a_document_begins() -> None:
    for text in ("a: b", "---\na: b", "--- # c\n\n# d\n\na: b", "--- a", "\n\n  a: b", "# c\na: b"):
        (chunk,) = documents(text)
        found = native.read(chunk)
        assert found is not None
        assert found.line == yaml_text.read(chunk.text).line, text

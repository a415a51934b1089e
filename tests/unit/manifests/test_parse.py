from __future__ import annotations

import pytest

from reconciler.manifests.parse import parse


def codes(text: str | bytes) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    return [each.code for each in parse("f.yaml", data)[1]]


def values(text: str | bytes) -> list[object]:
    data = text if isinstance(text, bytes) else text.encode()
    documents, problems = parse("f.yaml", data)
    assert not problems, problems
    return [each.value for each in documents]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [1", "YML101"),
        ("a: b: c", "YML101"),
        ("\ta: 1", "YML101"),
        ("a: 'q", "YML101"),
        ("a: 1\na: 2", "YML102"),
        ("{a: 1, a: 2}", "YML102"),
        ("1: a", "YML103"),
        ("true: a", "YML103"),
        ("~: a", "YML103"),
        ("? [a]\n: b", "YML103"),
        ("a: &x k\n*x : b", "YML103"),
        ("a: !!str 1", "YML104"),
        ("a: !secret x", "YML104"),
        ("a: *nowhere", "YML105"),
        ("a: &x [*x]", "YML105"),
        ("<<: text", "YML105"),
        ("a: \x07", "YML106"),
        (b"a: \xff", "YML106"),
        ("[" * 65 + "]" * 65, "YML107"),
        ("a: " + "9" * 5000, "YML107"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_code(text: str | bytes, code: str) -> None:
    assert codes(text) == [code]


def test_an_alias_bomb_is_refused_quickly() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert codes("\n".join(lines)) == ["YML105"]


def test_too_many_aliases_are_refused() -> None:
    text = "a: &a 1\nb: [" + ", ".join(["*a"] * 10_001) + "]"
    assert codes(text) == ["YML105"]


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    assert codes(b"#" * (10 * 1024 * 1024 + 1)) == ["YML107"]


def test_depth_counts_through_aliases() -> None:
    deep = "a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 40 + "*a" + "]" * 40
    assert codes(deep) == ["YML107"]


def test_anchors_and_merge_keys_work() -> None:
    text = """\
base: &base {queue: view, team: view}
more: &more {team: edit}
one: {<<: *base, team: none}
two: {<<: [*more, *base]}
list: [*base]
"""
    (found,) = values(text)
    assert found == {
        "base": {"queue": "view", "team": "view"},
        "more": {"team": "edit"},
        "one": {"queue": "view", "team": "none"},
        "two": {"queue": "view", "team": "edit"},
        "list": [{"queue": "view", "team": "view"}],
    }


def test_an_anchor_ends_with_its_document() -> None:
    assert codes("a: &x 1\n---\nb: *x\n") == ["YML105"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_unicode_encoding_is_read(encoding: str) -> None:
    assert values("name: Zürich ✓\n".encode(encoding)) == [{"name": "Zürich ✓"}]


def test_line_ends_do_not_matter() -> None:
    assert values("a: 1\r\nb: 2\r\n---\r\nc: 3\r\n") == [{"a": 1, "b": 2}, {"c": 3}]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "---\n---\n", "...\n"])
def test_what_is_empty_holds_no_document(text: str) -> None:
    assert values(text) == []


def test_directives_belong_to_no_document() -> None:
    assert values("%YAML 1.2\n---\na: 012\n") == [{"a": 12}]


def test_json_is_yaml() -> None:
    assert values('{"a": [1, null, true, "x"]}') == [{"a": [1, None, True, "x"]}]


def test_a_broken_document_hides_no_other() -> None:
    documents, problems = parse("f.yaml", b"a: 1\n---\nb: [\n---\nc: 3\n---\nd: 4\nd: 5\n")
    assert [each.value for each in documents] == [{"a": 1}, {"c": 3}]
    assert [(p.code, p.position and p.position.line) for p in problems] == [
        ("YML101", 3),
        ("YML102", 8),
    ]


def test_a_marker_within_a_block_of_text_ends_the_document() -> None:
    # so says YAML 1.2, chapter 9.1.2
    assert values("a: |\n  one\n---\nb: 2\n") == [{"a": "one\n"}, {"b": 2}]


def test_documents_know_their_first_line() -> None:
    documents, _ = parse("f.yaml", b"# top\n\na: 1\n---\n# next\nb: 2\n")
    assert [(each.index, each.line) for each in documents] == [(0, 3), (1, 6)]

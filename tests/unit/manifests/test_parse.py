from __future__ import annotations

import pytest

from reconciler.manifests.parse import parse
from reconciler.manifests.text import documents as cut

pytestmark = pytest.mark.usefixtures("way")


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
        ('a: "\\ud83d"', "YML106"),
        ('"\\ude00": a', "YML106"),
        ('a: "\\U00110000"', "YML101"),
        ('a: "\\UFFFFFFFF"', "YML101"),
        ('a: "\\q"', "YML101"),
        ("a: \x00", "YML106"),
        ("a: \x85b", "YML106"),
        ("a: b # c\u2028d: e", "YML106"),
        ("a: \u2029", "YML106"),
        ("a: b\ufeffc", "YML106"),
        ("a: \uffff", "YML106"),
        ("%YAML 1.1\n---\na: no", "YML109"),
        ("%YAML 2.0\n---\na: b", "YML109"),
        ("a: b\n%YAML 1.2\n---\nc: d", "YML101"),
        ("--- - a\n    b", "YML101"),
        ("... a\n", "YML101"),
        ("---\n%x\n", "YML101"),
        ("'q': 1\n\"q\": 2", "YML102"),
        ("{<<: {a: 1}, <<: {b: 2}}", ""),
        ("1.5: a", "YML103"),
        ("2026-01-01: a", ""),
        ("012: a", "YML103"),
        ("? {a: b}\n: c", "YML103"),
        ("a: !<tag:yaml.org,2002:str> b", "YML104"),
        ("!!map {a: b}", "YML104"),
        ("%TAG !e! tag:x,2000:\n---\na: !e!x b", "YML101"),
        ("a: !!python/object:os.system x", "YML104"),
        ("- &a 1\n- *a\n- *b", "YML105"),
        ("a: &a {<<: *a}", "YML105"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_code(text: str | bytes, code: str) -> None:
    assert codes(text) == ([code] if code else [])


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


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "  ", "\t\n", "# only a comment\n", "---\n", "---\n---\n", "...\n", "--- # c\n",
     "~", "null\n", "--- ~\n", "%YAML 1.2\n---\n", "%YAML 1.2\n", "%YAML  1.2", "%YAML\t1.2 # c\n",
     "---\n...\n---\n...\n", "\r\n\r\n",
     "# c"],
)  # fmt: skip
def test_what_is_empty_holds_no_document(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_stream_is_cut_where_documents_end(end: str) -> None:
    text = "# c\na: 1\n---\n# d\nb: |\n  x\n...\n# e\n%YAML 1.2\n---\nc: 3\n--- # f\n--- {d: 4}\n"
    documents, problems = parse("f", text.replace("\n", end).encode())
    assert not problems
    assert [(each.index, each.line, each.value) for each in documents] == [
        (0, 2, {"a": 1}),
        (1, 5, {"b": "x\n"}),
        (2, 11, {"c": 3}),
        (3, 13, {"d": 4}),
    ]


@pytest.mark.parametrize("text", ["a: x---y", "a: b\n ---\n", "----: a", "---a: b", "a: ---\n"])
def test_what_only_looks_like_a_marker_cuts_nothing(text: str) -> None:
    assert len(list(cut(text))) == 1
    assert len(values(text)) == 1


def test_a_quote_that_runs_over_a_marker_is_not_closed() -> None:
    documents, problems = parse("f", b"a: 'x\n---\nb: c\n")
    assert [each.value for each in documents] == [{"b": "c"}]
    assert [(each.code, each.hint) for each in problems] == [("YML101", "close the quote")]


def test_a_comment_before_a_marker_belongs_to_nothing() -> None:
    documents, _ = parse("f", b"# licence\n# of this\n---\na: 1\n")
    assert [(each.index, each.line) for each in documents] == [(0, 4)]


def test_a_text_without_a_last_line_break_means_the_same() -> None:
    assert values("a: |\n  x") == values("a: |\n  x\n") == [{"a": "x\n"}]


def test_a_null_is_noted() -> None:
    documents, _ = parse("f", b"a: 1\n---\nb: [{c: }]\n---\nd: &x ~\n")
    assert [each.has_null for each in documents] == [False, True, True]


@pytest.mark.parametrize(
    ("data", "code", "place", "hint"),
    [
        (b"a: b\nname: Z\xfcrich\n", "YML106", (2, 8, "name: Z\ufffdrich"), "UTF-8"),
        ("a: b\n---\nc: d\x00e\n", "YML106", (3, 5, "c: d\x00e"), "UTF-16"),
        ("a: b\n".encode("utf-16-le"), "YML106", (1, 2, "a\x00:\x00 \x00b\x00"), "UTF-16"),
        (b"\xff\xfea\x00:", "YML106", (1, 2, "a\ufffd"), "UTF-8"),
        (b"\xff\xfe\x00\xd8a\x00", "YML106", (1, 1, "\ufffda"), "UTF-8"),
        (b"\xef\xbb\xbfa: \xff\n", "YML106", (1, 4, "a: \ufffd"), "UTF-8"),
        ("a: b\nc: \u2028\n", "YML106", (2, 4, "c: \u2028"), "double quotes"),
        ("a: b\rc: d\r", "YML106", (1, 5, "a: b\rc: d\r"), "CR LF"),
        ("a: b\n\tc: d\n", "YML101", (2, 1, "\tc: d"), ""),
        ("a:\n\t- b\n", "YML101", (2, 1, "\t- b"), "tabs cannot indent"),
        ("\ufeffa: b\n\ufeffc: d\n", "YML106", (2, 1, "\ufeffc: d"), "invisible"),
        ("# c\n%YAML 1.1\n---\na: b\n", "YML109", (2, 1, "%YAML 1.1"), "1.2"),
        ('a:\n  - "\\U00110000"\n', "YML101", (2, 6, '  - "\\U00110000"'), ""),
    ],
)  # fmt: skip
def test_an_encoding_is_told_with_its_place(
    data: bytes | str, code: str, place: tuple[int, int, str], hint: str
) -> None:
    _, problems = parse("f.yaml", data if isinstance(data, bytes) else data.encode())
    assert [each.code for each in problems] == [code]
    found = problems[0].position
    assert found is not None
    assert (found.line, found.column, found.text) == place
    assert hint in problems[0].hint


def test_many_broken_documents_cost_no_more_than_each() -> None:
    _, problems = parse("f", b"---\n".join([b"a: [\n"] * 300))
    assert [each.position.line for each in problems if each.position] == list(range(1, 600, 2))


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

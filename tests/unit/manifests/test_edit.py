"""Edits of text that people wrote: comments, anchors, odd quotes; only what changes changes."""

from __future__ import annotations

import pytest

from reconciler.errors import ReconcilerError
from reconciler.manifests.edit import Edit, Put, Remove, appended, edited, without_document

TEXT = """\
# who may do what
apiVersion: 'v1'   # odd quotes
kind: "UserProfile"
metadata:
    name: agents          # four spaces

    labels: {team: "a", site: 'b' , }
spec:
    # above
    on: 'yes'
    level: 0x10   # hex
    empty:
    queues:       # all of them
    - "first"     # one

    # about the second
    - "second"
    - third
    flow: [a, 'b', # why
           c]     # end
    note: |  # as it is
        two
        lines

    # after the note
    last: ~
"""


def _edit(text: str, *edits: Edit, file: str = "a.yaml", document: int = 0) -> str:
    return edited(file, text.encode(), {document: edits}).decode()


def _changed(before: str, after: str) -> list[str]:
    """The lines that went (-) and came (+)."""
    old, new = before.split("\n"), after.split("\n")
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    gone, come = old[start : len(old) - end], new[start : len(new) - end]
    return [*(f"-{line}" for line in gone), *(f"+{line}" for line in come)]


@pytest.mark.parametrize(
    ("edit", "changed"),
    [
        (Put(("apiVersion",), "v2"), ["-apiVersion: 'v1'   # odd quotes",
                                      "+apiVersion: 'v2'   # odd quotes"]),
        (Put(("kind",), "Us\ner"), ['-kind: "UserProfile"', '+kind: "Us\\ner"']),
        (Put(("spec", "on"), "it's"), ["-    on: 'yes'", "+    on: 'it''s'"]),
        (Put(("spec", "on"), True), ["-    on: 'yes'", "+    on: true"]),
        (Put(("spec", "level"), 17), ["-    level: 0x10   # hex", "+    level: 17   # hex"]),
        (Put(("spec", "level"), 16), []),
        (Put(("spec", "level"), "off"), ["-    level: 0x10   # hex", '+    level: "off"   # hex']),
        (Put(("spec", "level"), "0b11"), ["-    level: 0x10   # hex",
                                          '+    level: "0b11"   # hex']),
        (Put(("spec", "level"), 1e16), ["-    level: 0x10   # hex",
                                        "+    level: 1.0e+16   # hex"]),
        (Put(("spec", "level"), {"a": 1, "b": ["x"]}), [
            "-    level: 0x10   # hex",
            "+    level:   # hex", "+        a: 1", "+        b:", "+        - x"]),
        (Put(("spec", "empty"), 1), ["-    empty:", "+    empty: 1"]),
        (Put(("spec", "empty", "deep", "er"), "no"), [
            "+        deep:", '+            er: "no"']),
        (Put(("spec", "last"), []), ["-    last: ~", "+    last: []"]),
        (Put(("spec", "queues"), ["fourth", "second", "first"]), [
            "-    - third", '+    - fourth']),
        (Put(("spec", "queues", 2), "3rd"), ["-    - third", "+    - 3rd"]),
        (Put(("spec", "queues", 3), "fourth"), ["+    - fourth"]),
        (Put(("spec", "queues"), []), [
            "-    queues:       # all of them", '-    - "first"     # one', "-",
            "-    # about the second", '-    - "second"', "-    - third",
            "+    queues: []       # all of them"]),
        (Put(("spec", "queues"), "all"), [
            "-    queues:       # all of them", '-    - "first"     # one', "-",
            "-    # about the second", '-    - "second"', "-    - third",
            "+    queues: all       # all of them"]),
        (Remove(("spec", "queues", 0)), ['-    - "first"     # one']),
        (Put(("spec", "flow"), ["a", "b", "c", "d"]), [
            "-           c]     # end", "+           c,", "+           d]     # end"]),
        (Remove(("spec", "flow", 1)), [
            "-    flow: [a, 'b', # why", "-           c]     # end",
            "+    flow: [a, c]     # end"]),
        (Remove(("spec", "flow", 2)), [
            "-    flow: [a, 'b', # why", "-           c]     # end",
            "+    flow: [a, 'b' # why", "+           ]     # end"]),
        (Put(("metadata", "labels", "new"), "on"), [
            """-    labels: {team: "a", site: 'b' , }""",
            """+    labels: {team: "a", site: 'b', new: "on" , }"""]),
        (Put(("metadata", "labels"), {"site": "c"}), [
            """-    labels: {team: "a", site: 'b' , }""", """+    labels: {site: 'c' , }"""]),
        (Remove(("metadata", "labels", "site")), [
            """-    labels: {team: "a", site: 'b' , }""", """+    labels: {team: "a",  }"""]),
        (Put(("spec", "note"), "three\nmore\nlines"), [
            "-    note: |  # as it is", "-        two",
            "+    note: |-  # as it is", "+        three", "+        more"]),
        (Put(("spec", "note"), 5), [
            "-    note: |  # as it is", "-        two", "-        lines",
            "+    note: 5  # as it is"]),
        (Remove(("spec", "note")), [
            "-    note: |  # as it is", "-        two", "-        lines"]),
        (Remove(("spec", "last")), ["-    last: ~"]),
        (Put(("spec", "new"), {"k": [1, 2]}), [
            "+    new:", "+        k:", "+        - 1", "+        - 2"]),
    ],
)  # fmt: skip
def test_only_the_lines_of_what_changes_change(edit: Edit, changed: list[str]) -> None:
    assert _changed(TEXT, _edit(TEXT, edit)) == changed


ANCHORS = """\
base: &base {a: 1, b: 2}   # shared
list: &list
  - x
  - y
free: &free 7  # nobody follows
first:
  <<: *base   # merged
  own: yes
second: *list
third:
  - *list
  - z
"""


@pytest.mark.parametrize(
    ("edit", "changed"),
    [
        (Put(("second", 0), "new"), ["-second: *list", "+second:", "+  - new", '+  - "y"']),
        (Put(("second",), "new"), ["-second: *list", "+second: new"]),
        (Put(("second",), ["x", "y"]), []),
        (Put(("first", "a"), 5), ["+  a: 5"]),
        (Put(("first", "a", "deep"), 5), None),
        (Put(("first",), {"a": 1, "b": 3, "own": "no"}), [
            "-  own: yes", '+  own: "no"', "+  b: 3"]),
        (Remove(("first", "a")), ["-  <<: *base   # merged", "-  own: yes",
                                  "+  own: yes", "+  b: 2"]),
        (Put(("free",), 8), ["-free: &free 7  # nobody follows",
                             "+free: &free 8  # nobody follows"]),
        (Put(("free",), {"a": 8}), ["-free: &free 7  # nobody follows",
                                    "+free: &free  # nobody follows", "+  a: 8"]),
        (Remove(("third", 0)), ["-  - *list"]),
        (Put(("third", 0, 2), "more"), ["-  - *list", "+  - - x", '+    - "y"', "+    - more"]),
    ],
)  # fmt: skip
def test_what_an_alias_repeats_is_written_out_where_it_changes(
    edit: Edit, changed: list[str] | None
) -> None:
    if changed is None:
        with pytest.raises(ReconcilerError, match="YML120"):
            _edit(ANCHORS, edit)
    else:
        assert _changed(ANCHORS, _edit(ANCHORS, edit)) == changed


@pytest.mark.parametrize(
    "edit",
    [
        Put(("base", "a"), 2),
        Put(("list",), ["x"]),
        Put(("list", 0), "w"),
        Put(("list", 2), "w"),
        Remove(("list", 0)),
        Remove(("list",)),
        Put(("base",), 1),
    ],
)
def test_what_others_follow_is_not_changed(edit: Edit) -> None:
    with pytest.raises(ReconcilerError, match=f"YML121.*&{edit.path[0]}"):
        _edit(ANCHORS, edit)


JSON = """\
{
\t"kind": "A",
\t"spec": {
\t\t"queues": [
\t\t\t"a",
\t\t\t"b"
\t\t],
\t\t"one": {"x": 1}
\t}
}
"""


@pytest.mark.parametrize(
    ("edit", "changed"),
    [
        (Put(("kind",), 'B"'), ['-\t"kind": "A",', '+\t"kind": "B\\"",']),
        (Put(("spec", "queues"), ["b", "c"]), ['-\t\t\t"a",', '-\t\t\t"b"',
                                               '+\t\t\t"b",', '+\t\t\t"c"']),
        (Put(("spec", "queues"), ["a"]), ['-\t\t\t"a",', '-\t\t\t"b"', '+\t\t\t"a"']),
        (Put(("spec", "one", "y"), None), ['-\t\t"one": {"x": 1}',
                                           '+\t\t"one": {"x": 1, "y": null}']),
        (Remove(("spec", "one")), ["-\t\t],", '-\t\t"one": {"x": 1}', "+\t\t]"]),
        (Put(("spec", "new"), {"k": []}), ['-\t\t"one": {"x": 1}', '+\t\t"one": {"x": 1},',
                                           '+\t\t"new": {"k": []}']),
    ],
)  # fmt: skip
def test_json_stays_json(edit: Edit, changed: list[str]) -> None:
    assert _changed(JSON, _edit(JSON, edit, file="a.json")) == changed


def test_a_number_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(ReconcilerError, match="YML120"):
        _edit(JSON, Put(("kind",), float("inf")), file="a.json")


STREAM = (
    "# yaml-language-server: $schema=x\r\n# one\r\na: 1  # c\r\n---\r\n# two\r\n"
    "a: 2\nlist:\r\n- - x\r\n  - y\r\n- k: 1\r\n  # of l\r\n"
    "  l: 2\r\n---\r\na: [broken\r\n---\r\na: 4"
)


@pytest.mark.parametrize(
    ("document", "edit", "old", "new"),
    [
        (0, Put(("b",), ["x"]), "a: 1  # c\r\n", "a: 1  # c\r\nb:\r\n  - x\r\n"),
        (1, Put(("a",), 3), "a: 2\n", "a: 3\n"),
        (1, Remove(("list", 0, 0)), "- - x\r\n  - y", "- - y"),
        (1, Remove(("list", 0)), "- - x\r\n  - y\r\n", ""),
        (1, Remove(("list", 1, "k")), "- k: 1\r\n  # of l\r\n", "- # of l\r\n"),
        (3, Put(("b",), 5), "a: 4", "a: 4\r\nb: 5"),
    ],
)
def test_every_line_keeps_the_end_that_it_has(
    document: int, edit: Edit, old: str, new: str
) -> None:
    assert STREAM.count(old) == 1
    assert _edit(STREAM, edit, document=document) == STREAM.replace(old, new)


def test_a_byte_order_mark_stays() -> None:
    assert edited("a.yaml", b"\xef\xbb\xbfa: 1\n", {0: [Put(("a",), 2)]}) == b"\xef\xbb\xbfa: 2\n"


@pytest.mark.parametrize(
    "edit",
    [
        Remove(("nothing",)),
        Remove(("list", 7)),
        Remove(()),
        Put((), []),
        Put(("a", "below"), 1),
        Put(("list", 7), 1),
        Put(("list", "key"), 1),
        Put(("a",), "\ud800"),
    ],
)
def test_what_cannot_be_done_is_refused(edit: Edit) -> None:
    with pytest.raises(ReconcilerError, match="YML120"):
        _edit(STREAM, edit, document=1)


def test_a_document_that_cannot_be_read_is_not_edited() -> None:
    with pytest.raises(ReconcilerError, match=r"YML120.*document 3"):
        _edit(STREAM, Put(("a",), 1), document=2)


def test_several_edits_are_made_in_their_order_or_none() -> None:
    text = "a:\n- 1\n---\nb: 2\n"
    edits: dict[int, list[Edit]] = {0: [Put(("a", 1), 2), Remove(("a", 0))], 1: [Put(("b",), 3)]}
    assert edited("a.yaml", text.encode(), edits) == b"a:\n- 2\n---\nb: 3\n"


def test_documents_are_added_after_the_last() -> None:
    assert appended(b"", "a: 1\n") == b"a: 1\n"
    assert appended(b"a: 1", "b: 2\n---\nc: 3\n") == b"a: 1\n---\nb: 2\n---\nc: 3\n"
    assert appended(b"a: 1\r\n", "---\nb: 2\n") == b"a: 1\r\n---\r\nb: 2\r\n"
    assert appended(STREAM.encode(), "b: 2\n").startswith(STREAM.encode())
    with pytest.raises(ReconcilerError, match="YML120"):
        appended(b"a: 1\n", "b: [\n")


def test_a_document_goes_with_its_comments_and_leaves_the_others() -> None:
    data = STREAM.encode()
    heading, one, two, three, four = (
        "# yaml-language-server: $schema=x\r\n",
        "# one\r\na: 1  # c\r\n",
        STREAM[STREAM.index("---\r\n# two") : STREAM.index("---\r\na: [")],
        "---\r\na: [broken\r\n",
        "---\r\na: 4",
    )
    assert heading + one + two + three + four == STREAM
    assert without_document(data, 0).decode() == heading + two + three + four
    assert without_document(data, 1).decode() == heading + one + three + four
    assert without_document(data, 3).decode() == heading + one + two + three.rstrip("\r\n")
    with pytest.raises(ReconcilerError, match="YML120"):
        without_document(data, 4)


def test_a_bracket_at_the_end_of_a_line_closes_there() -> None:
    text = "a: {b: [1,\n    2], c: 3}\nd: 4\n"
    assert _edit(text, Put(("a", "e"), 5)) == "a: {b: [1,\n    2], c: 3,\n    e: 5}\nd: 4\n"

"""YAML made of what parsers disagree on."""

from __future__ import annotations

import json
import random
from io import StringIO
from typing import Any

from hypothesis import strategies as st
from ruamel.yaml import YAML

FRAGMENTS = [
    "a", "b", "kind", "x y", "é", "😀", " ", "  ", "    ", "\n", "\n ", "\n  ", ": ", ":", "- ",
    "-", "-\n", "? ", "?", "[", "]", "{", "}", ", ", ",", '"', "'", '"a"', "'b'", "#", " # c",
    "|", "|-", "|+", "|2", ">", ">-", ">2-", "*a", "@", "`", "%", "012", "1_0", "1e3", "0o17",
    "0x1f", "0b1", "12:30", "2026-01-01", "~", "null", "true", "no", ".inf", "-.5", "+1", "1.",
    "00", "--", "---", "--- ", "...", "....", "=", "<", "\\", "\\n", "\\u0041", '"\\', "''", '""',
    "[]", "{}", "a: 1", "b: 2\n", "- a\n", "a: [b, c]", "a: {b: c}", "a: |\n  x\n  y\n",
    "a:\n  b: 1\n", "a:\n- 1\n", "0", "1", "9" * 25, "1.5", "-0", "1e400", "0e", "_", "0_",
    "-1_0", "0o9", "0xg", "+0x1", "-0o7", ".", "..", ".e1", "+.nan", ".NaN", ".iNf", '"a\nb"',
    "'a\n\n  b'", "\\\n", "$", "\t", "\r", "\u2028", "\x85", "\ufeff", "!", "&a", "<<", '"a":',
    "a" * 1030 + ": b", " " * 250, "'" + "a" * 70 + "': x", "{a\n", "[a\n", "\n: b", ", b}",
    "}, c: d}", "]\n", " # c\n", "{\n a: b,\n c: d\n}", "{'a'\n", '"a" :b', "? - a\n: b\n",
    "{\n\n>\n }", "{a: >\n}", "[a: |\n b]", '"\\ud83d\\ude00"', '"\\ud83d"',
]  # fmt: skip

_KEYS = [
    "a", "b", "kind", "é", "x y", "'q'", '"d"', "012", "~", "1_0", "a-b", "- a", "?", "? a", "",
    "#k", "a#b", "http://x", "-", "[a]", "{a: b}", "'a: b'", "a'b", "@", "%x", "a,b", "a]",
    "null", "=", "<<",
]  # fmt: skip
_VALUES = [
    *FRAGMENTS, "[a, b]", "{a: b}", "[a, [b], {c: d}]", "{a, b}", "{a:b}", "{'a':b}", '["a":b]',
    "[a: b, c]", "[a,]", "{a: 1,}", "[,]", "[? a : b]", "[a b: c]", "| # c", "|#c", "a # c",
    "a: b", "a:b", "a:", "a:  b", "'a", '"a', "[a", "{a", "'a' b", "[a] b", "- - a", ": a", "a,b",
    "._1", "1__", "1e", "-.INF", "0.1e-5", "-" + "9" * 30, "0x" + "f" * 20, "1.5.6", "a\\n",
    "[a,\n", "{a: b,\n", "'a\n", '"a\n', '"a\\\n', "b'", 'b"', "a \n b", "key: |", "*x", "&x",
    "!!str 1", "2026-01-01T10:00:00Z",
]  # fmt: skip
_STARTS = [
    "", "---", "--- # c", "--- ", "--- a", "--- |", "--- {a: b}", "--- - a", "# c", "---\n# c",
    "--- a: b", "%YAML 1.2\n---",
]  # fmt: skip

fragments = st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join)
"""Nasty pieces in any order."""

_line = st.builds(
    "{}{}{}{}{}{}".format,
    st.sampled_from(["", "", "", " ", "  ", "  ", "    ", "      "]),
    st.sampled_from(["", "", "", "- ", "- - ", "-   "]),
    st.sampled_from(_KEYS),
    st.sampled_from([":", ": ", ": ", ": ", ":  ", " : "]),
    st.sampled_from(_VALUES),
    st.sampled_from(["", "", "", " ", " # c"]),
)
lines = st.builds(
    lambda start, body, end: "\n".join([start, *body]) + end,
    st.sampled_from(_STARTS),
    st.lists(_line | st.sampled_from(_VALUES), max_size=7),
    st.sampled_from(["", "\n", "\n\n", "\n  \n", "\n# c\n", "\n...\n"]),
)
"""Lines that look like YAML, indented at random."""

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(FRAGMENTS)
values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False)
    | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=15,
)
"""Any plain value."""


def dumped(value: Any, style: str) -> str:
    """A value as YAML in one of the `STYLES`."""
    if style.startswith("json"):
        return json.dumps(value, ensure_ascii=style == "json ascii", indent=2)
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = {"flow": True, "block": False}.get(style)
    yaml.allow_unicode = style != "block"
    yaml.width = 20 if style == "mixed" else 4000
    text = StringIO()
    yaml.dump(value, text)
    return text.getvalue()


STYLES = ["flow", "block", "mixed", "json", "json ascii"]


def spoiled(text: str, chance: random.Random) -> str:
    """A text with some pieces taken out, put in twice, or replaced by nasty ones."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(text))
        end = min(at + chance.randint(0, 12), len(text))
        piece = chance.choice(
            ["", text[at:end] * 2, chance.choice(_VALUES), chance.choice(FRAGMENTS)]
        )
        text = text[:at] + piece + text[end:]
    return text

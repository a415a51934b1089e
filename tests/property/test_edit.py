"""Any edit of any document: the value is as wanted, and no line of another value changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests.edit import Put, Remove, edited
from reconciler.manifests.parse import parse
from tests.examples import examples

_WORDS = st.sampled_from(
    ["a", "bc", "no", "0x1", "1_0", "12:30", "it's", 'say "x"', "# no", "a: b", "- d", "ä", "",
     " s", "two\nlines", "end\n", "tab\tbed", "x" * 30, "{", "*a", "2020-01-01", "~", "é\u2028",
     "😀", "."]
)  # fmt: skip
_SCALARS = st.one_of(
    _WORDS, st.text(st.characters(exclude_categories=["Cs"]), max_size=6), st.integers(),
    st.floats(allow_nan=False), st.booleans(), st.none(),
)  # fmt: skip
_KEYS = st.sampled_from(["a", "b", "c", "no", "12", "x y", "é", "k:", "null"])
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner, max_size=4)),
    max_leaves=8,
)
any_values = _VALUES
"""Any plain value, with texts that are hard to write."""

_PIECES = ("", " ", "  # said", "   #said: {x")


class Writer:
    """Writes a value as some person might: each choice is drawn."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw

    def one_of(self, *choices: str) -> str:
        chosen: str = self.draw(st.sampled_from(choices))
        return chosen

    def text(self, text: str) -> str:
        """A text in quotes, or plain where nothing could be meant by it."""
        plain = text.isascii() and text.isalpha() and text.lower() not in ("null", "true", "false")
        single = text.isprintable() and self.one_of("single", "double") == "single"
        if plain and self.one_of("plain", "quoted") == "plain":
            return text
        if single:
            return "'" + text.replace("'", "''") + "'"
        return '"' + "".join(c if c.isalnum() else f"\\U{ord(c):08x}" for c in text) + '"'

    def flow(self, value: Any) -> str:
        """A value in one line, or with line breaks after commas."""
        pad = self.one_of("", " ")
        comma = self.one_of(", ", " , ", ",\n        ", ", # c\n          ")
        last = self.one_of("", ",")
        if isinstance(value, dict):
            inner = comma.join(f"{self.text(k)}: {self.flow(v)}" for k, v in value.items())
            return "{" + pad + inner + (last if value else "") + pad + "}"
        if isinstance(value, list):
            inner = comma.join(map(self.flow, value))
            return "[" + pad + inner + (last if value else "") + pad + "]"
        return self.scalar(value)

    def scalar(self, value: Any) -> str:
        """A scalar; null in one of its spellings."""
        if isinstance(value, str):
            return self.text(value)
        if value is None:
            return self.one_of("~", "null")
        if isinstance(value, float):
            return repr(value).replace("inf", ".inf")
        return str(value).lower()

    def block(self, value: Any, column: int) -> str:
        """What comes after a colon or a dash, with the line end."""
        if not value or not isinstance(value, (dict, list)) or self.one_of("b", "b", "f") == "f":
            if isinstance(value, str) and value.isalpha() and self.one_of("q", "|") == "|":
                return f" |-\n{' ' * (column + 1)}{value}\n"
            nothing = value is None and self.one_of("", "~") == ""
            return ("" if nothing else " " + self.flow(value)) + self.one_of(*_PIECES) + "\n"
        pad = " " * column
        lines = [self.one_of(*_PIECES) + "\n"]
        members = value.items() if isinstance(value, dict) else (("", each) for each in value)
        for key, each in members:
            if self.one_of("", "", "#") == "#":
                lines.append(self.one_of("\n", f"{pad}# about\n", "# far left\n"))
            start = f"{self.text(key)}:" if isinstance(value, dict) else "-"
            deeper = column + int(self.one_of("1", "2", "4"))
            lines.append(pad + start + self.block(each, deeper))
        return "".join(lines)


@st.composite
def _cases(draw: Any) -> tuple[list[str], dict[str, Any], Put | Remove]:
    """The texts of the entries of a document, its value, and an edit of it."""
    value = draw(st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=4))
    writer = Writer(draw)
    sections = [f"{writer.text(key)}:{writer.block(each, 2)}" for key, each in value.items()]
    path: list[str | int] = [draw(st.sampled_from([*value, "new"]))]
    here = value.get(str(path[0]))
    while here and isinstance(here, (dict, list)) and draw(st.booleans()):
        steps = list(here) if isinstance(here, dict) else list(range(len(here)))
        path.append(draw(st.sampled_from(steps)))
        here = _at(here, (path[-1],))
    if path[0] != "new" and draw(st.integers(0, 3)) == 0:
        return sections, value, Remove(tuple(path))
    if isinstance(here, dict) and draw(st.booleans()):
        path += ["new", "deep"]
    elif isinstance(here, list) and draw(st.booleans()):
        return sections, value, Put(tuple(path), draw(st.permutations([*here, *draw(_LISTS)])))
    return sections, value, Put(tuple(path), draw(_VALUES))


_LISTS = st.lists(_VALUES, max_size=2)


@examples(300)
@given(_cases(), st.sampled_from(["\n", "\r\n"]))
def test_an_edit_gives_the_value_and_leaves_the_lines_of_all_others(
    case: tuple[list[str], dict[str, Any], Put | Remove], line_end: str
) -> None:
    sections, value, edit = case
    ended = [each.replace("\n", line_end) for each in sections]
    before = "".join(ended).encode()
    documents, problems = parse("a.yaml", before)
    assert (problems, documents[0].value) == ([], value)

    after = edited("a.yaml", before, {0: [edit]})

    found = parse("a.yaml", after)[0][0].value
    at = _at(found, edit.path)
    if isinstance(edit, Remove):
        assert len(_at(found, edit.path[:-1])) == len(_at(value, edit.path[:-1])) - 1
    else:
        assert _bag(at) == _bag(edit.value)
    index = list(value).index(edit.path[0]) if edit.path[0] in value else len(value)
    others = "".join(ended[:index]).encode(), "".join(ended[index + 1 :]).encode()
    if len(found) > 0:
        assert after.startswith(others[0])
        assert after.endswith(others[1])


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        else:
            value = value[step] if int(step) < len(value) else None
    return value


def _bag(value: Any) -> Any:
    """The value with the members of its lists in no order."""
    if isinstance(value, dict):
        return {key: _bag(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted((_bag(each) for each in value), key=repr)
    return (type(value), value)

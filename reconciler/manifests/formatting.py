"""Manifests in one layout: the white space and the order of keys change, and nothing else.

Block mappings and lists are written again, two blanks a level, with their keys in the order of the
model; the text of scalars, of what stands in brackets, and of comments is taken as it is. What
comes out is read again: a document whose value or comments would differ stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.manifests.is_formatted import NO_ORDER, Order, is_laid_out
from reconciler.manifests.line_ends import LineEnds
from reconciler.manifests.outline import Entry, Node, after_blanks, is_merge, outline
from reconciler.manifests.parse import parse, unreadable
from reconciler.manifests.parsed import BuildError
from reconciler.manifests.text import documents
from reconciler.manifests.yaml_text import read
from reconciler.model.diagnostic import InvalidInputError
from reconciler.model.value import Json

OrderOf: TypeAlias = "Callable[[Json], Order]"
"""The order of a document's keys, by its value; empty where it is unknown."""

_STEP = 2
_COMMENT = re.compile(r"#[^\n]*")
_KEPT = "\0"
"""Stands for a blank line of a scalar while lines are set: no text of YAML has it."""


def formatted(file: str, data: bytes, order_of: OrderOf) -> bytes:
    """The bytes of a YAML file in the one layout: UTF-8, with a line end at the end.

    Its line ends and its byte order mark stay; lines that end in two ways end as most do once the
    layout changes any. Raises InvalidInputError for a file that cannot be read.
    """
    found, problems = parse(file, data)
    if problems:
        raise InvalidInputError(tuple(problems))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        told = unreadable(file, "the file is not UTF-8", "save it as UTF-8")
        raise InvalidInputError((told,)) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    new = _joined(text, order_of, {each.index: each.value for each in found})
    if new == text:
        return data
    result = LineEnds.of(data).encode(new)
    # what cannot be set anew without a change of what it says stays as it is
    return result if _values(file, result) == _values(file, data) else data


def _values(file: str, data: bytes) -> list[tuple[int, Json]]:
    return [(each.index, each.value) for each in parse(file, data)[0]]


def _joined(text: str, order_of: OrderOf, values: Mapping[int, Json]) -> str:
    """The documents of a file, with the comments before the first one."""
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    parts, at = [], 0
    for index, chunk in enumerate(documents(text)):
        start = starts[chunk.line]
        parts += [text[at:start], _document(chunk.text, order_of(values.get(index)))]
        at = start + len(chunk.text)
    parts.append(text[at:])
    head = "\n".join(_collapsed(line.rstrip() for line in parts[0].split("\n")))
    whole = "".join([head.lstrip("\n"), *parts[1:]])
    return whole if whole.endswith("\n") or not whole else whole + "\n"


def _document(text: str, order: Order) -> str:
    """One document, or the same text where formatting would change its values."""
    if is_laid_out(text, order):
        return text
    return set_anew(text, order)


def set_anew(text: str, order: Order) -> str:
    """One document set in any case, as `formatted` does where `is_laid_out` does not know."""
    root = outline(text)
    if root is None or not root.is_block:
        return text
    before = _said(text)
    for each in (order, NO_ORDER):
        new = _Setting(text).document(root, each)
        if new == text or _said(new) == before:
            return new
    return text


def _said(text: str) -> tuple[Json, list[str]] | None:
    """What a document says, in values and in comments; None where it cannot be read."""
    try:
        value = read(text).value
    except BuildError:
        return None
    root = outline(text)
    return (value, sorted(_comments(text, root))) if root is not None else None


def _comments(text: str, root: Node) -> Iterator[str]:
    """The comments of a document: all `#` that stand in no scalar."""
    at = 0
    scalars = [n for n in root.inside() if n.shape == "scalar" and n.end > n.start]
    for node in sorted(scalars, key=lambda each: each.start):
        if node.style in ("|", ">"):
            header = text.find("\n", node.start)
            yield from _within(text[at:header])
        else:
            yield from _within(text[at : node.start])
        at = node.end
    yield from _within(text[at:])


def _within(text: str) -> list[str]:
    return [found.rstrip() for found in _COMMENT.findall(text)]


@dataclass(slots=True)
class _Part:
    """An entry or a member as it is set: the lines above it, its own, and those behind it."""

    above: list[str]
    lines: list[str]


class _Setting:
    """Formats the nodes of one document, line by line."""

    def __init__(self, text: str) -> None:
        self._text = text

    def document(self, root: Node, order: Order) -> str:
        """The text of the document, from its directives to the marker at its end."""
        text = self._text
        start = self._line_start(self._outset(root))
        head = text[:start] if not text[start : self._outset(root)].strip() else ""
        lines = _tidied(head.split("\n")[:-1], None)
        while lines[1:2] == [""] and lines[0].startswith("---"):
            del lines[1]
        lines += self._block(root, 0, order)
        rest = text[self._line_end(root.end) + 1 :]
        lines += _tidied(rest.split("\n"), self._levels(root, 0))
        return "\n".join(_collapsed(lines)).strip("\n").replace(_KEPT, "") + "\n"

    def _block(self, node: Node, indent: int, order: Order, lead: Sequence[str] = ()) -> list[str]:
        """The lines of a mapping or list; of its `lead` what is not parted from the first key
        goes with that.
        """
        starts = self._starts(node)
        parts: list[_Part] = []
        parting = max((at + 1 for at, line in enumerate(lead) if not line), default=0)
        for number, start in enumerate(starts):
            above = list(lead[parting:]) if not number else []
            if number:
                parts[-1].lines += (gap := self._gap(node, number, indent))[0]
                above = gap[1]
            if node.shape == "mapping":
                entry = node.entries[number]
                within = order.get(str(entry.key.value), NO_ORDER)
                lines = self._entry(entry, indent, within)
            else:
                lines = self._member(node.members[number], start, indent)
            parts.append(_Part(above, lines))
        if node.shape == "mapping" and order:
            parts = [parts[at] for at in _ordered(node.entries, order)]
            while parts[0].above and not parts[0].above[0]:
                parts[0].above.pop(0)
        return [*lead[:parting], *(line for p in parts for line in (*p.above, *p.lines))]

    def _starts(self, node: Node) -> list[int]:
        """Where each entry (its key, or the `?` before it) or member (its dash) begins."""
        if node.shape == "mapping":
            return [self._key_start(entry.key) for entry in node.entries]
        starts: list[int] = []
        column = self._column(node.start)
        for number, _ in enumerate(node.members):
            at = node.start if not number else self._next_dash(node, number, column)
            starts.append(at)
        return starts

    def _key_start(self, key: Node) -> int:
        """Where an entry begins: at a `?`, where its key has one."""
        line = self._text[self._line_start(key.outset) : key.outset]
        return key.outset - 2 if line.endswith("? ") and not key.flow else key.outset

    def _next_dash(self, node: Node, number: int, column: int) -> int:
        at = self._line_end(self._end_of(node.members[number - 1])) + 1
        while (
            self._text[at + column : at + column + 1] != "-" or self._text[at : at + column].strip()
        ):
            at = self._line_end(at) + 1
        return at + column

    def _gap(self, node: Node, number: int, indent: int) -> tuple[list[str], list[str]]:
        """The lines between a part and the next: those that belong to the one, and to the other."""
        last = (
            node.entries[number - 1].value if node.shape == "mapping" else node.members[number - 1]
        )
        end = self._end_of(node.entries[number - 1] if node.shape == "mapping" else last)
        start = self._starts(node)[number]
        lines = self._text[self._line_end(end) + 1 : self._line_start(start)].split("\n")[:-1]
        here = self._column(self._starts(node)[0])
        split = 0
        for at, line in enumerate(lines):
            if line.strip() and len(line) - len(line.lstrip(" ")) > here:
                split = at + 1
            elif line.strip():
                break
        deep = _tidied(lines[:split], [(here, indent), *self._levels(last, indent + _STEP)])
        # what stands right below a part, and not right above the next one, is about that part
        blank = next((at for at in range(split, len(lines)) if not lines[at].strip()), split)
        deep += _tidied(lines[split:blank], [(0, indent)])
        return deep, _tidied(lines[blank:], [(0, indent)])

    def _levels(self, node: Node, indent: int) -> list[tuple[int, int]]:
        """The columns of a block and of those that end with it, each with where it is set."""
        found: list[tuple[int, int]] = []
        while node.is_block and (node.entries or node.members):
            found.append((self._column(self._starts(node)[0]), indent))
            node = node.entries[-1].value if node.entries else node.members[-1]
            indent += _STEP
        return found

    def _entry(self, entry: Entry, indent: int, order: Order) -> list[str]:
        key = self._text[entry.key.outset : entry.key.end]
        between = self._text[entry.key.end : entry.colon].replace("?", " ")
        above = [f"{' ' * indent}{each}" for each in _within(between)]
        return [
            *above,
            *self._valued(
                f"{' ' * indent}{key}:",
                entry.value,
                self._key_start(entry.key),
                entry.colon,
                indent,
                order,
            ),
        ]

    def _member(self, node: Node, dash: int, indent: int) -> list[str]:
        head = f"{' ' * indent}-"
        return self._valued(head, node, dash, dash + 1, indent, NO_ORDER, is_member=True)

    def _valued(  # noqa: PLR0913, PLR0917 - a value, and what stands before it
        self,
        head: str,
        node: Node,
        begin: int,
        after: int,
        indent: int,
        order: Order,
        *,
        is_member: bool = False,
    ) -> list[str]:
        """A key or a dash, which `begin` there, with its value."""
        if node.anchor:
            head = f"{head} &{node.anchor}"
        if node.is_block:
            return self._nested(head, node, after, indent, order, is_member=is_member)
        if node.start == node.end:  # nothing stands there
            return [head + self._beside(self._end_of(node))]
        beside, *below = self._between(node, after).split("\n")
        old = self._column(begin)
        if not below:
            return self._carried(f"{head} ", node, indent, order, shift=indent - old)
        inner = indent + _STEP
        lead = _tidied(below[:-1], [(0, inner)])
        head = (head + beside).rstrip()
        shift = inner - self._column(node.start)
        return [head, *lead, *self._carried(" " * inner, node, indent, order, shift=shift)]

    def _between(self, node: Node, after: int) -> str:
        """What stands between a key or a dash and its value, but for the anchor."""
        if not node.anchor:
            return self._text[after : node.start]
        behind = node.anchor_start + len(node.anchor) + 1
        return self._text[after : node.anchor_start].rstrip(" ") + self._text[behind : node.start]

    def _carried(
        self, head: str, node: Node, indent: int, order: Order, *, shift: int
    ) -> list[str]:
        """A value that is no block, with what carries it on below, as far in as it was."""
        if node.style in ("|", ">"):
            return self._block_scalar(head, node, indent)
        text = self._text[node.start : node.end]
        if node.flow and node.shape == "mapping":
            text = self._flow(node, order) or text
        first, *rest = text.split("\n")
        shift = max(shift, indent + 1 - self._least(rest))
        lines = [f"{head}{first}", *(_shifted(line, shift) for line in rest)]
        lines[-1] = lines[-1].rstrip() + self._beside(node.end)
        return [line.rstrip() or _KEPT for line in lines]

    def _nested(  # noqa: PLR0913 - as `_valued`
        self,
        head: str,
        node: Node,
        after: int,
        indent: int,
        order: Order,
        *,
        is_member: bool,
    ) -> list[str]:
        inner = indent + _STEP
        beside, *below = self._between(node, after).split("\n")
        lead = _tidied(below[:-1], [(0, inner)])
        body = self._block(node, inner, order, lead)
        if is_member and not lead and not beside.strip() and not node.anchor:
            return [f"{head} {body[0].lstrip(' ')}", *body[1:]] if body[0].strip()[:1] != "#" else [
                head, *body,
            ]  # fmt: skip
        return [(head + beside.rstrip()) if beside.strip() else head, *body]

    def _block_scalar(self, head: str, node: Node, indent: int) -> list[str]:
        text = self._text
        line_end = self._line_end(node.start)
        header = text[node.start : line_end].rstrip()
        body = text[line_end + 1 : node.end].split("\n") if line_end < node.end else []
        while body and not body[-1].strip() and "+" not in header:
            body.pop()
        told = re.match(r"[|>][-+]?([1-9])", header)
        if told:  # it counts from the parent's own column
            first = next((each for each in body if each.strip()), "")
            parent = self._column(self._line_content(node.start))
            least = parent + int(told[1])
            shift = indent - parent if first else 0
        else:
            filled = [each for each in body if each.strip()]
            least = len(filled[0]) - len(filled[0].lstrip(" ")) if filled else 0
            shift = indent + _STEP - least if filled else 0
        moved = [
            "" if len(each) <= least and not each.strip() else _shifted(each, shift)
            for each in body
        ]
        return [f"{head}{header}", *(each or _KEPT for each in moved)]

    def _flow(self, node: Node, order: Order) -> str:
        """A mapping in brackets in one line with its keys in order; empty where it stays."""
        text = self._text[node.start : node.end]
        if not order or "\n" in text or "#" in text or len(node.entries) < 2:  # noqa: PLR2004
            return ""
        at = _ordered(node.entries, order)
        if at == sorted(at):
            return ""
        parts = [self._text[e.key.outset : max(e.value.end, e.colon)] for e in node.entries]
        return "{" + ", ".join(parts[each] for each in at) + "}"

    # --- places in the text

    def _beside(self, end: int) -> str:
        """The comment in the line where something ends, with the blanks before it."""
        rest = self._text[end : self._line_end(end)]
        return rest.rstrip() if rest.strip().startswith("#") else ""

    def _end_of(self, what: Node | Entry) -> int:
        if isinstance(what, Entry):
            return max(self._end_of(what.value), what.colon, what.key.end)
        if what.is_block:
            parts: Sequence[Node | Entry] = what.entries or what.members
            return self._end_of(parts[-1])
        return what.end

    def _outset(self, root: Node) -> int:
        return self._starts(root)[0] if root.is_block else root.outset

    def _least(self, lines: Sequence[str]) -> int:
        """The least indentation of lines that carry on a value."""
        filled = [len(each) - len(each.lstrip(" ")) for each in lines if each.strip()]
        return min(filled, default=0)

    def _column(self, at: int) -> int:
        return at - self._line_start(at)

    def _line_content(self, at: int) -> int:
        start = self._line_start(at)
        return after_blanks(self._text, start)

    def _line_start(self, at: int) -> int:
        return self._text.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        found = self._text.find("\n", at)
        return found if found >= 0 else len(self._text)


def _ordered(entries: Sequence[Entry], order: Order) -> list[int]:
    """The numbers of entries in the order of the model; what it does not know comes last."""
    rank = {key: number for number, key in enumerate(order)}

    def place(number: int) -> tuple[int, int]:
        entry = entries[number]
        if is_merge(entry):
            return -1, number
        return rank.get(str(entry.key.value), len(rank)), number

    return sorted(range(len(entries)), key=place)


def _shifted(line: str, by: int) -> str:
    """A line further to the right, or to the left as far as there are blanks."""
    if not line.strip():
        return line if by == 0 else (" " * by + line if by > 0 else line[-by:])
    if by >= 0:
        return " " * by + line
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(-by, blanks) :]


def _tidied(lines: Sequence[str], levels: Sequence[tuple[int, int]] | None) -> list[str]:
    """Lines of comments, each where the block is that it stands in; others as they are."""
    tidy = []
    for line in lines:
        said = line.strip()
        if not said.startswith("#") or levels is None:
            tidy.append(line.rstrip())
            continue
        column = len(line) - len(line.lstrip())
        indent = max((to for at, to in levels if at <= column), default=0)
        tidy.append(" " * indent + said)
    return tidy


def _collapsed(lines: Iterable[str]) -> Iterator[str]:
    """The lines with one blank one at most in a row, but for those of scalars."""
    blank = False
    for line in lines:
        if line or not blank:
            yield line
        blank = not line
